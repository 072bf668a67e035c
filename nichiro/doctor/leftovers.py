"""What killed processes left behind, rights, room, and the clock."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path

from nichiro.doctor.finding import LOST, Finding, set_aside
from nichiro.doctor.patient import Patient
from nichiro.errors import ContractError, TransientError
from nichiro.readiness import free_bytes, is_backwards, needed_bytes, newest_crawl, started_at
from nichiro.status import Status, read_status

OWNER = {True: 0o700, False: 0o600}   # of a folder, of a file


def room(patient: Patient) -> Iterator[Finding]:
    free, needed = free_bytes(patient.data_dir), needed_bytes(patient.settings)
    if free < needed:
        what = f"{free / 1e6:.0f} MB are free, a run asks for {needed / 1e6:.0f} MB"
        yield Finding("disk_low", ".", what, "free some space, or lower NICHIRO_KEEP_RELEASES")


def clock(patient: Patient) -> Iterator[Finding]:
    """Runs from the future, which the next one would refuse to follow."""
    newest = newest_crawl(patient.data_dir)
    if newest is None or not is_backwards(patient.settings, newest, patient.now):
        return
    what = f"it says {patient.now:%Y-%m-%d %H:%M} UTC, and the last crawl was at {newest:%Y-%m-%d %H:%M} UTC"
    if patient.clock_is_right:
        yield Finding("clock_backwards", ".", what, "sets aside all that runs from the future left", partial(_forget_the_future, patient))
    else:
        yield Finding("clock_backwards", ".", what, "set the clock; or `--repair --clock-is-right` sets aside what was captured in the future")


def _forget_the_future(patient: Patient) -> None:
    """What they crawled is asked for again: without its state a crawl looks into the log."""
    for pattern in ("runs/*", "releases/*", "archive/*/*/*/*", "lake/*/captured_date=*/*", "lake/*/*/captured_date=*/*"):
        for path in patient.data_dir.glob(pattern):
            start = started_at(path.name)
            if start and is_backwards(patient.settings, start, patient.now):
                set_aside(patient.data_dir, path.name[: len("20260628T233000Z-001")], path, "it comes from the future")
    for day in patient.lake.days():
        manifest = patient.lake.manifest(day)
        gone = [stem for stem in manifest.entries if (start := started_at(stem)) and is_backwards(patient.settings, start, patient.now)]
        if gone:
            manifest.entries = {stem: entry for stem, entry in manifest.entries.items() if stem not in gone}
            patient.lake.write_manifest(day, manifest)
    for state in (patient.data_dir / "state" / "crawl").glob("*.sqlite*"):
        state.unlink()


def temporary_files(patient: Patient) -> Iterator[Finding]:
    """Of a live run's, none is called an orphan: while a crawl or a report is on its way, only WARC files of dead ones are."""
    for path in _walk(patient):
        run_id = path.name.removesuffix(".warc.gz.open")
        if run_id != path.name and run_id not in patient.alive:
            yield Finding(
                "temporary_file", patient.where(path), "a crawl was killed while it wrote", "sets it aside; the next crawl asks again",
                partial(set_aside, patient.data_dir, run_id, path, "a crawl was killed before it had written its log"),
            )
        elif path.name.startswith(".") and path.name.endswith(".tmp") and not patient.alive:
            yield Finding("temporary_file", patient.where(path), "a process was killed while it wrote", "deletes it", path.unlink)


def rights(patient: Patient) -> Iterator[Finding]:
    for path in (patient.data_dir, *_walk(patient)):
        if path.is_symlink():
            continue
        seen = path.stat()
        needed = OWNER[path.is_dir()]
        if seen.st_uid != os.geteuid() and not os.access(path, os.R_OK | os.W_OK):
            yield Finding("rights", patient.where(path), f"it belongs to user {seen.st_uid}", f"chown it to user {os.geteuid()}")
        elif seen.st_mode & needed != needed or seen.st_mode & stat.S_IWOTH:
            mode = (seen.st_mode | needed) & ~stat.S_IWOTH
            what = f"its mode is {stat.filemode(seen.st_mode)}"
            yield Finding("rights", patient.where(path), what, f"makes it {stat.filemode(mode)}", partial(path.chmod, stat.S_IMODE(mode)))


def died(patient: Patient) -> Iterator[Finding]:
    for folder in patient.runs:
        path = folder / "status.json"
        if not path.exists():
            continue
        try:
            status = read_status(folder)
        except ContractError:
            why = "it cannot be read"
            yield Finding("status_damaged", patient.where(path), why, "sets it aside", partial(set_aside, patient.data_dir, folder.name, path, why))
            continue
        if status.status == "died" and '"running"' in path.read_text(encoding="utf-8"):
            yield Finding("run_died", patient.where(folder), f"{status.message} ({status.run_date})", "writes it down", partial(_write, status, folder))


def _write(status: Status, folder: Path) -> None:
    status.write(folder)


def _walk(patient: Patient) -> Iterator[Path]:
    """Folders and files below the data folder, without what was set aside and what is older than is looked at.

    Raises TransientError.
    """
    def unreadable(error: OSError) -> None:
        if not isinstance(error, PermissionError):   # those are findings
            raise TransientError(f"cannot read {error.filename}: {error.strerror}", "run again") from error

    for root, folders, files in os.walk(patient.data_dir, onerror=unreadable):
        here = Path(root)
        folders[:] = sorted(name for name in folders if not _is_old(here, name, patient.since) and name != LOST)
        yield from (here / name for name in (*folders, *sorted(files)))


def _is_old(parent: Path, name: str, since: date) -> bool:
    if name.startswith("captured_date="):
        return name.removeprefix("captured_date=") < since.isoformat()
    is_month = parent.parent.parent.name == "archive" and name.isdigit()
    return is_month and f"{parent.name}-{name}" < f"{since:%Y-%m}"
