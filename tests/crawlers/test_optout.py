"""What a page's own headers reserve, and what comes of it: a row that names the header, and no copy."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from crawlers.optout import reserved_by
from tests.crawlers.test_crawl import HOST, XML, feed, logged, run_crawl, settings_of, source
from tests.crawlers.web import Answer, Web


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("X-Robots-Tag", "noarchive", "X-Robots-Tag: noarchive"),
        ("x-robots-tag", "NoFollow, NoAI", "X-Robots-Tag: noai"),
        ("X-Robots-Tag", "nichiro: none", "X-Robots-Tag: none"),
        ("X-Robots-Tag", "otherbot: noindex, nofollow, nichiro: noindex", "X-Robots-Tag: noindex"),
        ("X-Robots-Tag", "otherbot: noindex, noarchive", None),
        ("X-Robots-Tag", "max-snippet: 50, nosnippet, noimageindex", None),
        ("X-Robots-Tag", "unavailable_after: 25 Jun 2026 15:00:00 GMT", None),
        ("TDM-Reservation", "1", "TDM-Reservation: 1"),
        ("tdm-reservation", "0", None),
        ("Content-Type", "text/html", None),
    ],
)
def test_headers_that_reserve(name: str, value: str, found: str | None) -> None:
    assert reserved_by([(name, value)], "nichiro") == found


def test_a_reserved_article_is_not_archived_and_a_feed_may_ask_not_to_be_listed(tmp_path: Path) -> None:
    when = "Sun, 03 May 2026 12:00:00 GMT"
    html = {"Content-Type": "text/html"}
    pages = {
        f"{HOST}/feed": Answer(feed(("/a/kept", when), ("/a/reserved", when)), headers=XML | {"X-Robots-Tag": "noindex"}),
        f"{HOST}/a/kept": Answer(b"<h1>Fiction</h1>", headers=html),
        f"{HOST}/a/reserved": Answer(b"<h1>Fiction</h1>", headers=html | {"TDM-Reservation": "1"}),
    }
    with Web(pages) as web:
        crawls, run, _ = run_crawl(settings_of(tmp_path, web), source())
    log = logged(tmp_path, run)
    articles = {row["url"]: row for row in log["fetches"].filter(pl.col("kind") == "article").iter_rows(named=True)}
    assert articles[f"{HOST}/a/kept"]["outcome"] == "ok"
    reserved = articles[f"{HOST}/a/reserved"]
    assert (reserved["outcome"], reserved["detail"]) == ("robots_denied", "TDM-Reservation: 1")
    assert f"{HOST}/a/reserved" not in log["captures"]["url"].to_list()
    assert crawls["state"].item() == "ok"
