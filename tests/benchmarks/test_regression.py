"""Fit of the second judge: where the slope vanishes, deterministic, and no group judged by itself."""

from __future__ import annotations

import math

import pytest

from benchmarks.regression import PENALTY, fit, folds
from transforms.second_judge import Brief, SecondJudge


def of(*sentences: float, whole: float = 0.0) -> Brief:
    """Sentences of equal weight with one feature each."""
    return Brief([(1 / len(sentences), {"x": value}) for value in sentences], {"y": whole})


def judge(briefs: list[Brief], labels: list[bool]) -> SecondJudge:
    return SecondJudge(version="", trained_on="", **fit(briefs, labels))


def test_the_fit_is_where_the_slope_vanishes() -> None:
    # Two mirrored texts whose sentences say nothing: bias 0, and the weight w solves 2·σ(-w) = PENALTY·w.
    found = fit([of(0, whole=1.0), of(0, whole=-1.0)], [True, False])
    assert found["sentence_weights"] == {"x": 0}
    assert 2 / (1 + math.exp(found["weights"]["y"])) == pytest.approx(PENALTY * found["weights"]["y"], abs=1e-3)


def test_half_of_the_sentences_is_enough() -> None:
    briefs = [of(1, 1), of(1, 0), of(1, 0, 0), of(0, 0), of(1, 1, 0), of(1, 0, 0, 0)]
    labels = [True, True, False, False, True, False]
    found = judge(briefs * 20, labels * 20)
    assert [found.probability(brief) >= 0.5 for brief in briefs] == labels


def test_scale_does_not_matter() -> None:
    labels = [True, False, True, False] * 5
    small = judge([of(value) for value in (3, 1, 2, 0)] * 5, labels)
    large = judge([of(1000.0 * value) for value in (3, 1, 2, 0)] * 5, labels)
    assert small.probability(of(2)) == pytest.approx(large.probability(of(2000)), abs=0.05)


def test_a_constant_feature_weighs_nothing() -> None:
    found = fit([of(1.0, whole=1.0), of(0.0, whole=1.0)], [True, False])
    assert found["weights"]["y"] == 0 < found["sentence_weights"]["x"]


def test_the_same_each_time() -> None:
    briefs, labels = [of(value, 1) for value in range(20)], [value % 3 == 0 for value in range(20)]
    assert fit(briefs, labels) == fit(briefs, labels)


def test_a_group_is_judged_by_the_others() -> None:
    briefs = [of(0.0)] * 40 + [of(1.0)] * 40
    labels = [False] * 40 + [True] * 40
    groups = [str(number) for number in range(79)] + ["odd"]
    before = folds(briefs, labels, groups)[-1]
    assert folds(briefs, [*labels[:-1], False], groups)[-1] == before     # its own label changes nothing
    assert folds(briefs, [False] * 80, groups)[-1] < 0.1 < before
