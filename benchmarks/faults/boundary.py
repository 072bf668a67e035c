"""Boundaries: every place where a run of nichiro touches its data folder, and a fault at one of them.

``watch`` puts itself before opening for writing, write, fsync, rename, link, unlink and copy, before what DuckDB and SQLite
are told to write, in this process and in those that it forks. A boundary has a name, such as ``rename
lake/manifests/2026-04-16.json``, and a number where the name comes again; both are the same in every run of the same day.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
import re
import shutil
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

RUN_ID = re.compile(r"\d{8}T\d{6}Z-\d{3}")
PROCESS = re.compile(r"\.\d+\.tmp$")
LOGS = (".jsonl", ".log")   # they are read by people only and may fall silent
CHANGES = re.compile(r"\s*(INSERT|DELETE|CREATE|CHECKPOINT|ALTER|DROP|UPDATE)", re.I)
ATTACHES = re.compile(r"ATTACH '([^']+)'")
ERRORS = {"eio": errno.EIO, "enospc": errno.ENOSPC, "full": errno.ENOSPC}


@dataclass(frozen=True)
class Fault:
    """What happens at the boundary ``at``: ``eio`` or ``enospc``, an error of the system; ``full``, ENOSPC there and at every
    boundary after it; ``death``, kill -9 of the run and its children."""

    at: str
    kind: str


@dataclass
class Watch:
    """Names the boundaries of one data folder as they come and strikes at the one that the fault names."""

    folder: Path
    fault: Fault | None
    journal: int | None   # descriptor of a file that takes instant and name, one a line

    def __post_init__(self) -> None:
        self._seen: Counter[str] = Counter()
        self._is_struck = False

    def meet(self, what: str, path: object, half: Callable[[], object] | None = None) -> None:
        """A boundary is reached. ``half`` does the first half of what was about to be done. Raises OSError for a fault."""
        name = self._name(what, path)
        if name is None:
            return
        self._seen[name] += 1
        name += f" #{self._seen[name]}"
        if self.journal is not None:
            os.write(self.journal, f"{time.monotonic():.3f} {name}\n".encode())
        if self.fault is None or not (name == self.fault.at or self._is_struck):
            return
        if self._is_struck and self.fault.kind != "full":
            return
        self._is_struck = True
        if half:
            half()
        if self.fault.kind == "death":
            os.killpg(0, signal.SIGKILL)
        number = ERRORS[self.fault.kind]
        raise OSError(number, os.strerror(number))

    def _name(self, what: str, path: object) -> str | None:
        try:
            where = Path(os.fsdecode(path)).absolute()   # type: ignore[arg-type]
        except TypeError:
            return None
        if not where.is_relative_to(self.folder) or where.suffix in LOGS:
            return None
        return f"{what} {PROCESS.sub('.tmp', RUN_ID.sub('RUN', str(where.relative_to(self.folder))))}"


def watch(folder: Path, fault: Fault | None = None, journal: int | None = None) -> None:
    """Put the boundaries of ``folder`` under watch, for the rest of this process's life."""
    seen = Watch(folder.resolve(), fault, journal)
    _files(seen)
    _names(seen)
    _databases(seen)


