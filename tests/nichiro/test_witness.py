"""One source crawled alone, as Airflow does: its silence is told from our own network's by asking others."""

from __future__ import annotations

import json
from pathlib import Path
from subprocess import CompletedProcess

import polars as pl
import pytest

from crawlers.pace import FAILURES, Asleep, Pace, forgive
from nichiro.network import own_trouble
from nichiro.run import Clock
from tests.crawlers.web import Answer, Web
from tests.nichiro.command import Command, declare
from tests.nichiro.test_live import FEED, LOGIN, RSS, crawls
from tests.nichiro.wire import Everywhere

NOW = "2026-05-03T23:30:00+00:00"
NONE = Answer(b"none", 404, {"Content-Type": "text/plain"})
SILENCE = Answer(status=0)


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """Three fictional dailies, each on a host of its own."""
    for name in ("asa", "hiru", "yoru"):
        declare(tmp_path / "catalog", f"jp_{name}_news", f"http://{name}.example/feed", delay_seconds=0)
    return Command(tmp_path, {"NICHIRO_CATALOG_DIR": "catalog"})


def crawl_alone(command: Command, web: Web) -> CompletedProcess[str]:
    return command("crawl", "--source", "jp_asa_news", NICHIRO_PROXY=web.url, NICHIRO_CLOCK=NOW)


def test_others_are_silent_too(command: Command, tmp_path: Path) -> None:
    with Web(Everywhere(SILENCE)) as web:
        done = crawl_alone(command, web)
        assert {url.partition(".example")[0] for url in web.asked} == {"http://asa", "http://hiru", "http://yoru"}
    assert done.returncode == 75, done.stderr
    assert "no network: none of 3 sites answered" in done.stderr.splitlines()[-1]
    assert crawls(tmp_path).select("source_id", "state").rows() == [("jp_asa_news", "down")], "its row stays, and no other is there"


def test_others_answer(command: Command, tmp_path: Path) -> None:
    feeds = {f"http://{name}.example/feed": Answer(FEED, headers=RSS) for name in ("hiru", "yoru")}
    with Web(Everywhere(NONE, feeds | {"http://asa.example/robots.txt": SILENCE})) as web:
        done = crawl_alone(command, web)
    assert done.returncode == 0, done.stderr
    assert crawls(tmp_path)["state"].to_list() == ["down"]


def test_a_portal_answers_for_all(command: Command) -> None:
    with Web(Everywhere(LOGIN)) as web:
        done = crawl_alone(command, web)
    assert done.returncode == 75, done.stderr
    assert "answer a web page for robots.txt" in done.stderr


def test_a_healthy_source_asks_nobody_else(command: Command) -> None:
    with Web(Everywhere(NONE, {"http://asa.example/feed": Answer(FEED, headers=RSS)})) as web:
        done = crawl_alone(command, web)
        assert {url.partition(".example")[0] for url in web.asked} == {"http://asa"}
    assert done.returncode == 0, done.stderr


def test_silence_of_our_own_is_not_held_against_a_host(tmp_path: Path) -> None:
    pace = Pace(tmp_path, Clock())
    for _ in range(FAILURES):
        pace.failed("daily.example")
    pace.answered("closed.example", 429, "3600", 0.1)
    with pytest.raises(Asleep):
        pace.take("daily.example", 5)
    forgive(tmp_path, ["daily.example", "closed.example"])
    assert pace.take("daily.example", 5) == 0
    assert json.loads((tmp_path / "daily.example.json").read_text())["sleeps"] == 0
    with pytest.raises(Asleep, match="asks for a pause"):
        pace.take("closed.example", 5)


def test_hosts_that_are_left_alone_say_nothing_of_our_network() -> None:
    words = "robots.txt could not be read: {}.example has not answered 6 times in a row: not asked before 2026-05-03 13:00Z"
    rows = [
        {"url": f"http://{name}.example/{page}", "outcome": outcome, "http_status": None, "detail": words.format(name)}
        for name in ("asa", "hiru", "yoru")
        for page, outcome in (("robots.txt", "connection_failed"), ("feed", "robots_denied"))
    ]
    fetches = pl.DataFrame(rows, schema_overrides={"http_status": pl.Int32})
    assert own_trouble(fetches, pl.DataFrame()) is None
    assert own_trouble(fetches.with_columns(detail=pl.lit("TimeoutError")), pl.DataFrame()) is not None
