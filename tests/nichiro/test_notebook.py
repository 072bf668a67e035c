"""The two functions for notebooks."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl
import pytest

import nichiro
from nichiro.errors import ConfigError
from tests.release import make_release
from warehouse.tables import TABLES


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NICHIRO_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def test_table_is_a_polars_frame_of_the_contract(data_dir: Path) -> None:
    make_release(data_dir)
    frame = nichiro.table("marts.coverage_daily")
    assert frame.height > 0
    assert frame.columns == list(TABLES["marts.coverage_daily"].schema)
    assert nichiro.table("marts.articles").schema["published_at"] == pl.Datetime("us", "UTC")


def test_connection_is_read_only_and_in_utc(data_dir: Path) -> None:
    make_release(data_dir)
    with nichiro.connect() as connection:
        assert connection.sql("SELECT current_setting('TimeZone')").fetchall() == [("UTC",)]
        with pytest.raises(duckdb.InvalidInputException, match="read-only"):
            connection.execute("DELETE FROM marts.articles")


def test_without_a_release_it_says_what_to_do() -> None:
    with pytest.raises(ConfigError, match="nichiro demo"):
        nichiro.connect()


def test_an_unknown_table_is_named(data_dir: Path) -> None:
    make_release(data_dir)
    with pytest.raises(ConfigError, match=r"no table is called marts\.coverage"):
        nichiro.table("marts.coverage")
