"""The lake's files: sealed when they are written, verified when they are read, durable with their folders."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from nichiro.errors import ContractError
from warehouse import seal
from warehouse.lake import Lake, Partition, file_sha256, write_atomically
from warehouse.tables import raw

PARTITION = Partition(date(2026, 6, 28), "20260628T233000Z-001", "jp_seto_editorial")
ROW = {
    "discovery_id": "0", "run_id": PARTITION.run_id, "source_id": PARTITION.source_id, "captured_date": PARTITION.captured_date, "via": "rss",
    "capture_id": "0", "url": seal.BLANK, "position": 0, "item_count": 1, "headline": f"{seal.KEY}{seal.BLANK}", "published_text": None, "decision": "fetched",
    "captured_at": "2026-06-28T23:30:00+00:00", "basis": "observed",
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    lake = Lake(tmp_path)
    frame = pl.DataFrame([ROW]).with_columns(pl.col("captured_at").str.to_datetime(time_zone="UTC"))
    digest = lake.write(raw.DISCOVERIES, PARTITION, frame)
    path = lake.path(raw.DISCOVERIES, PARTITION)
    assert digest == file_sha256(path)
    assert lake.read(raw.DISCOVERIES, PARTITION)["headline"].to_list() == [ROW["headline"]]
    return path


def test_any_byte_that_changed_is_noticed(path: Path, tmp_path: Path) -> None:
    content = path.read_bytes()
    assert seal.verify(path) == "whole"
    for place in range(4, len(content), 97):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert seal.verify(path) != "whole", place
    path.write_bytes(content[:40] + bytes([content[40] ^ 1]) + content[41:])
    with pytest.raises(ContractError, match=r"raw\.discoveries.*not those that were written.*doctor.*backup"):
        Lake(tmp_path).read(raw.DISCOVERIES, PARTITION)


def test_a_file_without_a_seal_is_read(path: Path, tmp_path: Path) -> None:
    """Those of before the seal, which `nichiro doctor --repair` seals; they are of the contract's first version, too."""
    frame = pl.read_parquet(path).drop("item_count")
    frame.write_parquet(path)
    assert seal.verify(path) == "unsealed"
    read = Lake(tmp_path).read(raw.DISCOVERIES, PARTITION)
    assert read.drop("item_count").equals(frame) and read["item_count"].to_list() == [None]


def test_new_folders_are_durable_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink())))
    write_atomically(tmp_path / "a" / "b" / "file", lambda file: file.write(b"x"))
    folders = [path for path in synced if not path.endswith(".tmp")]
    assert folders == [str(tmp_path), str(tmp_path / "a"), str(tmp_path / "a" / "b")]
