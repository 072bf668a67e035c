"""staging: what parsing made of each capture; a pure function of one log partition and the rules' version."""

from __future__ import annotations

import polars as pl

from warehouse.columns import (
    ARTICLE_ID,
    BASIS_COLUMN,
    BODY_STATES,
    CAPTURE_ID,
    CAPTURED_AT,
    CAPTURED_DATE,
    FATES,
    GENRE,
    HEADLINE,
    LANGUAGE_CODE,
    METHOD,
    METHOD_VERSION,
    PAIR_ID,
    PRECISIONS,
    PUBLISHED_AT,
    PUBLISHED_DATE,
    QUARANTINE_REASONS,
    RUN_ID,
    SOURCE_ID,
    URL,
)
from warehouse.contract import UTC_INSTANT, Column, Table

ARTICLES = Table(
    zone="staging",
    noun="articles",
    grain="One row per capture that reads as an article: a version of a document as served at one moment.",
    columns=(
        CAPTURE_ID,
        ARTICLE_ID,
        RUN_ID,
        SOURCE_ID,
        URL,
        Column("canonical_url", pl.String, "URL key of the document: rel=canonical or the source's key rule, no tracking parameters"),
        Column("is_alternate_view", pl.Boolean, "print, photo or AMP view of a document whose own page is another URL"),
        PAIR_ID,
        HEADLINE,
        Column("byline", pl.String, "authors as served", nullable=True),
        Column("authors", pl.List(pl.String), "author names, in order"),
        Column("lede", pl.String, "standfirst or first paragraph where the page marks one", nullable=True),
        Column("body", pl.String, "main text, paragraphs separated by one newline, NFC"),
        Column("body_length", pl.Int64, "characters of the body", minimum=0),
        Column("body_state", pl.String, "whether the page gives the whole text", values=BODY_STATES),
        LANGUAGE_CODE,
        GENRE,
        PUBLISHED_AT,
        PUBLISHED_DATE,
        Column("published_precision", pl.String, "what the page says of the time", values=PRECISIONS),
        Column("published_method", pl.String, "rule that found the date: css, json_ld, meta, url …"),
        Column("published_text", pl.String, "the date as written on the page"),
        Column("modified_at", UTC_INSTANT, "last change according to the page, UTC", nullable=True),
        Column("event_date", pl.Date, "day of the announced event, where the page gives one", nullable=True),
        Column("content_sha256", pl.String, "hash of headline and body: equal means unchanged"),
        CAPTURED_AT,
        CAPTURED_DATE,
        BASIS_COLUMN,
        METHOD,
        METHOD_VERSION,
    ),
    primary_key=("capture_id",),
    partition="captured_date",
    version=2,
    unserved_columns=("body", "lede"),   # served, as terms allow, by marts.articles
)

QUARANTINE = Table(
    zone="staging",
    noun="quarantine",
    grain="One row per capture that should be an article and cannot be read as one, with the reason.",
    columns=(
        CAPTURE_ID,
        RUN_ID,
        SOURCE_ID,
        URL,
        Column("reason", pl.String, "why it was held back", values=QUARANTINE_REASONS),
        Column("detail", pl.String, "the rule and what it met", nullable=True),
        CAPTURED_AT,
        CAPTURED_DATE,
        METHOD,
        METHOD_VERSION,
    ),
    primary_key=("capture_id",),
    partition="captured_date",
)

OUTCOMES = Table(
    zone="staging",
    noun="outcomes",
    grain="One row per capture: what parsing made of it; ops.fates settles it against the other captures.",
    columns=(
        CAPTURE_ID,
        RUN_ID,
        SOURCE_ID,
        Column("outcome", pl.String, "article, unchanged (304), discovery, redirect, skipped or quarantined", values=FATES),
        Column("reason", pl.String, "reason of a skipped or quarantined one", nullable=True),
        CAPTURED_DATE,
        METHOD_VERSION,
    ),
    primary_key=("capture_id",),
    partition="captured_date",
)
