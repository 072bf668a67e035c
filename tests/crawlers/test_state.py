"""What a crawl remembers, made again from the log: only of crawls whose log is whole."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from crawlers.state import CrawlState
from warehouse.lake import Lake, Partition
from warehouse.tables.raw import CAPTURES, CRAWLS

PARTITION = Partition(date(2026, 6, 28), "20260628T233000Z-001", "jp_seto_editorial")
AT = datetime(2026, 6, 28, 23, 30, tzinfo=UTC)
URL = "http://seto.example/1"
COMMON = {"run_id": PARTITION.run_id, "source_id": PARTITION.source_id, "captured_date": PARTITION.captured_date, "basis": "observed"}
CAPTURE = COMMON | {
    "capture_id": "1", "kind": "article", "url": URL, "captured_at": AT, "http_status": 200, "media_type": None, "charset": None,
    "redirect_url": None, "body_bytes": 0, "body_sha256": "0", "warc_path": "none", "warc_offset": 0,
}
CRAWL = COMMON | {
    "started_at": AT, "finished_at": AT, "first_date": AT.date(), "last_date": AT.date(), "state": "ok", "reason": None,
    "discovered_count": 1, "fetched_count": 1, "newest_text": None,
}


def seen(data_dir: Path) -> datetime | None:
    state = CrawlState(data_dir, PARTITION.source_id)
    first = state.first_seen(URL)
    state.close()
    state.path.unlink()
    return first


def test_a_killed_crawl_has_seen_nothing(tmp_path: Path) -> None:
    """Its captures are in no log; taking them for seen would lose their pages for ever."""
    lake = Lake(tmp_path)
    lake.write(CAPTURES, PARTITION, pl.DataFrame([CAPTURE], schema=CAPTURES.schema))
    assert seen(tmp_path) is None
    lake.write(CRAWLS, PARTITION, pl.DataFrame([CRAWL], schema=CRAWLS.schema))
    assert seen(tmp_path) == AT
