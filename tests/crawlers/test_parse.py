from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from crawlers.canonical import identify
from crawlers.parse import PARSER_VERSION, method_version, parse
from crawlers.source import Source
from nichiro.errors import ContractError
from tests.crawlers.test_extract import RULES, page, source
from warehouse.tables.raw import CAPTURES
from warehouse.tables.staging import ARTICLES, OUTCOMES, QUARANTINE

AT = datetime(2026, 5, 4, 12, tzinfo=UTC)
PAPER = source(key={"alternate": ["/print$"]})


def captures(*changes: dict[str, Any]) -> pl.DataFrame:
    rows = [
        {
            "capture_id": f"{number:032x}", "run_id": "20260504T120000Z-001", "source_id": "xx_paper_opinion",
            "kind": "article", "url": f"https://paper.example/{number}", "captured_at": AT, "captured_date": AT.date(),
            "http_status": 200, "media_type": "text/html", "charset": None, "redirect_url": None, "body_bytes": 1,
            "body_sha256": "", "warc_path": "x", "warc_offset": 0, "basis": "observed",
        } | change
        for number, change in enumerate(changes)
    ]  # fmt: skip
    return CAPTURES.conform(pl.DataFrame(rows, schema=CAPTURES.schema))


def served(html: bytes) -> Callable[[dict[str, Any]], Any]:
    return lambda capture: SimpleNamespace(body=html)


def parsed(
    frame: pl.DataFrame, html: bytes = b"", declared: Source = PAPER, **more: Any
) -> dict[str, pl.DataFrame]:
    return parse(frame, more.pop("read", served(html or page())), declared, **more)


@pytest.mark.parametrize(
    ("capture", "outcome", "reason"),
    [
        ({"kind": "robots"}, "skipped", "robots_txt"),
        ({"kind": "robots", "http_status": 404}, "skipped", "robots_txt"),
        ({"kind": "feed", "media_type": "application/rss+xml"}, "discovery", None),
        ({"kind": "sitemap"}, "discovery", None),
        ({"kind": "listing"}, "discovery", None),
        ({"kind": "archive"}, "discovery", None),
        ({"kind": "feed", "http_status": 304}, "unchanged", None),
        ({"http_status": 304}, "unchanged", None),
        ({"http_status": 301, "redirect_url": "https://paper.example/new"}, "redirect", None),
        ({"http_status": 302}, "skipped", "http_error"),
        ({"http_status": 404}, "skipped", "http_error"),
        ({"http_status": 503}, "skipped", "http_error"),
        ({"kind": "feed", "http_status": 500}, "skipped", "http_error"),
        ({"media_type": "application/pdf"}, "quarantined", "not_html"),
        ({"media_type": None}, "article", None),
        ({}, "article", None),
    ],
)
def test_one_outcome(capture: dict[str, Any], outcome: str, reason: str | None) -> None:
    tables = parsed(captures(capture))
    row = tables["staging.outcomes"].row(0, named=True)
    assert (row["outcome"], row["reason"]) == (outcome, reason)
    assert tables["staging.articles"].height == (outcome == "article")
    assert tables["staging.quarantine"].height == (outcome == "quarantined")


def test_every_capture_has_exactly_one_outcome_and_every_frame_its_contract() -> None:
    frame = captures({}, {"kind": "robots"}, {"http_status": 500}, {"media_type": "image/png"}, {})
    tables = parsed(frame)
    for table in (ARTICLES, QUARANTINE, OUTCOMES):
        assert tables[table.name].schema == table.schema
    assert tables["staging.outcomes"]["capture_id"].to_list() == frame["capture_id"].to_list()
    assert tables["staging.articles"].height + tables["staging.quarantine"].height == 3
    assert parsed(captures())["staging.outcomes"].height == 0


def test_a_row() -> None:
    row = parsed(captures({}))["staging.articles"].row(0, named=True)
    assert row["body_length"] == len(row["body"]) == 17
    assert row["published_at"] == datetime(2026, 5, 3, 5, 30, tzinfo=UTC)
    assert row["authors"] == ["A. Maker", "B. Monger"]
    assert row["method_version"] == method_version(PAPER) == f"{PARSER_VERSION}+{PAPER.rules_sha256()[:8]}"
    again = parsed(captures({}), page(body="<p>Boats may not return.</p>"))["staging.articles"].row(
        0, named=True
    )
    assert again["article_id"] == row["article_id"]
    assert again["content_sha256"] != row["content_sha256"]


def test_unreadable_record_is_quarantined() -> None:
    def broken(capture: dict[str, Any]) -> Any:
        raise ContractError("x.warc.gz at 12 is damaged")

    row = parsed(captures({}), read=broken)["staging.quarantine"].row(0, named=True)
    assert (row["reason"], row["detail"]) == ("unreadable_record", "x.warc.gz at 12 is damaged")


def test_a_bodyless_view_is_an_alternate_view_but_a_bodyless_page_is_not() -> None:
    frame = captures({"url": "https://paper.example/1/print"}, {"url": "https://paper.example/1"})
    outcomes = parsed(frame, page(body=""))["staging.outcomes"]
    assert outcomes["outcome"].to_list() == ["alternate_view", "quarantined"]
    article = parsed(frame)["staging.articles"]
    assert article["is_alternate_view"].to_list() == [True, False]


def test_what_was_taken_down_stays_away() -> None:
    gone = frozenset({identify("https://paper.example/0").article_id})
    tables = parsed(captures({}, {}), tombstones=gone)
    assert tables["staging.articles"]["url"].to_list() == ["https://paper.example/1"]
    assert tables["staging.outcomes"]["reason"].to_list() == ["tombstone", None]
    assert parsed(captures({}), page(body=""), tombstones=gone)["staging.quarantine"].height == 0


def test_new_rules_are_a_new_version() -> None:
    assert method_version(source(extract=[RULES | {"headline": "css:h2"}])) != method_version(source())
    assert method_version(source(title="Renamed")) == method_version(source())
