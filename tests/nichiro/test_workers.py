"""Workers: in order, in bounded memory, with clear trouble, and none that outlives its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import psutil
import pytest

from nichiro.errors import ConfigError, TransientError
from nichiro.settings import PROJECT
from nichiro.workers import AHEAD, spread


def odd(number: int) -> int:
    if number == 7:
        raise ConfigError("seven", "take another")
    if number < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.01 * (number % 3))
    return number * number


def test_results_come_in_order_and_items_are_taken_as_there_is_room() -> None:
    taken = []

    def items() -> Iterator[int]:
        for number in range(100, 200):
            taken.append(number)
            yield number

    results = spread(odd, items(), 2)
    assert next(results) == 100 * 100 and len(taken) <= 2 * AHEAD + 1
    assert list(results) == [number * number for number in range(101, 200)]


def test_what_the_work_raises_is_raised_whole() -> None:
    with pytest.raises(ConfigError) as found:
        list(spread(odd, range(20), 2))
    assert (found.value.message, found.value.hint) == ("seven", "take another")


def test_a_killed_worker_is_trouble_of_our_own() -> None:
    with pytest.raises(TransientError, match="a worker process was killed"):
        list(spread(odd, [1, -1, 2], 2))


PARENT = """
import sys, time
from nichiro.workers import spread
if __name__ == "__main__":
    done = spread(time.sleep, [0, 0, 600, 600], 2)
    next(done); next(done)
    print("begun", flush=True)
    next(done)
"""


def test_workers_end_with_a_killed_parent(tmp_path) -> None:
    (tmp_path / "parent.py").write_text(PARENT)
    parent = subprocess.Popen(
        [sys.executable, str(tmp_path / "parent.py")], stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(PROJECT)}
    )
    assert parent.stdout and parent.stdout.readline() == "begun\n"
    children = psutil.Process(parent.pid).children(recursive=True)
    parent.kill()
    parent.wait()
    gone, alive = psutil.wait_procs(children, timeout=20)
    assert len(gone) >= 2 and not alive
