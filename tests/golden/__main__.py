"""``make golden``: a small data folder as this version of nichiro leaves it, for the versions after it to open.

Three sources of the fictional web on five days: a backfill, a daily run, a row in each table of the run log, and a run
that a check blocked; beside it the catalog and the beat. Written once, when a version is released, and kept: the
contract versions in it are the released ones.
"""

from __future__ import annotations

import shutil
import sys
import tarfile
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import polars as pl

from expectations import gate
from nichiro import __version__
from nichiro.demo import TAKEN_AT
from nichiro.errors import CheckFailed
from nichiro.pipeline import Pipeline
from nichiro.settings import PROJECT, load_settings
from tests.demosite import DemoSite
from tests.demosite.replay import ReplayProxy
from warehouse.contract import UTC_INSTANT, Table
from warehouse.lake import Lake, Partition
from warehouse.tables import ops

SOURCES = ["jp_seto_editorial", "ru_vneshdel_news", "gb_meridian_wire"]
NAMES = ("data", "catalog", "beat.yml")
BACKFILLED, DAILY, BLOCKED = 3, 4, 5     # days of the fictional web


def make_golden(folder: Path) -> None:
    """Write ``data``, ``catalog`` and ``beat.yml`` below ``folder``."""
    (folder / "catalog").mkdir(parents=True)
    for source_id in SOURCES:
        shutil.copy(PROJECT / "tests" / "demosite" / "catalog" / f"{source_id}.yml", folder / "catalog")
    shutil.copy(PROJECT / "beats" / "japan_russia.yml", folder / "beat.yml")
    site = DemoSite(seed=1)
    with ReplayProxy(site, datetime.combine(site.first_day, TAKEN_AT)) as proxy:
        for number in (BACKFILLED, DAILY, BLOCKED):
            proxy.as_of = datetime.combine(site.first_day + timedelta(days=number - 1), TAKEN_AT)
            settings = load_settings(
                data_dir=folder / "data", catalog_dir=folder / "catalog", beat=folder / "beat.yml", proxy=proxy.url,
                clock=proxy.as_of.isoformat(), contact="https://nichiro.example/golden",
            )
            pipeline = Pipeline(settings, proxy.as_of.date(), print)
            if number == BACKFILLED:
                pipeline.run_all(None, site.first_day, proxy.as_of.date())
            elif number == DAILY:
                _log(pipeline.lake, proxy.as_of)
                pipeline.run_all()
            else:
                _blocked(pipeline)
    _forget_the_past(folder / "data")


def _log(lake: Lake, at: datetime) -> None:
    """One row in each table of the run log, as an earlier run of the day would have left it."""
    partition = Partition(at.date(), f"{at:%Y%m%d}T120000Z-001", "golden")
    for table in ops.RUN_LOG:
        lake.write(table, partition, _row(table, partition, at))


def _row(table: Table, partition: Partition, at: datetime) -> pl.DataFrame:
    values = {
        pl.String: "golden", pl.Boolean: False, pl.Int32: 1, pl.Int64: 1, pl.Float64: 0.5, pl.Date: at.date(), UTC_INSTANT: at,
        pl.List(pl.String): ["golden"],
    }
    row = {column.name: column.values[0] if column.values else values[column.dtype] for column in table.columns}
    known = {"run_id": partition.run_id, "captured_date": partition.captured_date}
    return pl.DataFrame([row | {name: known[name] for name in known if name in row}], schema=table.schema)


def _blocked(pipeline: Pipeline) -> None:
    check = gate.check_tables

    def failing(*arguments: object) -> pl.DataFrame:
        results = check(*arguments)
        is_first = pl.int_range(pl.len()) == 0
        return results.with_columns(
            severity=pl.when(is_first).then(pl.lit("critical")).otherwise("severity"),
            outcome=pl.when(is_first).then(pl.lit("failed")).otherwise("outcome"),
        )

    with patch.object(gate, "check_tables", failing):
        try:
            pipeline.run_all()
        except CheckFailed as blocked:
            print(blocked)
        else:
            raise SystemExit("the third run was to be blocked")


def _forget_the_past(data_dir: Path) -> None:
    """Only the current release, and no candidate, report or index: they are large, and made again."""
    current = (data_dir / "current").resolve()
    for release in (data_dir / "releases").iterdir():
        if release != current:
            shutil.rmtree(release)
    for page in data_dir.glob("*.html"):
        page.unlink()


def main() -> None:
    path = Path(__file__).with_name(f"{__version__}.tar.xz")
    if path.exists() or ".dev" in __version__:
        sys.exit(f"{__version__} is released already, or not to be; set the new version in nichiro/__init__.py (CONTRIBUTING.md)")
    with tempfile.TemporaryDirectory() as scratch:
        make_golden(Path(scratch))
        with tarfile.open(path, "w:xz") as archive:
            for name in NAMES:
                archive.add(Path(scratch) / name, name)
    print(f"wrote {path}, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
