"""The genre of a document: points for marks in headline, byline and text, and in address and section where they are given.

The points of genre_marks.yml were set by hand on the tuning part of the set that benchmarks/genre.py measures; a person can read
off why a document has its genre (``points``).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import yaml

from crawlers.turns import role_of, speakers_of

FILE = Path(__file__).with_name("genre_marks.yml")
DEFAULT = "news"
DEFAULT_POINTS = 2.0
DECLARED_POINTS, OFFICIAL_POINTS = 6.0, 1.0  # of the genre that a source declares; that an authority declares
OFFICIAL = ("official_statement", "readout", "press_conference", "diet_speech")  # an authority's pages are of all of them
STRONG = 7.0  # points of a mark that speaks against what a source declares
PLACES = ("headline", "byline", "date", "opening", "lead", "end", "address", "section")
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
_OFFICE = re.compile(r"President|Minister|Governor|Chair|Chief|Secretary|\bHead\b|\bCEO|Президент|Министр|Председатель|大臣|長官|総理|大統領|報道官")
_FLAGS = {"end": re.M, "section": re.M | re.I, "address": re.I}
_QUOTED = re.compile(r"[“«「][^”»」]{0,600}[”»」]|\"[^\"\n]{0,600}\"|''[^\n]{0,600}?''")
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
            if where not in PLACES:
                raise ValueError(f"{path}: {genre}: no place is called {where!r}")
            found.append(Mark(genre, float(points), where, re.compile(wording, _FLAGS.get(where, 0))))
    return tuple(found)


def points(
    headline: str | None, byline: str | None, body: str, url: str = "", sections: Sequence[str] = (), declared: str | None = None
) -> dict[str, float]:
    """Points of each genre that has any; ``body`` has one paragraph per line.

    ``declared`` is the genre that a known source has by default. Weak marks and voices say nothing against an outlet's: a report that
    argues stays a report in a source of news, and a column that reports stays one among columns. An authority's pages are of several
    genres: its default is little more than a tie's, and no voice is heard in them.
    """
    places = {
        "headline": headline or "", "byline": byline or "", "date": body[:DATE],
        "opening": body[:OPENING], "lead": body[:LEAD], "end": body[-END:],
        "address": unquote(url), "section": "\n".join(sections),
    }  # fmt: skip
    is_fixed = declared is not None and declared not in OFFICIAL
    found = defaultdict[str, float](float, {declared or DEFAULT: DECLARED_POINTS if is_fixed else OFFICIAL_POINTS if declared else DEFAULT_POINTS})
    for mark in marks():
        if _counts(mark, declared) and mark.wording.search(places[mark.where]):
            found[mark.genre] += mark.points
    turns = _of_turns(body[:READ])
    for genre, value in turns:
        found[genre] += value
    if not declared and not turns and max(found.values()) <= found.get("op_ed", 0.0) + MOST:  # else no voice could make it an op-ed
        for genre, value in _of_voice(body[:VOICE]):
            found[genre] += value
    return dict(found)


def _counts(mark: Mark, declared: str | None) -> bool:
    """Whether a mark says anything of a page whose source declares a genre. A declared authority is one under whatever address."""
    if declared is None:
        return True
    is_official = declared in OFFICIAL and mark.genre in OFFICIAL
    if mark.where in ("address", "section"):
        return declared not in OFFICIAL or (is_official and mark.points > 0)
    return is_official or mark.points >= STRONG


def genre_by_form(headline: str | None, byline: str | None, body: str) -> str:
    """The genre with most points, where neither address nor publisher is known; news where two have as many."""
    return most(points(headline, byline, body))


def most(found: Mapping[str, float]) -> str:
    """The genre with most points; news where two have as many."""
    return max(found, key=lambda genre: (found[genre], genre == DEFAULT))


def _of_turns(text: str) -> list[tuple[str, float]]:
    """Who speaks in turns: askers without a name make a press conference, two who take turns an interview."""
    speakers = Counter(speakers_of(text))
    asked = sum(count for name, count in speakers.items() if role_of(name) == "question")
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
    own = _QUOTED.sub(" ", text).replace("’", "'")
    words = _WORD.findall(own)
    if len(words) < FEWEST:
        return []
    weights = _voice()
    argued = 1_000 * sum(weights.get(word, 0.0) for word in words) / len(words)
    argued += 1_000 * (own.count("?") - NUMBER * len(_NUMBER.findall(own))) / len(words) - QUOTING * (1 - len(own) / len(text))
    return [("op_ed", min(max((argued - ARGUED) / STEP, LEAST), MOST))]


@cache
def _voice() -> dict[str, float]:
    lines = yaml.safe_load(FILE.read_text(encoding="utf-8"))["voice"]
    return {word: float(weight) for weight, words in lines.items() for word in words.split()}
