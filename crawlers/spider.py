"""The one spider: discovery documents of one source, then the articles they name.

It yields no items: every response lies in the archive before the spider sees it, and ``parse`` reads the archive later.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterator
from urllib.parse import urlsplit

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from crawlers import health
from crawlers.discovery import Found, UnreadableDocument, discover
from crawlers.frontier import Frontier, Read
from crawlers.health import Verdict
from crawlers.hints import expand
from crawlers.log import CrawlLog, Fetch
from crawlers.middleware import RobotsDenied
from crawlers.source import Discover
from crawlers.state import CrawlState
from nichiro.errors import ConfigError, NichiroError

DEEPEST_INDEX = 3  # an index may name another, whose sitemaps are the third; what is nested deeper is a trap
KIND_OF = {"atom": "feed", "rss": "feed", "rdf": "feed", "api": "feed", "news_sitemap": "sitemap"}


class SourceSpider(Spider):
    """Crawls one source; ``finish`` writes WARC, log and state when it closes, then calls ``on_end``.

    ``trouble`` holds trouble of our own (a full disk): then nothing of the crawl becomes visible before the next one takes
    it over. A bug that meets one source's pages is that source's row: what was archived stays, and the day goes on.
    """

    def __init__(
        self,
        crawl_log: CrawlLog,
        state: CrawlState,
        on_end: Callable[[SourceSpider], None],
        on_pages: Callable[[SourceSpider, int], None] = lambda spider, pages: None,
        **kwargs: object,
    ) -> None:
        super().__init__(name=crawl_log.task.source.source_id, **kwargs)
        self.crawl_log = crawl_log
        self.state = state
        self.task = crawl_log.task
        self.source = crawl_log.task.source
        self.frontier = Frontier(crawl_log, state)
        self.robots: dict[str, Fetch] = {}
        self.delay = self.source.politeness.delay_seconds
        self.trouble: NichiroError | None = None
        self.verdict = Verdict("unknown", "the crawl did not end")
        self._on_end, self._on_pages = on_end, on_pages
        self._bug: str | None = None
        self._verdicts: list[Verdict] = []
        self._documents: set[str] = set()
        self._waiting: deque[str] = deque()  # articles to ask for; as requests those of a large sitemap would take 40 MB
        self._is_rechecked = False
        self._left: Counter[str] = Counter()  # further documents that a declared one may still lead to

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: object, **kwargs: object) -> SourceSpider:
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.finish, signals.spider_closed)
        crawler.signals.connect(spider.go_on, signals.scheduler_empty)
        crawler.signals.connect(spider.recheck, signals.spider_idle)
        crawler.signals.connect(spider.note_bug, signals.spider_error)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the declared documents: archives for a range of days, all others for today."""
        for entry in self.source.discover:
            if (entry.kind == "archive") != self.task.is_backfill:
                continue
            for url in expand(entry.url, *self.task.days) if self.task.is_backfill else [entry.url]:
                self._left[entry.url] += entry.max_pages
                yield self._document(entry, url, page=1)

    def read_document(self, response: Response, entry: Discover, page: int) -> Iterator[Request]:
        """Note the document's verdict and ask for what it links to."""
        fetch: Fetch = response.meta["fetch"]
        asked_host = urlsplit(_first_url(response.request or Request(response.url))).netloc
        verdict = health.of_fetch(fetch) or health.of_stand_in(fetch, self.robots.get(asked_host))
        if verdict is None and fetch.outcome == "not_modified":
            verdict = self._unmodified(fetch)
        elif verdict is None:
            try:
                found = discover(entry, response.url, response.body, fetch.capture["charset"])
            except UnreadableDocument as error:
                verdict = Verdict("changed", f"{error.message}: look for its new address")
            except ConfigError as error:
                self.trouble = ConfigError(f"{self.source.source_id}: {error.message}", error.hint)
                return
            else:
                verdict, requests = self._read(fetch, entry, found, page)
                yield from requests
        elif entry.kind == "archive" and fetch.http_status in (404, 410):
            verdict = Verdict("empty", f"no archive page {response.url}")  # a month without articles has none
        if page == 1 or verdict.state != "empty":
            self._verdicts.append(verdict)

    def lost_document(self, failure: Failure) -> None:
        """Note that a discovery document gave no answer."""
        if fetch := self._lost(failure):
            error = failure.value
            unread = error.unread if isinstance(error, RobotsDenied) else None
            verdict = health.of_fetch(fetch, unread)
            self._verdicts.append(verdict or Verdict("changed", f"{fetch.kind} {fetch.url}: {error}"))

    def archived(self, response: Response) -> None:
        """An article's response lies in the archive: nothing else is done with it."""
        self.frontier.asked[_first_url(response.request or Request(response.url))] = response.meta["fetch"]

    def lost_article(self, failure: Failure) -> None:
        """Note that an article gave no answer."""
        self.frontier.asked[_first_url(failure.request)] = self._lost(failure)  # type: ignore[attr-defined]

    def go_on(self) -> None:
        """Ask for the next article, now that the scheduler has nothing left and there is room for one."""
        if self._waiting:
            self.crawler.engine.crawl(self._article(self._waiting.popleft()))

    def recheck(self) -> None:
        """Ask for the statements that are owed a second look, now that there is no news left to ask for."""
        if self._is_rechecked or self.trouble:
            return
        self._is_rechecked = True
        for url in self.frontier.recheck(self.delay):
            self.crawler.engine.crawl(self._article(url))

    def note_bug(self, failure: Failure) -> None:
        """An exception of our own code: the source's row says so."""
        self.logger.error("%s", failure.getTraceback())
        self._bug = f"{type(failure.value).__name__}: {failure.value}"

    def finish(self, reason: str) -> None:
        """Write everything: archive, log, then what to remember."""
        try:
            if self.trouble:
                self.crawl_log.writer.leave()
                return
            asked = self.frontier.asked
            self.verdict = health.of_source(self._verdicts, [fetch for fetch in asked.values() if fetch])
            if reason != "finished":
                why = "the site was too slow for one run" if reason == "closespider_timeout" else reason
                self.verdict = Verdict("unknown", f"the crawl was stopped before its end ({why}): the next one goes on")
            if self._bug:
                self.verdict = Verdict(
                    "unknown", f"a bug of ours met this source: {self._bug}; see the run's crawl.log"
                )
            newest = self.frontier.newest_at.isoformat() if self.frontier.newest_at else None
            self.crawl_log.write(self.verdict.state, self.verdict.reason, len(asked), newest)
            if not self._bug:
                self.frontier.remember()
        except NichiroError as error:
            self.trouble = error
        finally:
            self.state.close()
            self._on_end(self)

    def _document(self, entry: Discover, url: str, page: int) -> Request:
        self._documents.add(url)
        return Request(
            url,
            callback=self.read_document,
            errback=self.lost_document,
            priority=10,  # before the articles
            dont_filter=True,
            meta={"kind": entry.via or KIND_OF.get(entry.kind, entry.kind)},
            cb_kwargs={"entry": entry, "page": page},
        )

    def _article(self, url: str) -> Request:
        return Request(
            url,
            callback=self.archived,
            errback=self.lost_article,
            dont_filter=True,
            meta={"kind": "article"},
        )

    def _read(self, fetch: Fetch, entry: Discover, found: Found, page: int) -> tuple[Verdict, list[Request]]:
        before = self.state.document(fetch.url)
        read, fresh = self.frontier.take(fetch, found, self.delay)
        if fresh and self.delay:  # a replay at full speed has no time to announce
            self._on_pages(self, len(fresh))
        further = self._further(entry, found, page, has_news=bool(fresh))
        verdict = health.of_links(
            fetch,
            found=len(found.links) + len(found.sitemaps),
            followed=len(read.urls) + len(found.sitemaps),
            followed_before=before.followed if before and page == 1 else 0,
            newest_at=None if self.task.is_backfill else read.newest_at,
            now=self.task.run.now(),
            usual_gap_days=self.source.usual_gap_days,
            is_first=page == 1,
            unchanged_since=before.since(read.urls) if before and not (found.sitemaps or self.task.is_backfill) else None,
            reaches_back=not (before and before.followed) or found.next_url is not None or self._reaches_back(fetch, read),
        )
        self._waiting.extend(fresh)
        return verdict, [self._document(entry, url, page + 1) for url in further]

    def _reaches_back(self, fetch: Fetch, read: Read) -> bool:
        """Whether a feed still holds a page that was had before; headlines alone leave no trace of pages."""
        if fetch.kind != "feed" or not read.urls or self.source.terms.access == "feed_only":
            return True
        return any(self.state.first_seen(url) for url in read.urls)

    def _further(self, entry: Discover, found: Found, page: int, has_news: bool) -> list[str]:
        """Recent sitemaps of an index, and the next page while pages bring news (an archive: to its end).

        Never more than ``max_pages`` in all, however deep indexes name indexes and calendars go on.
        """
        sitemaps = self.frontier.sitemaps(found) if page < DEEPEST_INDEX else []
        urls = [url for url in sitemaps if url not in self._documents][: entry.max_pages]
        if found.next_url and found.next_url not in self._documents and page < entry.max_pages:
            urls += [found.next_url] if has_news or entry.kind == "archive" else []
        urls = urls[: self._left[entry.url]]
        self._left[entry.url] -= len(urls)
        return urls

    def _unmodified(self, fetch: Fetch) -> Verdict:
        before = self.state.document(fetch.url)
        held = before.followed if before else 1
        newest_at = before.newest_at if before else None
        self.frontier.note_newest(newest_at)
        since = before.changed_at if before and before.followed else None
        return health.of_links(
            fetch, held, held, 0, newest_at, self.task.run.now(), self.source.usual_gap_days, unchanged_since=since
        )

    def _lost(self, failure: Failure) -> Fetch | None:
        """The logged outcome behind a failure; a failure without one is a bug of ours."""
        fetch = self.crawl_log.last.get(failure.request.url)  # type: ignore[attr-defined]
        if fetch is None and not self.trouble:
            self.note_bug(failure)
        return fetch


def _first_url(request: Request) -> str:
    """The URL that was found, before any redirect."""
    return request.meta.get("redirect_urls", [request.url])[0]
