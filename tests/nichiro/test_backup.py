"""Backup and restore: the same rows come back, only what is new is copied, and nothing half or damaged is taken for whole."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nichiro import backup as module
from nichiro.backup import Done, backup, read_backup
from nichiro.errors import ConfigError, ContractError, TransientError
from nichiro.restore import restore
from tests.end_to_end.synthetic import World
from tests.end_to_end.test_law import release
from tests.nichiro.command import Command
from warehouse.lake import Entry, Lake, file_sha256
from warehouse.store import connect
from warehouse.tables import TABLES

AT = datetime(2026, 3, 4, 6, tzinfo=UTC)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A day of a made-up world with a release, state, an archive and what a killed run leaves."""
    folder, world = tmp_path_factory.mktemp("world") / "data", World(seed=1, days=1)
    lake = Lake(folder)
    for day in world.captured_days():
        world.write(lake, day)
    release(folder, lake, "b0001")
    files = {
        "state/world": "replay", "state/settled/parse.json": "{}", "archive/jp_a_op/2026/03/one.warc.gz": "bytes of fiction",
        "archive/jp_a_op/2026/03/two.warc.gz.open": "half", "runs/b0001/status.json": "{}", "report.html": "<p>fiction</p>",
        "lake/raw/captures/.half.parquet.1.tmp": "half",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "state" / "crawl").mkdir()
    with sqlite3.connect(folder / "state" / "crawl" / "jp_a_op.sqlite") as state:
        state.execute("CREATE TABLE pages (url TEXT)")
        state.execute("INSERT INTO pages VALUES ('http://a.example/1')")
    state.close()
    return folder


@pytest.fixture
def data_dir(world: Path, tmp_path: Path) -> Path:
    return shutil.copytree(world, tmp_path / "data", symlinks=True)


def made(data_dir: Path, target: Path, **how: bool) -> Done:
    return backup(data_dir, target, AT, lambda message: None, **how)


def put_back(target: Path, data_dir: Path) -> Done:
    return restore(target, data_dir, lambda message: None)


