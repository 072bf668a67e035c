"""Whose words a stretch of text is: the author's own, quoted or reported; and who is quoted or reported, where the text tells.

Marks of quotation give the quoted; words of saying, per language, what is reported (direct quotations are 30 to 52 % of reported
speech); a transcript's turns are quoted as a whole, by who has the word. Own rules, no parser: docs/decisions/0023-voices.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from transforms.attributions import FILLED, Attribution, english, japanese, russian
from transforms.quotations import Quotation, is_said, spoken
from transforms.text import sentences

VERSION = "1"
Voice = Literal["author", "quoted", "reported"]
_ATTRIBUTIONS: dict[str, Callable[[str, str | None], list[Attribution]]] = {
    "en": english.attributions, "ja": japanese.attributions, "ru": russian.attributions,
}
_LONGEST = 2000   # characters of a sentence that are read at once, so that a text without an end costs what its length does
_BEGUN = re.compile(rf"[.!?…]\s+(?={FILLED})")
_DIALOGUE = re.compile(r"[—–]\s+(?=\S)")
_BLANK = re.compile(r"[\s'`\"“”„«»「」『』.,;:!?。、，．！？—–]+")


@dataclass(frozen=True)
class Voiced:
    """``text[start:end]`` in one voice; ``speaker`` as printed, None for the author and where the text does not tell."""

    start: int
    end: int
    voice: Voice
    speaker: str | None


def voices(text: str, language: str, turns: Sequence[Mapping[str, Any]] | None = None) -> list[Voiced]:
    """Disjoint spans in order that cover the whole of ``text``; quotation marks, words of saying and speakers are the author's.

    ``turns``: with start, end and speaker as in staging.articles; their words are quoted, whatever they quote themselves.
    In another language than en, ja and ru marks and turns alone tell. Linear in the length of the text.
    """
    if not text:
        return []
    found: list[Voiced] = []
    taken = [(max(0, turn["start"]), min(len(text), turn["end"]), turn["speaker"]) for turn in turns or ()]
    taken = sorted(turn for turn in taken if turn[0] < turn[1])
    at = 0
    for start, end, speaker in taken:
        if start < at:
            continue
        found += _read(text, at, start, language)
        found.append(Voiced(start, end, "quoted", speaker))
        at = end
    found += _read(text, at, len(text), language)
    return _covering(found, len(text))


def _read(text: str, begin: int, end: int, language: str) -> list[Voiced]:
    """What is quoted or reported between two offsets."""
    part = text[begin:end]
    if not part.strip():
        return []
    quoted = spoken(part, language)
    filled = _filled(part, quoted, language)
    attributed = _ATTRIBUTIONS.get(language)
    found: list[Voiced] = []
    place = 0
    carried: str | None = None
    for paragraph in sentences(filled):
        begun = paragraph[0][0] if paragraph else 0
        # Who spoke before goes on where a colon announced it or the line begins with a quotation; elsewhere nobody is carried over.
        if not (filled[begun : begun + 1] in {FILLED, "「"} or filled[max(0, begun - 20) : begun].rstrip()[-1:] in {":", "："}):
            carried = None
        waiting: list[Quotation] = []     # quotations whose speaker the sentence after them may name
        for start, stop in _pieces(paragraph, filled):
            sentence = filled[start:stop]
            inside: list[Quotation] = []
            while place < len(quoted) and quoted[place].start < stop:
                inside.append(quoted[place])
                place += 1
            told = attributed(sentence, carried) if attributed else []
            dialogue = language == "ru" and _DIALOGUE.match(sentence)
            if dialogue and not told and carried and start > begun:     # — …, — сказал X. — …
                told = [Attribution(dialogue.end(), len(sentence), carried)]
            if language == "ja" and waiting and (speaker := japanese.next_speaker(sentence)):
                found += [Voiced(item.start, item.end, "quoted", speaker) for item in waiting]
                waiting, carried = [], speaker
            told = [Attribution(item.start + start, item.end + start, item.speaker) for item in told]
            speaker_here = next((item.speaker for item in told if item.speaker), None)
            for item in inside:
                around = next((one for one in told if one.start <= item.start and item.end <= one.end + 1), None)
                speaker = around.speaker if around and around.speaker else speaker_here or carried
                if speaker is None:
                    waiting.append(item)
                else:
                    found.append(Voiced(item.start, item.end, "quoted", speaker))
            for one in told:
                found += _between(one, inside, "quoted" if dialogue else "reported")
            carried = next((item.speaker for item in reversed(told) if item.speaker), carried)
        found += [Voiced(item.start, item.end, "quoted", None) for item in waiting]
    found += [Voiced(item.start, item.end, "quoted", None) for item in quoted[place:]]
    return [Voiced(item.start + begin, item.end + begin, item.voice, item.speaker) for item in _disjoint(found, part)]


def _filled(text: str, quoted: Sequence[Quotation], language: str) -> str:
    """The text with quotations filled, and their marks but in Japanese; a sign that ends the sentence with them takes the place of the last."""
    pieces, at = [], 0
    for item in quoted:
        start, end = item.start, item.end
        if language != "ja":
            start -= 2 if text[max(at, start - 2) : start] in {"''", "``"} else 1
            end += item.is_closed + (text[end : end + 2] in {"''", "``"})
        inner = text[item.end - 1]
        is_end = inner in ".!?。！？…" and not is_said(text[end : end + 80], language) and end - start > 1
        pieces += [text[at:start], FILLED * (end - start - is_end), inner if is_end else ""]
        at = end
    return "".join([*pieces, text[at:]])


def _pieces(paragraph: Iterable[tuple[int, int]], filled: str) -> Iterable[tuple[int, int]]:
    """Sentences, cut also before a quotation that begins one, and where they are too long."""
    for start, stop in paragraph:
        cuts = [start, *(match.end() for match in _BEGUN.finditer(filled, start, stop)), stop]
        for begin, end in pairwise(cuts):
            for at in range(begin, end, _LONGEST):
                yield at, min(end, at + _LONGEST)


def _between(one: Attribution, inside: Sequence[Quotation], voice: Voice) -> list[Voiced]:
    """What of an attribution's words stands outside of quotations."""
    found, at = [], one.start
    for item in inside:
        if item.end <= one.start or item.start >= one.end:
            continue
        if item.start > at:
            found.append(Voiced(at, item.start, voice, one.speaker))
        at = max(at, item.end)
    if at < one.end:
        found.append(Voiced(at, one.end, voice, one.speaker))
    return found


def _disjoint(found: list[Voiced], text: str) -> list[Voiced]:
    """In order, without what is only blanks and signs; where two overlap, the quotation stays, else the first."""
    kept: list[Voiced] = []
    for item in sorted(found, key=lambda item: (item.start, item.end)):
        start, end = item.start, item.end
        if kept and start < kept[-1].end:
            start = kept[-1].end
        if start >= end:
            continue
        if lead := _BLANK.match(text, start, end):
            start = lead.end()
        while end > start and _BLANK.fullmatch(text[end - 1]):
            end -= 1
        if start < end:
            kept.append(Voiced(start, end, item.voice, item.speaker))
    return kept


def _covering(found: Sequence[Voiced], length: int) -> list[Voiced]:
    covered: list[Voiced] = []
    at = 0
    for item in found:
        if item.start > at:
            covered.append(Voiced(at, item.start, "author", None))
        covered.append(item)
        at = item.end
    if at < length:
        covered.append(Voiced(at, length, "author", None))
    return covered
