"""Contract versions: an older release is brought up step by step, or computed again where a step is missing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from nichiro.errors import ContractError
from tests.end_to_end.synthetic import World, topics
from tests.end_to_end.test_law import differences, release
from warehouse import migrations
from warehouse.contract import Column
from warehouse.lake import Lake
from warehouse.store import Candidate
from warehouse.tables import TABLES, ops, raw

COLOUR = Column("colour", pl.String, "how it is drawn")
NEXT = replace(ops.TOPICS, columns=(*ops.TOPICS.columns, COLOUR), version=ops.TOPICS.version + 1)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake, world = Lake(tmp_path), World(seed=4, days=3)
    for day in world.captured_days():
        world.write(lake, day)
    release(tmp_path, lake, "b1")
    return lake


def test_a_step_brings_an_older_table_up(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TABLES, ops.TOPICS.name, NEXT)
    step = {(ops.TOPICS.name, ops.TOPICS.version): lambda frame: frame.with_columns(colour=pl.lit("grey"))}
    monkeypatch.setattr(migrations, "STEPS", step)
    candidate = Candidate.start(lake.data_dir)
    assert candidate.read(NEXT).sort("topic_id").equals(
        topics().with_columns(colour=pl.lit("grey")).sort("topic_id")
    )
    assert candidate.read(ops.PARTITIONS).height > 0, "nothing else was touched"
    candidate.abandon()


def test_without_a_step_all_is_computed_again(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TABLES, ops.TOPICS.name, NEXT)
    candidate = Candidate.start(lake.data_dir)
    assert candidate.read(ops.PARTITIONS).is_empty(), "every partition is dirty again"
    candidate.abandon()
    monkeypatch.undo()
    release(lake.data_dir, lake, "b2")
    assert differences(lake.data_dir, lake) == []


def test_a_missing_step_in_a_chain_is_a_missing_step() -> None:
    later = replace(NEXT, version=3)
    steps = {(NEXT.name, 2): lambda frame: frame}
    assert migrations.upgrade(later, topics(), 1, steps) is None
    assert migrations.upgrade(later, topics(), 2, steps) is not None


def test_an_older_log_file_is_read_in_todays_contract(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    partition = lake.partitions(raw.CRAWLS)[0]
    later = replace(raw.CRAWLS, columns=(*raw.CRAWLS.columns, COLOUR), version=2)
    with pytest.raises(ContractError, match="no migration leads to 2"):
        lake.read(later, partition)
    monkeypatch.setitem(migrations.STEPS, (later.name, 1), lambda frame: frame.with_columns(colour=pl.lit("red")))
    assert lake.read(later, partition)["colour"].to_list() == ["red"]
    lake.write(later, partition, lake.read(later, partition).with_columns(colour=pl.lit("blue")))
    assert lake.read(later, partition)["colour"].to_list() == ["blue"], "a file of today's version is taken as it is"


def test_columns_that_change_without_a_version_are_noticed(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """A forgotten version number must not leave a table of the old shape behind."""
    monkeypatch.setitem(TABLES, ops.TOPICS.name, replace(NEXT, version=ops.TOPICS.version))
    candidate = Candidate.start(lake.data_dir)
    columns = candidate.query("SELECT column_name FROM duckdb_columns() WHERE schema_name = 'ops' AND table_name = 'topics'")
    assert "colour" in set(columns["column_name"])
    candidate.abandon()


def test_a_column_that_is_served_no_longer_costs_nothing(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    narrower = replace(ops.TOPICS, unserved_columns=("title",))
    monkeypatch.setitem(TABLES, ops.TOPICS.name, narrower)
    for _ in range(2):
        candidate = Candidate.start(lake.data_dir)
        assert candidate.read(narrower).sort("topic_id").equals(topics().select("topic_id").sort("topic_id"))
        assert candidate.read(ops.PARTITIONS).height > 0, "nothing else was touched"
        candidate.abandon()
