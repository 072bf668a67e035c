"""Logistic regression of the second judge: against a closed form, deterministic, and no group judged by itself."""

from __future__ import annotations

import math

import pytest

from benchmarks.regression import PENALTY, fit, folds, probability


def test_the_fit_is_where_the_slope_vanishes() -> None:
    # Two mirrored points: bias 0, and the weight w solves 2·σ(-w) = PENALTY·w.
    bias, weights = fit([{"x": 1.0}, {"x": -1.0}], [True, False])
    assert bias == pytest.approx(0, abs=1e-3)
    assert 2 / (1 + math.exp(weights["x"])) == pytest.approx(PENALTY * weights["x"], abs=1e-3)


def test_scale_does_not_matter() -> None:
    labels = [True, False, True, False]
    small = fit([{"x": value} for value in (3, 1, 2, 0)], labels)
    large = fit([{"x": 1000.0 * value} for value in (3, 1, 2, 0)], labels)
    assert probability(*small, {"x": 2}) == pytest.approx(probability(*large, {"x": 2000}), abs=0.05)


def test_a_constant_feature_weighs_nothing() -> None:
    assert fit([{"x": 1.0, "one": 1.0}, {"x": 0.0, "one": 1.0}], [True, False])[1]["one"] == 0


def test_a_group_is_judged_by_the_others() -> None:
    values = [{"x": 0.0}] * 40 + [{"x": 1.0}] * 40
    labels = [False] * 40 + [True] * 40
    groups = [str(number) for number in range(79)] + ["odd"]
    before = folds(values, labels, groups)[-1]
    assert folds(values, [*labels[:-1], False], groups)[-1] == before     # its own label changes nothing
    assert folds(values, [False] * 80, groups)[-1] < 0.1 < before
