"""Re-score: what the beat and the method of relevance of today make of articles that others have judged, beside those verdicts.

Nothing is written. A release of it is made by the next ``enrich``, which judges these articles again; this tells before what it will move.
Verdicts are the method's own, as `enriched.relevance` has them: analysts' corrections hold whatever the method says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

import polars as pl

from crawlers.catalog import sources
from crawlers.source import Source
from nichiro.errors import ConfigError
from nichiro.quarantine import entries
from nichiro.workers import spread
from transforms import relevance
from transforms.beat import Beat
from warehouse.lake import Lake, Partition
from warehouse.tables import enriched, staging

TELL = 100   # source-days between two lines of progress
COUNTED = ["language_code", "source_id"]


@dataclass
class Rescore:
    """What a re-scoring came to: source-days scored, those that today's method has scored already (``same``), those whose
    articles have ``expired``, so that their verdicts stay.

    ``before``: versions of the verdicts compared with, how many articles each. ``articles``, ``moves``: article versions by
    language and source, and how many of them go from one verdict to another. ``moved``: each of these, with its URL and headline.
    """

    source_days: int = 0
    same: int = 0
    expired: int = 0
    before: Counter[str] = field(default_factory=Counter)
    articles: Counter[tuple[str, str]] = field(default_factory=Counter)
    moves: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    moved: list[dict[str, Any]] = field(default_factory=list)

    def add(self, scored: pl.DataFrame) -> None:
        """Take in one source-day as ``score`` has it."""
        self.source_days += 1
        self.before.update(scored["was_version"])
        self.articles.update(scored.select(COUNTED).iter_rows())
        moved = scored.filter(pl.col("was") != pl.col("now"))
        self.moves.update(moved.select(*COUNTED, "was", "now").iter_rows())
        self.moved += moved.drop("was_version").to_dicts()

    def rows(self, by: int = 2) -> list[dict[str, Any]]:
        """One row for each language and source, or (``by`` 1) for each language: articles, how many move, from what to what."""
        articles: Counter[tuple[str, ...]] = Counter()
        moves: dict[tuple[str, ...], Counter[str]] = {}
        for place, count in self.articles.items():
            articles[place[:by]] += count
        for (language_code, source_id, was, now), count in self.moves.items():
            moves.setdefault((language_code, source_id)[:by], Counter())[f"{was} → {now}"] += count
        return [
            dict(zip(COUNTED, place, strict=False))
            | {"articles": articles[place], "moved": sum(moves.get(place, Counter()).values()), "moves": dict(sorted(moves.get(place, Counter()).items()))}
            for place in sorted(articles)
        ]  # fmt: skip


def rescore(
    lake: Lake, catalog: dict[str, Source], beat: Beat, say: Callable[[str], None], processes: int,
    source_ids: list[str] | None = None, first: date | None = None, last: date | None = None,
) -> Rescore:  # fmt: skip
    """Judge what another beat or method has judged, of some sources and captured days, and count which verdicts move.

    Raises ConfigError for an unknown source, ContractError for a damaged table, TransientError where a worker was killed.
    """
    if unknown := sorted(set(source_ids or []) - set(catalog)):
        raise ConfigError(f"unknown source {', '.join(unknown)}", "see `nichiro source list`")
    found, chosen = Rescore(), []
    for partition, entry in reversed([*entries(lake)]):
        if entry.status != "accepted" or not entry.enriched or partition.source_id not in (source_ids or catalog):
            continue
        if not (first or date.min) <= partition.captured_date <= (last or date.max):
            continue
        if entry.expired:
            found.expired += 1
        else:
            chosen.append(partition)
    publishers = sources(catalog).select("source_id", "country_code", "publisher_kind")
    for number, scored in enumerate(spread(partial(score, lake, beat, publishers), chosen, min(processes, len(chosen))), start=1):
        if scored is None:
            found.same += 1
        else:
            found.add(scored)
        if number % TELL == 0 or number == len(chosen):
            say(f"{number} of {len(chosen)} source-days, {len(found.moved)} verdicts move")
    return found


def score(lake: Lake, beat: Beat, publishers: pl.DataFrame, partition: Partition) -> pl.DataFrame | None:
    """The articles of one partition (capture_id, url, headline, language_code, source_id) with their verdict, its version and
    score, and those of this beat; None where it is of this beat and method already."""
    before = lake.read(enriched.RELEVANCE_TABLE, partition)
    if set(before["method_version"]) <= {relevance.version_of(beat)}:
        return None
    articles = lake.read(staging.ARTICLES, partition)
    after = relevance.judge(articles.join(publishers, on="source_id", how="left"), beat).relevance
    columns = ["capture_id", pl.col("relevance").alias("was"), pl.col("relevance_score").alias("was_score"), pl.col("method_version").alias("was_version")]
    return (
        articles.select("capture_id", "url", "headline", "language_code", "source_id")
        .join(before.select(columns), on="capture_id")
        .join(after.select("capture_id", pl.col("relevance").alias("now"), pl.col("relevance_score").alias("now_score")), on="capture_id")
        .sort("capture_id")
    )
