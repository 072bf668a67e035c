"""The whole crawl against a small fictional web: real HTTP through a loopback proxy, real child processes."""

from __future__ import annotations

import gzip
import threading
from contextlib import suppress
from datetime import date
from pathlib import Path

import polars as pl
import psutil
import pytest

from crawlers.run import crawl
from crawlers.source import Source
from nichiro.errors import ConfigError, TransientError
from nichiro.run import Run, start_run
from nichiro.settings import Settings
from tests.crawlers.web import Answer, Web
from warehouse.archive import read_response, rebuild_captures
from warehouse.lake import Lake, Partition
from warehouse.tables.raw import CAPTURES, CRAWLS, DISCOVERIES, FETCHES

HOST = "http://daily.example"
XML = {"Content-Type": "application/rss+xml; charset=utf-8"}


def feed(*items: tuple[str, str]) -> bytes:
    rows = "".join(
        f"<item><title>Fiction {path}</title><link>{HOST}{path}</link><pubDate>{when}</pubDate></item>"
        for path, when in items
    )
    return f"<rss version='2.0'><channel><title>Fiction</title>{rows}</channel></rss>".encode()


def source(source_id: str = "jp_daily_opinion", **changes: object) -> Source:
    declared = {
        "source_id": source_id,
        "title": "A fictional daily",
        "publisher": {"name": "Daily", "name_en": "Daily", "country": "JP", "kind": "newspaper"},
        "genre": "op_ed",
        "language": ["en"],
        "timezone": "Asia/Tokyo",
        "status": "active",
        "discover": [{"kind": "rss", "url": f"{HOST}/feed"}],
        "follow": {"allow": ["/a/"]},
        "extract": [
            {
                "headline": "css:h1",
                "body": "css:main",
                "published": {"select": ["css:time"]},
                "challenge": ["Checking your browser"],
            }
        ],
        "politeness": {"delay_seconds": 0, "timeout_seconds": 30},
    }
    return Source.model_validate(declared | changes)


def settings_of(
    tmp_path: Path, web: Web, clock: str = "2026-05-03T23:30:00+00:00", **changes: object
) -> Settings:
    return Settings(_env_file=None, data_dir=tmp_path, proxy=web.url, clock=clock, contact="", **changes)


def run_crawl(
    settings: Settings, *sources: Source, first: date | None = None, last: date | None = None
) -> tuple[pl.DataFrame, Run, list[str]]:
    run = start_run(settings)
    said: list[str] = []
    catalog = {each.source_id: each for each in sources}
    crawls = crawl(
        settings, run, catalog, None, first, last, lambda name, text: said.append(f"{name} {text}")
    )
    return crawls, run, said


def logged(tmp_path: Path, run: Run, source_id: str = "jp_daily_opinion") -> dict[str, pl.DataFrame]:
    partition = Partition(run.started_at.date(), run.run_id, source_id)
    return {
        table.noun: Lake(tmp_path).read(table, partition)
        for table in (CAPTURES, FETCHES, DISCOVERIES, CRAWLS)
    }


