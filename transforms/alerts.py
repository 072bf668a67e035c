"""ops.alert_observations: what a run sees of each spike, against what earlier runs saw.

An alert is one spike: one rule, series and day. It is *new* when first seen within FRESH_DAYS of the run, *revised* when
its figures changed since, *closed* when later data no longer show it (withdrawn) or when its day is past, and
*historical* when it is first seen later than that: a first install or a backfill alarms nobody.
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

RULE = "coverage_spikes"
FRESH_DAYS = 3
MEMORY_DAYS = 400   # older spikes are rows of the mart only: a run need not read the ledger of ten years
FIGURES = ["published_date", "topic_id", "country_code", "observed_count", "expected_count", "p_value", "q_value", "article_ids"]


def alert_observations(spikes: pl.DataFrame, earlier: pl.DataFrame, today: date) -> pl.DataFrame:
    """New rows for what changed: ``alert_id``, ``rule``, ``state``, ``reason`` and FIGURES.

    ``spikes``: marts.coverage_spikes; ``earlier``: ops.alert_observations of the last MEMORY_DAYS; ``today``: the
    readers' day of the run. A second call with the rows of the first gives none.
    """
    first = today - timedelta(days=MEMORY_DAYS)
    now = spikes.filter(pl.col("published_date") >= first).rename({"spike_id": "alert_id"}).select("alert_id", *FIGURES)
    last = earlier.filter(pl.col("published_date") >= first).sort("as_of", "run_id").unique("alert_id", keep="last")
    is_fresh = pl.col("published_date") >= today - timedelta(days=FRESH_DAYS)
    is_open = pl.col("state").is_in(["new", "revised"])

    unseen = now.join(last, on="alert_id", how="anti").with_columns(
        state=pl.when(is_fresh).then(pl.lit("new")).otherwise(pl.lit("historical")), reason=pl.lit(None, pl.String)
    )
    seen = now.join(last.select("alert_id", "state", "reason", pl.col("observed_count", "article_ids").name.suffix("_before")), on="alert_id")
    is_changed = (pl.col("observed_count") != pl.col("observed_count_before")) | (pl.col("article_ids") != pl.col("article_ids_before"))
    is_back = (pl.col("state") == "closed") & (pl.col("reason") == "withdrawn")
    revised = seen.filter(is_fresh, (is_open & is_changed) | is_back).with_columns(
        state=pl.lit("revised"), reason=pl.lit(None, pl.String)
    )
    past = seen.filter(~is_fresh, is_open).with_columns(state=pl.lit("closed"), reason=pl.lit("past"))
    withdrawn = last.filter(is_open).join(now, on="alert_id", how="anti").with_columns(
        state=pl.lit("closed"), reason=pl.lit("withdrawn")
    )
    columns = ["alert_id", "state", "reason", *FIGURES]
    rows = pl.concat([frame.select(columns) for frame in (unseen, revised, past, withdrawn)])
    return rows.with_columns(rule=pl.lit(RULE)).sort("published_date", "country_code", "topic_id")
