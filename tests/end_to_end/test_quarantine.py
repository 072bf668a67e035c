"""Replay on the demo: what left the quarantine is in the release, as a rebuild by the same rules has it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from crawlers.catalog import load_catalog
from nichiro import quarantine
from nichiro.pipeline import Pipeline
from nichiro.replay import rehearse
from nichiro.settings import Settings, load_settings
from tests.end_to_end.conftest import Demo
from warehouse.lake import Lake
from warehouse.store import connect

SOURCE = "gb_meridian_wire"   # one of its pages has two headlines


@pytest.fixture
def settings(demo: Demo, tmp_path: Path) -> Settings:
    """A copy of the demo with a catalog in which this source's headline is the first of several."""
    shutil.copytree(demo.data_dir, tmp_path / "data", symlinks=True)
    shutil.copytree(demo.catalog_dir, tmp_path / "catalog")
    path = tmp_path / "catalog" / f"{SOURCE}.yml"
    path.write_text(path.read_text().replace('"css:h1.slug"', "\"xpath:(//h1[@class='slug'])[1]\""))
    return load_settings(data_dir=tmp_path / "data", catalog_dir=tmp_path / "catalog")


def articles(settings: Settings) -> list[tuple]:
    with connect(settings.data_dir) as connection:
        return connection.sql("SELECT * EXCLUDE (method_version) FROM staging.articles ORDER BY capture_id").fetchall()


def test_the_list_is_what_the_release_calls_quarantined(demo: Demo) -> None:
    listed = quarantine.quarantined(Lake(demo.data_dir)).select("capture_id", "reason")
    fates = demo.rows("SELECT capture_id, reason FROM ops.fates WHERE fate = 'quarantined'")
    assert sorted(listed.iter_rows()) == sorted(fates) and fates


def test_replay_mends_and_equals_a_rebuild(settings: Settings) -> None:
    lake = Lake(settings.data_dir)
    rows = quarantine.quarantined(lake, source_id=SOURCE)
    before = articles(settings)
    rehearsed = rehearse(lake, load_catalog(settings.catalog_dir), rows)
    assert rehearsed.articles == rows.height == 1 and rehearsed.lost.is_empty()
    status = Pipeline(settings).replay(rehearsed.partitions)
    assert status.status == "published" and (settings.data_dir / "guard.html").exists()
    assert quarantine.quarantined(lake, source_id=SOURCE).is_empty()
    after = articles(settings)
    assert len(after) == len(before) + 1
    assert Pipeline(settings).rebuild().status == "published"
    assert articles(settings) == after


def test_a_rehearsal_on_a_held_source_says_what_is_still_wrong(settings: Settings) -> None:
    """The demo's last day holds a source after a redesign that left the date out: new selectors alone do not mend it."""
    lake = Lake(settings.data_dir)
    (held,) = quarantine.held(lake).iter_rows(named=True)
    path = settings.catalog_dir / f"{held['source_id']}.yml"
    path.write_text(path.read_text().replace("css:h1.brief-head", "css:.x1a2, h1.brief-head").replace("css:.brief-text", "css:.x9f1, .brief-text"))
    told = rehearse(lake, load_catalog(settings.catalog_dir), quarantine.quarantined(lake, source_id=held["source_id"]))
    assert set(told.still()) == {"no_date"} and told.lost.is_empty() and told.held_count == 1
