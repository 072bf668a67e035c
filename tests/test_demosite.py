"""The fictional web: the same from the same seed, with everything planted, and true to its instant."""

from __future__ import annotations

import http.client
import json
import re
import time
import urllib.error
import urllib.request
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crawlers.catalog import load_catalog
from crawlers.source import Source
from tests.demosite import DemoSite
from tests.demosite.articles import TOPICS
from tests.demosite.grammar import sections
from tests.demosite.incidents import DEFECTS, SPIKES
from tests.demosite.outlets import OUTLETS
from tests.demosite.replay import ReplayProxy
from tests.demosite.writing import SUBJECTS, TRAPS, shingles

CATALOG = Path(__file__).parent / "demosite" / "catalog"
END = datetime(2026, 6, 29, 23, 30, tzinfo=UTC)
BEFORE_TROUBLE = END - timedelta(days=1)
HELD_OUT = 7  # any seed but the one of development


@pytest.fixture(scope="module")
def site() -> DemoSite:
    return DemoSite(1)


@pytest.fixture(scope="module")
def catalog() -> dict[str, Source]:
    return load_catalog(CATALOG)


@pytest.mark.parametrize("seed", [1, HELD_OUT])
def test_all_is_planted(seed: int) -> None:
    truth = DemoSite(seed).truth()
    rows = truth["articles"]
    assert 800 <= len(rows) <= 1200
    assert json.loads(json.dumps(truth)) == truth
    assert len({row["canonical_url"] for row in rows}) == len(rows)
    kinds = Counter(row["kind"] for row in rows)
    assert (kinds["trap"] + kinds["paraphrase"]) / len(rows) >= 0.2
    on_beat = sum(row["on_beat"] != "none" for row in rows)
    assert 0.4 <= on_beat / len(rows) <= 0.6
    assert {row["language"] for row in rows} == {"en", "ja", "ru"}
    assert {topic for row in rows for topic in row["topics"]} == set(TOPICS)
    assert {row["subject"] for row in rows if row["kind"] == "trap"} == set(TRAPS)
    assert {row["defect"] for row in rows} == {defect.what for defect in DEFECTS} | {"none"}
    late = sum(row["appears_on"] > (row["published_date"] or "9") for row in rows)
    assert 0.03 <= late / len(rows) <= 0.1
    assert sum(row["revised_at"] is not None for row in rows) >= 10
    edits = {edit for row in rows if row["edit"] for edit in row["edit"].split("+")}
    assert edits == {"verbatim", "new_lede", "cut", "inserted", "respelled"}


def test_same_seed_same_bytes(site: DemoSite) -> None:
    again = DemoSite(1)
    assert again.truth() == site.truth()
    for one in site.articles[::10]:
        assert again.respond(one.url, BEFORE_TROUBLE) == site.respond(one.url, BEFORE_TROUBLE)
    assert DemoSite(3, days=5).truth()["articles"] != DemoSite(1, days=5).truth()["articles"]


def test_copies_follow_their_wire(site: DemoSite) -> None:
    copies = [one for one in site.articles if one.copy_of]
    assert len(copies) >= 60
    for one in copies:
        assert one.published_at > one.copy_of.published_at
        assert one.outlet.language == one.copy_of.outlet.language


def test_distinct_articles_are_distinct(site: DemoSite) -> None:
    """No two texts that are no copies share half of the smaller one's shingles."""
    seen: dict[tuple[str, int], list[int]] = defaultdict(list)
    sizes: list[int] = []
    for one in site.articles:
        if one.copy_of:
            continue
        language = one.outlet.language
        marks = shingles(" ".join(one.paragraphs), language)
        shared = Counter(other for mark in marks for other in seen[language, mark])
        assert all(count <= 0.5 * min(len(marks), sizes[other]) for other, count in shared.items()), one.url
        for mark in marks:
            seen[language, mark].append(len(sizes))
        sizes.append(len(marks))


