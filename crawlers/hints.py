"""What the date text or the URL of a link hints at, before its page is read: never the publication time. Pure."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

from crawlers.dates import Dateline, UnreadableDate, read_date
from crawlers.discovery import Link

URL_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)[-/_.]?(0[1-9]|1[0-2])[-/_.]?(0[1-9]|[12]\d|3[01])(?!\d)")
_URL_MONTH = re.compile(r"(?<!\d)((?:19|20)\d\d)[-/_.]?(0[1-9]|1[0-2])(?=[/_.-]|$)")


def hinted_day(link: Link, zone: str, languages: tuple[str, ...], reference: date) -> date | None:
    """The local day that a link's date text or, failing that, its URL hints at."""
    dateline = hinted_dateline(link, zone, languages, reference)
    if dateline is not None and dateline.precision != "month":
        return dateline.local_date
    for match in URL_DAY.finditer(link.url):
        try:
            return date(*(int(part) for part in match.groups()))
        except ValueError:
            continue  # 20260231 in an id is no date
    return None


def recent_sitemaps(sitemaps: list[Link], since: date) -> list[str]:
    """The sitemaps of an index that can hold something of ``since`` or later, newest first.

    Each is dated by its lastmod, failing that by the month in its name; one without a date is taken, last. Where all are
    older the newest is taken, so that a site that fell silent is seen to be.
    """
    days = {sitemap.url: _sitemap_day(sitemap) for sitemap in sitemaps}
    newest_first = sorted(days, key=lambda url: days[url] or date.min, reverse=True)
    return [url for url in newest_first if (days[url] or since) >= since] or newest_first[:1]


def _sitemap_day(sitemap: Link) -> date | None:
    """The last day that a sitemap can tell of."""
    try:
        return date.fromisoformat((sitemap.published_text or "")[:10])
    except ValueError:
        month = hinted_month(sitemap)
        return date(*month, monthrange(*month)[1]) if month else None


def hinted_month(link: Link) -> tuple[int, int] | None:
    """The year and month in a URL such as ``/2026/05/slug``."""
    match = _URL_MONTH.search(link.url)
    return (int(match[1]), int(match[2])) if match else None


def hinted_dateline(link: Link, zone: str, languages: tuple[str, ...], reference: date) -> Dateline | None:
    if not link.published_text:
        return None
    try:
        return read_date(link.published_text, zone=zone, languages=languages, reference=reference)
    except UnreadableDate:
        return None


def expand(url: str, first_date: date, last_date: date) -> list[str]:
    """The URLs of an archive for a range of days: one per day, month or year, as its placeholders ask."""
    days = (date.fromordinal(day) for day in range(first_date.toordinal(), last_date.toordinal() + 1))
    return list(
        dict.fromkeys(
            url.replace("{yyyy}", f"{day:%Y}").replace("{mm}", f"{day:%m}").replace("{dd}", f"{day:%d}")
            for day in days
        )
    )
