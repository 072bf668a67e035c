"""What an editor makes of a wire's text before it prints it: five edits of a body, and all that fit together at once.

Each takes a body and that of another article, from which strange paragraphs come; nothing is left to chance.
"""

from __future__ import annotations

import re
from collections.abc import Callable

KEPT = 0.6
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}
_VOWELS = str.maketrans("aeiouаеиоу", "eaoiaоаеуо")
_CONSONANTS = str.maketrans("ckszvyкгсз", "kqzswjгкзс")
_INITIALS = str.maketrans("CKSYJXVКЕЯ", "KCZJYHWГЭИ")
# Names: a capital inside a sentence and what follows it, or a run of katakana.
_NAME = re.compile(r"(?<=[\w,;] )[A-ZА-ЯЁÀ-Þ][\w'’-]{3,}|[ァ-ヺー]{4,}")


def paragraphs(text: str) -> list[str]:
    """Lines with something on them; a text of one line is parted at its full stops."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines if len(lines) > 2 else [part.strip() for part in re.split(r"(?<=[.!?。！？])\s*", text) if part.strip()]


def cut(text: str, other: str) -> str:
    """The last 40 % of its characters are gone."""
    return text[: round(len(text) * KEPT)]


def lede(text: str, other: str) -> str:
    """The first paragraph is another's."""
    return "\n".join([*_strange(other), *paragraphs(text)[1:]])


def inserted(text: str, other: str) -> str:
    """A paragraph of another's stands in its middle."""
    lines = paragraphs(text)
    middle = len(lines) // 2
    return "\n".join([*lines[:middle], *_strange(other), *lines[middle:]])


def names(text: str, other: str) -> str:
    """Every name is spelled otherwise: vowels, consonants or an initial, or a long vowel of katakana."""
    return _NAME.sub(lambda name: _respelled(name[0]), text)


def width(text: str, other: str) -> str:
    """ASCII is full-width."""
    return text.translate(_WIDE)


def reprint(text: str, other: str) -> str:
    """Cut, with a new lede and a paragraph of another's; no goal is set for it."""
    return inserted(lede(cut(text, other), other), other[len(other) // 2 :])


EDITS: dict[str, Callable[[str, str], str]] = {
    "cut": cut, "lede": lede, "inserted": inserted, "names": names, "width": width, "reprint": reprint,
}


def _strange(other: str) -> list[str]:
    """A paragraph of another text, the first of 80 characters or more."""
    lines = paragraphs(other)
    return [next((line for line in lines if len(line) >= 80), max(lines, key=len, default=""))]


def _respelled(name: str) -> str:
    if name[0] > "\u3000":
        return name.replace("ー", "") if "ー" in name else name[:-1] + "ー" + name[-1]
    way = sum(map(ord, name)) % 3
    if way == 0:
        return name[0] + name[1:].translate(_CONSONANTS) + name[-1]
    return (name[0] if way == 1 else name[0].translate(_INITIALS)) + name[1:].translate(_VOWELS)
