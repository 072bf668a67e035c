"""Article pages that mean harm: each has one outcome, in bounded time. What documents may send is in test_safety."""

from __future__ import annotations

import time

from tests.crawlers.test_safety import brotli_bomb, gzip_bomb
from tests.crawlers.web import Answer
from tests.torture.web import Visits, address, page, rss, site, source
from warehouse.columns import FATES, QUARANTINE_REASONS

HOST = address("us_hostile")
HTML = {"Content-Type": "text/html"}
PATIENCE = 30  # seconds for all of them, of a busy machine too
STORY = "".join(f"<p>A lamp is rowed over the strait, for the time number {number}.</p>" for number in range(20))


def _page(headline: str = "Lamps", when: str = "2026-05-03T12:00:00Z", body: str = STORY, head: str = "") -> Answer:
    return Answer(
        f"<html><head>{head}</head><body><main><h1>{headline}</h1><time>{when}</time>{body}</main></body></html>".encode()
    )


HARM = {
    "gzip": Answer(gzip_bomb(100), headers=HTML | {"Content-Encoding": "gzip"}),
    "brotli": Answer(brotli_bomb(100), headers=HTML | {"Content-Encoding": "br"}),
    "not_gzip": Answer(b"no gzip at all", headers=HTML | {"Content-Encoding": "gzip"}),
    "deep": _page(body="<div>" * 100_000 + "deep"),
    "wide": _page(body="<p>word</p>" * 200_000),
    "json": _page(head=f"<script type=application/ld+json>{'[' * 100_000}</script>"),
    "graph": _page(head="<script type=application/ld+json>" + '{"@graph":' * 900 + "1" + "}" * 900 + "</script>"),
    "long_date": _page(when="1" * 1_000_000),
    "long_headline": _page(headline="a " * 1_000_000),
    "entities": _page(head="<!DOCTYPE x [<!ENTITY a 'b'>]>", headline="&a;&#0;&#xFFFFFFFF;"),
    "canonical": _page(head="<link rel=canonical href='http://[half'><base href='//'>"),
    "script_canonical": _page(head="<link rel=canonical href='javascript:alert(1)'>"),
    "nul": Answer(b"<html>\0<main><h1>\xff\xfe</h1>\0\xf5</main>"),
    "utf_16": Answer("<h1>Lamps</h1>".encode("utf-16")[:-1], headers={"Content-Type": "text/html; charset=utf-16"}),
    "charset": Answer(_page().body, headers={"Content-Type": "text/html; charset=" + "x" * 5_000}),
    "picture": Answer(b"\x89PNG\r\n\x1a\n" + bytes(1_000), headers={"Content-Type": "image/png"}),
    "nothing": Answer(b""),
    "far": Answer(status=301, headers={"Location": "http://127.0.0.1:9/metadata"}),
    "loop": Answer(status=301, headers={"Location": "/a/loop"}),
    "good": page("Lamps"),
}
HOSTILE = site(
    source("us_hostile"),
    {f"{HOST}/feed": rss(*[(f"{HOST}/a/{name}", None) for name in HARM])} | {f"{HOST}/a/{name}": answer for name, answer in HARM.items()},
)


def test_pages_that_mean_harm_have_one_outcome_each_in_bounded_time(visits: Visits) -> None:
    seen = visits.of(HOSTILE)
    started = time.monotonic()
    fates = seen.fates
    assert time.monotonic() - started < PATIENCE
    assert set(fates.values()) <= set(FATES)
    assert set(seen.quarantined.values()) <= set(QUARANTINE_REASONS)
    assert fates[f"{HOST}/a/good"] == "article"
    assert seen.quarantined[f"{HOST}/a/long_headline"] == "no_headline"
    assert seen.articles[f"{HOST}/a/canonical"]["canonical_url"] == f"{HOST}/a/canonical", "what is no address is none"
    outcomes = seen.fetched
    assert {url.removeprefix(f"{HOST}/a/") for url in outcomes} >= set(HARM), "every page is accounted for"
    assert not [url for url in visits.asked if "127.0.0.1" in url]
    took = (seen.crawl["finished_at"] - seen.crawl["started_at"]).total_seconds()
    assert took < 2 * PATIENCE
