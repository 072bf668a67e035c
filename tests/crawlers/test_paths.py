"""Paths to a document: what each of them found is in the log, item for item; a fallback is read where its main path is barred."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from crawlers.catalog import load_catalog
from crawlers.discovery import Link
from crawlers.hints import recent_sitemaps
from nichiro.settings import PROJECT
from tests.crawlers.test_crawl import HOST, XML, feed, logged, run_crawl, settings_of, source
from tests.crawlers.web import Answer, Web

DAY = "Sun, 03 May 2026 12:00:00 GMT"


def index(*children: tuple[str, str]) -> Answer:
    rows = "".join(f"<sitemap><loc>{HOST}{path}</loc>{when and f'<lastmod>{when}</lastmod>'}</sitemap>" for path, when in children)
    return Answer(f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</sitemapindex>'.encode(), headers=XML)


def sitemap(*paths: str) -> Answer:
    rows = "".join(f"<url><loc>{HOST}{path}</loc></url>" for path in paths)
    return Answer(f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'.encode(), headers=XML)


def test_of_an_index_only_recent_sitemaps_are_read_and_none_too_deep(tmp_path: Path) -> None:
    """Dated by lastmod, else by name; an index in an index is read, one in that is not."""
    pages = {
        f"{HOST}/index": index(
            ("/new", "2026-05-03T10:00:00+09:00"), ("/old", "2026-03-31"), ("/2026/05/x", ""), ("/2025/11/x", ""),
            ("/undated", ""), ("/inner", "2026-05-01"),
        ),
        f"{HOST}/new": sitemap("/a/1", "/a/2"),
        f"{HOST}/inner": index(("/innermost", "2026-05-02")),
        f"{HOST}/innermost": index(("/trap", "2026-05-02")),
    }  # fmt: skip
    with Web(pages) as web:
        crawls, run, _ = run_crawl(settings_of(tmp_path, web), source(discover=[{"kind": "sitemap", "url": f"{HOST}/index"}]))
    documents = {url.removeprefix(HOST) for url in web.asked} - {"/robots.txt", "/.well-known/tdmrep.json", "/a/1", "/a/2"}
    assert documents == {"/index", "/new", "/2026/05/x", "/undated", "/inner", "/innermost"}
    assert logged(tmp_path, run)["discoveries"].select("via", "decision").rows() == [("sitemap", "fetched")] * 2
    assert crawls["state"].item() == "changed"  # /2026/05/x is named and is not there


def test_recent_sitemaps() -> None:
    children = [Link(f"{HOST}/{name}", 0, None, when) for name, when in (
        ("a", "2026-04-30"), ("b", "2026-05-02T23:00:00Z"), ("c", "yesterday"), ("d", None), ("news-2026-05.xml", None), ("news-202603.xml", None))]  # fmt: skip
    found = [url.removeprefix(f"{HOST}/") for url in recent_sitemaps(children, date(2026, 5, 1))]
    assert found == ["news-2026-05.xml", "b", "c", "d"]
    assert recent_sitemaps(children[:2], date(2026, 6, 1)) == [f"{HOST}/b"], "a site that fell silent is still read"
    assert recent_sitemaps([], date(2026, 6, 1)) == []


def test_a_backfill_reads_the_sitemaps_that_reach_into_its_days(tmp_path: Path) -> None:
    pages = {f"{HOST}/index": index(("/2026/02/x", ""), ("/2026/03/x", ""), ("/2026/04/x", "")), f"{HOST}/2026/03/x": sitemap("/a/2026/03/20/x")}
    entry = {"kind": "archive", "url": f"{HOST}/index"}
    with Web(pages) as web:
        run_crawl(settings_of(tmp_path, web), source(discover=[entry]), first=date(2026, 3, 15), last=date(2026, 3, 31))
    assert {url.removeprefix(HOST) for url in web.asked} - {"/.well-known/tdmrep.json"} == {"/robots.txt", "/index", "/2026/03/x", "/2026/04/x", "/a/2026/03/20/x"}


def test_every_item_of_every_document_is_in_the_log_once(tmp_path: Path) -> None:
    """The sum: what a feed, a sitemap, a listing and an api hold, counted by hand, is what the log has, by decision."""
    broken = b"<item><title>No link at all</title></item><item><title>Nor here</title><link>javascript:x</link></item></channel>"
    listing = f"<ul><li><a href=/a/3>3</a><li><a href=/a/4>4</a><li>no link<li><a href=/b/5>5</a><li><a href={HOST}/a/1>1</a></ul>"
    pages = {
        f"{HOST}/feed": Answer(feed(("/a/1", DAY), ("/a/1", DAY), ("/a/2", DAY)).replace(b"</channel>", broken), headers=XML),
        f"{HOST}/map": sitemap("/a/1", "/a/6", "/about"),
        f"{HOST}/list": Answer(listing.encode()),
        f"{HOST}/api": Answer(b'{"rows": [{"u": "/a/7"}, {"u": null}, {"u": "/a/8"}]}', headers={"Content-Type": "application/json"}),
    } | {f"{HOST}/a/{number}": Answer(b"<h1>Fiction</h1>") for number in range(1, 9)}
    declared = [
        {"kind": "rss", "url": f"{HOST}/feed"},
        {"kind": "news_sitemap", "url": f"{HOST}/map"},
        {"kind": "listing", "url": f"{HOST}/list", "item": "li", "links": "a"},
        {"kind": "api", "url": f"{HOST}/api", "items": {"path": "rows", "link": "{u}"}},
    ]
    polite = {"delay_seconds": 0, "timeout_seconds": 30, "max_pages_per_run": 5}
    with Web(pages) as web:
        crawls, run, _ = run_crawl(settings_of(tmp_path, web), source(discover=declared, politeness=polite))
    links = logged(tmp_path, run)["discoveries"]
    documents = links.join(logged(tmp_path, run)["captures"].select("capture_id", document="url"), on="capture_id")
    counts = documents.group_by("document").agg(pl.len().alias("rows"), pl.col("item_count").unique())
    told = {row["document"].removeprefix(HOST): (row["rows"], row["item_count"]) for row in counts.iter_rows(named=True)}
    assert told == {"/feed": (5, [5]), "/map": (3, [3]), "/list": (5, [5]), "/api": (3, [3])}
    assert links["discovery_id"].n_unique() == links.height == crawls["discovered_count"].item() == 16
    decisions = dict(links.group_by("decision").len().iter_rows())
    assert sum(decisions.values()) == 16
    assert decisions["no_link"] == 4 and decisions["off_pattern"] == 2
    assert decisions["fetched"] == 5 and decisions["over_limit"] == 2 and decisions["duplicate"] == 3
    assert links.filter(decision="no_link")["headline"].drop_nulls().sort().to_list() == ["No link at all", "Nor here"]


PREVIEW = """<div class=tgme_widget_message><div class=tgme_widget_message_text>Fiction</div>
<a class=tgme_widget_message_date href="http://telegram.example/a/7"><time datetime="2026-05-03T12:00:00+03:00">12:00</time></a></div>"""


@pytest.mark.parametrize(("answer", "state"), [
    (Answer(b"<p>Checking your browser before access</p>"), "challenged"), (Answer(status=403), "blocked"), (Answer(status=503), "down"),
    (Answer(feed(("/a/1", DAY)), headers=XML), "ok"), (Answer(b"<rss><channel/></rss>", headers=XML), "empty"),
])  # fmt: skip
def test_a_fallback_is_read_where_its_main_path_is_barred(tmp_path: Path, answer: Answer, state: str) -> None:
    telegram = "http://telegram.example"
    entry = {"kind": "listing", "url": f"{telegram}/s/daily", "via": "telegram", "item": ".tgme_widget_message",
             "links": "a.tgme_widget_message_date", "date": "time@datetime"}  # fmt: skip
    pages = {
        f"{HOST}/feed": answer, f"{HOST}/a/1": Answer(b"<h1>Fiction</h1>"),
        f"{telegram}/s/daily": Answer(PREVIEW.encode()), f"{telegram}/a/7": Answer(b"<h1>Post</h1>"),
    }  # fmt: skip
    # its id comes first: the order of the catalog does not matter
    fallback = source("jp_a_telegram", discover=[entry], fallback_for=["jp_daily_opinion"])
    with Web(pages) as web:
        crawls, run, said = run_crawl(settings_of(tmp_path, web), fallback, source())
    states = {row["source_id"]: row["state"] for row in crawls.iter_rows(named=True)}
    assert states["jp_daily_opinion"] == state
    was_read = any(url.startswith(telegram) for url in web.asked)
    assert was_read == (state in ("challenged", "blocked", "down"))
    assert states["jp_a_telegram"] == ("ok" if was_read else "unknown")
    log = logged(tmp_path, run, "jp_a_telegram")
    if was_read:
        assert log["discoveries"].select("via", "url", "published_text").rows() == [("telegram", f"{telegram}/a/7", "2026-05-03T12:00:00+03:00")]
        assert set(log["captures"]["kind"]) >= {"telegram", "article"}
    else:
        why = f"not asked for, as it is a fallback: jp_daily_opinion is {state}"
        assert log["crawls"]["reason"].to_list() == [why] and f"jp_a_telegram {why}" in said


def test_a_fallback_alone_goes_by_what_was_last_met(tmp_path: Path) -> None:
    fallback = source("jp_a_telegram", discover=[{"kind": "listing", "url": f"{HOST}/s", "via": "telegram"}], fallback_for=["jp_daily_opinion"])
    with Web({f"{HOST}/feed": Answer(status=403), f"{HOST}/s": Answer(b"<a href=/a/1>x</a>"), f"{HOST}/a/1": Answer(b"<h1>x</h1>")}) as web:
        unseen, _, _ = run_crawl(settings_of(tmp_path, web), fallback)
        run_crawl(settings_of(tmp_path, web, "2026-05-04T23:30:00+00:00"), source())
        barred, _, _ = run_crawl(settings_of(tmp_path, web, "2026-05-05T23:30:00+00:00"), fallback)
    assert unseen["reason"].item() == "not asked for, as it is a fallback: jp_daily_opinion is not known"
    assert barred["state"].item() == "ok"


def test_a_fallback_stands_in_for_declared_sources_and_says_so_in_the_log() -> None:
    catalog = load_catalog(PROJECT / "crawlers" / "sources")
    fallbacks = [each for each in catalog.values() if each.fallback_for]
    assert [each.source_id for each in fallbacks] == ["ru_mid_telegram"]
    for each in fallbacks:
        assert all(source_id in catalog and not catalog[source_id].fallback_for for source_id in each.fallback_for)
        assert {entry.via for entry in each.discover} == {"telegram"}
