"""Feeds that lie: numbers 9–18 of shared/SOURCES.md, section 3. All pages are fiction."""

from __future__ import annotations

from datetime import UTC, date, datetime

from crawlers.catalog import load_catalog
from nichiro.settings import PROJECT
from tests.crawlers.web import Answer
from tests.torture.web import (
    DAY,
    TEXT,
    XML,
    Visits,
    address,
    as_declared,
    fixture,
    listing,
    page,
    rdf,
    rss,
    site,
    source,
)

COPIED = (  # addresses that programs copy from each other and no site serves
    "kantei.go.jp/jp/rss/", "mofa.go.jp/mofaj/rss/", "mofa.go.jp/rss/", "english.kyodonews.net/rss/", "kremlin.ru/rss/",
    "yomiuri.co.jp/feed",
)  # fmt: skip
INVENTED = site(source("jp_invented", {"kind": "rdf", "url": f"{address('jp_invented')}/jp/rss/index.rdf"}), {}, {})
SOFT_404 = site(source("jp_soft_404"), {f"{address('jp_soft_404')}/feed": Answer(b"<html><h1>Page not found</h1></html>")})


def test_09_an_invented_feed_is_changed_and_no_other_address_is_guessed(visits: Visits) -> None:
    invented = visits.of(INVENTED)
    assert invented.state == "changed" and "HTTP 404" in invented.reason and "look for its new address" in invented.reason
    assert visits.asked_of(address("jp_invented")) == [f"{address('jp_invented')}/jp/rss/index.rdf"] * 2
    assert visits.of(SOFT_404).state == "changed", "404 dressed as 200"
    for declared in load_catalog(PROJECT / "crawlers" / "sources").values():
        assert declared.evidence, "what others claim; what we saw has its day in verified_on"
        assert not [entry.url for entry in declared.discover for known in COPIED if known in entry.url], declared.source_id


_RDF = address("jp_rdf")
RDF = site(
    source("jp_rdf", {"kind": "rdf", "url": f"{_RDF}/index.rdf"}),
    {f"{_RDF}/index.rdf": rdf(*[(f"{_RDF}/a/{number}", f"2026-05-0{number}T09:00:00+09:00") for number in (1, 2, 3)])}
    | {f"{_RDF}/a/{number}": page("灯台の灯り", f"2026年5月{number}日", "ja") for number in (1, 2, 3)},
)


def test_10_rss_1_items_beside_the_channel_are_read_with_their_dublin_core_dates(visits: Visits) -> None:
    seen = visits.of(RDF)
    assert (seen.state, len(seen.articles)) == ("ok", 3)
    assert seen.crawl["newest_text"] == "2026-05-03T00:00:00+00:00"
    assert None not in seen.log["discoveries"]["published_text"].to_list()


_ASIA = "http://asia.nikkei.com.example"
_FOG = f"{_ASIA}/Opinion/Fog-insurers-return-to-a-fictional-strait"
UNDATED = site(
    as_declared("jp_nikkei_asia"),
    {
        f"{_ASIA}/rss/feed/nar": rdf((_FOG, None), (f"{_ASIA}/Opinion/A-page-that-bears-no-day", None)),
        f"{_ASIA}/Opinion": listing(_FOG),
        _FOG: Answer(fixture("jp_nikkei_asia", "article.html")),
        f"{_ASIA}/Opinion/A-page-that-bears-no-day": Answer(
            f"<main><article><h1>A page that bears no day</h1>{''.join(f'<p>{each}</p>' for each in TEXT['en'])}</article></main>".encode()
        ),
    },
)


def test_11_a_feed_without_dates_keeps_the_hour_it_was_seen_and_no_page_gets_that_day(visits: Visits) -> None:
    seen = visits.of(UNDATED)
    assert seen.state == "ok" and seen.crawl["newest_text"] is None
    found = seen.log["discoveries"].filter(via="feed")
    assert found["published_text"].null_count() == 2
    assert set(found["captured_at"].dt.truncate("1h")) == {datetime(2026, 5, 3, 23, tzinfo=UTC)}
    assert seen.articles[_FOG]["published_date"] == date(2026, 5, 3), "from its page"
    assert seen.quarantined == {f"{_ASIA}/Opinion/A-page-that-bears-no-day": "no_date"}


