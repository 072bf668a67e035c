"""The 90 % interval of the mean tone of several mentions, from each mention's probabilities.

A mention's label is -1, 0 or 1; by its probabilities it has the mean ``score`` = positive - negative and the ``variance`` = positive +
negative - score². Were mentions independent and the probabilities right, the mean label of n would have the variance Σ variance / n².
Mentions of one document or name err together, so that the variance has a floor which does not fall with n. Both terms' factors, and the
quantile of the residuals in such units (a conformal one, normalised: Lei et al. 2018, doi:10.1080/01621459.2017.1307116), were fitted to
groups of the calibration part (two mentions and more of one document or one name), not to those that coverage is measured on.

For a frame: ``mean_interval`` of each group's two lists, or the same form in Polars expressions, ``interval_low`` and ``interval_high``
in ``group_by(...).agg(...)`` over columns with score and variance.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib import resources

import numpy as np
import polars as pl
from numpy.typing import ArrayLike


@lru_cache(maxsize=1)
def factors() -> dict[str, float]:
    """The fitted numbers: ``independent`` (of Σ variance / n²), ``shared`` (a variance), ``quantile``; `make train` writes them."""
    found: dict[str, float] = json.loads(resources.files("transforms").joinpath("models", "tone_interval.json").read_text(encoding="utf-8"))
    return found


def mean_interval(scores: ArrayLike, variances: ArrayLike) -> tuple[float, float]:
    """Low and high, within -1 to 1, of the mean label of the mentions with these scores and variances; (-1, 1) for none."""
    means, spreads = np.asarray(scores, dtype=np.float64), np.asarray(variances, dtype=np.float64)
    if means.size == 0:
        return -1.0, 1.0
    fitted = factors()
    middle = float(means.mean())
    half = fitted["quantile"] * float(np.sqrt(fitted["independent"] * spreads.sum() / means.size**2 + fitted["shared"]))
    return max(-1.0, middle - half), min(1.0, middle + half)


def interval_low(score: pl.Expr, variance: pl.Expr) -> pl.Expr:
    """``mean_interval``'s low end as an aggregation of the group's columns."""
    return (score.mean() - _half(variance)).clip(lower_bound=-1.0)


def interval_high(score: pl.Expr, variance: pl.Expr) -> pl.Expr:
    """``mean_interval``'s high end as an aggregation of the group's columns."""
    return (score.mean() + _half(variance)).clip(upper_bound=1.0)


def _half(variance: pl.Expr) -> pl.Expr:
    fitted = factors()
    return fitted["quantile"] * (fitted["independent"] * variance.sum() / variance.len().cast(pl.Float64) ** 2 + fitted["shared"]).sqrt()
