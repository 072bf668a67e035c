"""The quarantine: what is listed, one page in full, and what a replay would come to. All pages are fiction."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crawlers.canonical import identify
from crawlers.catalog import load_catalog
from nichiro import partitions, quarantine
from nichiro.cli import app
from nichiro.errors import ConfigError
from nichiro.inspection import inspect
from nichiro.remedies import REMEDIES
from nichiro.replay import rehearse
from nichiro.retention import write_note
from tests.nichiro.kaikyo import DAY, HOSTILE, RULES, SOURCE_ID, declare, make_lake
from warehouse.columns import QUARANTINE_REASONS
from warehouse.lake import Lake, Partition
from warehouse.tables import staging


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    data_dir, catalog = tmp_path / "data", tmp_path / "catalog"
    monkeypatch.setenv("NICHIRO_DATA_DIR", str(data_dir))
    monkeypatch.setenv("NICHIRO_CATALOG_DIR", str(catalog))
    return make_lake(data_dir, catalog)


def invoke(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["quarantine", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_every_reason_has_a_remedy() -> None:
    assert set(REMEDIES) == set(QUARANTINE_REASONS)


def test_held_partitions_and_their_articles_are_there(world: Lake) -> None:
    rows = quarantine.quarantined(world)
    assert sorted(rows["reason"]) == ["held", "no_date", "no_headline", "no_headline"]
    assert rows.schema == staging.QUARANTINE.schema
    (kept_back,) = rows.filter(reason="held").iter_rows(named=True)
    assert kept_back["url"].endswith("/4") and kept_back["detail"] == "articles is 1, declared at least 2"
    (partition,) = quarantine.held(world).iter_rows(named=True)
    assert (partition["article_count"], partition["quarantined_count"]) == (1, 1)
    assert quarantine.counts(rows).row(0)[:3] == (SOURCE_ID, "no_headline", 2)
    assert quarantine.quarantined(world, date(2026, 6, 29)).is_empty()
    assert quarantine.quarantined(world, source_id="ru_other_news").is_empty()


def test_list_tells_what_is_held_counts_and_pages(world: Lake) -> None:
    told = invoke("list")
    assert "held  2026-06-28  jp_kaikyo_news, 1 articles kept back: articles is 1, declared at least 2" in told
    assert "4 pages in quarantine" in told and "https://www.kaikyo.example/2" in told and "meta:date" in told
    assert "\x1b" not in told
    assert invoke("list", "--reason", "no_date").count("https://") == 1
    assert "and 3 older ones" in invoke("list", "--limit", "1")
    given = json.loads(invoke("list", "--json", "--limit", "1"))
    assert len(given["pages"]) == 4 and given["held"][0]["reasons"] and given["counts"][0]["page_count"] == 2


def test_an_unknown_reason_is_refused(world: Lake) -> None:
    with pytest.raises(ConfigError, match="no_date"):
        invoke("list", "--reason", "typo")


def test_show_tells_reason_record_and_what_the_parser_saw(world: Lake) -> None:
    row = quarantine.find(world, HOSTILE)
    told = invoke("show", row["capture_id"][:8])
    assert "the headline's selector finds nothing" in told and "nichiro" not in told.splitlines()[0]
    assert f"{SOURCE_ID}/2026/06/{row['run_id']}.warc.gz at offset" in told
    assert "0 × css:h1" in told and "1 × css:.text" in told and "An invented harbour" in told
    assert "\x1b" not in told and "\\u001b[31m" in told
    given = json.loads(invoke("show", HOSTILE, "--json"))
    assert given["row"]["reason"] == "no_headline" and given["capture"]["http_status"] == 200
    assert {"headline", "body", "date"} <= {candidate["field"] for candidate in given["candidates"]}


def test_show_of_a_kept_back_article_names_the_gates_reason(world: Lake) -> None:
    told = invoke("show", "https://www.kaikyo.example/4")
    assert told.startswith("held: ") and "declared at least 2" in told


def test_what_is_not_in_quarantine_is_refused(world: Lake) -> None:
    for what in ("https://www.kaikyo.example/1", "0123456789abcdef"):
        with pytest.raises(ConfigError, match="no page in quarantine"):
            quarantine.find(world, what)


def test_a_damaged_record_is_told(world: Lake, tmp_path: Path) -> None:
    row = quarantine.find(world, HOSTILE)
    seen = inspect(world, {}, row)
    seen.record.write_bytes(b"no WARC")
    assert inspect(world, {}, row).damage
    assert "damage" in invoke("show", HOSTILE)


def test_a_rehearsal_writes_nothing(world: Lake, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert "0 of 4 pages" not in invoke("replay")   # the held article reads, as it did
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_rehearsal_tells_what_new_rules_mend_and_break(world: Lake, tmp_path: Path) -> None:
    declare(tmp_path / "catalog", extract=[RULES | {"headline": "css:h2, h3"}])
    told = rehearse(world, load_catalog(tmp_path / "catalog"), quarantine.quarantined(world))
    read = told.pages.filter(outcome="article")
    assert sorted(read["was"]) == ["no_headline", "no_headline"] and told.articles == 2
    assert set(read["published_date"]) == {DAY}
    assert told.still() == {"no_headline": 2}   # the undated one, and the held article that has a h1
    assert [url[-1] for url in sorted(told.lost["url"])] == ["1", "4"]
    assert told.held_count == 1 and told.stale == {}
    shown = invoke("replay")
    assert "2 of 4 pages read" in shown and "! 2 articles would no longer read" in shown and "--apply" in shown
    assert "\x1b" not in shown


def test_a_rehearsal_of_one_page_reads_its_sources_other_days_too(world: Lake, tmp_path: Path) -> None:
    declare(tmp_path / "catalog", extract=[RULES | {"headline": "css:h2"}])
    given = json.loads(invoke("replay", HOSTILE, "--json"))
    assert (given["asked"], given["articles"], given["partitions"]) == (1, 1, 1)
    assert given["stale_partitions"] == {SOURCE_ID: 1}
    assert sorted(row["url"][-1] for row in given["lost"]) == ["1", "4"]


def test_an_expired_archive_is_told_and_left_alone(world: Lake, tmp_path: Path) -> None:
    row = quarantine.find(world, HOSTILE)
    partition = Partition(DAY, row["run_id"], SOURCE_ID)
    seen = inspect(world, {}, row)
    seen.record.unlink()
    write_note(world, partition, world.manifest(DAY).entries[partition.stem])
    assert "expired" in (inspect(world, {}, row).damage or "")
    told = rehearse(world, load_catalog(tmp_path / "catalog"), quarantine.quarantined(world))
    assert told.still()["expired"] == 2 and partition not in told.partitions and len(told.partitions) == 1


def test_a_taken_down_page_is_not_read_again(world: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    declare(tmp_path / "catalog", extract=[RULES | {"headline": "css:h2"}])
    catalog = load_catalog(tmp_path / "catalog")
    gone = identify(HOSTILE, catalog[SOURCE_ID].key).article_id
    monkeypatch.setattr("nichiro.replay.load_tombstones", lambda lake: frozenset({gone}))
    told = rehearse(world, catalog, quarantine.quarantined(world, reason="no_headline"))
    assert told.articles == 0 and "tombstone" in told.still()


def test_without_the_sources_rules_nothing_is_replayed(world: Lake) -> None:
    with pytest.raises(ConfigError, match="NICHIRO_CATALOG_DIR"):
        rehearse(world, {}, quarantine.quarantined(world))


def test_parse_again_reads_chosen_partitions_whatever_read_them(world: Lake, tmp_path: Path) -> None:
    catalog = load_catalog(tmp_path / "catalog")
    chosen = Partition(DAY, "20260628T233000Z-002", SOURCE_ID)
    assert partitions.parse(world, catalog, lambda step, message: None) == 0
    partitions.parse_again(world, [chosen])
    assert partitions.parse(world, catalog, lambda step, message: None) == 1


def test_an_empty_lake_has_an_empty_quarantine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NICHIRO_DATA_DIR", str(tmp_path / "none"))
    assert "0 pages" in invoke("list")
    assert json.loads(invoke("list", "--json"))["pages"] == []
    assert "no page" in invoke("replay")
    assert not (tmp_path / "none").exists()


