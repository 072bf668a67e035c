"""Storms and slow rises on simulated series."""

from __future__ import annotations

import numpy as np

from transforms.detection import detect
from transforms.storms import RISE_P_VALUE, rises, storms

SERIES, DAYS = 60, 300


def quiet(mean: float, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).negative_binomial(6, 6 / (6 + mean), (SERIES, DAYS)).astype(float)


def found(counts: np.ndarray, outlets: float) -> np.ndarray:
    detection = detect(counts)
    return storms(counts, detection.expected, detection.alarms(), np.full(counts.shape, outlets)).is_storm


def test_a_spike_that_is_large_sudden_lasting_and_wide_is_a_storm() -> None:
    counts = quiet(6, 1)
    counts[:, 250:255] += 30
    assert found(counts, 8)[:, 250:255].any(axis=1).mean() > 0.95
    assert found(counts, 8)[:, :252].any(axis=1).mean() < 0.1, "not before its third day, but for noise just before it"
    assert not found(counts, 3).any(), "few outlets are no storm"


def test_a_spike_of_two_days_is_none() -> None:
    counts = quiet(6, 2)
    counts[:, 250:252] += 30
    assert found(counts, 8).any(axis=1).mean() < 0.2, "but where noise makes a third"


def test_a_day_shows_the_spike_so_far() -> None:
    counts, expected = np.array([[1.0, 9, 1, 7, 1, 1, 1, 8]]), np.full((1, 8), 2.0)
    told = storms(counts, expected, counts > 5, np.arange(8.0)[None])
    assert told.duration.tolist() == [[0, 1, 0, 2, 0, 0, 0, 1]]
    assert told.excess.tolist() == [[0, 7, 0, 12, 0, 0, 0, 6]]
    assert told.ratio[0, 3] == 4.5 and told.outlets[0, 3] == 3


def test_a_slow_rise_is_found_though_no_day_stands_out() -> None:
    counts, random = quiet(6, 3), np.random.default_rng(4)
    growth = np.linspace(0, 12, 42)
    counts[:, 258:] += random.poisson(growth, (SERIES, 42))
    p_value = rises(counts)
    assert (p_value[:, -7:] <= RISE_P_VALUE).any(axis=1).mean() > 0.8
    assert np.nanmean(rises(quiet(6, 5)) <= RISE_P_VALUE) < 0.001
    assert np.isnan(p_value[:, :55]).all(), "no history, no rise"


def test_four_weeks_that_rest_on_a_spike_are_no_rise() -> None:
    counts = quiet(0.5, 6)
    counts[:, 270:273] = 6
    late = rises(counts)[:, 273:297]
    assert (late > RISE_P_VALUE).mean() > 0.9, "where the spike counted it was 0.71"