def test_spikes_stand_out(site: DemoSite) -> None:
    """On a spike's days three times the usual number of texts on the beat, or more, in several outlets."""
    days = Counter(one.published_at.date() for one in site.articles if one.label.on_beat == "strong")
    spiking = {site.first_day + timedelta(days=day - 1) for spike in SPIKES for day in spike.extra}
    quiet = sum(count for day, count in days.items() if day not in spiking) / (site.days - len(spiking))
    for spike in SPIKES:
        told = [one for one in site.articles if one.label.story == spike.story and not one.copy_of]
        assert len({one.outlet.source_id for one in told}) >= 8
        assert {one.outlet.language for one in told} == {"en", "ja", "ru"}
        for day in spike.extra:
            assert days[site.first_day + timedelta(days=day - 1)] >= 3 * quiet


def test_answers_keep_to_their_instant(site: DemoSite) -> None:
    one = next(one for one in site.articles if one.outlet.source_id == "gb_meridian_wire" and one.revised_at)
    feed = one.outlet.root + one.outlet.feed_path
    minute = timedelta(minutes=1)
    assert site.respond(one.url, one.appears_at - minute).status == 404
    assert one.url.encode() not in site.respond(feed, one.appears_at - minute).body
    assert one.url.encode() in site.respond(feed, one.appears_at).body
    first, second = site.respond(one.url, one.appears_at), site.respond(one.url, one.revised_at)
    assert first.status == second.status == 200
    assert first.body != second.body
    month = one.outlet.root + one.outlet.archive.format(
        yyyy=f"{one.published_at:%Y}", mm=f"{one.published_at:%m}"
    )
    assert one.url.encode() not in site.respond(month, one.appears_at - minute).body
    assert one.url.encode() in site.respond(month, END).body


def test_conditional_get(site: DemoSite) -> None:
    one = next(one for one in site.articles if one.outlet.source_id == "jp_aozora_wire")
    tag = site.respond(one.url, BEFORE_TROUBLE).headers["ETag"]
    answer = site.respond(one.url, BEFORE_TROUBLE, {"If-None-Match": tag})
    assert (answer.status, answer.body) == (304, b"")


def test_incidents(site: DemoSite) -> None:
    def status(url: str, day: int) -> int:
        return site.respond(url, datetime(2026, 3, 1, 23, 30, tzinfo=UTC) + timedelta(days=day)).status

    assert [status("http://www.aozora-tsushin.example/rss/news.xml", day) for day in (59, 60, 61, 62)] == [
        200,
        503,
        503,
        200,
    ]
    assert status("http://www.outer-office.example/sitemap.xml", 119) == 200
    assert status("http://www.outer-office.example/sitemap.xml", 120) == 0
    challenged = site.respond("http://www.vneshdel.example/ru/news.atom", END)
    assert challenged.status == 200
    assert b"demo-challenge-platform" in challenged.body
    straits = next(one for one in site.articles if one.outlet.source_id == "sg_straits_brief")
    assert b"brief-head" in site.respond(straits.url, BEFORE_TROUBLE).body
    assert b"brief-head" not in site.respond(straits.url, END).body
    new = [
        one for one in site.articles if one.outlet is straits.outlet and f"{one.appears_at:%m-%d}" == "06-29"
    ]
    assert len(new) >= 3  # enough pages for the gate to see that the layout changed
    assert site.respond("http://nobody.example/", END).status == 502


def test_redirects_robots_and_other_views(site: DemoSite) -> None:
    old = next(
        row for row in site.truth()["articles"] if "/old/" in row["url"] and row["appears_on"] < "2026-06-01"
    )
    answer = site.respond(old["url"], BEFORE_TROUBLE)
    assert (answer.status, answer.headers["Location"]) == (301, old["canonical_url"])
    barred = next(one for one in site.articles if one.defect == "robots")
    assert urlsplit(barred.url).path.startswith("/members/")
    assert b"Disallow: /members/" in site.respond(f"{barred.outlet.root}/robots.txt", BEFORE_TROUBLE).body
    views = [
        url
        for row in site.truth()["articles"]
        for url in row["other_urls"]
        if row["appears_on"] < "2026-06-01"
    ]
    assert {url.rsplit("/", 1)[1] for url in views} >= {"print", "photos"}
    assert all(site.respond(url, BEFORE_TROUBLE).status == 200 for url in views)


