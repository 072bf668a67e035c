"""How much evidence series without spikes show: writes transforms/detection.json. Seeds 201 to 212, no data of anybody's.

    python -m benchmarks.spikes.calibration

Counts are negative binomial with k of 1, 2, 6 and 20, levels from a hundredth to 3,000 a day, a week of their own and a slow yearly
trend. What the detector says of their days is sorted by the day's expectation; a row of the result holds, for one expectation, the
evidence that a share of the days exceeds.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from transforms.baseline import Counted, Parts, baseline, pool
from transforms.detection import MEMORY_DAYS
from transforms.evidence import evidence
from transforms.windows import blocks

WRITTEN = Path(__file__).parents[2] / "transforms" / "detection.json"
LEVELS = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 20.0, 100.0, 1000.0)
PROBABILITIES = (0.3, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 3e-4, 1e-4, 3e-5, 1e-5)
SIZES = (1.0, 2.0, 6.0, 20.0)
SERIES, DAYS = 1000, 1095
SEEDS = range(201, 213)
NOTHING = -20.0   # stands for no evidence at all in the file


def quiet(seed: int) -> tuple[np.ndarray, int]:
    """Counts without spikes, series × days, and the weekday of the first."""
    random = np.random.default_rng(seed)
    week = np.exp(random.normal(0, 0.3, 7))
    size = random.choice(SIZES, (SERIES, 1))
    level = np.exp(random.uniform(np.log(0.01), np.log(3000), (SERIES, 1)))
    day = np.arange(DAYS)
    year = np.exp(random.normal(0, 0.15, (SERIES, 1)) * np.sin(2 * np.pi * (day / 365 + random.random((SERIES, 1)))))
    mean = level * (week / week.mean())[day % 7] * year
    return random.negative_binomial(size, size / (size + mean)).astype(float), 0


def strengths(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Evidence and expectation of all days with a whole memory behind them."""
    counts, weekday = quiet(seed)
    series = Counted(counts, np.ones_like(counts), (weekday + np.arange(DAYS)) % 7)
    shared = pool(series, Parts())
    found, expected = [], []
    for some in blocks(SERIES):
        part = series.of(some)
        base = baseline(part, shared, Parts())
        found.append(evidence(part, base)[:, MEMORY_DAYS:].ravel())
        expected.append(base.expected[:, MEMORY_DAYS:].ravel())
    return np.concatenate(found), np.concatenate(expected)


def bound(falling: np.ndarray, probability: float) -> float:
    """The least evidence that no more than this share of the days reach."""
    most = falling[min(int(len(falling) * probability), len(falling) - 1)]
    above = falling[falling > most]
    return float(above[-1]) if len(above) else float(most) + 1.0


def main() -> None:
    told = [strengths(seed) for seed in SEEDS]
    found, expected = (np.concatenate(each) for each in zip(*told, strict=True))
    edges = np.exp((np.log(LEVELS[1:]) + np.log(LEVELS[:-1])) / 2)
    rows, days = [], []
    for number in range(len(LEVELS)):
        here = np.searchsorted(edges, expected) == number
        falling = np.sort(np.maximum(found[here], NOTHING))[::-1]
        row = np.maximum.accumulate([bound(falling, probability) for probability in PROBABILITIES])
        rows.append(np.round(row + 1e-3 * np.arange(len(row)), 3).tolist())   # strictly rising
        days.append(int(here.sum()))
    result = {"levels": LEVELS, "probabilities": PROBABILITIES, "days": days, "evidence": rows}
    WRITTEN.write_text(json.dumps(result, indent=None).replace("], [", "],\n  [") + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
