"""raw: the log of what was fetched and found. Immutable files under captured_date."""

from __future__ import annotations

import polars as pl

from warehouse.columns import (
    BASIS_COLUMN,
    CAPTURE_ID,
    CAPTURED_AT,
    CAPTURED_DATE,
    FETCH_OUTCOMES,
    KINDS,
    RUN_ID,
    SOURCE_ID,
    URL,
)
from warehouse.contract import UTC_INSTANT, Column, Table

CAPTURES = Table(
    zone="raw",
    noun="captures",
    grain="One row per HTTP response in the archive; the index of the WARC files, rebuilt from them at will.",
    columns=(
        CAPTURE_ID,
        RUN_ID,
        SOURCE_ID,
        Column("kind", pl.String, "what the URL was fetched as", values=KINDS),
        URL,
        CAPTURED_AT,
        CAPTURED_DATE,
        Column("http_status", pl.Int32, "HTTP status code", minimum=100, maximum=999),
        Column("media_type", pl.String, "Content-Type header, lower case, without parameters", nullable=True),
        Column("charset", pl.String, "charset parameter of the Content-Type header", nullable=True),
        Column("redirect_url", pl.String, "absolute Location of a redirect", nullable=True),
        Column("body_bytes", pl.Int64, "bytes of the body after content decoding", minimum=0),
        Column("body_sha256", pl.String, "SHA-256 of the body after content decoding"),
        Column("warc_path", pl.String, "WARC file, relative to the data folder"),
        Column("warc_offset", pl.Int64, "offset of the response record's gzip member in that file", minimum=0),
        BASIS_COLUMN,
    ),
    primary_key=("capture_id",),
    partition="captured_date",
)

FETCHES = Table(
    zone="raw",
    noun="fetches",
    grain="One row per URL asked for in a run, with what came of it, also where nothing answered.",
    columns=(
        Column("fetch_id", pl.String, "stable hash of run, source, URL and attempt"),
        RUN_ID,
        SOURCE_ID,
        Column("kind", pl.String, "what the URL was fetched as", values=KINDS),
        URL,
        Column("requested_at", UTC_INSTANT, "when the outcome was known, UTC"),
        CAPTURED_DATE,
        Column("outcome", pl.String, "what came of it", values=FETCH_OUTCOMES),
        Column("http_status", pl.Int32, "HTTP status code where one came", nullable=True),
        Column("capture_id", pl.String, "the archived response, where one came", nullable=True),
        Column("detail", pl.String, "the rule, error or marker behind the outcome", nullable=True),
        Column("robots_rule", pl.String, "line of robots.txt that allowed or forbade it, or what came in the file's place; null where no line speaks of it",
               nullable=True),
        Column("robots_sha256", pl.String, "SHA-256 of that robots.txt", nullable=True),
        Column("robots_at", UTC_INSTANT, "when that robots.txt came, UTC", nullable=True),
        Column("reserved", pl.String, "what the answer reserves against archives, mining or AI, in its own words", nullable=True),
        BASIS_COLUMN,
    ),
    primary_key=("fetch_id",),
    partition="captured_date",
    version=2,
)

DISCOVERIES = Table(
    zone="raw",
    noun="discoveries",
    grain="One row per link found in a feed, sitemap, listing or archive of a run, with what was decided on it.",
    columns=(
        Column("discovery_id", pl.String, "stable hash of the capture it was found in, its position and URL"),
        RUN_ID,
        SOURCE_ID,
        Column("via", pl.String, "kind of document it was found in", values=KINDS),
        CAPTURE_ID,
        Column("url", pl.String, "absolute URL found; the document's own where an item names none"),
        Column("position", pl.Int32, "position in that document, from 0; items without a link come last", minimum=0),
        Column("item_count", pl.Int64, "items counted in that document, each of which has a row; null where none were counted",
               nullable=True, minimum=1),
        Column("headline", pl.String, "headline that the feed or listing gives", nullable=True),
        Column("published_text", pl.String, "date as the feed or listing writes it; a hint, never the publication time", nullable=True),
        Column(
            "decision", pl.String, "what the crawler did with it",
            values=("fetched", "known", "off_pattern", "outside_range", "over_limit", "duplicate", "feed_only", "tombstone", "no_link"),
        ),
        CAPTURED_AT,
        CAPTURED_DATE,
        BASIS_COLUMN,
    ),
    primary_key=("discovery_id",),
    partition="captured_date",
    version=2,
)

CRAWLS = Table(
    zone="raw",
    noun="crawls",
    grain="One row per source and run: what the crawl set out to cover and what it found.",
    columns=(
        RUN_ID,
        SOURCE_ID,
        CAPTURED_DATE,
        Column("started_at", UTC_INSTANT, "start of the source's crawl, UTC"),
        Column("finished_at", UTC_INSTANT, "end of the source's crawl, UTC"),
        Column("first_date", pl.Date, "first published day that the crawl set out to cover"),
        Column("last_date", pl.Date, "last published day that the crawl set out to cover"),
        Column("state", pl.String, "how discovery went: ok, empty, stale, blocked, challenged, changed, robots, down"),
        Column("reason", pl.String, "why, in words a person can act on", nullable=True),
        Column("discovered_count", pl.Int64, "links found", minimum=0),
        Column("fetched_count", pl.Int64, "article URLs asked for", minimum=0),
        Column("newest_text", pl.String, "newest item's date as the feed gives it, ISO 8601", nullable=True),
        BASIS_COLUMN,
    ),
    primary_key=("run_id", "source_id"),
    partition="captured_date",
)
