"""What the spider decides by: robots rules, memory between runs, a source's state, polite settings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from twisted.python.failure import Failure

from crawlers import health
from crawlers.health import Verdict
from crawlers.log import CrawlLog, Fetch, Task
from crawlers.settings import scrapy_settings
from crawlers.spider import SourceSpider
from crawlers.state import CrawlState, Document, Page
from nichiro.errors import TransientError
from nichiro.run import start_run
from nichiro.settings import Settings
from tests.crawlers.test_crawl import source
from warehouse.lake import Lake
from warehouse.tables.raw import CAPTURES, CRAWLS

NOW = datetime(2026, 5, 4, 23, 30, tzinfo=UTC)
URL = "http://daily.example/a/1"


@pytest.fixture
def state(tmp_path: Path) -> CrawlState:
    return CrawlState(tmp_path, "jp_daily_opinion")


def due(
    state: CrawlState, text: str | None = None, hinted_at: datetime | None = None, at: datetime = NOW
) -> bool:
    return state.is_due(URL, "feed", text, hinted_at, at)


def test_a_page_is_due_when_new_young_or_revised(state: CrawlState) -> None:
    assert due(state), "never seen"
    state.commit([Page(URL, NOW, '"v1"')], [(URL, "feed", "3 May")], [])
    assert due(state, "3 May", NOW - timedelta(days=1), NOW + timedelta(days=1)), "young"
    assert not due(state, "3 May", NOW - timedelta(days=30), NOW + timedelta(days=1)), (
        "an old page first seen now"
    )
    assert not due(state, "3 May", None, NOW + timedelta(days=3))
    assert due(state, "5 May", None, NOW + timedelta(days=30)), "revised"
    assert not state.is_due(URL, "listing", "2026-05-03", None, NOW + timedelta(days=30)), (
        "dates differ by kind"
    )


def test_validators_belong_to_the_last_answer(state: CrawlState) -> None:
    state.commit([Page(URL, NOW, '"v1"', "Sun, 03 May 2026 00:00:00 GMT")], [], [])
    assert state.validators(URL) == {
        "If-None-Match": '"v1"',
        "If-Modified-Since": "Sun, 03 May 2026 00:00:00 GMT",
    }
    state.commit([Page(URL, NOW + timedelta(days=1))], [], [])
    assert state.validators(URL) == {}
    assert state.first_seen(URL) == NOW


def test_a_document_keeps_what_it_gave_before(state: CrawlState) -> None:
    state.commit([], [], [Document(URL, 12, NOW)])
    state.commit([], [], [Document(URL, 0, None)])
    assert state.document(URL) == Document(URL, 12, NOW)


def test_a_damaged_state_says_what_to_do(tmp_path: Path, state: CrawlState) -> None:
    state.close()
    state.path.write_bytes(b"no database at all" * 100)
    with pytest.raises(TransientError, match="may be deleted"):
        CrawlState(tmp_path, "jp_daily_opinion")


def fetch(outcome: str = "ok", status: int | None = 200, kind: str = "feed") -> Fetch:
    return Fetch(URL, kind, outcome, status, f"HTTP {status}")


def test_the_worst_document_decides_but_a_good_one_outweighs_a_quiet_one() -> None:
    ok, empty, blocked = Verdict("ok"), Verdict("empty", "no link"), Verdict("blocked", "HTTP 403")
    assert health.of_source([ok, empty], []).state == "ok"
    assert health.of_source([empty, empty], []).state == "empty"
    assert health.of_source([ok, blocked, empty], []) == blocked
    assert health.of_source([], []).state == "unknown"


def test_a_feed_without_readable_articles_is_not_healthy() -> None:
    refused = [fetch("http_error", 403, "article")] * 3
    gone = [fetch("http_error", 404, "article")] * 20
    assert health.of_source([Verdict("ok")], [*refused, fetch(kind="article")]).state == "blocked"
    assert health.of_source([Verdict("ok")], refused[:2]).state == "ok", "too few to say"
    assert health.of_source([Verdict("ok")], gone).state == "ok", (
        "a page that is gone says nothing about the site"
    )


def test_scrapy_settings_are_polite() -> None:
    settings = Settings(_env_file=None, contact="https://nichiro.example/about")
    polite = scrapy_settings(settings, source(politeness={"delay_seconds": 5}))
    assert polite["ROBOTSTXT_OBEY"] is True
    assert polite["DOWNLOAD_DELAY"] == 5 and polite["DOWNLOAD_DELAY_JITTER"] == 0
    assert polite["CONCURRENT_REQUESTS_PER_DOMAIN"] == 1
    assert polite["CLOSESPIDER_TIMEOUT"] == 3600
    assert polite["USER_AGENT"].endswith("(+https://nichiro.example/about)")


def test_a_bug_of_ours_is_that_sources_row_and_the_archive_stays(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path, proxy="http://127.0.0.1:9", clock=NOW.isoformat())
    task = Task(source(), start_run(settings), tmp_path)
    ended: list[SourceSpider] = []
    spider = SourceSpider(CrawlLog(task), CrawlState(tmp_path, task.source.source_id), ended.append)
    exchange = spider.crawl_log.draw_up(URL, "article", 200, [("Content-Type", "text/html")], b"<h1>Fiction</h1>", [])
    spider.crawl_log.keep(spider.crawl_log.writer.write(exchange))
    spider.note_bug(Failure(RecursionError("too deep")))
    spider.finish("finished")
    row = Lake(tmp_path).read(CRAWLS, task.partition).row(0, named=True)
    assert (row["state"], "too deep" in row["reason"]) == ("unknown", True)
    assert Lake(tmp_path).read(CAPTURES, task.partition).height == 1
    assert ended == [spider] and spider.trouble is None
