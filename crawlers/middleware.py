"""Downloader middleware: archive every response before anything reads it, obey what sites ask of robots, send conditional GETs.

``ArchiveMiddleware`` stands at 650: outside HttpCompression (590), so it sees the bytes of the wire, and outside Redirect
(600), so it sees every hop.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from operator import attrgetter
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Headers, Response
from scrapy.http.request import NO_CALLBACK

from crawlers import optout
from crawlers.download import Refused
from crawlers.log import Fetch
from crawlers.pace import LONGEST_WAIT
from crawlers.robots import UNRULED, Robots, Ruling
from crawlers.tombstones import is_taken_down
from nichiro.errors import NichiroError
from warehouse.archive import body_of
from warehouse.columns import RULE_KINDS

if TYPE_CHECKING:
    from crawlers.spider import SourceSpider

logger = logging.getLogger(__name__)

LONGEST_RULES_SECONDS = 20  # a small file; where robots.txt hangs nothing else of the site is asked
ZIPPER = ThreadPoolExecutor(1, thread_name_prefix="zip")  # beside the reactor, in the order in which responses come
SECRET_HEADERS = ("proxy-authorization", "authorization", "cookie")  # never into the archive
NO_ANSWER = (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
_OUTCOMES = (
    (DownloadTimeoutError, "timeout"),
    (CannotResolveHostError, "dns_failure"),
    (DownloadCancelledError, "too_large"),
)


class RobotsDenied(IgnoreRequest):
    """robots.txt forbids the URL, or could not be had (``unread``, if anything was asked), which forbids everything."""

    def __init__(self, reason: str, unread: Fetch | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.unread = unread


class Reserved(IgnoreRequest):
    """The site keeps the article to itself: no archive, no mining. The words are the site's own."""


