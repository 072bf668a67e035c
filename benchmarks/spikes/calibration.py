"""How much evidence series without spikes show: writes transforms/detection.json. Seeds 201 to 212, no data of anybody's.

    python -m benchmarks.spikes.calibration

Counts are negative binomial with k of 1, 2, 6 and 20, levels from a hundredth to 3,000 a day, a week of their own and a slow yearly
trend; counts of weeks have no such week and seasons of 40 %. What the detector says of their days is sorted by the day's expectation; a row of the result holds, for one expectation, the
evidence that a share of the days exceeds.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from transforms.baseline import DAYS, WEEKS, Counted, Parts, baseline, pool
from transforms.evidence import evidence
from transforms.windows import blocks

WRITTEN = Path(__file__).parents[2] / "transforms" / "detection.json"
LEVELS = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 20.0, 100.0, 1000.0)
PROBABILITIES = (0.3, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 3e-4, 1e-4, 3e-5, 1e-5)
SIZES = (1.0, 2.0, 6.0, 20.0)
OLD, YOUNG = 1_000, 10_000   # series
SEEDS = range(201, 213)
ENOUGH = 20_000
NOTHING = -20.0   # stands for no evidence at all in the file


def quiet(seed: int, parts: Parts, is_young: bool) -> np.ndarray:
    """Counts without spikes, series × days (Monday first), or × weeks; many series that are young, or three and ten years of fewer."""
    random = np.random.default_rng(seed)
    columns, year, season = (1095, 365, 0.15) if parts.has_week else (520, 52, 0.4)
    columns = parts.baseline + parts.lag if is_young else columns
    series = YOUNG if is_young else OLD
    week = np.exp(random.normal(0, 0.3, 7)) if parts.has_week else np.ones(7)
    size = random.choice(SIZES, (series, 1))
    level = np.exp(random.uniform(np.log(0.01), np.log(3000), (series, 1)))
    column = np.arange(columns)
    seasons = np.exp(random.normal(0, season, (series, 1)) * np.sin(2 * np.pi * (column / year + random.random((series, 1)))))
    mean = level * (week / week.mean())[column % 7] * seasons
    return random.negative_binomial(size, size / (size + mean)).astype(float)


def strengths(seed: int, parts: Parts, is_young: bool) -> tuple[np.ndarray, np.ndarray]:
    """Evidence and expectation of all days with a history, whole or (``is_young``) not yet."""
    counts = quiet(seed, parts, is_young)
    series = Counted(counts, np.ones_like(counts), np.arange(counts.shape[1]) % 7)
    shared = pool(series, parts)
    found, expected = [], []
    for some in blocks(counts):
        part = series.of(some)
        base = baseline(part, shared, parts)
        enough = (base.history >= parts.history) & (is_young == (base.history < parts.baseline))
        found.append(evidence(part, base)[enough])
        expected.append(base.expected[enough])
    return np.concatenate(found), np.concatenate(expected)


def bound(falling: np.ndarray, probability: float) -> float:
    """The least evidence that no more than this share of the days reach."""
    most = falling[min(int(len(falling) * probability), len(falling) - 1)]
    above = falling[falling > most]
    return float(above[-1]) if len(above) else float(most) + 1.0


def table(parts: Parts, is_young: bool) -> dict[str, object]:
    """For one kind of column: evidence by level and probability."""
    told = [strengths(seed, parts, is_young) for seed in SEEDS]
    found, expected = (np.concatenate(each) for each in zip(*told, strict=True))
    place = np.searchsorted(np.sqrt(np.array(LEVELS[1:]) * LEVELS[:-1]), expected)
    counted = np.bincount(place, minlength=len(LEVELS))
    kept, rows = np.flatnonzero(counted >= ENOUGH), []   # half an article is always expected: no week expects a fiftieth
    for number in kept:
        falling = np.sort(np.maximum(found[place == number], NOTHING))[::-1]
        row = np.maximum.accumulate([bound(falling, probability) for probability in PROBABILITIES])
        rows.append(np.round(row + 1e-3 * np.arange(len(row)), 3).tolist())   # strictly rising
    return {"levels": [LEVELS[number] for number in kept], "probabilities": PROBABILITIES, "counted": counted[kept].tolist(), "evidence": rows}


def main() -> None:
    tables = {
        name + young: table(parts, is_young)
        for name, parts in (("days", DAYS), ("weeks", WEEKS)) for young, is_young in (("", False), ("_young", True))
    }
    WRITTEN.write_text(json.dumps(tables).replace("], [", "],\n  [").replace("}, ", "},\n") + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
