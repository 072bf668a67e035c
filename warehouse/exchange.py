"""One exchange of a crawl, a response and the request before it, as two records for a WARC file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from urllib.parse import urlsplit
from uuid import UUID

from warcio.statusandheaders import StatusAndHeaders

from warehouse.capture import ArchivedResponse
from warehouse.warc import ascii_only, decoded, header_map, record_of, warc_date, zipped


@dataclass
class Exchange:
    """A response and the request beside it, as two records that are still to be compressed."""

    response: ArchivedResponse
    response_id: UUID
    answer: memoryview
    request: memoryview

    @cached_property
    def members(self) -> bytes:
        """Both as gzip members. The costly part of archiving, which leaves other threads the interpreter."""
        return zipped(self.answer) + zipped(self.request)


def draw_up(
    response_id: UUID,
    request_id: UUID,
    url: str,
    http_status: int,
    reason: str,
    headers: Sequence[tuple[str, str]],
    raw_body: bytes,
    captured_at: datetime,
    request_headers: Sequence[tuple[str, str]],
    *,
    kind: str,
    basis: str,
    body: bytes | None = None,
) -> Exchange:
    """Make the records of one exchange, to be compressed, by whichever thread, and written in the same order.

    ``raw_body`` is still content-encoded, but without transfer coding; ``body`` is what ``body_of`` makes of it, where
    the caller has that at hand.
    """
    # The body was de-chunked on its way: a reader that believed this header would de-chunk it again.
    kept = [(name, ascii_only(value)) for name, value in headers if name.lower() != "transfer-encoding"]
    marks = {
        "WARC-Record-ID": f"<urn:uuid:{response_id}>",
        "WARC-Date": warc_date(captured_at),
        "WARC-Nichiro-Kind": kind,
        "WARC-Nichiro-Basis": basis,
    }
    status = StatusAndHeaders(f"{http_status} {ascii_only(reason)}".rstrip(), kept, protocol="HTTP/1.1")
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    asked = StatusAndHeaders(
        f"{target} HTTP/1.1",
        [(name, ascii_only(value)) for name, value in request_headers],
        protocol="GET",
    )
    request_marks = {
        "WARC-Record-ID": f"<urn:uuid:{request_id}>",
        "WARC-Date": marks["WARC-Date"],
        "WARC-Concurrent-To": marks["WARC-Record-ID"],
    }
    lowered = header_map(kept)
    body = decoded(raw_body, lowered) if body is None else body
    return Exchange(
        ArchivedResponse(url, http_status, lowered, body, captured_at, kind, basis),
        response_id,
        record_of(url, "response", marks, status, raw_body),
        record_of(url, "request", request_marks, asked, b""),
    )