class ArchiveMiddleware:
    """Writes responses to the WARC file and outcomes to the log, one row per attempt."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.proxy = crawler.settings.get("NICHIRO_PROXY")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ArchiveMiddleware:
        middleware = cls(crawler)
        crawler.signals.connect(middleware.opened, signals.spider_opened)
        return middleware

    def opened(self, spider: SourceSpider) -> None:
        self.spider = spider
        self.log = spider.crawl_log
        self.state = spider.state

    def process_request(self, request: Request) -> None:
        if self.spider.trouble:
            raise Refused("this crawl was broken off")
        if is_taken_down(request.url, self.spider.source.key, self.spider.frontier.tombstones):
            raise Refused("taken down: a redirect leads to it")
        if self.proxy:
            request.meta["proxy"] = self.proxy
        # A redirect copies headers, so those of the URL before are taken off first.
        for name in ("If-None-Match", "If-Modified-Since"):
            request.headers.pop(name, None)
        if _kind(request) in RULE_KINDS:
            usual = request.meta.get("download_timeout", LONGEST_RULES_SECONDS)
            request.meta["download_timeout"] = min(usual, LONGEST_RULES_SECONDS)
        elif _kind(request) != "archive":
            for name, value in self.state.validators(request.url).items():
                request.headers[name] = value

    async def process_response(self, request: Request, response: Response) -> Response:
        """Archive the response; an article that it keeps from us is no more than a row of the log."""
        kind, ruling, headers = _kind(request), request.meta.get("ruling", UNRULED), _listed(response.headers)
        body = body_of(response.body, headers)
        found = _reserved(kind, request.url, headers, body) if response.status < 400 else []
        if found and kind == "article":
            if self.log.is_challenge(body):  # its words are a guard's, not the site's
                found = []
            elif words := optout.keeps_out(found):
                self.log.failure(request.url, kind, "reserved", words, ruling)
                raise Reserved(words)
        sent = [(name, value) for name, value in _listed(request.headers) if name.lower() not in SECRET_HEADERS]
        asked = [("Host", urlsplit(request.url).netloc), *sent]
        exchange = self.log.draw_up(request.url, kind, response.status, headers, response.body, asked, body)
        await asyncio.get_running_loop().run_in_executor(ZIPPER, attrgetter("members"), exchange)
        try:
            stored = self.log.writer.write(exchange)
        except NichiroError as error:
            self.spider.trouble = error
            raise Refused(str(error)) from error
        request.meta["fetch"] = fetch = self.log.keep(stored, ruling, "; ".join(found) or None)
        self._note_robots(request, fetch)
        if kind == "article":  # nothing here reads it, so that it need not be decoded a second time
            response.headers.pop("Content-Encoding", None)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        ruling = request.meta.get("ruling", UNRULED)
        if isinstance(exception, NichiroError):
            self.spider.trouble = exception
        elif isinstance(exception, RobotsDenied):
            self.log.failure(request.url, _kind(request), "robots_denied", exception.reason, ruling)
        elif isinstance(exception, Reserved):
            self.log.failure(request.url, _kind(request), "reserved", str(exception), ruling)
        elif isinstance(exception, Refused):
            if not self.spider.trouble:
                fetch = self.log.failure(request.url, _kind(request), "connection_failed", str(exception), ruling)
                self._note_robots(request, fetch)
        elif not isinstance(exception, IgnoreRequest):
            outcome = next(
                (name for kind, name in _OUTCOMES if isinstance(exception, kind)), "connection_failed"
            )
            causes = getattr(exception.__cause__, "reasons", None)  # Twisted wraps what happened on the wire
            cause = causes[0].value if causes else exception
            detail = f"{type(cause).__name__}: {cause}"[:300]
            self._note_robots(request, self.log.failure(request.url, _kind(request), outcome, detail, ruling))

    def _note_robots(self, request: Request, fetch: Fetch) -> None:
        if fetch.kind == "robots" and fetch.outcome != "redirect":
            first_url = request.meta.get("redirect_urls", [request.url])[0]
            self.spider.robots[urlsplit(first_url).netloc] = fetch


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's, and as strict as RFC 9309 2.3.1.4: where robots.txt cannot be had (5xx, no answer) nothing is fetched.

    A robots.txt that is not there (4xx) allows everything. Applies Crawl-delay and Request-rate, which Scrapy does not,
    and before a host's first article asks for its tdmrep.json.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._robots: dict[str, Robots] = {}
        self._signals: dict[str, list[optout.Signal]] = {}
        self._policies: dict[str, asyncio.Future[optout.TdmPolicy]] = {}

    async def process_request(self, request: Request) -> None:  # type: ignore[override]
        if request.meta.get("dont_obey_robotstxt"):
            return
        await self.robot_parser(request)  # once per host; the answer lies with the spider
        host = urlsplit(request.url).netloc
        answer = cast("SourceSpider", self.crawler.spider).robots.get(host)
        ruling = request.meta["ruling"] = self._ruling(host, answer, request)
        if answer is None or not ruling.is_allowed:
            raise RobotsDenied(ruling.rule or "Disallow", answer if answer and not _is_read(answer) else None)
        if _kind(request) == "article" and (words := await self._reserved(host, request)):
            raise Reserved(words)

    def _ruling(self, host: str, answer: Fetch | None, request: Request) -> Ruling:
        if answer is None or not answer.stored:
            return Ruling(False, f"robots.txt could not be read: {answer.detail if answer else 'no answer'}")
        sha256, at = answer.capture["body_sha256"], answer.capture["captured_at"]
        if not _is_read(answer):
            return Ruling(False, f"robots.txt could not be read: {answer.detail}", sha256, at)
        if (answer.http_status or 0) >= 400:
            return Ruling(True, f"no robots.txt: {answer.detail}", sha256, at)
        if host not in self._robots:
            self._robots[host] = Robots(answer.stored.body.decode("utf-8-sig", "replace"))
            self._signals[host] = optout.of_robots(self._robots[host])
        robots = self._robots[host]
        if robots.rest > LONGEST_WAIT:
            return Ruling(False, f"Crawl-delay: {robots.rest:g}, longer than a crawl can wait", sha256, at)
        self._slow_down(request, robots.rest)
        return Ruling(robots.allows(request.url), robots.rule_of(request.url), sha256, at)

    async def _reserved(self, host: str, request: Request) -> str | None:
        """What the host's robots.txt, then its tdmrep.json, reserves of an article."""
        for signal in self._signals.get(host, ()):
            if signal.binds(request.url):
                return signal.words
        if host not in self._policies:
            self._policies[host] = asyncio.ensure_future(self._policy(f"{urlsplit(request.url).scheme}://{host}{optout.TDMREP}"))
        return (await self._policies[host]).reserves(request.url)

    async def _policy(self, url: str) -> optout.TdmPolicy:
        """The policy at ``url``; where none comes, none is declared (TDM Reservation Protocol, section 6.1)."""
        request = Request(url, callback=NO_CALLBACK, priority=self.DOWNLOAD_PRIORITY, meta={"kind": "tdmrep", "dont_retry": True})
        try:
            response = await self.crawler.engine.download_async(request)  # type: ignore[union-attr]
        except (IgnoreRequest, *NO_ANSWER):
            return optout.TdmPolicy(b"")  # its row of the log says why
        return optout.TdmPolicy(response.body if response.status == 200 else b"")

    def _slow_down(self, request: Request, crawl_delay: float) -> None:
        """Apply a rest above our own; a replay at full speed has nobody to spare."""
        spider = cast("SourceSpider", self.crawler.spider)
        if not spider.delay or crawl_delay <= spider.delay:
            return
        spider.delay = crawl_delay
        downloader = self.crawler.engine.downloader
        key = downloader.get_slot_key(request)
        downloader.per_slot_settings[key] = {"delay": crawl_delay, "concurrency": 1}
        if key in downloader.slots:
            downloader.slots[key].delay = crawl_delay
            downloader.slots[key].concurrency = 1
        logger.info("%s: Crawl-delay %s s applied", key, crawl_delay)


def _is_read(answer: Fetch) -> bool:
    """True for a robots.txt that came or that is not there; else it forbids everything."""
    return answer.http_status is not None and answer.http_status < 500


def _reserved(kind: str, url: str, headers: list[tuple[str, str]], body: bytes) -> list[str]:
    """What an answer reserves: an article itself, a file of rules the host's pages."""
    match kind:
        case "article":
            return optout.of_headers(headers, url) + optout.of_page(body, url)
        case "robots":
            return optout.words_of_robots(body.decode("utf-8-sig", "replace"))
        case "tdmrep":
            return optout.TdmPolicy(body).words
    return []


def _kind(request: Request) -> str:
    return request.meta.get("kind", "robots")


def _listed(headers: Headers) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), _text(value)) for name, values in headers.items() for value in values]


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
