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
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks import child
from benchmarks.form import OURS, Row, report
from benchmarks.scale import history, marts, morning, outlets
from crawlers.catalog import load_catalog
from nichiro.actors import load_directory
from nichiro.pipeline import load_beat
from nichiro.query import list_queries, run_query
from nichiro.run import start_run
from nichiro.settings import Settings, load_settings
from warehouse.store import DATABASE, connect, publish

SIZES = (10_000, 100_000, 1_000_000)
PAGES = 2_000
MORNINGS = 3
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
        history.add_quiet_days(self.data_dir, catalog, beat, load_directory(load_settings().beat))
        return built

    def morning(self, number: int) -> child.Measured:
        """The day's run of the so-and-so-many-th day after the ten years."""
        day = history.QUARTERS[-1] + timedelta(days=number)
        settings = self.settings(day)
        morning.write_captures(self.data_dir, load_catalog(settings.catalog_dir), start_run(settings, day), PAGES, number)
        return self.work(day, *STEPS)


def measure(quick: bool) -> list[Row]:
    """All rows. The mornings of all sizes take turns, so that what else the machine does meets each of them."""
    with tempfile.TemporaryDirectory(prefix="nichiro-scale-") as name:
        worlds = [World(Path(name) / str(size), size) for size in (SIZES[:2] if quick else SIZES)]
        built = {world.size: _told(world, "built", world.build()) for world in worlds}
        largest = worlds[-1]
        copied = (largest.data_dir / "current" / DATABASE).stat().st_size
        turns = [{world.size: _told(world, f"morning {number}", world.morning(number)) for world in worlds} for number in range(1, 2 if quick else MORNINGS + 1)]
        rows = _daily_run(turns, copied)
        if not quick:
            rows += [
                Row(OURS, "build_million", "seconds", round(built[largest.size].seconds, 1), largest.size),
                Row(OURS, "build_million", "peak_mb", round(built[largest.size].peak_mb), largest.size),
            ]
            rows += _queries(largest.data_dir, largest.size) + marts.rows(largest.data_dir)
    return rows


def _daily_run(turns: list[dict[int, child.Measured]], copied: int) -> list[Row]:
    """Of each size the quickest morning counts: what disturbs one is not ours. Memory is the worst of the largest."""
    small, large = min(turns[0]), max(turns[0])
    seconds = {size: min(turn[size].seconds for turn in turns) for size in turns[0]}
    cpu = {size: min(turn[size].cpu_seconds for turn in turns) for size in turns[0]}
    figures = {
        "time_ratio_largest_smallest": seconds[large] / seconds[small],
        "cpu_ratio_largest_smallest": cpu[large] / cpu[small],
        "peak_mb": max(turn[large].peak_mb for turn in turns),
        "bytes_copied_at_publish": copied,
    }
    rows = [Row(OURS, "daily_run", metric, round(value, 3), large) for metric, value in figures.items()]
    for size in turns[0]:
        rows.append(Row(OURS, f"daily_run_{size}", "seconds", round(seconds[size], 2), PAGES))
        rows.append(Row(OURS, f"daily_run_{size}", "cpu_seconds", round(cpu[size], 2), PAGES))
    return rows


def _told(world: World, what: str, done: child.Measured) -> child.Measured:
    """For whoever waits: on standard error, so that the JSON stays JSON."""
    steps = json.loads(done.output)["seconds"]
    print(f"{world.size}: {what}: {done.seconds:.1f} s, {done.cpu_seconds:.1f} s of processor, {done.peak_mb:.0f} MB: {steps}", file=sys.stderr)
    return done


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
