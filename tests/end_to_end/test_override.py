"""An analyst's corrections: logged, applied by every build, withdrawn by another row; the law of the data holds with them."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import polars as pl
import pytest

from nichiro.backup import backup
from nichiro.cli import main
from nichiro.doctor.log import log
from nichiro.doctor.patient import Patient
from nichiro.errors import ConfigError, ContractError
from nichiro.override import Correction, logged, override, overview, strike, withdraw
from nichiro.run import Run, start_run
from nichiro.settings import load_settings
from tests.end_to_end.synthetic import World
from tests.end_to_end.test_law import differences, release, rows
from warehouse.lake import Lake
from warehouse.store import Candidate
from warehouse.tables import ops

WORLD = World(seed=4, days=4)


class Desk:
    """A small synthetic world with a release, and the analyst before it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.lake, self.world, self.count = folder, Lake(folder), WORLD, 1

    def build(self) -> None:
        self.count += 1
        release(self.folder, self.lake, f"b{self.count:04d}")

    def tables(self) -> dict[str, pl.DataFrame]:
        candidate = Candidate.start(self.folder)
        found = rows(candidate)
        candidate.abandon()
        return found

    def article(self, **match: object) -> dict:
        return self.tables()["marts.articles"].filter(**match).sort("article_id").row(0, named=True)

    def by_id(self, article_id: str) -> dict:
        return self.article(article_id=article_id)

    def run(self) -> Run:
        self.count += 1
        return start_run(load_settings(data_dir=self.folder, clock=f"2026-03-20T00:{self.count:02d}:00+00:00", proxy="http://127.0.0.1:9"))

    def say(self, subject: str, article: str, value: str, place: tuple[str, int] | None = None) -> dict:
        return override(self.lake, self.run(), Correction(subject, article, value, place), "A. Analyst", "it is fiction")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    for day in WORLD.captured_days()[:-1]:
        WORLD.write(Lake(folder), day)
    release(folder, Lake(folder), "b0001")
    return folder


@pytest.fixture
def desk(tmp_path: Path, published: Path) -> Desk:
    shutil.copytree(published, tmp_path / "data", symlinks=True)
    return Desk(tmp_path / "data")


def test_relevance_and_genre_are_corrected_and_counted(desk: Desk) -> None:
    chosen = desk.article(relevance="strong", is_copy=False)
    before = desk.tables()
    desk.say("relevance", chosen["article_id"][:8], "none")
    desk.say("genre", chosen["url"], "interview")
    assert desk.by_id(chosen["article_id"])["relevance"] == "strong", "only a build applies it"
    desk.build()
    after = desk.by_id(chosen["article_id"])
    assert (after["relevance"], after["genre"], after["topics"], after["is_overridden"]) == ("none", "interview", [], True)
    assert desk.tables()["enriched.relevance"].equals(before["enriched.relevance"]), "what the method said stays beside it"
    day = {"published_date": chosen["published_date"], "topic_id": "any"}
    counted = [tables["marts.coverage_daily"].filter(**day)["article_count"].sum() for tables in (before, desk.tables())]
    assert counted[1] == counted[0] - 1
    assert not desk.tables()["marts.actors_daily"].equals(before["marts.actors_daily"]), "an article off the beat names nobody"
    assert differences(desk.folder, desk.lake) == []


@pytest.mark.slow
def test_a_correction_holds_for_what_comes_later(desk: Desk) -> None:
    chosen = desk.article(relevance="none")
    desk.say("relevance", chosen["article_id"], "strong")
    desk.world.write(desk.lake, desk.world.captured_days()[-1])
    desk.build()
    assert desk.by_id(chosen["article_id"])["relevance"] == "strong"
    assert differences(desk.folder, desk.lake) == []


@pytest.mark.slow
def test_the_latest_holds_until_it_is_withdrawn_and_no_row_is_rewritten(desk: Desk) -> None:
    chosen = desk.article(relevance="strong", genre="news")
    first = desk.say("genre", chosen["article_id"], "op_ed")
    files = {path: path.read_bytes() for path in (desk.folder / "lake" / "ops" / "overrides").rglob("*.parquet")}
    desk.build()
    second = desk.say("genre", chosen["article_id"], "editorial")
    desk.build()
    assert desk.by_id(chosen["article_id"])["genre"] == "editorial"
    withdraw(desk.lake, desk.run(), second["override_id"][:8], "B. Editor", "the first was right")
    desk.build()
    assert desk.by_id(chosen["article_id"])["genre"] == "op_ed"
    with pytest.raises(ConfigError, match="withdrawn before"):
        withdraw(desk.lake, desk.run(), second["override_id"], "B. Editor", "again")
    withdraw(desk.lake, desk.run(), first["override_id"], "B. Editor", "it was news")
    desk.build()
    assert (desk.by_id(chosen["article_id"])["genre"], desk.by_id(chosen["article_id"])["is_overridden"]) == ("news", False)
    told = overview(desk.lake)
    assert told["state"].to_list() == ["withdrawn", "withdrawn", "withdrawal", "withdrawal"] and told["is_applied"].all()
    assert (told["old_value"][0], told["new_value"][0], told["old_value"][1]) == ("news", "op_ed", "op_ed")
    assert {path: path.read_bytes() for path in files} == files
    assert differences(desk.folder, desk.lake) == []


