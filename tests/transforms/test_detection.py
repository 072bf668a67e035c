"""The detector: what each part is for, the same result alone and in a rebuild, as many false alarms as promised."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from transforms.baseline import DAYS, Parts
from transforms.detection import MEMORY_DAYS, detect
from transforms.windows import trailing
from warehouse.columns import SENSITIVITY_Q

WEEK = np.array([1.3, 1.3, 1.2, 1.2, 1.1, 0.5, 0.4])


def quiet(mean: float, seed: int, series: int = 80, days: int = 160, week: np.ndarray | None = None, size: float = 6) -> np.ndarray:
    """Counts without spikes: negative binomial, ``size`` is its k."""
    level = mean * (np.ones(days) if week is None else week[np.arange(days) % 7])
    return np.random.default_rng(seed).negative_binomial(size, size / (size + level), (series, days)).astype(float)


def found(counts: np.ndarray, days: slice, parts: Parts) -> float:
    """Share of the series with an alarm on these days."""
    return float(detect(counts, parts=parts).alarms("low")[:, days].any(axis=1).mean())


def test_the_lag_keeps_a_spike_out_of_its_own_baseline() -> None:
    """A young series: a spike of three days is a tenth of its past."""
    counts = quiet(6, 1, days=36)
    counts[:, 33:36] += np.random.default_rng(2).poisson(12, (80, 3))
    assert found(counts, slice(35, 36), DAYS) > 0.7
    assert found(counts, slice(35, 36), replace(DAYS, lag=0)) < 0.4


def test_the_trimming_keeps_old_spikes_from_raising_the_bar() -> None:
    counts, random = quiet(6, 3), np.random.default_rng(12)
    for series in counts:
        series[random.choice(np.arange(100, 150), 3, replace=False)] += 80
    counts[:, 155] += 24
    assert found(counts, slice(155, 156), DAYS) > 0.5
    assert found(counts, slice(155, 156), replace(DAYS, is_trimmed=False)) < 0.1


def test_the_weekday_lets_a_spike_of_a_sunday_be_seen() -> None:
    """What a Sunday brings then would be little for a Monday."""
    counts = quiet(20, 4, week=WEEK, size=50)
    counts[:, 153] += 20
    assert found(counts, slice(153, 154), DAYS) > 0.7
    assert found(counts, slice(153, 154), replace(DAYS, has_week=False)) < 0.3


def test_the_share_keeps_a_source_that_doubles_from_being_a_spike() -> None:
    """Everything doubles from day 150 on, and so does what is published beside the topic."""
    volume = np.where(np.arange(160) < 150, 1.0, 2.0)
    counts = np.random.default_rng(5).negative_binomial(6, 6 / (6 + 10 * volume), (80, 160)).astype(float)
    shared, bare = detect(counts, exposure=volume).alarms("low")[:, 150:], detect(counts).alarms("low")[:, 150:]
    assert shared.mean() < 2 / 240
    assert bare.mean() > 0.2
    assert np.allclose(detect(counts, exposure=volume).expected[:, 155].mean(), 20, rtol=0.1)


def test_a_day_alone_equals_the_day_of_a_rebuild() -> None:
    """No day depends on more than its memory, on the order of the series, or on series without an article."""
    random = np.random.default_rng(6)
    counts = random.negative_binomial(6, 6 / (6 + random.gamma(1, 3, (60, 1))), (60, 330)).astype(float)
    counts[:, 250] += 20
    counts[3, 200:210] = np.nan
    exposure = random.uniform(0.5, 1.5, counts.shape)
    whole = detect(counts, weekday=2, exposure=exposure)
    alone = detect(counts[:, -MEMORY_DAYS - 1 :], weekday=(2 + 330 - MEMORY_DAYS - 1) % 7, exposure=exposure[:, -MEMORY_DAYS - 1 :], last=1)
    order = random.permutation(60)
    mixed = detect(np.vstack([counts[order], np.zeros((30, 330))]), weekday=2, exposure=np.vstack([exposure[order], np.ones((30, 330))]), threads=1)
    for name in ("expected", "dispersion", "history", "p_value"):
        assert np.array_equal(getattr(whole, name)[:, -1:], getattr(alone, name), equal_nan=True), name
        assert np.array_equal(getattr(whole, name)[order], getattr(mixed, name)[:60], equal_nan=True), name
        assert np.array_equal(getattr(whole, name)[:, -5:], getattr(detect(counts, 2, exposure, last=5), name), equal_nan=True), name


def test_the_future_changes_nothing() -> None:
    counts = quiet(3, 7, series=10)
    later = counts.copy()
    later[:, 120:] += 50
    assert np.array_equal(detect(counts).p_value[:, :120], detect(later).p_value[:, :120], equal_nan=True)


@pytest.mark.parametrize("mean", [0.3, 1.5, 6.0, 25.0])
def test_false_alarms_are_as_many_as_promised(mean: float) -> None:
    """At most as many days; level, week and spread are estimated, so that they are fewer on tame series."""
    detection = detect(quiet(mean, 8, series=200, days=300, week=WEEK))
    for sensitivity, share in SENSITIVITY_Q.items():
        assert 0.25 * share < detection.alarms(sensitivity)[:, 90:].mean() < 1.3 * share, sensitivity


def test_no_alarm_before_enough_history_nor_on_days_not_seen() -> None:
    counts = quiet(2, 9, series=5)
    counts[:, 20] = 90
    counts[:, 100:120] = np.nan
    detection = detect(counts)
    assert np.isnan(detection.p_value[:, : DAYS.history + DAYS.lag - 1]).all() and not detection.alarms("high")[:, : DAYS.history].any()
    assert np.isnan(detection.p_value[:, 100:120]).all() and not detection.alarms("high")[:, 100:120].any()
    assert np.isfinite(detection.p_value[:, 120:]).all(), "a gap is not a fall: what comes after is compared with what was seen"
    assert (detection.history[:, 125] == 56 - 20).all()


def test_a_thin_series_is_looked_at_in_weeks() -> None:
    """One article a week, then five in five days: no day is a spike, the week is."""
    counts = np.zeros((1, 160))
    counts[0, ::7] = 1
    counts[0, 150:155] = 1
    assert detect(counts).p_value[0, 154] < 0.03
    assert detect(counts).p_value[0, 147] > 0.1


@pytest.mark.parametrize("counts", [np.zeros((2, 160)), np.full((2, 160), 5.0), np.full((2, 160), 1e13), np.zeros((0, 9)), np.zeros((3, 0)), np.ones((1, 1))])
def test_odd_matrices_have_no_alarms_and_no_nonsense(counts: np.ndarray) -> None:
    detection = detect(counts)
    assert detection.p_value.shape == counts.shape
    assert not detection.alarms("high").any()
    assert ((detection.p_value >= 0) & (detection.p_value <= 1) | np.isnan(detection.p_value)).all()


def test_a_count_below_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="below 0"):
        detect(np.array([[1.0, -1.0]]))


@pytest.mark.parametrize(("days", "lag", "step"), [(56, 3, 1), (28, 0, 1), (8, 0, 7), (7, 60, 1)])
def test_trailing_sums(days: int, lag: int, step: int) -> None:
    values = np.random.default_rng(11).integers(0, 9, (2, 50)).astype(float)
    for day in range(50):
        wanted = sum((values[:, at] for back in range(days) if (at := day - lag - back * step) >= 0), np.zeros(2))
        assert (trailing(values, days, lag, step)[:, day] == wanted).all()
