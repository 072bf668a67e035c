"""ops: what the pipeline knows of itself: sources and their health, fates, partitions, checks, runs."""

from __future__ import annotations

import polars as pl

from warehouse.columns import (
    ACCESS,
    ALERT_STATES,
    CAPTURE_ID,
    CAPTURED_DATE,
    COUNTRY_CODE,
    DECISIONS,
    DELIVERY_OUTCOMES,
    FATES,
    GENRES,
    LEVELS,
    OUTCOMES,
    PUBLISHED_DATE,
    PUBLISHER_KINDS,
    RUN_ID,
    SENSITIVITY,
    SERIES,
    SOURCE_ID,
    SOURCE_STATES,
    TONE_CHANGE,
    TROUBLE_KINDS,
)
from warehouse.contract import UTC_INSTANT, Column, Table
from warehouse.tables.actors import ACTORS as ACTORS
from warehouse.tables.actors import OFFICES as OFFICES
from warehouse.tables.actors import OVERRIDES as OVERRIDES
from warehouse.tables.tone import TONE_VALIDATION as TONE_VALIDATION

SOURCES = Table(
    zone="ops",
    noun="sources",
    grain="One row per declared source.",
    columns=(
        SOURCE_ID,
        Column("title", pl.String, "name of the source"),
        Column("publisher", pl.String, "publisher's name in English"),
        COUNTRY_CODE,
        Column("publisher_kind", pl.String, "kind of publisher", values=PUBLISHER_KINDS),
        Column("genre", pl.String, "genre of its documents where the page does not say otherwise", values=GENRES),
        Column("languages", pl.List(pl.String), "languages it publishes in"),
        Column("status", pl.String, "state of the declaration", values=("candidate", "active", "paused", "retired")),
        Column("timezone", pl.String, "publisher's IANA time zone"),
        Column("access", pl.String, "what the terms allow", values=ACCESS),
        Column("licence", pl.String, "licence or terms, in short", nullable=True),
        Column("rules_sha256", pl.String, "hash of the extraction rules"),
        Column("min_articles_per_day", pl.Float64, "usual number of articles a day, where declared", nullable=True),
        Column("archive_days", pl.Int64, "days that raw bytes and whole texts are kept; null is for good", nullable=True, minimum=1),
        Column("usual_gap_days", pl.Float64, "days without anything new after which the source is stale", minimum=0),
    ),
    primary_key=("source_id",),
    partition="source_id",
    version=2,
)

TOPICS = Table(
    zone="ops",
    noun="topics",
    grain="One row per topic of the beat.",
    columns=(
        Column("topic_id", pl.String, "topic of the beat"),
        Column("title", pl.String, "its name in English"),
    ),
    primary_key=("topic_id",),
    partition="topic_id",
)

SOURCE_DAYS = Table(
    zone="ops",
    noun="source_days",
    grain="One row per source and day: could we have seen what it published, and how do we know.",
    columns=(
        SOURCE_ID,
        Column("day", pl.Date, "the publisher's day"),
        Column("state", pl.String, "health of the source that day", values=SOURCE_STATES),
        Column("basis", pl.String, "looked at on the day, through an archive later, or not at all",
               values=("observed", "backfilled", "unknown")),
        Column("is_healthy", pl.Boolean, "counts for shares of attention"),
        Column("reason", pl.String, "why, in words a person can act on", nullable=True),
        Column("discovered_count", pl.Int64, "links found", minimum=0),
        Column("fetched_count", pl.Int64, "article URLs asked for", minimum=0),
        Column("article_count", pl.Int64, "captures of that day's runs read as articles", minimum=0),
        Column("quarantined_count", pl.Int64, "captures of that day's runs held back", minimum=0),
        Column("new_count", pl.Int64, "documents captured for the first time", minimum=0),
        Column("revised_count", pl.Int64, "documents found edited", minimum=0),
        Column("http_states", pl.List(pl.String), "how its requests ended, by HTTP status or what came in its stead: 200 × 12, timeout × 1"),
        Column("newest_age_days", pl.Float64, "age of the newest item that its feeds and lists date", nullable=True),
        Column("headline_share", pl.Float64, "of the article pages answered, those with one headline", nullable=True, minimum=0, maximum=1),
        Column("date_share", pl.Float64, "those with one right date", nullable=True, minimum=0, maximum=1),
        Column("body_share", pl.Float64, "those with one body", nullable=True, minimum=0, maximum=1),
        Column("byline_share", pl.Float64, "of the articles, those with a byline", nullable=True, minimum=0, maximum=1),
        Column("body_length_median", pl.Float64, "characters of the articles' bodies, paywalled ones left out", nullable=True, minimum=0),
        Column("usual_body_length", pl.Float64, "the same over the 30 days before; null where fewer than five had articles", nullable=True, minimum=0),
    ),
    primary_key=("source_id", "day"),
    partition="day",
    window_days=44,
    version=2,
)

