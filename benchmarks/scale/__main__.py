"""What ten years of history cost: a morning of 2,000 pages behind 10 thousand, 100 thousand and 1 million articles.

Datasets: daily_run (parse, gate, enrich, build, check, publish of the morning: ``time_ratio_largest_smallest`` by wall
time, ``cpu_ratio`` by processor time, ``peak_mb`` of the process tree on the largest, ``bytes_copied_at_publish``: of the
release that the candidate starts from), build_million (a release from nothing), queries (median ms of each named query
with its defaults, of 7 after one to warm up), marts (see marts.py). ``--quick`` compares 10 with 100 thousand only.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks import child
from benchmarks.form import OURS, Row, report
from benchmarks.scale import history, marts, morning, outlets
from crawlers.source import Source
from nichiro.pipeline import load_beat
from nichiro.query import list_queries, run_query
from nichiro.run import start_run
from nichiro.settings import Settings, load_settings
from warehouse.store import DATABASE, connect, publish

SIZES = (10_000, 100_000, 1_000_000)
PAGES = 2_000
MORNINGS = 3     # of which the quickest counts: what disturbs one is not ours
STEPS = ("parse", "gate", "enrich", "build", "check", "publish")
SEED = 1


@dataclass(frozen=True)
class World:
    """A data folder with so many articles behind it."""

    folder: Path
    size: int

    @property
    def data_dir(self) -> Path:
        return self.folder / "data"

    def settings(self, day: date) -> Settings:
        """As of the evening of a day; nothing is fetched, so the replay's proxy need not be there."""
        clock = datetime.combine(day, time(23, 30), UTC).isoformat()
        return load_settings(data_dir=self.data_dir, catalog_dir=self.folder / "catalog", proxy="http://127.0.0.1:9", clock=clock)

    def work(self, day: date, *steps: str) -> child.Measured:
        settings = self.settings(day)
        given = {f"NICHIRO_{name.upper()}": str(getattr(settings, name)) for name in ("data_dir", "catalog_dir", "proxy", "clock")}
        return child.run([sys.executable, "-m", "benchmarks.scale.work", str(day), *steps], environment=os.environ | given)

    def build(self) -> child.Measured:
        """Generate the backfills, make a release of them from nothing, and add the quiet days."""
        catalog = outlets.write_catalog(self.folder / "catalog")
        beat = load_beat(load_settings().beat)
        history.write_backfills(self.data_dir, self.folder / "catalog", self.size, list(beat.topics), SEED)
        built = self.work(history.QUARTERS[-1], "build")
        publish(self.data_dir, json.loads(built.output)["run_id"], keep=2)
        history.add_quiet_days(self.data_dir, catalog, beat)
        return built

    def mornings(self, catalog: dict[str, Source], count: int) -> Iterator[child.Measured]:
        for number in range(1, count + 1):
            day = history.QUARTERS[-1] + timedelta(days=number)
            settings = self.settings(day)
            morning.write_captures(self.data_dir, catalog, start_run(settings, day), PAGES, number)
            yield self.work(day, *STEPS)


def measure(quick: bool) -> list[Row]:
    """All rows, one size after the other, each in a folder that is dropped before the next."""
    from crawlers.catalog import load_catalog

    rows: list[Row] = []
    taken: dict[int, child.Measured] = {}
    for size in SIZES[:2] if quick else SIZES:
        with tempfile.TemporaryDirectory(prefix="nichiro-scale-") as name:
            world = World(Path(name), size)
            built = world.build()
            copied = (world.data_dir / "current" / DATABASE).stat().st_size
            done = list(world.mornings(load_catalog(world.folder / "catalog"), 2 if quick else MORNINGS))
            taken[size] = child.Measured(
                min(one.seconds for one in done), max(one.peak_mb for one in done), done[-1].output, min(one.cpu_seconds for one in done))
            _say(size, built, taken[size])
            rows += [
                Row(OURS, f"daily_run_{size}", "seconds", round(taken[size].seconds, 2), PAGES),
                Row(OURS, f"daily_run_{size}", "cpu_seconds", round(taken[size].cpu_seconds, 2), PAGES),
            ]
            if size == SIZES[-1]:
                rows += [
                    Row(OURS, "build_million", "seconds", round(built.seconds, 1), size),
                    Row(OURS, "build_million", "peak_mb", round(built.peak_mb), size),
                ]
                rows += _queries(world.data_dir, size) + marts.rows(world.data_dir)
    small, large = min(taken), max(taken)
    figures = {
        "time_ratio_largest_smallest": taken[large].seconds / taken[small].seconds,
        "cpu_ratio_largest_smallest": taken[large].cpu_seconds / taken[small].cpu_seconds,
        "peak_mb": taken[large].peak_mb,
        "bytes_copied_at_publish": copied,
    }
    return [Row(OURS, "daily_run", metric, round(value, 3), large) for metric, value in figures.items()] + rows


def _say(size: int, built: child.Measured, taken: child.Measured) -> None:
    """For whoever waits: on standard error, so that the JSON stays JSON."""
    steps = json.loads(taken.output)["seconds"]
    print(f"{size}: built in {built.seconds:.0f} s, {built.peak_mb:.0f} MB; a morning {taken.seconds:.1f} s, "
          f"{taken.cpu_seconds:.1f} s of processor, {taken.peak_mb:.0f} MB: {steps}", file=sys.stderr)


def _queries(data_dir: Path, size: int) -> list[Row]:
    rows = []
    with connect(data_dir) as connection:
        for name in list_queries()["name"]:
            taken = []
            for _ in range(8):
                start = perf_counter()
                run_query(connection, name)
                taken.append(1_000 * (perf_counter() - start))
            rows.append(Row(OURS, "queries", f"{name}_ms", round(median(taken[1:]), 1), size))
    rows.append(Row(OURS, "queries", "slowest_ms", max(row.value for row in rows), size))
    return rows


if __name__ == "__main__":
    report("scale", measure)