def test_a_day_is_archived_with_every_outcome(tmp_path: Path) -> None:
    """robots.txt, denial, redirect hop by hop, 404, 5xx with retries, closed connection, challenge."""
    items = [
        "/a/good",
        "/a/old",
        "/a/gone",
        "/a/broken",
        "/a/closed",
        "/a/guarded",
        "/a/denied",
        "/b/other",
        "/a/good",
    ]
    fine = [f"/a/fine-{number}" for number in range(4)]  # so that the site as a whole is healthy
    pages = {
        f"{HOST}/robots.txt": Answer(b"User-agent: *\nDisallow: /a/denied\nDisallow: /x", headers={"Content-Type": "text/plain"}),
        f"{HOST}/feed": Answer(feed(*[(path, "Sun, 03 May 2026 12:00:00 GMT") for path in items + fine]), headers=XML),
        f"{HOST}/a/good": Answer(
            gzip.compress("<h1>社説</h1>".encode()), headers={"Content-Type": "text/html", "Content-Encoding": "gzip"}
        ),
        f"{HOST}/a/old": Answer(status=301, headers={"Location": "/a/new"}),
        f"{HOST}/a/new": Answer(b"<h1>Moved</h1>"),
        f"{HOST}/a/broken": Answer(b"oops", 503),
        f"{HOST}/a/closed": Answer(status=0),
        f"{HOST}/a/guarded": Answer(b"<p>Checking your browser before access</p>"),
    } | {f"{HOST}{path}": Answer(b"<h1>Fiction</h1>") for path in fine}  # fmt: skip
    with Web(pages) as web:
        crawls, run, said = run_crawl(settings_of(tmp_path, web), source())
    log = logged(tmp_path, run)
    outcomes = {
        (url.removeprefix(HOST), outcome)
        for url, outcome in log["fetches"].select("url", "outcome").iter_rows()
        if "/fine-" not in url
    }
    assert outcomes == {
        ("/robots.txt", "ok"), ("/feed", "ok"), ("/.well-known/tdmrep.json", "http_error"), ("/a/good", "ok"), ("/a/old", "redirect"), ("/a/new", "ok"),
        ("/a/gone", "http_error"), ("/a/broken", "http_error"), ("/a/closed", "connection_failed"),
        ("/a/guarded", "challenged"), ("/a/denied", "robots_denied"),
    }  # fmt: skip
    assert f"{HOST}/a/denied" not in web.asked
    (rule,) = log["fetches"].filter(pl.col("url").str.ends_with("/denied"))["detail"]
    assert rule == "Disallow: /a/denied"
    assert log["fetches"].filter(pl.col("url").str.ends_with("/broken")).height == 3, (
        "two retries, each archived"
    )
    assert log["captures"].filter(pl.col("url").str.ends_with("/broken")).height == 3
    decisions = dict(log["discoveries"].group_by("decision").len().iter_rows())
    assert decisions == {"fetched": 11, "off_pattern": 1, "duplicate": 1}
    assert crawls.row(0, named=True)["state"] == "ok"
    assert crawls.row(0, named=True)["newest_text"] == "2026-05-03T12:00:00+00:00"
    assert said == ["jp_daily_opinion ok: 13 links, 11 pages asked for"]
    good = log["captures"].filter(pl.col("url").str.ends_with("/good")).row(0, named=True)
    assert read_response(tmp_path, good["warc_path"], good["warc_offset"]).body == "<h1>社説</h1>".encode()
    moved = log["captures"].filter(pl.col("url").str.ends_with("/old")).row(0, named=True)
    assert moved["redirect_url"] == f"{HOST}/a/new"
    ((_, rebuilt),) = rebuild_captures(tmp_path)
    assert rebuilt.equals(log["captures"])
    assert web.headers[f"{HOST}/feed"]["user-agent"].startswith("nichiro/")


def test_the_next_day_asks_only_for_what_may_have_changed(tmp_path: Path) -> None:
    """Known pages are left alone, young and revised ones asked for with their validators, the same feed answers 304."""
    day = {"items": [("/a/young", "Sun, 03 May 2026 12:00:00 GMT"), ("/a/aged", "Fri, 24 Apr 2026 12:00:00 GMT"),
                     ("/a/revised", "Fri, 24 Apr 2026 12:00:00 GMT")]}  # fmt: skip

    def article(headers: dict[str, str]) -> Answer:
        if headers.get("if-none-match") == '"v1"':
            return Answer(status=304, headers={"ETag": '"v1"'})
        return Answer(b"<h1>Fiction</h1>", headers={"Content-Type": "text/html", "ETag": '"v1"'})

    def feed_of_the_day(headers: dict[str, str]) -> Answer:
        tag = f'"{len(day["items"])}"'
        if headers.get("if-none-match") == tag:
            return Answer(status=304, headers={"ETag": tag})
        return Answer(feed(*day["items"]), headers=XML | {"ETag": tag})

    pages = {f"{HOST}/feed": feed_of_the_day} | {
        f"{HOST}/a/{name}": article for name in ("young", "aged", "revised")
    }
    with Web(pages) as web:
        run_crawl(settings_of(tmp_path, web, "2026-05-03T23:30:00+00:00"), source())
        day["items"][2] = ("/a/revised", "Mon, 04 May 2026 09:00:00 GMT")
        day["items"].append(("/a/missing", "Mon, 04 May 2026 10:00:00 GMT"))
        _, second, _ = run_crawl(settings_of(tmp_path, web, "2026-05-04T23:30:00+00:00"), source())
        (tmp_path / "state" / "crawl" / "jp_daily_opinion.sqlite").unlink()  # it can be made again
        _, third, _ = run_crawl(settings_of(tmp_path, web, "2026-05-20T23:30:00+00:00"), source())
        crawls, fourth, _ = run_crawl(settings_of(tmp_path, web, "2026-05-20T23:30:00+00:00"), source())
    decided = {
        url.removeprefix(HOST): decision
        for url, decision in logged(tmp_path, second)["discoveries"].select("url", "decision").iter_rows()
    }
    assert decided == {
        "/a/young": "fetched",
        "/a/aged": "known",
        "/a/revised": "fetched",
        "/a/missing": "fetched",
    }
    statuses = dict(logged(tmp_path, second)["captures"].select("url", "http_status").iter_rows())
    assert statuses[f"{HOST}/a/young"] == 304
    assert set(logged(tmp_path, third)["discoveries"]["decision"]) == {"known"}, (
        "the lake knows what was fetched"
    )
    fetches = logged(tmp_path, fourth)["fetches"]
    assert fetches.filter(pl.col("kind") == "feed")["outcome"].to_list() == ["not_modified"]
    assert fetches.filter(pl.col("kind") == "article").is_empty()
    assert crawls["state"].to_list() == ["stale"], "unchanged and sixteen days old"


