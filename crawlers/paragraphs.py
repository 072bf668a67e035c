"""Text of an element as paragraphs, and how stored text is normalised: NFC, plain spaces, no invisible characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from lxml import etree

from crawlers.furniture import is_furniture, is_tooltip

_BLOCKS = (
    "address article aside blockquote br caption dd details div dl dt fieldset figcaption figure footer h1 h2 h3 h4 h5 h6"
    " header hr li main nav ol p pre section summary table tbody td tfoot th thead tr ul"
)
# rt and rp: a furigana reading inside a name would hide the name from every search for it
_UNREAD = "script style template noscript iframe svg math form button select textarea audio video object canvas rt rp"
BLOCKS, UNREAD = frozenset(_BLOCKS.split()), frozenset(_UNREAD.split())
_INVISIBLE = "\u00ad\u200b\u200c\u2060\ufeff"
_SPACE = re.compile(r"[^\S\u3000]+")
_CJK = r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]"
_BROKEN_LINE = re.compile(
    rf"(?<={_CJK})[^\S\u3000]*\n[^\S\u3000]*(?={_CJK})"
)  # a line break of the source, not a space
_WIDE = re.compile(_CJK)
_ALNUM = re.compile(r"\w")
_BREAK = "\0"  # no parsed page holds one


def one_line(text: str) -> str:
    """NFC, no invisible characters, every run of white space one space, none at the ends."""
    return _spaced(_normalised(text))


def _normalised(text: str) -> str:
    if text.isascii():
        return text
    text = unicodedata.normalize("NFC", text)
    for character in _INVISIBLE:  # a search for one is far faster than a pattern of five
        text = text.replace(character, "")
    if "\n" in text and _WIDE.search(text):  # found or not in a third of the time
        text = _BROKEN_LINE.sub("", text)
    return text


def _spaced(text: str) -> str:
    if text.isprintable() and "  " not in text:  # of all white space only the space is printable
        return text.strip(" ")
    if "\u3000" in text:  # the one space that says something
        return _SPACE.sub(" ", text).strip()
    return " ".join(text.split())


def paragraphs(root: etree._Element, kept: Iterable[etree._Element] = ()) -> list[str]:
    """The text below ``root``, broken where block elements begin and end.

    ``kept`` limits it to the text inside these elements; where none holds text, all of it is taken (old pages break
    lines with <br> and have no paragraphs). Lines without a letter or digit are dropped, and so are counters.
    """
    marks = set(kept)
    return _lines(root, marks) or (_lines(root, set()) if marks else [])


def _lines(root: etree._Element, kept: set[etree._Element]) -> list[str]:
    """All lines are normalised in one go, which is far faster than each for itself."""
    lines = map(_spaced, _normalised("".join(_pieces(root, kept))).split(_BREAK))
    return [line for line in lines if line and is_text(line)]


def is_text(line: str) -> bool:
    """Whether a line says anything: it holds a letter or digit and is no counter."""
    return _ALNUM.search(line) is not None and not is_furniture(line)


def _pieces(root: etree._Element, kept: set[etree._Element]) -> list[str]:
    """Text pieces in document order, with a break where a block begins or ends."""
    depth = 0 if kept else 1
    pieces: list[str] = []
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, node in walk:
        tag = node.tag
        if event == "start":
            if tag in UNREAD or (node.items() and is_tooltip(node)):
                kept.discard(node)
                walk.skip_subtree()
                continue
            depth += node in kept
            if tag in BLOCKS:
                pieces.append(_BREAK)
            if depth and (text := node.text):
                pieces.append(text)
        else:
            if tag in BLOCKS:
                pieces.append(_BREAK)
            depth -= node in kept
            if depth and node is not root and (tail := node.tail):
                pieces.append(tail)
    return pieces
