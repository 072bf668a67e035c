"""Scrapy's settings for one source: polite by construction. There is no setting that turns robots.txt off."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crawlers.frontier import LONGEST_CRAWL_SECONDS, MOST_REDIRECTS
from crawlers.source import Source
from nichiro import __version__
from nichiro.errors import ConfigError
from nichiro.settings import Settings

LEAST_DELAY_SECONDS = 5.0
MAX_RESPONSE_BYTES = 16 * 2**20
RETRIES = 2
DNS_SECONDS = 20
HANDLERS = {
    "http": "crawlers.download.GuardedHandler",
    "https": "crawlers.download.GuardedHandler",
    **dict.fromkeys(("data", "file", "ftp", "s3")),  # a page's link is no way to our own files
}


def check_polite(settings: Settings, sources: Iterable[Source]) -> None:
    """Raise ConfigError for a live crawl that gives no contact or leaves a site less than five seconds of rest."""
    if settings.is_replay:
        return
    if not settings.contact.strip():
        raise ConfigError(
            "NICHIRO_CONTACT is empty: a live crawl says who it is",
            "run `nichiro init`, or set it to a URL or address that reaches you",
        )
    for source in sources:
        if source.politeness.delay_seconds < LEAST_DELAY_SECONDS:
            raise ConfigError(
                f"{source.source_id}: politeness.delay_seconds is {source.politeness.delay_seconds:g}",
                f"a live crawl needs {LEAST_DELAY_SECONDS:g} or more",
            )


def user_agent(settings: Settings) -> str:
    return f"nichiro/{__version__} (+{settings.contact or 'replay'})"


def scrapy_settings(settings: Settings, source: Source) -> dict[str, Any]:
    """The settings of one source's crawl; Crawl-delay is applied later, by RobotsMiddleware."""
    politeness = source.politeness
    return {
        "USER_AGENT": user_agent(settings),
        "ROBOTSTXT_OBEY": True,
        "NICHIRO_PROXY": settings.proxy or None,
        "NICHIRO_HOSTS": str(settings.data_dir / "state" / "hosts"),
        "DOWNLOAD_HANDLERS": HANDLERS,
        "CONCURRENT_REQUESTS": politeness.concurrency + 1,  # one is being archived; a crawl that is killed asks for these again
        "CONCURRENT_REQUESTS_PER_DOMAIN": politeness.concurrency,
        "CONCURRENT_ITEMS": 1,  # there are none; Scrapy starts so many tasks for every response
        "DOWNLOAD_DELAY": politeness.delay_seconds,
        "DOWNLOAD_DELAY_JITTER": 0,  # it would go below the delay
        "DOWNLOAD_TIMEOUT": politeness.timeout_seconds,
        "DOWNLOAD_MAXSIZE": MAX_RESPONSE_BYTES,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,  # an archive says who answered; Scrapy's default does not look
        "DNS_TIMEOUT": DNS_SECONDS,
        "CLOSESPIDER_TIMEOUT": 2 * LONGEST_CRAWL_SECONDS,  # slow answers may double a crawl, not more
        "RETRY_TIMES": RETRIES,
        "RETRY_HTTP_CODES": [500, 502, 503, 504, 522, 524],
        "REDIRECT_MAX_TIMES": MOST_REDIRECTS,
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Language": ",".join(source.language),
            "Accept-Encoding": "gzip, deflate, br",  # what the archive can decode
        },
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "crawlers.middleware.RobotsMiddleware": 100,
            "crawlers.middleware.ArchiveMiddleware": 650,
            "scrapy.downloadermiddlewares.stats.DownloaderStats": None,
        },
        "SPIDER_MIDDLEWARES": {
            "scrapy.spidermiddlewares.depth.DepthMiddleware": None,  # the spider has bounds of its own
            "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,  # an error page is an outcome, too
            "scrapy.spidermiddlewares.referer.RefererMiddleware": None,  # no site is told where we come from
        },
        "STATS_CLASS": "scrapy.statscollectors.DummyStatsCollector",  # the log counts
        "EXTENSIONS": dict.fromkeys(("scrapy.extensions.corestats.CoreStats", "scrapy.extensions.logstats.LogStats")),
        "COOKIES_ENABLED": False,
        "METAREFRESH_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "DNSCACHE_ENABLED": True,
        "LOG_LEVEL": "WARNING",
    }
