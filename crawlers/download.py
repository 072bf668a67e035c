"""The one way out: Scrapy's HTTP handler behind a guard of addresses and each host's pace."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from scrapy.http import Response

from crawlers.addresses import PublicResolver, is_inside
from crawlers.pace import Asleep, Pace
from nichiro.run import Clock


class Refused(IgnoreRequest):
    """Not asked: an address inside our own network, a host left alone, a crawl that is already broken off."""


class GuardedHandler(HTTP11DownloadHandler):
    """Every hop passes here, a redirect's too. Raises Refused for an address that is not public or a host left alone.

    A crawl without a rest between requests, which only a replay may be, has nobody to spare and keeps no pace.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool.maxPersistentPerHost *= 2  # the next request leaves before its forerunner's connection is given back
        folder = crawler.settings.get("NICHIRO_HOSTS")
        self._pace = Pace(Path(folder), Clock()) if folder else None

    async def download_request(self, request: Request) -> Response:
        resolver = self._resolver()
        host = urlsplit(request.url).hostname or ""
        if is_inside(request.url) or host in resolver.proxies:
            raise Refused("the address lies inside a private network")
        rest = getattr(self._crawler.spider, "delay", 0)
        try:
            if self._pace and rest:
                return await self._paced(self._pace, request, host, rest)
            return await super().download_request(request)
        except CannotResolveHostError as error:
            if address := resolver.refused.get(host):
                raise Refused(f"{host} leads to {address}, inside a private network") from error
            raise

    async def _paced(self, pace: Pace, request: Request, host: str, rest: float) -> Response:
        try:
            await pace.turn(host, rest)
            response = await super().download_request(request)
        except Asleep as error:
            raise Refused(str(error)) from error
        except (DownloadTimeoutError, DownloadConnectionRefusedError, DownloadFailedError):
            pace.failed(host)
            raise
        retry_after = response.headers.get("Retry-After")
        latency = request.meta.get("download_latency", 0.0)
        pace.answered(host, response.status, retry_after.decode("latin-1") if retry_after else None, latency)
        return response

    def _resolver(self) -> PublicResolver:
        """The reactor's, made ours before the first request, however the process was started."""
        from twisted.internet import reactor

        if not isinstance(reactor.resolver, PublicResolver):  # type: ignore[attr-defined]
            PublicResolver.from_crawler(self._crawler, reactor).install_on_reactor()  # type: ignore[arg-type]
        return reactor.resolver  # type: ignore[attr-defined]
