"""The lake: log partitions and what was computed on each, as immutable or replaced-whole Parquet files.

A *log partition* is what one run captured of one source: ``captured_date``, ``run_id``, ``source_id``. Its files are
``lake/<zone>/<table>/captured_date=<d>/<run_id>-<source_id>.parquet``; the day's manifest
``lake/manifests/<d>.json`` says from which inputs and methods the computed ones were made and what the gate said.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nichiro.errors import ContractError, TransientError
from warehouse import seal
from warehouse.contract import Table
from warehouse.migrations import upgrade

CONTRACT_VERSION = "nichiro_contract_version"
LOST = "lost+found"   # beside the lake: what the doctor set aside


@dataclass(frozen=True, order=True)
class Partition:
    captured_date: date
    run_id: str
    source_id: str

    @property
    def stem(self) -> str:
        return f"{self.run_id}-{self.source_id}"

    @classmethod
    def of(cls, captured_date: date, stem: str) -> Partition:
        """The inverse of ``stem``: ``20260629T233000Z-001-jp_mofa_press``."""
        second, number, source_id = stem.split("-", 2)
        return cls(captured_date, f"{second}-{number}", source_id)


class Entry(BaseModel):
    """What the manifest knows of one log partition."""

    model_config = ConfigDict(extra="forbid")

    parsed_from: str = Field("", description="hash of log files, rules and parser version")
    parsed: dict[str, str] = Field(default_factory=dict, description="table name -> sha256 of its file")
    gated: str = Field("", description="hash of what the gate looked at and its bounds")
    status: str = Field("", description="accepted or held")
    reasons: list[str] = Field(default_factory=list)
    enriched_from: str = Field("", description="hash of parsed files and method versions")
    enriched: dict[str, str] = Field(default_factory=dict, description="table name -> sha256 of its file")
    counts: dict[str, int] = Field(default_factory=dict, description="table name -> rows")
    expired: str = Field("", description="sha256 of staging.articles after its text was cut to excerpts; parsed keeps the whole file's")

    indexed: str = Field("", description="sha256 of raw.captures, where the doctor made it again after a build had read it")

    def files(self) -> dict[str, str]:
        """table name -> sha256 that its file has today."""
        return self.parsed | self.enriched | ({"staging.articles": self.expired} if self.expired else {})

    def fingerprint(self) -> str:
        """What a release compares to see whether it holds this very partition."""
        seen = self.model_dump_json(include={"parsed", "status", "reasons", "enriched"})
        return hashlib.sha256((seen + self.indexed).encode()).hexdigest()


class Manifest(BaseModel):
    """The manifest of one captured day: partition stem -> entry."""

    model_config = ConfigDict(extra="forbid")

    entries: dict[str, Entry] = Field(default_factory=dict)


class Lake:
    """The files below ``<data_dir>/lake``. One writer at a time holds ``lock()``; readers need none."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.root = data_dir / "lake"

    def path(self, table: Table, partition: Partition) -> Path:
        return self.root / table.zone / table.noun / f"captured_date={partition.captured_date}" / f"{partition.stem}.parquet"

    def write(self, table: Table, partition: Partition, frame: pl.DataFrame) -> str:
        """Write one partition's rows under their seal, whole or not at all; returns the file's SHA-256."""
        buffer = BytesIO()
        marks = {CONTRACT_VERSION: str(table.version), seal.KEY: seal.BLANK}
        table.conform(frame).write_parquet(buffer, compression="zstd", metadata=marks)
        content = seal.seal(buffer.getvalue())
        write_atomically(self.path(table, partition), lambda file: file.write(content))
        return hashlib.sha256(content).hexdigest()

    def read(self, table: Table, partition: Partition) -> pl.DataFrame:
        """Read one partition's rows; an absent file is an empty partition. Raises ContractError where damaged."""
        return table.conform(self.read_all(table, [partition]))

    def read_all(
        self, table: Table, partitions: Iterable[Partition], columns: list[str] | None = None, *, must_exist: bool = False
    ) -> pl.DataFrame:
        """Read the rows of many partitions at once, all columns or some; every file read is verified by its seal.

        An absent file is an empty partition, or with ``must_exist`` a ContractError, as a damaged one always is.
        """
        wanted = [self.path(table, partition) for partition in partitions]
        paths = [path for path in wanted if path.exists()]
        if must_exist and len(paths) < len(wanted):
            missing = next(path for path in wanted if not path.exists())
            raise ContractError(f"{table.name}: {missing} is missing", _mend(table))
        names = columns or list(table.schema)
        if not paths:
            return table.empty().select(names)
        try:
            for path in paths:
                if seal.verify(path) == "broken":
                    raise ContractError(f"{table.name}: {path} cannot be read: its bytes are not those that were written", _mend(table))
            older = [path for path in paths if table.version > 1 and _version(path) < table.version]
            current = sorted(set(paths) - set(older))
            found = [_upgraded(table, path).select(names) for path in older]
            if current:
                found.append(pl.read_parquet(current, columns=names, hive_partitioning=False))
            return pl.concat(found).rechunk()   # a chunk a file would slow all that follows
        except (pl.exceptions.PolarsError, OSError) as error:
            which = paths[0] if len(paths) == 1 else f"a file of {len(paths)}"
            raise ContractError(f"{table.name}: {which} cannot be read: {error}", _mend(table)) from error

    def days(self) -> list[date]:
        """Captured days that have a manifest, oldest first."""
        return sorted(date.fromisoformat(path.stem) for path in (self.root / "manifests").glob("*.json"))

    def partitions(self, table: Table, day: date | None = None, *, since: date | None = None) -> list[Partition]:
        """All partitions of a log table, of one captured day, or of those since a day, oldest first."""
        found = []
        for folder in sorted((self.root / table.zone / table.noun).glob(f"captured_date={day or '*'}")):
            captured_date = date.fromisoformat(folder.name.removeprefix("captured_date="))
            if since is None or captured_date >= since:
                found += [Partition.of(captured_date, file.stem) for file in sorted(folder.glob("*.parquet"))]
        return found

    def manifest_path(self, captured_date: date) -> Path:
        return self.root / "manifests" / f"{captured_date}.json"

    def manifest(self, captured_date: date) -> Manifest:
        path = self.manifest_path(captured_date)
        try:
            return Manifest.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return Manifest()
        except ValidationError as error:
            raise ContractError(f"{path} is damaged", "delete it and run `nichiro rebuild`") from error

    def write_manifest(self, captured_date: date, manifest: Manifest) -> None:
        text = manifest.model_dump_json(indent=1).encode()
        write_atomically(self.manifest_path(captured_date), lambda file: file.write(text))

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the writer's lock. Raises TransientError at once where another run holds it."""
        path = self.data_dir / "state" / "writer.lock"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = path.open("a+")
        except OSError as error:
            raise TransientError(f"cannot open {path}: {error.strerror}", "check rights and free space") from error
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise TransientError("another nichiro run is writing", "wait for it, or see `nichiro status`") from error
            yield


