"""The generic path: what a page without rules says of itself, in JSON-LD, Open Graph and microdata.

A date is taken from where pages declare their publication, else from the dateline beside the headline, else from other markup
by htmldate; its search of the running text is off, since that is where it guesses.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from htmldate import find_date
from lxml.html import HtmlElement

from crawlers.authorship import authors_in
from crawlers.byline import signed
from crawlers.credit import Credit
from crawlers.datelines import CHANGED, MODIFIED, SHORT_LINE, YEAR, Candidate, candidates_in
from crawlers.dates import Dateline, ImpossibleDate, UnreadableDate, date_in, read_date
from crawlers.headline import bare, headline_of
from crawlers.maintext import main_text
from crawlers.page import Page, Unfit
from crawlers.paragraphs import paragraphs
from crawlers.vicinity import Line, below

PUBLISHED = (
    "json_ld:datePublished",
    "meta:article:published_time",
    "meta:og:article:published_time",
    "meta:datePublished",
    "xpath://*[@itemprop='datePublished']/@datetime",
    "meta:parsely-pub-date",
    "meta:sailthru.date",
    "meta:pubdate",
    "meta:publish-date",
    "meta:publication_date",
    "meta:DC.date.issued",
    "meta:dcterms.created",
    "xpath://*[@itemprop='datePublished']",
    "xpath:(//article//header | //header[.//h1] | //*[h1])//time/@datetime",
    "xpath://time[@pubdate or contains(@class, 'publish') or contains(@class, 'entry-date')]/@datetime",
    "xpath://article//time/@datetime",
    "xpath://time/@datetime",
)
SHOWN = "text"  # a dateline beside the headline
UNNAMED = ("meta:DC.date", "meta:date")  # of what, they do not say
BESIDE = 6  # lines between a headline and its dateline, such as the byline's and buttons
STANDFIRSTS = 1  # longer lines between them: with more the text has begun, and what follows is of other articles
SECTION = ("json_ld:articleSection", "meta:article:section", "json_ld:@type")


@dataclass(frozen=True)
class Fields:
    """What the page says of itself apart from its date."""

    headline: str | None
    byline: str | None
    sections: list[str]
    body: str
    credits: list[Credit] = field(default_factory=list)
    below: list[Line] | None = None


def fields_of(page: Page) -> Fields:
    headline = headline_of(page)
    sections = [value for where in SECTION for value in page.values(where)]
    shown = below(page, headline)
    byline, credits = authors_in(page, shown)
    lines = main_text(page, headline)
    if lines and (not credits or all(credit.role == "staff" and not credit.family_name for credit in credits)):
        credits = signed(lines[-1]) or credits
    return Fields(headline, byline, sections, "\n".join(lines), credits, shown)


def candidates_of(page: Page, fields: Fields, zone: str | None, languages: Sequence[str], today: date, taken: Candidate) -> list[Candidate]:
    """Every date that the page gives, of publication and of change; ``taken`` is the one that the article got."""
    return candidates_in(page, fields.below, (*PUBLISHED, *UNNAMED), zone, languages, today, taken)


def languages_of(page: Page) -> list[str]:
    """The language that the page declares, for the names of months."""
    return [value.partition("-")[0].lower() for value in page.values("xpath:/html/@lang")]


def published_of(
    page: Page, headline: str, zone: str | None, languages: Sequence[str], captured_at: datetime
) -> tuple[Dateline, str, str]:
    """Publication date, what found it, and as written. Raises Unfit where none is declared or shown, or none reads."""
    today = captured_at.astimezone(ZoneInfo(zone) if zone else UTC).date()
    trouble = Unfit("no_date", "the page declares no publication date")
    shown: Shown | None = None
    for where in (*PUBLISHED, SHOWN, *UNNAMED):
        if where == SHOWN:
            shown = _shown(page, headline, zone, languages)
            if shown and shown.away < BESIDE:
                return shown.line, SHOWN, shown.written
            continue
        if len(values := page.values(where)) != 1:
            continue  # several: those of other articles are among them
        try:
            return read_date(values[0], (), zone, languages, today), where.partition(":")[0], values[0]
        except ImpossibleDate as error:
            raise Unfit(error.reason, f"{where}: {error}"[:200]) from error
        except UnreadableDate as error:
            trouble = Unfit(error.reason, f"{where}: {error}"[:200])
    found = find_date(_without_changes(page), original_date=True, extensive_search=False, max_date=f"{today}")
    if found:
        return read_date(found, zone=zone), "htmldate", found
    if shown:
        return shown.line, SHOWN, shown.written
    raise trouble


class Shown(NamedTuple):
    """A short line that is a date: how many lines ``away`` from the headline it stands."""

    away: int
    line: Dateline
    written: str


def _shown(page: Page, headline: str, zone: str | None, languages: Sequence[str]) -> Shown | None:
    """The dateline that a reader sees: a short line beside the headline.

    Of a page whose publisher is unknown (no zone) also the only day that short lines give; a known one's is then held back.
    """
    lines = paragraphs(page.tree)
    top = next((place for place, line in enumerate(lines) if bare(line) == bare(headline)), -BESIDE)
    read = []
    for place, line in enumerate(lines):
        if len(line) <= SHORT_LINE and YEAR.search(line) and not CHANGED.search(line):
            with suppress(UnreadableDate):
                if found := date_in(line, zone, languages):
                    read.append(Shown(_away(lines, top, place), found, line))
    days = [found for found in read if found.line.precision != "month"]
    nearest = min(days, key=lambda found: found.away, default=None)
    is_only = zone is None and len({found.line.local_date for found in days}) == 1
    return nearest if nearest and (nearest.away < BESIDE or is_only) else None


def _away(lines: Sequence[str], top: int, place: int) -> int:
    """Lines from the headline to a dateline; BESIDE at least where the text stands between them."""
    between = lines[min(top, place) + 1 : max(top, place)] if top >= 0 else []
    begun = sum(len(line) > SHORT_LINE * 2 for line in between) > STANDFIRSTS
    return abs(place - top) + (BESIDE if begun else 0)


def _without_changes(page: Page) -> HtmlElement:
    """A copy without the meta elements that htmldate takes where it finds no other: last change, year of copyright."""
    tree = deepcopy(page.tree)
    for meta in list(tree.iter("meta")):
        if any(CHANGED.search(value) for key, value in meta.attrib.items() if key != "content"):
            meta.drop_tree()
    return tree


def modified_of(page: Page, zone: str | None) -> datetime | None:
    """Instant of the last change; None where the page declares none that reads."""
    values = next((values for where in MODIFIED if len(values := page.values(where)) == 1), [])
    try:
        return read_date(values[0], zone=zone).instant_utc if values else None
    except UnreadableDate:
        return None
