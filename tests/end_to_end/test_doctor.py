"""The doctor: each disorder is planted, found by its name, mended, and afterwards the same rows are there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from nichiro import doctor
from nichiro.doctor import KINDS, LOST, Patient, Visit
from nichiro.errors import TransientError
from nichiro.log import recorded
from nichiro.pipeline import Pipeline
from nichiro.settings import PROJECT, Settings, load_settings
from nichiro.status import Status, read_status
from tests.end_to_end.conftest import Demo
from tests.end_to_end.test_demo import tables
from tests.nichiro.command import Command
from warehouse import digests
from warehouse.lake import Lake, Partition, file_sha256
from warehouse.store import DATABASE, current_release, point_at
from warehouse.tables import enriched, raw, staging

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = date(2026, 6, 28)
RUN = "20260628T233000Z-001"
KILLED = "20260629T233000Z-009"   # a run that left nothing whole
PARTITION = Partition(DAY, RUN, "jp_seto_editorial")
Plant = Callable[[Settings], None]


@pytest.fixture
def settings(demo: Demo, tmp_path: Path) -> Settings:
    shutil.copytree(demo.data_dir, tmp_path / "data", symlinks=True)
    return load_settings(data_dir=tmp_path / "data", catalog_dir=demo.catalog_dir)


def kinds(visit: Visit) -> set[str]:
    return {finding.kind for finding in visit.found}


def examined(settings: Settings, **how: bool) -> Visit:
    return doctor.examine(Patient(settings, NOW, **how))


def repaired(settings: Settings, **how: bool) -> Visit:
    return doctor.repair(Patient(settings, NOW, **how), lambda step, message: None)


def log_path(settings: Settings, table: object) -> Path:
    return Lake(settings.data_dir).path(table, PARTITION)   # type: ignore[arg-type]


def warc(settings: Settings) -> Path:
    return settings.data_dir / "archive" / PARTITION.source_id / "2026" / "06" / f"{RUN}.warc.gz"


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 0xFF
    path.write_bytes(content)


def set_aside(settings: Settings) -> list[str]:
    root = settings.data_dir / LOST
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


# What a crash, a disk or a hand leaves. Name -> (how it is planted, what it is called).


def _temporary(settings: Settings) -> None:
    (log_path(settings, raw.CRAWLS).parent / ".part.parquet.4242.tmp").write_bytes(b"half")


def _open_warc(settings: Settings) -> None:
    warc(settings).with_name(f"{KILLED}.warc.gz.open").write_bytes(warc(settings).read_bytes()[:700])


def _half(settings: Settings) -> None:
    lake = Lake(settings.data_dir)
    for table in (raw.FETCHES, raw.DISCOVERIES, raw.CAPTURES):   # raw.crawls would have been next
        killed = lake.path(table, Partition(date(2026, 6, 29), KILLED, PARTITION.source_id))
        shutil.copy(log_path(settings, table), killed)
    shutil.copy(warc(settings), warc(settings).with_name(f"{KILLED}.warc.gz"))


def _unsealed(settings: Settings) -> None:
    path = log_path(settings, raw.FETCHES)
    pl.read_parquet(path).write_parquet(path)


def _index(settings: Settings) -> None:
    Lake(settings.data_dir).write(raw.CAPTURES, PARTITION, pl.read_parquet(log_path(settings, raw.CAPTURES)).with_columns(pl.col("warc_offset") + 1))


def _candidate(settings: Settings) -> None:
    (settings.data_dir / "releases" / ".candidate" / DATABASE).unlink(missing_ok=True)
    (settings.data_dir / "releases" / ".candidate").mkdir(exist_ok=True)
    (settings.data_dir / "releases" / ".candidate" / "candidate.json").write_text("{")


def _died(settings: Settings) -> None:
    folder = settings.data_dir / "runs" / KILLED
    folder.mkdir()
    Status(run_id=KILLED, run_date=DAY, started_at=NOW, step="enrich").write(folder)


def _dangling(settings: Settings) -> None:
    (settings.data_dir / "current").unlink()
    (settings.data_dir / "current").symlink_to("releases/gone")


def _damaged_release(settings: Settings) -> None:
    release = current_release(settings.data_dir)
    assert release
    (release / DATABASE).write_bytes((release / DATABASE).read_bytes()[:5000])


def _behind(settings: Settings) -> None:
    point_at(settings.data_dir, min(path.name for path in (settings.data_dir / "releases").glob("2*")))


def _unlink(table: object) -> Plant:
    return lambda settings: log_path(settings, table).unlink()


def _flip(table: object) -> Plant:
    return lambda settings: flip(log_path(settings, table), 60)


QUICK: dict[str, tuple[Plant, str]] = {
    "a killed write": (_temporary, "temporary_file"),
    "a killed crawl": (_open_warc, "temporary_file"),
    "a crawl killed before its log": (_half, "half_partition"),
    "a lost log of fetches": (_unlink(raw.FETCHES), "log_missing"),
    "a lost log of crawls": (_unlink(raw.CRAWLS), "log_missing"),
    "a spoilt log of links": (_flip(raw.DISCOVERIES), "log_damaged"),
    "a spoilt index": (_flip(raw.CAPTURES), "log_damaged"),
    "a log from before the seal": (_unsealed, "unsealed"),
    "a killed build": (_candidate, "stale_candidate"),
    "a killed run": (_died, "run_died"),
    "a torn status": (lambda settings: (settings.data_dir / "runs" / RUN / "status.json").write_bytes(b"{"), "status_damaged"),
    "a link to nothing": (_dangling, "link_dangling"),
    "no link": (lambda settings: (settings.data_dir / "current").unlink(), "link_dangling"),
    "no rights": (lambda settings: log_path(settings, raw.CRAWLS).parent.chmod(0o300), "rights"),
    "too many rights": (lambda settings: log_path(settings, raw.CRAWLS).chmod(0o666), "rights"),
}
DERIVED: dict[str, tuple[list[Plant], set[str]]] = {
    "spoilt partitions": (
        [_index, _unlink(staging.ARTICLES), _flip(enriched.TONE), lambda settings: Lake(settings.data_dir).manifest_path(date(2026, 6, 27)).write_bytes(b"{")],
        {"index_differs", "derived_damaged", "manifest_damaged"},
    ),
    "a cut release": ([_damaged_release], {"release_damaged"}),
    "an old release": ([_behind], {"release_behind"}),
}


def test_a_sound_folder(settings: Settings) -> None:
    assert examined(settings, is_deep=True).found == []
    before = {path: path.stat().st_mtime_ns for path in settings.data_dir.rglob("*") if path.is_file() and path.name != "writer.lock"}
    assert repaired(settings).exit_code == 0
    assert before == {path: path.stat().st_mtime_ns for path in settings.data_dir.rglob("*") if path.is_file() and path.name != "writer.lock"}


def logged(settings: Settings) -> list[pl.DataFrame]:
    lake = Lake(settings.data_dir)
    tables = (raw.FETCHES, raw.DISCOVERIES, raw.CAPTURES, raw.CRAWLS)
    return [lake.read_all(table, lake.partitions(raw.CRAWLS)).sort(table.primary_key) for table in tables]


def restored(settings: Settings, names: list[str]) -> None:
    """Plant, find, mend, and compare the log before and after; the release is not touched."""
    before = logged(settings)
    for name in names:
        QUICK[name][0](settings)
    wanted = {QUICK[name][1] for name in names}
    assert kinds(examined(settings)) - {"release_behind"} == wanted
    visit = repaired(settings)
    assert visit.found == [] and wanted <= {finding.kind for finding in visit.mended}
    assert all(frame.equals(again) for frame, again in zip(before, logged(settings), strict=True))


def test_all_at_once(settings: Settings) -> None:
    """But for what another disorder hides."""
    restored(settings, [name for name in QUICK if name not in ("a lost log of crawls", "no link", "a log from before the seal", "no rights")])


@pytest.mark.slow
@pytest.mark.parametrize("name", QUICK)
def test_one_disorder(settings: Settings, name: str) -> None:
    before = tables(settings.data_dir)
    restored(settings, [name])
    after = tables(settings.data_dir)
    assert [table for table, frame in before.items() if not frame.equals(after[table])] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", DERIVED)
def test_what_is_derived_again(settings: Settings, name: str) -> None:
    plants, wanted = DERIVED[name]
    before = tables(settings.data_dir)
    for plant in plants:
        plant(settings)
    assert kinds(examined(settings)) >= wanted
    visit = repaired(settings)
    assert visit.found == [], visit
    # the fingerprint tells that an index was made again
    after = tables(settings.data_dir)
    assert [table for table, frame in before.items() if not _rows(frame).equals(_rows(after[table]))] == []


def _rows(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.drop("fingerprint", strict=False)


@pytest.mark.slow
def test_a_spoilt_record_is_given_up_and_the_others_kept(settings: Settings) -> None:
    """Two bits: one in a page, one in a request that nothing ever reads again. All the rest stays, byte for byte."""
    path, lake = warc(settings), Lake(settings.data_dir)
    captures = lake.read(raw.CAPTURES, PARTITION).sort("warc_offset")
    page = captures.filter(kind="article", http_status=200).row(0, named=True)
    whole = list(digests.stretches(path))
    lost = [each for each in whole if each.start == page["warc_offset"]] + [each for each in whole if each.start > page["warc_offset"]][2:3]
    content = path.read_bytes()
    for each in lost:
        flip(path, (each.start + each.end) // 2)
    assert kinds(examined(settings)) == {"archive_damaged"}
    damaged = file_sha256(path)
    assert repaired(settings).found == []
    assert path.read_bytes() == b"".join(content[each.start : each.end] for each in whole if each not in lost)
    assert file_sha256(settings.data_dir / LOST / RUN / path.relative_to(settings.data_dir)) == damaged
    assert "offset" in (settings.data_dir / LOST / RUN / "notes.txt").read_text()
    incremental = {name: _rows(frame) for name, frame in tables(settings.data_dir).items()}
    assert page["capture_id"] not in set(incremental["raw.captures"]["capture_id"])
    assert incremental["raw.captures"].filter(run_id=RUN, source_id=PARTITION.source_id).height >= captures.height - 2
    assert Pipeline(settings).rebuild().status == "published"
    rebuilt = tables(settings.data_dir)
    assert [name for name, frame in incremental.items() if not frame.equals(_rows(rebuilt[name]))] == []


def test_what_only_a_backup_has(settings: Settings) -> None:
    warc(settings).unlink()
    visit = repaired(settings)
    assert kinds(visit) == {"archive_missing"} and visit.exit_code == 1
    assert "backup" in visit.found[0].remedy


def test_what_is_set_aside_is_told(settings: Settings) -> None:
    _half(settings)
    repaired(settings)
    aside = set_aside(settings)
    assert len(aside) == 5 and f"{KILLED}/notes.txt" in aside
    assert any(path.endswith(f"{KILLED}.warc.gz") for path in aside)


def test_a_live_crawl_is_left_alone(settings: Settings) -> None:
    """A crawl holds no writer's lock; what it is writing is no orphan."""
    _open_warc(settings)
    _half(settings)
    _temporary(settings)
    folder = settings.data_dir / "runs" / KILLED
    folder.mkdir()
    with recorded(folder, KILLED):
        Status(run_id=KILLED, run_date=DAY, started_at=NOW, step="crawl").write(folder)
        assert examined(settings).found == []
    assert kinds(examined(settings)) == {"temporary_file", "half_partition", "run_died"}
    repaired(settings)
    assert read_status(folder).status == "died"


