"""The archive: what goes in comes out, and the index follows from the files alone."""

from __future__ import annotations

import gzip
import zlib
from datetime import UTC, date, datetime
from pathlib import Path

import brotli
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from nichiro.errors import ContractError, TransientError
from warehouse.archive import ArchiveWriter, Stored, read_response, rebuild_captures, run_day
from warehouse.lake import Partition
from warehouse.tables.raw import CAPTURES

RUN_ID = "20260628T233000Z-001"
AT = datetime(2026, 6, 28, 23, 30, 1, 234567, UTC)
PAGE = ("<html><h1>架空の社説 Вымысел</h1>" + "<p>An invented paragraph.</p>" * 50).encode()


def writer_of(tmp_path: Path) -> ArchiveWriter:
    return ArchiveWriter(tmp_path, "jp_daily_opinion", RUN_ID)


def add(
    writer: ArchiveWriter,
    body: bytes,
    status: int = 200,
    url: str = "http://daily.example/a?b=1",
    **headers: str,
) -> Stored:
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]
    exchange = writer.draw_up(
        url, status, "OK", named, body, AT, [("User-Agent", "nichiro")], kind="article", basis="observed"
    )
    return writer.write(exchange)


def frame(*stored: Stored) -> pl.DataFrame:
    return CAPTURES.conform(pl.DataFrame([each.capture for each in stored], schema=CAPTURES.schema))


@pytest.mark.parametrize(
    ("coding", "raw"),
    [
        ("gzip", gzip.compress(PAGE)),
        ("gzip", gzip.compress(PAGE[:100]) + gzip.compress(PAGE[100:])),
        ("x-gzip", gzip.compress(PAGE)),
        ("deflate", zlib.compress(PAGE)),
        ("deflate", zlib.compress(PAGE)[2:-4]),
        ("br", brotli.compress(PAGE)),
        ("gzip, br", brotli.compress(gzip.compress(PAGE))),
        ("identity", PAGE),
        ("gzip", PAGE),
        ("br", PAGE),
    ],
)
def test_round_trip_of_content_codings(tmp_path: Path, coding: str, raw: bytes) -> None:
    """Whatever the coding, and where a header lies about it, the body that parsing sees is the page."""
    writer = writer_of(tmp_path)
    stored = add(writer, raw, Content_Type="Text/HTML; Charset=Shift_JIS", Content_Encoding=coding)
    writer.close()
    response = read_response(tmp_path, stored.warc_path, stored.warc_offset)
    assert (response.body, response.http_status, response.captured_at) == (PAGE, 200, AT)
    assert (response.kind, response.basis, response.url) == (
        "article",
        "observed",
        "http://daily.example/a?b=1",
    )
    assert response.headers["content-encoding"] == coding
    assert (stored.capture["media_type"], stored.capture["charset"]) == ("text/html", "shift_jis")
    assert stored.capture["body_bytes"] == len(PAGE)


def test_captures_are_rebuilt_from_the_files_alone(tmp_path: Path) -> None:
    writer = writer_of(tmp_path)
    rows = [
        add(writer, gzip.compress(PAGE), Content_Encoding="gzip", Content_Type="text/html"),
        add(writer, b"", 301, Location="/д/новый адрес"),
        add(writer, b"", 304),
        add(writer, PAGE, 404, url="http://daily.example/%E3%81%82", Transfer_Encoding="chunked"),
    ]
    writer.close()
    ((partition, rebuilt),) = rebuild_captures(tmp_path)
    assert partition == Partition(date(2026, 6, 28), RUN_ID, "jp_daily_opinion")
    assert_frame_equal(rebuilt, frame(*rows))
    assert rows[1].capture["redirect_url"].startswith("http://daily.example/%D0%B4/")
    assert rows[0].warc_path == f"archive/jp_daily_opinion/2026/06/{RUN_ID}.warc.gz"


def test_the_same_run_gives_the_same_ids_and_bytes(tmp_path: Path) -> None:
    stored = []
    for name in ("a", "b"):
        writer = writer_of(tmp_path / name)
        stored.append((add(writer, PAGE), add(writer, PAGE)))
        writer.close()
    assert [each.capture_id for each in stored[0]] == [each.capture_id for each in stored[1]]
    assert len({each.capture_id for each in stored[0]}) == 2
    files = [next((tmp_path / name).rglob("*.warc.gz")).read_bytes() for name in ("a", "b")]
    assert files[0] == files[1]


