"""Striking: the log and the tables of one partition without the documents that were taken down.

A struck capture keeps its row, its id and its one fate, skipped as ``tombstone``; its URL gives way to a hash, its record
to a mark. A feed or list that names such a document loses its body: nothing was ever derived from it but its links.
"""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from crawlers.source import Key
from crawlers.tombstones import PLACE, struck, taken_down
from warehouse.lake import Entry, Lake, Partition
from warehouse.tables import enriched, raw, staging

OF_CAPTURES = (
    staging.ARTICLES, staging.QUARANTINE, enriched.RELEVANCE_TABLE, enriched.PASSAGES, enriched.TOPICS, enriched.MENTIONS,
    enriched.TONE, enriched.TARGET_TONE, enriched.DOCUMENT_TONE, enriched.SIGNATURES, enriched.EMBEDDINGS,
)


def strike(lake: Lake, partition: Partition, key: Key | None, tombstones: frozenset[str], also: Collection[str] = ()) -> int:
    """Strike what is under a tombstone, and the captures ``also``, out of WARC and log; returns the captures struck.

    The only place where the log changes. A killed strike is made up for by the next: the fetches go last.
    """
    from warehouse.archive import captures_of, warc_path_of
    from warehouse.takedown import strike as strike_archive

    index, has_archive = lake.path(raw.CAPTURES, partition), (lake.data_dir / warc_path_of(partition)).exists()
    was_killed = has_archive and not index.exists()
    captures = captures_of(lake.data_dir, partition) if was_killed else lake.read(raw.CAPTURES, partition)
    links, fetches = lake.read(raw.DISCOVERIES, partition), lake.read(raw.FETCHES, partition)
    pages = captures.filter(~pl.col("url").str.starts_with(PLACE), kind="article")
    urls = [*pages["url"], *pages["redirect_url"], *links["url"], *fetches["url"]]
    covered = taken_down(urls, key, tombstones) | set(pages.filter(pl.col("capture_id").is_in(list(also)))["url"])
    gone = pl.col("url").is_in(covered) | pl.col("redirect_url").is_in(covered)
    removed = {row["capture_id"]: struck(row["url"], key) for row in pages.filter(gone).iter_rows(named=True)}
    naming = links.filter(pl.col("url").is_in(covered) | pl.col("url").str.starts_with(PLACE))["capture_id"].unique()
    emptied = captures.filter(pl.col("capture_id").is_in(naming.implode()), pl.col("body_bytes") > 0)["capture_id"].to_list()
    if removed or emptied or was_killed:
        if has_archive:
            index.unlink(missing_ok=True)   # its offsets are about to be wrong; where it is missing, it is made again
            captures = strike_archive(lake.data_dir, partition, removed, emptied)
        else:   # the archive expired
            captures = _without_archive(captures, removed)
        lake.write(raw.CAPTURES, partition, captures)
    if covered:
        places = {url: struck(url, key) for url in covered}
        is_covered = pl.col("url").is_in(covered)
        place = pl.col("url").replace(places)
        lake.write(raw.DISCOVERIES, partition, links.with_columns(
            pl.when(is_covered).then(None).otherwise(name).alias(name) for name in ("headline", "published_text")
        ).with_columns(place))
        told = is_covered | pl.col("detail").is_in(covered)
        words = (pl.when(~told).then(name).alias(name) for name in ("detail", "robots_rule", "reserved"))   # may hold the path
        lake.write(raw.FETCHES, partition, fetches.with_columns(place, *words))
    return len(removed)


def strike_derived(lake: Lake, partition: Partition, entry: Entry) -> int:
    """Take the rows of struck captures out of what was derived from a partition; returns the article versions removed.

    What is left is what parsing the struck log again would give, also where its archive expired.
    """
    gone = lake.read(raw.CAPTURES, partition).filter(pl.col("url").str.starts_with(PLACE))["capture_id"]
    is_gone = pl.col("capture_id").is_in(gone.implode())
    versions = 0
    for table in (*OF_CAPTURES, staging.OUTCOMES):
        if not lake.path(table, partition).exists():
            continue
        before = lake.read(table, partition)
        if table is staging.OUTCOMES:
            after = before.with_columns(
                outcome=pl.when(is_gone).then(pl.lit("skipped")).otherwise("outcome"),
                reason=pl.when(is_gone).then(pl.lit("tombstone")).otherwise("reason"),
            )
        else:
            after = before.filter(~is_gone)
        if table is staging.ARTICLES:
            versions = before.height - after.height
        hashes = entry.enriched if table.zone == "enriched" else entry.parsed
        hashes[table.name] = lake.write(table, partition, after)
        entry.counts[table.name] = after.height
    if entry.expired:
        entry.expired = entry.parsed[staging.ARTICLES.name]
    return versions


def _without_archive(captures: pl.DataFrame, removed: dict[str, str]) -> pl.DataFrame:
    is_removed = pl.col("capture_id").is_in(list(removed))
    nothing = {"media_type": None, "charset": None, "redirect_url": None, "body_bytes": 0}
    return captures.with_columns(
        pl.when(is_removed).then(pl.lit(value)).otherwise(name).alias(name) for name, value in nothing.items()
    ).with_columns(url=pl.when(is_removed).then(pl.col("capture_id").replace(removed)).otherwise("url"))
