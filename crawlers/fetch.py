"""Fetch one page for ``nichiro extract URL`` in a process of its own: robots.txt obeyed, honest agent, nothing kept."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.exceptions import IgnoreRequest

from crawlers.settings import HANDLERS, MAX_RESPONSE_BYTES, check_polite, user_agent
from nichiro.errors import ConfigError, NichiroError, TransientError
from nichiro.settings import load_settings


class PageSpider(scrapy.Spider):
    name = "page"
    body: bytes | None = None
    trouble = "no answer"

    async def start(self) -> AsyncIterator[scrapy.Request]:
        meta = {"proxy": self.settings["NICHIRO_PROXY"]} if self.settings["NICHIRO_PROXY"] else {}
        yield scrapy.Request(self.url, self.keep, errback=self.tell, meta=meta)  # type: ignore[attr-defined]

    def keep(self, response: scrapy.http.Response) -> Iterator[Any]:
        if response.status == 200:
            type(self).body = response.body
        else:
            type(self).trouble = f"HTTP status {response.status}"
        yield from ()

    def tell(self, failure: Any) -> None:
        denied = failure.check(IgnoreRequest)
        type(self).trouble = "robots.txt forbids it" if denied else failure.getErrorMessage()


def fetch(url: str) -> bytes:
    """The page's body. Raises ConfigError without a contact, TransientError where no page comes."""
    settings = load_settings()
    check_polite(settings, [])
    process = CrawlerProcess(
        {
            "USER_AGENT": user_agent(settings),
            "ROBOTSTXT_OBEY": True,
            "NICHIRO_PROXY": settings.proxy or None,
            "DOWNLOAD_HANDLERS": HANDLERS,
            "HTTPERROR_ALLOW_ALL": True,
            "DOWNLOAD_VERIFY_CERTIFICATES": True,
            "DOWNLOAD_MAXSIZE": MAX_RESPONSE_BYTES,
            "COOKIES_ENABLED": False,
            "TELNETCONSOLE_ENABLED": False,
            "LOG_LEVEL": "CRITICAL",
        }
    )
    process.crawl(PageSpider, url=url)
    process.start()
    if PageSpider.body is None:
        raise TransientError(f"{url}: {PageSpider.trouble}", "save the page yourself and extract the file")
    return PageSpider.body


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise ConfigError("one URL is needed", "python -m crawlers.fetch URL")
    try:
        sys.stdout.buffer.write(fetch(sys.argv[1]))
    except NichiroError as error:
        print(f"{error.exit_code} {error}", file=sys.stderr)
        sys.exit(error.exit_code)
