"""Releases: one self-contained DuckDB file each, built aside, checked, then made current by moving a link.

``releases/<build_id>/warehouse.duckdb`` are the last few; ``current`` points at one of them and readers open it
read-only. The *candidate* starts as a copy of the current release and is the only file that is ever written.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import polars as pl

from nichiro.errors import ConfigError, ContractError, NichiroError, TransientError
from warehouse.contract import Table
from warehouse.lake import sync_folder, write_atomically
from warehouse.migrations import migrate
from warehouse.tables import TABLES, ZONES

DATABASE = "warehouse.duckdb"
SETTLED = "settled.json"        # the marks of the lake's days that a release holds, see warehouse/settled.py
MEMORY = "1GB"                  # what DuckDB keeps of the candidate; beyond it spills to disk
WRITTEN_EVERY = "512MB"         # of new rows; each time the last row groups, half full, are written anew (16 MB is DuckDB's own)
STORAGE_VERSION = "v1.5.0"      # what the oldest DuckDB that pyproject.toml permits can read


def current_release(data_dir: Path) -> Path | None:
    """The folder of the current release, or None before the first publish."""
    link = data_dir / "current"
    return link.resolve() if (link / DATABASE).exists() else None


def connect(data_dir: Path) -> duckdb.DuckDBPyConnection:
    """Open the current release read-only, time zone UTC. Raises ConfigError where nothing was published yet."""
    release = current_release(data_dir)
    if release is None:
        raise ConfigError(f"no release in {data_dir}", "run `nichiro demo` or `nichiro run`, or set NICHIRO_DATA_DIR")
    try:
        return _open(release / DATABASE)
    except ContractError:
        if current_release(data_dir) == release:
            raise
        return connect(data_dir)   # it was dropped between the look and the opening: there is a newer one


def _open(path: Path, *, to_write: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a release read-only, or the candidate without a write-ahead log: a killed build begins anew anyway."""
    try:
        if to_write:
            connection = duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": str(path.parent / "spill"), "wal_autocheckpoint": WRITTEN_EVERY})
            quoted = str(path).replace("'", "''")
            connection.execute(f"ATTACH '{quoted}' AS candidate (RECOVERY_MODE no_wal_writes)")
            connection.execute("USE candidate")
        else:
            connection = duckdb.connect(str(path), read_only=True)
        connection.execute("SET TimeZone = 'UTC'")
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            raise TransientError(f"{path} is locked by another process", "close it there, then run again") from error
        raise ContractError(f"{path} cannot be opened: {_first_line(error)}", "run `nichiro rebuild`") from error
    except duckdb.Error as error:
        raise ContractError(f"{path} cannot be opened: {_first_line(error)}", "run `nichiro rebuild`") from error
    return connection


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


@contextmanager
def _own_trouble() -> Iterator[None]:
    """Say in one line what keeps the candidate from being written."""
    try:
        yield
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise TransientError(f"candidate cannot be written: {_first_line(error)}", "free some disk space, then run again") from error
    except (duckdb.TransactionException, duckdb.FatalException) as error:
        if "Could not write" not in str(error):
            raise
        raise TransientError(f"candidate cannot be written: {_first_line(error)}", "free some disk space, then run again") from error
    except OSError as error:
        raise TransientError(f"candidate cannot be written: {error.strerror}", "free some disk space, then run again") from error


