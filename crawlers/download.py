"""The one way out: Scrapy's HTTP handler behind a guard of addresses."""

from __future__ import annotations

from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest
from scrapy.http import Response

from crawlers.addresses import PublicResolver, is_inside

HANDLERS = {
    "http": "crawlers.download.GuardedHandler",
    "https": "crawlers.download.GuardedHandler",
    **dict.fromkeys(("data", "file", "ftp", "s3")),  # a page's link is no way to our own files
}


class Refused(IgnoreRequest):
    """Not asked: an address inside our own network, or a crawl that is already broken off."""


class GuardedHandler(HTTP11DownloadHandler):
    """Every hop passes here, a redirect's too. Raises Refused for an address that is not public."""

    async def download_request(self, request: Request) -> Response:
        resolver = self._resolver()
        host = urlsplit(request.url).hostname or ""
        if is_inside(request.url) or host in resolver.proxies:
            raise Refused("the address lies inside a private network")
        try:
            return await super().download_request(request)
        except CannotResolveHostError as error:
            if address := resolver.refused.get(host):
                raise Refused(f"{host} leads to {address}, inside a private network") from error
            raise

    def _resolver(self) -> PublicResolver:
        """The reactor's, made ours before the first request, however the process was started."""
        from twisted.internet import reactor

        if not isinstance(reactor.resolver, PublicResolver):  # type: ignore[attr-defined]
            PublicResolver.from_crawler(self._crawler, reactor).install_on_reactor()  # type: ignore[arg-type]
        return reactor.resolver  # type: ignore[attr-defined]
