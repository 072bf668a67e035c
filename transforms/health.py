"""ops.source_days: on which days could we have seen what a source published, and how do we know.

What a run alone can tell, its crawl and its gate have told. What shows only beside the days before is told here: bodies
that shrank to a lead, and pages of a source so small that no single run can be judged.
"""

from __future__ import annotations

import polars as pl

from transforms.figures import NONE
from warehouse.tables.ops import SOURCE_DAYS

# Of several runs on a day the best tells most: it read what the others missed. But what a run fetched and could not
# take (held, changed by quarantines) stays missing, whatever the other runs did.
_RANK = ("ok", "empty", "stale", "changed", "challenged", "blocked", "robots", "down", "unknown")
HEALTHY = ("ok", "empty")
CHANGED_MINIMUM = 3   # so many quarantined captures, and more than were read, mean another layout, not odd pages
USUAL_DAYS = 30       # before the day, from which a usual length of bodies is learned
LEAST_DAYS = 5        # of these with articles
RECENT_DAYS = 14      # over which a small source's pages are counted together
SHORT_SHARE = 0.25    # of the usual length; what is shorter is a lead, or a part of the page


def source_days(
    crawls: pl.DataFrame,
    partitions: pl.DataFrame,
    sources: pl.DataFrame,
    figures: pl.DataFrame = NONE,
    history: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Health per declared source and day that a crawl set out to cover.

    ``crawls``: raw.crawls; ``partitions``: ops.partitions, of which a held one makes its days unhealthy. A daily crawl
    observes its day. A backfill vouches for each day of its range where the archive was read (ok or empty); where it
    was not, it says nothing. Observed wins over backfilled. A day without a crawl has no row: unknown.

    ``figures``: of the same crawls, as ``transforms.figures`` gives them; ``history``: ops.source_days of the USUAL_DAYS
    and RECENT_DAYS before them. A row depends on no other days.
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
    told = best.join(figures, on=key, how="left").with_columns(
        pl.col("new_count", "revised_count").fill_null(0), pl.col("http_states").fill_null([])
    )
    return SOURCE_DAYS.conform(
        _beside_the_past(told, SOURCE_DAYS.empty() if history is None else history).with_columns(
            basis=pl.when(pl.col("state") == "unknown").then(pl.lit("unknown"))
            .when(observed).then(pl.lit("observed")).otherwise(pl.lit("backfilled")),
            is_healthy=pl.col("state").is_in(HEALTHY),
        ).select(SOURCE_DAYS.schema.names())
    )


def _beside_the_past(told: pl.DataFrame, history: pl.DataFrame) -> pl.DataFrame:
    """The rows with their usual length of bodies, and with the state that a comparison gives to those that look well."""
    seen = ["source_id", "day", "article_count", "quarantined_count", "body_length_median"]
    both = [told.select(seen), history.join(told, on=["source_id", "day"], how="anti").select(seen)]
    length, usual = pl.col("body_length_median"), pl.col("usual_body_length")

    def lately(counts: pl.Expr) -> pl.Expr:
        return counts.rolling_sum_by("day", f"{RECENT_DAYS}d").over("source_id")

    # Pages in quarantine since the last day with an article, but not before the recent days.
    held_back = pl.col("quarantined_count").cum_sum().over("source_id")
    at_last = pl.when(pl.col("article_count") > 0).then(held_back).forward_fill().over("source_id")
    compared = (
        pl.concat(both)
        .sort("source_id", "day")
        .with_columns(
            usual_body_length=length.rolling_median_by("day", f"{USUAL_DAYS}d", closed="left", min_samples=LEAST_DAYS).over("source_id")
        )
        .with_columns(short_count=pl.when(length < SHORT_SHARE * usual).then("article_count").otherwise(0))
        .with_columns(
            is_short=(pl.col("short_count") > 0) & (lately(pl.col("short_count")) >= CHANGED_MINIMUM),
            unread_count=pl.min_horizontal(lately(pl.col("quarantined_count")), held_back - at_last),
        )
        .with_columns(is_unread=pl.col("unread_count") >= CHANGED_MINIMUM)
        .select("source_id", "day", "usual_body_length", "is_short", "is_unread", "unread_count")
    )
    looks_well = pl.col("state").is_in((*HEALTHY, "stale"))
    is_short, is_unread = (pl.col(name) & looks_well for name in ("is_short", "is_unread"))
    return told.join(compared, on=["source_id", "day"], how="left").with_columns(
        state=pl.when(is_short | is_unread).then(pl.lit("changed")).otherwise("state"),
        reason=pl.when(is_short).then(
            pl.format("bodies have {} characters, usually {}: do the pages give a lead only? Mend `body`, or declare `paywall`",
                      length.round().cast(pl.Int64), usual.round().cast(pl.Int64))
        ).when(is_unread).then(
            pl.format("none of the last {} pages could be read: has the layout changed?", "unread_count")
        ).otherwise("reason"),
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