FATES_TABLE = Table(
    zone="ops",
    noun="fates",
    grain="One row per capture: its one fate.",
    columns=(
        CAPTURE_ID,
        RUN_ID,
        SOURCE_ID,
        Column("article_id", pl.String, "the document, where it is one", nullable=True),
        Column("fate", pl.String, "what became of it", values=FATES),
        Column("reason", pl.String, "reason of a skipped or quarantined one", nullable=True),
        CAPTURED_DATE,
    ),
    primary_key=("capture_id",),
    partition="captured_date",
)

PARTITIONS = Table(
    zone="ops",
    noun="partitions",
    grain="One row per log partition that this release holds: a run's captures of one source.",
    columns=(
        CAPTURED_DATE,
        RUN_ID,
        SOURCE_ID,
        Column("fingerprint", pl.String, "hash of its inputs, methods and gate: differs, then it is dirty"),
        Column("status", pl.String, "what the source gate said", values=("accepted", "held")),
        Column("reasons", pl.List(pl.String), "broken minima of a held one, warnings of an accepted one"),
        Column("capture_count", pl.Int64, "captures in it", minimum=0),
        Column("article_count", pl.Int64, "article versions in it", minimum=0),
        Column("quarantined_count", pl.Int64, "quarantined captures in it", minimum=0),
    ),
    primary_key=("captured_date", "run_id", "source_id"),
    partition="captured_date",
)

CHECK_RESULTS = Table(
    zone="ops",
    noun="check_results",
    grain="One row per check of a run.",
    columns=(
        RUN_ID,
        Column("gate", pl.String, "before build or before publish", values=("sources", "tables")),
        Column("suite", pl.String, "what was checked: a table, a source, a language, or 'all'"),
        Column("check_name", pl.String, "the check"),
        Column("severity", pl.String, "critical blocks, warning is shown", values=("critical", "warning", "info")),
        Column("outcome", pl.String, "errored is neither passed nor failed, and blocks", values=OUTCOMES),
        Column("observed", pl.String, "what was found", nullable=True),
        Column("threshold", pl.Float64, "bound that applied in this run: a count, share or length; null where there is none", nullable=True),
        Column("failing_rows", pl.List(pl.String), "keys of up to 20 rows that break it"),
        Column("checked_at", UTC_INSTANT, "when, UTC"),
    ),
    primary_key=("run_id", "gate", "suite", "check_name"),
    partition="run_id",
    version=2,
)

RUNS = Table(
    zone="ops",
    noun="runs",
    grain="One row per run that reached the publish gate.",
    columns=(
        RUN_ID,
        Column("run_date", pl.Date, "day to analyse"),
        Column("started_at", UTC_INSTANT, "start, UTC"),
        Column("status", pl.String, "what came of it", values=("published", "blocked", "unchanged")),
        Column("build_id", pl.String, "release, where one was published", nullable=True),
    ),
    primary_key=("run_id",),
    partition="run_id",
)

ALERT_OBSERVATIONS = Table(
    zone="ops",
    noun="alert_observations",
    grain="One row per alert and run that saw it anew, changed or gone; append-only.",
    columns=(
        Column("observation_id", pl.String, "stable hash of alert and run"),
        Column("alert_id", pl.String, "stable hash of rule, series and day: spike_id of marts.coverage_spikes, change_id of marts.tone_changes"),
        RUN_ID,
        CAPTURED_DATE,
        Column("as_of", UTC_INSTANT, "when the run saw it, UTC"),
        Column("rule", pl.String, "the table that it was seen in"),
        Column("state", pl.String, "historical: first seen more than three days late, told to nobody", values=ALERT_STATES),
        Column("reason", pl.String, "why it was closed: withdrawn by later data, or past", nullable=True, values=("withdrawn", "past")),
        PUBLISHED_DATE,
        *SERIES,
        Column("level", pl.String, "what it is as of this run", values=(*LEVELS, TONE_CHANGE)),
        SENSITIVITY,
        Column("observed_count", pl.Int64, "articles as of this run; of a change of tone, documents after it", minimum=0),
        Column("expected_count", pl.Float64, "expected as of this run; null for a change of tone", nullable=True, minimum=0),
        Column("target_id", pl.String, "toward whom tone changed; null for spikes", nullable=True),
        Column("voice", pl.String, "whose tone changed; null for spikes", nullable=True),
        Column("before_mean", pl.Float64, "mean tone toward the target before, -1 to 1; null for spikes", nullable=True, minimum=-1, maximum=1),
        Column("after_mean", pl.Float64, "mean tone after; null for spikes", nullable=True, minimum=-1, maximum=1),
        Column("p_value", pl.Float64, "as of this run", minimum=0, maximum=1),
        Column("q_value", pl.Float64, "as of this run", minimum=0, maximum=1),
        Column("article_ids", pl.List(pl.String), "the rows behind it as of this run, sorted"),
    ),
    primary_key=("observation_id",),
    partition="run_id",
    version=2,
)

