"""Restore: a backup's files back into a data folder, all of them verified before the first is put in place."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from nichiro.backup import FORM, Done, Item, Say, done, object_path, read_backup, teller, trouble
from nichiro.errors import ConfigError, ContractError, TransientError
from nichiro.world import world_of
from warehouse.lake import Lake, file_sha256, write_atomically
from warehouse.tables import TABLES

# The world first, so that a second try may go over the first; archive and log before the rows that make them count.
ORDER = ("state/world", "archive/", "lake/ops/", "lake/expired/", "lake/raw/captures/", "lake/raw/discoveries/", "lake/raw/fetches/", "lake/raw/")


def restore(target: Path, data_dir: Path, say: Say) -> Done:
    """Put a backup into an empty data folder, or over one of the same world, whose newer log stays.

    Every object is verified before the first file is put in place; a restore that was cut off is run again. Raises
    ConfigError for no backup or no place for it, ContractError for a damaged object, TransientError for a full disk.
    """
    made = read_backup(target)
    if made is None:
        raise ConfigError(f"{target} holds no finished backup", "finish it with `nichiro backup`, or name its folder")
    newer = [name for name, version in made.contracts.items() if version > (TABLES[name].version if name in TABLES else 0)]
    if made.form > FORM or newer:
        raise ConfigError(f"this backup was made by nichiro {made.nichiro}, {', '.join(newer) or 'its form'} is newer", "install that version")
    if _is_occupied(data_dir) and world_of(data_dir) != made.world:
        raise ConfigError(f"{data_dir} is not empty and no {made.world} world of nichiro", "restore into an empty folder")
    tell = teller(say, len(made.files), "objects verified")
    for item in made.files:
        if (why := trouble(target, item)) is not None:
            raise ContractError(f"the backup's {item.path} {why}", "nothing was restored; use another backup, or `nichiro backup --verify`")
        tell(item.bytes)
    _require_room(data_dir, made.byte_count)
    tell, copied = teller(say, len(made.files), "files restored"), []
    with Lake(data_dir).lock():
        # What is honoured in the backup's files, not in those they replace; without it all takedowns are pending again.
        (data_dir / "state" / "tombstones.json").unlink(missing_ok=True)
        for item in sorted(made.files, key=_order):
            path = data_dir / item.path
            if not (path.exists() and path.stat().st_size == item.bytes and file_sha256(path) == item.sha256):
                with object_path(target, item.sha256).open("rb") as stored:
                    write_atomically(path, lambda file, stored=stored: shutil.copyfileobj(stored, file))   # type: ignore[misc]
                copied.append(item)
            os.utime(path, ns=(item.modified_ns, item.modified_ns))   # the next backup need not read it
            tell(item.bytes)
        if made.release:
            link = data_dir / ".current.tmp"
            link.unlink(missing_ok=True)
            link.symlink_to(Path("releases") / made.release)
            link.replace(data_dir / "current")
    return done(target, made, copied)


def _order(item: Item) -> tuple[int, str]:
    return next((number for number, start in enumerate(ORDER) if item.path.startswith(start)), len(ORDER)), item.path


def _is_occupied(data_dir: Path) -> bool:
    return data_dir.exists() and any(path.is_file() and path.name != "writer.lock" for path in data_dir.rglob("*"))


def _require_room(data_dir: Path, needed: int) -> None:
    there = next(path for path in (data_dir, *data_dir.absolute().parents) if path.exists())
    if (free := shutil.disk_usage(there).free) < needed:
        raise TransientError(f"{needed / 1e9:.1f} GB are needed, {free / 1e9:.1f} are free", "free some disk space, then run again")
