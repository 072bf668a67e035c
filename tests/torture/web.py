"""The torture web: fictional hosts that fail as real ones did (shared/SOURCES.md, section 3), and what the crawler made of them.

A test module declares its sites with ``site``; all of them are crawled together, on up to three days, before its first test.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from crawlers.run import crawl
from crawlers.source import Source
from nichiro.reading import read
from nichiro.run import Run, start_run
from nichiro.settings import PROJECT
from tests.crawlers.test_crawl import logged, settings_of
from tests.crawlers.web import Answer, Web
from warehouse.lake import Lake, Partition

DAYS = ("2026-05-03T23:30:00+00:00", "2026-05-04T23:30:00+00:00", "2027-01-02T00:30:00+00:00")
DAY = "Sun, 03 May 2026 12:00:00 GMT"  # of the first, as feeds write it
XML = {"Content-Type": "application/xml; charset=utf-8"}
Pages = dict[str, Answer | Callable[[dict[str, str]], Answer]]

TEXT = {  # fiction
    "en": (
        "The lighthouse keepers of two invented capes will exchange lamps in June, the fictional port office said on Sunday.",
        "Each keeper rows halfway and hands over the lamp by a rope, so that nobody has to land on the other's rock.",
        "“The light is the same on both sides,” said the made-up keeper Odile Farrow, “only the moths are different.”",
    ),
    "ja": (
        "架空の二つの岬の灯台守が、六月に灯りを取り換える。北見崎の港務所が日曜日に発表した。",
        "灯台守はそれぞれ海峡の半ばまで舟を漕ぎ、綱を渡して灯りを受け取る。互いの岩に上がる必要はない。",
        "「光はどちらの岸でも同じだ。違うのは蛾だけだ」と架空の灯台守、沖野とぼし氏は語った。",
    ),
    "ru": (
        "Смотрители двух придуманных маяков обменяются в июне лампами, сообщили в воскресенье в вымышленном управлении порта.",
        "Каждый доплывёт на вёслах до середины пролива и передаст лампу по канату, чтобы никому не высаживаться на чужой скале.",
        "Свет по обе стороны одинаковый, сказал несуществующий смотритель Фома Огарков, только мотыльки разные.",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Site:
    """One source and the pages of its hosts; each of ``days`` adds to those of the day before."""

    source: Source
    days: tuple[Pages, ...]


SITES: list[Site] = []


def site(source: Source, *days: Pages) -> Site:
    """A site that is visited on as many days as pages are given for."""
    declared = Site(source, days)
    assert source.source_id not in {each.source.source_id for each in SITES}
    SITES.append(declared)
    return declared


def source(source_id: str, *discover: dict[str, Any], **changes: Any) -> Source:
    """A source of plain rules. Its host is ``address(source_id)``; without ``discover`` it has an RSS feed there."""
    declared: dict[str, Any] = {
        "source_id": source_id,
        "title": "Fiction",
        "publisher": {"name": "Fiction", "name_en": "Fiction", "country": source_id[:2].upper(), "kind": "newspaper"},
        "genre": "news",
        "language": [{"jp": "ja", "ru": "ru"}.get(source_id[:2], "en")],
        "timezone": {"jp": "Asia/Tokyo", "ru": "Europe/Moscow"}.get(source_id[:2], "UTC"),
        "status": "active",
        "discover": list(discover) or [{"kind": "rss", "url": f"{address(source_id)}/feed"}],
        "follow": {"allow": ["/a/"]},
        "extract": [{"headline": "css:h1", "body": "css:main", "strip": ["h1", "time"], "published": {"select": ["css:time"]}}],
        "politeness": {"delay_seconds": 0, "timeout_seconds": 30},
    }  # fmt: skip
    return Source.model_validate(declared | changes)


def address(source_id: str) -> str:
    return f"http://{source_id.partition('_')[2].replace('_', '-')}.example"


def as_declared(source_id: str) -> Source:
    """A source of ours by its real rules, with every host below .example and no rest between requests."""
    text = (PROJECT / "crawlers" / "sources" / f"{source_id}.yml").read_text(encoding="utf-8")
    text = re.sub(r"((?:[\w-]+(\\?\.))+[a-z]{2,})(?=/)", r"\1\2example", text.replace("https://", "http://"))
    changes = {"source_id": source_id, "status": "active"}
    declared = Source.model_validate(yaml.safe_load(text) | changes)
    return declared.model_copy(update={"politeness": declared.politeness.model_copy(update={"delay_seconds": 0})})


def fixture(source_id: str, name: str) -> bytes:
    """A fictional page in a source's markup, as the tests of sources have it."""
    return (PROJECT / "tests" / "fixtures" / source_id / name).read_bytes().replace(b"https://", b"http://")


def page(
    headline: str, when: str = "2026-05-03T12:00:00Z", language: str = "en", body: Iterable[str] | None = None, head: str = ""
) -> Answer:
    """An article in the markup that ``source`` reads; ``body`` is its paragraphs."""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in (TEXT[language] if body is None else body))
    return Answer(
        f"<!doctype html><html lang={language}><head><meta charset=utf-8>{head}</head>"
        f"<body><main><h1>{headline}</h1><time>{when}</time>{text}</main></body></html>".encode()
    )


