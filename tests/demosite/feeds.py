"""Feeds, sitemaps, listings and archives of the fictional web as they stood at an instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.demosite.articles import Article
from tests.demosite.dates import rfc822
from tests.demosite.outlets import Outlet
from tests.demosite.pages import amp_url, render

NEWS_WINDOW = timedelta(days=3)
LISTED = 10  # entries on one page of a listing


@dataclass(frozen=True)
class Entry:
    """One article in a list. Dates are texts; empty for an undated article."""

    url: str
    headline: str
    guid: str
    day: str
    iso: str
    rfc822: str
    updated: str


def entry(article: Article, as_of: datetime, url: str | None = None) -> Entry:
    """How an article stands in a list: address, headline, times."""
    at, dated = article.published_at, article.defect != "undated"
    changed = article.revised_at if article.is_revised(as_of) else article.appears_at
    return Entry(
        url=url or linked_url(article),
        headline=article.headline,
        guid=f"{article.outlet.host}:{article.number}",
        day=f"{at:%Y-%m-%d}" if dated else "",
        iso=at.isoformat() if dated else "",
        rfc822=rfc822(at) if dated else "",
        updated=changed.astimezone(article.outlet.zone).isoformat(timespec="seconds"),
    )


def linked_url(article: Article) -> str:
    """The address that lists give: some are old and redirect, some carry tracking parameters."""
    if has_old_url(article):
        return f"{article.outlet.root}/old/{article.number}"
    if article.outlet.source_id == "sg_straits_brief":
        return f"{article.url}?utm_source=rss&utm_medium=feed"
    return article.url


def has_old_url(article: Article) -> bool:
    return article.outlet.source_id == "gb_outeroffice_press" and article.number % 5 == 0


def feed(outlet: Outlet, articles: list[Article], as_of: datetime) -> str:
    """The feed or sitemap of the outlet: the newest that have appeared, newest first."""
    shown = sorted(
        (one for one in articles if one.is_visible(as_of)), key=lambda one: one.appears_at, reverse=True
    )
    if outlet.feed == "news_sitemap":
        shown = [one for one in shown if one.appears_at > as_of - NEWS_WINDOW]
    shown = shown[: outlet.feed_items]
    entries = [entry(one, as_of) for one in shown]
    newest = max((one.updated for one in entries), default="")
    return render(f"{outlet.feed}.xml", outlet, entries=entries, newest=newest)


def listing(outlet: Outlet, articles: list[Article], as_of: datetime, page: int) -> str:
    """A page of the list of new articles, ten on each; three pages at most."""
    shown = sorted(
        (one for one in articles if one.is_visible(as_of)), key=lambda one: one.appears_at, reverse=True
    )
    shown = shown[: outlet.feed_items]
    return _list_page(outlet, [entry(one, as_of) for one in shown], page, LISTED, outlet.feed_path)


def archive(
    outlet: Outlet, articles: list[Article], as_of: datetime, month: str, page: int, path: str
) -> str:
    """All of a month (``yyyy-mm``) that has appeared, oldest first; every fourth also with another view."""
    entries = []
    for one in articles:
        if f"{one.published_at:%Y-%m}" == month and one.is_visible(as_of):
            entries.append(entry(one, as_of))
            if one.number % 4 == 0:
                entries += [entry(one, as_of, url) for url in other_views(one)]
    return _list_page(outlet, entries, page, outlet.archive_items, path)


def other_views(article: Article) -> list[str]:
    """Addresses of AMP, print and photo views."""
    if article.outlet.source_id == "ru_priemnaya_news_en":
        return [f"{article.url}/print", f"{article.url}/photos"]
    return [amp_url(article)] if amp_url(article) else []


def _list_page(outlet: Outlet, entries: list[Entry], page: int, size: int, path: str) -> str:
    start = (page - 1) * size
    following = f"{outlet.root}{path}?page={page + 1}" if start + size < len(entries) else ""
    return render("listing.html", outlet, entries=entries[start : start + size], next=following)
