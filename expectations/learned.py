"""Checks that learn: the last days of each subject against a bound from its accepted history.

The bound is median ± max(k·MAD, margin), between a floor and a ceiling. Median and MAD bear a history in which nearly
half of the days are wrong (Hampel 1974, doi:10.1080/01621459.1974.10482962).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import polars as pl
from great_expectations import expectations as gxe

from expectations.measures import MEASURES, History, daily, rows
from expectations.rule import not_below
from expectations.thresholds import Threshold, Thresholds

NORMAL = 1.4826  # standard deviations in a MAD, where the figure is normal


def judged(history: History, thresholds: Thresholds) -> pl.DataFrame:
    """One row a check and subject with enough history: check, of, suite, side, days, value, usual, bound."""
    found = [
        _figures(history, thresholds, check, threshold, of)
        for check, threshold in thresholds.checks.items()
        for of in threshold.of
    ]
    return pl.concat(found).sort("check", "suite")


def expectations(thresholds: Thresholds) -> list[gxe.Expectation]:
    """One warning a check, on the frame that ``wide`` makes."""
    return [
        not_below(check, *_ends(check, threshold), "warning") for check, threshold in thresholds.checks.items()
    ]


def wide(figures: pl.DataFrame, thresholds: Thresholds) -> pl.DataFrame:
    """One row a suite, with ``<check>.value`` and ``<check>.bound``; null where the check does not apply to it."""
    frame = figures.select("suite").unique(maintain_order=True)
    for check in thresholds.checks:
        mine = figures.filter(check=check).select(
            "suite", pl.col("value").alias(f"{check}.value"), pl.col("bound").alias(f"{check}.bound")
        )
        frame = frame.join(mine, on="suite", how="left", maintain_order="left")
    return frame


def said(figure: dict, until: object) -> str:
    """What a person reads of a figure beyond its bound."""
    over = "on" if figure["days"] == 1 else f"over the {figure['days']} days to"
    limit = "at least" if figure["side"] == "min" else "at most"
    return (
        f"{figure['value']:.4g} {figure['unit']} {over} {until}, usually {figure['usual']:.4g}, "
        f"expected {limit} {figure['bound']:.4g}"
    )


def failing(history: History, thresholds: Thresholds, figure: dict, at_most: int) -> list[str]:
    """Keys of the rows behind a figure: those beyond the bound themselves, else those of its days, else the last known."""
    measure = thresholds.checks[figure["check"]].measure
    mine = rows(history, measure, figure["of"], thresholds.new_days, thresholds.window_days).filter(suite=figure["suite"])
    last = mine.filter(pl.col("day") > history.until - timedelta(days=figure["days"]))
    is_max, value = figure["side"] == "max", pl.col("numerator")
    beyond = last.filter(value > figure["bound"] if is_max else value < figure["bound"])
    beyond = beyond.sort("numerator", "key", descending=[is_max, False])
    shown = beyond if beyond.height else last if last.height else mine.sort("day", "key", descending=[True, False])
    return shown["key"].head(at_most).to_list()


def _ends(check: str, threshold: Threshold) -> tuple[str, str]:
    value, bound = f"{check}.value", f"{check}.bound"
    return (value, bound) if threshold.side == "min" else (bound, value)


def _figures(
    history: History, thresholds: Thresholds, check: str, threshold: Threshold, of: str
) -> pl.DataFrame:
    found = rows(history, threshold.measure, of, thresholds.new_days, thresholds.window_days)
    sums = daily(found, threshold.measure, history.until, thresholds.window_days)
    several = list(_over(sums, history, thresholds, threshold))
    figures = pl.concat(several).unique("suite", keep="first", maintain_order=True)
    return figures.select(
        pl.lit(check).alias("check"),
        pl.lit(of).alias("of"),
        "suite",
        pl.lit(threshold.side).alias("side"),
        pl.lit(MEASURES[threshold.measure].unit).alias("unit"),
        "days",
        "value",
        "usual",
        bound=_bound(threshold),
    )


def _over(
    sums: pl.DataFrame, history: History, thresholds: Thresholds, threshold: Threshold
) -> Iterator[pl.DataFrame]:
    """For each length, the figure of the last days and its median and MAD over the days before, suites that have both."""
    per_day = MEASURES[threshold.measure].denominator is None
    for days in threshold.days:
        total = pl.col("numerator", "denominator").rolling_sum(days).over("suite")
        enough = days if per_day else threshold.fewest
        ratios = (
            sums.with_columns(total)
            .filter(pl.col("denominator") >= enough)
            .select("suite", "day", value=pl.col("numerator") / pl.col("denominator"))
        )
        past = ratios.filter(pl.col("day") <= history.until - timedelta(days=days))
        usual = (
            past.group_by("suite", maintain_order=True)
            .agg(
                history=pl.len(),
                usual=pl.col("value").median(),
                mad=(pl.col("value") - pl.col("value").median()).abs().median(),
            )
            .filter(pl.col("history") >= thresholds.least_days)
        )
        last = ratios.filter(day=history.until).drop("day")
        yield last.join(usual, on="suite", maintain_order="left").with_columns(days=pl.lit(days))


def _bound(threshold: Threshold) -> pl.Expr:
    distance = pl.max_horizontal(
        threshold.deviations * NORMAL * pl.col("mad"), threshold.margin * pl.col("usual").abs()
    )
    bound = pl.col("usual") + (distance if threshold.side == "max" else -distance)
    return bound.clip(threshold.floor, threshold.ceiling)
