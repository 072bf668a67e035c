"""Takedown: a document is removed everywhere, and a tombstone keeps it from being fetched, read or restored again.

``bury`` writes the tombstone, a row of the log, before anything is removed. From then on the takedown is *pending*: parse
strikes log and lake, build makes the release from nothing (a changed DuckDB file keeps old bytes in its free pages), and
publish drops the older ones. A run that is killed leaves it pending, and so does a restored backup; the next run goes on.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import polars as pl
from pydantic import BaseModel, Field, ValidationError

from crawlers.source import Key, Source
from crawlers.state import CrawlState
from crawlers.tombstones import load_tombstones, names_of, taken_down
from nichiro.drafts import Drafts
from nichiro.errors import ConfigError
from nichiro.override import strike as strike_overrides
from nichiro.partitions import Say
from nichiro.retention import write_note
from nichiro.run import Run
from nichiro.strike import strike, strike_derived
from warehouse.columns import PARTITION
from warehouse.lake import LOST, Entry, Lake, Partition, write_atomically
from warehouse.sql import select
from warehouse.store import connect, current_release
from warehouse.tables import ops, raw, staging

LOG = "takedown"   # stands where a log partition has its source


@dataclass
class Holding:
    """What is held of a document: its ids, the versions kept of it, and where it is named."""

    article_ids: set[str]
    headlines: list[str] = field(default_factory=list)
    capture_count: int = 0
    version_count: int = 0
    link_count: int = 0
    copies: list[str] = field(default_factory=list)   # URLs of other documents that copy it


def find(lake: Lake, catalog: dict[str, Source], url: str) -> Holding:
    """Everything held of the document at ``url``, under whatever address it was met.

    Raises ConfigError for what is no web address, or the address of a feed or list.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(f"{url!r} is no web address", "give the document's URL, https://…")
    keys = {source_id: _key(catalog, source_id) for source_id in _by_source(lake)}
    logs = {source_id: _Named(lake, partitions) for source_id, partitions in _by_source(lake).items()}
    ids = names_of(url, None).union(*(names_of(url, key) for key in keys.values()))
    holding = Holding(set())
    while holding.article_ids != ids:
        holding = Holding(set(ids))
        for source_id, log in logs.items():
            key, covered = keys[source_id], log.covered(keys[source_id], frozenset(ids))
            versions = log.versions.filter(pl.col("url").is_in(covered) | pl.col("article_id").is_in(ids))
            captures = log.captures.filter(pl.col("url").is_in(covered) | pl.col("capture_id").is_in(versions["capture_id"].implode()))
            if not captures.filter(pl.col("kind") != "article").is_empty():
                raise ConfigError(f"{url} is a feed or a list, no document", "give a document's URL; `status: retired` ends a source")
            holding.headlines += versions["headline"].unique().to_list()
            holding.capture_count += captures.height
            holding.version_count += versions.height
            holding.link_count += log.links.filter(pl.col("url").is_in(covered)).height
            ids = ids.union(versions["article_id"], *(names_of(alias, key) for alias in {*covered, *versions["url"]}))
    holding.copies = _copies(lake.data_dir, holding.article_ids)
    return holding


def bury(lake: Lake, run: Run, holding: Holding, reason: str | None) -> None:
    """Write the tombstone: hashes, time and reason, no URL and no text."""
    row = {
        "run_id": run.run_id, "captured_date": run.started_at.date(), "removed_at": run.now(),
        "article_ids": sorted(holding.article_ids), "reason": reason,
    }
    lake.write(ops.TOMBSTONES, Partition(run.started_at.date(), run.run_id, LOG), pl.DataFrame([row], schema=ops.TOMBSTONES.schema))


def is_pending(lake: Lake) -> bool:
    """True while a tombstone is not yet honoured in log, lake and releases."""
    return not _stems(lake) <= _Mark.read(lake).settled


def honour(lake: Lake, catalog: dict[str, Source], say: Say) -> Counter[str]:
    """Strike every document under a tombstone out of log, lake, crawl state and the runs' notes; returns counts."""
    tombstones, stems = load_tombstones(lake), _stems(lake)
    shutil.rmtree(lake.data_dir / "releases" / ".candidate", ignore_errors=True)   # built before, it may hold the text
    Drafts(lake).clear()
    counts: Counter[str] = Counter()
    for source_id, partitions in _by_source(lake).items():
        key, log = _key(catalog, source_id), _Named(lake, partitions)
        covered = log.covered(key, tombstones)
        versions = log.versions.filter(pl.col("article_id").is_in(tombstones))
        covered |= set(versions["url"])
        struck = pl.concat([
            frame.filter(pl.any_horizontal(pl.col(name).is_in(covered) for name in names)).select(PARTITION)
            for frame, names in ((log.captures, ("url", "redirect_url")), (log.links, ("url",)), (log.fetches, ("url",)))
        ] + [versions.select(PARTITION)]).unique().sort(PARTITION)   # fmt: skip
        for row in struck.iter_rows():
            partition = Partition(*row)
            counts["captures"] += strike(lake, partition, key, tombstones, versions["capture_id"])
            counts["versions"] += _strike_derived(lake, partition)
            counts["partitions"] += 1
        if covered:
            _clean_state(lake.data_dir, source_id, covered)
            counts["notes"] += _clean_notes(lake.data_dir / "runs", covered | set(versions["headline"]))
    if told := strike_overrides(lake, tombstones):
        counts["corrections"] = told
    _Mark(struck=stems, settled=_Mark.read(lake).settled).write(lake)
    if counts:
        say("forget", ", ".join(f"{count} {name}" for name, count in counts.items()))
    return counts


