"""One archived response: read from its WARC record, and as a row of raw.captures."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin
from uuid import UUID

from warcio.recordloader import ArcWarcRecord

from warehouse.lake import Partition
from warehouse.warc import decoded, header_map, payload


@dataclass(frozen=True)
class ArchivedResponse:
    """A response from the archive; header names in lower case, ``body`` after content decoding."""

    url: str
    http_status: int
    headers: dict[str, str]
    body: bytes
    captured_at: datetime
    kind: str
    basis: str


def response_of(record: ArcWarcRecord) -> ArchivedResponse:
    """Read a response record. Raises ValueError where its body is cut, AttributeError where it has no HTTP headers."""
    headers = header_map(record.http_headers.headers)
    mark = record.rec_headers.get_header
    return ArchivedResponse(
        url=mark("WARC-Target-URI"),
        http_status=int(record.http_headers.get_statuscode()),
        headers=headers,
        body=decoded(payload(record), headers),
        captured_at=datetime.fromisoformat(mark("WARC-Date")).astimezone(UTC),
        kind=mark("WARC-Nichiro-Kind"),
        basis=mark("WARC-Nichiro-Basis"),
    )


def capture_of(
    partition: Partition, record_id: UUID, response: ArchivedResponse, warc_path: str, warc_offset: int
) -> dict[str, Any]:
    """The row of raw.captures of a response that lies at ``warc_offset`` of ``warc_path``."""
    content_type = response.headers.get("content-type", "")
    location = response.headers.get("location") if 300 <= response.http_status < 400 else None
    return {
        "capture_id": record_id.hex,
        "run_id": partition.run_id,
        "source_id": partition.source_id,
        "kind": response.kind,
        "url": response.url,
        "captured_at": response.captured_at,
        "captured_date": partition.captured_date,
        "http_status": response.http_status,
        "media_type": content_type.partition(";")[0].strip().lower() or None,
        "charset": _charset(content_type),
        "redirect_url": _absolute(response.url, location) if location else None,
        "body_bytes": len(response.body),
        "body_sha256": hashlib.sha256(response.body).hexdigest(),
        "warc_path": warc_path,
        "warc_offset": warc_offset,
        "basis": response.basis,
    }


@lru_cache
def _charset(content_type: str) -> str | None:
    message = Message()
    message["Content-Type"] = content_type
    return message.get_content_charset() or None


def _absolute(url: str, location: str) -> str | None:
    try:
        return urljoin(url, location)
    except ValueError:  # such as http://[half
        return None
