"""The law of the data: in whatever order the days come, an incremental release equals a full rebuild, row for row."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from random import Random

import polars as pl
import pytest

from nichiro.build import build
from tests.end_to_end.synthetic import World, sources, topics
from warehouse.lake import Lake
from warehouse.store import Candidate, publish, served_tables

PRIVATE = ("ops.check_results", "ops.runs")   # they tell of runs, not of the world


def rows(candidate: Candidate) -> dict[str, pl.DataFrame]:
    return {
        table.name: candidate.read(table).sort(table.primary_key) for table in served_tables() if table.name not in PRIVATE
    }


def release(data_dir: Path, lake: Lake, build_id: str, *, killed: bool = False) -> None:
    candidate = Candidate.start(data_dir)
    build(lake, candidate, sources(), topics())
    candidate.note({"build_id": build_id})
    candidate.close()
    if not killed:
        publish(data_dir, build_id, keep=2)


def differences(data_dir: Path, lake: Lake) -> list[str]:
    """Tables in which the current release differs from one that is built from nothing."""
    current = Candidate.start(data_dir)
    incremental = rows(current)
    current.abandon()
    fresh = Candidate.start(data_dir, fresh=True)
    build(lake, fresh, sources(), topics())
    full = rows(fresh)
    fresh.abandon()
    return [
        f"{name}: {incremental[name].height} rows incrementally, {frame.height} in full; first difference "
        f"{incremental[name].join(frame, on=frame.columns, how='anti', nulls_equal=True).head(2).to_dicts()} "
        f"{frame.join(incremental[name], on=frame.columns, how='anti', nulls_equal=True).head(2).to_dicts()}"
        for name, frame in full.items()
        if not frame.equals(incremental[name])
    ]


def shuffled_days(world: World, seed: int) -> list[date]:
    days = world.captured_days()
    Random(seed).shuffle(days)
    return days


def obey(tmp_path: Path, world: World, compare_every: int, seed: int) -> pl.DataFrame:
    """Bring the days in shuffled order, two in ten builds killed before their publish; compare; return the articles."""
    lake, random = Lake(tmp_path), Random(seed)
    for number, day in enumerate(shuffled_days(world, seed), 1):
        world.write(lake, day)
        last = number == world.days
        release(tmp_path, lake, f"b{number:04d}", killed=random.random() < 0.2 and not last and number % compare_every != 0)
        if number % compare_every == 0 or last:
            assert differences(tmp_path, lake) == [], f"after day {number}"
    candidate = Candidate.start(tmp_path)
    articles = rows(candidate)
    candidate.abandon()
    return articles


def test_incremental_equals_full_rebuild_on_sampled_days(tmp_path: Path) -> None:
    tables = obey(tmp_path, World(seed=1, days=48), compare_every=12, seed=3)
    assert tables["marts.articles"].height > 280
    assert tables["marts.articles"]["is_copy"].sum() > 15, "the world must hold copies"
    assert tables["marts.articles"]["version_count"].max() > 1, "the world must hold revisions"
    assert tables["marts.stories"]["article_count"].max() > 3, "the world must hold stories"
    assert tables["marts.stories"]["merged_story_ids"].list.len().max() > 0, "and some that a later article joined"
    assert set(tables["ops.fates"]["fate"]) >= {"article", "revision", "alternate_view", "unchanged", "quarantined"}
    assert "held" in set(tables["ops.partitions"]["status"])
    assert set(tables["marts.spike_reasons"]["kind"]) >= {"count", "story", "first_mover", "act", "sources", "terms", "actors"}, "and spikes with reasons"
    assert tables["enriched.translations"].height > 2, "the world must hold versions of one text in two languages"
    assert tables["marts.revisions"].height > 5, "the world must hold edits of texts that are kept"
    assert tables["marts.tone_changes"].height > 2, "the world must hold changes of tone"
    assert set(tables["marts.tone_daily"]["voice"]) == {"all", "author", "quoted"}
    assert tables["ops.source_days"]["usual_body_length"].is_not_null().any(), "and days to compare with those before"
    assert tables["ops.source_days"].select(pl.col("new_count", "revised_count").sum()).row(0) > (0, 0)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", [11])
def test_incremental_equals_full_rebuild_over_a_season(tmp_path: Path, seed: int) -> None:
    """After every fourth day: CI has an hour. LAW_EVERY=1 compares after each."""
    obey(tmp_path, World(seed=seed), compare_every=int(os.environ.get("LAW_EVERY", "4")), seed=seed)


def test_a_killed_build_leaves_the_release_and_is_made_up_for(tmp_path: Path) -> None:
    world, lake = World(seed=5, days=6), Lake(tmp_path)
    days = world.captured_days()
    world.write(lake, days[0])
    release(tmp_path, lake, "b1")
    before = (tmp_path / "current").resolve()
    world.write(lake, days[1])
    release(tmp_path, lake, "b2", killed=True)
    assert (tmp_path / "current").resolve() == before
    world.write(lake, days[2])
    release(tmp_path, lake, "b3")
    assert differences(tmp_path, lake) == []


def test_a_partition_that_is_held_later_leaves_the_release(tmp_path: Path) -> None:
    world, lake = World(seed=6, days=5), Lake(tmp_path)
    for day in world.captured_days():
        world.write(lake, day)
    release(tmp_path, lake, "b1")
    day = world.captured_days()[2]
    manifest = lake.manifest(day)
    for entry in manifest.entries.values():
        entry.status, entry.reasons = "held", ["by hand"]
    lake.write_manifest(day, manifest)
    release(tmp_path, lake, "b2")
    assert differences(tmp_path, lake) == []
