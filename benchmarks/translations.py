"""Translations of official texts, paired among all texts of their publisher of the same days; all texts are fiction.

``held_out`` is the second week, ``tuning`` the first. ``recall``: pairs that are found; ``precision``: of those named. Bounds are
Wilson's, 95 %. Peers on the same texts: the nearest by length alone (Gale and Church's idea, without paragraphs to align), and
the nearest that shares a number.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path

import polars as pl
from scipy.stats import binomtest

from benchmarks.form import OURS, Row, report
from transforms.embedding import embeddings
from transforms.phonetics import phonetic_keys
from transforms.translations import DAYS, translations
from warehouse.tables.enriched import PASSAGES

TEXTS = Path(__file__).parent / "labels" / "translations" / "texts.jsonl"
Pair = frozenset[str]


def measure(quick: bool) -> list[Row]:
    """Precision and recall of pairs, ours and the peers'; ``quick`` is the same."""
    rows = []
    for part in ("held_out", "tuning"):
        texts = load(part)
        wanted = {frozenset((one["id"], other["id"])) for one, other in product(texts, texts) if one["text"] == other["text"] and one["id"] < other["id"]}
        systems: dict[str, Callable[[Sequence[dict]], set[Pair]]] = {OURS: ours, "nearest length": by_length, "shared number": by_number}
        for system, named in systems.items():
            rows += rates(system, part, wanted, named(texts))
    return rows


def load(part: str) -> list[dict]:
    """The texts of one part, with an id each."""
    lines = [json.loads(line) for line in TEXTS.read_text(encoding="utf-8").splitlines()]
    return [line | {"id": f"{line['text']}-{line['language']}"} for line in lines if line["part"] == part]


def rates(system: str, dataset: str, wanted: set[Pair], named: set[Pair]) -> list[Row]:
    """precision and recall, each with its bounds."""
    rows = []
    for metric, of in (("precision", named), ("recall", wanted)):
        if not of:
            continue
        hits = len(wanted & named)
        bounds = binomtest(hits, len(of)).proportion_ci(method="wilson")
        values = ((metric, hits / len(of)), (f"{metric}_low", bounds.low), (f"{metric}_high", bounds.high))
        rows += [Row(system, dataset, name, round(value, 4), len(of)) for name, value in values]
    return rows


def ours(texts: Sequence[dict]) -> set[Pair]:
    return {frozenset(pair) for pair in translations(compared(texts), pl.Series([text["id"] for text in texts])).select("article_id", "translation_of").iter_rows()}


def compared(texts: Sequence[dict]) -> pl.DataFrame:
    """The texts as ``transforms.translations`` takes them, none of them linked."""
    articles = pl.DataFrame({
        "article_id": [text["id"] for text in texts], "capture_id": [text["id"] for text in texts],
        "source_id": [f"{text['publisher']}_{text['language']}" for text in texts], "publisher": [text["publisher"] for text in texts],
        "pair_id": pl.Series([None] * len(texts), dtype=pl.String), "language_code": [text["language"] for text in texts],
        "headline": [text["headline"] for text in texts], "body": [text["body"] for text in texts],
        "published_at": [datetime.fromisoformat(text["published_at"]).astimezone(UTC) for text in texts], "captured_date": date(2031, 4, 1),
    }).with_columns(published_date=pl.col("published_at").dt.date(), body_length=pl.col("body").str.len_chars().cast(pl.Int64))  # fmt: skip
    judged = articles.select("capture_id", relevance=pl.lit("strong"))
    vectors = embeddings(articles, judged, PASSAGES.empty()).select("capture_id", "embedding", "phonetic_keys")
    return articles.join(vectors, on="capture_id")


def by_length(texts: Sequence[dict]) -> set[Pair]:
    """Each with the one whose length is nearest to what a translation's would be, by the mean ratio of all."""
    return _nearest(texts, lambda one, other, ratio: abs(math.log(len(other["body"]) / len(one["body"])) - ratio))


def by_number(texts: Sequence[dict]) -> set[Pair]:
    """Each with the first that has a number of its own."""
    numbers = {text["id"]: {key for key in phonetic_keys(text["body"]) if key.startswith("d:")} for text in texts}
    named = _nearest(texts, lambda one, other, ratio: -len(numbers[one["id"]] & numbers[other["id"]]))
    return {pair for pair in named if set.intersection(*(numbers[text_id] for text_id in pair))}


def _nearest(texts: Sequence[dict], distance: Callable[[dict, dict, float], float]) -> set[Pair]:
    """Of each text that is not in English, the English one of its publisher and days that is nearest."""
    pairs = set()
    for one in texts:
        near = [
            other for other in texts
            if other["language"] == "en" != one["language"] and other["publisher"] == one["publisher"]
            and abs(datetime.fromisoformat(other["published_at"]) - datetime.fromisoformat(one["published_at"])).days <= DAYS
        ]  # fmt: skip
        if near:
            own, its = (sum(len(text["body"]) for text in of) / len(of) for of in ([one], near))
            pairs.add(frozenset((one["id"], min(near, key=lambda other: distance(one, other, math.log(its / own)))["id"])))
    return pairs


if __name__ == "__main__":
    report("translations", measure)
