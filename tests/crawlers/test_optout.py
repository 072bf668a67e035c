"""What sites reserve, in each of the ways in which they say so, and what comes of it: a row in their words, and no copy."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import polars as pl
import pytest

from crawlers.optout import TDMREP, TdmPolicy, keeps_out, of_headers, of_page, of_robots, words_of_robots
from crawlers.robots import Robots
from tests.crawlers.test_crawl import HOST, XML, feed, logged, run_crawl, settings_of, source
from tests.crawlers.web import Answer, Web

URL = f"{HOST}/a/x"
DAY = "Sun, 03 May 2026 12:00:00 GMT"
HTML = {"Content-Type": "text/html"}
TEXT = {"Content-Type": "text/plain"}


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("X-Robots-Tag", "noarchive", "X-Robots-Tag: noarchive"),
        ("x-robots-tag", "NoFollow, NoAI", "X-Robots-Tag: noai"),
        ("X-Robots-Tag", "nichiro: none", "X-Robots-Tag: none"),
        ("X-Robots-Tag", "otherbot: noindex, nofollow, nichiro: noindex", "X-Robots-Tag: noindex"),
        ("X-Robots-Tag", "otherbot: noindex, noarchive", None),
        ("X-Robots-Tag", "max-image-preview: large, nosnippet", "X-Robots-Tag: nosnippet"),
        ("X-Robots-Tag", "max-snippet: 0", "X-Robots-Tag: max-snippet:0"),
        ("X-Robots-Tag", "max-snippet: 50, noimageindex", None),
        ("X-Robots-Tag", "unavailable_after: 25 Jun 2026 15:00:00 GMT", None),
        ("TDM-Reservation", "1", "TDM-Reservation: 1"),
        ("tdm-reservation", "0", None),
        ("Content-Usage", "search=n", "Content-Usage: search=n"),
        ("Content-Usage", "train-ai=n", None),
        ("Content-Type", "text/html", None),
    ],
)
def test_headers_that_reserve(name: str, value: str, found: str | None) -> None:
    assert of_headers([(name, value)], URL) == ([found] if found else [])


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ('<meta name="robots" content="noai, noimageai">', "meta robots: noai"),
        ("<META content=noarchive NAME=ROBOTS>", "meta robots: noarchive"),
        ('<meta name="nichiro" content="index noindex">', "meta nichiro: noindex"),
        ('<meta name="robots" content="max-snippet:0, max-image-preview:large">', "meta robots: max-snippet:0"),
        ('<meta name="tdm-reservation" content="1"><meta name="tdm-policy" content="/policy">', "meta tdm-reservation: 1"),
        ('<meta name="tdm-reservation" content="0">', None),
        ('<meta name="googlebot" content="noarchive">', None),
        ('<meta name="robots" content="index,follow,max-snippet:-1,noimageindex">', None),
        ('<!-- <meta name="robots" content="noindex"> -->', None),
        ('<meta name="description" content="of noindex and none">', None),
        ("", None),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "shift_jis"])
def test_pages_that_reserve(head: str, found: str | None, encoding: str) -> None:
    assert of_page(f"<html><head>{head}<title>社説</title></head><body><p>Fiction".encode(encoding), URL) == ([found] if found else [])


def test_a_page_that_is_none_reserves_nothing() -> None:
    assert of_page(b"", URL) == []
    assert of_page(b"<meta " * 100_000 + b" noindex", URL) == [], "and costs no time"


def test_no_copy_is_not_no_reading() -> None:
    assert keeps_out(["X-Robots-Tag: noarchive", "meta robots: noarchive"]) is None
    assert keeps_out(["X-Robots-Tag: noarchive", "meta robots: noindex"]) == "meta robots: noindex"


def test_tdmrep_reserves_by_the_first_rule_that_matches() -> None:
    rules = [
        {"location": "/open/*", "tdm-reservation": 0},
        {"location": "/opinion/*.html$", "tdm-reservation": "1", "tdm-policy": "https://daily.example/policy"},
        {"location": "/news/", "tdm-reservation": 1},
        {"location": 7, "tdm-reservation": 1}, "neither", {"tdm-reservation": 1}, {"location": "/\nDisallow: /x", "tdm-reservation": 1},
        {"location": "/open/late", "tdm-reservation": 1},
    ]  # fmt: skip
    policy = TdmPolicy(json.dumps(rules).encode())
    found = {path: policy.reserves(HOST + path) for path in ("/open/late", "/opinion/1.html", "/opinion/1.html?x", "/news/1", "/x", "/")}
    assert found == {
        "/open/late": None, "/opinion/1.html": "tdmrep.json: /opinion/*.html$", "/opinion/1.html?x": None,
        "/news/1": "tdmrep.json: /news/", "/x": None, "/": None,
    }  # fmt: skip
    for body in (b"", b"<html>", b'{"location": "/"}', b"[" * 100_000, b"null", b"\xff"):
        assert TdmPolicy(body).reserves(URL) is None


ROBOTS = """\
Content-Signal: ai-train=no
User-agent: GPTBot
Disallow: /

