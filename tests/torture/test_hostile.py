"""Article pages that mean harm: each has one outcome, in bounded time. What documents may send is in test_safety."""

from __future__ import annotations

import time
from datetime import timedelta

from tests.crawlers.test_safety import brotli_bomb, gzip_bomb
from tests.crawlers.web import Answer
from tests.torture.web import Seen, Site, Visits, address, page, rss, site, source
from warehouse.columns import FATES, QUARANTINE_REASONS

HOST = address("us_hostile")
HTML = {"Content-Type": "text/html"}
PATIENCE = 20  # seconds of computing for all pages of a source
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


def _hostile(source_id: str, harm: dict[str, Answer], **changes: object) -> Site:
    pages = {f"{address(source_id)}/a/{name}": answer for name, answer in harm.items()}
    return site(source(source_id, **changes), {f"{address(source_id)}/feed": rss(*[(url, None) for url in pages])} | pages)


HOSTILE = _hostile("us_hostile", HARM)
READ = {name: answer for name, answer in HARM.items() if answer.status == 200 and "Content-Encoding" not in answer.headers}
WITHOUT_RULES = _hostile("us_hostile_unruled", READ, extract=[])


def test_pages_that_mean_harm_have_one_outcome_each_in_bounded_time(visits: Visits) -> None:
    outcomes = _outcomes(visits, HOSTILE)
    assert outcomes.quarantined[f"{HOST}/a/long_headline"] == "no_headline"
    assert outcomes.articles[f"{HOST}/a/canonical"]["canonical_url"] == f"{HOST}/a/canonical", "what is no address is none"


def test_so_have_they_where_a_source_declares_no_rules(visits: Visits) -> None:
    _outcomes(visits, WITHOUT_RULES)


def _outcomes(visits: Visits, hostile: Site) -> Seen:
    seen = visits.of(hostile)
    host = address(hostile.source.source_id)
    started = time.process_time()
    fates = seen.fates
    assert time.process_time() - started < PATIENCE
    assert set(fates.values()) <= set(FATES)
    assert set(seen.quarantined.values()) <= set(QUARANTINE_REASONS)
    assert fates[f"{host}/a/good"] == "article"
    assert seen.fetched.keys() >= hostile.days[0].keys(), "every page is accounted for"
    assert not [url for url in visits.asked if "127.0.0.1" in url]
    assert seen.crawl["finished_at"] - seen.crawl["started_at"] < timedelta(minutes=2)
    return seen