def test_a_locked_folder(settings: Settings) -> None:
    with Lake(settings.data_dir).lock(), pytest.raises(TransientError, match="another nichiro run"):
        examined(settings)


def early(settings: Settings) -> Settings:
    """A day before the last crawl."""
    return load_settings(
        data_dir=settings.data_dir, catalog_dir=settings.catalog_dir, proxy="http://127.0.0.1:9", contact="https://nichiro.example/tests",
        clock="2026-06-28T23:50:00+00:00",
    )


def test_a_clock_that_jumped_back_stops_a_run(settings: Settings) -> None:
    release = current_release(settings.data_dir)
    pipeline = Pipeline(early(settings))
    with pytest.raises(TransientError, match=r"step crawl: the clock says 2026-06-28 23:50 UTC.*2026-06-29 23:30.*clock-is-right"):
        pipeline.run_all()
    assert current_release(settings.data_dir) == release
    assert read_status(pipeline.run.directory).exit_code == 75


@pytest.mark.slow
def test_only_who_says_that_the_clock_is_right_has_the_future_set_aside(settings: Settings) -> None:
    now = datetime(2026, 6, 28, 23, 50, tzinfo=UTC)
    assert kinds(doctor.repair(Patient(early(settings), now), lambda step, message: None)) == {"clock_backwards"}
    visit = doctor.repair(Patient(early(settings), now, clock_is_right=True), lambda step, message: None)
    assert visit.found == []
    assert Lake(settings.data_dir).partitions(raw.CRAWLS)[-1].captured_date == DAY
    assert current_release(settings.data_dir).name == RUN   # type: ignore[union-attr]
    assert any("2026-06-29" in path for path in set_aside(settings))


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk of 64 MB of its own."""
    folder = Path(tempfile.mkdtemp(prefix="nichiro-", dir="/dev/shm" if Path("/dev/shm").exists() else None))
    mounted = os.geteuid() == 0 and subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", folder], capture_output=True, check=False).returncode == 0
    if not mounted:
        folder.rmdir()
        pytest.skip("only root may mount a small disk here")
    yield folder
    subprocess.run(["umount", folder], check=True)
    folder.rmdir()


def test_a_small_disk_stops_a_run_before_it_starts(small_disk: Path, settings: Settings) -> None:
    shutil.copytree(settings.data_dir, small_disk / "data", symlinks=True, ignore=shutil.ignore_patterns("archive", "report.html"))
    command = Command(small_disk.parent, {"NICHIRO_CATALOG_DIR": str(settings.catalog_dir), "NICHIRO_CONTACT": "https://nichiro.example/tests"})
    release = current_release(small_disk / "data")
    done = command("build", "--data-dir", str(small_disk / "data"))
    assert done.returncode == 75, done
    assert "step build: " in done.stderr and "MB are needed" in done.stderr and str(small_disk) in done.stderr
    assert current_release(small_disk / "data") == release
    done = command("doctor", "--json", "--data-dir", str(small_disk / "data"))
    assert done.returncode == 1
    assert "disk_low" in {finding["kind"] for finding in json.loads(done.stdout)["found"]}


def test_a_disk_that_fills_up_names_the_step(small_disk: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check before was passed, then somebody else filled the disk but for a megabyte."""
    shutil.copytree(settings.data_dir, small_disk / "data", symlinks=True, ignore=shutil.ignore_patterns("archive", "report.html", "releases", "current"))
    full = load_settings(data_dir=small_disk / "data", catalog_dir=settings.catalog_dir)
    monkeypatch.setattr("nichiro.pipeline.require_readiness", lambda settings, run: None)
    pipeline = Pipeline(full)
    with (small_disk / "filler").open("wb") as file, pytest.raises(OSError, match="space"):
        while True:
            os.write(file.fileno(), bytes(2**16))
    os.truncate(small_disk / "filler", (small_disk / "filler").stat().st_size - 2**20)
    with pytest.raises(TransientError, match=r"step build: .*(?i:space)"):
        pipeline.step("build")
    (small_disk / "filler").unlink()
    assert examined(full).exit_code == 1


def test_the_runbook_knows_every_finding() -> None:
    runbook = (PROJECT / "docs" / "runbook.md").read_text(encoding="utf-8")
    assert [kind for kind in KINDS if f"| `{kind}` |" not in runbook] == []


def test_the_command(settings: Settings) -> None:
    _died(settings)
    command = Command(settings.data_dir.parent, {"NICHIRO_CATALOG_DIR": str(settings.catalog_dir)})
    done = command("doctor")
    assert done.returncode == 1 and "run_died  runs/" in done.stdout and "1 findings, 1 of them for" in done.stdout, done
    done = command("doctor", "--repair", "--json")
    assert done.returncode == 0 and json.loads(done.stdout)["mended"][0]["kind"] == "run_died"
    assert command("doctor").stdout == "sound\n"
