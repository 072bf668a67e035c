"""Which days of the lake a step need not look at: those on which nothing changed since it last left nothing to do.

Ten years are 3,650 manifests of 60 sources and more. A step that read them all to find the one day that is new would
grow with its history, so it keeps a mark of every day it is done with: of the manifest its size, instant and inode,
which any replacement changes, and the number of log partitions. A deleted or edited manifest differs from its mark and
is read again; a lost file of marks, or other methods than it was made by, makes the step read all days.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from warehouse.lake import Lake, write_atomically
from warehouse.tables import raw


class Settled(BaseModel):
    """What a step is done with: by which methods, and the mark of each day then."""

    model_config = ConfigDict(extra="forbid")

    methods: str = ""
    marks: dict[date, str] = Field(default_factory=dict)


@contextmanager
def open_days(lake: Lake, path: Path, methods: str = "") -> Iterator[list[date]]:
    """The days that a step has to look at, oldest first, also those whose manifest is gone.

    ``path`` holds the step's marks. They are written when the block ends well, so hold the lake's writer lock: only a
    crawl may add to a day meanwhile, and that day stays open.
    """
    settled, partitions = _read(path), _partitions(lake)
    if settled.methods != methods:
        settled = Settled(methods=methods)
    before = marks(lake, partitions)
    days = sorted(day for day in before.keys() | settled.marks.keys() if before.get(day) != settled.marks.get(day))
    yield days
    if days or not path.exists():
        settled.marks = marks(lake, partitions)   # what a crawl added meanwhile is not in them, and opens its day next time
        text = settled.model_dump_json().encode()
        write_atomically(path, lambda file: file.write(text))


def marks(lake: Lake, partitions: dict[date, int]) -> dict[date, str]:
    """Every day with a manifest or a log, and what it looks like from outside: no file is opened."""
    found = {day: f"/{count}" for day, count in partitions.items()}
    for entry in _entries(lake.root / "manifests", ".json"):
        day, seen = date.fromisoformat(entry.name.removesuffix(".json")), entry.stat()
        found[day] = f"{seen.st_size}-{seen.st_mtime_ns}-{seen.st_ino}{found.get(day, '')}"
    return found


def _partitions(lake: Lake) -> dict[date, int]:
    """The number of log partitions of each day; what a crawl is still writing bears another name."""
    found = {}
    for folder in _entries(lake.root / raw.CRAWLS.zone / raw.CRAWLS.noun):
        names = os.listdir(folder.path)  # noqa: PTH208 (200,000 names in ten years)
        found[date.fromisoformat(folder.name.removeprefix("captured_date="))] = sum(name.endswith(".parquet") for name in names)
    return found


def _entries(folder: Path, suffix: str = "") -> Iterator[os.DirEntry[str]]:
    if folder.exists():
        with os.scandir(folder) as entries:
            yield from (entry for entry in entries if entry.name.endswith(suffix) and not entry.name.startswith("."))


def _read(path: Path) -> Settled:
    try:
        return Settled.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return Settled()
