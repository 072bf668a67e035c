"""Workers: one function over many things, on all cores, in their order and in bounded memory.

Processes, since reading pages is Python's own work; spawned, since a fork of a process with Polars' threads can hang.
Whoever is killed takes its workers along: each watches its parent, and the channel between them would not tell.
"""

from __future__ import annotations

import os
import pickle
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import connection, get_context, parent_process
from typing import Any, TypeVar

from nichiro.errors import TransientError

Item = TypeVar("Item")
Result = TypeVar("Result")

_work: Callable[[Any], Any]   # of a worker process
AHEAD = 16   # things handed out for each worker before the first result is taken: one large thing holds up few others


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def spread(work: Callable[[Item], Result], items: Iterable[Item], count: int) -> Iterator[Result]:
    """What ``work`` makes of each item, in the items' order, by ``count`` processes; with 1 by this very process.

    ``items`` are taken as there is room. ``work``, once for each process, items and results are pickled. Raises what ``work``
    raises, and TransientError where a worker was killed.
    """
    if count <= 1:
        yield from map(work, items)
        return
    coming, waiting = iter(items), deque[Future[Result]]()
    pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_begin, initargs=(pickle.dumps(work),))
    try:
        waiting.extend(pool.submit(_take, item) for item in islice(coming, AHEAD * count))
        while waiting:
            result = waiting.popleft().result()
            waiting.extend(pool.submit(_take, item) for item in islice(coming, 1))
            yield result
    except BrokenProcessPool as error:
        raise TransientError("a worker process was killed", "free some memory, then run again: it goes on from there") from error
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(work: bytes) -> None:
    global _work
    os.environ["POLARS_MAX_THREADS"] = "1"   # there is a process for every core; read when Polars is imported, with the work
    _work = pickle.loads(work)
    signal.signal(signal.SIGINT, signal.SIG_IGN)   # the parent is interrupted, and ends us
    threading.Thread(target=_watch, daemon=True).start()


def _take(item: Any) -> Any:
    return _work(item)


def _watch() -> None:
    if parent := parent_process():
        connection.wait([parent.sentinel])
        os._exit(1)
