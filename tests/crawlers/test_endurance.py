"""What a crawl goes through: kill -9, a full disk, a network that is gone. The next one completes it, and asks for nothing twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

import polars as pl
import psutil
import pytest
import yaml

from nichiro.settings import PROJECT
from tests.crawlers.web import Answer, Web
from warehouse.archive import read_response, rebuild_captures
from warehouse.lake import Lake
from warehouse.tables.raw import CAPTURES, CRAWLS, FETCHES

pytestmark = pytest.mark.slow

HOST = "http://daily.example"
SOURCE_ID = "jp_daily_opinion"
PAGES = [f"{HOST}/a/{number}" for number in range(60)]
CONCURRENCY = 4
AT_ONCE = CONCURRENCY + 1  # pages on their way or on their way to the disk: those may be asked for again
MOVED = PAGES[7]
SOURCE = {
    "title": "A fictional daily",
    "publisher": {"name": "Daily", "name_en": "Daily", "country": "JP", "kind": "newspaper"},
    "genre": "op_ed",
    "language": ["en"],
    "timezone": "Asia/Tokyo",
    "status": "active",
    "discover": [{"kind": "rss", "url": f"{HOST}/feed"}],
    "follow": {"allow": ["/a/"]},
    "politeness": {"delay_seconds": 0, "concurrency": CONCURRENCY, "timeout_seconds": 30},
}


def body_of(url: str) -> bytes:
    """Bytes that no compression makes small, so that a small disk is full soon; the same for the same URL."""
    return b"<h1>Fiction</h1><p>" + random.Random(url).randbytes(40_000).hex().encode()


def pages(pause: float = 0.03) -> dict[str, Answer | Callable[[dict[str, str]], Answer]]:
    """A feed of young articles; one of them has moved."""
    items = "".join(
        f"<item><title>Fiction</title><link>{url}</link><pubDate>Sun, 03 May 2026 12:00:00 GMT</pubDate></item>" for url in PAGES
    )
    feed = f"<rss version='2.0'><channel><title>Fiction</title>{items}</channel></rss>".encode()
    moved = {MOVED: Answer(status=301, headers={"Location": "/b/moved"}), f"{HOST}/b/moved": Answer(body_of(MOVED))}
    return {
        f"{HOST}/robots.txt": Answer(b"User-agent: *\nDisallow: /x", headers={"Content-Type": "text/plain"}),
        f"{HOST}/feed": Answer(feed, headers={"Content-Type": "application/rss+xml"}),
    } | {url: Answer(body_of(url), pause=pause) for url in PAGES} | moved


class Crawl:
    """``nichiro crawl`` of a data folder through a fictional web, in a process group of its own."""

    def __init__(self, data_dir: Path, web: Web) -> None:
        catalog = data_dir.parent / "catalog"
        catalog.mkdir(exist_ok=True)
        (catalog / f"{SOURCE_ID}.yml").write_text(yaml.safe_dump(SOURCE), encoding="utf-8")
        given = {
            "NICHIRO_DATA_DIR": str(data_dir),
            "NICHIRO_CATALOG_DIR": str(catalog),
            "NICHIRO_PROXY": web.url,
            "NICHIRO_CLOCK": "2026-05-03T23:30:00+00:00",
            "NICHIRO_FORKSERVER": "",
            "NICHIRO_MIN_FREE_MB": "50",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "nichiro", "crawl", "--json"], cwd=PROJECT, env=os.environ | given,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )

    def end(self) -> int:
        """Its exit code, once it has ended by itself."""
        self.said = "".join(self.process.communicate(timeout=60))
        return self.process.returncode

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()

    def kill_child(self) -> None:
        """The one that crawls, not its parent."""
        for child in psutil.Process(self.process.pid).children(recursive=True):
            child.kill()


def wait_for(condition: Callable[[], bool]) -> None:
    end = monotonic() + 30
    while not condition():
        assert monotonic() < end, "the crawl did not come so far"
        sleep(0.005)


def articles(web: Web) -> Counter[str]:
    """How often each article was asked for."""
    return Counter(url for url in list(web.asked) if "/a/" in url or "/b/" in url)


def check(data_dir: Path) -> None:
    """Every page lies in the archive once, whole; index and log say so; nothing is left half-written."""
    lake = Lake(data_dir)
    partitions = lake.partitions(CRAWLS)
    captures = lake.read_all(CAPTURES, partitions).filter(pl.col("kind") == "article")
    kept = Counter(captures["url"].to_list())
    assert set(kept) == {*PAGES, f"{HOST}/b/moved"}
    assert sum(kept.values()) <= len(kept) + AT_ONCE
    for url, path, offset in captures.filter(pl.col("http_status") == 200).select("url", "warc_path", "warc_offset").iter_rows():
        assert read_response(data_dir, path, offset).body == body_of(MOVED if "/b/" in url else url)
    rebuilt = dict(rebuild_captures(data_dir))
    assert set(rebuilt) == {partition for partition in partitions if lake.read(CAPTURES, partition).height}
    for partition, frame in rebuilt.items():
        assert frame.equals(lake.read(CAPTURES, partition))
        assert set(frame["capture_id"]) == set(lake.read(FETCHES, partition)["capture_id"].drop_nulls())
    assert not list(data_dir.rglob("*.open")) + list(data_dir.rglob("*.tmp"))


@pytest.mark.parametrize("after", [5, 40])
def test_kill_9_in_the_middle(tmp_path: Path, after: int) -> None:
    with Web(pages()) as web:
        killed = Crawl(tmp_path / "data", web)
        wait_for(lambda: len(articles(web)) >= after)
        killed.kill()
        assert Crawl(tmp_path / "data", web).end() == 0
        twice = [url for url, count in articles(web).items() if count > 1]
        assert len(twice) <= AT_ONCE
        check(tmp_path / "data")
        before = articles(web)
        assert Crawl(tmp_path / "data", web).end() == 0
        assert articles(web) == before, "a third one has nothing left to ask for"


def test_a_child_that_is_killed_is_gone_on_with(tmp_path: Path) -> None:
    with Web(pages()) as web:
        crawl = Crawl(tmp_path / "data", web)
        wait_for(lambda: len(articles(web)) >= 25)
        crawl.kill_child()
        assert crawl.end() == 0, crawl.said
        assert len([url for url, count in articles(web).items() if count > 1]) <= AT_ONCE
        check(tmp_path / "data")
    (partition,) = Lake(tmp_path / "data").partitions(CRAWLS)
    assert Lake(tmp_path / "data").read(CRAWLS, partition).row(0, named=True)["fetched_count"] == len(PAGES)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, a little larger than what a run wants to be free."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "none", str(folder)], capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_the_disk_is_full(small_disk: Path) -> None:
    data_dir, ballast = small_disk / "data", small_disk / "ballast"
    with Web(pages()) as web:
        crawl = Crawl(data_dir, web)
        wait_for(lambda: len(articles(web)) >= 20)
        with suppress(OSError), ballast.open("wb", buffering=0) as file:
            while file.write(bytes(2**16)):
                pass
        assert crawl.end() == 75
        assert "No space left" in crawl.said
        assert len(articles(web)) < len(PAGES)
        assert not list(data_dir.rglob("*.warc.gz")), "nothing is visible"
        ballast.unlink()
        assert Crawl(data_dir, web).end() == 0
        assert len([url for url, count in articles(web).items() if count > 1]) <= AT_ONCE
        check(data_dir)


def test_the_network_is_gone(tmp_path: Path) -> None:
    there = pages(pause=0.01)
    gone = threading.Event()

    def of(url: str) -> Callable[[dict[str, str]], Answer]:
        return lambda headers: Answer(status=0) if gone.is_set() else there[url]

    with Web({url: of(url) for url in there}) as web:
        crawl = Crawl(tmp_path / "data", web)
        wait_for(lambda: len(articles(web)) >= 20)
        gone.set()
        assert crawl.end() == 0, crawl.said
        lake = Lake(tmp_path / "data")
        (partition,) = lake.partitions(CRAWLS)
        assert lake.read(CRAWLS, partition)["state"].to_list() == ["down"]
        web.asked.clear()
        gone.clear()
        came = set(lake.read(CAPTURES, partition)["url"])
        assert Crawl(tmp_path / "data", web).end() == 0
        assert not {url for url in articles(web) if url in came}, "what came is not asked for again"
        check(tmp_path / "data")