def test_a_failed_article_is_asked_for_again_although_the_feed_is_unchanged(tmp_path: Path) -> None:
    broken = {"is": True}

    def feed_with_tag(headers: dict[str, str]) -> Answer:
        if headers.get("if-none-match"):
            return Answer(status=304)
        return Answer(feed(("/a/one", "Sun, 03 May 2026 12:00:00 GMT")), headers=XML | {"ETag": '"same"'})

    pages = {
        f"{HOST}/feed": feed_with_tag,
        f"{HOST}/a/one": lambda _: Answer(b"", 503) if broken["is"] else Answer(b"<h1>Fiction</h1>"),
    }
    with Web(pages) as web:
        run_crawl(settings_of(tmp_path, web), source())
        broken["is"] = False
        _, run, _ = run_crawl(settings_of(tmp_path, web, "2026-05-04T23:30:00+00:00"), source())
    assert logged(tmp_path, run)["fetches"].filter(pl.col("kind") == "article")["outcome"].to_list() == ["ok"]


STATES = {
    "blocked": (Answer(b"", 403), "403"),
    "changed": (Answer(b"", 404), "new address"),
    "changed_page": (Answer(b"<html><body>A new site"), "root is <html>"),
    "down": (Answer(b"", 503), "503"),
    "down_closed": (Answer(status=0), "connection to down-closed.example broke"),
    "down_slow": (Answer(b"x", pause=3), "did not answer in time"),
    "challenged": (Answer(b"<html><p>Checking your browser"), "bot challenge"),
    "empty": (Answer(feed(), headers=XML), "no link"),
    "stale": (Answer(feed(("/a/x", "Sun, 01 Mar 2026 12:00:00 GMT")), headers=XML), "2026-03-01"),
}
ROBOTS = {
    "robots": Answer(b"User-agent: nichiro\nDisallow: /"),
    "down_robots": Answer(b"", 500),
    "ok": Answer(b"", 403),
}


def test_states_of_sources(tmp_path: Path) -> None:
    """Twelve sources in one run, one trouble each: the state says which, the reason what to do."""
    pages: dict[str, Answer] = {}
    sources = []
    for name in (*STATES, *ROBOTS):
        host = f"http://{name.replace('_', '-')}.example"
        pages[f"{host}/feed"] = (
            STATES[name][0]
            if name in STATES
            else Answer(feed(("/a/x", "Sun, 03 May 2026 12:00:00 GMT")), headers=XML)
        )
        if name in ROBOTS:
            pages[f"{host}/robots.txt"] = ROBOTS[name]
        timeout = 1 if name == "down_slow" else 30
        sources.append(
            source(
                f"jp_{name}",
                discover=[{"kind": "rss", "url": f"{host}/feed"}],
                politeness={"delay_seconds": 0, "timeout_seconds": timeout},
            )
        )
    with Web(pages) as web:
        crawls, _, _ = run_crawl(settings_of(tmp_path, web), *sources)
    found = {row["source_id"].removeprefix("jp_"): row for row in crawls.iter_rows(named=True)}
    assert {name: row["state"] for name, row in found.items()} == {name: name.split("_")[0] for name in found}
    for name, (_, words) in STATES.items():
        assert words in found[name]["reason"], found[name]["reason"]
    assert "Disallow: /" in found["robots"]["reason"]
    assert "robots.txt could not be read, so nothing was asked: HTTP 500" in found["down_robots"]["reason"]
    assert not {"http://robots.example/feed", "http://down-robots.example/feed"} & set(web.asked)


