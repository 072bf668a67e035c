"""A struck WARC file: what had to go is gone, every capture keeps its row, the rest stays byte for byte."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from warcio.checker import Checker

from nichiro.errors import ContractError
from tests.warehouse.test_archive import PAGE, add, frame, writer_of
from warehouse.archive import read_response, run_day
from warehouse.lake import Partition
from warehouse.takedown import strike

OTHER = b"<p>Another fictional page.</p>"


def test_removed_and_emptied(tmp_path: Path) -> None:
    writer = writer_of(tmp_path)
    first = add(writer, OTHER, url="http://daily.example/first")
    gone = add(writer, gzip.compress(PAGE), url="http://daily.example/gone", Content_Encoding="gzip", Location="http://daily.example/gone/2")
    feed = add(writer, PAGE, url="http://daily.example/feed", Content_Type="application/rss+xml; charset=utf-8")
    last = add(writer, OTHER, url="http://daily.example/last")
    writer.close()
    partition = Partition(run_day(writer.run_id), writer.run_id, writer.source_id)
    before = frame(first, gone, feed, last)

    after = strike(tmp_path, partition, {gone.capture_id: "https://tombstone.invalid/0123"}, [feed.capture_id])
    assert after["capture_id"].to_list() == before["capture_id"].to_list()
    assert after["url"].to_list() == ["http://daily.example/first", "https://tombstone.invalid/0123", "http://daily.example/feed", "http://daily.example/last"]
    assert after["http_status"].to_list() == [200] * 4
    assert after["body_bytes"].to_list() == [len(OTHER), 0, 0, len(OTHER)]
    assert after["media_type"].to_list() == [None, None, "application/rss+xml", None]
    for row in after.iter_rows(named=True):
        assert len(read_response(tmp_path, row["warc_path"], row["warc_offset"]).body) == row["body_bytes"]
    text = gzip.decompress((tmp_path / first.warc_path).read_bytes())
    assert "架空の社説".encode() not in text and b"gone" not in text
    assert text.count(b"GET /") == 3, "the requests of the others stay"
    checked = Checker(type("Asked", (), {"inputs": [str(tmp_path / first.warc_path)], "verbose": False}))
    checked.process_all()
    assert checked.exit_value == 0

    again = strike(tmp_path, partition, {gone.capture_id: "https://tombstone.invalid/0123"}, [feed.capture_id])
    assert again.equals(after)


def test_a_damaged_file_is_not_written_again(tmp_path: Path) -> None:
    writer = writer_of(tmp_path)
    gone = add(writer, PAGE)
    writer.close()
    path = tmp_path / gone.warc_path
    path.write_bytes(path.read_bytes()[:-20])
    content = path.read_bytes()
    with pytest.raises(ContractError):
        strike(tmp_path, Partition(run_day(writer.run_id), writer.run_id, writer.source_id), {gone.capture_id: "https://tombstone.invalid/0"}, [])
    assert path.read_bytes() == content
