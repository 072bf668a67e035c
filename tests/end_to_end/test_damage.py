"""A damaged archive or log: named, exit 65, the release stays; what can be made again is made again."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from nichiro.errors import ConfigError, ContractError
from nichiro.pipeline import Pipeline
from nichiro.settings import Settings, load_settings
from tests.end_to_end.conftest import Demo
from warehouse.lake import Lake, Partition
from warehouse.store import connect, current_release
from warehouse.tables import raw

ROWS = "SELECT article_id, capture_id, body_length FROM staging.articles ORDER BY ALL"
RUN = "20260628T233000Z-001"
SOURCE = "jp_seto_editorial"


@pytest.fixture
def settings(demo: Demo, tmp_path: Path) -> Settings:
    shutil.copytree(demo.data_dir, tmp_path / "data", symlinks=True)
    return load_settings(data_dir=tmp_path / "data", catalog_dir=demo.catalog_dir)


def rows(settings: Settings) -> list[tuple]:
    with connect(settings.data_dir) as connection:
        return connection.sql(ROWS).fetchall()


def log_file(settings: Settings, zone: str) -> Path:
    return settings.data_dir / "lake" / "raw" / zone / "captured_date=2026-06-28" / f"{RUN}-{SOURCE}.parquet"


def warc(settings: Settings) -> Path:
    return settings.data_dir / "archive" / SOURCE / "2026" / "06" / f"{RUN}.warc.gz"


def refused(settings: Settings, *parts: str) -> None:
    """A rebuild stops with a ContractError that names the file, and the release stays."""
    release = current_release(settings.data_dir)
    with pytest.raises(ContractError) as error:
        Pipeline(settings).rebuild()
    assert all(part in str(error.value) for part in (*parts, "backup")), str(error.value)
    assert current_release(settings.data_dir) == release


@pytest.mark.parametrize("damage", ["missing", "changed", "cut", "cut between two records"])
def test_damaged_warc_stops_a_rebuild(settings: Settings, damage: str) -> None:
    path = warc(settings)
    content = path.read_bytes()
    match damage:
        case "missing":
            path.unlink()
        case "changed":
            path.write_bytes(content[:300] + bytes(len(content) - 600) + content[-300:])
        case "cut":
            path.write_bytes(content[: len(content) // 3])
        case "cut between two records":
            captures = Lake(settings.data_dir).read(raw.CAPTURES, Partition(date(2026, 6, 28), RUN, SOURCE))
            path.write_bytes(content[: captures.filter(kind="article", http_status=200)["warc_offset"].max()])
    refused(settings, f"{RUN}.warc.gz")


@pytest.mark.parametrize("table", ["fetches", "discoveries"])
def test_lost_log_stops_a_rebuild(settings: Settings, table: str) -> None:
    log_file(settings, table).unlink()
    refused(settings, f"raw.{table}", SOURCE)


def test_lost_and_damaged_index_is_made_again(settings: Settings) -> None:
    before, lake = rows(settings), Lake(settings.data_dir)
    captures = {each: lake.read(raw.CAPTURES, each) for each in lake.partitions(raw.CRAWLS)}
    log_file(settings, "captures").unlink()
    damaged = next(each for each in captures if each.captured_date == date(2026, 6, 27) and captures[each].height)
    lake.path(raw.CAPTURES, damaged).write_bytes(b"junk")
    Pipeline(settings).rebuild()
    assert rows(settings) == before
    for partition, frame in captures.items():
        assert lake.read(raw.CAPTURES, partition).sort("capture_id").equals(frame.sort("capture_id")), partition


def test_a_rebuild_of_nothing_publishes_nothing(demo: Demo, tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path / "mistyped", catalog_dir=demo.catalog_dir)
    with pytest.raises(ConfigError, match="ever crawled"):
        Pipeline(settings).rebuild()
    assert current_release(settings.data_dir) is None
