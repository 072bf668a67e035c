"""Reasons of spikes brought up to date: of the spikes that changed, and of those near articles or stories that did."""

from __future__ import annotations

from datetime import date

import polars as pl

from nichiro.spans import Say, around, keys, spans, tell
from nichiro.wording import country, language
from transforms.reasons import WEEK, spike_reasons
from transforms.wording import Names
from warehouse.store import Candidate
from warehouse.tables import marts, ops

_READ = [
    "article_id", "source_id", "publisher", "country_code", "language_code", "genre", "headline", "text", "published_at", "published_date",
    "published_precision", "relevance", "topics", "is_copy",
]


def settle_reasons(
    candidate: Candidate, before: pl.DataFrame, spike_days: list[date], article_days: set[date], story_days: set[date], say: Say, *, renamed: bool
) -> None:
    """Settle the reasons of the spikes of ``spike_days`` that differ from those ``before``, and of those that look back on the days
    whose articles or stories changed; of all spikes where actors are ``renamed``."""
    near = _changed(before, candidate.read(marts.COVERAGE_SPIKES, keys(spike_days)))
    near |= around(article_days, 0, marts.SPIKE_REASONS.reach) | around(story_days, 0, WEEK - 1)
    if renamed:
        near |= set(candidate.read(marts.COVERAGE_SPIKES, columns=["published_date"])["published_date"])
    told = candidate.query(
        "SELECT DISTINCT published_date FROM (SELECT published_date FROM marts.coverage_spikes UNION ALL SELECT published_date FROM marts.spike_reasons)"
        " SEMI JOIN keys USING (published_date)", keys=keys(near),
    )["published_date"].to_list()
    names = _names(candidate) if told else Names()
    for span in spans(told):
        candidate.replace(marts.SPIKE_REASONS, keys(span), _reasons(candidate, span, names))
        tell(say, "reasons", span, told)


def _changed(before: pl.DataFrame, after: pl.DataFrame) -> set[date]:
    """The days whose spikes differ."""
    one, other = (frame.with_columns(pl.col("article_ids").list.join(" ")) for frame in (before, after))
    differing = [one.join(other, on=one.columns, how="anti", nulls_equal=True), other.join(one, on=one.columns, how="anti", nulls_equal=True)]
    return set(pl.concat(differing)["published_date"])


def _reasons(candidate: Candidate, days: list[date], names: Names) -> pl.DataFrame:
    spikes = candidate.read(marts.COVERAGE_SPIKES, keys(days))
    window = candidate.read(marts.ARTICLES, keys(around(days, marts.SPIKE_REASONS.reach, 0)), _READ).filter(pl.col("relevance") != "none")
    behind = spikes.select(article_id="article_ids").explode("article_id", empty_as_null=True).drop_nulls().unique()
    reached = candidate.read(marts.STORY_DOCUMENTS, behind, ["story_id"]).unique()
    documents = candidate.read(marts.STORY_DOCUMENTS, reached, ["article_id", "story_id"])
    articles = pl.concat([window, candidate.read(marts.ARTICLES, documents.select("article_id"), _READ)]).unique("article_id")
    return spike_reasons(
        spikes, articles, documents, candidate.read(marts.STORIES, reached), candidate.read(marts.MENTIONS, window.select("article_id")), names
    )


def _names(candidate: Candidate) -> Names:
    sources = candidate.read(ops.SOURCES, columns=["country_code", "languages"])
    codes = sources["languages"].explode(empty_as_null=True).drop_nulls().unique().sort()
    return Names(
        {code: country(code) for code in sources["country_code"].unique().sort()},
        {code: language(code) for code in codes},
        dict(candidate.read(ops.TOPICS, columns=["topic_id", "title"]).iter_rows()),
        dict(candidate.read(ops.ACTORS, columns=["actor_id", "name"]).iter_rows()),
    )