class Candidate:
    """The release in the making. Hold the lake's writer lock while one is open."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.folder = data_dir / "releases" / ".candidate"
        self.settled = self.folder / SETTLED
        if not (self.folder / DATABASE).exists():
            raise ConfigError("there is no candidate", "run `nichiro build` first")
        self._connection = _open(self.folder / DATABASE, to_write=True)

    @classmethod
    def start(cls, data_dir: Path, *, fresh: bool = False) -> Candidate:
        """Begin anew from a copy of the current release, or from empty tables when ``fresh`` or where there is none."""
        folder = data_dir / "releases" / ".candidate"
        release = None if fresh else current_release(data_dir)
        with _own_trouble():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            if release is not None:
                shutil.copyfile(release / DATABASE, folder / DATABASE)
                if (release / SETTLED).exists():
                    shutil.copyfile(release / SETTLED, folder / SETTLED)
            else:
                duckdb.connect(str(folder / DATABASE), config={"storage_compatibility_version": STORAGE_VERSION}).close()
        candidate = cls(data_dir)
        try:
            with _own_trouble():
                for zone in ZONES:
                    candidate._connection.execute(f"CREATE SCHEMA IF NOT EXISTS {zone}")
                stale = migrate(candidate._connection)
        except NichiroError:
            candidate.abandon()
            raise
        if stale:
            candidate.clear()
        return candidate

    def query(self, sql: str, **frames: pl.DataFrame) -> pl.DataFrame:
        """Run a SELECT; each frame is a table of that name in it."""
        for name, frame in frames.items():
            self._connection.register(name, frame.to_arrow())
        try:
            return pl.DataFrame(self._connection.sql(sql).to_arrow_table())
        finally:
            for name in frames:
                self._connection.unregister(name)

    def read(self, table: Table, keys: pl.DataFrame | None = None, columns: list[str] | None = None) -> pl.DataFrame:
        """Rows of a table, all or those that match ``keys`` on all of its columns; all served columns or some."""
        schema = {name: table.schema[name] for name in columns or [column.name for column in table.served_columns]}
        sql = f"SELECT {', '.join(f't.{name}' for name in schema)} FROM {table.name} t"  # noqa: S608 (known names)
        if keys is None:
            rows = self.query(sql)
        else:
            rows = self.query(f"{sql} SEMI JOIN keys USING ({', '.join(keys.columns)})", keys=keys)
        return rows.select(pl.col(name).cast(dtype) for name, dtype in schema.items())

    def delete(self, table: Table, keys: pl.DataFrame) -> None:
        """Delete the rows that match ``keys`` on all of its columns."""
        if keys.is_empty():
            return
        match = " AND ".join(f"t.{name} = keys.{name}" for name in keys.columns)
        with _own_trouble():
            self._connection.register("keys", keys.to_arrow())
            self._connection.execute(f"DELETE FROM {table.name} t USING keys WHERE {match}")  # noqa: S608
            self._connection.unregister("keys")

    def insert(self, table: Table, frame: pl.DataFrame) -> None:
        """Insert rows; columns that are not served are left out."""
        if frame.is_empty():
            return
        frame = table.conform(frame, served=True)
        with _own_trouble():
            self._connection.register("rows", frame.to_arrow())
            self._connection.execute(f"INSERT INTO {table.name} BY NAME SELECT * FROM rows")  # noqa: S608
            self._connection.unregister("rows")

    def replace(self, table: Table, keys: pl.DataFrame, frame: pl.DataFrame) -> None:
        """Delete the rows of ``keys``, then insert ``frame``."""
        self.delete(table, keys)
        self.insert(table, frame)

    def clear(self) -> None:
        """Empty every table but the ledger of runs and checks: all is to be computed again."""
        with _own_trouble():
            for table in served_tables():
                if table.partition != "run_id":
                    self._connection.execute(f"DELETE FROM {table.name}")  # noqa: S608 (a known name)
            self.settled.unlink(missing_ok=True)

    def note(self, content: dict) -> None:
        """Keep what check and publish need to know of this candidate beside it."""
        text = json.dumps(content, ensure_ascii=False, indent=1).encode()
        write_atomically(self.folder / "candidate.json", lambda file: file.write(text))

    def noted(self) -> dict:
        try:
            return json.loads((self.folder / "candidate.json").read_bytes())
        except (OSError, json.JSONDecodeError) as error:
            raise ConfigError("the candidate is unfinished", "run `nichiro build` first") from error

    def close(self) -> None:
        """Flush everything to the one file."""
        with _own_trouble():
            try:
                self._connection.execute("CHECKPOINT")
            finally:
                self._connection.close()   # else a full disk would leave the file open for as long as the process lives

    def abandon(self) -> None:
        """Close without a checkpoint; the next build starts anew."""
        self._connection.close()


def publish(data_dir: Path, build_id: str, keep: int) -> Path:
    """Make the closed candidate the current release ``build_id`` and drop releases beyond the last ``keep``."""
    releases = data_dir / "releases"
    release = releases / build_id
    with _own_trouble():
        with (releases / ".candidate" / DATABASE).open("rb") as file:
            os.fsync(file.fileno())
        (releases / ".candidate").replace(release)
        sync_folder(releases)   # before the link, which must never be durable without its target
    point_at(data_dir, build_id)
    for old in sorted(path for path in releases.iterdir() if not path.name.startswith("."))[:-keep]:
        if old.resolve() != release.resolve():
            shutil.rmtree(old, ignore_errors=True)
    return release


def point_at(data_dir: Path, build_id: str) -> None:
    """Make a release that is there the current one, in one step. Raises TransientError."""
    link = data_dir / ".current.tmp"
    with _own_trouble():
        link.unlink(missing_ok=True)
        link.symlink_to(Path("releases") / build_id)
        link.replace(data_dir / "current")
        sync_folder(data_dir)


def served_tables() -> list[Table]:
    """The tables that a release holds."""
    return [table for table in TABLES.values() if table.served]
