"""The one form of every benchmark, and the floors under its figures.

A benchmark is a function ``measure(quick) -> list[Row]``; ``report`` prints what it found and exits 1 where a figure of
ours falls through its floor in ``floors.json``. A floor moves only by hand, with a reason in the commit.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from nichiro.workers import cores

OURS = "nichiro"
FLOORS = Path(__file__).with_name("floors.json")


@dataclass(frozen=True)
class Row:
    """One figure: of which system, on which data, from how many things ``n`` (articles, pages, sentences)."""

    system: str
    dataset: str
    metric: str
    value: float
    n: int


@dataclass(frozen=True)
class Floor:
    """A bound on a figure of ours: ``at_least`` for what should be high, ``at_most`` for what should be low.

    ``only_whole`` is for a figure that ``--quick`` does not measure.
    """

    dataset: str
    metric: str
    at_least: float | None = None
    at_most: float | None = None
    only_whole: bool = False

    def is_kept(self, value: float) -> bool:
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)

    def __str__(self) -> str:
        bound = f"≥ {self.at_least:g}" if self.at_least is not None else f"≤ {self.at_most:g}"
        return f"{self.dataset} {self.metric} {bound}"


def load_floors(benchmark: str, path: Path = FLOORS) -> list[Floor]:
    """The floors of one benchmark. Raises KeyError for a benchmark without any: it would never fail."""
    return [Floor(**floor) for floor in json.loads(path.read_text(encoding="utf-8"))[benchmark]]


def check_floors(rows: list[Row], floors: list[Floor]) -> list[str]:
    """What is wrong: figures of ours below their floor, and floors whose figure was not measured at all."""
    ours = {(row.dataset, row.metric): row.value for row in rows if row.system == OURS}
    wrong = []
    for floor in floors:
        value = ours.get((floor.dataset, floor.metric))
        if value is None:
            wrong.append(f"{floor}: not measured")
        elif not floor.is_kept(value):
            wrong.append(f"{floor}: {value:g}")
    return wrong


def machine() -> dict[str, object]:
    """What it ran on, without names of people or hosts."""
    return {
        "system": platform.system(),
        "architecture": platform.machine(),
        "cores": cores(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "python": platform.python_version(),
    }


def report(benchmark: str, measure: Callable[[bool], list[Row]], arguments: list[str] | None = None) -> None:
    """Measure and print, as JSON or as a table; then exit 1 where a floor fell."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{benchmark}", description=sys.modules["__main__"].__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help="the same rows on a fixed subsample, within a minute or so")
    options = parser.parse_args(arguments)
    floors = [floor for floor in load_floors(benchmark) if not (options.quick and floor.only_whole)]
    rows = measure(options.quick)
    if options.json:
        form = {
            "benchmark": benchmark,
            "machine": machine(),
            "rows": [asdict(row) for row in rows],
            "floors": [{key: value for key, value in asdict(floor).items() if value not in (None, False)} for floor in floors],
        }
        print(json.dumps(form, ensure_ascii=False))
    else:
        for row in rows:
            print(f"{row.system:<40} {row.dataset:<12} {row.metric:<22} {row.value:>12.4g}  n={row.n}")
    if wrong := check_floors(rows, floors):
        sys.exit("floors fell: " + "; ".join(wrong))
