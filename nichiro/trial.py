"""A trial crawl: a source read live by the real spider, a few pages only, into a folder that is thrown away after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from crawlers.encoding import Undecodable, decode
from crawlers.log import HTML
from crawlers.page import Page
from crawlers.parse import parse
from crawlers.run import crawl
from crawlers.source import Follow, Source
from nichiro.errors import TransientError
from nichiro.run import start_run
from nichiro.settings import Settings
from warehouse.archive import ArchivedResponse, read_response
from warehouse.columns import RULE_KINDS
from warehouse.lake import Lake, Partition
from warehouse.tables.raw import CAPTURES, CRAWLS, DISCOVERIES, FETCHES

NOTHING = Follow(allow=["(?!)"])  # no URL matches: only the documents are read


@dataclass(frozen=True)
class Trial:
    """What one source gave: its row of raw.crawls, its log, its pages as staging frames, and every response by capture."""

    source: Source
    crawl: dict[str, Any]
    captures: pl.DataFrame
    fetches: pl.DataFrame
    discoveries: pl.DataFrame
    articles: pl.DataFrame
    quarantine: pl.DataFrame
    responses: dict[str, ArchivedResponse]

    def pages(self, *kinds: str) -> Iterator[tuple[dict[str, Any], Page]]:
        """The captures of these kinds (none: all) that came whole and as HTML, each with its page."""
        for row in self.captures.iter_rows(named=True):
            is_html = row["http_status"] == 200 and row["media_type"] in HTML and row["kind"] not in RULE_KINDS
            if is_html and (not kinds or row["kind"] in kinds):
                try:
                    yield row, Page(decode(self.responses[row["capture_id"]].body, row["charset"]), row["url"])
                except (Undecodable, ValueError):
                    continue  # its row of the quarantine says so


def attempt(settings: Settings, sources: Sequence[Source], pages: int) -> list[Trial]:
    """Crawl today's documents of each source, one of each kind, and up to ``pages`` articles; nothing is kept on disk.

    A source that has archives only is asked for today's. Live, the hosts' rests are those of every crawl. Raises what ``crawlers.run.crawl`` raises: ConfigError without
    a contact, TransientError for trouble of our own.
    """
    tried = [_few(source, pages) for source in sources]
    with TemporaryDirectory(prefix="nichiro-trial-") as folder:
        if not settings.is_replay:
            _share_rests(settings.data_dir, Path(folder))
        settings = settings.model_copy(update={"data_dir": Path(folder)})
        run = start_run(settings)
        daily = [source for source in tried if any(entry.kind != "archive" for entry in source.discover)]
        groups: list[tuple[list[Source], date | None]] = [(daily, None), ([one for one in tried if one not in daily], run.run_date)]
        for group, day in groups:
            if group:
                catalog = {source.source_id: source for source in group}
                crawl(settings, run, catalog, list(catalog), day, day, lambda source_id, text: None)
        partitions = {source.source_id: Partition(run.started_at.date(), run.run_id, source.source_id) for source in tried}
        return [_read(settings.data_dir, partitions[source.source_id], source) for source in tried]


def _share_rests(data_dir: Path, folder: Path) -> None:
    """Rests are a host's, not a crawl's: one that is asked just now, or left alone for a while, is so here too."""
    hosts = data_dir.resolve() / "state" / "hosts"
    try:
        hosts.mkdir(parents=True, exist_ok=True)
        (folder / "state").mkdir()
        (folder / "state" / "hosts").symlink_to(hosts)
    except OSError as error:
        raise TransientError(f"cannot write {hosts}: {error.strerror}", "check rights and free space") from error


def _few(source: Source, pages: int) -> Source:
    """The source with one document of each kind, of one page each, and a bound on its articles."""
    kinds = {entry.kind: entry.model_copy(update={"max_pages": 1}) for entry in reversed(source.discover)}
    bound = source.politeness.model_copy(update={"max_pages_per_run": max(pages, 1)})
    changes = {"discover": list(kinds.values())[::-1], "politeness": bound, "fallback_for": []} | ({} if pages else {"follow": NOTHING})
    return source.model_copy(update=changes)


def _read(data_dir: Path, partition: Partition, source: Source) -> Trial:
    lake = Lake(data_dir)
    captures, fetches, discoveries, crawls = (
        lake.read(table, partition) for table in (CAPTURES, FETCHES, DISCOVERIES, CRAWLS)
    )
    responses = {
        row["capture_id"]: read_response(data_dir, row["warc_path"], row["warc_offset"]) for row in captures.iter_rows(named=True)
    }
    parsed = parse(captures, lambda row: responses[row["capture_id"]], source)
    return Trial(
        source, crawls.row(0, named=True), captures, fetches, discoveries,
        parsed["staging.articles"], parsed["staging.quarantine"], responses,
    )  # fmt: skip
