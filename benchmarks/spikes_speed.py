"""How long the detector takes: 10,000 series over three years, and one more day of them; beside a loop over series with statsmodels.

``seconds`` by the clock and ``cpu_seconds`` of all threads; ``day_seconds`` for the last day alone. The loop is timed on 20 series and five days
and scaled to all (``scaled_seconds``, of one core). ``--quick``: 1,000 series, without the loop.
"""

from __future__ import annotations

import json
import subprocess
import time

import numpy as np

from benchmarks import peers
from benchmarks.form import OURS, Row, report
from transforms.detection import detect

DAYS = 1_095
SAMPLE = 20


def measure(quick: bool) -> list[Row]:
    """Ours whole, and the peer on a sample."""
    detect(counts(10)[:, :100])   # what is imported and read once
    rows = timed("thousand_series", counts(1_000))
    if quick:
        return rows
    many = counts(10_000)
    rows += timed("ten_thousand_series", many)
    done = subprocess.run(
        [peers.python(), str(peers.FOLDER / "spikes_script.py")], input=json.dumps(many[:SAMPLE].tolist()), capture_output=True, text=True, check=True
    )
    told = json.loads(done.stdout)
    scaled = told["seconds_per_day_and_series"] * many.size
    return [*rows, Row("statsmodels, series by series", "ten_thousand_series", "scaled_seconds", round(scaled, 0), told["fits"])]


def counts(series: int) -> np.ndarray:
    """Negative binomial counts of uneven series, three an average day."""
    random = np.random.default_rng(1)
    mean = random.gamma(1, 3, (series, 1))
    return random.negative_binomial(6, 6 / (6 + mean), (series, DAYS)).astype(float)


def timed(dataset: str, given: np.ndarray) -> list[Row]:
    """All days, then the last."""
    started, used = time.perf_counter(), time.process_time()
    detect(given)
    rows = [
        Row(OURS, dataset, "seconds", round(time.perf_counter() - started, 2), len(given)),
        Row(OURS, dataset, "cpu_seconds", round(time.process_time() - used, 2), len(given)),
    ]
    started, used = time.perf_counter(), time.process_time()
    detect(given, last=1)
    return [
        *rows,
        Row(OURS, dataset, "day_seconds", round(time.perf_counter() - started, 2), len(given)),
        Row(OURS, dataset, "day_cpu_seconds", round(time.process_time() - used, 2), len(given)),
    ]


if __name__ == "__main__":
    report("spikes_speed", measure)