def rss(*items: tuple[str, str | None]) -> Answer:
    """Items are (URL, date as written)."""
    rows = "".join(
        f"<item><title>Fiction {number}</title><link>{url}</link>{f'<pubDate>{when}</pubDate>' if when else ''}</item>"
        for number, (url, when) in enumerate(items)
    )
    return Answer(f"<rss version='2.0'><channel><title>Fiction</title>{rows}</channel></rss>".encode(), headers=XML)


def rdf(*items: tuple[str, str | None]) -> Answer:
    """RSS 1.0: the items stand beside the channel, the date is Dublin Core's."""
    rows = "".join(
        f"<item rdf:about='{url}'><title>Fiction {number}</title><link>{url}</link>{f'<dc:date>{when}</dc:date>' if when else ''}</item>"
        for number, (url, when) in enumerate(items)
    )
    spaces = "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'"
    spaces += " xmlns:dc='http://purl.org/dc/elements/1.1/'"
    return Answer(f"<rdf:RDF {spaces}><channel><title>Fiction</title></channel>{rows}</rdf:RDF>".encode(), headers=XML)


def listing(*urls: str) -> Answer:
    return Answer("".join(f"<li><a href='{url}'>Fiction</a></li>" for url in urls).encode())


@dataclass(frozen=True)
class Seen:
    """What one crawl of one source left: its row of raw.crawls, its log, and what parsing makes of it."""

    source: Source
    data_dir: Path
    run: Run
    crawl: dict[str, Any]

    @property
    def state(self) -> str:
        return self.crawl["state"]

    @property
    def reason(self) -> str:
        return self.crawl["reason"] or ""

    @property
    def partition(self) -> Partition:
        return Partition(self.run.started_at.date(), self.run.run_id, self.source.source_id)

    @cached_property
    def log(self) -> dict[str, pl.DataFrame]:
        return logged(self.data_dir, self.run, self.source.source_id)

    @cached_property
    def parsed(self) -> dict[str, pl.DataFrame]:
        return read(Lake(self.data_dir), self.partition, self.source)

    @property
    def articles(self) -> dict[str, dict[str, Any]]:
        """Rows of staging.articles by URL."""
        return {row["url"]: row for row in self.parsed["staging.articles"].iter_rows(named=True)}

    @property
    def quarantined(self) -> dict[str, str]:
        return dict(self.parsed["staging.quarantine"].select("url", "reason").iter_rows())

    @property
    def fates(self) -> dict[str, str]:
        """Parsing's outcome by URL."""
        outcomes = self.log["captures"].join(self.parsed["staging.outcomes"], on="capture_id")
        return dict(outcomes.select("url", "outcome").iter_rows())

    @property
    def fetched(self) -> dict[str, str]:
        """The last outcome by URL."""
        return dict(self.log["fetches"].select("url", "outcome").iter_rows())

    @property
    def decisions(self) -> dict[str, str]:
        return dict(self.log["discoveries"].select("url", "decision").iter_rows())

    def gate(self) -> tuple[str, str]:
        """Accepted or held, and why."""
        from expectations.gate import SourcePartition, check_sources  # five seconds to import

        frames = self.parsed | {"raw.crawls": self.log["crawls"]}
        part = SourcePartition(
            self.partition.captured_date, self.run.run_id, self.source.source_id, frames, self.source.assertions.model_dump()
        )
        (verdict,), _ = check_sources([part], self.run.run_id, self.run.now())
        return verdict.status, "; ".join(verdict.reasons)


class Visits:
    """All sites, crawled. ``asked`` and ``headers`` are what the web saw."""

    def __init__(self, data_dir: Path, sites: list[Site]) -> None:
        self._seen: dict[tuple[str, int], Seen] = {}
        with Web({}) as web:
            for day, clock in enumerate(DAYS):
                visited = [each for each in sites if day < len(each.days)]
                if not visited:
                    continue
                for each in visited:
                    web.pages.update(each.days[day])
                settings = settings_of(data_dir, web, clock)
                run = start_run(settings)
                catalog = {each.source.source_id: each.source for each in visited}
                crawls = crawl(settings, run, catalog, None, None, None, lambda name, text: None)
                for row in crawls.iter_rows(named=True):
                    seen = Seen(catalog[row["source_id"]], data_dir, run, row)
                    self._seen[row["source_id"], day] = seen
        self.asked: list[str] = web.asked
        self.headers = web.headers

    def asked_of(self, beginning: str) -> list[str]:
        """The URLs asked for that begin so, in order, without those that tell robots what they may."""
        rules = ("/robots.txt", "/.well-known/tdmrep.json")
        return [url for url in self.asked if url.startswith(beginning) and not url.endswith(rules)]

    def of(self, visited: Site, day: int = 1) -> Seen:
        """What the crawl of a site on its first, second … day left."""
        return self._seen[visited.source.source_id, day - 1]
