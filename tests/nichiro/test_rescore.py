"""Re-scoring: it tells what another beat moves, writes nothing, and what ``enrich`` makes after is what it told. Fictional texts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crawlers.catalog import load_catalog
from nichiro.beat import load_beat
from nichiro.errors import ConfigError
from nichiro.partitions import enrich
from nichiro.rescore import Rescore, rescore
from nichiro.settings import PROJECT
from nichiro.tones import models
from tests.nichiro.command import Command
from tests.transforms.frames import day, frame, noon
from transforms.actors import Directory
from transforms.relevance import version_of
from warehouse.lake import Entry, Lake, Partition
from warehouse.tables import enriched, raw, staging

CATALOG = PROJECT / "tests" / "demosite" / "catalog"
BEAT = PROJECT / "tests" / "fixtures" / "beats" / "norway_spain.yml"
FISH = "Norway sold cod to Spain."
TEXTS = {"gb_meridian_wire": [FISH, "Norway rests.", f"{FISH} \x1b[31m"], "jp_harbour_times": [FISH, "Spain rests."]}
STRONG = {"language_code": "en", "was": "strong", "now": "none"}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Two sources on one day, judged by the fixture's beat, and the first of them on another day, held."""
    lake = Lake(tmp_path / "data")
    for number, status in ((0, "accepted"), (1, "held")):
        entries = {}
        for source_id, texts in TEXTS.items():
            partition = Partition(day(number), "20260302T120000Z-001", source_id)
            articles = frame(staging.ARTICLES, *(
                {
                    "capture_id": f"{source_id}{place}{number}", "article_id": f"{source_id}{place}", "source_id": source_id, "url": f"https://{source_id}.example/{place}",
                    "headline": "A day", "body": text, "language_code": "en", "captured_date": day(number), "captured_at": noon(number), "body_state": "full",
                }
                for place, text in enumerate(texts)
            ))
            lake.write(raw.CRAWLS, partition, frame(raw.CRAWLS, {"source_id": source_id, "captured_date": day(number)}))
            entries[partition.stem] = Entry(parsed={"staging.articles": lake.write(staging.ARTICLES, partition, articles)}, parsed_from="rules", status=status)
        manifest = lake.manifest(day(number))
        manifest.entries.update(entries)
        lake.write_manifest(day(number), manifest)
    judged_by(lake, BEAT)
    return lake


@pytest.fixture
def without_fish(tmp_path: Path) -> Path:
    path = tmp_path / "norway_spain.yml"
    text = BEAT.read_text(encoding="utf-8")
    assert r"\bcod\b" in text
    path.write_text(text.replace(r"\bcod\b", r"\bgranite\b"), encoding="utf-8")
    return path


def judged_by(lake: Lake, beat: Path) -> None:
    enrich(lake, load_catalog(CATALOG), load_beat(beat), Directory(), models(), lambda step, message: None)


def look(lake: Lake, beat: Path, processes: int = 1, **chosen) -> Rescore:
    return rescore(lake, load_catalog(CATALOG), load_beat(beat), lambda message: None, processes, **chosen)


def verdicts(lake: Lake) -> dict[str, str]:
    found = lake.read_all(enriched.RELEVANCE_TABLE, lake.partitions(enriched.RELEVANCE_TABLE), ["capture_id", "relevance"])
    return dict(found.iter_rows())


def test_what_is_of_today_is_not_judged_again(lake: Lake) -> None:
    found = look(lake, BEAT)
    assert (found.source_days, found.same, found.expired) == (0, 2, 0) and found.moved == [] and found.rows() == []
    with pytest.raises(ConfigError, match="unknown source xx"):
        look(lake, BEAT, source_ids=["xx"])


def test_it_tells_what_moves_and_writes_nothing(lake: Lake, without_fish: Path) -> None:
    files = {path: path.stat().st_mtime_ns for path in lake.data_dir.rglob("*") if path.is_file()}
    found = look(lake, without_fish)
    assert {path: path.stat().st_mtime_ns for path in lake.data_dir.rglob("*") if path.is_file()} == files
    assert found.before == {version_of(load_beat(BEAT)): 5} and found.source_days == 2
    assert found.rows() == [
        {"language_code": "en", "source_id": "gb_meridian_wire", "articles": 3, "moved": 2, "moves": {"strong → none": 2}},
        {"language_code": "en", "source_id": "jp_harbour_times", "articles": 2, "moved": 1, "moves": {"strong → none": 1}},
    ]
    assert found.rows(by=1) == [{"language_code": "en", "articles": 5, "moved": 3, "moves": {"strong → none": 3}}]
    assert [move["url"] for move in found.moved] == ["https://gb_meridian_wire.example/0", "https://gb_meridian_wire.example/2", "https://jp_harbour_times.example/0"]
    assert all(move.items() >= STRONG.items() for move in found.moved)
    assert look(lake, without_fish, source_ids=["jp_harbour_times"]).articles.total() == 2
    assert look(lake, without_fish, first=day(1)).source_days == 0


def test_what_enrich_makes_is_what_it_told(lake: Lake, without_fish: Path) -> None:
    before, found = verdicts(lake), look(lake, without_fish)
    judged_by(lake, without_fish)
    assert verdicts(lake) == before | {move["capture_id"]: move["now"] for move in found.moved}
    assert look(lake, without_fish).source_days == 0


def test_articles_that_expired_keep_their_verdicts(lake: Lake, without_fish: Path) -> None:
    manifest = lake.manifest(day(0))
    next(entry for stem, entry in manifest.entries.items() if "jp_harbour_times" in stem).expired = "0"
    lake.write_manifest(day(0), manifest)
    found = look(lake, without_fish)
    assert (found.expired, found.source_days) == (1, 1)


def test_the_command(lake: Lake, without_fish: Path, tmp_path: Path) -> None:
    nichiro = Command(tmp_path, {"NICHIRO_CATALOG_DIR": str(CATALOG), "NICHIRO_DATA_DIR": str(lake.data_dir)})
    shown = nichiro("rescore", "--beat", str(without_fish), "--processes", "1")
    assert shown.returncode == 0 and "en  gb_meridian_wire: 3 articles, 2 move (66.7%), strong → none 2" in shown.stdout
    told = json.loads(nichiro("rescore", "--json", "--processes", "1", "--beat", str(without_fish)).stdout)
    assert (told["articles"], told["moved"], told["languages"][0]["moves"]) == (5, 3, {"strong → none": 3})
    moves = [json.loads(line) for line in nichiro("rescore", "--moves", "--processes", "1", "--beat", str(without_fish)).stdout.splitlines()]
    assert [move["capture_id"] for move in moves] == [move["capture_id"] for move in look(lake, without_fish).moved]
    empty = nichiro("rescore", "--from", "2030-01-01", "--beat", str(without_fish))
    assert empty.returncode == 0 and "no verdict on these days" in empty.stdout
    refused = nichiro("rescore", "--publish", "--beat", str(without_fish))
    assert refused.returncode == ConfigError.exit_code and "--beat" in refused.stderr
