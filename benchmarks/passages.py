"""Labelled passages for relevance: real ones resolved from beside the repository, and fictional ones from inside it."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lxml import html

from benchmarks.pages import REAL, SHARED

LABELS = Path(__file__).with_name("labels")
ECONOMY_WATCHERS = SHARED / "data" / "economy_watchers"
_PARTS = {"tuning": "tuning", "tuning_second": "tuning", "tuning_third": "tuning", "third": "held_out", "fourth": "held_out"}   # sets that are the one as a whole
_FURNITURE = ("Published in section", "Publication date:", "Direct link:", "Text version")
_TOOLTIPS = './/*[contains(concat(" ", @class, " "), " read__tooltip ")]'


@dataclass(frozen=True)
class Passage:
    """A text with the label that a reader gave it by ``labels/relevance_rules.md``, and who published it."""

    text: str
    label: str
    language: str
    country_code: str
    publisher_kind: str
    trap: str | None = None
    document: str = ""   # the page that it is of; passages of fiction are documents of their own
    part: str = ""       # tuning or held_out, where the whole set was made to be the one; otherwise its hash says

    @property
    def is_held_out(self) -> bool:
        """A third, by the hash of the text, of sets that are not the one or the other as a whole."""
        if self.part:
            return self.part == "held_out"
        return hashlib.sha256(self.text.encode()).digest()[0] % 3 == 0


def kremlin(part: str = "") -> list[Passage]:
    """The passages of ``relevance_en.tsv``, or those labelled later: ``second`` and ``third`` are all held out, ``tuning`` is none.

    Raises ValueError where a page has other words there than were labelled.
    """
    folder = REAL / "en.kremlin.ru"
    passages = []
    with (LABELS / f"relevance_en{part and '_' + part}.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            text = plain_text(folder / row["file"])[int(row["start"]) : int(row["end"])]
            if hashlib.sha256(text.encode()).hexdigest() != row["sha256"]:
                raise ValueError(f"{row['file']} has other words at {row['start']} than were labelled")
            passages.append(Passage(text, row["label"], "en", "RU", "government", document=row["file"], part=_PARTS.get(part, "held_out") if part else ""))
    return passages


def headlines() -> list[Passage]:
    """Lines of two Russian publishers in English that name Japan: posts of its foreign ministry, and RT's headlines with the start of the text."""
    return [
        Passage(text, label, "en", "RU", "government" if "/mfa." in file else "press")
        for file, text, label in _lines("en_headlines", lambda line: headline(json.loads(line)))
    ]


def headline(row: Mapping[str, str]) -> str:
    """``t`` and, where it goes on from there, ``s``. Posts are in small letters in the data set: each word gets its capital back,
    without which no name is one.
    """
    text, start = row["t"].strip(), row.get("s", "").strip()
    if text.islower():
        return re.sub(r"(?<![\w’'])[a-z]", lambda match: match.group().upper(), text)
    return f"{text}\n{start}".strip()


def news() -> list[Passage]:
    """Russian sentences of RuSentRel and RuSentNE that name Japan, as Russian news."""
    return [Passage(text, label, "ru", "RU", "press") for _, text, label in _lines("ru_news", sentence)]


def sentence(line: str) -> str:
    """What a reader reads of a line of either corpus."""
    return line.split("\t")[0].removeprefix("{Author, Unknown}").strip()


def _lines(name: str, text_of: Callable[[str], str]) -> Iterator[tuple[str, str, str]]:
    """(file, text, label) of ``relevance_<name>.tsv``. Raises ValueError where a line has other words than were labelled."""
    with (LABELS / f"relevance_{name}.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            text = text_of(_lines_of(SHARED / "data" / row["file"])[int(row["line"]) - 1])
            if hashlib.sha256(text.encode()).hexdigest() != row["sha256"]:
                raise ValueError(f"{row['file']} has other words in line {row['line']} than were labelled")
            yield row["file"], text, row["label"]


@cache
def _lines_of(path: Path) -> list[str]:
    stored = path.read_bytes()
    return (gzip.decompress(stored) if path.suffix == ".gz" else stored).decode("utf-8").split("\n")


def blind_reading() -> list[tuple[str, str]]:
    """(label, label of the blind reading) of the passages of ``relevance_en.tsv`` that were read again with no label in sight."""
    with (LABELS / "relevance_en_blind.tsv").open(encoding="utf-8") as file:
        again = {row["sha256"]: row["label"] for row in csv.DictReader(file, delimiter="\t")}
    with (LABELS / "relevance_en.tsv").open(encoding="utf-8") as file:
        return [(row["label"], again[row["sha256"]]) for row in csv.DictReader(file, delimiter="\t") if row["sha256"] in again]


@cache
def plain_text(path: Path) -> str:
    """The page that labels' offsets count in, of whatever parser is in use: the ``p`` elements of the article body, their
    blanks folded, without tooltips of persons and the lines about publication at the end, joined by line feeds.
    """
    lines = []
    for body in html.fromstring(path.read_bytes().decode("utf-8", "replace")).xpath('//*[@itemprop="articleBody"]'):
        for paragraph in body.iter("p"):
            for tooltip in paragraph.xpath(_TOOLTIPS):
                tooltip.drop_tree()
            lines.append(" ".join(paragraph.text_content().split()))
    return "\n".join(line for line in lines if line and not line.startswith(_FURNITURE))


def synthetic(language: str, part: str = "") -> list[Passage]:
    """The fictional passages of one language (ja, ru); of Russian there are also ``second``, ``third`` and ``fourth`` (all held out),
    ``tuning`` and ``tuning_second``.
    """
    with (LABELS / f"relevance_{language}{part and '_' + part}.jsonl").open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return [
        Passage(
            row["text"], row["label"], language, row["publisher_country"], row["publisher_kind"], row["trap"], part=_PARTS.get(part, ""),
        )
        for row in rows
    ]


def economy_watchers(limit: int) -> list[Passage]:
    """Japanese shopkeepers' and managers' comments that name Russia, by hash: by rule 8 none of them is ``strong``.

    Not read one by one: they say what the war does to their trade, so the few that tell of an act count as ``none`` too.
    """
    found = [
        text for path in sorted(ECONOMY_WATCHERS.glob("*.json.gz")) for text in _texts(json.loads(gzip.decompress(path.read_bytes())))
        if re.search("ロシア|露", text)
    ]
    chosen = sorted(set(found), key=lambda text: hashlib.sha256(text.encode()).hexdigest())[:limit]
    return [Passage(text, "none", "ja", "JP", "press", "景気") for text in chosen]


def _texts(value: object) -> Iterator[str]:
    """Every string of a JSON value, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
