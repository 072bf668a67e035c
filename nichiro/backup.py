"""Backup: a data folder as a set of objects named by their SHA-256, and ``backup.json``, which names them.

Files that did not change since the last backup are neither read nor copied. ``backup.json`` is written last and replaces
the one before: a backup that was cut off leaves the last one whole, and is continued by the next. Objects that it no
longer names are dropped after it. The writer's lock is held, so no run publishes meanwhile; readers and crawls go on: a
crawl's row in raw.crawls, which makes it count, is written last and listed first.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from pydantic import BaseModel, ConfigDict, ValidationError

from nichiro import __version__
from nichiro.errors import ConfigError, ContractError, TransientError
from nichiro.world import world_of
from warehouse.lake import LOST, Lake, file_sha256, write_atomically
from warehouse.store import current_release
from warehouse.tables import TABLES

FORM = 1
RUNS = 60          # folders of runs, the newest: a month of mornings by steps, or two of whole runs
TELLS = 20         # lines of progress in a long copy
# What is derived, and what is made anew by itself; without expired partitions, whose rows cannot be derived again.
DERIVED = ("lake/staging/", "lake/enriched/", "lake/manifests/", "releases/", "report.html", "alerts.atom")
NEVER = ("state/writer.lock", "state/settled/", "state/reparse/", f"{LOST}/")
Say = Callable[[str], None]


class Item(BaseModel):
    """One file. ``modified_ns`` is its time in the data folder: with the same size it is taken as unchanged."""

    path: str
    sha256: str
    bytes: int
    modified_ns: int


class Backup(BaseModel):
    """``backup.json``: what a backup holds, and which nichiro made it."""

    model_config = ConfigDict(extra="forbid")

    form: int = FORM
    nichiro: str = __version__
    contracts: dict[str, int]
    made_at: datetime
    world: str
    release: str | None
    is_log_only: bool
    file_count: int
    byte_count: int
    files: list[Item]


class Done(BaseModel):
    """What a backup or restore came to; ``copied`` is what was not there before."""

    target: str
    files: int
    bytes: int
    copied_files: int
    copied_bytes: int
    release: str | None
    made_at: datetime


def read_backup(target: Path) -> Backup | None:
    """The finished backup in a folder, if there is one. Raises ContractError where its list is damaged."""
    try:
        return Backup.model_validate_json((target / "backup.json").read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        raise ContractError(f"{target / 'backup.json'} is damaged", "delete it and run `nichiro backup` again") from error


def backup(data_dir: Path, target: Path, made_at: datetime, say: Say, *, log_only: bool = False, verify: bool = False) -> Done:
    """Bring the backup in ``target`` up to ``data_dir``; with ``verify`` every stored object is read again.

    Raises ConfigError for a folder that is no place for this backup, ContractError for a file that cannot be read,
    TransientError where another run writes or the disk is full.
    """
    if not (data_dir / "lake").is_dir():
        raise ConfigError(f"{data_dir} holds nothing to back up", "set NICHIRO_DATA_DIR or --data-dir")
    if target.resolve().is_relative_to(data_dir.resolve()) or data_dir.resolve().is_relative_to(target.resolve()):
        raise ConfigError(f"{target} lies inside the data folder, or around it", "choose another folder, on another disk")
    before = read_backup(target)
    if before is None and target.exists() and any(path.name != "objects" for path in target.iterdir() if not path.name.startswith(".")):
        raise ConfigError(f"{target} holds something else", "choose a new folder")
    world = world_of(data_dir)
    if before and before.world != world:
        raise ConfigError(f"{target} holds a {before.world} world, {data_dir} a {world} one", "choose another folder")
    known = {item.path: item for item in before.files} if before else {}
    with Lake(data_dir).lock():
        paths = list(_paths(data_dir, log_only))
        tell = teller(say, len(paths), "files looked at")
        items, copied = [], []
        for path in paths:
            name = path.relative_to(data_dir).as_posix()
            try:
                item, is_new = _store(path, name, target, known.get(name), verify)
            except OSError as error:
                raise ContractError(f"{path} cannot be read: {error.strerror}", "see `nichiro doctor`") from error
            items.append(item)
            copied += [item] if is_new else []
            tell(item.bytes)
        release = current_release(data_dir)
        made = Backup(
            contracts={table.name: table.version for table in TABLES.values()}, made_at=made_at, world=world, files=items,
            release=release.name if release and not log_only else None, is_log_only=log_only,
            file_count=len(items), byte_count=sum(item.bytes for item in items),
        )
        text = made.model_dump_json().encode()
        write_atomically(target / "backup.json", lambda file: file.write(text))
    _prune(target, {item.sha256 for item in items})
    return done(target, made, copied)


def _paths(data_dir: Path, log_only: bool) -> Iterator[Path]:
    """Every file to keep, raw.crawls first."""
    crawls = data_dir / "lake" / "raw" / "crawls"
    yield from sorted(crawls.rglob("*.parquet"))
    expired = {path.stem for path in (data_dir / "lake" / "expired").rglob("*.json")}
    release = current_release(data_dir)
    runs = sorted(path.name for path in (data_dir / "runs").glob("*"))[-RUNS:]
    for folder, names, files in os.walk(data_dir):
        names[:] = sorted(name for name in names if not name.startswith(".") and Path(folder, name) != crawls)
        inside = Path(folder).relative_to(data_dir)
        if inside == Path("releases"):
            names[:] = [name for name in names if release and name == release.name]
        elif inside == Path("runs"):
            names[:] = [name for name in names if name in runs]
        for file in sorted(files):
            path = Path(folder, file)
            name = path.relative_to(data_dir).as_posix()
            is_half = file.startswith(".") or file.endswith((".tmp", ".open", "-journal", "-wal", "-shm"))
            is_derived = name.startswith(DERIVED) and path.stem not in expired
            if not (is_half or path.is_symlink() or name.startswith(NEVER) or (log_only and is_derived)):
                yield path


def _store(path: Path, name: str, target: Path, known: Item | None, verify: bool) -> tuple[Item, bool]:
    """Put one file among the objects; returns its item and whether it was copied."""
    seen = path.stat()
    if known and (known.bytes, known.modified_ns) == (seen.st_size, seen.st_mtime_ns) and trouble(target, known, read=verify) is None:
        return known, False
    with _steady(path) as steady:
        item = Item(path=name, sha256=file_sha256(steady), bytes=steady.stat().st_size, modified_ns=seen.st_mtime_ns)
        if trouble(target, item, read=verify) is None:
            return item, False

        def write(out: BinaryIO) -> None:
            with steady.open("rb") as file:
                shutil.copyfileobj(file, out)

        write_atomically(object_path(target, item.sha256), write)
    if (why := trouble(target, item)) is not None:
        raise TransientError(f"{path}: its copy {why}", "it changed meanwhile, or the target's disk is failing: run again")
    return item, True


@contextmanager
def _steady(path: Path) -> Iterator[Path]:
    """A file that nobody changes: a crawl may be writing its SQLite state, of which a whole copy is made."""
    if path.suffix != ".sqlite":
        yield path
        return
    with TemporaryDirectory() as folder:
        copy = Path(folder, path.name)
        with closing(sqlite3.connect(path)) as state, closing(sqlite3.connect(copy)) as out:
            state.backup(out)
        yield copy


def object_path(target: Path, sha256: str) -> Path:
    return target / "objects" / sha256[:2] / sha256


def trouble(target: Path, item: Item, *, read: bool = True) -> str | None:
    """What is wrong with an item's object, if anything; without ``read`` its size alone is looked at."""
    path = object_path(target, item.sha256)
    if not path.exists():
        return "is missing"
    if path.stat().st_size != item.bytes:
        return "was cut"
    return "has changed" if read and file_sha256(path) != item.sha256 else None


def _prune(target: Path, named: set[str]) -> None:
    for path in (target / "objects").glob("*/*"):
        if path.name not in named:
            path.unlink()


def teller(say: Say, total: int, what: str) -> Callable[[int], None]:
    """Counts files and bytes, and says how far it is now and then."""
    every, done, size = max(100, total // TELLS), 0, 0

    def tell(length: int) -> None:
        nonlocal done, size
        done, size = done + 1, size + length
        if done % every == 0 and done < total:
            say(f"{done:,} of {total:,} {what}, {size / 1e6:,.0f} MB")

    return tell


def done(target: Path, made: Backup, copied: list[Item]) -> Done:
    return Done(
        target=str(target), files=made.file_count, bytes=made.byte_count, copied_files=len(copied),
        copied_bytes=sum(item.bytes for item in copied), release=made.release, made_at=made.made_at,
    )
