"""Re-parse on the demo: it finds what a rule changes and nothing else, survives kill -9, and publishes what a rebuild has."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crawlers.catalog import load_catalog
from nichiro.drafts import FOLDER, Drafts
from nichiro.errors import ConfigError, TransientError
from nichiro.forget import find
from nichiro.pipeline import Pipeline
from nichiro.reparse import Reparse, reparse
from nichiro.settings import PROJECT, Settings, load_settings
from tests.end_to_end.conftest import Demo
from warehouse.lake import Lake
from warehouse.store import connect, served_tables
from warehouse.tables import ops, staging

SOURCE = "gb_meridian_wire"   # one of its pages has two headlines
PRIVATE = {"ops.check_results", "ops.runs", *(table.name for table in ops.RUN_LOG)}   # they tell of runs, not of the world


@pytest.fixture
def settings(demo: Demo, tmp_path: Path) -> Settings:
    """A copy of the demo with a catalog of its own."""
    shutil.copytree(demo.data_dir, tmp_path / "data", symlinks=True)
    shutil.copytree(demo.catalog_dir, tmp_path / "catalog")
    return load_settings(data_dir=tmp_path / "data", catalog_dir=tmp_path / "catalog")


def plant(settings: Settings) -> None:
    """Take the first of several headlines, which mends a page."""
    path = settings.catalog_dir / f"{SOURCE}.yml"
    path.write_text(path.read_text().replace('"css:h1.slug"', "\"xpath:(//h1[@class='slug'])[1]\""))


def run(settings: Settings, processes: int = 1, **chosen) -> Reparse:
    return reparse(Lake(settings.data_dir), load_catalog(settings.catalog_dir), lambda message: None, processes, **chosen)


def files(settings: Settings) -> dict[str, bytes]:
    root = settings.data_dir / FOLDER / "lake"
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def rows(settings: Settings) -> dict[str, list[tuple]]:
    with connect(settings.data_dir) as connection:
        return {
            table.name: connection.sql(f"SELECT * FROM {table.name} ORDER BY {', '.join(table.primary_key)}").fetchall()
            for table in served_tables() if table.name not in PRIVATE
        }  # fmt: skip


def test_nothing_to_read_again_is_said_and_nothing_written(settings: Settings) -> None:
    found = run(settings)
    assert found.source_days == 0 and found.comparison.rows() == [] and not (settings.data_dir / FOLDER).exists()
    with pytest.raises(ConfigError, match="unknown source xx"):
        run(settings, source_ids=["xx"])


def test_it_finds_what_a_rule_changes_and_publishes_nothing(settings: Settings) -> None:
    plant(settings)
    before = rows(settings)
    found = run(settings)
    (row,) = found.comparison.rows()
    assert (row["source_id"], row["field"], row["added"], row["changed"], row["lost"], row["quarantined"]) == (SOURCE, "article", 1, 0, 0, 0)
    assert row["examples"][0]["was"] == "quarantined: many_headlines" and row["examples"][0]["url"].startswith("http")
    assert set(found.comparison.source_days) == {SOURCE} and rows(settings) == before, "nothing is published yet"
    assert run(settings).kept == found.source_days, "what was drafted is not read again"

    damaged = next((settings.data_dir / FOLDER / "lake" / "staging" / "articles").rglob("*.parquet"))
    damaged.write_bytes(damaged.read_bytes()[:-1])
    assert run(settings).kept == found.source_days - 1, "a damaged draft is made again"


@pytest.mark.slow
def test_it_publishes_what_a_rebuild_has(settings: Settings) -> None:
    plant(settings)
    lake, before = Lake(settings.data_dir), rows(settings)
    run(settings, processes=2)
    drafted = {name: content for name, content in files(settings).items() if name.endswith(".parquet")}
    assert Pipeline(settings).replay(()).status == "published"
    assert {name: (lake.root / name).read_bytes() for name in drafted} == drafted, "the release is of the drafts"
    assert not files(settings) and run(settings).source_days == 0
    published = rows(settings)
    assert len(published["staging.articles"]) == len(before["staging.articles"]) + 1
    assert Pipeline(settings).rebuild().status == "published"
    assert rows(settings) == published


@pytest.mark.slow
def test_the_next_run_reads_the_same_without_drafts(settings: Settings) -> None:
    """The law holds for whoever comes first: a morning's run between a re-parse and its publish."""
    plant(settings)
    run(settings)
    newest = max(day for day in Lake(settings.data_dir).days())
    assert run(settings, first=newest, last=newest).source_days == 1
    assert Pipeline(settings).catch_up().status == "published"
    adopted = rows(settings)
    assert Pipeline(settings).rebuild().status == "published" and rows(settings) == adopted


@pytest.mark.slow
def test_one_reparse_at_a_time_and_a_takedown_takes_the_drafts(settings: Settings) -> None:
    plant(settings)
    run(settings)
    lake = Lake(settings.data_dir)
    with Drafts(lake).lock(), pytest.raises(TransientError):
        run(settings)
    url = lake.read_all(staging.ARTICLES, lake.partitions(staging.ARTICLES), ["url"])["url"][0]
    pipeline = Pipeline(settings)
    pipeline.take_down(find(lake, pipeline.catalog, url), "a letter")
    assert not files(settings)


def command(settings: Settings, *arguments: str) -> subprocess.Popen:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NICHIRO_")}
    environment |= {"NICHIRO_DATA_DIR": str(settings.data_dir), "NICHIRO_CATALOG_DIR": str(settings.catalog_dir)}
    program = [sys.executable, "-m", "nichiro", "reparse", *arguments]
    return subprocess.Popen(program, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_killed_it_goes_on_to_what_a_whole_one_gives(settings: Settings, tmp_path: Path) -> None:
    """All sources have another genre, and one page reads; kill -9 after the first drafts, three times."""
    for path in settings.catalog_dir.glob("*.yml"):
        path.write_text(re.sub(r"(?m)^genre: .*$", "genre: diet_speech", path.read_text()))
    plant(settings)
    whole = tmp_path / "whole"
    shutil.copytree(settings.data_dir, whole, symlinks=True)
    fresh = settings.model_copy(update={"data_dir": whole})
    expected = run(fresh, processes=2)
    notes, killed = settings.data_dir / FOLDER / "lake" / "notes", 0
    for count in (1, 2, 3):
        child = command(settings, "--json", "--processes", "2")
        while child.poll() is None and len(list(notes.rglob("*.json"))) < count:
            time.sleep(0.002)
        if child.poll() is None:
            child.send_signal(signal.SIGKILL)
            killed += 1
        child.communicate()
    assert killed >= 1
    (notes / ".half.json.1.tmp").write_bytes(b"half")   # as a kill inside a write leaves it
    child = command(settings, "--json")
    told = json.loads(child.communicate()[0])
    assert child.returncode == 0 and told["drafted_before"] >= 1
    assert told["fields"] == json.loads(json.dumps(expected.comparison.rows(), default=str)) != []
    assert files(settings) == files(fresh)
