"""The genre of a document by its form: points for marks in headline, byline and text, from genre_marks.yml.

No address and no publisher is looked at. The points were set by hand on the tuning part of the set that benchmarks/genre.py
measures; a person can read off why a document has its genre (``points``).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

FILE = Path(__file__).with_name("genre_marks.yml")
DEFAULT = "news"
DEFAULT_POINTS = 2.0
DATE, OPENING, LEAD, END = 160, 700, 2_500, 400  # characters
READ = 12_000  # characters of a text in which its turns are counted
TURNS = 4  # turns of speech that make a transcript
ASKED = 3  # turns of people whose names are not given that make a press conference
AS_SPOKEN = -6.0  # points of an op-ed: what is spoken in turns is none
VOICE = 10_000  # characters in which an author's voice is heard
FEWEST = 60  # words that let it be heard
ARGUED, STEP = 7.0, 6.0  # arguing words in a thousand: from where on they speak for an op-ed, and how many make a point
LEAST, MOST = -3.0, 6.0  # points
NUMBER = 0.3  # of an arguing word that a number in the text takes away
QUOTING = 60.0  # arguing words in a thousand that a text of nothing but quotations would lose
_TURN = re.compile(r"^([^\W\d_][^\n:：.?!。]{1,70})(?:: |：)", re.M)
_OFFICE = re.compile(r"President|Minister|Governor|Chair|Chief|Secretary|\bHead\b|\bCEO|Президент|Министр|Председатель|大臣|長官|総理|大統領|報道官")
_ASKER = re.compile(r"Question\b|Remark\b|Вопрос|Реплика|記者|問|質問")
_QUOTED = re.compile(r"[“«「][^”»」]{0,600}[”»」]|\"[^\"\n]{0,600}\"")
_NUMBER = re.compile(r"\d[\d.,:%-]*")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


class Mark(NamedTuple):
    """A wording that speaks for a genre."""

    genre: str
    points: float
    where: str
    wording: re.Pattern[str]


@cache
def marks(path: Path = FILE) -> tuple[Mark, ...]:
    """The marks of the file. Raises ValueError for one that is none."""
    found = []
    for genre, lines in yaml.safe_load(path.read_text(encoding="utf-8")).items():
        if genre == "voice":
            continue
        for line in lines:
            points, where, wording = line
            if where not in ("headline", "byline", "date", "opening", "lead", "end"):
                raise ValueError(f"{path}: {genre}: no place is called {where!r}")
            found.append(Mark(genre, float(points), where, re.compile(wording, re.M if where == "end" else 0)))
    return tuple(found)


def points(headline: str | None, byline: str | None, body: str) -> dict[str, float]:
    """Points of each genre that has any; ``body`` has one paragraph per line."""
    places = {
        "headline": headline or "", "byline": byline or "", "date": body[:DATE],
        "opening": body[:OPENING], "lead": body[:LEAD], "end": body[-END:],
    }  # fmt: skip
    found = defaultdict[str, float](float, {DEFAULT: DEFAULT_POINTS})
    for mark in marks():
        if mark.wording.search(places[mark.where]):
            found[mark.genre] += mark.points
    turns = _of_turns(body[:READ])
    for genre, value in turns:
        found[genre] += value
    if not turns and max(found.values()) <= found.get("op_ed", 0.0) + MOST:  # else no voice could make it an op-ed
        for genre, value in _of_voice(body[:VOICE]):
            found[genre] += value
    return dict(found)


def genre_by_form(headline: str | None, byline: str | None, body: str) -> str:
    """The genre with most points; news where two have as many."""
    found = points(headline, byline, body)
    return max(found, key=lambda genre: (found[genre], genre == DEFAULT))


def _of_turns(text: str) -> list[tuple[str, float]]:
    """Who speaks in turns: askers without a name make a press conference, two who take turns an interview."""
    speakers = Counter(match[1].strip() for match in _TURN.finditer(text))
    asked = sum(count for name, count in speakers.items() if _ASKER.match(name))
    spoken = sum(count for count in speakers.values() if count > 1)
    if asked >= ASKED:
        return [("press_conference", 5.0), ("interview", 1.0), ("op_ed", AS_SPOKEN)]
    if spoken >= TURNS:
        return [("interview", 2.0), ("readout", 2.0), ("official_statement", 1.0), (DEFAULT, -2.0), ("op_ed", AS_SPOKEN)]
    if any(_OFFICE.search(name) for name in speakers):
        return [("official_statement", 2.0), ("readout", 1.0), (DEFAULT, -1.0), ("op_ed", AS_SPOKEN)]
    return []


def _of_voice(text: str) -> list[tuple[str, float]]:
    """An author argues or reports: by words outside quotations, weighed, in a thousand, and by how much is quoted."""
    own = _QUOTED.sub(" ", text)
    words = _WORD.findall(own)
    if len(words) < FEWEST:
        return []
    weights = _voice()
    argued = 1_000 * sum(weights.get(word.replace("’", "'"), 0.0) for word in words) / len(words)
    argued += 1_000 * (own.count("?") - NUMBER * len(_NUMBER.findall(own))) / len(words) - QUOTING * (1 - len(own) / len(text))
    return [("op_ed", min(max((argued - ARGUED) / STEP, LEAST), MOST))]


@cache
def _voice() -> dict[str, float]:
    lines = yaml.safe_load(FILE.read_text(encoding="utf-8"))["voice"]
    return {word: float(weight) for weight, words in lines.items() for word in words.split()}
