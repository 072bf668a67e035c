"""A live run on networks in trouble: one plain line of our own, a row per source, no traceback."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from nichiro.overview import overview
from nichiro.run import Clock
from tests.crawlers.web import Answer, Web
from tests.nichiro.command import Command, declare
from tests.nichiro.wire import Everywhere, monitor, tunnel_to_false_tls
from warehouse.lake import Lake
from warehouse.tables.raw import CRAWLS

RSS = {"Content-Type": "application/rss+xml"}
FEED = b"<rss version='2.0'><channel><title>Fiction</title></channel></rss>"
LOGIN = Answer(b"<html><title>Welcome</title><form>Sign in to the hotel's network</form></html>")


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Command]:
    """A catalog of three fictional dailies, and a contact."""
    for name in ("jp_asa_news", "jp_hiru_news", "jp_yoru_news"):
        declare(tmp_path / "catalog", name, f"http://{name.split('_')[1]}.example/feed", delay_seconds=0)
    yield Command(tmp_path, {"NICHIRO_CATALOG_DIR": "catalog", "NICHIRO_CONTACT": "https://example.org/crawler"})


def crawls(tmp_path: Path) -> pl.DataFrame:
    lake = Lake(tmp_path / "data")
    return lake.read_all(CRAWLS, lake.partitions(CRAWLS)).sort("source_id")


def test_no_network(command: Command, tmp_path: Path) -> None:
    """A real live run: `.invalid` resolves nowhere (RFC 6761), with or without a network."""
    for path in (tmp_path / "catalog").iterdir():
        path.write_text(path.read_text().replace(".example", ".invalid").replace("delay_seconds: 0", "delay_seconds: 5"))
    with monitor() as (url, asked):
        done = command("run", NICHIRO_PING_URL=f"{url}/secret-path")
    assert done.returncode == 75
    assert done.stderr.splitlines()[-1].startswith("nichiro: step crawl: no network: none of 3 sites answered → no name could be resolved")
    assert "Traceback" not in done.stderr and "secret-path" not in done.stderr + done.stdout
    rows = crawls(tmp_path)
    assert rows["state"].to_list() == ["down"] * 3
    assert all("the name" in reason and "check this machine's DNS" in reason for reason in rows["reason"])
    assert asked == ["/secret-path/fail"]
    seen = overview(tmp_path / "data", Clock().now())
    assert (seen.verdict, seen.sources_asked, len(seen.sources)) == ("never", 3, 3)
    (log,) = (tmp_path / "data" / "runs").glob("*/log.jsonl")
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert {line["run_id"] for line in lines} == {log.parent.name}
    assert lines[-1]["level"] == "error" and "no network" in lines[-1]["message"]


def test_one_silent_source_is_its_own_row(command: Command, tmp_path: Path) -> None:
    given = {"http://asa.example/feed": Answer(FEED, headers=RSS), "http://hiru.example/feed": Answer(FEED, headers=RSS)}
    with Web(Everywhere(Answer(b"none", 404, {"Content-Type": "text/plain"}), given | {"http://yoru.example/robots.txt": Answer(status=0)})) as web:
        done = command("run", NICHIRO_PROXY=web.url, NICHIRO_CLOCK="2026-05-03T23:30:00+00:00")
    assert done.returncode == 0, done.stderr
    assert crawls(tmp_path)["state"].to_list() == ["empty", "empty", "down"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(b"", 302, {"Location": "http://login.hotel.example/welcome"}), "only redirect to login.hotel.example"),
        (LOGIN, "answer a web page for robots.txt"),
        (Answer(b"<html>This page is blocked", 403), "answer the same page with HTTP 403"),
    ],
    ids=["redirect", "page", "filter"],
)
def test_captive_portal(command: Command, tmp_path: Path, answer: Answer, words: str) -> None:
    with Web(Everywhere(answer, {"http://login.hotel.example/welcome": LOGIN})) as web:
        done = command("run", NICHIRO_PROXY=web.url, NICHIRO_CLOCK="2026-05-03T23:30:00+00:00")
    assert done.returncode == 75, done.stderr
    last = done.stderr.splitlines()[-1]
    assert words in last and "captive portal" in last and "Traceback" not in done.stderr
    assert not set(crawls(tmp_path)["state"]) & {"ok", "empty"}, "a portal's page is no healthy silence"


def test_a_listing_behind_a_portal_is_not_silent(command: Command, tmp_path: Path) -> None:
    for path in (tmp_path / "catalog").iterdir():
        path.write_text(path.read_text().replace("kind: rss", "kind: listing"))
    with Web(Everywhere(LOGIN)) as web:
        done = command("run", NICHIRO_PROXY=web.url, NICHIRO_CLOCK="2026-05-03T23:30:00+00:00")
    assert done.returncode == 75
    assert crawls(tmp_path)["state"].to_list() == ["down"] * 3


def test_proxy_wants_a_password(command: Command) -> None:
    with Web(Everywhere(Answer(b"", 407, {"Proxy-Authenticate": "Basic"}))) as web:
        done = command("run", NICHIRO_PROXY=web.url, NICHIRO_CLOCK="2026-05-03T23:30:00+00:00")
    assert done.returncode == 75
    assert "put user and password into HTTPS_PROXY" in done.stderr.splitlines()[-1]


def test_proxy_refuses(command: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    done = command("run", NICHIRO_PROXY=f"http://anna:pa55word@127.0.0.1:{port}")
    assert done.returncode == 75
    assert "does not answer" in done.stderr and "pa55word" not in done.stderr and "Traceback" not in done.stderr


def test_proxy_of_the_environment_refuses(command: Command, tmp_path: Path) -> None:
    """HTTP_PROXY is honoured by a live crawl: nothing listens there, so nothing is reached."""
    for path in (tmp_path / "catalog").iterdir():
        path.write_text(path.read_text().replace("delay_seconds: 0", "delay_seconds: 5"))
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    done = command("run", HTTP_PROXY=f"http://anna:pa55word@127.0.0.1:{port}")
    assert done.returncode == 75
    assert "no network: none of 3 sites answered" in done.stderr and "pa55word" not in done.stderr


def test_proxy_hangs(command: Command, tmp_path: Path) -> None:
    for name in ("asa", "hiru", "yoru"):
        declare(tmp_path / "catalog", f"jp_{name}_news", f"http://{name}.example/feed", timeout_seconds=1, delay_seconds=0)
    with Web(Everywhere(Answer(pause=30))) as web:
        done = command("run", NICHIRO_PROXY=web.url)
    assert done.returncode == 75
    assert "nothing answered in time" in done.stderr.splitlines()[-1]
    assert all("did not answer in time" in reason for reason in crawls(tmp_path)["reason"])


def test_a_certificate_that_nobody_vouches_for(command: Command, tmp_path: Path) -> None:
    for path in (tmp_path / "catalog").iterdir():
        path.write_text(path.read_text().replace("http://", "https://"))
    with tunnel_to_false_tls(tmp_path) as url:
        done = command("crawl", NICHIRO_PROXY=url)
    assert done.returncode == 75
    assert "none of 3 sites could prove who it is" in done.stderr.splitlines()[-1]
    assert all("certificate of" in reason and "cannot be verified" in reason for reason in crawls(tmp_path)["reason"])
