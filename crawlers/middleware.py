"""Downloader middleware: archive every response before anything reads it, obey robots.txt, send conditional GETs.

``ArchiveMiddleware`` stands at 650: outside HttpCompression (590), so it sees the bytes of the wire, and outside Redirect
(600), so it sees every hop.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from scrapy.http import Headers, Response

from crawlers.download import Refused
from crawlers.log import Fetch
from crawlers.optout import reserved_by
from crawlers.pace import LONGEST_WAIT
from crawlers.tombstones import is_taken_down
from nichiro.errors import NichiroError

if TYPE_CHECKING:
    from scrapy.robotstxt import ProtegoRobotParser

    from crawlers.spider import SourceSpider

logger = logging.getLogger(__name__)

LONGEST_ROBOTS_SECONDS = 20  # a small file; where it hangs nothing else of the site is asked
SECRET_HEADERS = ("proxy-authorization", "authorization", "cookie")  # never into the archive
ROBOTS_TOKEN = "nichiro"  # the product token that robots.txt may name
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
        if _kind(request) == "robots":
            usual = request.meta.get("download_timeout", LONGEST_ROBOTS_SECONDS)
            request.meta["download_timeout"] = min(usual, LONGEST_ROBOTS_SECONDS)
        if request.meta.get("kind", "archive") not in ("archive", "robots"):
            for name, value in self.state.validators(request.url).items():
                request.headers[name] = value

    def process_response(self, request: Request, response: Response) -> Response:
        """Archive the response; an article that its headers reserve is no more than a row of the log."""
        reserved = reserved_by(_listed(response.headers), ROBOTS_TOKEN) if _kind(request) == "article" else None
        if reserved:
            self.log.failure(request.url, "article", "robots_denied", reserved)
            raise RobotsDenied(reserved)
        sent = [(name, value) for name, value in _listed(request.headers) if name.lower() not in SECRET_HEADERS]
        asked = [("Host", urlsplit(request.url).netloc), *sent]
        try:
            fetch = self.log.response(
                request.url, _kind(request), response.status, _listed(response.headers), response.body, asked
            )
        except NichiroError as error:
            self.spider.trouble = error
            raise Refused(str(error)) from error
        request.meta["fetch"] = fetch
        self._note_robots(request, fetch)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        if isinstance(exception, NichiroError):
            self.spider.trouble = exception
        elif isinstance(exception, RobotsDenied):
            self.log.failure(request.url, _kind(request), "robots_denied", exception.reason)
        elif isinstance(exception, Refused):
            if not self.spider.trouble:
                fetch = self.log.failure(request.url, _kind(request), "connection_failed", str(exception))
                self._note_robots(request, fetch)
        elif not isinstance(exception, IgnoreRequest):
            outcome = next(
                (name for kind, name in _OUTCOMES if isinstance(exception, kind)), "connection_failed"
            )
            causes = getattr(exception.__cause__, "reasons", None)  # Twisted wraps what happened on the wire
            cause = causes[0].value if causes else exception
            detail = f"{type(cause).__name__}: {cause}"[:300]
            self._note_robots(request, self.log.failure(request.url, _kind(request), outcome, detail))

    def _note_robots(self, request: Request, fetch: Fetch) -> None:
        if fetch.kind == "robots" and fetch.outcome != "redirect":
            first_url = request.meta.get("redirect_urls", [request.url])[0]
            self.spider.robots[urlsplit(first_url).netloc] = fetch


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's, and as strict as RFC 9309 2.3.1.4: where robots.txt cannot be had (5xx, no answer) nothing is fetched.

    A robots.txt that is not there (4xx) allows everything. Applies Crawl-delay and Request-rate, which Scrapy does not.
    """

    async def process_request(self, request: Request) -> None:  # type: ignore[override]
        if request.meta.get("dont_obey_robotstxt"):
            return
        parser = await self.robot_parser(request)
        spider = cast("SourceSpider", self.crawler.spider)
        answer = spider.robots.get(urlsplit(request.url).netloc)
        if answer is None or answer.http_status is None or answer.http_status >= 500:
            why = answer.detail if answer else "no answer"
            raise RobotsDenied(f"robots.txt could not be read: {why}", answer)
        if parser is None or answer.http_status >= 400:
            return
        rest = declared_rest(cast("ProtegoRobotParser", parser).rp)
        if rest > LONGEST_WAIT:
            raise RobotsDenied(f"Crawl-delay: {rest:g}, longer than a crawl can wait")
        self._slow_down(request, rest)
        if not parser.allowed(request.url, ROBOTS_TOKEN):
            body = answer.stored.body.decode("utf-8-sig", "replace") if answer.stored else ""
            raise RobotsDenied(f"{denying_rule(body, request.url)}{_of_file(answer)}")

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


def declared_rest(rules: Protego) -> float:
    """Seconds between two requests as robots.txt wants them, by Crawl-delay or Request-rate; 0 where it says nothing."""
    rate = rules.request_rate(ROBOTS_TOKEN)
    per_request = rate.seconds / rate.requests if rate and rate.requests else 0.0
    return max(rules.crawl_delay(ROBOTS_TOKEN) or 0.0, per_request)


def denying_rule(robots_txt: str, url: str) -> str:
    """The longest Disallow line of our group that by itself forbids ``url``: what the outcome row shows."""
    denying = [
        line
        for line in set(_own_lines(robots_txt))
        if not Protego.parse(f"User-agent: *\n{line}").can_fetch(url, ROBOTS_TOKEN)
    ]
    return max(denying, key=lambda line: (len(line), line), default="Disallow")


def _own_lines(robots_txt: str) -> list[str]:
    """The Disallow lines of the groups that name us, or else of those for everyone (RFC 9309 2.2.1)."""
    lines: dict[str, list[str]] = {ROBOTS_TOKEN: [], "*": []}
    named: set[str] = set()
    agents: list[str] = []
    in_rules = False
    for line in (line.strip() for line in robots_txt.splitlines()):
        field, _, value = (part.strip().lower() for part in line.partition("#")[0].partition(":"))
        if field == "user-agent":
            agents = [value] if in_rules else [*agents, value]
            named.add(value)
            in_rules = False
        elif field in ("allow", "disallow"):
            in_rules = True
            if field == "disallow":
                for agent in agents:
                    lines.setdefault(agent, []).append(line)
    return lines[ROBOTS_TOKEN if ROBOTS_TOKEN in named else "*"]


def _of_file(answer: Fetch) -> str:
    """Which robots.txt said so: the hash of the archived file and when it came."""
    if not answer.stored:
        return ""
    return f" (robots.txt {answer.capture['body_sha256'][:12]} of {answer.capture['captured_at']:%Y-%m-%d %H:%MZ})"


def _kind(request: Request) -> str:
    return request.meta.get("kind", "robots")


def _listed(headers: Headers) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), _text(value)) for name, values in headers.items() for value in values]


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
