"""Spikes: how many are found at the same rate of false alarms, by ours and by detectors as published.

``sim_M``: series of M articles a day with spikes of one to four days from ../shared/spike_series.py. Parameters were set on its seeds 101
to 104; each detector's threshold is set here on the series without spikes of seeds 101 to 103, to one day of alarm in 60, and the figures are
of seeds 11 to 13. ``f1``, ``precision``, ``recall``, ``mean_delay_days``: by the file's own score. ``f1_episodes``: the same where an unbroken alarm
counts once, one in 60 days: a detector that looks at several days gains nothing from staying on, and hardly any figure can be above 0.75.
``false_alarm_days``: in 60 days without spikes, as it came out. ``f1_packaged``: ours at its sensitivity "high", no threshold set here.

``rki``: seven weekly series with official outbreak weeks, each looked at alone. ``found`` of 7, ``median_delay_weeks`` from the first official week,
``false_alarms``: episodes (weeks at most two apart) that touch neither an outbreak nor the week after; ``false_alarm_weeks``: weeks of
alarm that are no official ones, ``false_alarms_per_100`` of them in 100 quiet weeks. Thresholds are set on simulated weeks with seasons, to one in
120, which is ours at "medium"; ``rki_low``, ``rki_medium``, ``rki_high``: ours as packaged. ``economy_watchers_2022``: comments on Russia by month, found
in 2022-02. Nothing was set on either.
"""

from __future__ import annotations

import csv
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import numpy as np

from benchmarks.form import OURS, Row, report
from benchmarks.spikes import demo
from benchmarks.spikes.detectors import DETECTORS, Detector, ours
from transforms.detection import detect

SHARED = Path(__file__).parents[3] / "shared"
MEANS = (1.5, 6.0, 25.0)
SEEDS, OWN_SEEDS = (11, 12, 13), range(101, 104)
RATE, WEEKLY_RATE = 1 / 60, 1 / 120   # of the issue; of the sensitivity that a person gets who asks for none
WEEKLY_MEANS, WEEKS, WEEKLY_SERIES = (0.7, 3.0, 20.0), 209, 200


def simulator() -> ModuleType:
    """../shared/spike_series.py. Raises FileNotFoundError without it."""
    name = importlib.util.spec_from_file_location("spike_series", SHARED / "spike_series.py")
    if name is None or name.loader is None or not (SHARED / "spike_series.py").exists():
        raise FileNotFoundError("../shared/spike_series.py")
    module = importlib.util.module_from_spec(name)
    name.loader.exec_module(module)
    return module


def measure(quick: bool) -> list[Row]:
    """All detectors on all data; ``quick``: fewer seeds."""
    series = simulator()
    systems = {OURS: ours} | DETECTORS
    seeds, own = (SEEDS[:1], OWN_SEEDS[:2]) if quick else (SEEDS, OWN_SEEDS)
    rows = []
    for mean in MEANS:
        data = {seed: simulated(series, mean, seed) for seed in (*seeds, *own)}
        for name, detector in systems.items():
            rows += on_simulated(series, name, detector, f"sim_{mean:g}", [data[seed] for seed in own], [data[seed] for seed in seeds])
        rows += packaged(series, f"sim_{mean:g}", [data[seed] for seed in seeds])
    quiet = weekly(301)
    for name, detector in systems.items():
        bound = threshold([scored(detector, quiet, 1)], WEEKLY_RATE)
        rows += on_outbreaks(name, "rki", [scored(detector, counts[None], 1)[0] > bound for counts in outbreaks()[0]])
        rows.append(Row(name, "economy_watchers_2022", "found", float((scored(detector, watchers(), 1) > bound)[0, FEBRUARY_2022]), 1))
    for sensitivity in ("low", "medium", "high"):
        alarms = [detect(counts[None], period=1).alarms(sensitivity)[0] for counts in outbreaks()[0]]
        rows += on_outbreaks(OURS, f"rki_{sensitivity}", alarms)
    return rows + demo.measure(quick)


def simulated(series: ModuleType, mean: float, seed: int) -> tuple[np.ndarray, np.ndarray, list[tuple[int, int, int]]]:
    """Clean counts, counts with spikes and the spikes, as the file's ``make`` writes them."""
    random = np.random.default_rng(seed)
    clean, _ = series.counts(mean, random)
    base, level = series.counts(mean, random)
    spiked, spikes = series.with_spikes(base, level, random)
    return clean.astype(float), spiked.astype(float), spikes


def weekly(seed: int) -> np.ndarray:
    """Weeks without spikes: k = 6, seasons of 40 %."""
    random, week = np.random.default_rng(seed), np.arange(WEEKS)
    level = np.repeat(WEEKLY_MEANS, WEEKLY_SERIES)[:, None]
    mean = level * np.exp(random.normal(0, 0.4, level.shape) * np.sin(2 * np.pi * (week / 52 + random.random(level.shape))))
    return random.negative_binomial(6, 6 / (6 + mean)).astype(float)


