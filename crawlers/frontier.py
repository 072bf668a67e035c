"""The frontier of a crawl: which links are asked for, what is still owed, and what to remember for the next run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from crawlers.canonical import view_to_ask
from crawlers.discovery import Found, Link
from crawlers.hints import hinted_dateline, hinted_day, hinted_month, recent_sitemaps
from crawlers.log import CrawlLog, Fetch, Task
from crawlers.state import CrawlState, Document, Page, is_seen, links_sha256
from crawlers.tombstones import is_taken_down, load_tombstones, struck
from warehouse.columns import RULE_KINDS, UNFOLLOWED

LONGEST_CRAWL_SECONDS = (
    1800  # a Crawl-delay of minutes must not hold a run for days: fewer pages are asked for
)
MOST_REDIRECTS = 5


@dataclass
class Read:
    """A discovery document that was read: ``urls`` are those of its links that `follow` allows."""

    url: str
    at: datetime
    urls: list[str] = field(default_factory=list)
    newest_at: datetime | None = None
    is_complete: bool = True


class Frontier:
    """Decides on links; ``asked`` maps every article URL asked for to its last outcome, None while none is known."""

    def __init__(self, crawl_log: CrawlLog, state: CrawlState) -> None:
        self.task: Task = crawl_log.task
        self.log = crawl_log
        self.state = state
        self.asked: dict[str, Fetch | None] = {}
        self.tombstones = load_tombstones(crawl_log.lake)
        self.newest_at: datetime | None = None
        follow = self.task.source.follow
        self._allow = [re.compile(pattern) for pattern in follow.allow]
        self._deny = [re.compile(pattern) for pattern in follow.deny]
        self._found: set[str] = set()
        self._reads: list[Read] = []
        self._hints: list[tuple[str, str, str]] = []

    def take(self, fetch: Fetch, found: Found, delay: float) -> tuple[Read, list[str]]:
        """Log a document's links with what was decided on each; returns the URLs to ask for.

        ``delay`` is the rest between two requests, in seconds.
        """
        now = self.task.run.now()
        read = Read(fetch.url, fetch.capture["captured_at"])
        fresh = []
        for link in found.links:
            link = replace(link, url=view_to_ask(link.url, self.task.source.key))
            hint = hinted_dateline(
                link, self.task.source.timezone, tuple(self.task.source.language), now.date()
            )
            hinted_at = hint.instant_utc if hint else None
            decision = self._decide(link, fetch.kind, hinted_at, now, self._limit(delay))
            if decision == "tombstone":  # the list may still name it, our log does not
                link = replace(
                    link, url=struck(link.url, self.task.source.key), headline=None, published_text=None
                )
            self.log.link(link, fetch, decision, found.item_count)
            if decision in UNFOLLOWED:
                continue
            read.urls.append(link.url)
            read.is_complete &= decision != "over_limit"
            if hinted_at and hinted_at <= now:
                read.newest_at = max(read.newest_at or hinted_at, hinted_at)
            if link.published_text and decision in ("fetched", "known"):
                self._hints.append((link.url, fetch.kind, link.published_text))
            if decision == "fetched":
                self.asked[link.url] = kept = self._archived(link.url)
                if kept is None:
                    fresh.append(link.url)
        for item in found.linkless:
            self.log.link(item, fetch, "no_link", found.item_count)
        self.note_newest(read.newest_at)
        self._reads.append(read)
        return read, fresh

    def sitemaps(self, found: Found) -> list[str]:
        """The sitemaps of an index that may tell of the days that this crawl is for."""
        gap = timedelta(days=self.task.source.usual_gap_days)
        since = self.task.days[0] if self.task.is_backfill else (self.task.run.now() - gap).date()
        return recent_sitemaps(found.sitemaps, since)

    def note_newest(self, instant: datetime | None) -> None:
        if instant is not None:
            self.newest_at = max(self.newest_at or instant, instant)

    def recheck(self, delay: float) -> list[str]:
        """Statements whose re-check is owed, as many as this run still has pages for: news comes first."""
        source = self.task.source
        if self.task.is_backfill or not source.is_official or source.terms.access == "feed_only":
            return []
        owed = [
            url
            for url in self.state.owed(self.task.run.now())
            if url not in self.asked
            and self._is_followed(url)
            and not is_taken_down(url, source.key, self.tombstones)
        ]
        chosen = owed[: max(0, self._limit(delay) - len(self.asked))]
        self.asked |= dict.fromkeys(chosen)
        return chosen

    def remember(self) -> None:
        """Commit what was seen to the state.

        A discovery document keeps its validators only when it was read, gave links and owes us none of them; any other
        is read again next time, whether or not it has changed.
        """
        documents = [
            Document(read.url, len(read.urls), read.newest_at, links_sha256(read.urls), read.at)
            for read in self._reads
        ]
        self.state.commit(self._seen(), self._hints, documents)

    def _seen(self) -> Iterator[Page]:
        settled = {
            read.url for read in self._reads if read.is_complete and read.urls and not self._owes(read)
        }
        led_to = set(self.log.captures.frame()["redirect_url"])
        for fetch in self.log.last.values():
            if fetch.outcome == "reserved":
                yield Page(fetch.url, self.task.run.now())
            if fetch.kind in RULE_KINDS or not fetch.stored or _is_owed(fetch):
                continue
            etag = last_modified = None
            if fetch.outcome == "not_modified":
                kept = self.state.validators(fetch.url)
                etag, last_modified = kept.get("If-None-Match"), kept.get("If-Modified-Since")
            elif fetch.outcome == "ok" and (fetch.kind == "article" or fetch.url in settled):
                etag, last_modified = (
                    fetch.stored.headers.get("etag"),
                    fetch.stored.headers.get("last-modified"),
                )
            is_own = fetch.kind == "article" and fetch.url not in led_to
            is_watched = is_own and not self.task.is_backfill
            yield Page(fetch.url, fetch.capture["captured_at"], etag, last_modified, is_watched)

    def _owes(self, read: Read) -> bool:
        return any(_is_owed(self.asked[url]) for url in read.urls if url in self.asked)

    def _archived(self, url: str) -> Fetch | None:
        """The answer that this run has already: on the way of a redirect, or from a child of it that was killed."""
        fetch = self.log.last.get(url)
        for _ in range(MOST_REDIRECTS):
            if fetch is None or fetch.outcome != "redirect":
                return None if _is_owed(fetch) else fetch
            fetch = self.log.last.get(fetch.detail or "")
        return None

    def _limit(self, delay: float) -> int:
        """Article pages that one run may ask for, at so many seconds' rest between two of them."""
        limit = self.task.source.politeness.max_pages_per_run
        return min(limit, int(LONGEST_CRAWL_SECONDS / delay)) if delay else limit

    def _is_followed(self, url: str) -> bool:
        allowed = any(pattern.search(url) for pattern in self._allow)
        return allowed and not any(pattern.search(url) for pattern in self._deny)

    def _decide(self, link: Link, via: str, hinted_at: datetime | None, now: datetime, limit: int) -> str:
        source = self.task.source
        if not self._is_followed(link.url):
            return "off_pattern"
        if is_taken_down(link.url, source.key, self.tombstones):
            return "tombstone"
        if link.url in self._found:
            return "duplicate"
        self._found.add(link.url)
        if self.task.is_backfill and not self._is_in_range(link):
            return "outside_range"
        if source.terms.access == "feed_only":
            return "feed_only"
        if not self.state.is_due(link.url, via, link.published_text, hinted_at, now):
            return "known"
        return "fetched" if len(self.asked) < limit else "over_limit"

    def _is_in_range(self, link: Link) -> bool:
        """A link without any hint is kept: its page will say."""
        source = self.task.source
        first, last = self.task.days
        today = self.task.run.started_at.date()
        day = hinted_day(link, source.timezone, tuple(source.language), today)
        if day is not None:
            return first <= day <= last
        month = hinted_month(link)
        return month is None or (first.year, first.month) <= month <= (last.year, last.month)


def _is_owed(fetch: Fetch | None) -> bool:
    """True where a page may still come: no answer, an error that passes, a challenge."""
    if fetch is None or fetch.outcome == "reserved":
        return fetch is None
    return fetch.outcome == "challenged" or not is_seen(fetch.http_status or 0)
