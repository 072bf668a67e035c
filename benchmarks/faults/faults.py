"""The faults that are tried, each as cases."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from benchmarks.faults.boundary import Fault
from benchmarks.faults.case import Case
from benchmarks.faults.day import LATER, Day, can_mount, copy
from benchmarks.faults.forks import Ended, fork
from nichiro.steps import STEPS

KILLS = 5               # per step
ROOMS = (0, 24, 200)    # KiB that a full disk still has when the step begins
STRIDE = 400            # bytes from one flipped byte to the next; the shortest record has more
SOURCE = "jp_hokuto_shimbun"


@dataclass(frozen=True)
class Undisturbed:
    """What a step writes when nothing disturbs it: the names of its boundaries, and the seconds from the first to the last."""

    step: str
    names: tuple[str, ...]
    seconds: float


def undisturbed(day: Day, step: str) -> Undisturbed:
    """Run the step once and count."""
    data_dir = day.scratch / "counting" / step / "data"
    data_dir.parent.mkdir(parents=True)
    copy(day.state(step), data_dir)
    journal = data_dir.with_name("journal")
    ended = day.run(data_dir, step, journal=journal)
    lines = [line.split(" ", 1) for line in journal.read_text().splitlines()]
    shutil.rmtree(data_dir.parent)
    if ended.exit_code or not lines:
        raise RuntimeError(f"`nichiro {step}` ended with {ended.exit_code}, {len(lines)} boundaries: {ended.said}")
    return Undisturbed(step, tuple(dict.fromkeys(name for _, name in lines)), float(lines[-1][0]) - float(lines[0][0]))


def at_boundaries(step: Undisturbed) -> Iterator[Case]:
    """An error of the system and a death at each boundary."""
    for number, name in enumerate(step.names):
        for kind in ("eio" if number % 2 else "enospc", "death"):
            fault = "boundary_death" if kind == "death" else "boundary_error"
            yield Case(fault, f"{kind} at {name}", step.step, partial(_struck, step.step, Fault(name, kind)))


def _struck(step: str, fault: Fault, day: Day, data_dir: Path) -> Ended:
    return day.run(data_dir, step, fault=fault)


def timed_kills(step: Undisturbed) -> Iterator[Case]:
    """kill -9, five times, at equal distances between the step's first write and its last."""
    for number in range(KILLS):
        after = step.seconds * number / KILLS
        yield Case("kill", f"kill {after:.2f} s after the first write", step.step, partial(_killed, step.step, after))


def _killed(step: str, after: float, day: Day, data_dir: Path) -> Ended:
    return day.run(data_dir, step, kill_after=after)


