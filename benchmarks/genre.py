"""Genre of real documents against labels given one by one (benchmarks/labels/genre_rules.md), beside naive ways.

Macro-F1 over the genres with 20 documents or more of the set; who gives another genre than these is wrong. ``pages``: real pages
with their address. ``texts``: English and Russian texts without one. ``hidden``: headline, byline and text, neither address nor
publisher. ``text``: the byline hidden too. ``with_source``: as the pipeline gives it, by the rules of a source of the catalog that follows
the address, else by marks with the address. A third of the documents, by hash, is held out (``pages_held_out``, ``texts_held_out``; ``held_out``
is both): marks were set on the rest, rows ``…_tuning`` show what that is worth, and floors are on what is held out. ``unmeasured``:
documents of genres with fewer than 20 in all. ``synthetic``: short fictional Japanese and Russian texts that were written with the marks in
mind, accuracy. Peers learn from the tuning part. ``--quick`` changes nothing.
"""

from __future__ import annotations

import csv
import json
import os
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks import child, peers
from benchmarks.documents import PAGES, TEXTS, Document, documents, labels
from benchmarks.form import OURS, Row, report
from crawlers.marks import genre_by_form

SYNTHETIC = Path(__file__).parent / "labels" / "genre_synthetic.tsv"
ENOUGH = 20  # documents of a genre that make it measurable


def measure(quick: bool) -> list[Row]:
    """All rows of all systems."""
    sets = {"pages": documents(PAGES), "texts": documents(TEXTS)}
    rows = []
    for name, members in sets.items():
        genres = _measurable(members)
        parts = {part: _part(members, genres, is_held_out=part == "held_out") for part in ("held_out", "tuning")}
        for part, scored in parts.items():
            rows += _ours(f"{name}_{part}", scored, genres, has_address=name == "pages")
        rows += _naive(name, parts["tuning"], parts["held_out"], genres)
    everything = [document for members in sets.values() for document in members]
    genres = _measurable(everything)
    rows += _ours("held_out", _part(everything, genres, is_held_out=True), genres, has_address=False)
    counts = Counter(document.genre for document in everything)
    rows += [Row(OURS, "unmeasured", genre, counts[genre], counts[genre]) for genre in sorted(set(counts) - set(genres))]
    started = time.process_time()
    for document in everything:
        genre_by_form(document.headline, document.byline, document.body)
    rows.append(Row(OURS, "all", "ms_per_document", round(1_000 * (time.process_time() - started) / len(everything), 3), len(everything)))
    rows.append(Row(OURS, "labels", "kappa_second_reading", *kappa()))
    return [*rows, *_synthetic()]


def _measurable(members: Sequence[Document]) -> list[str]:
    return sorted(genre for genre, count in Counter(document.genre for document in members).items() if count >= ENOUGH)


def _part(members: Sequence[Document], genres: Sequence[str], is_held_out: bool) -> list[Document]:
    return [document for document in members if document.genre in genres and document.is_held_out == is_held_out]


def _ours(dataset: str, members: Sequence[Document], genres: Sequence[str], has_address: bool) -> list[Row]:
    """Macro-F1 of each way, and F1 of each genre."""
    ways = {"hidden": [genre_by_form(d.headline, d.byline, d.body) for d in members]}
    if has_address:
        ways |= {"text": [genre_by_form(d.headline, None, d.body) for d in members], "with_source": [d.with_source for d in members]}
    rows = [Row(OURS, dataset, f"macro_f1_{way}", macro_f1(members, found, genres), len(members)) for way, found in ways.items()]
    for way in ("hidden", "with_source") if has_address else ("hidden",):
        suffix = "" if way == "hidden" else f"_{way}"
        rows += [Row(OURS, dataset, f"f1_{genre}{suffix}", f1(members, ways[way], genre), sum(d.genre == genre for d in members)) for genre in genres]
    return rows


def _naive(name: str, tuning: Sequence[Document], held_out: Sequence[Document], genres: Sequence[str]) -> list[Row]:
    """The commonest genre, words of the address, and a classifier of characters that learns in the peers' environment."""
    texts = {part: ["\n".join((d.headline, d.byline, d.body)) for d in of] for part, of in (("tuning", tuning), ("held_out", held_out))}
    given = json.dumps(texts | {"genres": [d.genre for d in tuning]})
    learnt = child.run([peers.python(), str(peers.FOLDER / "genre_script.py")], environment=dict(os.environ), text=given)
    commonest = Counter(d.genre for d in tuning).most_common(1)[0][0]
    found = {
        ("commonest genre", "hidden"): [commonest] * len(held_out),
        ("characters, tf-idf, logistic regression", "hidden"): json.loads(learnt.output),
    }
    if held_out[0].url:
        found["words of the address", "with_source"] = [_by_address(document.url) for document in held_out]
    return [Row(who, f"{name}_held_out", f"macro_f1_{way}", macro_f1(held_out, given, genres), len(given)) for (who, way), given in found.items()]


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
    pairs = [(row["genre"], row["second"]) for row in labels(PAGES) if row["second"]]
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    agreed = sum(a == b for a, b in pairs) / len(pairs)
    chance = sum(first[genre] * second[genre] for genre in first) / len(pairs) ** 2
    return round((agreed - chance) / (1 - chance), 4), len(pairs)


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
