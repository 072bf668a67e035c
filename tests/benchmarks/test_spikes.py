"""benchmarks.spikes: the peers by hand, the scoring of outbreaks, thresholds; the real data where it lies beside."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.spikes import __main__ as spikes
from benchmarks.spikes.detectors import DETECTORS, ears_c1, ears_c2, ears_c3, emm_ratio, past, same_weekday


def test_windows_end_where_they_should() -> None:
    counts = np.arange(20.0)[None]
    assert past(counts, 3)[0, 10].tolist() == [7, 8, 9]
    assert past(counts, 3, 3)[0, 10].tolist() == [5, 6, 7]
    assert np.isnan(past(counts, 3, 3)[0, 4]).any() and not np.isnan(past(counts, 3, 3)[0, 5]).any()


def test_peers_by_hand() -> None:
    counts = np.array([[1, 3, 1, 3, 1, 3, 2, 2, 2, 12.0]])
    seven = counts[0, 2:9]
    assert ears_c1(counts, 7)[0, 9] == pytest.approx((12 - seven.mean()) / seven.std(ddof=1))
    seven = counts[0, 0:7]
    assert ears_c2(counts, 7)[0, 9] == pytest.approx((12 - seven.mean()) / seven.std(ddof=1))
    assert ears_c3(counts, 7)[0, 9] == pytest.approx(ears_c2(counts, 7)[0, 9] - 1), "the two days before have no C2"
    assert emm_ratio(np.array([[2.0] * 14 + [12]]), 7)[0, 14] == pytest.approx(12.5 / 2.5)
    weeks = np.tile([9.0, 1, 1, 1, 1, 1, 1], 13)[None]
    assert same_weekday(weeks, 7)[0, 84] == 0


def test_no_detector_sees_the_future() -> None:
    counts = np.random.default_rng(1).poisson(4, (3, 150)).astype(float)
    later = counts.copy()
    later[:, 130:] += 30
    for name, detector in {"ours": spikes.ours, **DETECTORS}.items():
        assert np.array_equal(spikes.scored(detector, counts, 7)[:, :130], spikes.scored(detector, later, 7)[:, :130]), name


def test_thresholds_are_exceeded_as_often_as_asked() -> None:
    scores = [np.random.default_rng(2).normal(size=(20, 600))]
    assert (scores[0] > spikes.threshold(scores, 1 / 60)).mean() == pytest.approx(1 / 60, rel=0.01)
    limit = spikes.episode_threshold(scores, 1 / 60)
    assert spikes.episodes(scores[0] > limit) == pytest.approx(200, rel=0.02)
    assert spikes.episodes(np.array([[1, 0, 0, 1, 0, 0, 0, 1], [0] * 8], bool)) == 3
    assert spikes.episodes(np.array([[1, 0, 1, 1, 0, 0, 0, 1], [0] * 8], bool)) == 2


def test_outbreaks_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    official = np.zeros(20, bool)
    official[8:11] = True
    monkeypatch.setattr(spikes, "outbreaks", lambda: ([], [official]))
    alarms = np.zeros(20, bool)
    alarms[[2, 9, 11, 15]] = True
    told = {row.metric: row.value for row in spikes.on_outbreaks("x", "rki", [alarms])}
    assert told == {"found": 1, "median_delay_weeks": 1, "false_alarms": 2, "false_alarm_weeks": 3, "false_alarms_per_100": round(300 / 17, 2)}


@pytest.mark.skipif(not spikes.SHARED.exists(), reason="needs ../shared")
def test_the_labelled_series_are_read_whole() -> None:
    counts, official = spikes.outbreaks()
    assert len(counts) == 7 and all(len(each) == 209 and weeks.any() for each, weeks in zip(counts, official, strict=True))
    assert spikes.watchers()[0, spikes.FEBRUARY_2022] == 25
