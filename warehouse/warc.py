"""WARC records: written and read with warcio; the codings of HTTP bodies, which it cannot undo with brotli 1.2."""

from __future__ import annotations

import base64
import gzip
import hashlib
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

import brotli
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from nichiro.errors import ContractError

HINT = "restore it from a backup; docs/runbook.md says how to give its captures up"
MAX_BODY_BYTES = 64 * 2**20  # a decompression bomb is cut here; the largest honest pages have about 5 MB
LEVEL = 3  # on real pages half the time of 6, gzip's own, for a tenth more disk
_PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))


def write_record(
    out: BinaryIO, url: str, kind: str, marks: dict[str, str], http: StatusAndHeaders | None, body: bytes
) -> None:
    """Write one record as a gzip member of its own; ``marks`` are its WARC headers."""
    out.write(zipped(record_of(url, kind, marks, http, body)))


def record_of(url: str, kind: str, marks: dict[str, str], http: StatusAndHeaders | None, body: bytes) -> memoryview:
    """One record with its digests, not yet compressed."""
    plain = BytesIO()
    writer = WARCWriter(plain, gzip=False, warc_version="1.1")
    record = writer.create_warc_record(
        url, kind, payload=BytesIO(body), length=len(body), http_headers=http, warc_headers_dict=marks | _digests(http, body)
    )
    writer.write_record(record)
    return plain.getbuffer()


def _digests(http: StatusAndHeaders | None, body: bytes) -> dict[str, str]:
    """Those that warcio would take from the body in small pieces, twice."""
    if http is None:
        return {}
    payload_sha1 = hashlib.sha1(body, usedforsecurity=False)
    block_sha1 = hashlib.sha1(http.compute_headers_buffer() or http.headers_buff, usedforsecurity=False)
    block_sha1.update(body)
    return {
        f"WARC-{name}-Digest": f"sha1:{base64.b32encode(digest.digest()).decode()}"
        for name, digest in (("Payload", payload_sha1), ("Block", block_sha1))
    }


def zipped(record: memoryview) -> bytes:
    """The record as a gzip member; other threads run meanwhile."""
    return zlib.compress(record, LEVEL, 31)


def payload(record: ArcWarcRecord) -> bytes:
    """The raw body of a response record. Raises ValueError where it is shorter than its header says."""
    raw = record.raw_stream.read()
    if len(raw) < record.payload_length:
        raise ValueError(f"{len(raw)} of {record.payload_length} bytes")
    return raw


def check_end(file: BinaryIO, last_offset: int) -> None:
    """Raise where the file does not end with its last record: warcio passes over a member that was cut."""
    file.seek(last_offset)
    member = zlib.decompressobj(31)
    member.decompress(file.read())
    if not member.eof or member.unused_data:
        raise ValueError("the file was cut behind this record")


def require_whole(data_dir: Path, warc_path: str, last_offset: int) -> None:
    """Raise ContractError where the file is missing, its bytes are not those that were written (CRC of each member), or it
    ends before ``last_offset``, where its last record begins: a file that is cut between two records has no wrong byte.
    """
    try:
        with gzip.open(data_dir / warc_path) as file:
            while file.read(2**20):
                pass
        if (size := (data_dir / warc_path).stat().st_size) <= last_offset:
            raise EOFError(f"it ends after {size} bytes, and a record began at {last_offset}")
    except (OSError, EOFError, zlib.error) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or error
        raise ContractError(f"{warc_path} cannot be read: {why}", HINT) from error


def decoded(body: bytes, headers: dict[str, str]) -> bytes:
    """Undo the content codings, last one first; a body that is not coded as it says stays as it is."""
    for coding in reversed(headers.get("content-encoding", "").lower().split(",")):
        match coding.strip().removeprefix("x-"):
            case "gzip" | "deflate":
                body = _inflated(body)
            case "br":
                body = _unbrotlied(body)
    return body


def _inflated(body: bytes) -> bytes:
    """Members of gzip, or zlib, or the bare deflate that some servers send; a cut one gives what it holds."""
    parts: list[bytes] = []
    left, rest = MAX_BODY_BYTES, body
    wbits = 47 if body[:2] == b"\x1f\x8b" or body[:1] == b"\x78" else -15  # 47: gzip or zlib, by its header
    while rest and left > 0:
        stream = zlib.decompressobj(wbits)
        try:
            parts.append(stream.decompress(rest, left))
        except zlib.error:
            break
        left -= len(parts[-1])
        rest = stream.unused_data
    return b"".join(parts) or body


def _unbrotlied(body: bytes) -> bytes:
    stream = brotli.Decompressor()
    try:
        return stream.process(body, output_buffer_limit=MAX_BODY_BYTES)[:MAX_BODY_BYTES] or body
    except brotli.error:
        return body


def header_map(headers: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Headers by name in lower case; repeated ones are joined by a comma, as RFC 9110 5.2 allows."""
    lowered: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        lowered[key] = f"{lowered[key]}, {value.strip()}" if key in lowered else value.strip()
    return lowered


def ascii_only(text: str) -> str:
    """Percent-encode what is not printable ASCII, as warcio would, but nothing else."""
    return quote(text, safe=_PRINTABLE)


def warc_date(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
