"""A small, clean, fictional world as frames: every check passes on it, and each test breaks one thing."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl

from warehouse.tables import TABLES

DAY = date(2026, 6, 29)
NOON = datetime(2026, 6, 29, 12, tzinfo=UTC)
CHECKED_AT = datetime(2026, 6, 29, 23, 30, tzinfo=UTC)
RUN = "20260629T233000Z-001"
SOURCE = "zz_harbour_news"
KEY = {"captured_date": DAY, "run_id": RUN, "source_id": SOURCE}
PLACE = {"country_code": "ZZ", "language_code": "en", "genre": "news"}
METHODS = {"method": "fiction", "method_version": "1"}
FINGERPRINT = "0123456789abcdef" * 4


def frame(name: str, *rows: dict) -> pl.DataFrame:
    """Rows of a table; what they leave out is null."""
    schema = TABLES[name].schema
    filled = [dict.fromkeys(schema) | row for row in rows]
    return TABLES[name].conform(pl.DataFrame(filled, schema=schema))


def article(number: int, **changes: object) -> dict:
    """A version of a fictional article as staging.articles has it."""
    body = f"The harbour of Lower Quay took in {number} ships. " * 4
    return {
        **KEY, **PLACE, **METHODS, "capture_id": f"c{number}", "article_id": f"a{number}",
        "url": f"https://news.example/{number}", "canonical_url": f"https://news.example/{number}",
        "is_alternate_view": False, "headline": f"{number} ships at Lower Quay", "byline": "A. Fiction",
        "authors": ["A. Fiction"], "body": body, "body_length": len(body), "body_state": "full",
        "published_at": NOON, "published_date": DAY, "published_precision": "minute", "published_method": "css",
        "published_text": "29 June 2026", "content_sha256": FINGERPRINT, "captured_at": CHECKED_AT, "basis": "observed",
    } | changes  # fmt: skip


def capture(number: int, **changes: object) -> dict:
    return {
        **KEY, "capture_id": f"c{number}", "kind": "article", "url": f"https://news.example/{number}",
        "captured_at": NOON, "http_status": 200, "body_bytes": 900, "body_sha256": FINGERPRINT,
        "warc_path": "archive/x.warc.gz", "warc_offset": 0, "basis": "observed",
    } | changes  # fmt: skip


def discovery(number: int, **changes: object) -> dict:
    """A link that a feed gave, with the article's day."""
    return {
        **KEY, "discovery_id": f"d{number}", "via": "feed", "capture_id": "c0", "url": f"https://news.example/{number}",
        "position": number, "item_count": 2, "published_text": "Mon, 29 Jun 2026 12:00:00 GMT", "decision": "fetched",
        "captured_at": NOON, "basis": "observed",
    } | changes  # fmt: skip


def asked(number: int, **changes: object) -> dict:
    return {
        **KEY, "fetch_id": f"f{number}", "kind": "article", "url": f"https://news.example/{number}", "requested_at": NOON,
        "outcome": "ok", "http_status": 200, "capture_id": f"c{number}", "basis": "observed",
    } | changes  # fmt: skip


def outcome(number: int, outcome: str = "article", reason: str | None = None) -> dict:
    return {**KEY, "capture_id": f"c{number}", "outcome": outcome, "reason": reason, "method_version": "1"}


def quarantined(number: int, reason: str) -> dict:
    return {
        **KEY, **METHODS, "capture_id": f"c{number}", "url": f"https://news.example/{number}", "reason": reason,
        "captured_at": NOON,
    }  # fmt: skip


def fate(number: int, **changes: object) -> dict:
    return {**KEY, "capture_id": f"c{number}", "article_id": f"a{number}", "fate": "article"} | changes


