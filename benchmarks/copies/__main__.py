"""Copies of real texts, beside other methods on the same texts in the same run; and what a million texts cost.

Every dataset is the half of the pages that is held out by hash; ``_tuned`` is the other. ``recall``: pairs of one article
that are found; ``false_same_site``: pairs of two articles of one site that are taken for one, over the extraction
benchmark and en.kremlin.ru together and each by itself. clean: a gold body and what each of four extractors made of its
page, empty answers and wrong texts among them. boilerplate: a gold body and the whole page. whole_to_whole: two whole
pages, which nichiro never compares: told, no goal. edited_*: a body and an edit of it (edits.py; reprint is several edits
at once); ``_ja``: of the few bodies of the Japanese press, both halves. million: see million.py; not with ``--quick``,
which takes each fourth page.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta

import polars as pl

from benchmarks import child, peers
from benchmarks.copies import million, texts
from benchmarks.form import OURS, Row, report
from transforms.copies import pairs, signatures

FIRST = datetime(2026, 3, 2, tzinfo=UTC)


def measure(quick: bool) -> list[Row]:
    """All rows of all systems."""
    corpus = texts.corpus(quick)
    found = {OURS: by_ours(corpus), **by_peers(corpus)}
    rows = [row for system, called in found.items() for name, given in corpus.sets.items() for row in rates(system, name, given, called)]
    return rows if quick else [*rows, *million.rows()]


def rates(system: str, dataset: str, given: texts.Set, called: set[texts.Pair]) -> list[Row]:
    """recall and false_same_site of one dataset, where it has such pairs."""
    rows = []
    if given.same:
        rows.append(_rate(system, dataset, "recall", given.same, called))
    for site, other in given.other.items():
        if other:
            rows.append(_rate(system, dataset, f"false_same_site_{site}", other, called))
    if len(given.other) > 1:
        rows.append(_rate(system, dataset, "false_same_site", [pair for other in given.other.values() for pair in other], called))
    return rows


def _rate(system: str, dataset: str, metric: str, of: list[texts.Pair], called: set[texts.Pair]) -> Row:
    hits = sum((min(pair), max(pair)) in called for pair in of)
    return Row(system, dataset, metric, round(hits / len(of), 4), len(of))


def by_ours(corpus: texts.Corpus) -> set[texts.Pair]:
    """All texts as articles of one day, a second apart."""
    count = len(corpus.texts)
    articles = pl.DataFrame({
        "capture_id": [f"{number:06d}" for number in range(count)], "source_id": "zz", "language_code": corpus.languages,
        "body": corpus.texts, "captured_date": FIRST.date(),
    })  # fmt: skip
    signed = signatures(articles).select("signature", article_id="capture_id", source_id="source_id").with_columns(
        language_code=pl.Series(corpus.languages),
        published_at=pl.Series([FIRST + timedelta(seconds=number) for number in range(count)], dtype=pl.Datetime("us", "UTC")),
        published_date=pl.lit(FIRST.date()),
    )
    every = pl.lit(value=True)
    found = pairs(signed, later=every, earlier=every).select("article_id_earlier", "article_id")
    return {(int(first), int(second)) for first, second in found.iter_rows()}


def by_peers(corpus: texts.Corpus) -> dict[str, set[texts.Pair]]:
    command = [peers.python(), str(peers.FOLDER / "copies_script.py")]
    answer = json.loads(child.run(command, environment=dict(os.environ), text=json.dumps(corpus.texts)).output)
    return {name: {(first, second) for first, second in called} for name, called in answer.items()}


if __name__ == "__main__":
    report("copies", measure)
