"""The day that is disturbed: a backfill of the fictional web, then some forty pages of two sources, step by step.

The data folder as it was before each step is kept, and so are the rows that the undisturbed day leaves.
"""

from __future__ import annotations

import os
import pickle
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as at_time
from functools import cache
from pathlib import Path

from benchmarks.faults.forks import Ended, day_environment, fork, nichiro
from benchmarks.faults.rows import Tables, tables_of
from nichiro.steps import STEPS

FIRST = date(2026, 3, 2)
BACKFILLED, DAY = 20, 46      # numbers of days; what appeared in between is the day's forty pages
SOURCES = ("jp_aozora_wire", "jp_hokuto_shimbun")   # the second reprints the first
LATER = timedelta(minutes=10)  # the next ordinary run
TAKEN_AT = at_time(23, 30, tzinfo=UTC)
CATALOG = Path("tests/demosite/catalog")
SHARED = (".parquet", ".gz")   # never written in place: a copy of a folder may share them


def instant(number: int) -> datetime:
    return datetime.combine(FIRST + timedelta(days=number - 1), TAKEN_AT)


@contextmanager
def served() -> Iterator[dict[int, str]]:
    """The web in a process of its own: number of the day it lives in -> URL of its proxy."""
    from tests.demosite import DemoSite
    from tests.demosite.replay import ReplayProxy

    receive, send = os.pipe()
    parent = os.getpid()
    if not (child := os.fork()):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)   # who was killed hangs up
        site = DemoSite(seed=1, days=DAY + 2, first_day=FIRST)
        with ReplayProxy(site, instant(BACKFILLED)) as before, ReplayProxy(site, instant(DAY)) as today:
            os.write(send, f"{before.url} {today.url}\n".encode())
            while os.getppid() == parent:
                time.sleep(0.5)
        os._exit(0)
    try:
        before_url, today_url = os.read(receive, 200).decode().split()
        yield {BACKFILLED: before_url, DAY: today_url}
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


@dataclass(frozen=True)
class Day:
    """The day in a scratch folder, and how to run nichiro in it."""

    scratch: Path
    proxies: dict[int, str]

    @property
    def catalog(self) -> Path:
        return self.scratch / "catalog"

    def state(self, step: str) -> Path:
        """The data folder as it was before ``step``."""
        return self.scratch / "states" / step / "data"

    def prepare(self) -> None:
        """Live the day undisturbed, keep its states and its rows. Raises RuntimeError where it does not end well."""
        self.catalog.mkdir(parents=True)
        for source_id in SOURCES:
            text = (CATALOG / f"{source_id}.yml").read_text(encoding="utf-8")
            (self.catalog / f"{source_id}.yml").write_text(text.replace("concurrency: 2", "concurrency: 1"), encoding="utf-8")
        data = self.scratch / "undisturbed" / "data"
        data.parent.mkdir()
        self._must(data, BACKFILLED, "run", "--from", str(FIRST), "--to", str(instant(BACKFILLED).date()))
        for step in STEPS:
            copy(data, self.state(step))
            self._must(data, DAY, step)
        self._must(data, DAY, "run", later=True)
        copy(data, self.state("end"))
        if os.waitpid(fork(lambda: self._keep(data)), 0)[1]:
            raise RuntimeError("the undisturbed rows cannot be read")

    def run(self, data_dir: Path, *words: str, number: int = DAY, later: timedelta = timedelta(), **faults: object) -> Ended:
        """Run ``nichiro words`` on a data folder, on the day or ``later``."""
        environment = day_environment(data_dir, self.catalog, self.proxies[number], instant(number) + later)
        return nichiro(list(words), environment, **faults)   # type: ignore[arg-type]

    def undisturbed(self) -> tuple[Tables, Tables]:
        """The rows that the undisturbed day leaves: the world, and everything."""
        return pickle.loads((self.scratch / "undisturbed.pickle").read_bytes())

    def _keep(self, data: Path) -> None:
        (self.scratch / "undisturbed.pickle").write_bytes(pickle.dumps(tables_of(data)))

    def _must(self, data: Path, number: int, *words: str, later: bool = False) -> None:
        ended = self.run(data, *words, number=number, later=LATER if later else timedelta())
        if ended.exit_code:
            raise RuntimeError(f"undisturbed `nichiro {' '.join(words)}` ended with {ended.exit_code}: {ended.said}")


def copy(source: Path, target: Path) -> None:
    """A copy of a data folder that shares what is never written in place."""

    def one(each: str, there: str) -> None:
        is_release = "/releases/2" in each
        if Path(each).suffix in SHARED or is_release:
            os.link(each, there)
        else:
            shutil.copy2(each, there)

    shutil.copytree(source, target, symlinks=True, copy_function=one)


@cache
def can_mount() -> bool:
    """Whether this process may mount a small tmpfs."""
    from subprocess import DEVNULL, run
    from tempfile import mkdtemp

    where = mkdtemp(prefix="nichiro-mount-")
    try:
        if run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", where], stdout=DEVNULL, stderr=DEVNULL, check=False).returncode:
            return False
        run(["umount", where], check=True)
        return True
    except FileNotFoundError:
        return False
    finally:
        with suppress(OSError):
            Path(where).rmdir()
