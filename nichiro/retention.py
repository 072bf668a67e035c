"""Retention: raw bytes and whole texts are kept as long as a source's terms say; what was derived from them stays.

When a partition expires its WARC file goes and its texts are cut to the excerpts that a release may serve anyway. Its
rows can no longer be parsed again, so a *note*, ``lake/expired/captured_date=<d>/<run_id>-<source_id>.json``, keeps its
entry of the manifest: rebuild takes the rows as they were last parsed, judged and enriched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl
from pydantic import ValidationError

from crawlers.source import Source
from nichiro.drafts import Drafts
from nichiro.errors import ContractError, TransientError
from transforms.articles import excerpt
from warehouse.lake import Entry, Lake, Partition, write_atomically
from warehouse.tables import raw, staging

NO_COPY = timedelta(days=2)  # by then it was read


@dataclass(frozen=True)
class Due:
    """A WARC file whose time is over."""

    partition: Partition
    path: Path
    bytes: int


def due(lake: Lake, catalog: dict[str, Source], today: date) -> Iterator[Due]:
    """The WARC files older than their source's terms allow on ``today``, a UTC day, and those with a page that asks for no copy.

    The latter go as soon as they were read, which is at this publish or that of the day after. Expired files are gone, so the
    archive of a source with a limit never holds more than those days: looking through it costs the same after ten years.
    What is in no catalog is kept: a mistyped NICHIRO_CATALOG_DIR must delete nothing.
    """
    from warehouse.archive import run_day

    for folder in sorted((lake.data_dir / "archive").glob("*")):
        source = catalog.get(folder.name)
        if source is None:
            continue
        days, young = source.archive_days, today - NO_COPY
        months = {f"{day:%Y/%m}" for day in (young, today)} if days is None else {"*/*"}
        for path in sorted(path for month in months for path in folder.glob(f"{month}/*.warc.gz")):
            run_id = path.name.removesuffix(".warc.gz")
            partition = Partition(run_day(run_id), run_id, folder.name)
            is_old = days is not None and partition.captured_date < today - timedelta(days=days)
            if is_old or (partition.captured_date >= young and _asks_for_no_copy(lake, partition)):
                yield Due(partition, path, path.stat().st_size)


def _asks_for_no_copy(lake: Lake, partition: Partition) -> bool:
    """An archived article with a reservation: that is noarchive, as with any other none of it was archived."""
    fetches = lake.read_all(raw.FETCHES, [partition], ["kind", "reserved", "capture_id"])
    if fetches.drop_nulls().filter(kind="article").is_empty():
        return False
    entry = lake.manifest(partition.captured_date).entries.get(partition.stem)
    return entry is not None and entry.status == "accepted"  # one that is held was not read yet


def expire(lake: Lake, each: Due) -> bool:
    """Let one partition expire; False for one that was not yet parsed and gated, which would lose what it holds.

    The file goes last, so that a killed run does it again. Raises TransientError.
    """
    partition = each.partition
    manifest = lake.manifest(partition.captured_date)
    entry = manifest.entries.get(partition.stem)
    if entry is None or not entry.status or (entry.status == "accepted" and not entry.enriched):
        return False
    articles = lake.read(staging.ARTICLES, partition)
    entry.expired = lake.write(staging.ARTICLES, partition, articles.with_columns(excerpt(pl.col("body")), lede=None))
    write_note(lake, partition, entry)
    lake.write_manifest(partition.captured_date, manifest)
    Drafts(lake).drop(partition)
    try:
        each.path.unlink()
        for folder in (each.path.parent, each.path.parent.parent):
            if not any(folder.iterdir()):
                folder.rmdir()
    except OSError as error:
        raise TransientError(f"cannot remove {each.path}: {error.strerror}", "check rights, then run again") from error
    return True


def write_note(lake: Lake, partition: Partition, entry: Entry) -> None:
    text = entry.model_dump_json(indent=1).encode()
    write_atomically(note_path(lake, partition), lambda file: file.write(text))


def note(lake: Lake, partition: Partition) -> Entry | None:
    """The entry of an expired partition, None for one whose archive is kept. Raises ContractError where damaged."""
    path = note_path(lake, partition)
    try:
        return Entry.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        raise ContractError(f"{path} is damaged", "restore it from a backup: its archive expired") from error


def note_path(lake: Lake, partition: Partition) -> Path:
    return lake.root / "expired" / f"captured_date={partition.captured_date}" / f"{partition.stem}.json"
