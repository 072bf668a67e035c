"""What a site answers, with ETag, conditional GET and compression."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Response:
    """Status 0 means that the server closes the connection without an answer."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def finish(answer: Response, request_headers: Mapping[str, str] | None, compress: bool = False) -> Response:
    """Add an ETag, answer a conditional GET with 304, compress where the site does and the client may."""
    if answer.status != 200:
        return answer
    wanted = {key.lower(): value for key, value in (request_headers or {}).items()}
    headers = dict(answer.headers)
    headers["ETag"] = f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"'
    if headers["ETag"] in wanted.get("if-none-match", ""):
        return Response(304, {"ETag": headers["ETag"]})
    body = answer.body
    if compress and "gzip" in wanted.get("accept-encoding", ""):
        body = gzip.compress(body, 6, mtime=0)
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return Response(200, headers, body)
