"""Runs of nichiro as forks of a process that has imported everything: a case costs what it does, not what it imports.

The parent imports and forks, and never computes, so that no pool of threads can be lost in a fork.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

from benchmarks.faults.boundary import Fault, watch

T = TypeVar("T")
JOURNAL = 200          # descriptor; those below are closed in a crawl's child, which must not hold its sister's pipes
SLOWEST_SECONDS = 240
WARM = (
    "altair", "great_expectations", "scrapy.crawler", "scrapy.core.downloader.handlers.http11", "trafilatura", "crawlers.parse",
    "crawlers.run", "expectations.gate", "nichiro.alerts", "nichiro.cli", "nichiro.pipeline", "nichiro.report", "warehouse.archive",
)


@dataclass(frozen=True)
class Ended:
    """How a run of nichiro ended: its exit code, or minus the signal; what it said last on standard error."""

    exit_code: int
    said: str

    @property
    def has_traceback(self) -> bool:
        return "Traceback" in self.said


def import_all() -> None:
    """Import what the steps import while they run."""
    for name in WARM:
        import_module(name)


def fork(task: Callable[[], int | None]) -> int:
    """Run ``task`` in a fork with a process group of its own; returns its process id. What it returns is the exit code."""
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    code = 70
    try:
        os.setpgid(0, 0)
        code = task() or 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def each(tasks: Iterable[Callable[[], T]], at_once: int, scratch: Path) -> Iterator[T]:
    """The results of tasks, each in a fork, ``at_once`` side by side; in order. Raises RuntimeError where one fails."""
    at_work: set[int] = set()
    pending: deque[tuple[int, Path]] = deque()

    def wait() -> None:
        child, status = os.waitpid(-1, 0)
        at_work.discard(child)
        if status and child in dict(pending):
            raise RuntimeError(f"a case ended with {os.waitstatus_to_exitcode(status)}")

    def results(until: int) -> Iterator[T]:
        while len(at_work) >= until and at_work:
            wait()
        while pending and pending[0][0] not in at_work:
            path = pending.popleft()[1]
            yield pickle.loads(path.read_bytes())
            path.unlink()

    for number, task in enumerate(tasks):
        yield from results(at_once)
        path = scratch / f"result-{number}.pickle"
        pending.append((fork(partial(_keep, task, path)), path))
        at_work.add(pending[-1][0])
    while pending:
        yield from results(len(at_work))


def _keep(task: Callable[[], object], path: Path) -> None:
    path.write_bytes(pickle.dumps(task()))


def nichiro(
    words: list[str],
    environment: dict[str, str],
    *,
    fault: Fault | None = None,
    journal: Path | None = None,
    kill_after: float | None = None,
    has_report: bool = True,
) -> Ended:
    """Run ``nichiro words`` in a fork. With a ``journal`` its boundaries are written there, a line each.

    ``has_report`` False leaves out the drawing of the report, which writes no table. ``kill_after`` kills the whole process group so many seconds after the first boundary. The clock stands still: two runs
    at one instant then write the same bytes.
    """
    data_dir = Path(environment["NICHIRO_DATA_DIR"])
    said = data_dir.with_name(f"{data_dir.name}.stderr")
    watched = journal or (data_dir.with_name(f"{data_dir.name}.journal") if kill_after is not None else None)

    def task() -> int:
        with said.open("wb") as errors:
            for descriptor in (1, 2):
                os.dup2(errors.fileno(), descriptor)
        if watched:
            with watched.open("wb") as names:
                os.dup2(names.fileno(), JOURNAL)
        os.environ.update(environment)
        os.chdir(data_dir.parent)
        _stand_still()
        import crawlers.run

        crawlers.run.subprocess = SimpleNamespace(Popen=_Child, PIPE=subprocess.PIPE)   # type: ignore[assignment]
        crawlers.run.ThreadPoolExecutor = lambda workers, **named: ThreadPoolExecutor(1, **named)   # type: ignore[assignment, misc]
        if not has_report:
            import nichiro.report

            nichiro.report.write_report = lambda data_dir, path, run_date: path   # type: ignore[assignment]
        if fault or watched:
            watch(data_dir, fault, JOURNAL if watched else None)
        return _main(words)

    child = fork(task)
    if kill_after is not None and watched is not None:
        _kill(child, watched, kill_after)
    deadline = time.monotonic() + SLOWEST_SECONDS
    while not (ended := os.waitpid(child, os.WNOHANG))[0]:
        if time.monotonic() > deadline:
            os.killpg(child, signal.SIGKILL)
        time.sleep(0.01)
    with_children = said.read_text(errors="replace")
    return Ended(os.waitstatus_to_exitcode(ended[1]), with_children[-4000:])


def _kill(child: int, journal: Path, after: float) -> None:
    while not (journal.exists() and journal.stat().st_size):
        if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            return   # it ended without a write
        time.sleep(0.001)
    time.sleep(after)
    os.killpg(child, signal.SIGKILL)   # a zombie is a group still


def _stand_still() -> None:
    from nichiro.run import Clock

    Clock.now = lambda self: self._start   # type: ignore[assignment, method-assign, return-value]


def _main(words: list[str]) -> int:
    from nichiro.cli import main

    sys.argv = ["nichiro", *words]
    try:
        main()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    return 0


class _Child:
    """Stands in for the Popen of a crawl: the child is a fork, too."""

    def __init__(self, command: list[str], *, stderr: Any, **_: Any) -> None:
        (given, ours), (theirs, taken) = os.pipe(), os.pipe()
        self.returncode: int | None = None
        self.pid = os.fork()
        if not self.pid:
            code = 70
            try:
                for descriptor, number in ((given, 0), (taken, 1), (stderr.fileno(), 2)):
                    os.dup2(descriptor, number)
                os.closerange(3, JOURNAL)
                sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")   # noqa: SIM115
                import crawlers.run

                code = crawlers.run.main()
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        for descriptor in (given, taken):
            os.close(descriptor)
        self.stdin, self.stdout = os.fdopen(ours, "w"), os.fdopen(theirs)

    def __enter__(self) -> _Child:
        return self

    def __exit__(self, *_: object) -> None:
        self.stdin.close()
        self.stdout.close()
        self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def day_environment(data_dir: Path, catalog: Path, proxy: str, at: datetime) -> dict[str, str]:
    """The settings of a replay run at an instant."""
    return {
        "NICHIRO_DATA_DIR": str(data_dir), "NICHIRO_CATALOG_DIR": str(catalog), "NICHIRO_PROXY": proxy,
        "NICHIRO_CLOCK": at.isoformat(), "NICHIRO_CONTACT": "https://nichiro.example/faults", "COLUMNS": "200",
    }