User-agent: *
Content-Signal: search=yes, ai-input=no
Content-Usage: /a/ search=n, train-ai=n
DisallowAITraining: /
Disallow: /private
"""


def test_uses_that_robots_txt_reserves() -> None:
    """Those of an archive and an index bind, by path; those of training are written down."""
    signals = of_robots(Robots(ROBOTS))
    assert [signal.words for signal in signals if signal.binds(URL)] == ["Content-Usage: /a/ search=n"]
    assert [signal.words for signal in signals if signal.binds(f"{HOST}/b/x")] == []
    assert words_of_robots(ROBOTS) == [
        "Content-Signal: ai-train=no", "Content-Signal: ai-input=no", "Content-Usage: /a/ search=n",
        "Content-Usage: /a/ train-ai=n", "DisallowAITraining: /", "robots.txt keeps AI agents out: GPTBot",
    ]  # fmt: skip
    assert words_of_robots(f"{ROBOTS}\nUser-agent: nichiro\nAllow: /\n") == ["robots.txt keeps AI agents out: GPTBot"]


def articles(log: dict[str, pl.DataFrame]) -> dict[str, tuple[str, str | None]]:
    rows = log["fetches"].filter(kind="article").select("url", "outcome", "reserved").iter_rows()
    return {url.removeprefix(HOST): (outcome, reserved) for url, outcome, reserved in rows}


def test_a_reserved_article_is_not_archived_nor_asked_for_twice(tmp_path: Path) -> None:
    """By header, by page, by tdmrep.json; a feed that asks not to be listed is read all the same."""
    paths = ("/a/kept", "/a/read", "/a/header", "/a/page", "/a/policy")
    pages = {
        f"{HOST}/feed": Answer(feed(*[(path, "Fri, 24 Apr 2026 12:00:00 GMT") for path in paths]), headers=XML | {"X-Robots-Tag": "noindex"}),
        f"{HOST}{TDMREP}": Answer(b'[{"location": "/a/policy", "tdm-reservation": 1}]', headers={"Content-Type": "application/json"}),
        f"{HOST}/a/kept": Answer(b"<h1>Fiction</h1>", headers=HTML),
        f"{HOST}/a/read": Answer(b"<meta name=robots content=noarchive><h1>Fiction</h1>", headers=HTML),
        f"{HOST}/a/header": Answer(b"<h1>Fiction</h1>", headers=HTML | {"TDM-Reservation": "1"}),
        f"{HOST}/a/page": Answer(gzip.compress(b"<meta name=robots content=noai><h1>Fiction</h1>"), headers=HTML | {"Content-Encoding": "gzip"}),
        f"{HOST}/a/policy": Answer(b"<h1>Fiction</h1>", headers=HTML),
    }  # fmt: skip
    with Web(pages) as web:
        apart = source(usual_gap_days=60, politeness={"delay_seconds": 0.2})  # so that answers come in the feed's order
        crawls, run, _ = run_crawl(settings_of(tmp_path, web), apart)
        assert web.asked.count(f"{HOST}{TDMREP}") == 1, "once per host and crawl"
        assert f"{HOST}/a/policy" not in web.asked
        _, second, _ = run_crawl(settings_of(tmp_path, web, "2026-05-20T23:30:00+00:00"), source(usual_gap_days=60))
    log = logged(tmp_path, run)
    assert articles(log) == {
        "/a/kept": ("ok", None),
        "/a/read": ("ok", "meta robots: noarchive"),
        "/a/header": ("reserved", "TDM-Reservation: 1"),
        "/a/page": ("reserved", "meta robots: noai"),
        "/a/policy": ("reserved", "tdmrep.json: /a/policy"),
    }
    assert log["captures"].filter(kind="article")["url"].to_list() == [f"{HOST}/a/kept", f"{HOST}/a/read"]
    assert log["fetches"].filter(kind="tdmrep").select("outcome", "reserved").rows() == [("ok", "tdmrep.json: /a/policy")]
    assert log["discoveries"]["headline"].null_count() == 0, "headline and link remain"
    assert crawls.select("state", "reason").row(0) == (
        "robots", f"3 of 5 articles failed, such as article {HOST}/a/header is reserved (TDM-Reservation: 1): "
        "declare `terms.access: feed_only`, or ask the publisher",
    )  # fmt: skip
    assert set(logged(tmp_path, second)["discoveries"]["decision"]) == {"known"}


def test_the_words_of_a_guard_are_not_the_sites(tmp_path: Path) -> None:
    wall = b"<meta name=robots content='noindex,nofollow'><p>Checking your browser"
    with Web({f"{HOST}/feed": Answer(feed(("/a/x", DAY)), headers=XML), f"{HOST}/a/x": Answer(wall, headers=HTML)}) as web:
        _, run, _ = run_crawl(settings_of(tmp_path, web), source())
    assert articles(logged(tmp_path, run)) == {"/a/x": ("challenged", None)}


def test_an_index_that_is_not_wanted_asks_for_no_article_and_training_is_written_down(tmp_path: Path) -> None:
    pages: dict[str, Answer] = {}
    sources = []
    for name, signal in (("shut", "search=no"), ("open", "search=yes, ai-train=no")):
        site = f"http://{name}.example"
        pages[f"{site}/robots.txt"] = Answer(f"User-agent: *\nContent-Signal: {signal}\nAllow: /".encode(), headers=TEXT)
        pages[f"{site}/feed"] = Answer(feed(("/a/x", DAY)).replace(HOST.encode(), site.encode()), headers=XML)
        pages[f"{site}/a/x"] = Answer(b"<h1>Fiction</h1>", headers=HTML)
        sources.append(source(f"jp_{name}", discover=[{"kind": "rss", "url": f"{site}/feed"}]))
    with Web(pages) as web:
        _, run, _ = run_crawl(settings_of(tmp_path, web), *sources)
        assert [url for url in web.asked if url.startswith("http://shut")] == ["http://shut.example/robots.txt", "http://shut.example/feed"]
    shut, free = (logged(tmp_path, run, each.source_id) for each in sources)
    assert articles(shut) == {"http://shut.example/a/x": ("reserved", "Content-Signal: search=no")}
    assert articles(free) == {"http://open.example/a/x": ("ok", None)}
    assert free["fetches"].filter(kind="robots")["reserved"].item() == "Content-Signal: ai-train=no"


def test_a_policy_that_cannot_be_had_reserves_nothing(tmp_path: Path) -> None:
    pages = {
        f"{HOST}/feed": Answer(feed(("/a/x", DAY)), headers=XML),
        f"{HOST}{TDMREP}": Answer(status=0),
        f"{HOST}/a/x": Answer(b"<h1>Fiction</h1>", headers=HTML),
    }
    with Web(pages) as web:
        crawls, run, _ = run_crawl(settings_of(tmp_path, web), source())
    log = logged(tmp_path, run)
    assert log["fetches"].filter(kind="tdmrep")["outcome"].to_list() == ["connection_failed"]
    assert articles(log) == {"/a/x": ("ok", None)}
    assert crawls["state"].item() == "ok"


def test_a_source_of_headlines_asks_for_no_policy(tmp_path: Path) -> None:
    with Web({f"{HOST}/feed": Answer(feed(("/a/x", DAY)), headers=XML)}) as web:
        run_crawl(settings_of(tmp_path, web), source(terms={"access": "feed_only"}))
        assert web.asked == [f"{HOST}/robots.txt", f"{HOST}/feed"]
