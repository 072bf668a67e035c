"""The archive: every HTTP response as it came, in WARC 1.1 files, written before anything reads a page.

One file per source and run: ``archive/<source_id>/<yyyy>/<mm>/<run_id>.warc.gz``, one gzip member per record, the
request beside its response. A file under its final name is complete; a killed run leaves ``….warc.gz.open``, of which
the source's next crawl rescues what is whole. ``raw.captures`` is an index of these files and can be made from them again.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID, uuid5

import polars as pl
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from nichiro import __version__
from nichiro.errors import ContractError, TransientError
from warehouse.capture import ArchivedResponse, capture_of, response_of
from warehouse.digests import keep_whole
from warehouse.exchange import Exchange, draw_up
from warehouse.lake import Partition, make_folder, sync_folder, write_atomically
from warehouse.tables.raw import CAPTURES
from warehouse.warc import (
    HINT,
    check_end,
    decoded,
    header_map,
    warc_date,
    write_record,
)

RECORD_IDS = UUID("7c9a2d3e-54b1-5f0a-9d0f-2b1c6a1e8d47")  # namespace of our record ids, fixed for ever


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a response lies, its row of raw.captures, its headers (lower case) and its decoded body."""

    capture_id: str
    warc_path: str
    warc_offset: int
    capture: dict[str, Any]
    headers: dict[str, str]
    body: bytes


class ArchiveWriter:
    """Writes the WARC file of one source and run; ``close`` makes it visible, a crash before leaves nothing visible.

    The record ids follow from run, source and running number, so the same run gives the same ids.
    """

    def __init__(self, data_dir: Path, source_id: str, run_id: str) -> None:
        self.source_id = source_id
        self.run_id = run_id
        self._partition = Partition(run_day(run_id), run_id, source_id)
        self.warc_path = warc_path_of(self._partition)
        self._data_dir = data_dir
        self._path = data_dir / self.warc_path
        self._open_path = self._path.with_name(self._path.name + ".open")
        self._file: BinaryIO | None = None
        self._number = 0

    def draw_up(self, *exchange: Any, **named: Any) -> Exchange:
        """The next exchange of the file: takes what ``exchange.draw_up`` takes after the ids."""
        return draw_up(self._next_id(), self._next_id(), *exchange, **named)

    def write(self, exchange: Exchange) -> Stored:
        """Add an exchange. Raises TransientError where the disk is full or the folder cannot be written."""
        response = exchange.response
        members = exchange.members
        try:
            file = self._opened(response.captured_at)
            offset = file.tell()
            file.write(members)
            file.flush()  # from here on only the machine's own death can take it
        except OSError as error:
            raise _unwritable(self._path, error) from error
        capture = capture_of(self._partition, exchange.response_id, response, self.warc_path, offset)
        return Stored(exchange.response_id.hex, self.warc_path, offset, capture, response.headers, response.body)

    def close(self) -> None:
        """Make the file durable and visible; without any response there is no file."""
        if self._file is None:
            return
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._open_path.rename(self._path)
            sync_folder(self._path.parent)
        except OSError as error:
            raise _unwritable(self._path, error) from error
        finally:
            self._file = None

    def leave(self) -> None:
        """Close the file as a killed crawl leaves it: nothing becomes visible, the source's next crawl rescues it."""
        if self._file is not None:
            with suppress(OSError):  # a full disk takes no more
                self._file.close()
            self._file = None

    def resume(self) -> Iterator[Stored]:
        """Go on behind what a killed child of this very run had archived; gives its responses. Raises as ``rescue`` does."""
        if not (self._open_path.exists() or self._path.exists()):
            return
        left = set()
        for stored in rescue(self._data_dir, self._partition):
            left.add(stored.capture_id)
            yield stored
        if not left:
            return
        while left:
            left.discard(self._next_id().hex)
        self._next_id()  # that of the last one's request
        try:
            self._path.rename(self._open_path)
            self._file = self._open_path.open("ab")
        except OSError as error:
            raise _unwritable(self._path, error) from error

    def _next_id(self) -> UUID:
        self._number += 1
        return uuid5(RECORD_IDS, f"{self.run_id}/{self.source_id}/{self._number}")

    def _opened(self, now: datetime) -> BinaryIO:
        if self._file is not None:
            return self._file
        if self._path.exists():
            raise ContractError(f"{self._path} is already complete", "crawl again under a new run")
        make_folder(self._path.parent)
        self._file = self._open_path.open("wb")
        about = f"software: nichiro/{__version__}\r\nformat: WARC File Format 1.1\r\n".encode()
        marks = {
            "WARC-Record-ID": f"<urn:uuid:{uuid5(RECORD_IDS, f'{self.run_id}/{self.source_id}/0')}>",
            "WARC-Date": warc_date(now),
            "WARC-Filename": self._path.name,
        }
        write_record(self._file, "", "warcinfo", marks, None, about)
        return self._file


