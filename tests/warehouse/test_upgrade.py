"""A data folder of every released version is opened by today's code: nothing recorded is lost, the rest is made again.

Released is what has a golden: ``tests/golden/<version>.tar.xz``, written by ``make golden``.
"""

from __future__ import annotations

import tarfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from crawlers.catalog import sources
from nichiro.beat import topics
from nichiro.build import build
from nichiro.errors import ContractError
from nichiro.pipeline import Pipeline
from nichiro.settings import PROJECT, load_settings
from tests.end_to_end.test_law import rows
from warehouse.lake import Lake
from warehouse.store import Candidate, connect
from warehouse.tables import TABLES, ops, raw

GOLDENS = sorted((PROJECT / "tests" / "golden").glob("*.tar.xz"))
RECORDED = (ops.RUNS, ops.CHECK_RESULTS, *ops.RUN_LOG)      # of the release; what runs and people said is told by nothing else
LAST_DAY = date(2026, 3, 6)     # of the goldens' blocked run


@pytest.fixture(params=GOLDENS, ids=lambda path: path.name.removesuffix(".tar.xz"))
def golden(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The data folder of a released version; catalog and beat lie beside it."""
    with tarfile.open(request.param) as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path / "data"


def pipeline(data_dir: Path) -> Pipeline:
    """A run on the day after the golden's last, without a network."""
    settings = load_settings(
        data_dir=data_dir, catalog_dir=data_dir.parent / "catalog", beat=data_dir.parent / "beat.yml", proxy="http://127.0.0.1:9",
        clock=f"{LAST_DAY + timedelta(days=1)}T23:30:00+00:00", contact="https://nichiro.example/golden", min_free_mb=50,
    )
    return Pipeline(settings, LAST_DAY + timedelta(days=1))


def recorded(data_dir: Path) -> dict[str, pl.DataFrame]:
    """The rows of the recorded tables that a release holds, by name, as it holds them."""
    with connect(data_dir) as connection:
        held = {name for (name,) in connection.execute("SELECT table_name FROM ops.contracts").fetchall()}
        return {table.name: pl.DataFrame(connection.sql(f"FROM {table.name}").to_arrow_table())
                for table in RECORDED if table.name in held}


def published(data_dir: Path) -> set[tuple]:
    with connect(data_dir) as connection:
        return set(connection.sql("FROM marts.articles SELECT article_id, headline, published_at").fetchall())


def lost(before: dict[str, pl.DataFrame], read: Callable[[str], pl.DataFrame]) -> list[str]:
    """Tables of which a row is no more, as far as the columns of both sides tell."""
    gone = []
    for name, frame in before.items():
        after = read(name)
        common = [column for column in frame.columns if column in after.columns]
        if frame.join(after, on=common, how="anti", nulls_equal=True).height:
            gone.append(name)
    return gone


def test_there_is_a_golden() -> None:
    assert GOLDENS, "make golden"


def test_the_lake_is_read(golden: Path) -> None:
    lake = Lake(golden)
    assert lake.days()
    for table in TABLES.values():
        found = lake.partitions(table)
        held = sum(pl.read_parquet(lake.path(table, partition), hive_partitioning=False).height for partition in found)
        assert lake.read_all(table, found).height == held, table.name
    assert lake.partitions(raw.CRAWLS)
    assert [entry for day in lake.days() for entry in lake.manifest(day).entries.values() if entry.status == "accepted"]


def test_the_release_is_brought_up(golden: Path) -> None:
    """What was recorded stays, and after a build the rest equals what a full rebuild makes of the lake."""
    before, run = recorded(golden), pipeline(golden)
    assert [name for name, frame in before.items() if frame.is_empty()] == [], "the golden must have a row of each"
    opened = Candidate.start(golden)
    assert lost(before, lambda name: opened.read(TABLES[name])) == []
    build(run.lake, opened, sources(run.catalog), topics(run.beat))
    current = rows(opened)
    opened.abandon()
    opened = Candidate.start(golden, fresh=True)
    build(run.lake, opened, sources(run.catalog), topics(run.beat))
    full = rows(opened)
    opened.abandon()
    assert [name for name in current.keys() - before.keys() if not current[name].equals(full[name])] == []
    assert full["marts.articles"].height > 0


def test_books_without_a_migration_stop_the_build(golden: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows of runs and checks can be computed from nothing: rather no new release than one without them."""
    monkeypatch.setitem(TABLES, ops.RUNS.name, replace(ops.RUNS, version=ops.RUNS.version + 1))
    with pytest.raises(ContractError, match=r"ops\.runs .* no migration leads"):
        Candidate.start(golden)
    monkeypatch.undo()
    opened = Candidate.start(golden)
    assert opened.read(ops.RUNS).height > 0
    opened.abandon()


@pytest.mark.slow
def test_the_next_run_goes_on_from_it(golden: Path) -> None:
    """All steps but the crawl; the run that was blocked then enters the books now."""
    before, articles = recorded(golden), published(golden)
    assert pipeline(golden).catch_up().status == "published"
    after = recorded(golden)
    assert lost(before, after.__getitem__) == []
    assert after["ops.runs"].sort("run_id")["status"].to_list() == ["published", "published", "blocked", "published"]
    assert published(golden) >= articles


@pytest.mark.slow
def test_the_archive_is_read(golden: Path) -> None:
    """A rebuild from the WARC files of then gives the articles of then."""
    articles = published(golden)
    assert pipeline(golden).rebuild().status == "published"
    assert published(golden) >= articles
