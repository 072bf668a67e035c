"""Takedown: a WARC file without what has to go. The one case in which a file of the archive is written again.

The record of a removed response stays as a mark, with its id, time and status: every capture keeps its row and its one
fate. The other records stay byte for byte.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import polars as pl
from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders

from warehouse.archive import captures_of, warc_path_of
from warehouse.lake import Partition, write_atomically
from warehouse.warc import write_record

KEPT_MARKS = ("WARC-Record-ID", "WARC-Date", "WARC-Nichiro-Kind", "WARC-Nichiro-Basis")
KEPT_HEADERS = ("content-type",)   # of an emptied one; others may name the document


def strike(data_dir: Path, partition: Partition, removed: Mapping[str, str], emptied: Collection[str]) -> pl.DataFrame:
    """Write a partition's WARC file again, whole or not at all; returns its raw.captures.

    ``removed``: capture_id -> what stands instead of the URL; body, headers and request go. ``emptied``: capture_ids of
    feeds and lists that lose their body only. Doing it twice changes nothing more. Raises ContractError where the file
    is missing or damaged, TransientError where it cannot be written.
    """
    captures_of(data_dir, partition)   # verifies every digest: damage is not copied under a new name
    path = data_dir / warc_path_of(partition)

    def write(out: BinaryIO) -> None:
        with path.open("rb") as file, path.open("rb") as members:
            records = ArchiveIterator(file)
            for record in records:
                capture_id = _id(record, "WARC-Record-ID")
                if record.rec_type == "response" and (capture_id in removed or capture_id in emptied):
                    _write_mark(out, record, removed.get(capture_id))
                elif _id(record, "WARC-Concurrent-To") not in removed:
                    members.seek(records.get_record_offset())
                    out.write(members.read(records.get_record_length()))

    write_atomically(path, write)
    return captures_of(data_dir, partition)


def _write_mark(out: BinaryIO, record: ArcWarcRecord, url: str | None) -> None:
    mark = record.rec_headers.get_header
    kept = [(name, value) for name, value in record.http_headers.headers if name.lower() in KEPT_HEADERS and not url]
    status = StatusAndHeaders(record.http_headers.statusline, kept, protocol=record.http_headers.protocol)
    marks = {name: mark(name) for name in KEPT_MARKS}
    write_record(out, url or mark("WARC-Target-URI"), "response", marks, status, b"")


def _id(record: ArcWarcRecord, name: str) -> str:
    """The capture_id that a header names, or nothing."""
    value = record.rec_headers.get_header(name)
    return UUID(value.strip("<>")).hex if value else ""
