"""Bytes of a page -> text. WHATWG labels (w3lib), so shift_jis means windows-31j and iso-8859-1 windows-1252."""

from __future__ import annotations

import re

from charset_normalizer import CharsetMatch, from_bytes
from w3lib.encoding import html_body_declared_encoding, read_bom, resolve_encoding

# What pages without a label are in; a detector free to name any of a hundred encodings finds Arabic in Russian.
UNLABELLED = [
    "cp1251",
    "koi8_r",
    "cp866",
    "iso8859_5",
    "mac_cyrillic",
    "cp932",
    "euc_jp",
    "gb18030",
    "euc_kr",
    "cp1252",
]
UNMARKED = {b"\0\0\0<": "utf-32-be", b"<\0\0\0": "utf-32-le", b"\0<": "utf-16-be", b"<\0": "utf-16-le"}  # XML 1.0, appendix F
CYRILLIC = UNLABELLED[:5]
HIRAGANA = re.compile("[\u3041-\u3096]")
HIRAGANA_SHARE = 0.1  # of the characters beyond ASCII; Japanese prose has about half
RUSSIAN = re.compile("[А-Яа-яЁё]")
BROKEN_SHARE = 0.001  # of the characters; more replacement characters mean the label is wrong


class Undecodable(ValueError):
    """No label and no detector makes text of these bytes."""


def decode(body: bytes, charset: str | None = None) -> str:
    """Decode by BOM, HTTP charset, the document's own declaration, detector, in this order.

    Bytes beyond ASCII that are valid UTF-8 are UTF-8 whatever a label says: legacy text never is by accident. A label
    under which more than one character in a thousand breaks is passed over. Raises Undecodable.
    """
    bom, mark = read_bom(body)
    if bom and mark:
        return body[len(mark) :].decode(bom, "replace")
    if b"\0" in body[:4] and (wide := next((name for start, name in UNMARKED.items() if body.startswith(start)), None)):
        return body.decode(wide, "replace")
    try:
        return _decode_ascii(body) if body.isascii() else body.decode("utf-8")
    except UnicodeDecodeError:
        pass  # not UTF-8, so the labels decide
    for label in _labels(body, charset):
        text = body.decode(label, "replace")
        if text.count("\ufffd") <= BROKEN_SHARE * len(text):
            return text
    encoding = _detected(body[:100_000])  # a detector's cost grows with the text
    if encoding is None:
        raise Undecodable(f"{len(body)} bytes, labels {_labels(body, charset)}")
    return body.decode(encoding, "replace")


def _detected(body: bytes) -> str | None:
    """Japanese by its hiragana, which no other text is full of by accident; else as the detector says.

    Of the Cyrillic encodings it takes the first that fits: the one that makes most Russian letters is the right one.
    """
    for encoding in ("cp932", "euc_jp"):
        text = body.decode(encoding, "replace")
        beyond = len(text) - len(text.encode("ascii", "ignore"))
        if text.count("\ufffd") <= BROKEN_SHARE * len(text) and len(HIRAGANA.findall(text)) > HIRAGANA_SHARE * beyond:
            return encoding
    matches = from_bytes(body, cp_isolation=UNLABELLED)
    best = matches.best()
    if best is not None and best.encoding in CYRILLIC:
        best = max((match for match in matches if match.encoding in CYRILLIC), key=_russian)
    return best.encoding if best else None


def _russian(match: CharsetMatch) -> tuple[int, float]:
    """Fiftieths of the characters beyond ASCII that are Russian letters, then how well the letters follow each other."""
    text = str(match)
    beyond = len(text) - len(text.encode("ascii", "ignore"))
    return round(50 * len(RUSSIAN.findall(text)) / max(beyond, 1)), match.coherence


def _decode_ascii(body: bytes) -> str:
    """ASCII bytes may still be ISO-2022-JP, whose escapes are ASCII."""
    return body.decode("iso2022_jp_ext" if b"\x1b$" in body else "ascii", "replace")


def _labels(body: bytes, charset: str | None) -> list[str]:
    declared = (resolve_encoding(charset) if charset else None, html_body_declared_encoding(body))
    return list(dict.fromkeys(label for label in declared if label))