def test_a_listing_that_lost_its_links_has_changed(tmp_path: Path) -> None:
    listing = source(discover=[{"kind": "listing", "url": f"{HOST}/list", "links": "li.story > a"}])
    pages = {
        f"{HOST}/list": Answer(b"<ul><li class=story><a href=/a/one>One</a></ul>"),
        f"{HOST}/a/one": Answer(b"<h1>One</h1>"),
    }
    with Web(pages) as web:
        first, _, _ = run_crawl(settings_of(tmp_path, web), listing)
        web.pages[f"{HOST}/list"] = Answer(b"<div class=card><a href=/a/two>Two</a></div>")
        second, _, _ = run_crawl(settings_of(tmp_path, web, "2026-05-04T23:30:00+00:00"), listing)
        third, _, _ = run_crawl(settings_of(tmp_path, web, "2026-05-05T23:30:00+00:00"), listing)
    assert [frame["state"].item() for frame in (first, second, third)] == ["ok", "changed", "changed"]


def test_a_backfill_reads_archives_only_and_keeps_the_range(tmp_path: Path) -> None:
    entries = [
        {"kind": "rss", "url": f"{HOST}/feed"},
        {"kind": "archive", "url": f"{HOST}/archive/{{yyyy}}/{{mm}}", "links": "a", "item": "li", "date": "time", "next": "a.next"},
    ]  # fmt: skip
    month = (
        "<ul><li><time>2026-04-02</time><a href=/a/in>In</a><li><time>2026-04-30</time><a href=/a/out>Out</a>"
        "<li><a href=/a/undated>Undated</a></ul><a class=next href='/archive/2026/04?page=2'>older</a>"
    )
    pages = {
        f"{HOST}/archive/2026/04": Answer(month.encode()),
        f"{HOST}/archive/2026/04?page=2": Answer(
            b"<ul><li><time>2026-04-03</time><a href=/a/second>Second</a></ul>"
        ),
        f"{HOST}/a/in": Answer(b"<h1>In</h1>"),
        f"{HOST}/a/second": Answer(b"<h1>Second</h1>"),
        f"{HOST}/a/undated": Answer(b"<h1>Undated</h1>"),
    }
    with Web(pages) as web:
        crawls, run, said = run_crawl(
            settings_of(tmp_path, web), source(discover=entries), source("jp_other_news"),
            first=date(2026, 3, 15), last=date(2026, 4, 15),
        )  # fmt: skip
    assert f"{HOST}/feed" not in web.asked
    asked = set(web.asked) - {f"{HOST}/robots.txt", f"{HOST}/.well-known/tdmrep.json"}
    assert asked == set(pages) | {f"{HOST}/archive/2026/03"}
    assert set(logged(tmp_path, run)["captures"]["basis"]) == {"backfill"}
    states = {row["source_id"]: (row["state"], row["reason"]) for row in crawls.iter_rows(named=True)}
    assert states["jp_daily_opinion"][0] == "ok"
    assert states["jp_other_news"] == ("unknown", "no archive declared")
    assert "jp_other_news unknown: no archive declared" in said


def test_a_page_limit_is_resumed_the_next_time(tmp_path: Path) -> None:
    items = [(f"/a/{number}", "Sun, 03 May 2026 12:00:00 GMT") for number in range(5)]
    limited = source(politeness={"delay_seconds": 0, "timeout_seconds": 30, "max_pages_per_run": 3})
    pages = {f"{HOST}/feed": Answer(feed(*items), headers=XML | {"ETag": '"same"'})}
    pages |= {f"{HOST}{path}": Answer(b"<h1>Fiction</h1>") for path, _ in items}
    with Web(pages) as web:
        _, first, _ = run_crawl(settings_of(tmp_path, web), limited)
        _, second, _ = run_crawl(settings_of(tmp_path, web, "2026-05-20T23:30:00+00:00"), limited)
    assert (
        logged(tmp_path, first)["discoveries"]["decision"].to_list() == ["fetched"] * 3 + ["over_limit"] * 2
    )
    assert logged(tmp_path, second)["discoveries"]["decision"].to_list() == ["known"] * 3 + ["fetched"] * 2


def test_crawl_delay_of_robots_txt_is_kept(tmp_path: Path) -> None:
    items = [(f"/a/{number}", "Sun, 03 May 2026 12:00:00 GMT") for number in range(3)]
    pages = {
        f"{HOST}/robots.txt": Answer(b"User-agent: *\nCrawl-delay: 0.5"),
        f"{HOST}/feed": Answer(feed(*items), headers=XML),
    }
    pages |= {f"{HOST}{path}": Answer(b"<h1>Fiction</h1>") for path, _ in items}
    with Web(pages) as web:
        _, run, _ = run_crawl(settings_of(tmp_path, web), source(politeness={"delay_seconds": 0.05}))
    times = logged(tmp_path, run)["captures"].filter(pl.col("kind") == "article")["captured_at"].sort()
    # two waits of half a second; captures are stamped when the answer is there, which on a busy machine is not at once
    assert (times[-1] - times[0]).total_seconds() >= 0.7


