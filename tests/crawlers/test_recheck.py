"""Official statements are asked for again after 1, 3, 7 and 30 days, when no feed names them any more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from crawlers.recheck import due_at
from crawlers.source import Source
from crawlers.state import CrawlState
from tests.crawlers.test_crawl import HOST, XML, feed, logged, run_crawl, settings_of, source
from tests.crawlers.web import Answer, Web

FIRST = datetime(2026, 5, 3, 23, 30, tzinfo=UTC)
GOVERNMENT = {"publisher": {"name": "Foreign Office", "name_en": "Foreign Office", "country": "JP", "kind": "government"}}
SOURCE_ID = "jp_daily_opinion"


def after(days: float) -> str:
    return (FIRST + timedelta(days=days)).isoformat()


@pytest.mark.parametrize(
    ("first", "last", "now", "due"),
    [
        (0, 0, 0.5, None),
        (0, 0, 0.93, 1),       # a daily run that comes to the page an hour and a half earlier
        (0, 0.93, 1.5, None),
        (0, 1, 2.5, None),
        (0, 1, 3, 3),
        (0, 0, 9, 7),          # the machine was off: one look makes up for three
        (0, 9, 29, None),
        (0, 9, 30, 30),
        (0, 30, 36, None),
        (0, 9, 37, None),      # it gave no answer for a week
    ],
)  # fmt: skip
def test_when_a_recheck_is_owed(first: float, last: float, now: float, due: float | None) -> None:
    instants = (FIRST + timedelta(days=days) for days in (first, last, now))
    assert due_at(*instants) == (None if due is None else FIRST + timedelta(days=due))


def pages_of(day: dict[str, str]) -> dict[str, object]:
    """A statement that left its feed, with an ETag; ``day`` holds the feed's other item and the statement's text."""

    def statement(headers: dict[str, str]) -> Answer:
        tag = f'"{len(day["text"])}"'
        if headers.get("if-none-match") == tag:
            return Answer(status=304, headers={"ETag": tag})
        return Answer(f"<h1>Fiction</h1><p>{day['text']}".encode(), headers={"Content-Type": "text/html", "ETag": tag})

    return {
        f"{HOST}/feed": lambda _: Answer(feed((day["item"], "Sun, 03 May 2026 12:00:00 GMT")), headers=XML),
        f"{HOST}/a/statement": statement,
        f"{HOST}/a/news": Answer(b"<h1>News</h1>"),
        f"{HOST}/a/more": Answer(b"<h1>More</h1>"),
    }


def asked_on(tmp_path: Path, web: Web, days: float, declared: Source) -> dict[str, int]:
    """The article pages of a crawl so many days after the first, and what they answered."""
    _, run, _ = run_crawl(settings_of(tmp_path, web, after(days)), declared)
    captures = logged(tmp_path, run)["captures"].filter(pl.col("kind") == "article")
    assert captures.filter(http_status=304)["body_bytes"].sum() == 0
    return {url.removeprefix(f"{HOST}/a/"): status for url, status in captures.select("url", "http_status").iter_rows()}


def test_a_statement_is_asked_for_by_its_schedule(tmp_path: Path) -> None:
    day = {"item": "/a/statement", "text": "Fiction."}
    official = source(**GOVERNMENT)
    with Web(pages_of(day)) as web:
        assert asked_on(tmp_path, web, 0, official) == {"statement": 200}
        day["item"] = "/a/news"
        assert asked_on(tmp_path, web, 1, official) == {"statement": 304, "news": 200}
        assert "statement" not in asked_on(tmp_path, web, 2, official)
        assert asked_on(tmp_path, web, 4, official)["statement"] == 304
        state = CrawlState(tmp_path, SOURCE_ID)
        owed = state.owed(FIRST + timedelta(days=7))
        state.close()
        state.path.unlink()  # what is owed is made again from the log; the validators are not
        state = CrawlState(tmp_path, SOURCE_ID)
        assert state.owed(FIRST + timedelta(days=7)) == owed == [f"{HOST}/a/statement"]
        state.close()
        day["text"] = "Fiction, edited."
        assert asked_on(tmp_path, web, 7, official)["statement"] == 200
        assert asked_on(tmp_path, web, 30, official)["statement"] == 304
        assert "statement" not in asked_on(tmp_path, web, 31, official)


def test_news_comes_first_and_both_count(tmp_path: Path) -> None:
    day = {"item": "/a/statement", "text": "Fiction."}
    one_page = source(**GOVERNMENT, politeness={"delay_seconds": 0, "timeout_seconds": 30, "max_pages_per_run": 1})
    with Web(pages_of(day)) as web:
        asked_on(tmp_path, web, 0, one_page)
        day["item"] = "/a/news"
        assert asked_on(tmp_path, web, 3, one_page) == {"news": 200}
        assert asked_on(tmp_path, web, 6, one_page) == {"statement": 304}, "owed since the third day"


def test_the_press_is_not_asked_again_and_a_forbidden_page_neither(tmp_path: Path) -> None:
    day = {"item": "/a/statement", "text": "Fiction."}
    with Web(pages_of(day)) as web:
        asked_on(tmp_path, web, 0, source())
        day["item"] = "/a/news"
        assert asked_on(tmp_path, web, 3, source()) == {"news": 200}
        web.pages[f"{HOST}/robots.txt"] = Answer(b"User-agent: *\nDisallow: /a/statement", headers={"Content-Type": "text/plain"})
        before = web.asked.count(f"{HOST}/a/statement")
        assert "statement" not in asked_on(tmp_path, web, 7, source(**GOVERNMENT))
        assert web.asked.count(f"{HOST}/a/statement") == before