_FROZEN = rss((f"{address('jp_frozen')}/a/1", "Sun, 03 May 2026 20:00:00 GMT"))
FROZEN = site(
    source("jp_frozen", usual_gap_days=1),
    {f"{address('jp_frozen')}/feed": _FROZEN, f"{address('jp_frozen')}/a/1": page("灯台の灯り", "2026年5月4日", "ja")},
    {},
)


def test_12_a_feed_that_stands_still_is_stale_although_it_answers_200(visits: Visits) -> None:
    first, second = visits.of(FROZEN), visits.of(FROZEN, day=2)
    assert first.state == "ok"
    assert second.log["fetches"].filter(kind="feed")["http_status"].to_list() == [200]
    assert second.state == "stale" and "newest item is of 2026-05-03" in second.reason


_MALFORMED = address("jp_malformed")
MALFORMED = site(
    source(
        "jp_malformed",
        *[{"kind": "rss", "url": f"{_MALFORMED}/{name}"} for name in ("lower", "entities", "cut", "control")],
        language=["en"],
    ),
    {
        # an error before it must not cost a link its ampersand
        f"{_MALFORMED}/control": Answer(
            f"<rss><channel><title>Lamps\x01</title><item><link>{_MALFORMED}/a/5?b=1&amp;c=2</link></item></channel></rss>".encode(),
            headers=XML,
        ),
        f"{_MALFORMED}/lower": Answer(
            f"<rss><channel><item><title>Fiction</title><link>{_MALFORMED}/a/1</link>"
            "<pubdate>Sun,3 May 2026 4:35:5 GMT+9</pubdate></item></channel></rss>".encode(),
            headers=XML,
        ),
        f"{_MALFORMED}/entities": Answer(
            f"<rss><channel><item><title>Lamps & moths&nbsp;</title><link>{_MALFORMED}/a/2?b=1&c=2</link>"
            f"<pubDate>{DAY}</pubDate></item></channel></rss>".encode(),
            headers=XML,
        ),
        f"{_MALFORMED}/cut": Answer(rss((f"{_MALFORMED}/a/3", DAY), (f"{_MALFORMED}/a/4", DAY)).body[:-40], headers=XML),
    }
    | {f"{_MALFORMED}/a/{path}": page("Lamps") for path in ("1", "2?b=1&c=2", "3", "4", "5?b=1&c=2")},
)


def test_13_malformed_xml_gives_every_item_and_its_odd_date(visits: Visits) -> None:
    seen = visits.of(MALFORMED)
    assert seen.state == "ok", seen.reason
    assert set(seen.articles) == {f"{_MALFORMED}/a/{path}" for path in ("1", "2?b=1&c=2", "3", "4", "5?b=1&c=2")}
    lower = seen.log["discoveries"].filter(url=f"{_MALFORMED}/a/1").row(0, named=True)
    assert lower["published_text"] == "Sun,3 May 2026 4:35:5 GMT+9"


_GOV = "http://www.gov.uk.example"
_NEWS = f"{_GOV}/government/news/kelp-boats-may-return-fiction"
_UK = fixture("gb_fcdo_news", "article.html")


def _atom(*entries: tuple[str, str]) -> Answer:
    """Entries are (URL, time of the edit), which is part of the entry's id."""
    rows = "".join(
        f"<entry><id>{url}#{edited}</id><link rel='alternate' href='{url}'/><title>Fiction</title><updated>{edited}</updated></entry>"
        for url, edited in entries
    )
    return Answer(f"<feed xmlns='http://www.w3.org/2005/Atom'><title>Fiction</title>{rows}</feed>".encode(), headers=XML)


