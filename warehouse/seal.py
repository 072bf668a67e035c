"""The seal: every Parquet file of the lake carries the SHA-256 of its own bytes, as a WARC record carries its digest.

The digest stands in the file's key-value metadata and was taken while 64 zeros stood in its place, so that a file can be
verified by itself, wherever it was copied to, and by whatever version of Polars.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

KEY = "nichiro_sha256"
BLANK = "0" * 64   # as long as a SHA-256 in hex
_VALUE = KEY.encode() + b"\x18\x40"   # Thrift's compact form: a string field follows, 0x40 bytes long


def seal(content: bytes) -> bytes:
    """Put the digest into a Parquet file that was written with the metadata ``{KEY: BLANK}``."""
    start = content.rindex(_VALUE + BLANK.encode()) + len(_VALUE)
    return content[:start] + hashlib.sha256(content).hexdigest().encode() + content[start + len(BLANK) :]


def verify(path: Path) -> Literal["whole", "broken", "unsealed"]:
    """Whether a file's bytes are those that were written; a file without a seal says nothing. Raises OSError."""
    whole = path.read_bytes()
    start = whole.rfind(_VALUE) + len(_VALUE)
    if start < len(_VALUE):
        return "unsealed"
    content, end = memoryview(whole), start + len(BLANK)
    digest = hashlib.sha256(content[:start])
    digest.update(BLANK.encode())
    digest.update(content[end:])
    return "whole" if digest.hexdigest().encode() == content[start:end] else "broken"