def test_a_link_into_our_own_network_is_not_asked(tmp_path: Path) -> None:
    with Web({}) as web:
        inside = f"{web.url}/a/secret"
        web.pages[f"{HOST}/feed"] = Answer(
            feed().replace(b"</channel>", f"<item><link>{inside}</link></item></channel>".encode()),
            headers=XML,
        )
        _, run, _ = run_crawl(settings_of(tmp_path, web), source())
        assert inside not in web.asked
    (row,) = logged(tmp_path, run)["fetches"].filter(pl.col("url") == inside).iter_rows(named=True)
    assert (row["outcome"], row["detail"].endswith("private network")) == ("robots_denied", True)


def test_a_killed_child_leaves_a_row_and_no_half_written_file(tmp_path: Path) -> None:
    """The child is killed, its two sources each get one of their own, and the slow one's is killed again."""
    slow = source("jp_slow_news", discover=[{"kind": "rss", "url": "http://slow.example/feed"}])
    other = source("jp_other_news", discover=[{"kind": "rss", "url": "http://other.example/feed"}])
    stop = threading.Event()

    def kill_slow_children() -> None:
        killed: set[int] = set()
        while not stop.wait(0.02):
            if web.asked.count("http://slow.example/feed") <= len(killed):
                continue
            for child in psutil.Process().children():
                with suppress(psutil.Error):  # it may end while it is looked at
                    if child.pid not in killed and "jp_slow_news" in child.cmdline():
                        child.kill()
                        killed.add(child.pid)

    pages = {
        f"{HOST}/feed": Answer(feed(("/a/x", "Sun, 03 May 2026 12:00:00 GMT")), headers=XML),
        f"{HOST}/a/x": Answer(b"<h1>Fiction</h1>"),
        "http://other.example/feed": Answer(feed(), headers=XML),
        "http://slow.example/feed": Answer(b"", pause=20),
    }
    with Web(pages) as web:
        killer = threading.Thread(target=kill_slow_children)
        killer.start()
        crawls, run, _ = run_crawl(settings_of(tmp_path, web), source(), other, slow)
        stop.set()
        killer.join()
    states = {row["source_id"]: row["state"] for row in crawls.iter_rows(named=True)}
    assert states == {"jp_daily_opinion": "ok", "jp_other_news": "empty", "jp_slow_news": "down"}
    assert "child process died" in crawls.filter(pl.col("source_id") == "jp_slow_news")["reason"].item()
    for partition, captures in rebuild_captures(tmp_path):
        assert captures.equals(logged(tmp_path, run, partition.source_id)["captures"])
    assert logged(tmp_path, run, "jp_slow_news")["fetches"]["outcome"].to_list() == ["http_error"] * 2, "robots.txt, twice"
    assert not list(tmp_path.rglob("*.open"))


def test_trouble_of_our_own_is_an_error_and_leaves_nothing_visible(tmp_path: Path) -> None:
    (tmp_path / "archive").write_text("a file where the folder should be")
    with (
        Web({f"{HOST}/feed": Answer(feed(), headers=XML)}) as web,
        pytest.raises(TransientError, match="cannot write"),
    ):
        run_crawl(settings_of(tmp_path, web), source())
    assert Lake(tmp_path).partitions(CRAWLS) == []


def test_what_is_wrong_before_the_crawl(tmp_path: Path) -> None:
    with Web({}) as web:
        settings = settings_of(tmp_path, web)
        run = start_run(settings)
        catalog = {"jp_daily_opinion": source()}
        with pytest.raises(ConfigError, match="did you mean jp_daily_opinion"):
            crawl(settings, run, catalog, ["jp_daily_opinon"], None, None, lambda *_: None)
        with pytest.raises(ConfigError, match="no range"):
            crawl(settings, run, catalog, None, date(2026, 5, 2), date(2026, 5, 1), lambda *_: None)
    with pytest.raises(TransientError, match="does not answer"):
        crawl(settings, run, catalog, None, None, None, lambda *_: None)
    live = Settings(_env_file=None, data_dir=tmp_path, contact="https://nichiro.example")
    with pytest.raises(ConfigError, match=r"jp_daily_opinion: politeness\.delay_seconds is 0"):
        crawl(live, run, catalog, None, None, None, lambda *_: None)
    nameless = live.model_copy(update={"contact": ""})
    with pytest.raises(ConfigError, match="NICHIRO_CONTACT"):
        crawl(nameless, run, catalog, None, None, None, lambda *_: None)
