"""What a killed crawl had archived is taken over by the next one."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from crawlers.log import CrawlLog, Task
from crawlers.rescue import REASON, take_over
from crawlers.source import Source
from crawlers.state import CrawlState, Page
from nichiro.errors import TransientError
from nichiro.run import Clock, Run
from warehouse.archive import captures_of, read_response
from warehouse.lake import Lake
from warehouse.tables.raw import CAPTURES, CRAWLS, FETCHES

SOURCE_ID = "jp_daily_opinion"
PAGES = [f"http://daily.example/{number}" for number in range(4)]


def keep(crawl_log: CrawlLog, *response: Any) -> None:
    crawl_log.keep(crawl_log.writer.write(crawl_log.draw_up(*response)))


def task_of(data_dir: Path, run_id: str) -> Task:
    source = Source.model_validate(
        {
            "source_id": SOURCE_ID,
            "title": "A fictional daily",
            "publisher": {"name": "Daily", "name_en": "Daily", "country": "JP", "kind": "newspaper"},
            "genre": "op_ed",
            "language": ["en"],
            "timezone": "Asia/Tokyo",
            "status": "active",
            "discover": [{"kind": "rss", "url": "http://daily.example/feed"}],
        }
    )
    at = datetime.strptime(run_id[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return Task(source, Run(run_id, date(2026, 6, 29), at, data_dir / "runs" / run_id, Clock(at)), data_dir)


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """A crawl that archived a feed and three pages and began a fourth; only the bytes that had left its process are there."""
    crawl_log = CrawlLog(task_of(tmp_path, "20260628T233000Z-001"))
    keep(crawl_log, "http://daily.example/feed", "feed", 200, [("Content-Type", "text/xml")], b"<rss/>", [])
    for url in PAGES:
        headers = [("Content-Type", "text/html"), ("ETag", f'"{url[-1]}"')]
        keep(crawl_log, url, "article", 200, headers, b"<p>fiction</p>" * 200, [])
    path = next(tmp_path.rglob("*.warc.gz.open"))
    content = path.read_bytes()
    path.write_bytes(content[: content.rindex(b"\x1f\x8b\x08", 0, content.rindex(b"\x1f\x8b\x08")) + 100])
    return tmp_path


def test_whole_pages_are_kept_and_remembered(killed: Path) -> None:
    task = task_of(killed, "20260628T234000Z-001")
    state = CrawlState(killed, SOURCE_ID)
    assert take_over(task, state) == 3
    lake = Lake(killed)
    (partition,) = lake.partitions(CRAWLS)
    assert partition.run_id == "20260628T233000Z-001"
    assert lake.read(CRAWLS, partition).select("state", "reason", "fetched_count").row(0) == ("unknown", REASON, 3)
    captures = lake.read(CAPTURES, partition)
    assert captures["url"].to_list() == ["http://daily.example/feed", *PAGES[:3]]
    assert captures.equals(captures_of(killed, partition)), "the index is that of the file"
    assert lake.read(FETCHES, partition)["outcome"].to_list() == ["ok"] * 4
    last = captures.row(-1, named=True)
    assert read_response(killed, last["warc_path"], last["warc_offset"]).body == b"<p>fiction</p>" * 200
    assert [state.validators(url) for url in PAGES] == [{"If-None-Match": f'"{url[-1]}"'} for url in PAGES[:3]] + [{}]
    assert state.validators("http://daily.example/feed") == {}, "its links may still be owed"
    assert not list(killed.rglob("*.open"))
    assert take_over(task, state) == 0


def test_nothing_whole_leaves_nothing(killed: Path) -> None:
    path = next(killed.rglob("*.warc.gz.open"))
    path.write_bytes(path.read_bytes()[:20])
    assert take_over(task_of(killed, "20260628T234000Z-001"), CrawlState(killed, SOURCE_ID)) == 0
    assert not list(killed.rglob("*.warc.gz*"))
    assert Lake(killed).partitions(CRAWLS) == []


def test_a_crawl_has_its_source_for_itself(tmp_path: Path) -> None:
    first = CrawlState(tmp_path, SOURCE_ID)
    with pytest.raises(TransientError, match="another crawl of jp_daily_opinion"):
        CrawlState(tmp_path, SOURCE_ID)
    first.close()
    CrawlState(tmp_path, SOURCE_ID).close()


def test_a_log_that_the_state_does_not_know_is_remembered(tmp_path: Path) -> None:
    """Killed between the log and the state: the pages are in the log, with their validators in the archive."""
    state = CrawlState(tmp_path, SOURCE_ID)
    before = datetime(2026, 6, 27, 23, 30, tzinfo=UTC)
    state.commit([Page(PAGES[0], before, '"0"')], [], [])
    crawl_log = CrawlLog(task_of(tmp_path, "20260628T233000Z-001"))
    for url, status in ((PAGES[1], 200), (PAGES[2], 503)):
        keep(crawl_log, url, "article", status, [("ETag", f'"{url[-1]}"')], b"<p>fiction</p>", [])
    crawl_log.write("ok", None, 2, None)
    assert take_over(task_of(tmp_path, "20260628T234000Z-001"), state) == 1
    assert [bool(state.validators(url)) for url in PAGES] == [True, True, False, False]
    assert take_over(task_of(tmp_path, "20260628T234000Z-001"), state) == 0