def document(number: int, **changes: object) -> dict:
    """A fictional document as marts.articles has it."""
    return {
        **PLACE, **METHODS, "article_id": f"a{number}", "capture_id": f"c{number}", "source_id": SOURCE,
        "publisher": "Harbour News", "publisher_kind": "newspaper", "url": f"https://news.example/{number}",
        "headline": f"{number} ships at Lower Quay", "authors": [], "published_at": NOON, "published_date": DAY,
        "published_precision": "minute", "body_state": "full", "body_length": 200, "relevance": "strong",
        "relevance_score": 3.0, "topics": ["ships"], "is_copy": False, "is_overridden": False, "first_captured_at": CHECKED_AT,
        "last_captured_at": CHECKED_AT, "version_count": 1,
    } | changes  # fmt: skip


def coverage(day: date, topic: str, **changes: object) -> dict:
    return {
        **PLACE, "published_date": day, "topic_id": topic, "article_count": 3, "copy_count": 1, "original_count": 2,
        "passage_count": 0, "attention_count": 2, "total_count": 4, "attention_share": 0.5, "share_basis": "observed",
        "healthy_source_count": 1, "source_count": 1, "method_version": "1",
    } | changes  # fmt: skip


def clean() -> dict[str, pl.DataFrame]:
    """Every table with a suite or a reference of its own."""
    days = (date(2026, 6, 28), DAY)
    return {
        "raw.captures": frame("raw.captures", capture(1), capture(2), capture(3)),
        "raw.fetches": frame("raw.fetches", asked(1), asked(2), asked(3)),
        "raw.discoveries": frame("raw.discoveries", discovery(1), discovery(2)),
        "raw.crawls": frame(
            "raw.crawls",
            {**KEY, "started_at": NOON, "finished_at": CHECKED_AT, "first_date": DAY, "last_date": DAY, "state": "ok",
             "discovered_count": 2, "fetched_count": 3, "basis": "observed"},
        ),
        "staging.articles": frame("staging.articles", article(1), article(2)).drop(TABLES["staging.articles"].unserved_columns),
        "enriched.relevance": frame(
            "enriched.relevance",
            *(
                {**METHODS, "capture_id": f"c{number}", "source_id": SOURCE, "relevance": "strong",
                 "relevance_score": 3.0, "passage_count": 1, "passage_share": 0.5, "captured_date": DAY}
                for number in (1, 2)
            ),
        ),
        "enriched.passages": frame(
            "enriched.passages",
            {**METHODS, "capture_id": "c1", "source_id": SOURCE, "start_offset": 0, "end_offset": 40, "field": "body",
             "evidence": "anchor", "terms": ["ships"], "topics": ["ships"], "captured_date": DAY},
        ),
        "enriched.copies": frame(
            "enriched.copies",
            {**METHODS, "article_id": "a2", "syndicated_from": "a1", "containment": 0.9, "resemblance": 0.6,
             "published_date": DAY},
        ),
        "enriched.translations": frame(
            "enriched.translations",
            {**METHODS, "article_id": "a2", "translation_of": "a1", "evidence": "text", "translation_score": 0.8, "published_date": DAY},
        ),
        "marts.articles": frame(
            "marts.articles", document(1), document(2, is_copy=True, syndicated_from="a1")
        ),
        "marts.coverage_daily": frame(
            "marts.coverage_daily", *(coverage(day, topic) for day in days for topic in ("any", "ships"))
        ),
        "marts.tone_daily": frame(
            "marts.tone_daily",
            {**PLACE, **METHODS, "published_date": DAY, "target_id": "ZZ", "voice": "author", "article_count": 4, "scored_count": 2,
             "scored_share": 0.5, "mention_count": 5, "tone_mean": -0.2, "tone_low": -0.6, "tone_high": 0.2, "validation": "none"},
        ),
        "marts.target_tone": frame(
            "marts.target_tone",
            {**METHODS, "article_id": "a1", "target_id": "ZZ", "voice": "author", "capture_id": "c1", "source_id": SOURCE, "published_date": DAY,
             "mention_count": 3, "scored_count": 2, "tone_score": -0.2, "tone_variance": 0.1, "tone_low": -0.6, "tone_high": 0.2, "label": "negative",
             "label_probability": 0.5},
        ),
        "marts.tone_changes": frame(
            "marts.tone_changes",
            {**METHODS, "change_id": "t1", "published_date": DAY, "target_id": "ZZ", "country_code": "ZZ", "language_code": "en", "voice": "author",
             "before_mean": 0.1, "after_mean": -0.4, "before_count": 20, "after_count": 9, "difference_low": -0.8, "difference_high": -0.2,
             "p_value": 0.001, "q_value": 0.01, "article_ids": ["a1"]},
        ),
        "enriched.target_tone": frame(
            "enriched.target_tone",
            {**METHODS, "capture_id": "c1", "source_id": SOURCE, "field": "body", "start_offset": 4, "end_offset": 9, "sentence_start": 0,
             "sentence_end": 20, "surface": "ships", "target_id": "ZZ", "voice": "author", "negative": 0.5, "neutral": 0.3, "positive": 0.2,
             "label": "negative", "is_active": True, "captured_date": DAY},
        ),
        "enriched.document_tone": frame(
            "enriched.document_tone",
            {**METHODS, "capture_id": "c1", "source_id": SOURCE, "negative": 0.5, "neutral": 0.3, "positive": 0.2, "label": "negative",
             "is_active": True, "captured_date": DAY},
        ),
        "marts.coverage_spikes": frame(
            "marts.coverage_spikes",
            {**METHODS, "spike_id": "s1", "published_date": DAY, "topic_id": "any", "country_code": "any", "language_code": "any", "genre": "any",
             "actor_id": "any", "period": "day", "level": "spike", "sensitivity": "low", "duration_days": 1, "outlet_count": 1, "observed_count": 2, "expected_count": 0.3, "dispersion": 1.0, "p_value": 0.01, "q_value": 0.02,
             "baseline_days": 56, "article_ids": ["a1", "a2"]},
        ),
        "marts.spike_reasons": frame(
            "marts.spike_reasons",
            {**METHODS, "spike_id": "s1", "number": 1, "published_date": DAY, "kind": "count", "sentence": "Two of the harbour.",
             "row_table": "marts.articles", "row_ids": ["a1", "a2"], "value": 2.0},
        ),
        "marts.stories": frame(
            "marts.stories",
            {**METHODS, "story_id": "a1", "published_date": DAY, "last_published_date": DAY, "headline": "Ships", "first_article_id": "a1",
             "first_source_id": SOURCE, "first_published_at": NOON, "article_count": 2, "original_count": 1, "source_ids": [SOURCE],
             "country_codes": ["ZZ"], "language_codes": ["en"], "press_article_id": "a1", "merged_story_ids": []},
        ),
        "marts.story_documents": frame(
            "marts.story_documents",
            {**METHODS, "article_id": "a1", "story_id": "a1", "published_date": DAY, "first_captured_at": CHECKED_AT, "follows": [], "is_overridden": False},
            {**METHODS, "article_id": "a2", "story_id": "a1", "published_date": DAY, "first_captured_at": CHECKED_AT, "follows": ["a1"],
             "link_score": 1.5, "is_overridden": False},
        ),
        "ops.sources": frame(
            "ops.sources",
            {"source_id": SOURCE, "title": "Harbour News", "publisher": "Harbour News", "country_code": "ZZ",
             "publisher_kind": "newspaper", "genre": "news", "languages": ["en"], "status": "active",
             "timezone": "UTC", "access": "full", "rules_sha256": FINGERPRINT, "usual_gap_days": 7.0},
        ),
        "ops.source_days": frame(
            "ops.source_days",
            {"source_id": SOURCE, "day": DAY, "state": "ok", "basis": "observed", "is_healthy": True,
             "discovered_count": 3, "fetched_count": 3, "article_count": 2, "quarantined_count": 1,
             "new_count": 2, "revised_count": 0, "http_states": ["200 × 3"]},
        ),
        "ops.fates": frame(
            "ops.fates", fate(1), fate(2), fate(3, article_id=None, fate="quarantined", reason="no_date")
        ),
        "ops.partitions": frame(
            "ops.partitions",
            {**KEY, "fingerprint": FINGERPRINT, "status": "accepted", "reasons": [], "capture_count": 3,
             "article_count": 2, "quarantined_count": 1},
        ),
    }  # fmt: skip
