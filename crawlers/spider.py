"""The one spider: discovery documents of one source, then the articles they name. It yields no items: ``parse`` reads the
archive later."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from crawlers import health
from crawlers.discovery import (
    Found,
    Link,
    UnreadableDocument,
    discover,
    expand,
    hinted_dateline,
    hinted_day,
    hinted_month,
)
from crawlers.health import Verdict
from crawlers.log import CrawlLog, Fetch
from crawlers.middleware import RobotsDenied
from crawlers.source import Discover
from crawlers.state import CrawlState, Document, Page, is_seen
from nichiro.errors import ConfigError, NichiroError

logger = logging.getLogger(__name__)

LONGEST_CRAWL_SECONDS = (
    1800  # a Crawl-delay of minutes must not hold a run for days: fewer pages are asked for
)
KIND_OF = {"atom": "feed", "rss": "feed", "rdf": "feed", "api": "feed", "news_sitemap": "sitemap"}


@dataclass
class Read:
    """A discovery document that was read, with what is still owed of it."""

    url: str
    fetch: Fetch
    followed: int
    newest_at: datetime | None
    links: list[str]
    is_complete: bool = True


class SourceSpider(Spider):
    """Crawls one source; ``finish`` writes WARC, log and state when it closes.

    ``trouble`` holds trouble of our own (a full disk): then nothing of the crawl becomes visible.
    """

    def __init__(
        self, crawl_log: CrawlLog, state: CrawlState, on_end: Callable[[SourceSpider], None], **kwargs: object
    ) -> None:
        super().__init__(name=crawl_log.task.source.source_id, **kwargs)
        self.crawl_log = crawl_log
        self.state = state
        self._on_end = on_end
        task = crawl_log.task
        self.task = task
        self.source = task.source
        self.robots: dict[str, Fetch] = {}
        self.delay = task.source.politeness.delay_seconds
        self.trouble: NichiroError | None = None
        self.verdict = Verdict("unknown", "the crawl did not end")
        self._allow = [re.compile(pattern) for pattern in task.source.follow.allow]
        self._deny = [re.compile(pattern) for pattern in task.source.follow.deny]
        self._asked: set[str] = set()
        self._documents_asked: set[str] = set()
        self._fetched: dict[str, Fetch | None] = {}
        self._reads: list[Read] = []
        self._verdicts: list[Verdict] = []
        self._hints: list[tuple[str, str, str]] = []
        self._newest: datetime | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: object, **kwargs: object) -> SourceSpider:
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.finish, signals.spider_closed)
        crawler.signals.connect(spider.note_bug, signals.spider_error)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the declared documents: archives for a range of days, all others for today."""
        for entry in self.source.discover:
            if (entry.kind == "archive") != self.task.is_backfill or entry.kind == "api":
                continue
            urls = expand(entry.url, *self.task.days) if self.task.is_backfill else [entry.url]
            for url in urls:
                yield self._document(entry, url, page=1)

    def read_document(self, response: Response, entry: Discover, page: int) -> Iterator[Request]:
        """Note the document's verdict and ask for what it links to."""
        fetch: Fetch = response.meta["fetch"]
        verdict = health.of_fetch(fetch)
        before = self.state.document(response.url)
        if verdict is None and fetch.outcome == "not_modified":
            verdict = self._unmodified(fetch, before)
        elif verdict is None:
            try:
                found = discover(entry, response.url, response.body, fetch.stored.capture["charset"])
            except UnreadableDocument as error:
                verdict = Verdict("changed", f"{error.message}: look for its new address")
            except ConfigError as error:
                self.trouble = ConfigError(f"{self.source.source_id}: {error.message}", error.hint)
                return
            else:
                read, requests = self._follow(entry, fetch, found)
                verdict = health.of_links(
                    fetch,
                    len(found.links) + len(found.sitemaps),
                    read.followed + len(found.sitemaps),
                    before.followed if before and page == 1 else 0,
                    read.newest_at if entry.kind != "archive" else None,
                    self.task.run.now(),
                    self.source.usual_gap_days,
                )
                yield from requests
                yield from self._further(entry, found, page, has_news=bool(requests))
        elif entry.kind == "archive" and fetch.http_status in (404, 410):
            verdict = Verdict("empty", f"no archive page {response.url}")  # a month without articles has none
        if page == 1 or verdict.state != "empty":
            self._verdicts.append(verdict)

    def lost_document(self, failure: Failure) -> None:
        """Note that a discovery document gave no answer."""
        request: Request = failure.request  # type: ignore[attr-defined]
        fetch = self.crawl_log.last.get(request.url)
        error = failure.value
        if self.trouble or fetch is None:
            return
        is_reachable = error.is_reachable if isinstance(error, RobotsDenied) else True
        self._verdicts.append(
            health.of_fetch(fetch, is_reachable) or Verdict("changed", f"{fetch.kind} {fetch.url}: {error}")
        )

    def archived(self, response: Response) -> None:
        """An article's response lies in the archive: nothing else is done with it."""
        first_url = response.meta.get("redirect_urls", [response.url])[0]
        self._fetched[first_url] = response.meta["fetch"]

    def lost_article(self, failure: Failure) -> None:
        request: Request = failure.request  # type: ignore[attr-defined]
        first_url = request.meta.get("redirect_urls", [request.url])[0]
        self._fetched[first_url] = self.crawl_log.last.get(request.url)

    def note_bug(self, failure: Failure) -> None:
        """An exception of our own code breaks this crawl off: better no partition than a silent part of one."""
        self.trouble = NichiroError(
            f"{self.source.source_id}: {type(failure.value).__name__}: {failure.value}",
            "this is a bug: see the run's crawl log",
        )

    def finish(self, reason: str) -> None:
        """Write everything: archive, log, then what to remember."""
        try:
            if self.trouble:
                self.crawl_log.writer.discard()
                return
            articles = [fetch for fetch in self._fetched.values() if fetch]
            self.verdict = health.of_source(self._verdicts, articles)
            if reason != "finished":
                self.verdict = Verdict("unknown", f"the crawl was stopped before its end ({reason})")
            newest = self._newest.isoformat() if self._newest else None
            self.crawl_log.write(self.verdict.state, self.verdict.reason, len(self._fetched), newest)
            self._remember()
        except NichiroError as error:
            self.trouble = error
        finally:
            self.state.close()
            self._on_end(self)

    @property
    def counts(self) -> tuple[int, int]:
        """Links found, articles asked for."""
        return len(self.crawl_log.discoveries), len(self._fetched)

    def _document(self, entry: Discover, url: str, page: int) -> Request:
        self._documents_asked.add(url)
        return Request(
            url,
            callback=self.read_document,
            errback=self.lost_document,
            priority=10,
            dont_filter=True,
            meta={"kind": KIND_OF.get(entry.kind, entry.kind)},
            cb_kwargs={"entry": entry, "page": page},
        )

    def _further(self, entry: Discover, found: Found, page: int, has_news: bool) -> Iterator[Request]:
        """Sitemaps of an index, and the next page while pages bring news (an archive: to its end)."""
        urls = list(found.sitemaps)
        if found.next_url and (has_news or entry.kind == "archive"):
            urls.append(found.next_url)
        room = entry.max_pages - page if not found.sitemaps else entry.max_pages
        for url in [url for url in urls if url not in self._documents_asked][: max(room, 0)]:
            yield self._document(entry, url, page + 1)

    def _follow(self, entry: Discover, fetch: Fetch, found: Found) -> tuple[Read, list[Request]]:
        via = fetch.kind
        now = self.task.run.now()
        read = Read(fetch.url, fetch, 0, None, [])
        requests = []
        for link in found.links:
            hint = hinted_dateline(link, self.source.timezone, tuple(self.source.language), now.date())
            hinted_at = hint.instant_utc if hint else None
            decision = self._decide(link, via, hinted_at, now)
            self.crawl_log.link(link, via, fetch.stored.capture_id, decision)
            read.is_complete &= decision != "over_limit"
            if decision == "off_pattern":
                continue
            read.followed += 1
            read.links.append(link.url)
            if hinted_at and hinted_at <= now and (read.newest_at is None or hinted_at > read.newest_at):
                read.newest_at = hinted_at
            if link.published_text and decision in ("fetched", "known"):
                self._hints.append((link.url, via, link.published_text))
            if decision == "fetched":
                self._fetched[link.url] = None
                requests.append(
                    Request(
                        link.url,
                        callback=self.archived,
                        errback=self.lost_article,
                        dont_filter=True,
                        meta={"kind": "article"},
                    )
                )
        if read.newest_at and (self._newest is None or read.newest_at > self._newest):
            self._newest = read.newest_at
        self._reads.append(read)
        return read, requests

    def _decide(self, link: Link, via: str, hinted_at: datetime | None, now: datetime) -> str:
        if not any(pattern.search(link.url) for pattern in self._allow) or any(
            pattern.search(link.url) for pattern in self._deny
        ):
            return "off_pattern"
        if link.url in self._asked:
            return "duplicate"
        self._asked.add(link.url)
        if self.task.is_backfill and not self._in_range(link):
            return "outside_range"
        if self.source.terms.access == "feed_only":
            return "feed_only"
        if not self.state.is_due(link.url, via, link.published_text, hinted_at, now):
            return "known"
        limit = self.source.politeness.max_pages_per_run
        if self.delay:
            limit = min(limit, int(LONGEST_CRAWL_SECONDS / self.delay))
        return "fetched" if len(self._fetched) < limit else "over_limit"

    def _in_range(self, link: Link) -> bool:
        """A link without any hint is kept: its page will say."""
        first_date, last_date = self.task.days
        languages = tuple(self.source.language)
        day = hinted_day(link, self.source.timezone, languages, self.task.run.started_at.date())
        if day is not None:
            return first_date <= day <= last_date
        month = hinted_month(link)
        return month is None or (first_date.year, first_date.month) <= month <= (
            last_date.year,
            last_date.month,
        )

    def _unmodified(self, fetch: Fetch, before: Document | None) -> Verdict:
        newest_at = before.newest_at if before else None
        held = before.followed if before else 1
        if newest_at and (self._newest is None or newest_at > self._newest):
            self._newest = newest_at
        return health.of_links(
            fetch, held, held, 0, newest_at, self.task.run.now(), self.source.usual_gap_days
        )

    def _remember(self) -> None:
        """Commit what was seen; a document that owes us links, or gave none, is read again: it keeps no validators."""
        owing = {
            read.url
            for read in self._reads
            if not read.is_complete
            or not read.followed
            or any(self._is_owed(url) for url in read.links if url in self._fetched)
        }
        pages = []
        for fetch in self.crawl_log.last.values():
            if fetch.kind == "robots" or not fetch.stored or not is_seen(fetch.http_status or 0):
                continue
            if fetch.outcome == "challenged":
                continue
            etag, last_modified = self._validators(fetch) if fetch.url not in owing else (None, None)
            pages.append(Page(fetch.url, fetch.stored.capture["captured_at"], etag, last_modified))
        documents = [Document(read.url, read.followed, read.newest_at) for read in self._reads]
        self.state.commit(pages, self._hints, documents)

    def _is_owed(self, url: str) -> bool:
        fetch = self._fetched[url]
        return fetch is None or fetch.outcome == "challenged" or not is_seen(fetch.http_status or 0)

    def _validators(self, fetch: Fetch) -> tuple[str | None, str | None]:
        headers = fetch.stored.headers if fetch.stored else {}
        if fetch.outcome == "not_modified":
            kept = self.state.validators(fetch.url)
            return headers.get("etag") or kept.get("If-None-Match"), kept.get("If-Modified-Since")
        if fetch.outcome != "ok":
            return None, None
        return headers.get("etag"), headers.get("last-modified")
