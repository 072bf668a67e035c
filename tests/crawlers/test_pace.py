"""How often a host is asked: one rest for all who ask, more where it is slow or asks for it, silence where it is down."""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from crawlers.pace import FAILURES, FIRST_SLEEP, Asleep, Pace, seconds_of
from nichiro.run import Clock
from tests.crawlers.test_crawl import XML, feed, logged, run_crawl, settings_of, source
from tests.crawlers.web import Answer, Web

HOST = "daily.example"
START = datetime(2026, 5, 3, 12, tzinfo=UTC)
DAY = "Sun, 03 May 2026 12:00:00 GMT"


class Hands(Clock):
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.instant = START

    def now(self) -> datetime:
        return self.instant

    def go(self, seconds: float) -> None:
        self.instant += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def pace(tmp_path: Path, clock: Hands) -> Pace:
    return Pace(tmp_path / "hosts", clock)


def test_two_sources_of_a_host_share_its_rest(tmp_path: Path, clock: Hands, pace: Pace) -> None:
    other = Pace(tmp_path / "hosts", clock)
    assert pace.take(HOST, 5) == 0
    assert other.take(HOST, 5) == 5
    assert other.take("other.example", 5) == 0, "another host does not wait"
    clock.go(5)
    assert other.take(HOST, 5) == 0
    assert pace.take(HOST, 5) == 5


def test_a_slow_host_rests_longer(clock: Hands, pace: Pace) -> None:
    pace.take(HOST, 5)
    pace.answered(HOST, 200, None, latency=8)
    clock.go(5)
    pace.take(HOST, 5)
    assert pace.take(HOST, 5) == 16
    pace.answered(HOST, 200, None, latency=0.1)
    clock.go(16)
    pace.take(HOST, 5)
    assert pace.take(HOST, 5) == 5


@pytest.mark.parametrize(
    ("http_status", "retry_after", "seconds"),
    [(429, None, 30), (429, "10", 30), (429, "120", 120), (503, None, 5), (503, "90", 90),
     (503, "Sun, 03 May 2026 12:02:00 GMT", 120), (503, "soon", 5), (503, "-1", 5)],
)  # fmt: skip
def test_a_host_that_asks_for_rest_gets_it(
    pace: Pace, http_status: int, retry_after: str | None, seconds: float
) -> None:
    pace.take(HOST, 5)
    pace.answered(HOST, http_status, retry_after, 0.1)
    assert pace.take(HOST, 5) == seconds


def test_a_host_that_asks_for_an_hour_is_left_alone(clock: Hands, pace: Pace) -> None:
    pace.answered(HOST, 429, "3600", 0.1)
    with pytest.raises(Asleep, match="Retry-After: not asked before 2026-05-03 13:00Z"):
        pace.take(HOST, 5)
    clock.go(3600)
    assert pace.take(HOST, 5) == 0


def test_a_host_that_is_down_is_left_alone_longer_each_time(clock: Hands, pace: Pace) -> None:
    for _ in range(FAILURES):
        pace.take(HOST, 0)
        pace.failed(HOST)
    with pytest.raises(Asleep, match="has not answered 6 times in a row"):
        pace.take(HOST, 0)
    clock.go(FIRST_SLEEP)
    pace.take(HOST, 0)
    pace.failed(HOST)
    clock.go(FIRST_SLEEP)
    with pytest.raises(Asleep):
        pace.take(HOST, 0)
    clock.go(FIRST_SLEEP)
    pace.take(HOST, 0)
    pace.answered(HOST, 200, None, 0.1)
    pace.failed(HOST)
    assert pace.take(HOST, 0) == 0, "an answer is a new beginning"


def test_a_damaged_file_and_a_clock_set_back_cost_no_more_than_a_wait(
    tmp_path: Path, clock: Hands, pace: Pace
) -> None:
    pace.take(HOST, 5)
    clock.go(-86_400 * 3)
    assert pace.take(HOST, 5) == 0
    (tmp_path / "hosts" / f"{HOST}.json").write_text('{"free_at": ')
    assert pace.take(HOST, 5) == 0


def test_retry_after_is_read_as_the_rfc_writes_it() -> None:
    now = START.timestamp()
    assert [seconds_of(text, now) for text in ("7", "", "x", "Sat, 02 May 2026 12:00:00 GMT", None)] == [7, 0, 0, 0, 0]


def _ask(folder: Path, starts: Path) -> None:
    pace = Pace(folder, Clock())

    async def thrice() -> None:
        for _ in range(3):
            await pace.turn(HOST, 0.1)
            with starts.open("a") as file:
                file.write(f"{time.time()}\n")

    asyncio.run(thrice())


def test_processes_keep_one_hosts_rest_together(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    children = [context.Process(target=_ask, args=(tmp_path, tmp_path / "starts")) for _ in range(2)]
    for child in children:
        child.start()
    for child in children:
        child.join(30)
    starts = sorted(float(line) for line in (tmp_path / "starts").read_text().split())
    assert len(starts) == 6
    assert starts[-1] - starts[0] >= 5 * 0.1 - 0.05


def test_a_slow_host_does_not_delay_another_and_retry_after_holds(tmp_path: Path) -> None:
    """Over HTTP: one site answers after 4 s, one asks for 1 s by 503, one for an hour; the fourth is done long before."""
    asked: dict[str, list[float]] = {}

    def busy(_: dict[str, str]) -> Answer:
        times = asked.setdefault("busy", [])
        times.append(time.monotonic())
        if len(times) == 1:
            return Answer(b"", 503, {"Retry-After": "1"})
        return Answer(feed(("/a/x", DAY)), headers=XML)

    names = ("quick", "busy", "slow", "closed")  # every second one shares a child: the quick one with the slow
    pages: dict[str, object] = {f"http://{name}.example/feed": Answer(feed(), headers=XML) for name in names}
    pages["http://slow.example/feed"] = Answer(feed(), headers=XML, pause=4)
    pages["http://busy.example/feed"] = busy
    pages["http://closed.example/robots.txt"] = Answer(b"", 429, {"Retry-After": "3600"})
    sources = [
        source(
            f"jp_{name}",
            discover=[{"kind": "rss", "url": f"http://{name}.example/feed"}],
            politeness={"delay_seconds": 0.05},
        )
        for name in names
    ]
    with Web(pages) as web:  # type: ignore[arg-type]
        crawls, run, _ = run_crawl(settings_of(tmp_path, web), *sources)
    took = {
        row["source_id"]: (row["finished_at"] - row["started_at"]).total_seconds()
        for row in crawls.iter_rows(named=True)
    }
    assert took["jp_quick"] < took["jp_slow"] - 2
    assert asked["busy"][1] - asked["busy"][0] >= 1
    fetches = logged(tmp_path, run, "jp_closed")["fetches"]
    assert "http://closed.example/feed" not in web.asked
    assert "Retry-After: not asked before" in fetches.filter(pl.col("kind") == "feed")["detail"].item()