def _mend(table: Table) -> str:
    """What can be derived again; of the log only raw.captures can, from the archive."""
    is_log = table.zone in ("raw", "ops") and table.noun != "captures"
    return "it is the log: `nichiro doctor --repair`, or restore it from a backup" if is_log else "run `nichiro rebuild`"


def _version(path: Path) -> int:
    """The contract version that a file was written under."""
    return int(pl.read_parquet_metadata(path).get(CONTRACT_VERSION, 1))


def _upgraded(table: Table, path: Path) -> pl.DataFrame:
    """A file's rows in today's contract, whatever version they were written under."""
    version = _version(path)
    frame = upgrade(table, pl.read_parquet(path, hive_partitioning=False), version)
    if frame is None:
        raise ContractError(f"{path} is of contract version {version}, and no migration leads to {table.version}",
                            "a release of nichiro between the two has it")
    return table.conform(frame)


def write_atomically(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write to a temporary file beside ``path``, fsync, rename, fsync the folder. Raises TransientError on OSError."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        make_folder(path.parent)
        with temporary.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):   # a file may stand where the folder should be
            temporary.unlink(missing_ok=True)
        raise TransientError(f"cannot write {path}: {error.strerror}", "check rights and free space, then run again") from error


def make_folder(path: Path) -> None:
    """Make a folder and those above it, each of them durable. Raises OSError."""
    if not path.is_dir():
        make_folder(path.parent)
        path.mkdir(exist_ok=True)
        sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make durable which names a folder holds. Raises OSError."""
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