def _files(seen: Watch) -> None:
    class Torn(io.FileIO):
        def write(self, content: Any) -> int:
            seen.meet("write", self.name, lambda: super(Torn, self).write(memoryview(content)[: len(content) // 2]))
            return super().write(content)

    before = io.open

    def opened(file: Any, mode: str = "r", buffering: int = -1, encoding: Any = None, *rest: Any, **named: Any) -> Any:
        if not set(mode) & set("wax+") or isinstance(file, int) or seen._name("open", file) is None:
            return before(file, mode, buffering, encoding, *rest, **named)
        seen.meet("open", file)
        raw = Torn(file, mode.replace("b", "").replace("t", ""))
        buffered = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        return buffered if "b" in mode else io.TextIOWrapper(buffered, encoding, *rest, **named)

    write_parquet = pl.DataFrame.write_parquet

    def written(frame: pl.DataFrame, file: Any, **named: Any) -> None:
        """Polars writes past Python: its bytes are led through the file that it was given."""
        buffer = io.BytesIO()
        write_parquet(frame, buffer, **named)
        if isinstance(file, str | Path):
            with opened(file, "wb") as target:
                target.write(buffer.getvalue())
        else:
            file.write(buffer.getvalue())

    fsync = os.fsync

    def synced(descriptor: int) -> None:
        seen.meet("fsync", Path(f"/proc/self/fd/{descriptor}").readlink())
        fsync(descriptor)

    copyfile = shutil.copyfile

    def copied(source: Any, target: Any, **named: Any) -> Any:
        def half() -> None:
            with before(source, "rb") as whole, before(target, "wb") as part:
                part.write(whole.read(os.path.getsize(source) // 2))   # noqa: PTH202

        seen.meet("copy", target, half)
        return copyfile(source, target, **named)

    io.open = builtins.open = opened   # type: ignore[assignment]
    pl.DataFrame.write_parquet = written   # type: ignore[method-assign]
    os.fsync, shutil.copyfile = synced, copied


def _names(seen: Watch) -> None:
    """Calls that change folders: the boundary is the name that appears or goes."""

    def wrap(name: str, which: int) -> None:
        call = getattr(os, name)

        def met(*paths: Any, **named: Any) -> Any:
            if not named.get("dir_fd") and (name != "unlink" or os.path.lexists(paths[0])):
                seen.meet("rename" if name == "replace" else name, paths[which])
            return call(*paths, **named)

        setattr(os, name, met)

    for name, which in (("rename", 1), ("replace", 1), ("link", 1), ("symlink", 1), ("unlink", 0)):
        wrap(name, which)


def _databases(seen: Watch) -> None:
    """DuckDB and SQLite report a disk in trouble by errors of their own."""

    class Connection(sqlite3.Connection):
        def executescript(self, script: str) -> sqlite3.Cursor:
            return self._meet("sqlite") or super().executescript(script)

        def executemany(self, statement: str, rows: Any) -> sqlite3.Cursor:
            return self._meet("sqlite") or super().executemany(statement, rows)

        def _meet(self, what: str) -> None:
            path = self.execute("PRAGMA database_list").fetchone()[2]
            try:
                seen.meet(what, path)
            except OSError as error:
                raise sqlite3.OperationalError(f"disk I/O error: {error.strerror}") from error

    connect = sqlite3.connect
    sqlite3.connect = lambda *given, **named: connect(*given, **({"factory": Connection} | named))   # type: ignore[assignment]

    class Guarded:
        """A DuckDB connection whose class cannot be changed, so it is worn inside."""

        def __init__(self, inner: Any, path: str) -> None:
            self._inner, self._path = inner, path   # of the file that it writes, also when it is attached

        def __getattr__(self, name: str) -> Any:
            return getattr(self._inner, name)

        def __enter__(self) -> Guarded:
            return self

        def __exit__(self, *_: object) -> None:
            self._inner.close()

        def execute(self, statement: str, *given: Any) -> Any:
            if attached := ATTACHES.match(statement):
                self._path = attached[1]
            if change := CHANGES.match(statement):
                try:
                    seen.meet(f"duckdb {change[1].lower()}", self._path)
                except OSError as error:
                    raise duckdb.IOException(f"IO Error: could not write: {error.strerror}") from error
            return self._inner.execute(statement, *given)

    opened = duckdb.connect

    def watched(path: str = ":memory:", read_only: bool = False, **named: Any) -> Any:
        inner = opened(path, read_only=read_only, **named)
        return inner if read_only else Guarded(inner, path)

    duckdb.connect = watched   # type: ignore[assignment]