def test_every_page_says_fiction(site: DemoSite) -> None:
    for outlet in OUTLETS:
        one = next(one for one in site.articles if one.outlet is outlet and one.defect == "none")
        body = site.respond(one.url, BEFORE_TROUBLE).body.decode(outlet.encoding)
        if one.is_visible(BEFORE_TROUBLE):
            assert 'class="fiction"' in body
        assert outlet.host.endswith(".example")


def test_catalog_fits_the_sites(site: DemoSite, catalog: dict[str, Source]) -> None:
    assert set(catalog) == {outlet.source_id for outlet in OUTLETS}
    for outlet in OUTLETS:
        source = catalog[outlet.source_id]
        assert (source.publisher.country, source.language, source.timezone) == (
            outlet.country,
            [outlet.language],
            outlet.timezone,
        )
        assert any(entry.kind == "archive" for entry in source.discover)
        for entry in source.discover:
            url = entry.url.replace("{yyyy}", "2026").replace("{mm}", "06")
            assert site.respond(url, BEFORE_TROUBLE).status == 200, url
        for row in site.truth()["articles"]:
            if row["source_id"] == outlet.source_id:
                for url in (row["url"], *row["other_urls"]):
                    assert any(re.search(allow, url) for allow in source.follow.allow), url


@pytest.mark.parametrize("language", ["en", "ja", "ru"])
def test_sections_are_complete(language: str) -> None:
    names = set(sections(language))
    wanted = {
        f"{part}/{topic}"
        for topic in TOPICS
        for part in ("headline", "lede", "neutral", "negative", "positive")
    }
    wanted |= {name for trap in TRAPS for name in (f"trap/{trap}", f"trap/{trap}/headline")}
    wanted |= {name for subject in SUBJECTS for name in (f"offbeat/{subject}", f"offbeat/{subject}/headline")}
    assert wanted <= names


def test_proxy_over_http(site: DemoSite) -> None:
    one = next(
        one for one in site.articles if one.outlet.source_id == "jp_seto_editorial" and one.defect == "none"
    )
    with ReplayProxy(site, BEFORE_TROUBLE) as proxy:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": proxy.url}))
        with opener.open(one.url, timeout=5) as answer:
            assert answer.read() == site.respond(one.url, BEFORE_TROUBLE).body
        with pytest.raises(urllib.error.HTTPError) as refused:
            opener.open("http://nobody.example/", timeout=5)
        assert refused.value.code == 502
        proxy.as_of = datetime(2026, 3, 1, tzinfo=UTC)
        with pytest.raises(urllib.error.HTTPError) as unborn:
            opener.open(one.url, timeout=5)
        assert unborn.value.code == 404
        assert proxy.requests == [("GET", one.url), ("GET", "http://nobody.example/"), ("GET", one.url)]
        proxy.as_of = END
        with pytest.raises((urllib.error.URLError, http.client.HTTPException, ConnectionError)):
            opener.open("http://www.outer-office.example/sitemap.xml", timeout=5)


def test_proxy_is_fast_and_keeps_connections(site: DemoSite) -> None:
    urls = [one.url for one in site.articles if one.is_visible(BEFORE_TROUBLE)][:300]
    with ReplayProxy(site, BEFORE_TROUBLE) as proxy:
        connection = http.client.HTTPConnection(urlsplit(proxy.url).netloc, timeout=5)
        started = time.perf_counter()
        for url in urls:
            connection.request("GET", url)
            assert connection.getresponse().read() is not None
        took = time.perf_counter() - started
        connection.close()
    assert len(proxy.requests) == len(urls)
    assert len(urls) / took >= 300


def test_short_world() -> None:
    small = DemoSite(3, days=10, first_day=date(2026, 3, 2))
    assert 20 <= len(small.articles) <= 150
    assert max(one.published_at.date() for one in small.articles) <= date(2026, 3, 11)