def body_of(raw_body: bytes, headers: Sequence[tuple[str, str]]) -> bytes:
    """A response's body without its content codings, of a decompression bomb the beginning."""
    return decoded(raw_body, header_map(headers))


def read_response(data_dir: Path, warc_path: str, warc_offset: int) -> ArchivedResponse:
    """Read one response. Raises ContractError with path and offset where there is none or its digest differs."""
    try:
        with (data_dir / warc_path).open("rb") as file:
            file.seek(warc_offset)
            record = next(iter(ArchiveIterator(file, check_digests="raise")), None)
            if record is None or record.rec_type != "response":
                raise _unreadable(warc_path, warc_offset, "no response there")
            return response_of(record)
    except (ArchiveLoadFailed, OSError, ValueError, EOFError, AttributeError) as error:
        raise _unreadable(warc_path, warc_offset, error) from error


def rescue(data_dir: Path, partition: Partition) -> Iterator[Stored]:
    """The responses that a killed crawl had archived: the file gets its name, without what was cut at its end.

    All its digests are checked before the first is given. A file without any response is deleted. Raises TransientError, and ContractError where a complete file is damaged.
    """
    path = data_dir / warc_path_of(partition)
    cut = path.with_name(f"{path.name}.open")
    try:
        if cut.exists():
            write_atomically(path, partial(keep_whole, cut))
            cut.unlink()
        captures = captures_of(data_dir, partition) if path.stat().st_size else CAPTURES.empty()
        if captures.is_empty():
            path.unlink()
    except OSError as error:
        raise _unwritable(path, error) from error
    return (_stored(data_dir, capture) for capture in captures.iter_rows(named=True))


def _stored(data_dir: Path, capture: dict[str, Any]) -> Stored:
    place = capture["warc_path"], capture["warc_offset"]
    response = read_response(data_dir, *place)
    return Stored(capture["capture_id"], *place, capture, response.headers, response.body)


def rebuild_captures(data_dir: Path) -> Iterator[tuple[Partition, pl.DataFrame]]:
    """Make raw.captures again from the WARC files alone, one frame per file, by source and run.

    Raises ContractError with path and offset at a damaged record.
    """
    for path in sorted((data_dir / "archive").glob("*/*/*/*.warc.gz")):
        run_id = path.name.removesuffix(".warc.gz")
        partition = Partition(run_day(run_id), run_id, path.parents[2].name)
        yield partition, captures_of(data_dir, partition)


def captures_of(data_dir: Path, partition: Partition) -> pl.DataFrame:
    """Make one partition's raw.captures again from its WARC file. Raises ContractError where it is missing or damaged."""
    warc_path = warc_path_of(partition)
    rows = []
    offset = 0
    try:
        with (data_dir / warc_path).open("rb") as file:
            records = ArchiveIterator(file, check_digests="raise")
            for record in records:
                offset = records.offset
                if record.rec_type == "response":
                    record_id = UUID(record.rec_headers.get_header("WARC-Record-ID").strip("<>"))
                    rows.append(capture_of(partition, record_id, response_of(record), warc_path, offset))
            check_end(file, offset)
    except (ArchiveLoadFailed, OSError, ValueError, EOFError, AttributeError, zlib.error) as error:
        raise _unreadable(warc_path, offset, error) from error
    return CAPTURES.conform(pl.DataFrame(rows, schema=CAPTURES.schema))


def run_day(run_id: str) -> date:
    """The UTC day on which a run started, which its id begins with."""
    if not re.match(r"\d{8}T\d{6}Z", run_id):
        raise ContractError(f"{run_id!r} is no run id", "run ids look like 20260628T233000Z-001")
    return date.fromisoformat(run_id[:8])


def warc_path_of(partition: Partition) -> str:
    """Where a partition's WARC file lies, relative to the data folder."""
    day = partition.captured_date
    return Path("archive", partition.source_id, f"{day:%Y}", f"{day:%m}", f"{partition.run_id}.warc.gz").as_posix()


def _unreadable(warc_path: str, offset: int, why: object) -> ContractError:
    return ContractError(f"{warc_path} at offset {offset} cannot be read: {why}", HINT)


def _unwritable(path: Path, error: OSError) -> TransientError:
    return TransientError(
        f"cannot write {path}: {error.strerror}", "check rights and free space, then run again"
    )
