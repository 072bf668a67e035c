"""Bare Scrapy: downloads a list of URLs (standard input) with its own defaults, keeps nothing; prints {"pages": n}.

Run by our own interpreter, so that both crawls are of one and the same Scrapy.
"""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from typing import Any

import scrapy
from scrapy.crawler import CrawlerProcess


class Bare(scrapy.Spider):
    name = "bare"
    pages = 0

    async def start(self) -> AsyncIterator[scrapy.Request]:
        for url in self.urls:  # type: ignore[attr-defined]
            yield scrapy.Request(url, self.count, dont_filter=True)

    def count(self, response: scrapy.http.Response) -> Any:
        Bare.pages += response.status == 200 and len(response.body) > 0


if __name__ == "__main__":
    process = CrawlerProcess({"DOWNLOAD_DELAY": 0, "LOG_LEVEL": "WARNING", "TELNETCONSOLE_ENABLED": False})
    process.crawl(Bare, urls=sys.stdin.read().split())
    process.start()
    print(json.dumps({"pages": Bare.pages}))
