"""Bytes of a page -> text. WHATWG labels (w3lib), so shift_jis means windows-31j and iso-8859-1 windows-1252."""

from __future__ import annotations

from charset_normalizer import from_bytes
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
    try:
        return _decode_ascii(body) if body.isascii() else body.decode("utf-8")
    except UnicodeDecodeError:
        pass  # not UTF-8, so the labels decide
    for label in _labels(body, charset):
        text = body.decode(label, "replace")
        if text.count("\ufffd") <= BROKEN_SHARE * len(text):
            return text
    guess = from_bytes(
        body[:100_000], cp_isolation=UNLABELLED
    ).best()  # a detector's cost grows with the text
    if guess is None:
        raise Undecodable(f"{len(body)} bytes, labels {_labels(body, charset)}")
    return body.decode(guess.encoding, "replace")


def _decode_ascii(body: bytes) -> str:
    """ASCII bytes may still be ISO-2022-JP, whose escapes are ASCII."""
    return body.decode("iso2022_jp_ext" if b"\x1b$" in body else "ascii", "replace")


def _labels(body: bytes, charset: str | None) -> list[str]:
    declared = (resolve_encoding(charset) if charset else None, html_body_declared_encoding(body))
    return list(dict.fromkeys(label for label in declared if label))
