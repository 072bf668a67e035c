"""What a fault costs: a day of forty pages is disturbed in every way, and the next ordinary run must end in the same rows."""

from __future__ import annotations

import os

os.environ |= {"POLARS_MAX_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "GX_ANALYTICS_ENABLED": "false"}   # before they are imported

import sys
import tempfile
from pathlib import Path

from benchmarks.form import OURS, Row, report
from nichiro.workers import cores


def measure(quick: bool) -> list[Row]:
    """Rows of each fault: ``lost`` and ``twice`` (rows), ``equal_share`` and ``untold`` (cases), ``cases``."""
    from benchmarks.faults.case import Outcome, run_cases
    from benchmarks.faults.day import Day, served
    from benchmarks.faults.faults import all_cases, sample
    from benchmarks.faults.forks import import_all

    with tempfile.TemporaryDirectory(prefix="nichiro-faults-") as scratch, served() as proxies:
        import_all()
        day = Day(Path(scratch), proxies)
        day.prepare()
        by_fault: dict[str, list[Outcome]] = {}
        for outcome in run_cases(day, sample(day) if quick else all_cases(day), at_once=cores()):
            by_fault.setdefault(outcome.case.fault, []).append(outcome)
            for wrong in outcome.wrong:
                print(f"{outcome.case.fault}, {outcome.case.step}, {outcome.case.name}: {wrong}", file=sys.stderr)
    return [row for fault, outcomes in by_fault.items() for row in _rows(fault, outcomes)]


def _rows(fault: str, outcomes: list) -> list[Row]:
    figures = {
        "lost": sum(outcome.difference.lost for outcome in outcomes),
        "twice": sum(outcome.difference.twice for outcome in outcomes),
        "equal_share": sum(outcome.difference.is_equal for outcome in outcomes) / len(outcomes),
        "untold": sum(bool(outcome.complaints) for outcome in outcomes),
        "cases": len(outcomes),
    }
    return [Row(OURS, fault, metric, value, len(outcomes)) for metric, value in figures.items()]


if __name__ == "__main__":
    report("faults", measure)
