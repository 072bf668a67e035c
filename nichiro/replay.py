"""Replay: what today's rules make of pages in quarantine, from the archive and without network."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import polars as pl

from crawlers.source import Source
from crawlers.tombstones import load_tombstones
from nichiro.errors import ConfigError
from nichiro.partitions import stale
from nichiro.reading import PARSED, read
from nichiro.retention import note
from warehouse.columns import PARTITION
from warehouse.lake import Lake, Partition
from warehouse.tables import staging


@dataclass(frozen=True)
class Replay:
    """What a replay of some pages comes to.

    ``partitions`` hold the pages, those aside whose archive has expired. ``pages``: capture_id, source_id, url, was (the
    reason before); outcome (*expired* where it cannot be read again), reason and detail now; headline and
    published_date of an article. ``lost``: articles that would no longer read, with
    capture_id, source_id, url, reason, detail, of everything that is read again. ``held_count`` of the partitions are
    held: what reads now comes into the release once the gate accepts them. ``stale``: source_id -> how many more
    source-days the next parse reads again, since they were read by other rules.
    """

    partitions: list[Partition]
    pages: pl.DataFrame
    lost: pl.DataFrame
    held_count: int
    stale: dict[str, int]

    @property
    def articles(self) -> int:
        return self.pages.filter(outcome="article").height

    def still(self) -> dict[str, int]:
        """Reason now -> pages that are no article, the most first."""
        left = self.pages.filter(pl.col("outcome") != "article").select(pl.coalesce("reason", "outcome").alias("reason"))
        return dict(left["reason"].value_counts(sort=True).sort("count", "reason", descending=[True, False]).iter_rows())


def rehearse(lake: Lake, catalog: dict[str, Source], rows: pl.DataFrame) -> Replay:
    """What a replay of ``rows`` (of ``quarantine.quarantined``) would come to; writes nothing.

    Read are the partitions of these pages as a whole, and all others of their sources that were read by other rules:
    that is what applying does, and rules that mend one page can break another. Raises ConfigError where a source has
    left the catalog, ContractError for a damaged archive.
    """
    chosen = [Partition(*row) for row in rows.select(PARTITION).unique().sort(PARTITION).iter_rows()]
    sources = {partition.source_id for partition in chosen}
    if gone := sorted(sources - set(catalog)):
        raise ConfigError(f"no rules for {', '.join(gone)}", "set NICHIRO_CATALOG_DIR to the catalog of this data folder")
    chosen = [partition for partition in chosen if note(lake, partition) is None]
    others = [partition for partition, entry in stale(lake, catalog) if not entry.expired and partition not in chosen]
    again = chosen + [partition for partition in others if partition.source_id in sources]
    tombstones = load_tombstones(lake)
    frames = [read(lake, partition, catalog[partition.source_id], tombstones) for partition in again]
    articles, quarantine, outcomes = (pl.concat([table.empty(), *(each[table.name] for each in frames)]) for table in PARSED)
    now = outcomes.select("capture_id", "outcome", "reason").join(
        quarantine.select("capture_id", "detail"), on="capture_id", how="left"
    )
    pages = (
        rows.select("capture_id", "source_id", "url", pl.col("reason").alias("was"))
        .join(now, on="capture_id", how="left", maintain_order="left")
        .join(articles.select("capture_id", "headline", "published_date"), on="capture_id", how="left", maintain_order="left")
        .with_columns(pl.col("outcome").fill_null("expired"))
    )
    before = lake.read_all(staging.ARTICLES, again, ["capture_id", "source_id", "url"], must_exist=True)
    lost = before.join(now.filter(pl.col("outcome") != "article"), on="capture_id", maintain_order="left").drop("outcome")
    held_count = sum(lake.manifest(each.captured_date).entries[each.stem].status == "held" for each in chosen)
    counts = Counter(each.source_id for each in others)
    return Replay(chosen, pages, lost, held_count, dict(sorted(counts.items())))

