"""2,000 pages of 60–120 kB on loopback, no delay: ours with its archive, bare Scrapy, news-please, trafilatura's spider.

Datasets identity and gzip: ``pages_per_second`` from the first request that the server sees to the end of the process, so
that no system pays for imports and each for writing down what it keeps; ``ratio_to_bare_scrapy``; ``pages_lost``: for ours
those that cannot be read from the archive byte for byte, for others those that the server was never asked for. Each round
runs bare Scrapy and ours one after the other, and the best of the rounds counts. Both go through the server as a proxy,
which a crawl without delay needs. The peers get the list of URLs as a present; ours reads robots.txt and a sitemap.
Dataset fifty_thousand: ``peak_mb`` of the process tree that crawls so many pages. Dataset sources_500: ``load_seconds``.
news-please, which extracts too, and trafilatura's spider, which parses for links, get a fifth of the pages. ``--quick``: one
round, a hundredth for those two, no fifty_thousand, and no floor under the ratio, which takes two idle cores.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import yaml

from benchmarks import child, peers
from benchmarks.crawl.web import DISTINCT, HOST, Web, bodies
from benchmarks.form import OURS, Row, report
from nichiro.settings import PROJECT
from warehouse.archive import captures_of
from warehouse.lake import Lake
from warehouse.tables.raw import CAPTURES

PAGES = 2_000
MANY = 50_000
ROUNDS = 3
SOURCES = 500
NICHIRO = str(Path(sys.executable).with_name("nichiro"))
SOURCE_ID = "jp_fiction_news"
BARE = "bare Scrapy"
SLOW = {"news-please": "newsplease_spider.py", "trafilatura spider": "trafilatura_spider.py"}


@dataclass(frozen=True)
class Crawled:
    """One crawl: pages a second, pages lost, peak of resident memory in MB."""

    rate: float
    lost: int
    peak_mb: float


def measure(quick: bool) -> list[Row]:
    """All rows of all systems, on the same pages, in this one call."""
    rows = [Row(OURS, f"sources_{SOURCES}", "load_seconds", round(load_seconds(), 3), SOURCES)]
    few = PAGES // (100 if quick else 5)
    for coding in ("identity", "gzip"):
        with Web(PAGES, coding) as web:
            crawls = {BARE: [], OURS: []}
            for _ in range(1 if quick else ROUNDS):
                crawls[BARE].append(bare(web, PAGES))
                crawls[OURS].append(ours(web, PAGES))
            slow = {system: peer(web, script, few) for system, script in SLOW.items()}
        best = {system: max(rounds, key=lambda crawled: crawled.rate) for system, rounds in crawls.items()}
        for system, crawled in (best | slow).items():
            n = few if system in SLOW else PAGES
            lost = max(each.lost for each in crawls.get(system, [crawled]))
            rows += [
                Row(system, coding, "pages_per_second", round(crawled.rate, 1), n),
                Row(system, coding, "pages_lost", lost, n),
                Row(system, coding, "ratio_to_bare_scrapy", round(crawled.rate / best[BARE].rate, 3), n),
            ]
    if not quick:
        with Web(MANY, "gzip") as web:
            crawled = ours(web, MANY)
        rows += [
            Row(OURS, "fifty_thousand", "peak_mb", round(crawled.peak_mb, 1), MANY),
            Row(OURS, "fifty_thousand", "pages_lost", crawled.lost, MANY),
            Row(OURS, "fifty_thousand", "pages_per_second", round(crawled.rate, 1), MANY),
        ]
    return rows


def ours(web: Web, pages: int) -> Crawled:
    """``nichiro crawl`` of one source with a sitemap."""
    with tempfile.TemporaryDirectory(prefix="nichiro-crawl-") as folder:
        data, catalog = Path(folder, "data"), Path(folder, "catalog")
        catalog.mkdir()
        (catalog / f"{SOURCE_ID}.yml").write_text(yaml.safe_dump(_source(pages)), encoding="utf-8")
        environment = os.environ | {
            "NICHIRO_DATA_DIR": str(data), "NICHIRO_CATALOG_DIR": str(catalog), "NICHIRO_PROXY": web.url, "NICHIRO_CLOCK": "",
        }
        crawled = _timed(web, [NICHIRO, "crawl", "--json"], environment, pages)
        return Crawled(crawled.rate, pages - _archived(data), crawled.peak_mb)


def bare(web: Web, pages: int) -> Crawled:
    """Scrapy of our own environment, which downloads and forgets."""
    environment = os.environ | {"http_proxy": web.url, "no_proxy": ""}
    urls = "\n".join(f"{HOST}/a/{number}.html" for number in range(pages))
    return _timed(web, [sys.executable, str(peers.FOLDER / "scrapy_spider.py")], environment, pages, urls)


def peer(web: Web, script: str, pages: int) -> Crawled:
    """A crawler of the peers' environment, which asks the server itself."""
    urls = "\n".join(f"{web.url}/a/{number}.html" for number in range(pages))
    with tempfile.TemporaryDirectory(prefix="nichiro-peer-") as folder:
        command = [peers.python(), str(peers.FOLDER / script), folder, web.url]
        return _timed(web, command, dict(os.environ), pages, urls)


def load_seconds() -> float:
    """The catalog of so many sources, our own YAMLs under other names, read by a new process."""
    known = sorted((PROJECT / "crawlers" / "sources").glob("*.yml"))
    with tempfile.TemporaryDirectory(prefix="nichiro-catalog-") as folder:
        for number in range(SOURCES):
            path = known[number % len(known)]
            (Path(folder) / f"{path.stem}_{number}.yml").write_bytes(path.read_bytes())
        done = child.run([sys.executable, "-m", "benchmarks.crawl.catalog", folder], environment=dict(os.environ))
    return float(done.output)


def _timed(web: Web, command: list[str], environment: dict[str, str], pages: int, text: str = "") -> Crawled:
    web.counts()
    done = child.run(command, environment=environment, text=text)
    end = time.monotonic()      # the same clock in every process
    counts = web.counts()
    return Crawled(counts.articles / (end - counts.first), pages - counts.articles, done.peak_mb)


def _archived(data: Path) -> int:
    """Distinct pages whose bytes lie in the archive as the server has them; every digest is checked on the way."""
    wanted = {f"{HOST}/a/{number}.html": number for number in range(MANY)}
    hashes = [hashlib.sha256(body).hexdigest() for body in bodies()]
    whole = set()
    for partition in Lake(data).partitions(CAPTURES):
        for url, found in captures_of(data, partition).select("url", "body_sha256").iter_rows():
            if url in wanted and hashes[wanted[url] % DISTINCT] == found:
                whole.add(url)
    return len(whole)


def _source(pages: int) -> dict[str, object]:
    return {
        "title": "A fictional site",
        "publisher": {"name": "Site", "name_en": "Site", "country": "JP", "kind": "newspaper"},
        "genre": "news", "language": ["en"], "timezone": "Asia/Tokyo", "status": "active",
        "discover": [{"kind": "sitemap", "url": f"{HOST}/sitemap.xml"}],
        "follow": {"allow": ["/a/"]},
        "extract": [{"headline": "css:h1", "body": "css:main", "published": {"select": ["css:time"]}}],
        "politeness": {"delay_seconds": 0, "concurrency": 4, "max_pages_per_run": pages},
    }


if __name__ == "__main__":
    report("crawl", measure)