def full_disk(step: Undisturbed) -> Iterator[Case]:
    """A small tmpfs with so many KiB left, or errors as if; the next run has room again."""
    for number, room in enumerate(ROOMS):
        if can_mount():
            yield Case("disk_full", f"{room} KiB left", step.step, partial(_no_room, step.step, room))
        else:
            at = step.names[len(step.names) * number // len(ROOMS)]
            yield Case("disk_full", f"full from {at} on", step.step, partial(_struck, step.step, Fault(at, "full")))


def _no_room(step: str, room: int, day: Day, data_dir: Path) -> Ended:
    whole = data_dir.with_name("whole")
    data_dir.rename(whole)
    data_dir.mkdir()
    size = sum(path.stat().st_size for path in whole.rglob("*") if path.is_file() and not path.is_symlink())
    with _tmpfs(data_dir, 2 * size):
        shutil.copytree(whole, data_dir, symlinks=True, dirs_exist_ok=True)
        filler = data_dir / "filler.log"
        free = os.statvfs(data_dir)
        filler.write_bytes(bytes(max(0, free.f_bavail * free.f_frsize - room * 1024)))
        ended = day.run(data_dir, step)
        filler.unlink()
        shutil.rmtree(whole)
        shutil.copytree(data_dir, whole, symlinks=True)
    data_dir.rmdir()
    whole.rename(data_dir)
    return ended


@contextmanager
def _tmpfs(where: Path, size: int) -> Iterator[None]:
    """Mounted for a while with room for ``size`` bytes."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", where], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", where], check=True)


WARC = f"archive/{SOURCE}/*/*/20260416*.warc.gz"


def damage() -> Iterator[Case]:
    """Bytes that changed on the disk, in the archive, the log and what is derived."""
    for how in ("flipped", "cut"):
        yield Case("corrupt_warc", f"{how} before parse", "parse", partial(_damaged, WARC, how, "parse"))
        yield Case("corrupt_warc", f"{how} before a rebuild", "end", partial(_damaged, WARC, how, "rebuild"))
        for table in ("raw.captures", "raw.fetches", "raw.discoveries"):
            yield _parquet(table, "parse", how)
        yield _parquet("raw.crawls", "gate", how)
        for table in ("staging.articles", "staging.outcomes", "enriched.tone", "enriched.signatures"):
            yield _parquet(table, "build", how)
        yield Case("corrupt_parquet", f"manifest {how}", "build", partial(_damaged, "lake/manifests/2026-04-16.json", how, "build"))


def _parquet(table: str, step: str, how: str) -> Case:
    where = f"lake/{table.replace('.', '/')}/*-04-16/*-{SOURCE}.parquet"
    return Case("corrupt_parquet", f"{table} {how}", step, partial(_damaged, where, how, step))


def _damaged(pattern: str, how: str, command: str, day: Day, data_dir: Path) -> Ended:
    """Damage the first file of the pattern, then run a command that should meet it."""
    path = min(data_dir.glob(pattern))
    content = path.read_bytes()
    path.unlink()   # its bytes are shared with the state
    middle = len(content) // 2
    if how == "cut":
        path.write_bytes(content[:middle])
    else:   # a byte in every record and column
        path.write_bytes(bytes(255 - byte if number % STRIDE == STRIDE - 1 else byte for number, byte in enumerate(content)))
    ended = day.run(data_dir, command)
    return ended if ended.exit_code else Ended(70, f"`nichiro {command}` did not notice the damage")


def clock_jumps() -> Iterator[Case]:
    for name, jump in (("back two days", -timedelta(days=2)), ("forward a year", timedelta(days=365))):
        yield Case("clock_jump", name, "end", partial(_jumped, jump))


def _jumped(jump: timedelta, day: Day, data_dir: Path) -> Ended:
    return day.run(data_dir, "run", later=LATER + jump)


def together() -> Iterator[Case]:
    """A second run while the first is at work."""
    for words in (("run",), ("rebuild",), ("build",)):
        yield Case("two_runs", f"nichiro {words[0]} during nichiro run", "crawl", partial(_both, words))


def _both(words: tuple[str, ...], day: Day, data_dir: Path) -> Ended:
    journal = data_dir.with_name("journal")
    first = fork(lambda: day.run(data_dir, "run", journal=journal).exit_code)
    while not (journal.exists() and b"status.json" in journal.read_bytes()):   # it holds the lock
        time.sleep(0.01)
    second = day.run(data_dir, *words, later=timedelta(minutes=1))
    first_code = os.waitstatus_to_exitcode(os.waitpid(first, 0)[1])
    if second.exit_code != 75 or first_code:
        return Ended(70, f"the second run ended with {second.exit_code}, the first with {first_code}: {second.said}")
    return second


def deleted_release() -> Iterator[Case]:
    for step in ("crawl", "build", "publish"):
        yield Case("release_deleted", f"the current release deleted under a reader before {step}", step, _deleted)


def _deleted(day: Day, data_dir: Path) -> Ended | None:
    """The reader keeps its rows; the next build starts from nothing."""
    code = os.waitpid(fork(partial(_read_on, data_dir)), 0)[1]
    return Ended(70, "a reader lost its rows") if code else None


def _read_on(data_dir: Path) -> int:
    from warehouse.store import connect

    with connect(data_dir) as connection:
        sql = "SELECT count(*), sum(hash(article_id)) FROM marts.articles"
        before = connection.sql(sql).fetchall()
        shutil.rmtree((data_dir / "current").resolve())
        return int(connection.sql(sql).fetchall() != before)


def all_cases(day: Day) -> Iterator[Case]:
    """Every case of every fault."""
    for name in STEPS:
        step = undisturbed(day, name)
        yield from at_boundaries(step)
        yield from timed_kills(step)
        yield from full_disk(step)
    for cases in (damage, clock_jumps, together, deleted_release):
        yield from cases()


def sample(day: Day) -> Iterator[Case]:
    """One boundary of every step, errors and deaths in turn, and one case of every other fault."""
    for number, name in enumerate(STEPS):
        step = undisturbed(day, name)
        cases = list(at_boundaries(step))
        yield cases[len(cases) * 2 // 3 // 2 * 2 + number % 2]   # an error stands before its death
        if name == "parse":
            yield list(timed_kills(step))[2]
            yield next(full_disk(step))
    for several in (damage, clock_jumps, together, deleted_release):
        yield from {case.fault: case for case in several()}.values()
