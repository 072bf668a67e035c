"""Drafts: partitions read by today's rules beside those in the lake, until a parse adopts them.

They lie in ``state/reparse/`` in the form of the lake, a note with each that is written last: what a killed re-parse had
finished stays. A draft holds only for the rules, the parser, the log, the contracts and the tombstones that it was made
from. The folder can be deleted; a takedown deletes it, retention the drafts of what expires.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO

import polars as pl
from pydantic import BaseModel, ConfigDict, ValidationError

from warehouse.lake import Lake, Partition, file_sha256, write_atomically
from warehouse.tables import TABLES, raw

FOLDER = Path("state", "reparse")


class Draft(BaseModel):
    """The note of a draft: what it was made from, and of each table the SHA-256 of its file and its rows."""

    model_config = ConfigDict(extra="forbid")

    made_from: str
    parsed: dict[str, str]
    counts: dict[str, int]


class Drafts:
    """The drafts of one lake."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._aside = Lake(lake.data_dir / FOLDER)

    @property
    def are_there(self) -> bool:
        return self._aside.root.exists()

    def mark(self, partition: Partition, rules: str, tombstones: frozenset[str]) -> str:
        """What a draft of this partition has to be made from; ``rules`` as ``partitions.parsing`` has them."""
        log = file_sha256(self._lake.path(raw.CAPTURES, partition))
        contracts = [(name, table.version) for name, table in TABLES.items() if table.zone == "staging"]
        return hashlib.sha256(repr((rules, log, contracts, sorted(tombstones))).encode()).hexdigest()

    def find(self, partition: Partition, mark: str) -> Draft | None:
        """The draft that was made from just that, if its files are whole."""
        try:
            draft = Draft.model_validate_json(self._note(partition).read_bytes())
            if draft.made_from != mark or any(self._sha256(name, partition) != sha256 for name, sha256 in draft.parsed.items()):
                return None
        except (FileNotFoundError, ValidationError):
            return None
        return draft

    def read(self, partition: Partition, draft: Draft) -> dict[str, pl.DataFrame]:
        """The frames of a draft by name."""
        return {name: self._aside.read(TABLES[name], partition) for name in draft.parsed}

    def write(self, partition: Partition, frames: dict[str, pl.DataFrame], mark: str) -> None:
        """Write a draft; it counts once its note is there. Raises TransientError on a full disk."""
        self._note(partition).unlink(missing_ok=True)
        text = draft_of(self._aside, partition, frames, mark).model_dump_json().encode()
        write_atomically(self._note(partition), lambda file: file.write(text))

    def adopt(self, partition: Partition, draft: Draft) -> None:
        """Put a draft's files in the place of the lake's; what the manifest says of them is the caller's."""
        for name in draft.parsed:
            content = self._aside.path(TABLES[name], partition).read_bytes()
            write_atomically(self._lake.path(TABLES[name], partition), partial(_put, content))

    def drop(self, partition: Partition) -> None:
        """Remove the draft of a partition, if there is one."""
        if self.are_there:
            self._note(partition).unlink(missing_ok=True)
            for table in TABLES.values():
                self._aside.path(table, partition).unlink(missing_ok=True)

    def clear(self) -> None:
        """Remove all drafts."""
        shutil.rmtree(self._aside.root, ignore_errors=True)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """One re-parse at a time, without what a killed one had half written; the lake's own lock stays free.

        Raises TransientError at once.
        """
        with self._aside.lock():
            for half in self._aside.root.rglob(".*.tmp"):
                half.unlink(missing_ok=True)
            yield

    def _sha256(self, name: str, partition: Partition) -> str:
        return file_sha256(self._aside.path(TABLES[name], partition))

    def _note(self, partition: Partition) -> Path:
        return self._aside.root / "notes" / f"captured_date={partition.captured_date}" / f"{partition.stem}.json"


def draft_of(lake: Lake, partition: Partition, frames: Mapping[str, pl.DataFrame], made_from: str) -> Draft:
    """Write one partition of some tables, by their names, into a lake; returns what the manifest says of the files."""
    parsed = {name: lake.write(TABLES[name], partition, frame) for name, frame in frames.items()}
    return Draft(made_from=made_from, parsed=parsed, counts={name: frame.height for name, frame in frames.items()})


def _put(content: bytes, file: BinaryIO) -> None:
    file.write(content)