@pytest.mark.slow
def test_who_is_meant_is_corrected(desk: Desk) -> None:
    mention = desk.tables()["marts.mentions"].drop_nulls("actor_id").row(0, named=True)
    place, article_id = (mention["field"], mention["start_offset"]), mention["article_id"]
    with pytest.raises(ConfigError, match="no actor"):
        desk.say("actor", article_id, "nobody_known", place)
    with pytest.raises(ConfigError, match="nobody is named"):
        desk.say("actor", article_id, "none", ("headline", 9_999))
    desk.say("actor", article_id, "none", place)
    desk.build()
    now = desk.tables()["marts.mentions"].filter(article_id=article_id, field=place[0], start_offset=place[1]).row(0, named=True)
    assert (now["actor_id"], now["resolved_by"], now["is_overridden"], now["office_ids"]) == (None, "override", True, [])
    assert differences(desk.folder, desk.lake) == []


@pytest.mark.slow
def test_a_copy_is_corrected_both_ways(desk: Desk) -> None:
    copy = desk.article(is_copy=True)
    desk.say("copy", copy["article_id"], "none")
    first = desk.article(is_copy=False, relevance="strong")
    near = desk.tables()["marts.articles"].filter(
        ~pl.col("is_copy"), pl.col("article_id") != first["article_id"], pl.col("published_at") >= first["published_at"]
    ).row(0, named=True)
    desk.say("copy", near["article_id"], first["article_id"])
    desk.build()
    assert (desk.by_id(copy["article_id"])["syndicated_from"], desk.by_id(copy["article_id"])["is_copy"]) == (None, False)
    assert (desk.by_id(near["article_id"])["syndicated_from"], desk.by_id(near["article_id"])["is_copy"]) == (first["article_id"], True)
    assert differences(desk.folder, desk.lake) == []
    for day in desk.lake.days():   # the origin leaves the release
        manifest = desk.lake.manifest(day)
        for stem, entry in manifest.entries.items():
            entry.status = "held" if stem.endswith(first["source_id"]) else entry.status
        desk.lake.write_manifest(day, manifest)
    desk.build()
    left = desk.tables()["marts.articles"]
    assert first["article_id"] not in left["syndicated_from"].to_list()
    assert differences(desk.folder, desk.lake) == []


@pytest.mark.slow
def test_a_story_is_corrected_both_ways(desk: Desk) -> None:
    told = desk.tables()["marts.story_documents"].sort("article_id")
    joined = told.filter(pl.col("follows").list.len() > 0).row(0, named=True)
    day = pl.col("published_date") == joined["published_date"]
    other = told.filter(pl.col("story_id") != joined["story_id"], (pl.col("published_date") - joined["published_date"]).abs() <= pl.duration(days=2)).row(0, named=True)
    with pytest.raises(ConfigError, match="of one story already"):
        desk.say("story", joined["article_id"], joined["article_id"])
    with pytest.raises(ConfigError, match="off the beat"):
        desk.say("story", desk.article(relevance="none")["article_id"], "none")
    said = desk.say("story", joined["article_id"], other["article_id"])
    desk.build()
    now = desk.tables()["marts.story_documents"].filter(day, article_id=joined["article_id"]).row(0, named=True)
    assert (now["follows"], now["link_score"], now["is_overridden"]) == ([other["article_id"]], None, True)
    now_other = desk.tables()["marts.story_documents"].filter(article_id=other["article_id"])["story_id"][0]
    assert now["story_id"] == now_other and differences(desk.folder, desk.lake) == []

    desk.say("relevance", other["article_id"], "none")   # what it follows leaves the beat, and so the story
    desk.build()
    now = desk.tables()["marts.story_documents"].filter(article_id=joined["article_id"]).row(0, named=True)
    assert (now["follows"], now["is_overridden"]) == (joined["follows"], False) and differences(desk.folder, desk.lake) == []

    withdraw(desk.lake, desk.run(), said["override_id"], "A. Analyst", "it was no story")
    desk.say("story", joined["article_id"], "none")
    desk.build()
    now = desk.tables()["marts.story_documents"].filter(article_id=joined["article_id"]).row(0, named=True)
    assert (now["follows"], now["is_overridden"]) == ([], True) and differences(desk.folder, desk.lake) == []


