"""Columns that several tables share, declared once, and the closed lists of values."""

from __future__ import annotations

import polars as pl

from warehouse.contract import UTC_INSTANT, Column

BASIS = ("observed", "backfill")
RULE_KINDS = ("robots", "tdmrep")  # what a host asks of robots: robots.txt and /.well-known/tdmrep.json
KINDS = (*RULE_KINDS, "feed", "sitemap", "listing", "archive", "telegram", "article")
PARTITION = ["captured_date", "run_id", "source_id"]  # the columns that name a log partition, in every table of the log
CAPTURE = ["captured_date", "capture_id"]   # the day lets DuckDB pass over the years in which it is not
DOCUMENT = ["published_date", "article_id"]   # likewise
UNFOLLOWED = ("off_pattern", "no_link", "tombstone")  # decisions on what is none of the source's articles
MOST_LINKS = 50_000  # items of one document that get a row: what a sitemap may name; who names more wants to keep us busy
GENRES = (
    "op_ed", "editorial", "official_statement", "press_conference", "readout",
    "diet_speech", "interview", "news", "wire",
)
AUTHOR_ROLES = ("columnist", "staff", "official", "wire", "academic", "contributor")
TURN_ROLES = ("question", "answer", "statement")
BODY_STATES = ("full", "truncated", "lead", "paywalled")
PRECISIONS = ("minute", "day", "month")
RELEVANCE = ("strong", "passage", "none")
FATES = (
    "article", "revision", "alternate_view", "unchanged", "discovery", "redirect", "skipped", "quarantined",
)
QUARANTINE_REASONS = (
    "no_headline", "many_headlines", "no_body", "many_bodies", "no_date", "many_dates", "unreadable_date",
    "future_date", "impossible_date", "challenge", "undecodable", "not_html", "unreadable_record", "unreadable_feed",
    "held",
)
SKIP_REASONS = ("robots_txt", "tdmrep", "http_error", "off_pattern", "not_article", "tombstone")
FETCH_OUTCOMES = (
    "ok", "not_modified", "redirect", "http_error", "robots_denied", "reserved", "timeout", "dns_failure",
    "connection_failed", "too_large", "challenged",
)
SOURCE_STATES = (
    "ok", "empty", "stale", "blocked", "challenged", "changed", "robots", "down", "held", "unknown",
)
ACCESS = ("feed_only", "derive", "full")
PUBLISHER_KINDS = ("government", "newspaper", "magazine", "think_tank", "wire")
OUTCOMES = ("passed", "failed", "errored")
ALERT_STATES = ("new", "revised", "closed", "historical")
TROUBLE_KINDS = ("blocked", "failed", "source", "late", "task")
DELIVERY_OUTCOMES = ("sending", "sent", "failed", "deferred", "suppressed", "given_up")
VOICES = ("author", "quoted", "reported")
TONES = ("negative", "neutral", "positive")
UNSCORED = ("body_not_full", "no_model", "beyond_cap")   # of a lead, of a language without a model, of a long text's later sentences
RESOLVED_BY = ("full_name", "office", "document", "date", "only_name", "override")
ACTOR_KINDS = ("person", "organisation", "country")
SUBJECTS = ("relevance", "genre", "actor", "copy", "story")   # what an analyst can correct of a document
DECISIONS = ("useful", "not_useful", "mute", "unmute")
PERIODS = ("day", "week")
LEVELS = ("spike", "storm", "slow_rise")
TONE_CHANGE = "tone_change"   # the level of an alert that is none of coverage
SENSITIVITY_Q = {"low": 1 / 240, "medium": 1 / 120, "high": 1 / 60}   # q_value at most, or p_value of a series alone: so many false alarms a quiet day
SENSITIVITIES = tuple(SENSITIVITY_Q)   # the least sensitive first: what it alarms at, the others alarm at too

CAPTURE_ID = Column("capture_id", pl.String, "one HTTP exchange: the WARC record's id, 32 hex digits")
ARTICLE_ID = Column("article_id", pl.String, "stable hash of the canonical URL key: one document, all its versions")
SOURCE_ID = Column("source_id", pl.String, "source, {iso2}_{publisher}_{section}")
RUN_ID = Column("run_id", pl.String, "run that wrote the row")
CAPTURED_AT = Column("captured_at", UTC_INSTANT, "when we fetched, UTC")
PAIR_ID = Column(
    "pair_id", pl.String, "shared by the versions of a document in several languages, by its number or its links; null where it names none",
    nullable=True,
)
CAPTURED_DATE = Column("captured_date", pl.Date, "UTC day of our fetch; never the day to analyse")
PUBLISHED_AT = Column("published_at", UTC_INSTANT, "when the publisher published, UTC; local noon where only a day is known")
PUBLISHED_DATE = Column("published_date", pl.Date, "the publisher's local day of publication; what marts count by")
METHOD = Column("method", pl.String, "method that made the value")
METHOD_VERSION = Column("method_version", pl.String, "its version; beat and rules hashes included")
URL = Column("url", pl.String, "URL as fetched")
BASIS_COLUMN = Column("basis", pl.String, "observed on its day, or backfill from a declared archive", values=BASIS)
LANGUAGE_CODE = Column("language_code", pl.String, "ISO 639-1 language of the text")
COUNTRY_CODE = Column("country_code", pl.String, "ISO 3166-1 alpha-2 country of the publisher")
GENRE = Column("genre", pl.String, "genre of the document", values=GENRES)
HEADLINE = Column("headline", pl.String, "headline as served")
PUBLISHED_CONFIDENCE = Column(
    "published_confidence", pl.Float64, "share of pages on which a date found by this method was right when measured; null where it was not measured",
    nullable=True, minimum=0, maximum=1,
)
MENTIONED = (
    Column("field", pl.String, "where the offsets count", values=("headline", "body")),
    Column("start_offset", pl.Int64, "first character of the name in the headline or body, from 0", minimum=0),
    Column("end_offset", pl.Int64, "character after the last", minimum=0),
    Column("surface", pl.String, "the name as written"),
    Column("actor_id", pl.String, "who is meant; null where the text leaves it open", nullable=True),
    Column("candidates", pl.List(pl.String), "all whose name it can be, sorted"),
    Column("office_ids", pl.List(pl.String), "offices that the actor held on the day that the document tells of, by the list and not by the page"),
    Column("resolved_by", pl.String, "what told who is meant; null where it is open", nullable=True, values=RESOLVED_BY),
)
SERIES = (
    Column("topic_id", pl.String, "topic of the beat; 'any' is the whole beat"),
    Column("country_code", pl.String, "ISO 3166-1 alpha-2 country of the publishers; 'any' is all"),
    Column("language_code", pl.String, "ISO 639-1 language of the texts; 'any' is all"),
    Column("genre", pl.String, "genre of the documents; 'any' is all"),
    Column("actor_id", pl.String, "actor whom they name; 'any' is whoever or nobody"),
    Column("period", pl.String, "the day, or the week from Monday to it", values=PERIODS),
)
SENSITIVITY = Column("sensitivity", pl.String, "the least sensitive setting at which it alarms", values=SENSITIVITIES)
CREDITS = pl.List(pl.Struct({"name": pl.String, "role": pl.String, "given_name": pl.String, "family_name": pl.String}))
TURNS = pl.List(pl.Struct({"speaker": pl.String, "role": pl.String, "start": pl.Int64, "end": pl.Int64}))
CANDIDATES = pl.List(pl.Struct({"field": pl.String, "method": pl.String, "text": pl.String, "instant": UTC_INSTANT, "precision": pl.String, "zone": pl.String, "confidence": pl.Float64}))
