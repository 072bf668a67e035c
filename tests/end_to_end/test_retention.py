"""Retention: when an archive's time is over its bytes and texts go, and every derived row stays, also in a rebuild."""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
import yaml

from crawlers.catalog import load_catalog
from crawlers.source import Source
from nichiro.pipeline import Pipeline
from nichiro.retention import due, expire, note
from nichiro.settings import Settings, load_settings
from tests.crawlers.test_crawl import source
from tests.end_to_end.conftest import Demo
from tests.end_to_end.test_demo import tables
from tests.end_to_end.traces import traces
from tests.nichiro.command import Command
from transforms.turns import turns as marts_turns
from warehouse.lake import Lake, file_sha256
from warehouse.tables import raw, staging

LAST = date(2026, 6, 29)   # of the demo's three runs, on 27, 28 and 29 June


@pytest.fixture
def settings(demo: Demo, tmp_path: Path) -> Settings:
    shutil.copytree(demo.data_dir, tmp_path / "data", symlinks=True)
    return load_settings(data_dir=tmp_path / "data", catalog_dir=demo.catalog_dir)


@pytest.mark.parametrize(
    ("terms", "kind", "days"),
    [
        ({}, "newspaper", 30),
        ({"access": "derive"}, "newspaper", 30),
        ({"access": "derive", "archive_days": 7}, "newspaper", 7),
        ({"access": "derive", "archive_days": None}, "newspaper", None),
        ({"access": "full"}, "newspaper", None),
        ({"access": "derive"}, "government", None),
        ({"access": "full", "archive_days": 90}, "government", 90),
    ],
)
def test_how_long_is_derived_where_nothing_is_declared(terms: dict, kind: str, days: int | None) -> None:
    publisher = {"name": "Daily", "name_en": "Daily", "country": "JP", "kind": kind}
    declared: Source = source(terms=terms, publisher=publisher)
    assert declared.archive_days == days


def test_expired_text_is_gone(settings: Settings) -> None:
    lake, catalog = Lake(settings.data_dir), load_catalog(settings.catalog_dir)
    assert list(due(lake, catalog, LAST + timedelta(days=28))) == [], "30 days are kept whole"
    first = list(due(lake, catalog, LAST + timedelta(days=29)))
    assert {each.partition.captured_date for each in first} == {date(2026, 6, 27)}
    kept = {source_id for source_id, each in catalog.items() if each.archive_days is None}
    assert kept and not kept & {each.partition.source_id for each in first}

    partition = next(each.partition for each in first if lake.read(staging.ARTICLES, each.partition).height > 20)
    body = max(lake.read(staging.ARTICLES, partition)["body"], key=len)
    sentence = max(body[400:].replace("。", ".").split("."), key=len)   # behind the excerpt
    assert len(traces(settings.data_dir, sentence)) == 2, "the WARC and staging.articles hold it"
    assert all(expire(lake, each) for each in first)
    assert traces(settings.data_dir, sentence) == []
    assert list(due(lake, catalog, LAST + timedelta(days=29))) == []
    articles = lake.read(staging.ARTICLES, partition)
    assert articles["body_length"].max() == len(body) and articles["body"].str.len_chars().max() <= 301
    entry = lake.manifest(partition.captured_date).entries[partition.stem]
    assert entry.files()["staging.articles"] == file_sha256(lake.path(staging.ARTICLES, partition)) and note(lake, partition) == entry

    # nothing to do: an expired partition is not dirty
    status = Pipeline(settings)
    for step in ("parse", "gate", "enrich", "build"):
        status = Pipeline(settings).step(step)
    assert status.counts["dirty_partitions"] == 0


def test_turns_stay_in_offsets_of_the_text_that_was(settings: Settings) -> None:
    lake, catalog = Lake(settings.data_dir), load_catalog(settings.catalog_dir)
    long = pl.col("body_length") > 600
    each = next(each for each in due(lake, catalog, LAST + timedelta(days=99)) if lake.read(staging.ARTICLES, each.partition).filter(long).height)
    spoken = pl.concat_list(pl.struct(speaker=pl.lit("Question"), role=pl.lit("question"), start=pl.lit(590), end=pl.col("body_length")))
    written = lake.read(staging.ARTICLES, each.partition).with_columns(turns=pl.when(long).then(spoken).otherwise("turns"))
    lake.write(staging.ARTICLES, each.partition, written)
    assert expire(lake, each)
    kept = lake.read(staging.ARTICLES, each.partition)
    assert kept["turns"].equals(written["turns"]) and kept["body_length"].equals(written["body_length"])
    turns = marts_turns(kept)
    cut = turns.join(kept, on="capture_id").filter(pl.col("end_offset") > pl.col("body").str.len_chars())
    assert cut.height == kept.filter(long).height > 0, "they lie behind the excerpt"
    assert (cut["end_offset"] <= cut["body_length"]).all(), "and the row says how long the text was"