_TRAVEL = [(f"{_GOV}/foreign-travel-advice/fiction-{number}", "2026-05-03T10:00:00Z") for number in range(17)]
_ATOM_URL = f"{_GOV}/government/organisations/foreign-commonwealth-development-office.atom"
EDITED = site(
    as_declared("gb_fcdo_news"),
    {
        _ATOM_URL: _atom((_NEWS, "2026-05-03T12:30:00Z"), *_TRAVEL),
        next(entry.url for entry in as_declared("gb_fcdo_news").discover if entry.kind == "api"): Answer(
            b'{"results": [{"link": "/government/news/kelp-boats-may-return-fiction", "title": "Fiction"}]}',
            headers={"Content-Type": "application/json"},
        ),
        f"{_GOV}/world/japan/news": listing(_NEWS),
        f"{_GOV}/world/russia/news": listing(_NEWS),
        _NEWS: Answer(_UK),
    },
    {
        _ATOM_URL: _atom((_NEWS, "2026-05-04T15:00:00Z"), *_TRAVEL),
        _NEWS: Answer(_UK.replace(b"in June", b"in July")),
    },
)


def test_15_an_id_that_changes_with_every_edit_is_one_document_in_two_versions(visits: Visits) -> None:
    first, second = visits.of(EDITED), visits.of(EDITED, day=2)
    assert (first.state, second.state) == ("ok", "ok")
    before, after = first.articles[_NEWS], second.articles[_NEWS]
    assert before["article_id"] == after["article_id"]
    assert before["content_sha256"] != after["content_sha256"]
    assert len(second.articles) == 1
    travel = [decision for url, decision in first.decisions.items() if "travel-advice" in url]
    assert travel == ["off_pattern"] * len(_TRAVEL)


_STATE = "http://www.state.gov.example"
_RELEASE = f"{_STATE}/releases/office-of-the-spokesperson/2026/05/kelp-boats-may-return-fiction/"
HEADED = site(
    as_declared("us_state_press"),
    {
        f"{_STATE}/rss-feed/press-releases/feed/": Answer(
            rss((_RELEASE, "Sun, 03 May 2026 18:30:00 +0000")).body.replace(
                b"<item>", b"<lastBuildDate>Sun, 03 May 2026 17:00:00 +0000</lastBuildDate><item>", 1
            ),
            headers=XML,
        ),
        _RELEASE: Answer(fixture("us_state_press", "article.html")),
    },
)
OLD_ADDRESS = site(
    source("us_old_address", {"kind": "rss", "url": f"{address('us_old_address')}/press-releases/feed/"}),
    {f"{address('us_old_address')}/press-releases/feed/": Answer(b"<!doctype html><html><body><h1>Press Releases</h1></body></html>")},
)


def test_16_an_item_younger_than_its_feed_is_read_without_the_repeated_header_and_the_old_address_is_changed(visits: Visits) -> None:
    seen = visits.of(HEADED)
    assert seen.state == "ok" and seen.crawl["newest_text"] == "2026-05-03T18:30:00+00:00"
    article = seen.articles[_RELEASE]
    assert article["body"].startswith("The fisheries attaché")
    assert article["byline"] == "Office of the Invented Spokesperson"
    old = visits.of(OLD_ADDRESS)
    assert old.state == "changed" and "is no XML" in old.reason


def _window(source_id: str, first: int, last: int) -> Answer:
    return rss(*[(f"{address(source_id)}/a/{number}", f"Sun, 03 May 2026 {number:02}:00:00 GMT") for number in range(first, last + 1)])