TROUBLES = Table(
    zone="ops",
    noun="troubles",
    grain="One row per trouble of the pipeline that people are to be told of.",
    columns=(
        Column("trouble_id", pl.String, "stable hash of kind, subject and beginning"),
        RUN_ID,
        CAPTURED_DATE,
        Column("noted_at", UTC_INSTANT, "when it was noted, UTC"),
        Column("kind", pl.String, "what is in trouble", values=TROUBLE_KINDS),
        Column("subject", pl.String, "source, run or task"),
        Column("message", pl.String, "what happened and what to do"),
    ),
    primary_key=("trouble_id",),
    partition="run_id",
)

DELIVERIES = Table(
    zone="ops",
    noun="deliveries",
    grain="One row per step of a message's way over one channel: the intention, then the outcome.",
    columns=(
        RUN_ID,
        Column("number", pl.Int64, "place in the run's ledger", minimum=0),
        CAPTURED_DATE,
        Column("noted_at", UTC_INSTANT, "when, UTC"),
        Column("message_id", pl.String, "stable hash of channel and subjects: also Idempotency-Key and Message-ID"),
        Column("kind", pl.String, "what the message tells", values=("news", "tone", "trouble")),
        Column("recipient", pl.String, "recipient in the alert rules"),
        Column("channel_id", pl.String, "stable hash of recipient and channel without its secrets"),
        Column("channel", pl.String, "scheme and host of the channel, no secret"),
        Column("subject_ids", pl.List(pl.String), "observation_id or trouble_id of what it tells, sorted"),
        Column("outcome", pl.String, "sending is the intention, written before", values=DELIVERY_OUTCOMES),
        Column("reason", pl.String, "why it was not sent", nullable=True),
        Column("retry_at", UTC_INSTANT, "not again before, where the channel says so", nullable=True),
    ),
    primary_key=("run_id", "number"),
    partition="run_id",
)

DECISIONS_TABLE = Table(
    zone="ops",
    noun="decisions",
    grain="One row per decision of a person on an alert or a series.",
    columns=(
        RUN_ID,
        CAPTURED_DATE,
        Column("decided_at", UTC_INSTANT, "when, UTC"),
        Column("decided_by", pl.String, "who, as they call themselves"),
        Column("decision", pl.String, "what they decided", values=DECISIONS),
        Column("alert_id", pl.String, "the alert, where it is about one", nullable=True),
        Column("topic_id", pl.String, "topic of the muted series; null is every topic", nullable=True),
        Column("country_code", pl.String, "country of the muted series; null is every country", nullable=True),
        Column("muted_until_date", pl.Date, "last muted day of the readers' zone", nullable=True),
        Column("note", pl.String, "in their words", nullable=True),
    ),
    primary_key=("run_id",),
    partition="run_id",
)

TOMBSTONES = Table(
    zone="ops",
    noun="tombstones",
    grain="One row per takedown: a document that was removed everywhere and is never fetched again.",
    columns=(
        RUN_ID,
        CAPTURED_DATE,
        Column("removed_at", UTC_INSTANT, "when, UTC"),
        Column("article_ids", pl.List(pl.String), "hashes of the document's URL keys, its aliases' too, sorted; no URL, no text"),
        Column("reason", pl.String, "in the words of who asked for it", nullable=True),
    ),
    primary_key=("run_id",),
    partition="run_id",
)

# Written by the alerts' step and by people, run by run; a release takes over those that it does not hold yet.
RUN_LOG = (ALERT_OBSERVATIONS, TROUBLES, DELIVERIES, DECISIONS_TABLE, TOMBSTONES)