def scored(detector: Detector, counts: np.ndarray, period: int) -> np.ndarray:
    """The detector's scores; -inf where it has none."""
    with np.errstate(all="ignore"):
        return np.nan_to_num(detector(counts, period), nan=-np.inf, posinf=1e300, neginf=-np.inf)


def threshold(scores: Sequence[np.ndarray], rate: float) -> float:
    """What no more than this share of the columns exceeds."""
    falling = np.sort(np.concatenate([each[np.isfinite(each).any(axis=1)].ravel() for each in scores]))[::-1]
    return float(falling[int(len(falling) * rate)])


def episode_threshold(scores: Sequence[np.ndarray], rate: float) -> float:
    """What is exceeded in no more than this many unbroken alarms (days at most two apart) per column: by bisection."""
    most = sum(each.size for each in scores) * rate
    known = np.concatenate([each[np.isfinite(each)] for each in scores])
    low, high = np.quantile(known, [0.5, 1])
    for _ in range(24):
        middle = (low + high) / 2
        if sum(episodes(each > middle) for each in scores) > most:
            low = middle
        else:
            high = middle
    return float(high)


def episodes(alarms: np.ndarray) -> int:
    """Alarms of all series, those at most two columns apart taken for one."""
    near = np.zeros_like(alarms)
    for back in (1, 2):
        near[:, back:] |= alarms[:, :-back]
    return int((alarms & ~near).sum())


def on_simulated(series: ModuleType, name: str, detector: Detector, dataset: str, own: list, other: list) -> list[Row]:
    """f1, precision, recall and delay at both rates."""
    late = slice(series.WARMUP, None)
    clean = [scored(detector, counts, 7)[:, late] for counts, _, _ in own]
    bound, bound_episodes = threshold(clean, RATE), episode_threshold(clean, RATE)
    told = [(scored(detector, counts, 7), spikes) for _, counts, spikes in other]
    by_day, by_episode = ([series.score(spikes, np.argwhere(each > limit)) for each, spikes in told] for limit in (bound, bound_episodes))
    false = np.mean([(scored(detector, counts, 7)[:, late] > bound).mean() for counts, _, _ in other])
    spikes = sum(each["spikes"] for each in by_day)
    figures = {metric: np.mean([each[metric] for each in by_day]) for metric in ("f1", "precision", "recall", "mean_delay_days")}
    figures |= {"f1_episodes": np.mean([each["f1"] for each in by_episode]), "false_alarm_days": false * 60}
    return [Row(name, dataset, metric, round(float(value), 4), spikes) for metric, value in figures.items()]


def packaged(series: ModuleType, dataset: str, other: list) -> list[Row]:
    """Ours as it comes, at "high"."""
    found = [series.score(spikes, np.argwhere(detect(counts).alarms("high"))) for _, counts, spikes in other]
    return [Row(OURS, dataset, "f1_packaged", round(float(np.mean([each["f1"] for each in found])), 4), sum(each["spikes"] for each in found))]


def outbreaks() -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Counts and official outbreak weeks of the seven series."""
    counts, official = [], []
    for path in sorted((SHARED / "data" / "rki_outbreaks").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        counts.append(np.array([float(row["count"]) for row in rows]))
        official.append(np.array([row["outbreak"].strip() == "1" for row in rows]))
    return counts, official


def on_outbreaks(name: str, dataset: str, alarms: list[np.ndarray]) -> list[Row]:
    """Found, delay and false alarms of alarms by series."""
    delays, false, false_weeks, quiet = [], 0, 0, 0
    for told, official in zip(alarms, outbreaks()[1], strict=True):
        hits = np.flatnonzero(told & official)
        if len(hits):
            delays.append(int(hits[0] - np.flatnonzero(official)[0]))
        near = official.copy()
        near[1:] |= official[:-1]
        weeks = np.flatnonzero(told)
        groups = np.split(weeks, np.flatnonzero(np.diff(weeks) > 2) + 1) if len(weeks) else []
        false += sum(not near[group].any() for group in groups)
        false_weeks += int((told & ~official).sum())
        quiet += int((~official).sum())
    figures = {
        "found": (len(delays), len(alarms)), "median_delay_weeks": (float(np.median(delays)) if delays else float("inf"), len(delays)),
        "false_alarms": (false, quiet), "false_alarm_weeks": (false_weeks, quiet), "false_alarms_per_100": (round(100 * false_weeks / quiet, 2), quiet),
    }
    return [Row(name, dataset, metric, float(value), n) for metric, (value, n) in figures.items()]


FEBRUARY_2022 = (2022 - 2000) * 12 + 1


def watchers() -> np.ndarray:
    """Comments on the present that name Russia, by month from 2000-01."""
    with (SHARED / "data" / "economy_watchers" / "monthly_russia.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "current"]
    if rows[FEBRUARY_2022]["month"] != "202202":
        raise ValueError("monthly_russia.csv has a gap")
    return np.array([[float(row["russia"]) for row in rows]])


if __name__ == "__main__":
    if not SHARED.exists():
        sys.exit("benchmarks.spikes needs ../shared")
    report("spikes", measure)
