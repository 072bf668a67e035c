"""How a source's discovery went: one state and one reason per document, and the source's from theirs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crawlers.causes import ASK, cause_of
from crawlers.log import BLOCKED, HTML, Fetch

# The worst first: what needs a person soonest.
SEVERITY = ("challenged", "blocked", "robots", "changed", "down", "stale", "empty", "ok")
PAGES = ("listing", "archive", "telegram")  # kinds of documents that are web pages
FEWEST_ARTICLES = 3  # fewer failures say nothing about the site


@dataclass(frozen=True)
class Verdict:
    state: str
    reason: str | None = None


def of_fetch(fetch: Fetch, robots: Fetch | None = None) -> Verdict | None:
    """The verdict on a discovery document from how its fetch ended; None where it was read.

    ``robots`` is the host's robots.txt where that could not be had, so that the document was not asked for.
    """
    where = f"{fetch.kind} {fetch.url}"
    status = fetch.http_status or 0
    if robots is not None:
        why = cause_of(robots)
        return Verdict("down", f"robots.txt could not be read, so nothing was asked: {why}" if robots.http_status else why)
    if fetch.outcome in ("ok", "not_modified"):
        return None
    if fetch.outcome == "challenged":
        return Verdict("challenged", f"{where} answered a bot challenge ({fetch.detail!r}): {ASK}; it is not worked around")
    if fetch.outcome == "robots_denied":
        return Verdict("robots", f"robots.txt forbids {where} ({fetch.detail}): {ASK}")
    if fetch.outcome == "reserved":
        return Verdict("robots", f"{where} is reserved ({fetch.detail}): declare `terms.access: feed_only`, or ask the publisher")
    if fetch.outcome != "http_error":
        return Verdict("down", cause_of(fetch))
    state = "blocked" if status in BLOCKED else "changed" if status < 500 else "down"
    return Verdict(state, f"{where} answered {cause_of(fetch)}")


def of_stand_in(fetch: Fetch, robots: Fetch | None) -> Verdict | None:
    """Down where a captive portal or filter seems to answer in the site's stead, so that silence is not believed.

    Its mark: robots.txt came as a web page, and so did the document, though that should be none or is the very same page.
    """
    if robots is None or not robots.stored or not fetch.stored:
        return None
    if robots.outcome != "ok" or robots.capture["media_type"] not in HTML or fetch.capture["media_type"] not in HTML:
        return None
    is_same = robots.capture["body_sha256"] == fetch.capture["body_sha256"]
    if fetch.kind in PAGES and not is_same:
        return None
    return Verdict(
        "down",
        f"robots.txt and {fetch.kind} {fetch.url} both came as web pages: a captive portal or filter may answer in the "
        "site's stead; open the address in a browser",
    )


def of_links(
    fetch: Fetch,
    found: int,
    followed: int,
    followed_before: int,
    newest_at: datetime | None,
    now: datetime,
    usual_gap_days: float,
    is_first: bool = True,
    reaches_back: bool = True,
    unchanged_since: datetime | None = None,
) -> Verdict:
    """The verdict on a document that was read: ``found`` links, ``followed`` of them the source's articles.

    ``newest_at`` is the newest item's date where the document gives dates. ``is_first``: no further page of a list;
    ``reaches_back``: an item of the last visit is still in it. ``unchanged_since``: when it first named just the articles
    that it names now, or the last time that it named any: what freezes need not have dates.
    """
    where = f"{fetch.kind} {fetch.url}"
    if not followed and followed_before and fetch.kind in PAGES:
        return Verdict(
            "changed",
            f"{where} gave {followed_before} articles before and none now: mend its `links` or `follow`",
        )
    if newest_at and (now - newest_at).total_seconds() > usual_gap_days * 86_400:
        return Verdict(
            "stale",
            f"{where}: the newest item is of {newest_at:%Y-%m-%d}, longer ago than the usual {usual_gap_days:g} days: look "
            "whether the section has moved, or raise `usual_gap_days`",
        )
    if unchanged_since and (now - unchanged_since).total_seconds() > usual_gap_days * 86_400:
        return Verdict(
            "stale",
            f"{where} has named no new article since {unchanged_since:%Y-%m-%d}, longer than the usual {usual_gap_days:g} days: "
            "look whether the section has moved, or raise `usual_gap_days`",
        )
    if not found and is_first and fetch.kind in ("listing", "telegram"):
        return Verdict("changed", f"{where} holds no link: mend its `links`, or find a feed where the page is made by JavaScript")
    if not found:
        return Verdict("empty", f"{where} was read and holds no link")
    if not followed:
        return Verdict("empty", f"{where} holds {found} links, none that `follow` allows")
    if not reaches_back:
        return Verdict(
            "ok",
            f"{where}: all its items are new, so that some before them may have been missed: add a sitemap, or crawl more often",
        )
    return Verdict("ok")


def of_source(documents: Sequence[Verdict], articles: Sequence[Fetch]) -> Verdict:
    """The source's state: its worst document's, but one good document outweighs empty or stale ones, and one that
    reaches back makes up for a feed that does not.

    A site whose feed answers while most of its articles do not is not healthy either.
    """
    if not documents:
        return Verdict("unknown", "no discovery document was read")
    worst = min(documents, key=lambda verdict: (SEVERITY.index(verdict.state), verdict.reason is not None))
    if worst.state in ("stale", "empty") and any(verdict.state == "ok" for verdict in documents):
        worst = Verdict("ok")
    if worst.state != "ok":
        return worst
    failed = [verdict for fetch in articles if (verdict := of_fetch(fetch)) and verdict.state != "changed"]
    if len(failed) >= FEWEST_ARTICLES and 2 * len(failed) > len(articles):
        first = min(failed, key=lambda verdict: SEVERITY.index(verdict.state))
        return Verdict(
            first.state, f"{len(failed)} of {len(articles)} articles failed, such as {first.reason}"
        )
    return worst
