"""A child process under a stopwatch: how long it took and what memory its whole tree held at most."""

from __future__ import annotations

import resource
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass

import psutil

BEAT_SECONDS = 0.1      # between two looks at the tree; a peak shorter than that may be missed


@dataclass(frozen=True)
class Measured:
    """``seconds`` of wall time; ``peak_mb`` is the largest sum of resident memory over the tree, in MB (10⁶ bytes);
    ``cpu_seconds`` of processor time, its own and that of the children it waited for."""

    seconds: float
    peak_mb: float
    output: str
    cpu_seconds: float


def run(command: list[str], *, environment: dict[str, str], text: str = "") -> Measured:
    """Run a command to its end, ``text`` on its standard input. Raises RuntimeError with its last lines where it fails."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as errors, tempfile.TemporaryFile("w+", encoding="utf-8") as given:
        given.write(text)
        given.seek(0)
        start, used = time.perf_counter(), _used()
        with subprocess.Popen(
            command, env=environment, stdin=given, stdout=subprocess.PIPE, stderr=errors, text=True, encoding="utf-8"
        ) as child:
            peak = _Peak(child.pid)
            output = child.stdout.read() if child.stdout else ""
            code = child.wait()
            seconds = time.perf_counter() - start
            peak.stop()
        errors.seek(0)
        if code:
            raise RuntimeError(f"{' '.join(command)} ended with exit {code}:\n{errors.read()[-2000:]}")
    return Measured(seconds, peak.bytes / 1e6, output, _used() - used)


def _used() -> float:
    """Processor seconds of all children that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class _Peak:
    """Watches a process and its children from a thread."""

    def __init__(self, pid: int) -> None:
        self.bytes = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, args=(psutil.Process(pid),), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self, root: psutil.Process) -> None:
        while not self._ended.wait(BEAT_SECONDS):
            try:
                tree = [root, *root.children(recursive=True)]
            except psutil.NoSuchProcess:
                return
            self.bytes = max(self.bytes, sum(map(_resident, tree)))


def _resident(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return 0      # it ended between two looks
