"""ops.alert_observations: what a run sees of each spike and each change of tone, against what earlier runs saw.

An alert is one spike: one rule, series and day. It is *new* when first seen within FRESH_DAYS of the run, *revised* when
its figures changed since, *closed* when later data no longer show it (withdrawn) or when its day is past, and
*historical* when it is first seen later than that: a first install or a backfill alarms nobody.
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from transforms.coverage import ANY
from warehouse.columns import SENSITIVITY_Q, SERIES, TONE_CHANGE
from warehouse.tables.ops import ALERT_OBSERVATIONS

SPIKES, CHANGES = "coverage_spikes", "tone_changes"   # the rules
FRESH_DAYS = 3
MEMORY_DAYS = 400   # older spikes are rows of the mart only: a run need not read the ledger of ten years
BOOKED = ("observation_id", "run_id", "captured_date", "as_of", "state", "reason")   # the run's, beside the figures
FIGURES = [name for name in ALERT_OBSERVATIONS.schema if name not in (*BOOKED, "alert_id", "rule")]
TELLING = ("observed_count", "level", "article_ids")   # what makes a revision where it changes


def alert_observations(spikes: pl.DataFrame, earlier: pl.DataFrame, today: date, changes: pl.DataFrame | None = None) -> pl.DataFrame:
    """New rows for what changed: ``alert_id``, ``rule``, ``state``, ``reason`` and FIGURES.

    ``spikes``: marts.coverage_spikes; ``changes``: marts.tone_changes, None where they were not looked at; ``earlier``:
    ops.alert_observations of the last MEMORY_DAYS; ``today``: the readers' day of the run. A second call with the rows of
    the first gives none.
    """
    found = [_of_spikes(spikes)]
    if changes is not None:
        found.append(_of_changes(changes))
    rules = [SPIKES] if changes is None else [SPIKES, CHANGES]
    first = today - timedelta(days=MEMORY_DAYS)
    now = pl.concat(found).filter(pl.col("published_date") >= first)
    last = earlier.filter(pl.col("published_date") >= first, pl.col("rule").is_in(rules)).sort("as_of", "run_id").unique("alert_id", keep="last")
    is_fresh = pl.col("published_date") >= today - timedelta(days=FRESH_DAYS)
    is_open = pl.col("state").is_in(["new", "revised"])

    unseen = now.join(last, on="alert_id", how="anti").with_columns(
        state=pl.when(is_fresh).then(pl.lit("new")).otherwise(pl.lit("historical")), reason=pl.lit(None, pl.String)
    )
    seen = now.join(last.select("alert_id", "state", "reason", pl.col(*TELLING).name.suffix("_before")), on="alert_id")
    is_changed = pl.any_horizontal(pl.col(name) != pl.col(f"{name}_before") for name in TELLING)
    is_back = (pl.col("state") == "closed") & (pl.col("reason") == "withdrawn")
    revised = seen.filter(is_fresh, (is_open & is_changed) | is_back).with_columns(
        state=pl.lit("revised"), reason=pl.lit(None, pl.String)
    )
    past = seen.filter(~is_fresh, is_open).with_columns(state=pl.lit("closed"), reason=pl.lit("past"))
    withdrawn = last.filter(is_open).join(now, on="alert_id", how="anti").with_columns(
        state=pl.lit("closed"), reason=pl.lit("withdrawn")
    )
    columns = ["alert_id", "rule", "state", "reason", *FIGURES]
    rows = pl.concat([frame.select(columns) for frame in (unseen, revised, past, withdrawn)])
    return rows.sort("published_date", "country_code", "topic_id", "alert_id")


def _of_spikes(spikes: pl.DataFrame) -> pl.DataFrame:
    return _figures(spikes.rename({"spike_id": "alert_id"}), rule=pl.lit(SPIKES))


def _of_changes(changes: pl.DataFrame) -> pl.DataFrame:
    """A change of tone as an alert: every axis that it has no series on is 'any', and the least sensitive setting follows from its q_value."""
    least = pl.coalesce(*(pl.when(pl.col("q_value") <= bound).then(pl.lit(name)) for name, bound in SENSITIVITY_Q.items()))
    every = {column.name: pl.lit(ANY) for column in SERIES if column.name not in (*changes.columns, "period")}
    return _figures(
        changes.rename({"change_id": "alert_id", "after_count": "observed_count"}).with_columns(sensitivity=least).drop_nulls("sensitivity"),
        rule=pl.lit(CHANGES), period=pl.lit("day"), level=pl.lit(TONE_CHANGE), **every,
    )


def _figures(rows: pl.DataFrame, **given: pl.Expr) -> pl.DataFrame:
    """The columns of an alert; what its rule knows nothing of is null."""
    known = rows.with_columns(**given)
    nothing = [pl.lit(None, ALERT_OBSERVATIONS.schema[name]).alias(name) for name in FIGURES if name not in known.columns]
    return known.with_columns(nothing).select(pl.col(name).cast(ALERT_OBSERVATIONS.schema[name]) for name in ("alert_id", "rule", *FIGURES))