def _sitemap(source_id: str, last: int) -> Answer:
    rows = "".join(f"<url><loc>{address(source_id)}/a/{number}</loc></url>" for number in range(1, last + 1))
    return Answer(f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{rows}</urlset>".encode(), headers=XML)


def _numbered(source_id: str) -> dict[str, Answer]:
    return {f"{address(source_id)}/a/{number}": page(f"Лампа {number}", "3 мая 2026 12:00", "ru") for number in range(1, 10)}


SHORT = {name: address(name) for name in ("ru_window", "ru_window_alone")}
WINDOW = site(
    source(
        "ru_window",
        {"kind": "rss", "url": f"{SHORT['ru_window']}/feed"},
        {"kind": "sitemap", "url": f"{SHORT['ru_window']}/sitemap.xml"},
    ),
    {f"{SHORT['ru_window']}/feed": _window("ru_window", 1, 3), f"{SHORT['ru_window']}/sitemap.xml": _sitemap("ru_window", 3)}
    | _numbered("ru_window"),
    {f"{SHORT['ru_window']}/feed": _window("ru_window", 7, 9), f"{SHORT['ru_window']}/sitemap.xml": _sitemap("ru_window", 9)},
)
WINDOW_ALONE = site(
    source("ru_window_alone"),
    {f"{SHORT['ru_window_alone']}/feed": _window("ru_window_alone", 1, 3)} | _numbered("ru_window_alone"),
    {f"{SHORT['ru_window_alone']}/feed": _window("ru_window_alone", 7, 9)},
)


def test_17_what_a_short_window_lost_the_sitemap_finds_and_a_window_that_has_passed_on_is_told(visits: Visits) -> None:
    seen = visits.of(WINDOW, day=2)
    fetched = seen.log["discoveries"].filter(decision="fetched")
    found = {url.rpartition("/")[2]: via for url, via in fetched.select("url", "via").iter_rows()}
    assert {number: via for number, via in found.items() if number in "456789"} == {
        **dict.fromkeys("456", "sitemap"), **dict.fromkeys("789", "feed")
    }  # fmt: skip
    alone = visits.of(WINDOW_ALONE, day=2)
    assert alone.state == "ok" and "may have been missed" in alone.reason
    assert "missed" not in seen.reason and "missed" not in visits.of(WINDOW_ALONE).reason


_POST = "http://t.me.example/MID_Russia/990001"
_PREVIEW = fixture("ru_mid_telegram", "listing.html")
_EMBED = fixture("ru_mid_telegram", "article.html")
_CUT = _PREVIEW[: _PREVIEW.index("Ходы повезёт".encode())] + "…".encode() + _PREVIEW[_PREVIEW.index(b'</div>\n<a class="tgme_widget_message_date"') :]
TELEGRAM = site(
    as_declared("ru_mid_telegram"),
    {
        "http://t.me.example/s/MID_Russia": Answer(_CUT),
        "http://t.me.example/s/MID_Russia?before=990001": Answer(_PREVIEW.replace(b"990001", b"989981")),
        "http://t.me.example/s/MID_Russia?before=989981": Answer(_PREVIEW.replace(b"990001", b"989961").replace(b"tme_messages_more", b"")),
        "http://t.me.example/s/MFARussia": Answer(_PREVIEW.replace(b"MID_Russia/990001", b"MFARussia/880001")),
        f"{_POST}?embed=1": Answer(_EMBED),
        "http://t.me.example/MID_Russia/989981?embed=1": Answer(_EMBED.replace(b"990001", b"989981")),
        "http://t.me.example/MFARussia/880001?embed=1": Answer(_EMBED.replace(b"990001", b"880001")),
    },
    {f"{_POST}?embed=1": Answer(_EMBED.replace("в июне".encode(), "в июле".encode()))},
)


def test_18_a_preview_cuts_and_ends_so_posts_are_read_whole_and_a_silent_edit_is_found(visits: Visits) -> None:
    first, second = visits.of(TELEGRAM), visits.of(TELEGRAM, day=2)
    assert first.state == "ok", first.reason
    assert "http://t.me.example/MID_Russia/989981?embed=1" in first.articles, "beyond the last twenty"
    whole = first.articles[f"{_POST}?embed=1"]
    assert "Ходы повезёт" in whole["body"] and whole["canonical_url"].endswith("t.me.example/MID_Russia/990001")
    edited = second.articles[f"{_POST}?embed=1"]
    assert edited["article_id"] == whole["article_id"] and "в июле" in edited["headline"] + edited["body"]
