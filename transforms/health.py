"""ops.source_days: on which days could we have seen what a source published, and how do we know."""

from __future__ import annotations

import polars as pl

from warehouse.tables.ops import SOURCE_DAYS

# Of several runs on a day the best tells most: it read what the others missed. But what a run fetched and could not
# take (held, changed by quarantines) stays missing, whatever the other runs did.
_RANK = ("ok", "empty", "stale", "changed", "challenged", "blocked", "robots", "down", "unknown")
HEALTHY = ("ok", "empty")
CHANGED_MINIMUM = 3   # so many quarantined captures, and more than were read, mean another layout, not odd pages


def source_days(crawls: pl.DataFrame, partitions: pl.DataFrame, sources: pl.DataFrame) -> pl.DataFrame:
    """Health per declared source and day that a crawl set out to cover.

    ``crawls``: raw.crawls; ``partitions``: ops.partitions, of which a held one makes its days unhealthy. A daily crawl
    observes its day. A backfill vouches for each day of its range where the archive was read (ok or empty); where it
    was not, it says nothing. Observed wins over backfilled. A day without a crawl has no row: unknown.
    """
    runs = _runs(crawls.join(sources.select("source_id"), on="source_id", how="semi"), partitions)
    days = runs.with_columns(day=pl.date_ranges("first_date", "last_date")).explode("day", empty_as_null=True).drop_nulls("day")
    observed = pl.col("basis") == "observed"
    key = ["source_id", "day"]
    counts = ("discovered_count", "fetched_count", "article_count", "quarantined_count")
    best = (
        days.with_columns(weight=pl.when(observed).then(0).otherwise(1))
        .filter(pl.col("weight") == pl.col("weight").min().over(key))
        .sort(*key, "loses_pages", "rank", "run_id", descending=[False, False, True, False, True])
        .group_by(key, maintain_order=True)
        .agg(
            pl.col("state", "reason", "basis").first(),
            # An archive read later is no run of that day: it has no links or pages of its own.
            *(pl.when(observed).then(pl.col(name)).otherwise(0).sum().alias(name) for name in counts),
        )
    )
    return SOURCE_DAYS.conform(
        best.with_columns(
            basis=pl.when(pl.col("state") == "unknown").then(pl.lit("unknown"))
            .when(observed).then(pl.lit("observed")).otherwise(pl.lit("backfilled")),
            is_healthy=pl.col("state").is_in(HEALTHY),
        ).select(SOURCE_DAYS.schema.names())
    )


def _runs(crawls: pl.DataFrame, partitions: pl.DataFrame) -> pl.DataFrame:
    """One row per source and run with its state after gate and quarantines."""
    held = pl.col("status") == "held"
    changed = (pl.col("quarantined_count") >= CHANGED_MINIMUM) & (pl.col("quarantined_count") > pl.col("article_count"))
    is_told = ~pl.col("state").is_in((*HEALTHY, "stale"))   # the crawl knew why: a challenge in every page's stead
    mute = (pl.col("basis") == "backfill") & ~pl.col("state").is_in(HEALTHY)
    ledger = partitions.select("captured_date", "run_id", "source_id", "status", "reasons", "article_count", "quarantined_count")
    return (
        crawls.filter(~mute)
        .join(ledger, on=["captured_date", "run_id", "source_id"], how="left")
        .with_columns(pl.col("article_count", "quarantined_count").fill_null(0), held=held.fill_null(value=False))
        .with_columns(changed=changed & ~pl.col("held"))
        .with_columns(
            loses_pages=pl.col("held") | pl.col("changed"),
            state=pl.when("held").then(pl.lit("held")).when(pl.col("changed") & ~is_told).then(pl.lit("changed")).otherwise("state"),
            reason=pl.when("held").then(pl.col("reasons").list.join("; "))
            .when(pl.col("changed") & ~is_told).then(
                pl.format("{} of {} pages could not be read: has the layout changed?", "quarantined_count",
                          pl.col("quarantined_count") + pl.col("article_count"))
            ).otherwise("reason"),
        )
        .with_columns(rank=pl.col("state").replace_strict({state: place for place, state in enumerate(_RANK)}, default=len(_RANK), return_dtype=pl.Int32))
    )
