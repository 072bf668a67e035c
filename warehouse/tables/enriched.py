"""enriched: what was computed on each article. Per capture, but for copies, which look 30 days around."""

from __future__ import annotations

import polars as pl

from warehouse.columns import (
    ARTICLE_ID,
    CAPTURE_ID,
    CAPTURED_DATE,
    MENTIONED,
    METHOD,
    METHOD_VERSION,
    PUBLISHED_DATE,
    RELEVANCE,
    SOURCE_ID,
)
from warehouse.contract import Column, Table
from warehouse.tables.tone import DOCUMENT_TONE as DOCUMENT_TONE
from warehouse.tables.tone import MENTION_TONE

TARGET_TONE = MENTION_TONE

RELEVANCE_TABLE = Table(
    zone="enriched",
    noun="relevance",
    grain="One row per article version: whether it is on the beat, in passages only, or not.",
    columns=(
        CAPTURE_ID,
        SOURCE_ID,
        Column("relevance", pl.String, "on the beat as a whole, in passages only, or not", values=RELEVANCE),
        Column("relevance_score", pl.Float64, "points of title and passages after traps, unbounded"),
        Column("passage_count", pl.Int64, "passages on the beat", minimum=0),
        Column("passage_share", pl.Float64, "share of the windows of the text that are on the beat", minimum=0, maximum=1),
        CAPTURED_DATE,
        METHOD,
        METHOD_VERSION,
    ),
    primary_key=("capture_id",),
    partition="captured_date",
)

PASSAGES = Table(
    zone="enriched",
    noun="passages",
    grain="One row per passage on the beat: a window of two sentences of an article version.",
    columns=(
        CAPTURE_ID,
        SOURCE_ID,
        Column("start_offset", pl.Int64, "first character in the headline or body, from 0", minimum=0),
        Column("end_offset", pl.Int64, "character after the last", minimum=0),
        Column("field", pl.String, "where the offsets count", values=("headline", "body")),
        Column("evidence", pl.String, "anchor term alone, or countries and theme together", values=("anchor", "co_occurrence")),
        Column("terms", pl.List(pl.String), "terms that matched, as written in the text"),
        Column("topics", pl.List(pl.String), "topics of the beat that the passage touches"),
        CAPTURED_DATE,
        METHOD,
        METHOD_VERSION,
    ),
    primary_key=("capture_id", "field", "start_offset"),
    partition="captured_date",
)

TOPICS = Table(
    zone="enriched",
    noun="topics",
    grain="One row per article version and topic of the beat that its passages touch.",
    columns=(
        CAPTURE_ID,
        SOURCE_ID,
        Column("topic_id", pl.String, "topic of the beat"),
        Column("passage_count", pl.Int64, "passages that touch it", minimum=1),
        CAPTURED_DATE,
        METHOD,
        METHOD_VERSION,
    ),
    primary_key=("capture_id", "topic_id"),
    partition="captured_date",
)

MENTIONS = Table(
    zone="enriched",
    noun="mentions",
    grain="One row per place of an article version on the beat at which an actor of the beat's lists is named, or may be.",
    columns=(
        CAPTURE_ID,
        SOURCE_ID,
        *MENTIONED,
        CAPTURED_DATE,
        METHOD,
        METHOD_VERSION,
    ),
    primary_key=("capture_id", "field", "start_offset"),
    partition="captured_date",
)

TONE = Table(
    zone="enriched",
    noun="tone",
    grain="One row per article version: document tone by a dictionary, a transparent baseline and no more.",
    columns=(
        CAPTURE_ID,
        SOURCE_ID,
        Column("tone_score", pl.Float64, "(positive - negative) / (positive + negative) words, -1 to 1; null where not scored",
               nullable=True, minimum=-1, maximum=1),
        Column("positive_count", pl.Int64, "positive words", minimum=0),
        Column("negative_count", pl.Int64, "negative words", minimum=0),
        Column("token_count", pl.Int64, "words looked at", minimum=0),
        Column("unscored_reason", pl.String, "why there is no score", nullable=True,
               values=("body_not_full", "no_dictionary", "no_tone_words")),
        CAPTURED_DATE,
        METHOD,
        METHOD_VERSION,
    ),
    primary_key=("capture_id",),
    partition="captured_date",
)

SIGNATURES = Table(
    zone="enriched",
    noun="signatures",
    grain="One row per article version: a sample of its shingles' hashes, from which copies are found.",
    columns=(
        CAPTURE_ID,
        SOURCE_ID,
        Column("signature", pl.List(pl.UInt64), "sorted sample of shingle hashes (FracMinHash)"),
        Column("shingle_count", pl.Int64, "distinct shingles of the text", minimum=0),
        CAPTURED_DATE,
        METHOD,
        METHOD_VERSION,
    ),
    primary_key=("capture_id",),
    partition="captured_date",
    unserved_columns=("signature",),   # 2 kB of noise an article, which only the build compares
)

EMBEDDINGS = Table(
    zone="enriched",
    noun="embeddings",
    grain="One row per article version on the beat: what it tells as a vector, and its names and numbers, from which stories are found.",
    columns=(
        CAPTURE_ID,
        SOURCE_ID,
        Column("embedding", pl.List(pl.Int16), "sentence embedding less the mean of its language, of length 1000; zeroes where the text has no letters"),
        Column("phonetic_keys", pl.List(pl.String), "names by their consonants (n:), runs of kanji (k:) and numbers (d:)"),
        CAPTURED_DATE,
        METHOD,
        METHOD_VERSION,
    ),
    primary_key=("capture_id",),
    partition="captured_date",
    served=False,   # 1 kB an article, which only the build compares
)

COPIES = Table(
    zone="enriched",
    noun="copies",
    grain="One row per article that is a copy of an earlier one within 30 days: a wire reprint, edited or not.",
    columns=(
        ARTICLE_ID,
        Column("syndicated_from", pl.String, "article_id of the earliest article that it copies"),
        Column("containment", pl.Float64, "share of the shorter text's shingles found in the other", minimum=0, maximum=1),
        Column("resemblance", pl.Float64, "Jaccard index of the shingles", minimum=0, maximum=1),
        PUBLISHED_DATE,
        METHOD,
        METHOD_VERSION,
    ),
    primary_key=("article_id",),
    partition="published_date",
    window_days=30,
)

TRANSLATIONS = Table(
    zone="enriched",
    noun="translations",
    grain="One row per official text that is a version of an earlier one of its publisher, in another language, within three days.",
    columns=(
        ARTICLE_ID,
        Column("translation_of", pl.String, "article_id of the earliest version of the text"),
        Column("evidence", pl.String, "the publisher's links or number, or how alike the texts are", values=("link", "text")),
        Column("translation_score", pl.Float64, "likeness of the two texts, unbounded; null where links say so", nullable=True),
        PUBLISHED_DATE,
        METHOD,
        METHOD_VERSION,
    ),
    primary_key=("article_id",),
    partition="published_date",
    window_days=6,   # a pair's rivals are three days from it, and theirs three more
)