def test_other_tools_read_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """WARC 1.1: a warcinfo, then response and request in pairs, digests right, one gzip member each."""
    writer = writer_of(tmp_path)
    add(writer, PAGE)
    writer.close()
    path = tmp_path / writer.warc_path
    with path.open("rb") as file:
        records = [
            (
                record.rec_type,
                record.rec_headers.protocol,
                record.rec_headers.get_header("WARC-Concurrent-To"),
            )
            for record in ArchiveIterator(file)
        ]
    assert [kind for kind, _, _ in records] == ["warcinfo", "response", "request"]
    assert {protocol for _, protocol, _ in records} == {"WARC/1.1"}
    assert records[2][2]
    checker = Checker(type("Command", (), {"inputs": [str(path)], "verbose": True})())
    checker.process_all()
    assert "digest failed" not in capsys.readouterr().out
    assert checker.exit_value == 0


def test_nothing_is_visible_before_close_and_nothing_without_a_response(tmp_path: Path) -> None:
    writer = writer_of(tmp_path)
    writer.close()
    assert not (tmp_path / "archive").exists()
    add(writer, PAGE)
    assert list(rebuild_captures(tmp_path)) == []
    writer.leave()
    assert list(rebuild_captures(tmp_path)) == []


def test_a_file_is_gone_on_with(tmp_path: Path) -> None:
    """A child was killed in its second response; the run's next child has the first and writes on, under other ids."""
    killed = writer_of(tmp_path)
    first, second = add(killed, PAGE), add(killed, PAGE)
    killed.leave()
    path = next(tmp_path.rglob("*.open"))
    path.write_bytes(path.read_bytes()[: second.warc_offset + 50])
    writer = writer_of(tmp_path)
    assert [each.capture for each in writer.resume()] == [first.capture]
    third = add(writer, b"<p>other</p>")
    writer.close()
    ((_, captures),) = rebuild_captures(tmp_path)
    assert captures["capture_id"].to_list() == [first.capture_id, third.capture_id]
    assert first.capture_id != third.capture_id == second.capture_id
    assert read_response(tmp_path, third.warc_path, third.warc_offset).body == b"<p>other</p>"
    assert list(writer_of(tmp_path / "elsewhere").resume()) == []


def test_a_second_writer_never_replaces_a_complete_file(tmp_path: Path) -> None:
    writer = writer_of(tmp_path)
    add(writer, PAGE)
    writer.close()
    with pytest.raises(ContractError, match="already complete"):
        add(writer_of(tmp_path), PAGE)


def test_unreadable_records_say_where(tmp_path: Path) -> None:
    writer = writer_of(tmp_path)
    first, second = add(writer, PAGE), add(writer, PAGE)
    writer.close()
    path = tmp_path / first.warc_path
    whole = path.read_bytes()
    for offset in (first.warc_offset + 5, len(whole) + 10):
        with pytest.raises(ContractError, match=f"at offset {offset}"):
            read_response(tmp_path, first.warc_path, offset)
    with pytest.raises(ContractError, match="missing"):
        read_response(tmp_path, "archive/missing.warc.gz", 0)
    for cut in (second.warc_offset + 40, second.warc_offset + 300, len(whole) - 3):
        path.write_bytes(whole[:cut])
        with pytest.raises(ContractError, match=RUN_ID):
            list(rebuild_captures(tmp_path))
    spoilt = bytearray(whole)
    spoilt[second.warc_offset + 200] ^= 0xFF
    path.write_bytes(spoilt)
    with pytest.raises(ContractError, match=f"at offset {second.warc_offset}"):
        read_response(tmp_path, second.warc_path, second.warc_offset)
    assert read_response(tmp_path, first.warc_path, first.warc_offset).body == PAGE


def test_a_decompression_bomb_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse.warc.MAX_BODY_BYTES", 100_000)
    writer = writer_of(tmp_path)
    for coding, raw in (
        ("gzip", gzip.compress(bytes(10_000_000))),
        ("br", brotli.compress(bytes(10_000_000))),
    ):
        assert add(writer, raw, Content_Encoding=coding).capture["body_bytes"] == 100_000


def test_a_folder_that_cannot_be_written_is_trouble_of_our_own(tmp_path: Path) -> None:
    (tmp_path / "archive").write_text("a file, not a folder")
    with pytest.raises(TransientError, match="cannot write"):
        add(writer_of(tmp_path), PAGE)


def test_run_ids(tmp_path: Path) -> None:
    assert run_day(RUN_ID) == date(2026, 6, 28)
    with pytest.raises(ContractError):
        run_day("yesterday")
