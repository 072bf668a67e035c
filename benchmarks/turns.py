"""Speaker turns of real transcripts (pages of en.kremlin.ru) against labels, by the source's rules and without them.

A turn is found where speaker and first words agree with the label's, in order of the page. The labels (``labels/turns.json``)
are places in the decoded HTML, no texts: of 20 transcripts every paragraph that begins in bold or has an early colon was
looked at and taken or refused. All labels were seen before the recogniser was written; mistakes on ``held_out`` pages were not
looked at, only those on ``tuning`` ones. ``_generic``: the same texts without the marks of the rules. ``--quick`` changes nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from lxml.html import fragment_fromstring

from benchmarks import pages
from benchmarks.form import OURS, Row, report
from benchmarks.pages import Sample
from crawlers.catalog import load_source
from crawlers.extract import Extracted, extract
from crawlers.paragraphs import paragraphs
from crawlers.turns import turns_of
from nichiro.settings import Settings

LABELS = Path(__file__).parent / "labels" / "turns.json"
READ_AT = datetime(2026, 11, 1, tzinfo=UTC)
WORDS = 24  # letters of a turn's beginning that are compared

Turns = Counter[tuple[str, str]]


def measure(quick: bool) -> list[Row]:
    """Precision and recall of turns, and the share of pages with every speaker right."""
    source = load_source(Settings().catalog_dir / "ru_kremlin_news_en.yml")
    labels = json.loads(LABELS.read_text(encoding="utf-8"))
    by_part: dict[str, list[tuple[Turns, Turns, Turns]]] = {"held_out": [], "tuning": []}
    for sample in pages.kremlin():
        if sample.name not in labels:
            continue
        label = labels[sample.name]
        if hashlib.sha256(sample.content).hexdigest() != label["sha256"]:
            raise ValueError(f"{sample.name} is another page than the one that was labelled")
        found = extract(sample.content, sample.url, READ_AT, source)
        if not isinstance(found, Extracted):
            raise TypeError(f"{sample.name}: {found.reason}")
        ruled = Counter(_key(turn.speaker, found.body[turn.start : turn.end]) for turn in found.turns)
        generic = Counter(_key(turn.speaker, found.body[turn.start : turn.end]) for turn in turns_of(found.body))
        by_part["held_out" if is_held_out(sample.name) else "tuning"].append((gold_of(sample, label["turns"]), ruled, generic))
    return [row for part, found in by_part.items() for row in _rows(part, found)]


def is_held_out(name: str) -> bool:
    """A third of the pages, by their name's hash."""
    return hashlib.sha256(name.encode()).digest()[0] % 3 == 0


def gold_of(sample: Sample, places: Sequence[Sequence[int]]) -> Turns:
    """The labelled turns: (beginning of the paragraph in the HTML, characters of the label in its text)."""
    gold: Turns = Counter()
    for at, length in places:
        end = sample.html.index("</p>", at)
        line = " ".join(paragraphs(fragment_fromstring(sample.html[at:end], create_parent="div")))
        gold[_key(line[:length], line[length:])] += 1
    return gold


def _key(speaker: str, words: str) -> tuple[str, str]:
    letters = "".join(letter for letter in words.partition("\n")[0] if letter.isalnum())
    return "".join(speaker.split()).strip(":").lower(), letters[:WORDS]


def _rows(part: str, found: Sequence[tuple[Turns, Turns, Turns]]) -> list[Row]:
    rows = []
    for number, suffix in ((1, ""), (2, "_generic")):
        both = sum((each[0] & each[number]).total() for each in found)
        wanted, given = sum(each[0].total() for each in found), sum(each[number].total() for each in found)
        right = [{key[0] for key in each[0]} == {key[0] for key in each[number]} for each in found]
        rows += [
            Row(OURS, part, f"precision{suffix}", round(both / given, 4) if given else 0.0, given),
            Row(OURS, part, f"recall{suffix}", round(both / wanted, 4), wanted),
            Row(OURS, part, f"speakers_right{suffix}", round(sum(right) / len(right), 4), len(right)),
        ]
    return rows


if __name__ == "__main__":
    report("turns", measure)
