"""Tables of actors and of analysts' corrections, for the zones that have them: ops and marts."""

from __future__ import annotations

import polars as pl

from warehouse.columns import (
    ACTOR_KINDS,
    ARTICLE_ID,
    CAPTURED_DATE,
    COUNTRY_CODE,
    LANGUAGE_CODE,
    METHOD_VERSION,
    PUBLISHED_DATE,
    RUN_ID,
    SUBJECTS,
)
from warehouse.contract import UTC_INSTANT, Column, Table

ACTORS = Table(
    zone="ops",
    noun="actors",
    grain="One row per actor of the beat's lists: a person, an organisation, a third country.",
    columns=(
        Column("actor_id", pl.String, "actor, {family}_{given} of people"),
        Column("kind", pl.String, "what it is", values=ACTOR_KINDS),
        Column("name", pl.String, "name in English"),
        Column("country_code", pl.String, "ISO 3166-1 alpha-2 country that it acts for; null for nobody's", nullable=True),
        Column("wikidata_id", pl.String, "Wikidata item, where it is certain", nullable=True),
    ),
    primary_key=("actor_id",),
    partition="actor_id",
)

OFFICES = Table(
    zone="ops",
    noun="offices",
    grain="One row per person, office and term in it.",
    columns=(
        Column("actor_id", pl.String, "person of ops.actors"),
        Column("office_id", pl.String, "office, {iso2}_{office}"),
        Column("title", pl.String, "the office in English"),
        Column("start_date", pl.Date, "first day"),
        Column("end_date", pl.Date, "day on which the next one took over; null while it lasts", nullable=True),
        Column("is_certain", pl.Boolean, "the days are known; else the month or year only"),
        Column("note", pl.String, "what is not certain, or not told by the days", nullable=True),
    ),
    primary_key=("actor_id", "office_id", "start_date"),
    partition="actor_id",
)

ACTORS_DAILY = Table(
    zone="marts",
    noun="actors_daily",
    grain="One row per day, actor, publisher's country and language in which documents on the beat name the actor; no row is none.",
    columns=(
        PUBLISHED_DATE,
        Column("actor_id", pl.String, "actor of ops.actors"),
        COUNTRY_CODE,
        LANGUAGE_CODE,
        Column("article_count", pl.Int64, "documents on the beat, in passages or as a whole, that name the actor, copies included", minimum=1),
        Column("original_count", pl.Int64, "of these, originals: wire copies counted once", minimum=0),
        Column("mention_count", pl.Int64, "places at which they name the actor", minimum=1),
        METHOD_VERSION,
    ),
    primary_key=("published_date", "actor_id", "country_code", "language_code"),
    partition="published_date",
    window_days=0,
)

OVERRIDES = Table(
    zone="ops",
    noun="overrides",
    grain="One row per correction of an analyst, or its withdrawal; append-only: the latest that is not withdrawn holds.",
    columns=(
        Column("override_id", pl.String, "stable hash of what was said, by whom and when"),
        RUN_ID,
        CAPTURED_DATE,
        Column("decided_at", UTC_INSTANT, "when, UTC"),
        Column("decided_by", pl.String, "who, as they call themselves"),
        Column("subject", pl.String, "what is corrected", values=SUBJECTS),
        ARTICLE_ID,
        Column("field", pl.String, "of a mention: headline or body", nullable=True, values=("headline", "body")),
        Column("start_offset", pl.Int64, "of a mention: its first character", nullable=True, minimum=0),
        Column("old_value", pl.String, "value in the release that the analyst saw; null where there was none", nullable=True),
        Column("new_value", pl.String, "value that holds instead; null is none: no copy, nobody of the lists, a story of its own", nullable=True),
        Column("reason", pl.String, "why, in their words; null after a takedown of the document", nullable=True),
        Column("withdraws", pl.String, "override_id that this row withdraws", nullable=True),
    ),
    primary_key=("override_id",),
    partition="captured_date",
)
