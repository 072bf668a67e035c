"""Genre of real pages against labels given one by one (benchmarks/labels/genre_rules.md), beside naive ways.

Macro-F1 over the genres with 20 documents or more; who gives another genre than these is wrong. ``hidden``: headline, byline
and text as the generic path reads them, neither address nor publisher. ``text``: the byline hidden too. ``with_source``: as
the pipeline gives it, by the source's rules where the catalog has the source, else by the generic path with the address.
A third of the documents, by hash, is held out: the marks were set on the rest, rows ``tuning`` show what that is worth, and
floors are on ``held_out``. ``unmeasured``: documents of genres with fewer. ``synthetic``: short fictional Japanese and Russian
texts that were written with the marks in mind, accuracy. Peers learn from the tuning part. ``--quick`` changes nothing.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from benchmarks import child, pages, peers
from benchmarks.form import OURS, Row, report
from crawlers import generic
from crawlers.catalog import load_source
from crawlers.encoding import decode
from crawlers.extract import Extracted, extract
from crawlers.genre import guess_genre
from crawlers.marks import genre_by_form
from crawlers.page import Page
from crawlers.source import Source
from nichiro.settings import Settings

LABELS = Path(__file__).parent / "labels" / "genre.tsv"
SYNTHETIC = Path(__file__).parent / "labels" / "genre_synthetic.tsv"
ENOUGH = 20  # documents of a genre that make it measurable
UNSCORED = ("other", "unclear")
READ_AT = datetime(2026, 11, 1, tzinfo=UTC)
KREMLIN = "ru_kremlin_news_en"


@dataclass(frozen=True)
class Document:
    """A labelled page as the generic path reads it, and the genre that the pipeline gives it."""

    file: str
    genre: str
    url: str
    headline: str
    byline: str
    body: str
    with_source: str

    @property
    def is_held_out(self) -> bool:
        return hashlib.sha256(self.file.encode()).digest()[0] % 3 == 0


def measure(quick: bool) -> list[Row]:
    """All rows of all systems."""
    known = documents()
    counts = Counter(document.genre for document in known)
    genres = sorted(genre for genre, count in counts.items() if count >= ENOUGH)
    scored = [document for document in known if document.genre in genres]
    parts = {part: [d for d in scored if d.is_held_out == (part == "held_out")] for part in ("held_out", "tuning")}
    rows = []
    for part, members in parts.items():
        ways = {
            "hidden": [genre_by_form(d.headline, d.byline, d.body) for d in members],
            "text": [genre_by_form(d.headline, None, d.body) for d in members],
            "with_source": [d.with_source for d in members],
        }
        for way, found in ways.items():
            rows.append(Row(OURS, part, f"macro_f1_{way}", macro_f1(members, found, genres), len(members)))
        for genre in genres:
            rows.append(Row(OURS, part, f"f1_{genre}", f1(members, ways["hidden"], genre), sum(d.genre == genre for d in members)))
    for system, found in _peers(parts["tuning"], parts["held_out"]).items():
        rows.append(Row(system, "held_out", "macro_f1_hidden", macro_f1(parts["held_out"], found, genres), len(found)))
    naive = [_by_address(document.url) for document in parts["held_out"]]
    rows.append(Row("words of the address", "held_out", "macro_f1_with_source", macro_f1(parts["held_out"], naive, genres), len(naive)))
    rows += [Row(OURS, "unmeasured", genre, counts[genre], counts[genre]) for genre in sorted(set(counts) - set(genres))]
    started = time.process_time()
    for document in scored:
        genre_by_form(document.headline, document.byline, document.body)
    rows.append(Row(OURS, "all", "ms_per_document", round(1_000 * (time.process_time() - started) / len(scored), 3), len(scored)))
    rows.append(Row(OURS, "labels", "kappa_second_reading", *kappa()))
    return [*rows, *_synthetic()]


@cache
def documents() -> tuple[Document, ...]:
    """The labelled documents of a genre. Exits where a page is not the one that was labelled."""
    sources = {KREMLIN: load_source(Settings().catalog_dir / f"{KREMLIN}.yml")}
    urls = pages.addresses()
    found = []
    for row in _labels():
        if row["genre"] in UNSCORED:
            continue
        path = pages.SHARED / row["file"]
        content = pages.unpacked(path)
        if hashlib.sha256(content).hexdigest() != row["sha256"]:
            raise ValueError(f"{path} is not the page that was labelled")
        url = urls.get(row["file"], "")
        source = sources[KREMLIN] if "en.kremlin.ru/" in row["file"] else None
        found.append(_read(row, content, url, source))
    return tuple(found)


def _read(row: dict[str, str], content: bytes, url: str, source: Source | None) -> Document:
    if row["file"].endswith(".txt"):
        fields = generic.Fields(None, None, [], "\n".join(line.strip() for line in decode(content).splitlines() if line.strip()))
    else:
        fields = generic.fields_of(Page(decode(content), url))
    given = guess_genre(url, fields.sections, fields.headline, fields.byline, fields.body)
    if source and isinstance(article := extract(content, url, READ_AT, source), Extracted):
        given = article.genre
    return Document(row["file"], row["genre"], url, fields.headline or "", fields.byline or "", fields.body, given)


def f1(members: Sequence[Document], found: Sequence[str], genre: str) -> float:
    """F1 of one genre, 0 to 1."""
    both = sum(d.genre == genre == given for d, given in zip(members, found, strict=True))
    either = sum(d.genre == genre for d in members) + sum(given == genre for given in found)
    return round(2 * both / either, 4) if either else 0.0


def macro_f1(members: Sequence[Document], found: Sequence[str], genres: Sequence[str]) -> float:
    """Mean F1 of the genres, 0 to 1."""
    return round(sum(f1(members, found, genre) for genre in genres) / len(genres), 4)


def kappa() -> tuple[float, int]:
    """Cohen's kappa of the two readings, and of how many documents."""
    pairs = [(row["genre"], row["second"]) for row in _labels() if row["second"]]
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    agreed = sum(a == b for a, b in pairs) / len(pairs)
    chance = sum(first[genre] * second[genre] for genre in first) / len(pairs) ** 2
    return round((agreed - chance) / (1 - chance), 4), len(pairs)


