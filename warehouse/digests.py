"""WARC files verified record by record, also those that nothing ever reads again: 304s, redirects, robots.txt.

A record is a gzip member of its own. Its member may be cut or spoilt, its digests wrong or missing; what is whole around
it can be kept, byte for byte.
"""

from __future__ import annotations

import mmap
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.warcwriter import WARCWriter

MEMBER = b"\x1f\x8b\x08"   # how a gzip member begins (RFC 1952)
UNDIGESTED = "no digest"
_CHUNK = 2**20


@dataclass(frozen=True)
class Stretch:
    """Bytes ``start`` to ``end`` of a file: a whole record, or what is wrong with them and, where readable, whose they are."""

    start: int
    end: int
    fault: str = ""
    url: str = ""


def stretches(path: Path) -> Iterator[Stretch]:
    """The whole file in order. Raises OSError."""
    with path.open("rb") as file:
        if not path.stat().st_size:
            yield Stretch(0, 0, "the file is empty")
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            start = 0
            while start < len(content):
                member, end = _member(content, start)
                if member is None:
                    end = _next(content, start)
                    yield Stretch(start, end, "cut" if end == len(content) else "spoilt")
                else:
                    yield Stretch(start, end, *_verified(member))
                start = end


def keep_whole(path: Path, target: BinaryIO) -> None:
    """Copy what is whole; a record without digests gets them."""
    with path.open("rb") as file:
        for stretch in stretches(path):
            file.seek(stretch.start)
            content = file.read(stretch.end - stretch.start)
            if not stretch.fault:
                target.write(content)
            elif stretch.fault == UNDIGESTED:
                for record in ArchiveIterator(BytesIO(content)):
                    WARCWriter(target, gzip=True, warc_version="1.1").write_record(record)


def _member(content: mmap.mmap, start: int) -> tuple[bytes | None, int]:
    """The decompressed member that begins at ``start`` and where it ends; None where there is no whole one."""
    stream, parts = zlib.decompressobj(31), []   # 31: gzip, with its CRC
    place = start
    try:
        while not stream.eof and place < len(content):
            parts.append(stream.decompress(content[place : place + _CHUNK]))
            place = min(place + _CHUNK, len(content))
    except zlib.error:
        return None, start
    return (b"".join(parts), place - len(stream.unused_data)) if stream.eof else (None, start)


def _next(content: mmap.mmap, start: int) -> int:
    """Where the next whole member begins, else the end of the file."""
    place = content.find(MEMBER, start + 1)
    while place >= 0:
        if _member(content, place)[0] is not None:
            return place
        place = content.find(MEMBER, place + 1)
    return len(content)


def _verified(member: bytes) -> tuple[str, str]:
    """What is wrong with a record's digests ("" for nothing), and its URL."""
    try:
        for record in ArchiveIterator(BytesIO(member), check_digests=True):
            url = record.rec_headers.get_header("WARC-Target-URI") or ""
            while record.raw_stream.read(_CHUNK):
                pass
            match record.digest_checker.passed:
                case False:
                    return "; ".join(record.digest_checker.problems), url
                case None:
                    return UNDIGESTED, url
            return "", url
    except (ArchiveLoadFailed, ValueError, EOFError) as error:
        return f"no record: {error}", ""
    return "no record", ""
