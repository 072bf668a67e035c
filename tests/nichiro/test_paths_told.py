"""What is said of paths and languages: a few rows of fiction in a release, and the named queries that add them up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from nichiro.query import run_query
from tests.expectations.frames import (
    CHECKED_AT,
    DAY,
    NOON,
    article,
    capture,
    discovery,
    document,
    frame,
    quarantined,
)
from warehouse.sql import Connection
from warehouse.store import Candidate, connect, publish
from warehouse.tables import TABLES

SITE = "https://news.example"
LONG_AGO = {"published_date": DAY - timedelta(days=4), "published_at": NOON - timedelta(hours=96)}


def link(number: int, page: int, via: str, document: str, items: int, **changes: object) -> dict:
    return discovery(number, url=f"{SITE}/{page}", via=via, capture_id=document, item_count=items) | changes


ROWS = {
    "raw.captures": [
        capture(90, kind="feed", url=f"{SITE}/feed"), capture(91, kind="sitemap", url=f"{SITE}/map"),
        capture(10, url=f"{SITE}/1", http_status=301, redirect_url=f"{SITE}/1-moved"), capture(1, url=f"{SITE}/1-moved"), capture(2),
    ],
    "raw.discoveries": [
        link(1, 1, "feed", "c90", 4, captured_at=NOON + timedelta(hours=3)),
        link(2, 2, "feed", "c90", 4), link(3, 3, "feed", "c90", 4, decision="off_pattern"), link(4, 9, "feed", "c90", 4, decision="no_link"),
        link(5, 1, "sitemap", "c91", 3, decision="duplicate", captured_at=NOON + timedelta(hours=4)),
        link(6, 4, "sitemap", "c91", 3, decision="known"), link(7, 5, "sitemap", "c91", 3, decision="over_limit"),
    ],
    "raw.crawls": [
        {"run_id": "r", "source_id": "zz_harbour_news", "captured_date": DAY, "started_at": CHECKED_AT, "finished_at": CHECKED_AT,
         "first_date": DAY, "last_date": DAY, "state": "ok", "discovered_count": 7, "fetched_count": 2, "basis": "observed"},
    ],
    "staging.articles": [article(1, url=f"{SITE}/1-moved")],
    "staging.quarantine": [quarantined(2, "no_date")],
    "marts.articles": [
        document(1, pair_id="p1", url=f"{SITE}/1-moved"),
        document(2, pair_id="p1", language_code="ja", published_at=NOON + timedelta(hours=6)),
        document(3, pair_id="p3", **LONG_AGO), document(4, **LONG_AGO), document(5, pair_id="p5"),
        document(6, publisher="Lower Quay Times", **LONG_AGO), document(7, **LONG_AGO), document(8, language_code="ja", **LONG_AGO),
    ],
    "enriched.translations": [
        {"article_id": later, "translation_of": first, "evidence": evidence, "published_date": DAY, "method": "x", "method_version": "1"}
        for later, first, evidence in (("a2", "a1", "link"), ("a8", "a7", "text"))
    ],
    "ops.source_days": [
        {"source_id": "zz_harbour_news", "day": DAY, "state": "ok", "basis": "observed", "is_healthy": True, "discovered_count": 3, "fetched_count": 3,
         "article_count": 3, "quarantined_count": 0, "new_count": 3, "revised_count": 0, "http_states": []},
    ],
    "ops.sources": [
        {"source_id": source_id, "title": name, "publisher": name, "country_code": "ZZ", "publisher_kind": "newspaper", "genre": "news",
         "languages": languages, "status": "active", "timezone": "UTC", "access": "full", "rules_sha256": "0", "usual_gap_days": 7.0}
        for source_id, name, languages in (("zz_harbour_news", "Harbour News", ["en", "ja"]), ("zz_times", "Lower Quay Times", ["en"]))
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    folder: Path = tmp_path_factory.mktemp("data")
    candidate = Candidate.start(folder, fresh=True)
    for name, rows in ROWS.items():
        candidate.insert(TABLES[name], frame(name, *(dict.fromkeys(TABLES[name].schema) | row for row in rows)))
    candidate.close()
    publish(folder, "20260629T233000Z-001", keep=2)
    with connect(folder) as connection:
        yield connection


def test_what_documents_held_is_what_was_decided_and_what_became_of_it(release: Connection) -> None:
    feed, sitemap = run_query(release, "reconciliation").to_dicts()
    decisions = ("fetched", "known", "duplicate", "off_pattern", "outside_range", "over_limit", "feed_only", "tombstone", "no_link")
    for row in (feed, sitemap):
        assert row["item_count"] == row["row_count"] == sum(row[name] for name in decisions)
        assert row["page_count"] == row["stored"] + row["held_back"] + row["missing"]
    told = ("via", "item_count", "fetched", "off_pattern", "no_link", "stored", "held_back", "missing")
    assert [feed[name] for name in told] == ["feed", 4, 2, 1, 1, 1, 1, 0], "the first was redirected, and is stored under its new address"
    told = ("via", "item_count", "duplicate", "known", "over_limit", "stored", "missing")
    assert [sitemap[name] for name in told] == ["sitemap", 3, 1, 1, 1, 1, 1], "known, and neither stored nor held back"


def test_each_document_says_who_found_it_and_how_late(release: Connection) -> None:
    rows = run_query(release, "found_by")
    first = rows.row(by_predicate=pl.col("article_id") == "a1", named=True)
    assert (first["via"], first["document_url"], first["hours_late"], first["paths"]) == ("feed", f"{SITE}/feed", 3.0, ["feed", "sitemap"])
    unnamed = rows.row(by_predicate=pl.col("article_id") == "a2", named=True)
    assert unnamed["via"] is None and unnamed["hours_late"] is None


def test_versions_in_several_languages_are_one_row(release: Connection) -> None:
    row = run_query(release, "translations").row(0, named=True)
    assert (row["languages"], row["first_language"], row["hours_apart"]) == (["en", "ja"], "en", 6.0)
    assert row["article_ids"] == ["a1", "a2"]


def test_what_stays_in_one_language_is_found_after_three_days(release: Connection) -> None:
    rows = run_query(release, "untranslated")
    assert rows.select("article_id", "counterpart").rows() == [("a3", "named"), ("a4", "unnamed")], "a5 is young, a6 has one language only, a7 and a8 are alike"
    assert rows["hours_alone"].to_list() == [107.5, 107.5]
    assert run_query(release, "untranslated", {"hours": "6"})["article_id"].to_list() == ["a5", "a3", "a4"]


def test_a_text_in_two_languages_counts_once_where_asked(release: Connection) -> None:
    (row,) = run_query(release, "attention_once", {"since": DAY, "until": DAY}).to_dicts()
    assert (row["text_count"], row["version_count"], row["total_count"], row["text_share"]) == (2, 3, 2, 1.0), "a1 with a2, and a5"
    (ships,) = run_query(release, "attention_once", {"since": DAY, "until": DAY, "topic": "boats"}).to_dicts()
    assert (ships["text_count"], ships["total_count"]) == (0, 2)
    assert run_query(release, "attention_once", {"since": DAY - timedelta(days=9), "until": DAY - timedelta(days=1)}).is_empty(), "no healthy day"