def _labels() -> list[dict[str, str]]:
    with LABELS.open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def _peers(tuning: Sequence[Document], held_out: Sequence[Document]) -> dict[str, list[str]]:
    """The commonest genre, and a classifier of characters that learns in the peers' environment."""
    commonest = Counter(d.genre for d in tuning).most_common(1)[0][0]
    texts = {name: ["\n".join((d.headline, d.byline, d.body)) for d in part] for name, part in (("tuning", tuning), ("held_out", held_out))}
    given = json.dumps(texts | {"genres": [d.genre for d in tuning]})
    learnt = child.run([peers.python(), str(peers.FOLDER / "genre_script.py")], environment=dict(os.environ), text=given)
    return {"commonest genre": [commonest] * len(held_out), "characters, tf-idf, logistic regression": json.loads(learnt.output)}


def _by_address(url: str) -> str:
    """What words of an address tell to who looks at nothing else."""
    words = {
        "op_ed": ("opinion", "column", "comment", "/ideas/"), "wire": ("reuters", "apnews", "hosted.ap", "afp"),
        "press_conference": ("/transcripts/",), "official_statement": ("kremlin.ru", "whitehouse"),
    }  # fmt: skip
    return next((genre for genre, parts in words.items() if any(part in url for part in parts)), "news")


def _synthetic() -> list[Row]:
    """Accuracy on the fictional texts, by language."""
    with SYNTHETIC.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    found = []
    for language in sorted({row["language"] for row in rows}):
        texts = [row for row in rows if row["language"] == language]
        right = sum(genre_by_form(row["headline"], row["byline"], row["body"].replace(" / ", "\n")) == row["genre"] for row in texts)
        found.append(Row(OURS, "synthetic", f"accuracy_{language}", round(right / len(texts), 4), len(texts)))
    return found


if __name__ == "__main__":
    report("genre", measure)
