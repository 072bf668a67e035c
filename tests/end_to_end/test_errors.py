"""Trouble of our own: one clear line that says what to do, the right exit code, nothing lost."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from nichiro.cli import main
from tests.end_to_end.synthetic import World, sources, topics
from tests.end_to_end.test_law import release
from warehouse.lake import Lake
from warehouse.store import DATABASE, Candidate, current_release
from warehouse.tables import enriched, raw, staging

SOURCE = """\
title: The Fictional Gazette
publisher: {name: The Fictional Gazette, name_en: The Fictional Gazette, country: GB, kind: newspaper}
genre: news
language: [en]
timezone: Europe/London
status: active
discover: [{kind: rss, url: "http://gazette.example/feed.xml"}]
"""

Command = Callable[..., tuple[int, str]]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs `nichiro …` on a data folder and a catalog of its own; gives exit code and standard error."""
    catalog = tmp_path / "catalog"
    catalog.mkdir()
    (catalog / "gb_gazette_news.yml").write_text(SOURCE)
    monkeypatch.setenv("NICHIRO_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("NICHIRO_CATALOG_DIR", str(catalog))
    for name in ("NICHIRO_PROXY", "NICHIRO_CLOCK", "NICHIRO_CONTACT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["nichiro", *arguments])
        with pytest.raises(SystemExit) as stop:
            main()
        return int(stop.value.code or 0), capsys.readouterr().err

    return run


@pytest.fixture
def world(tmp_path: Path) -> Lake:
    """A data folder with a small release."""
    lake, world = Lake(tmp_path / "data"), World(seed=2, days=4)
    for day in world.captured_days():
        world.write(lake, day)
    release(tmp_path / "data", lake, "b1")
    return lake


def one_line(text: str, *parts: str) -> None:
    lines = [line for line in text.splitlines() if line.startswith("nichiro: ")]
    assert len(lines) == 1 and "Traceback" not in text, text
    for part in (*parts, "→"):
        assert part in lines[0], lines[0]


def test_broken_yaml(command: Command, tmp_path: Path) -> None:
    (tmp_path / "catalog" / "gb_gazette_news.yml").write_text("title: [unclosed\npublisher: {")
    code, text = command("crawl")
    assert code == 78
    one_line(text, "gb_gazette_news.yml", "line")


def test_unknown_key_in_yaml(command: Command, tmp_path: Path) -> None:
    (tmp_path / "catalog" / "gb_gazette_news.yml").write_text(SOURCE + "robots: ignore\n")
    code, text = command("crawl")
    assert code == 78
    one_line(text, "robots", "gb_gazette_news.yml")


def test_broken_beat(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beat = tmp_path / "beat.yml"
    beat.write_text("beat_id: one\n")
    monkeypatch.setenv("NICHIRO_BEAT", str(beat))
    code, text = command("build")
    assert code == 78
    one_line(text, "beat.yml")


def test_unknown_source(command: Command) -> None:
    code, text = command("crawl", "--source", "gb_nobody_news")
    assert code == 78
    one_line(text, "gb_nobody_news", "nichiro source list")


@pytest.mark.parametrize("day", ["2026-02-30", "tomorrow", "30.06.2026"])
def test_wrong_date(command: Command, day: str) -> None:
    code, text = command("run", "--date", day)
    assert code == 78
    one_line(text, day, "YYYY-MM-DD")


def test_half_a_range(command: Command) -> None:
    code, text = command("run", "--from", "2026-01-01")
    assert code == 78
    one_line(text, "--to")


def test_live_crawl_without_contact(command: Command) -> None:
    code, text = command("crawl")
    assert code == 78
    one_line(text, "NICHIRO_CONTACT")


def test_clock_without_replay(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NICHIRO_CLOCK", "2026-06-28T00:00:00+00:00")
    code, text = command("status")
    assert code == 78
    one_line(text, "NICHIRO_CLOCK")


def test_unknown_time_zone(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NICHIRO_TIMEZONE", "Asia/Atlantis")
    code, text = command("run")
    assert code == 78
    one_line(text, "NICHIRO_TIMEZONE")


def test_no_release_yet(command: Command) -> None:
    code, text = command("query", "SELECT 1")
    assert code == 78
    one_line(text, "no release")


def test_another_run_is_writing(command: Command, tmp_path: Path) -> None:
    with Lake(tmp_path / "data").lock():
        code, text = command("parse")
    assert code == 75
    one_line(text, "another nichiro run")


def test_damaged_release_is_named(command: Command, tmp_path: Path, world: Lake) -> None:
    database = current_release(world.data_dir) / DATABASE  # type: ignore[operator]
    database.write_bytes(b"not a database" * 1000)
    code, text = command("query", "SELECT 1")
    assert code == 65
    one_line(text, DATABASE, "nichiro rebuild")


def test_damaged_partition_keeps_the_release(tmp_path: Path, world: Lake) -> None:
    """A file that cannot be read stops the build with its name; yesterday's release stays."""
    from nichiro.build import build
    from nichiro.errors import ContractError

    before = current_release(world.data_dir)
    partition = world.partitions(raw.CRAWLS)[0]
    world.path(staging.OUTCOMES, partition).write_bytes(b"PAR1 torn")
    candidate = Candidate.start(world.data_dir, fresh=True)
    with pytest.raises(ContractError, match=r"staging\.outcomes.*nichiro rebuild"):
        build(world, candidate, sources(), topics())
    candidate.abandon()
    assert current_release(world.data_dir) == before


def test_missing_partition_file_is_noticed(tmp_path: Path, world: Lake) -> None:
    """A file that the manifest names and that is gone is no empty partition."""
    from nichiro.build import build
    from nichiro.errors import ContractError

    partition = next(p for p in world.partitions(raw.CRAWLS) if world.read(staging.OUTCOMES, p).height)
    world.path(enriched.TONE, partition).unlink()
    candidate = Candidate.start(world.data_dir, fresh=True)
    with pytest.raises(ContractError, match=r"enriched\.tone.*is missing"):
        build(world, candidate, sources(), topics())
    candidate.abandon()


def test_reader_does_not_stop_a_publish(tmp_path: Path, world: Lake) -> None:
    reader = duckdb.connect(str(current_release(world.data_dir) / DATABASE), read_only=True)  # type: ignore[operator]
    count = reader.sql("SELECT count(*) FROM marts.articles").fetchall()
    more = World(seed=2, days=5)
    more.write(world, more.captured_days()[-1])
    release(world.data_dir, world, "b2")
    assert current_release(world.data_dir).name == "b2"  # type: ignore[union-attr]
    assert reader.sql("SELECT count(*) FROM marts.articles").fetchall() == count, "an open reader keeps its rows"


def test_full_disk(tmp_path: Path, world: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """No room for the candidate: exit 75, the release stays, no half-written file is left behind."""
    import shutil

    from nichiro.errors import TransientError

    def no_room(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    before = current_release(world.data_dir)
    monkeypatch.setattr(shutil, "copyfile", no_room)
    with pytest.raises(TransientError, match="No space left"):
        Candidate.start(world.data_dir)
    assert current_release(world.data_dir) == before


def test_full_disk_in_the_lake(tmp_path: Path, world: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    from nichiro.errors import TransientError

    def no_room(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    partition = world.partitions(raw.CRAWLS)[0]
    before = world.read(raw.CRAWLS, partition)
    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(TransientError, match="No space left"):
        world.write(raw.CRAWLS, partition, before.clear())
    monkeypatch.undo()
    assert world.read(raw.CRAWLS, partition).equals(before)
    assert not list(world.root.rglob("*.tmp"))


def test_a_bug_is_one_line_and_a_traceback_in_the_log(command: Command, tmp_path: Path, world: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    from nichiro import partitions

    def surprise(*_: object) -> None:
        raise ZeroDivisionError("no such\nthing")

    monkeypatch.setattr(partitions, "parse", surprise)
    code, text = command("parse")
    assert code == 70
    one_line(text, "step parse", "ZeroDivisionError: no such thing", "log.jsonl")
    log = max((tmp_path / "data" / "runs").glob("*/log.jsonl")).read_text()
    assert "Traceback" in log and "surprise" in log


@pytest.mark.parametrize("command_line", [("run",), ("rebuild",)])
def test_a_broken_beat_stops_before_the_crawl(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command_line: tuple[str, ...]
) -> None:
    monkeypatch.setenv("NICHIRO_CONTACT", "https://gazette.example/crawler")
    monkeypatch.setenv("NICHIRO_BEAT", str(tmp_path / "nowhere.yml"))
    code, text = command(*command_line)
    assert code == 78
    one_line(text, "nowhere.yml", "No such file")
    assert not (tmp_path / "data" / "lake").exists()


def test_a_day_to_come(command: Command) -> None:
    code, text = command("report", "--date", "2999-01-01")
    assert code == 78
    one_line(text, "2999-01-01", "future")


@pytest.mark.parametrize("below", ["", "deeper/still"])
def test_a_data_folder_that_is_a_file(command: Command, tmp_path: Path, below: str) -> None:
    (tmp_path / "file").touch()
    code, text = command("report", "--data-dir", str(tmp_path / "file" / below))
    assert code == 78
    one_line(text, "file", "is no folder", "NICHIRO_DATA_DIR")


def test_an_empty_folder_is_not_published(command: Command, tmp_path: Path) -> None:
    code, text = command("build")
    assert code == 78
    one_line(text, "nothing was crawled", "NICHIRO_DATA_DIR")
    assert current_release(tmp_path / "data") is None
