"""How far the demo's warehouse agrees with what its generator planted, on a seed that was never looked at in development.

A fifth of the texts and more are traps or paraphrases, so scores below 1 are expected. Relevance is scored per document
(`strong` against the rest), copies per document with its origin, spikes (at medium sensitivity) per planted day, dates per document.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from benchmarks.form import OURS, Row, report

HELD_OUT_SEED = 2


def measure(quick: bool) -> list[Row]:
    """Run the demo on the held-out seed and score it; there is no smaller sample, it takes about a minute."""
    from nichiro.demo import run_demo
    from tests.demosite import DemoSite

    with tempfile.TemporaryDirectory(prefix="nichiro-truth-") as folder:
        for _ in run_demo(Path(folder), HELD_OUT_SEED, lambda step, message: None):
            pass
        return score(Path(folder), DemoSite(seed=HELD_OUT_SEED).truth())


def score(data_dir: Path, truth: dict) -> list[Row]:
    """Rows of precision and recall of the release in ``data_dir`` against ``truth``."""
    from warehouse.store import connect

    with connect(data_dir) as connection:
        articles = connection.sql("SELECT article_id, source_id, url, relevance, published_date, syndicated_from FROM marts.articles").pl()
        urls = connection.sql("SELECT article_id, canonical_url FROM staging.articles GROUP BY ALL").pl()
        stories = connection.sql("SELECT story_id, article_id FROM marts.story_documents").pl()
        spikes = connection.sql("SELECT DISTINCT published_date FROM marts.coverage_spikes WHERE period = 'day' AND sensitivity != 'high'").pl()
    planted = {article["canonical_url"]: article for article in truth["articles"]}
    by_id = {article_id: planted[url] for article_id, url in urls.iter_rows() if url in planted}
    known = articles.filter(pl.col("article_id").is_in(list(by_id)))
    rows = []
    found = {row["article_id"] for row in known.iter_rows(named=True) if row["relevance"] == "strong"}
    wanted = {article_id for article_id in known["article_id"] if by_id[article_id]["on_beat"] == "strong"}
    rows += _agreement("relevance", found, wanted, known.height)
    for language in ("en", "ja", "ru"):
        mine = {article_id for article_id in known["article_id"] if by_id[article_id]["language"] == language}
        rows += _agreement(f"relevance_{language}", found & mine, wanted & mine, len(mine))
    present = {by_id[article_id]["canonical_url"] for article_id in known["article_id"]}
    copies = {row["article_id"] for row in known.iter_rows(named=True) if row["syndicated_from"]}
    planted_copies = {article_id for article_id in known["article_id"] if by_id[article_id]["copy_of"] in present}
    rows += _agreement("copies", copies, planted_copies, known.height)
    rows += _stories(stories, by_id)
    right = sum(str(row["published_date"]) == by_id[row["article_id"]]["published_date"] for row in known.iter_rows(named=True))
    rows.append(Row(OURS, "demo_truth", "date_accuracy", round(right / known.height, 4), known.height))
    days = {day for spike in truth["spikes"] for day in spike["days"]}
    alarmed = {str(day) for day in spikes["published_date"]}
    first = {spike["days"][0] for spike in truth["spikes"]}
    rows.append(Row(OURS, "demo_truth", "spikes_found", sum(bool(alarmed & set(spike["days"])) for spike in truth["spikes"]) / len(truth["spikes"]), len(first)))
    rows.append(Row(OURS, "demo_truth", "spike_false_days", len(alarmed - days), truth["days"]))
    return rows


def _stories(stories: pl.DataFrame, by_id: dict[str, dict]) -> list[Row]:
    """Of each planted story the found one that has most of it: the share of the planted documents in it, and of its own that are planted.

    The generator makes other texts of the same sentences, so that a story's neighbours are much like it.
    """
    known = stories.with_columns(planted=pl.col("article_id").replace_strict({key: row["story"] for key, row in by_id.items()}, default=None, return_dtype=pl.String))
    found = known.drop_nulls("planted").group_by("planted", "story_id").len().sort("len", "story_id", descending=[True, False]).unique("planted", keep="first")
    sizes = known.group_by("story_id").agg(size=pl.len()).join(found, on="story_id")
    planted = known.drop_nulls("planted").group_by("planted").agg(wanted=pl.len()).join(sizes, on="planted")
    both, wanted, size = (int(planted[name].sum()) for name in ("len", "wanted", "size"))
    return [
        Row(OURS, "demo_truth", "stories_recall", round(both / wanted, 4) if wanted else 0.0, wanted),
        Row(OURS, "demo_truth", "stories_precision", round(both / size, 4) if size else 0.0, size),
    ]


def _agreement(name: str, found: Iterable[str], wanted: Iterable[str], n: int) -> list[Row]:
    found, wanted = set(found), set(wanted)
    both = len(found & wanted)
    precision = both / len(found) if found else 0.0
    recall = both / len(wanted) if wanted else 0.0
    f1 = 2 * precision * recall / (precision + recall) if both else 0.0
    return [
        Row(OURS, "demo_truth", f"{name}_{metric}", round(value, 4), n)
        for metric, value in (("precision", precision), ("recall", recall), ("f1", f1))
    ]


if __name__ == "__main__":
    report("truth", measure)