def content(folder: Path) -> dict[str, str]:
    """Hashes of all files but SQLite's, whose copy has another counter in its head, and locks."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink() and path.suffix != ".sqlite")
    return {path.relative_to(folder).as_posix(): file_sha256(path) for path in files if path.name != "writer.lock"}


def test_a_restored_folder_is_the_same(data_dir: Path, tmp_path: Path) -> None:
    target, back = tmp_path / "backup", tmp_path / "back"
    first = made(data_dir, target)
    assert first.copied_files > 10 and first.release == "b0001"
    assert put_back(target, back).copied_files == first.files
    left_out = {"state/settled/parse.json", "archive/jp_a_op/2026/03/two.warc.gz.open", "lake/raw/captures/.half.parquet.1.tmp"}
    assert content(back) == {name: digest for name, digest in content(data_dir).items() if name not in left_out}
    with connect(back) as restored, connect(data_dir) as original:
        statement = "FROM marts.articles ORDER BY ALL"
        assert restored.sql(statement).fetchall() == original.sql(statement).fetchall() != []
    with sqlite3.connect(back / "state" / "crawl" / "jp_a_op.sqlite") as state:
        assert state.execute("SELECT url FROM pages").fetchall() == [("http://a.example/1",)]
    state.close()
    assert made(back, target).copied_files == 0, "a restored folder goes on with its backup"


def test_only_what_is_new_is_copied_and_read(data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "backup"
    first = made(data_dir, target)
    (data_dir / "report.html").write_text("<p>another day of fiction</p>")
    read: list[Path] = []
    monkeypatch.setattr(module, "file_sha256", lambda path: read.append(path) or file_sha256(path))
    second = made(data_dir, target)
    assert (second.files, second.copied_files) == (first.files, 1)
    assert {path for path in read if path.is_relative_to(data_dir)} == {data_dir / "report.html"}
    names = {item.sha256 for item in read_backup(target).files}
    assert {path.name for path in (target / "objects").glob("*/*")} == names, "what no list names is dropped"


def test_a_half_backup_leaves_the_last_whole_and_is_continued(data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target, write = tmp_path / "backup", module.write_atomically
    calls: Iterator[int] = iter(range(1000))

    def full(path: Path, content) -> None:
        if next(calls) > 20:
            raise TransientError("no space left on device", "free some")
        write(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(module, "write_atomically", full)
        with pytest.raises(TransientError):
            made(data_dir, target)
    with pytest.raises(ConfigError, match="no finished backup"):
        put_back(target, tmp_path / "back")
    stored = len(list((target / "objects").glob("*/*")))
    assert stored >= 20
    done = made(data_dir, target)
    assert done.copied_files <= done.files - stored + 1

    # and over a whole one: the old list and its objects stay
    (data_dir / "report.html").write_text("<p>changed</p>")
    with monkeypatch.context() as patch:
        patch.setattr(module, "write_atomically", full)
        with pytest.raises(TransientError):
            made(data_dir, target)
    put_back(target, tmp_path / "back")
    assert (tmp_path / "back" / "report.html").read_text() == "<p>fiction</p>"


@pytest.mark.parametrize("damage", ["changed", "cut", "missing"])
def test_a_damaged_backup_restores_nothing_and_is_mended(data_dir: Path, tmp_path: Path, damage: str) -> None:
    target, back = tmp_path / "backup", tmp_path / "back"
    made(data_dir, target)
    item = next(item for item in read_backup(target).files if item.path.endswith("one.warc.gz"))
    path = target / "objects" / item.sha256[:2] / item.sha256
    match damage:
        case "changed":
            path.write_bytes(b"x" + path.read_bytes()[1:])
        case "cut":
            path.write_bytes(path.read_bytes()[:-1])
        case "missing":
            path.unlink()
    with pytest.raises(ContractError, match=r"one\.warc\.gz"):
        put_back(target, back)
    assert not back.exists()
    assert made(data_dir, target, verify=True).copied_files == 1
    put_back(target, back)


def test_no_place_for_it(data_dir: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup"
    made(data_dir, target)
    other = tmp_path / "other"
    (other / "state").mkdir(parents=True)
    (other / "lake").mkdir()
    (other / "state" / "world").write_text("live")
    with pytest.raises(ConfigError, match="replay world"):
        put_back(target, other)
    with pytest.raises(ConfigError, match="a replay world"):
        made(other, target)
    for place in (data_dir / "backup", tmp_path, tmp_path / "other"):
        with pytest.raises(ConfigError):
            made(data_dir, place)
    with pytest.raises(ConfigError, match="nothing to back up"):
        made(tmp_path / "mistyped", tmp_path / "elsewhere")
    with Lake(data_dir).lock(), pytest.raises(TransientError):
        made(data_dir, target)


def test_over_the_same_world_newer_log_stays(data_dir: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup"
    made(data_dir, target)
    newer = data_dir / "archive" / "jp_a_op" / "2026" / "03" / "three.warc.gz"
    newer.write_text("a later day of fiction")
    lost = data_dir / "archive" / "jp_a_op" / "2026" / "03" / "one.warc.gz"
    lost.write_text("damaged by a disk")
    put_back(target, data_dir)
    assert lost.read_text() == "bytes of fiction" and newer.exists()


def test_a_backup_of_a_newer_nichiro_is_refused(data_dir: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup"
    made(data_dir, target)
    told = json.loads((target / "backup.json").read_text())
    told["contracts"]["marts.articles"] = TABLES["marts.articles"].version + 1
    (target / "backup.json").write_text(json.dumps(told))
    with pytest.raises(ConfigError, match=r"marts\.articles is newer"):
        put_back(target, tmp_path / "back")


def test_log_only_leaves_out_what_can_be_derived_again(data_dir: Path, tmp_path: Path) -> None:
    lake = Lake(data_dir)
    expired = lake.partitions(TABLES["staging.articles"])[0]
    note = data_dir / "lake" / "expired" / f"captured_date={expired.captured_date}" / f"{expired.stem}.json"
    note.parent.mkdir(parents=True)
    note.write_text(Entry().model_dump_json())
    made(data_dir, tmp_path / "backup", log_only=True)
    names = {item.path for item in read_backup(tmp_path / "backup").files}
    derived = {name for name in names if name.startswith(("lake/staging/", "lake/enriched/", "lake/manifests/", "releases/"))}
    assert derived and all(expired.stem in name for name in derived), "an expired partition's rows cannot be derived again"
    assert any(name.startswith("lake/raw/captures/") for name in names) and any(name.startswith("archive/") for name in names)


def test_the_commands(data_dir: Path, tmp_path: Path) -> None:
    nichiro = Command(tmp_path)
    told = nichiro("backup", "backup", "--data-dir", "data", "--json")
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["release"] == "b0001"
    assert nichiro("restore", "backup", "--data-dir", "back").returncode == 0
    rows = [nichiro("query", "marts.articles", "--data-dir", name, "--json").stdout for name in ("data", "back")]
    assert rows[0] == rows[1] != ""
    (tmp_path / "somewhere").mkdir()
    (tmp_path / "somewhere" / "letter.txt").write_text("of somebody else")
    refused = nichiro("restore", "backup", "--data-dir", "somewhere", "--json")
    assert refused.returncode == 78 and "not empty" in json.loads(refused.stdout)["error"]
    assert [path.name for path in (tmp_path / "somewhere").iterdir()] == ["letter.txt"]
