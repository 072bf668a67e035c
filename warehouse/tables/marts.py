"""marts: what analysts read. Keyed by the publisher's local day of publication."""

from __future__ import annotations

import polars as pl

from warehouse.columns import (
    ARTICLE_ID, BODY_STATES, CAPTURE_ID, COUNTRY_CODE, GENRE, HEADLINE, LANGUAGE_CODE, METHOD, METHOD_VERSION,
    PRECISIONS, PUBLISHED_AT, PUBLISHED_DATE, PUBLISHER_KINDS, RELEVANCE, SOURCE_ID, URL,
)
from warehouse.contract import UTC_INSTANT, Column, Table

TOPIC_ID = Column("topic_id", pl.String, "topic of the beat; 'any' is the whole beat")

ARTICLES = Table(
    zone="marts",
    noun="articles",
    grain="One row per document: its latest accepted version, with everything computed on it.",
    columns=(
        ARTICLE_ID,
        CAPTURE_ID,
        SOURCE_ID,
        Column("publisher", pl.String, "publisher's name in English"),
        COUNTRY_CODE,
        Column("publisher_kind", pl.String, "kind of publisher", values=PUBLISHER_KINDS),
        URL,
        HEADLINE,
        Column("byline", pl.String, "authors as served", nullable=True),
        Column("authors", pl.List(pl.String), "author names, in order"),
        LANGUAGE_CODE,
        GENRE,
        PUBLISHED_AT,
        PUBLISHED_DATE,
        Column("published_precision", pl.String, "what the page says of the time", values=PRECISIONS),
        Column("event_date", pl.Date, "day of the announced event, where the page gives one", nullable=True),
        Column("body_state", pl.String, "whether the page gives the whole text", values=BODY_STATES),
        Column("body_length", pl.Int64, "characters of the body", minimum=0),
        Column("text", pl.String, "the text as the source's terms allow: whole, excerpt or none", nullable=True),
        Column("relevance", pl.String, "on the beat as a whole, in passages only, or not", values=RELEVANCE),
        Column("relevance_score", pl.Float64, "points of title and passages after traps, unbounded"),
        Column("topics", pl.List(pl.String), "topics of the beat that its passages touch"),
        Column("tone_score", pl.Float64, "document tone, dictionary baseline, -1 to 1", nullable=True, minimum=-1, maximum=1),
        Column("syndicated_from", pl.String, "article_id of the earliest article that it copies", nullable=True),
        Column("is_copy", pl.Boolean, "counted once, under the first publisher"),
        Column("first_captured_at", UTC_INSTANT, "when we first knew of it, UTC: a backtest filters on this"),
        Column("last_captured_at", UTC_INSTANT, "when we last fetched it, UTC"),
        Column("version_count", pl.Int64, "versions with different content", minimum=1),
        METHOD,
        METHOD_VERSION,
    ),
    primary_key=("article_id",),
    partition="published_date",
    window_days=30,
)

COVERAGE_DAILY = Table(
    zone="marts",
    noun="coverage_daily",
    grain="One row per day, topic, publisher's country, language and genre, with explicit zeroes.",
    columns=(
        PUBLISHED_DATE,
        TOPIC_ID,
        COUNTRY_CODE,
        LANGUAGE_CODE,
        GENRE,
        Column("article_count", pl.Int64, "articles on the beat as a whole, copies included", minimum=0),
        Column("copy_count", pl.Int64, "of these, copies of an earlier article", minimum=0),
        Column("original_count", pl.Int64, "of these, originals: wire copies counted once", minimum=0),
        Column("passage_count", pl.Int64, "articles with the beat in passages only, copies excluded", minimum=0),
        Column("attention_count", pl.Int64, "originals on the beat from sources healthy that day", minimum=0),
        Column("total_count", pl.Int64, "originals of any subject from sources healthy that day", minimum=0),
        Column("attention_share", pl.Float64, "attention_count / total_count; null where nothing healthy was seen",
               nullable=True, minimum=0, maximum=1),
        Column("share_basis", pl.String, "what the share rests on", values=("observed", "backfilled", "mixed", "partial", "unknown")),
        Column("healthy_source_count", pl.Int64, "sources healthy that day", minimum=0),
        Column("source_count", pl.Int64, "sources declared for this country, language and genre", minimum=0),
        METHOD_VERSION,
    ),
    primary_key=("published_date", "topic_id", "country_code", "language_code", "genre"),
    partition="published_date",
    window_days=0,
)

TONE_DAILY = Table(
    zone="marts",
    noun="tone_daily",
    grain="One row per day, topic, publisher's country, language and genre: document tone of originals on the beat.",
    columns=(
        PUBLISHED_DATE,
        TOPIC_ID,
        COUNTRY_CODE,
        LANGUAGE_CODE,
        GENRE,
        Column("article_count", pl.Int64, "originals on the beat", minimum=0),
        Column("scored_count", pl.Int64, "of these, with a tone score", minimum=0),
        Column("scored_share", pl.Float64, "scored_count / article_count", nullable=True, minimum=0, maximum=1),
        Column("tone_mean", pl.Float64, "mean document tone, -1 to 1; compare within a language only", nullable=True, minimum=-1, maximum=1),
        Column("tone_low", pl.Float64, "lower end of the 90 % interval of the mean (Student's t), null below 2", nullable=True, minimum=-1, maximum=1),
        Column("tone_high", pl.Float64, "upper end of it", nullable=True, minimum=-1, maximum=1),
        Column("validation", pl.String, "how far the method was validated"),
        METHOD,
        METHOD_VERSION,
    ),
    primary_key=("published_date", "topic_id", "country_code", "language_code", "genre"),
    partition="published_date",
    window_days=0,
)

COVERAGE_SPIKES = Table(
    zone="marts",
    noun="coverage_spikes",
    grain="One row per series and day on which coverage exceeds what its past lets one expect.",
    columns=(
        Column("spike_id", pl.String, "stable hash of rule, series and day"),
        PUBLISHED_DATE,
        TOPIC_ID,
        Column("country_code", pl.String, "ISO 3166-1 alpha-2 country of the publishers; 'any' is all"),
        Column("observed_count", pl.Int64, "originals on the beat from healthy sources that day", minimum=0),
        Column("expected_count", pl.Float64, "expected from the past of this weekday and these healthy sources", minimum=0),
        Column("dispersion", pl.Float64, "variance / mean of the baseline, at least 1", minimum=1),
        Column("p_value", pl.Float64, "probability of so many or more (negative-binomial tail)", minimum=0, maximum=1),
        Column("q_value", pl.Float64, "after Benjamini-Hochberg over the series of that day", minimum=0, maximum=1),
        Column("baseline_days", pl.Int64, "days that the expectation rests on", minimum=0),
        Column("article_ids", pl.List(pl.String), "the rows behind it, sorted"),
        METHOD,
        METHOD_VERSION,
    ),
    primary_key=("spike_id",),
    partition="published_date",
    window_days=63,   # baseline 56 days and a lag of 7 at most look back from the evaluated day
)