def test_what_cannot_be_corrected_is_said(desk: Desk) -> None:
    chosen = desk.article(relevance="strong", is_copy=False)
    for subject, article, value, message in (
        ("relevance", chosen["article_id"], "perhaps", "is no relevance"), ("relevance", chosen["article_id"], "strong", "already"),
        ("relevance", "abc", "none", "0 documents"), ("copy", chosen["article_id"], chosen["article_id"], "first article, no copy"),
        ("actor", chosen["article_id"], "none", "by its place"),
    ):  # fmt: skip
        with pytest.raises(ConfigError, match=message):
            desk.say(subject, article, value)
    with pytest.raises(ConfigError, match="needs a reason"):
        override(desk.lake, desk.run(), Correction("relevance", chosen["article_id"], "none"), "A. Analyst", " ")
    assert logged(desk.lake).is_empty()


@pytest.mark.slow
def test_a_takedown_takes_the_analysts_words_and_a_backup_keeps_the_log(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> None:
    chosen, other = desk.article(relevance="strong", is_copy=False), desk.article(relevance="none", is_copy=False)
    desk.say("relevance", chosen["article_id"], "none")
    desk.say("relevance", other["article_id"], "strong")
    assert strike(desk.lake, frozenset([chosen["article_id"]])) == 1
    assert strike(desk.lake, frozenset([chosen["article_id"]])) == 0
    assert logged(desk.lake).select("article_id", "reason").rows() == [(chosen["article_id"], None), (other["article_id"], "it is fiction")]
    desk.build()
    assert desk.by_id(chosen["article_id"])["relevance"] == "none", "the correction itself stays"
    target = tmp_path_factory.mktemp("backup") / "b"
    backup(desk.folder, target, desk.run().now(), lambda message: None, log_only=True)
    named = [item["path"] for item in json.loads((target / "backup.json").read_text())["files"]]
    assert sum(path.startswith("lake/ops/overrides/") for path in named) == len(list(desk.lake.partitions(ops.OVERRIDES)))


@pytest.mark.slow
def test_the_doctor_finds_and_mends_a_damaged_and_a_lost_correction(desk: Desk) -> None:
    chosen = desk.article(relevance="strong", is_copy=False)
    desk.say("relevance", chosen["article_id"], "none")
    desk.say("genre", chosen["article_id"], "interview")
    desk.build()
    said = logged(desk.lake)
    first, second = sorted((desk.folder / "lake" / "ops" / "overrides").rglob("*.parquet"))
    first.unlink()
    second.write_bytes(b"PAR1 nothing")
    with pytest.raises(ContractError, match="doctor"):
        desk.build()
    patient = Patient(load_settings(data_dir=desk.folder), desk.run().now(), is_deep=True)
    found = [finding for finding in log(patient) if "overrides" in finding.where]
    assert sorted(finding.kind for finding in found) == ["log_damaged", "log_missing"]
    for finding in found:
        assert finding.mend is not None
        finding.mend()
    assert logged(desk.lake).equals(said)
    desk.build()
    assert desk.by_id(chosen["article_id"])["genre"] == "interview"


def test_the_command(desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def command(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["nichiro", "override", *words, "--data-dir", str(desk.folder)])
        with pytest.raises(SystemExit) as stop:
            main()
        return int(stop.value.code or 0), capsys.readouterr().out

    chosen = desk.article(relevance="strong", is_copy=False)
    assert command("list")[1] == "no corrections yet\n"
    code, out = command("set", "genre", chosen["article_id"], "interview", "--reason", "\x1b[31mred", "--by", "somebody", "--json")
    row = json.loads(out)
    assert code == 0 and row["decided_by"] == "somebody" and row["new_value"] == "interview"
    assert "not yet" in command("list")[1] and "\x1b[31m" not in command("list")[1]
    (told,) = json.loads(command("list", "--json")[1])
    assert (told["state"], told["is_applied"], told["reason"]) == ("holds", False, "\x1b[31mred")
    assert command("set", "weather", chosen["article_id"], "fine", "--reason", "x")[0] == 78
    assert command("set", "actor", chosen["article_id"], "none", "--at", "somewhere", "--reason", "x")[0] == 78
    assert command("withdraw", row["override_id"], "--reason", "no")[0] == 0
    assert [each["state"] for each in json.loads(command("list", "--json")[1])] == ["withdrawn", "withdrawal"]
