"""The quarantine as the lake has it: pages that do not read as articles, and source-days that the gate holds.

The lake and not the release, so that what was held or blocked this morning is there already.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

import polars as pl

from nichiro.errors import ConfigError
from warehouse.columns import PARTITION
from warehouse.lake import Entry, Lake, Partition
from warehouse.tables import raw, staging

LOOK_BACK = timedelta(days=30)
HELD = pl.Schema(
    {name: staging.QUARANTINE.schema[name] for name in PARTITION}
    | {"reasons": pl.List(pl.String), "article_count": pl.Int64, "quarantined_count": pl.Int64}
)
_CAPTURE = re.compile(r"[0-9a-f]{8,32}")


def entries(lake: Lake, since: date | None = None, source_id: str | None = None) -> Iterator[tuple[Partition, Entry]]:
    """Parsed partitions with their entries, newest first."""
    for day in reversed(lake.days()):
        if since and day < since:
            return
        for stem, entry in sorted(lake.manifest(day).entries.items(), reverse=True):
            partition = Partition.of(day, stem)
            if entry.parsed and source_id in (None, partition.source_id):
                yield partition, entry


def quarantined(
    lake: Lake, since: date | None = None, source_id: str | None = None, reason: str | None = None
) -> pl.DataFrame:
    """Rows of staging.quarantine, newest first, and the articles of held partitions with the reason ``held``.

    They are the captures whose fate in a release is *quarantined*. ``since`` is a captured day.
    """
    found = list(entries(lake, since, source_id))
    pages = [partition for partition, entry in found if entry.counts.get(staging.QUARANTINE.name)]
    rows = lake.read_all(staging.QUARANTINE, pages, must_exist=True)
    kept_back = [pair for pair in found if pair[1].status == "held" and pair[1].counts.get(staging.ARTICLES.name)]
    if kept_back:
        columns = [name for name in staging.QUARANTINE.schema if name in staging.ARTICLES.schema]
        articles = lake.read_all(staging.ARTICLES, [partition for partition, _ in kept_back], columns, must_exist=True)
        why = _held(kept_back).select(*PARTITION, detail=pl.col("reasons").list.join("; "))
        articles = articles.join(why, on=PARTITION, how="left").with_columns(reason=pl.lit("held"))
        rows = pl.concat([rows, staging.QUARANTINE.conform(articles)])
    if reason:
        rows = rows.filter(pl.col("reason") == reason)
    return rows.sort("captured_at", "source_id", "url", descending=[True, False, False])


def held(lake: Lake, since: date | None = None, source_id: str | None = None) -> pl.DataFrame:
    """The partitions that the source gate holds, newest first: schema ``HELD``."""
    return _held([pair for pair in entries(lake, since, source_id) if pair[1].status == "held"])


def counts(rows: pl.DataFrame) -> pl.DataFrame:
    """How many pages of each source and reason, the most first: source_id, reason, page_count, first and last day."""
    return (
        rows.group_by("source_id", "reason")
        .agg(
            pl.len().cast(pl.Int64).alias("page_count"),
            pl.col("captured_date").min().alias("first_date"),
            pl.col("captured_date").max().alias("last_date"),
        )
        .sort("page_count", "source_id", "reason", descending=[True, False, False])
    )


def find(lake: Lake, what: str) -> dict[str, Any]:
    """The row of a capture (its id, or eight digits of it and more) or of a URL's latest capture. Raises ConfigError."""
    return find_all(lake, [what]).row(0, named=True)


def find_all(lake: Lake, named: Iterable[str]) -> pl.DataFrame:
    """The rows of several captures or URLs, each once. Raises ConfigError for one that is not there or not clear."""
    rows = quarantined(lake)
    return pl.concat([rows.clear(), *(_find(rows, what) for what in named)]).unique("capture_id", maintain_order=True)


def _find(rows: pl.DataFrame, what: str) -> pl.DataFrame:
    is_capture = _CAPTURE.fullmatch(what)
    found = rows.filter(pl.col("capture_id").str.starts_with(what) if is_capture else pl.col("url") == what)
    if found.is_empty():
        raise ConfigError(f"no page in quarantine is {what}", "see `nichiro quarantine list --since …`; it may read by now")
    if is_capture and found.height > 1:
        raise ConfigError(f"{found.height} captures begin with {what}", "give more digits")
    return found.head(1)


def capture_of(lake: Lake, row: dict[str, Any]) -> dict[str, Any]:
    """The raw.captures row of a quarantined one: where it lies in the archive, status, type, size."""
    captures = lake.read_all(raw.CAPTURES, [Partition(*(row[name] for name in PARTITION))], must_exist=True)
    return captures.row(by_predicate=pl.col("capture_id") == row["capture_id"], named=True)


def last_day(lake: Lake) -> date | None:
    """The last captured day that was parsed."""
    return max(lake.days(), default=None)


def _held(pairs: list[tuple[Partition, Entry]]) -> pl.DataFrame:
    rows = [
        (
            partition.captured_date, partition.run_id, partition.source_id, entry.reasons,
            entry.counts.get(staging.ARTICLES.name, 0), entry.counts.get(staging.QUARANTINE.name, 0),
        )
        for partition, entry in pairs
    ]
    return pl.DataFrame(rows, schema=HELD, orient="row")