def settle(lake: Lake) -> None:
    """After the publish: drop every older release and what the doctor set aside, and note what was struck as settled."""
    current = current_release(lake.data_dir)
    for release in (lake.data_dir / "releases").iterdir():
        if current and release.resolve() != current:
            shutil.rmtree(release)
    shutil.rmtree(lake.data_dir / LOST, ignore_errors=True)
    struck = _Mark.read(lake).struck
    _Mark(struck=struck, settled=struck).write(lake)


class _Mark(BaseModel):
    """``state/tombstones.json``: the takedowns struck out of log and lake, and those that left the releases too."""

    struck: set[str] = Field(default_factory=set)
    settled: set[str] = Field(default_factory=set)

    @classmethod
    def read(cls, lake: Lake) -> _Mark:
        try:
            return cls.model_validate_json((lake.data_dir / "state" / "tombstones.json").read_bytes())
        except (FileNotFoundError, ValidationError):
            return cls()   # all are honoured again, which changes nothing

    def write(self, lake: Lake) -> None:
        text = self.model_dump_json().encode()
        write_atomically(lake.data_dir / "state" / "tombstones.json", lambda file: file.write(text))


class _Named:
    """The URLs of one source's log."""

    def __init__(self, lake: Lake, partitions: list[Partition]) -> None:
        self.captures = lake.read_all(raw.CAPTURES, partitions, [*PARTITION, "capture_id", "kind", "url", "redirect_url"])
        self.links = lake.read_all(raw.DISCOVERIES, partitions, [*PARTITION, "url"])
        self.fetches = lake.read_all(raw.FETCHES, partitions, [*PARTITION, "url"])
        self.versions = lake.read_all(staging.ARTICLES, partitions, [*PARTITION, "capture_id", "article_id", "url", "headline"])

    def covered(self, key: Key, tombstones: frozenset[str]) -> set[str]:
        """Those of its URLs that are under a tombstone."""
        pages = self.captures.filter(pl.col("kind") == "article")
        columns: Iterable[pl.Series] = (self.captures["url"], pages["redirect_url"], self.links["url"], self.fetches["url"])
        return taken_down(pl.concat(columns).unique(), key, tombstones)


def _by_source(lake: Lake) -> dict[str, list[Partition]]:
    found: dict[str, list[Partition]] = {}
    for partition in lake.partitions(raw.CRAWLS):
        found.setdefault(partition.source_id, []).append(partition)
    return found


def _key(catalog: dict[str, Source], source_id: str) -> Key:
    return catalog[source_id].key if source_id in catalog else Key()


def _strike_derived(lake: Lake, partition: Partition) -> int:
    manifest = lake.manifest(partition.captured_date)
    entry = manifest.entries.get(partition.stem)
    removed = strike_derived(lake, partition, entry or Entry())
    if entry:
        lake.write_manifest(partition.captured_date, manifest)
        if entry.expired:
            write_note(lake, partition, entry)
    return removed


def _clean_state(data_dir: Path, source_id: str, urls: set[str]) -> None:
    if (data_dir / "state" / "crawl" / f"{source_id}.sqlite").exists():
        state = CrawlState(data_dir, source_id)
        state.forget(urls)
        state.close()


def _clean_notes(runs: Path, words: set[str]) -> int:
    """Take URLs and headlines out of what runs wrote down for people; returns the number of files."""
    count = 0
    for path in sorted(path for path in runs.glob("*/*") if path.suffix in (".json", ".jsonl", ".log")):
        text = before = path.read_text(encoding="utf-8", errors="replace")
        for word in sorted(words, key=len, reverse=True):
            text = text.replace(word, "[taken down]").replace(json.dumps(word)[1:-1], "[taken down]")
        if text != before:
            write_atomically(path, lambda file, text=text: file.write(text.encode()))   # type: ignore[misc]
            count += 1
    return count


def _copies(data_dir: Path, article_ids: set[str]) -> list[str]:
    if current_release(data_dir) is None:
        return []
    with connect(data_dir) as connection:
        statement = "SELECT url FROM marts.articles WHERE list_contains($ids, syndicated_from) ORDER BY url"
        return select(connection, statement, {"ids": sorted(article_ids)})["url"].to_list()


def _stems(lake: Lake) -> set[str]:
    return {partition.stem for partition in lake.partitions(ops.TOMBSTONES)}
