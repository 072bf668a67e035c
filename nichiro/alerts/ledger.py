"""What was seen, told and decided: the log's rows of the last MEMORY_DAYS, and this run's as they come.

Each table's rows of a run are one file of the lake, written anew with every row that is added, so that a killed run
leaves all that it had noted.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import polars as pl

from nichiro.run import Run
from transforms.alerts import MEMORY_DAYS
from warehouse.contract import Table
from warehouse.lake import Lake, Partition

LOG = "alerts"   # stands where a log partition has its source


class Ledger:
    """The alerts' tables as this run knows them."""

    def __init__(self, lake: Lake, run: Run) -> None:
        self._lake = lake
        self._run = run
        self._mine = Partition(run.started_at.astimezone(UTC).date(), run.run_id, LOG)
        self._rows: dict[str, pl.DataFrame] = {}

    def now(self) -> datetime:
        return self._run.now()

    def rows(self, table: Table) -> pl.DataFrame:
        """All rows of a table, the oldest run first."""
        if table.name not in self._rows:
            since = self._mine.captured_date - timedelta(days=MEMORY_DAYS)
            partitions = [each for each in self._lake.partitions(table, since=since) if each.source_id == LOG]
            self._rows[table.name] = table.conform(self._lake.read_all(table, sorted(partitions)))
        return self._rows[table.name]

    def add(self, table: Table, rows: pl.DataFrame | list[dict]) -> None:
        """Append rows of this run, whole or not at all; ``run_id``, ``captured_date`` and ``number`` are filled in."""
        frame = rows if isinstance(rows, pl.DataFrame) else pl.DataFrame(rows, schema_overrides=_overrides(table, rows))
        if frame.is_empty():
            return
        before = self.rows(table)
        mine = before.filter(pl.col("run_id") == self._mine.run_id)
        given = {"run_id": pl.lit(self._mine.run_id), "captured_date": pl.lit(self._mine.captured_date)}
        if "number" in table.schema:
            given["number"] = pl.int_range(mine.height, mine.height + frame.height, dtype=pl.Int64)
        new = table.conform(frame.with_columns(**given))
        self._lake.write(table, self._mine, pl.concat([mine, new]))
        self._rows[table.name] = pl.concat([before, new])


def _overrides(table: Table, rows: list[dict]) -> dict:
    return {name: dtype for name, dtype in table.schema.items() if rows and name in rows[0]}


def stable_id(*parts: object) -> str:
    """32 hex digits of the parts, the same for ever."""
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:32]