@pytest.mark.slow
def test_every_row_stays_in_a_rebuild(settings: Settings, unchecked: None) -> None:
    lake, catalog = Lake(settings.data_dir), load_catalog(settings.catalog_dir)
    before = tables(settings.data_dir)
    assert all(expire(lake, each) for each in due(lake, catalog, LAST + timedelta(days=99)))
    Pipeline(settings).rebuild()
    after = tables(settings.data_dir)
    assert [name for name, frame in before.items() if not frame.equals(after[name])] == []


def test_new_rules_leave_an_expired_partition_as_it_was(settings: Settings, tmp_path: Path) -> None:
    lake, catalog = Lake(settings.data_dir), load_catalog(settings.catalog_dir)
    each = next(each for each in due(lake, catalog, LAST + timedelta(days=99)) if lake.read(staging.ARTICLES, each.partition).height)
    expire(lake, each)
    folder = tmp_path / "catalog"
    shutil.copytree(settings.catalog_dir, folder)
    path = folder / f"{each.partition.source_id}.yml"
    declared = yaml.safe_load(path.read_text())
    declared["follow"]["deny"] = ["/never/"]
    path.write_text(yaml.safe_dump(declared, allow_unicode=True))
    mended = load_settings(data_dir=settings.data_dir, catalog_dir=folder)
    assert load_catalog(folder)[each.partition.source_id].rules_sha256() != catalog[each.partition.source_id].rules_sha256()
    before = lake.read(staging.ARTICLES, each.partition)
    assert Pipeline(mended).step("parse").counts["parsed_partitions"] == sum(
        other.source_id == each.partition.source_id for other in lake.partitions(raw.CRAWLS)
    ) - 1
    assert lake.read(staging.ARTICLES, each.partition).equals(before)


def test_what_was_never_parsed_does_not_expire(settings: Settings) -> None:
    lake, catalog = Lake(settings.data_dir), load_catalog(settings.catalog_dir)
    each = next(due(lake, catalog, LAST + timedelta(days=99)))
    lake.manifest_path(each.partition.captured_date).unlink()
    assert not expire(lake, each) and each.path.exists()


def test_a_source_in_no_catalog_is_kept(settings: Settings) -> None:
    assert list(due(Lake(settings.data_dir), {}, LAST + timedelta(days=9999))) == []


def test_a_replay_does_not_expire_by_our_clock(settings: Settings) -> None:
    """The demo lives in 2026; a rebuild of it years later must still find its archive."""
    files = sorted(path for path in (settings.data_dir / "archive").rglob("*.warc.gz"))
    Pipeline(settings).retain()
    assert sorted(path for path in (settings.data_dir / "archive").rglob("*.warc.gz")) == files


def test_a_live_world_expires_at_every_publish_and_by_command(settings: Settings, tmp_path: Path) -> None:
    nichiro = Command(tmp_path, {"NICHIRO_CATALOG_DIR": str(settings.catalog_dir)})
    told = nichiro("retention", "--dry-run", "--json", "--data-dir", "data")
    assert told.returncode == 0, told.stderr
    (settings.data_dir / "state" / "world").write_text("live")
    pipeline = Pipeline(settings)
    pipeline.retain()
    assert pipeline.status.counts["expired_partitions"] == len(json.loads(told.stdout)["expired"]) > 0


def test_a_page_that_asks_for_no_copy_is_read_and_its_copy_goes(settings: Settings) -> None:
    """Its partition expires as soon as it is in a release, also where the archive is kept for ever; derived rows stay."""
    lake, catalog = Lake(settings.data_dir), load_catalog(settings.catalog_dir)
    forever = {source_id for source_id, each in catalog.items() if each.archive_days is None}
    partition = next(each for each in lake.partitions(raw.FETCHES, LAST) if each.source_id in forever and lake.read(staging.ARTICLES, each).height)
    fetches = lake.read(raw.FETCHES, partition)
    is_page = (pl.col("kind") == "article") & (pl.col("outcome") == "ok")
    lake.write(raw.FETCHES, partition, fetches.with_columns(reserved=pl.when(is_page).then(pl.lit("meta robots: noarchive"))))
    (each,) = due(lake, catalog, LAST)
    assert each.partition == partition
    articles = lake.read(staging.ARTICLES, partition)
    assert expire(lake, each)
    assert not each.path.exists()
    after = lake.read(staging.ARTICLES, partition)
    assert after["article_id"].equals(articles["article_id"]) and (after["body"].str.len_chars() <= articles["body"].str.len_chars()).all()
    assert list(due(lake, catalog, LAST)) == []
