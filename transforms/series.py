"""The series of coverage: what is counted, by source and day, so that any day looks back on its own past.

Not every cross of topic, country, language, genre and actor is a series: most would be empty, and each that is tested
makes the others harder to find. Counted are topic × country, actor × country, genre × country and topic × language, with
'any' on every axis; a story that is only of one genre in one language shows in both of its marginals.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import polars as pl

from transforms.coverage import ANY
from warehouse.columns import GENRES

AXES = ("topic_id", "language_code", "genre", "actor_id")   # beside the country, which says whose sources are counted


@dataclass(frozen=True)
class Series:
    """Counts of originals as arrays, days from ``first`` on.

    ``columns``: the AXES of each series; ``scope``: for each the cut of all output that it is a share of; ``healthy``:
    source × day; ``beat``: source × series × day, on the beat; ``beside`` and ``total``: source × cut × day, off it and all;
    ``members``: country × source; ``rows``: the articles behind the counts, with ``column``, ``source`` and ``number`` of day.
    """

    first: date
    source_ids: list[str]
    countries: list[str]
    columns: list[tuple[str, str, str, str]]
    scope: np.ndarray
    healthy: np.ndarray
    beat: np.ndarray
    beside: np.ndarray
    total: np.ndarray
    members: np.ndarray
    rows: pl.DataFrame

    def together(self, name: str, known: np.ndarray, days: slice) -> np.ndarray:
        """Of ``beat``, ``beside`` or ``total`` what each country's ``known`` (a mask) sources had while healthy: country × series or cut × days.

        All sources are summed once, and the unknown, who are few, taken off: whole numbers, exact in any order.
        """
        found, others = self._healthy[name][:, :, days], np.flatnonzero(~known)
        return found - _summed(self.members[:, others], getattr(self, name)[others, :, days] * self.healthy[others, None, days]) if len(others) else found

    @cached_property
    def _healthy(self) -> dict[str, np.ndarray]:
        return {name: _summed(self.members, getattr(self, name) * self.healthy[:, None]) for name in ("beat", "beside", "total")}

    @cached_property
    def output(self) -> np.ndarray:
        """Source × cut × days and one: ``total`` of the healthy days before a day."""
        return _until(self.total * self.healthy[:, None])

    @cached_property
    def heard(self) -> np.ndarray:
        """Country × series × days and one: ``beat`` of all days before a day."""
        return _until(_summed(self.members, self.beat))

    def article_ids(self, column: int, sources: np.ndarray, first: int, last: int) -> pl.DataFrame:
        """``article_id`` and ``source`` of the articles of a series on some days, from ``sources`` (a mask), sorted."""
        found = self.rows.filter(pl.col("column") == column, pl.col("number").is_between(first, last), pl.col("source").is_in(np.flatnonzero(sources).tolist()))
        return found.select("article_id", "source").sort("article_id")


def series(
    articles: pl.DataFrame, mentions: pl.DataFrame, source_days: pl.DataFrame, sources: pl.DataFrame, topics: pl.DataFrame, first: date, last: date,
) -> Series:
    """Count ``articles`` (marts.articles) of the days ``first`` to ``last``; ``mentions``: marts.mentions of the same."""
    length = max((last - first).days + 1, 0)
    declared = sources.select("source_id", "country_code", "languages").sort("source_id")
    source_ids, codes = declared["source_id"].to_list(), declared["country_code"].to_list()
    countries = [ANY, *sorted(set(codes))]
    languages = sorted({language for each in declared["languages"] for language in each})
    number = (pl.col("day") - first).dt.total_days().cast(pl.Int64)
    place = pl.DataFrame({"source_id": source_ids, "source": range(len(source_ids))}, schema={"source_id": pl.String, "source": pl.Int64})

    looked = source_days.filter("is_healthy").with_columns(number=number).join(place, on="source_id").filter(pl.col("number").is_between(0, length - 1))
    healthy = np.zeros((len(source_ids), length), bool)
    healthy[looked["source"].to_numpy(), looked["number"].to_numpy()] = True

    originals = (
        articles.filter(~pl.col("is_copy"))
        .select("article_id", "source_id", "language_code", "genre", "topics", day="published_date", on_beat=pl.col("relevance") == "strong")
        .with_columns(number=number).filter(pl.col("number").is_between(0, length - 1)).join(place, on="source_id")
    )
    cuts = [(ANY, ANY), *((language, ANY) for language in languages), *((ANY, genre) for genre in GENRES)]
    cut = pl.DataFrame(cuts, schema={"language_code": pl.String, "genre": pl.String}, orient="row").with_row_index("cut")
    each_cut = pl.concat([
        originals.with_columns(language_code=pl.lit(ANY), genre=pl.lit(ANY)),
        originals.with_columns(genre=pl.lit(ANY)), originals.with_columns(language_code=pl.lit(ANY)),
    ]).join(cut, on=["language_code", "genre"])
    shape = (len(source_ids), len(cuts), length)
    total = _counts(each_cut, ["source", "cut", "number"], shape)
    beside = _counts(each_cut.filter(~pl.col("on_beat")), ["source", "cut", "number"], shape)

    beat = originals.filter("on_beat").select("article_id", "source", "number", "topics", *(pl.col(name) for name in ("language_code", "genre")))
    topic_ids = [ANY, *topics["topic_id"].sort()]
    subjects = beat.with_columns(topic_id=pl.concat_list(pl.lit([ANY]), "topics")).explode("topic_id").filter(pl.col("topic_id").is_in(topic_ids))
    named = mentions.drop_nulls("actor_id").select("article_id", "actor_id").unique().join(beat, on="article_id")
    actor_ids = named["actor_id"].unique().sort().to_list()
    columns = [
        *((topic, language, ANY, ANY) for language in (ANY, *languages) for topic in topic_ids),
        *((ANY, ANY, genre, ANY) for genre in GENRES), *((ANY, ANY, ANY, actor) for actor in actor_ids),
    ]
    any_of = {name: pl.lit(ANY) for name in AXES}
    rows = pl.concat([frame.select("article_id", "source", "number", *AXES) for frame in (
        subjects.with_columns(**any_of | {"topic_id": pl.col("topic_id")}),
        subjects.with_columns(**any_of | {"topic_id": pl.col("topic_id"), "language_code": pl.col("language_code")}),
        beat.with_columns(**any_of | {"genre": pl.col("genre")}), named.with_columns(**any_of | {"actor_id": pl.col("actor_id")}),
    )])
    index = pl.DataFrame(columns, schema=dict.fromkeys(AXES, pl.String), orient="row").with_row_index("column")
    rows = rows.join(index.cast({"column": pl.Int64}), on=list(AXES)).select("article_id", "source", "number", "column").unique()
    where = {pair: place for place, pair in enumerate(cuts)}
    return Series(
        first, source_ids, countries, columns, np.array([where[column[1], column[2]] for column in columns], int), healthy,
        _counts(rows, ["source", "column", "number"], (len(source_ids), len(columns), length)), beside, total,
        np.array([[country in (ANY, code) for code in codes] for country in countries]).reshape(len(countries), len(codes)), rows,
    )


def _counts(rows: pl.DataFrame, keys: list[str], shape: tuple[int, ...]) -> np.ndarray:
    counts = np.zeros(shape)
    counted = rows.group_by(keys).len()
    counts[tuple(counted[key].cast(pl.Int64).to_numpy() for key in keys)] = counted["len"].to_numpy()
    return counts


def _summed(members: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Counts of sources (first axis) by country."""
    return np.tensordot(members.astype(float), counts, 1)


def _until(counts: np.ndarray) -> np.ndarray:
    """Sums of the days (last axis) before each day, and of all."""
    return np.cumsum(np.pad(counts, [*[(0, 0)] * (counts.ndim - 1), (1, 0)]), axis=-1)
