"""Text for matching: NFKC with a way back to the stored offsets, sentences, windows of two sentences."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

# What NFKC may change: a character with the marks that compose with it (also the half-width voicing marks of katakana,
# ﾊﾞ -> バ), or one outside the letters that are known to stay: ASCII, Cyrillic, kana, the common ideographs.
_MARKS = r"\u0300-\u036f\u0483-\u0487\u3099\u309a\uff9e\uff9f"
_CHANGING = re.compile(rf"[^\x00-\x7f\u0400-\u045f\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff][{_MARKS}]*|(?s:.)[{_MARKS}]+")
INVISIBLE = "[\u00ad\u200b\u200c\u200d\u2060\ufeff]"   # soft hyphen, zero-width characters
_INVISIBLE = re.compile(INVISIBLE)

# No sentence ends after these, though a full stop stands there.
_ABBREVIATIONS = re.compile(
    r"mrs?|ms|dr|prof|gen|col|lt|sgt|st|jr|sr|vs|etc|inc|ltd|co|jan|feb|mar|apr|jun|jul|aug|sept|oct|nov|dec"
    r"|гг|вв|др|им|ул|стр|руб|млн|млрд|тыс|напр|см|чел"
    r"|[^\W\d_](?:\.[^\W\d_])*"     # initials and the like: J., U.S, e.g, т.д
)
_END = re.compile(
    r"""[。!?！？]+[」』)）"”»]*(?=\s*\S)      # Japanese, or an end that no abbreviation shares
      | [.…]+["'”’»)\]]*\s+(?=["'“‘«(\[—–-]*\s*[A-ZА-ЯЁ0-9])""",
    re.VERBOSE,
)
_LONGEST = 40   # characters; no abbreviation is longer
_LAST_WORD = re.compile(r"([^\s(«\"“]+)\.$")


@dataclass(frozen=True)
class Normalised:
    """NFKC text and, where it differs from the stored one, the places at which the two run apart."""

    text: str
    _at: tuple[int, ...] = ()       # first characters of normalised clusters …
    _stored: tuple[int, ...] = ()   # … and of the same clusters as stored

    def stored(self, offset: int) -> int:
        """The stored offset of a normalised one; within a cluster, its first character."""
        if not self._at:
            return offset
        place = bisect_right(self._at, offset) - 1
        return self._stored[place] + (offset - self._at[place] if self._is_run(place) else 0)

    def _is_run(self, place: int) -> bool:
        """Whether normalised and stored text are equally long up to the next place."""
        if place + 1 == len(self._at):
            return True
        return self._at[place + 1] - self._at[place] == self._stored[place + 1] - self._stored[place]


def normalise(text: str) -> Normalised:
    """NFKC without invisible characters: full-width ２ is 2, a no-break space is a space, half-width ｶ is カ."""
    if unicodedata.is_normalized("NFKC", text) and not _INVISIBLE.search(text):
        return Normalised(text)
    pieces: list[str] = []
    at: list[int] = [0]
    stored: list[int] = [0]
    length = copied = 0
    for cluster in _CHANGING.finditer(text):
        piece = _INVISIBLE.sub("", unicodedata.normalize("NFKC", cluster.group()))
        if piece == cluster.group():
            continue
        pieces += [text[copied : cluster.start()], piece]
        length += cluster.start() - copied
        at += [length, length + len(piece)]
        stored += [cluster.start(), cluster.end()]
        length += len(piece)
        copied = cluster.end()
    pieces.append(text[copied:])
    return Normalised("".join(pieces), tuple(at), tuple(stored))


def sentences(text: str) -> Iterator[list[tuple[int, int]]]:
    """Per paragraph (a line with something on it), the (start, end) of its sentences, outer blanks left out."""
    for line in re.finditer(r"[^\n]*\S[^\n]*", text):
        cuts = [line.start()]
        cuts += [cut for cut in _cuts(line.group(), line.start()) if cut > cuts[-1]]
        spans = []
        for start, end in pairwise([*cuts, line.end()]):
            inner = text[start:end]
            spans.append((start + len(inner) - len(inner.lstrip()), end - len(inner) + len(inner.rstrip())))
        yield [span for span in spans if span[0] < span[1]]


def _cuts(line: str, start: int) -> Iterator[int]:
    for end in _END.finditer(line):
        if end.group()[0] == ".":
            word = _LAST_WORD.search(line, max(0, end.start() - _LONGEST), end.start() + 1)   # not the whole of a long line
            if word and _ABBREVIATIONS.fullmatch(word[1].casefold()):
                continue
        yield start + end.end()
