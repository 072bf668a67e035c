"""Pages that mislead: numbers 19–30 of shared/SOURCES.md, section 3. All pages are fiction."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest

from crawlers.source import Items
from nichiro.lexicons import load_lexicons
from tests.crawlers.web import Answer
from tests.torture.web import (
    DAY,
    TEXT,
    XML,
    Seen,
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
from transforms import copies, tone

# --- The presidential site: 14 (its feed) and 19–22 share one.

_SITE = "http://en.kremlin.ru.example"
_EVENTS = f"{_SITE}/events/president"


def _statement(headline: str, clock: str, *paragraphs: str) -> Answer:
    return Answer(
        fixture("ru_kremlin_news_en", "article.html")
        .replace(b"Kelp boats may return to the invented strait in June", headline.encode())
        .replace(b"14:30", clock.encode())
        .replace(b'<p>Both sides', "".join(f"<p>{each}</p>" for each in paragraphs).encode() + b"<p>Both sides")
    )


def _entry(number: int, published: str, updated: str = "") -> str:
    url = f"{_EVENTS}/news/{number}"
    edited = f"<updated>{updated}</updated>" if updated else ""
    return f"<entry><id>{url}</id><link href='{url}'/><title>Fiction</title><published>{published}</published>{edited}</entry>"


_ENTRIES = (
    _entry(990003, "2026-05-09T13:00:00+04:00"),  # an event to come
    _entry(990001, "2026-05-03T11:00:00+04:00", "2026-05-03T12:00:00+04:00"),
    _entry(990002, "2026-05-05T13:00:00+04:00", "2026-05-02T12:37:00+04:00"),  # published after it was updated
)
_VIEWS = ("news/990001", "transcripts/990001", "news/990001/print", "news/990001/photos")
_TALKS = _statement(
    "Prime Minister Pelagia Vostrikova met the made-up envoy of\u00a0Kitamisaki", "11:00",
    "The envoy of\u00a0Kitamisaki thanked the port of\u00a0Severny\u00a0Mys.<span class=read__tooltip>Born in a lighthouse</span>",
)  # fmt: skip
_GALLERY = Answer(b"<div class=read__top><h1 class='entry-title p-name'>Photos</h1></div><ul class=gallery><li><img src=1.jpg></ul>")
KREMLIN = site(
    as_declared("ru_kremlin_news_en"),
    {
        f"{_SITE}/robots.txt": Answer(b"User-agent: *\nDisallow: /copy/\n", headers={"Content-Type": "text/plain"}),
        f"{_EVENTS}/news/feed": Answer(
            f"<feed xmlns='http://www.w3.org/2005/Atom'><title>Fiction</title>{''.join(_ENTRIES)}</feed>".encode(), headers=XML
        ),
        f"{_SITE}/catalog/countries/JP/events": listing(
            *[f"{_EVENTS}/{view}" for view in _VIEWS], "/copy/990001", "http://en.special.kremlin.ru.example/events/president/news/990001"
        ),
        **dict.fromkeys([f"{_EVENTS}/{view}" for view in _VIEWS[:3]], _TALKS),
        f"{_EVENTS}/{_VIEWS[3]}": _GALLERY,
        f"{_EVENTS}/news/990002": _statement("Kelp boats may return", "14:30"),
        f"{_EVENTS}/news/990003": Answer(
            fixture("ru_kremlin_news_en", "announcement.html").replace(b"2026-05-05", b"2026-05-02").replace(b"May 5, 2026", b"May 2, 2026")
        ),
    },
)


def test_14_an_event_stamped_an_hour_off_in_the_feed_takes_its_time_from_the_page(visits: Visits) -> None:
    seen = visits.of(KREMLIN)
    assert seen.state == "ok", seen.reason
    assert seen.crawl["newest_text"] == "2026-05-03T08:00:00+00:00", "no entry of the future, whatever their order"
    assert seen.articles[f"{_EVENTS}/news/990001"]["published_at"] == datetime(2026, 5, 3, 8, tzinfo=UTC), "11:00 in Moscow"
    assert seen.articles[f"{_EVENTS}/news/990002"]["published_date"] == date(2026, 5, 3)


def test_19_an_announcement_has_the_events_day_apart_from_its_own(visits: Visits) -> None:
    announced = visits.of(KREMLIN).articles[f"{_EVENTS}/news/990003"]
    assert announced["published_date"] == date(2026, 5, 2)
    assert announced["event_date"] == date(2026, 5, 9)
    assert announced["modified_at"] == datetime(2026, 5, 6, 7, tzinfo=UTC)


def test_20_all_views_of_a_number_are_one_document_and_the_forbidden_copy_is_not_asked(visits: Visits) -> None:
    seen = visits.of(KREMLIN)
    views = [seen.articles[f"{_EVENTS}/{view}"] for view in _VIEWS[:3]]
    assert len({view["article_id"] for view in views}) == 1
    assert not views[0]["is_alternate_view"] and all(view["is_alternate_view"] for view in views[1:])
    assert seen.fates[f"{_EVENTS}/news/990001/photos"] == "alternate_view"
    assert f"{_SITE}/copy/990001" not in visits.asked
    assert not [url for url in visits.asked if "special.kremlin" in url]


def test_21_biographies_stay_out_and_names_are_found_across_their_spaces(visits: Visits) -> None:
    body = visits.of(KREMLIN).articles[f"{_EVENTS}/news/990001"]["body"]
    assert "Born in a lighthouse" not in body and "A biography" not in body
    assert "envoy of Kitamisaki thanked the port of Severny Mys." in body


def test_22_a_title_that_names_the_wrong_office_is_kept_as_served_and_believed_by_nobody(visits: Visits) -> None:
    article = visits.of(KREMLIN).articles[f"{_EVENTS}/news/990001"]
    assert article["headline"] == "Prime Minister Pelagia Vostrikova met the made-up envoy of Kitamisaki"
    assert (article["byline"], article["authors"]) == (None, []), "no column takes a person or an office from a headline"


# --- Layouts that change.


def _numbered(number: int) -> tuple[str, ...]:
    return f"架空の灯台の話、その{number}。" + TEXT["ja"][number % 3] * 2, *TEXT["ja"]


def _hashed(css: str, number: int) -> Answer:
    text = "".join(f"<p>{each}</p>" for each in _numbered(number))
    told = f'{{"@type": "NewsArticle", "headline": "灯台の灯り {number}", "datePublished": "2026-05-03T14:30:00+09:00"}}'
    return Answer(
        f"<html lang=ja><head><meta charset=utf-8><script type=application/ld+json>{told}</script></head>"
        f"<body><main><h1 class={css}H>灯台の灯り {number}</h1><div class={css}>{text}</div></main></body></html>".encode()
    )


def _hashed_day(source_id: str, css: str, numbers: range) -> dict[str, Answer]:
    urls = {f"{address(source_id)}/a/{number}": number for number in numbers}
    return {f"{address(source_id)}/feed": rss(*[(url, DAY) for url in urls])} | {
        url: _hashed(css, number) for url, number in urls.items()
    }


HASHED = site(
    source(
        "jp_hashed",
        extract=[{"headline": "css:h1.nfyQpH", "body": "css:.nfyQp", "published": {"select": ["json_ld:datePublished"]}}],
    ),
    _hashed_day("jp_hashed", "nfyQp", range(4)),
    _hashed_day("jp_hashed", "qZ81x", range(4, 8)),
)
DECLARED = site(
    source("jp_declared", extract=[{"headline": "json_ld:headline", "published": {"select": ["json_ld:datePublished"]}}]),
    _hashed_day("jp_declared", "nfyQp", range(4)),
    _hashed_day("jp_declared", "qZ81x", range(4, 8)),
)


def _pieces(bodies: dict[int, tuple[str, ...]]) -> dict[str, Answer]:
    urls = {number: f"{address('jp_collapsed')}/a/{number}" for number in bodies}
    feed = {f"{address('jp_collapsed')}/feed": rss(*[(url, DAY) for url in urls.values()])}
    return feed | {url: page("灯台の灯り", "2026年5月3日", "ja", bodies[number]) for number, url in urls.items()}


COLLAPSED = site(
    source("jp_collapsed", assertions={"min": {"median_body_length": 90}}),
    _pieces({number: _numbered(number) for number in range(4)}),
    _pieces({number: (f"その{number}。続きはアプリで。",) for number in range(4, 8)}),
)


def test_23_hashed_classes_that_change_are_held_and_so_is_a_body_that_collapses(visits: Visits) -> None:
    assert visits.of(HASHED).gate()[0] == "accepted" and len(visits.of(HASHED).articles) == 4
    renamed = visits.of(HASHED, day=2)
    assert set(renamed.quarantined.values()) == {"no_headline"}
    assert renamed.gate()[0] == "held" and "layout changed?" in renamed.gate()[1]
    for day in (1, 2):
        bodies = {row["body"] for row in visits.of(DECLARED, day).articles.values()}
        numbers = range(4 * day - 4, 4 * day)
        assert bodies == {"\n".join(_numbered(number)) for number in numbers}, "its classes are not looked at"
    assert visits.of(COLLAPSED).gate()[0] == "accepted"
    state, reason = visits.of(COLLAPSED, day=2).gate()
    assert state == "held" and "median_body_length is" in reason


_PAPER = "http://www.asahi.com.example"
_LEAD = "架空の二つの岬の灯台守が、六月に灯りを取り換える。"
_PIECE = fixture("jp_asahi_politics", "article.html").decode()
_PAID = _PIECE.replace('"author"', '"isAccessibleForFree": false, "author"')
_SHORT = _PAID[: _PAID.index('<div class="x7Lm">')] + f'<div class="x7Lm"><p>{_LEAD}</p></div></main></body></html>'
_BOXED = _PIECE[: _PIECE.index('<div class="x7Lm">')] + (
    f'<div class="x7Lm"><p>{_LEAD}</p></div><aside class="PaywallBox9k">会員登録</aside></main></body></html>'
)
_ASAHI = {f"{_PAPER}/articles/ASZ539999{number}ZUTFK001M.html": text for number, text in enumerate((_PIECE, _SHORT, _BOXED))}
PAYWALL = site(
    as_declared("jp_asahi_politics"),
    {
        f"{_PAPER}/rss/asahi/{name}.rdf": rdf(*[(url, "2026-05-03T14:30:00+09:00") for url in _ASAHI])
        for name in ("politics", "international")
    }
    | {f"{_PAPER}/news/editorial.html": listing(*_ASAHI)}
    | {url: Answer(text.encode()) for url, text in _ASAHI.items()},
)
_LOCK = "<span class=icon-locked></span><div class=c-list-member-only></div>"
LOCKED = site(
    source("jp_locked", extract=[source("jp_locked").extract[0].model_dump() | {"paywall": "css:.icon-locked, .c-list-member-only"}]),
    {f"{address('jp_locked')}/feed": rss((f"{address('jp_locked')}/a/1", DAY))}
    | {f"{address('jp_locked')}/a/1": page(f"灯台の灯り{_LOCK}", "2026年5月3日", "ja", [_LEAD])},
)


def test_24_a_lead_behind_a_paywall_is_no_article_and_its_tone_is_not_scored(visits: Visits) -> None:
    seen = visits.of(PAYWALL)
    assert [seen.articles[url]["body_state"] for url in _ASAHI] == ["full", "paywalled", "paywalled"]
    (locked,) = visits.of(LOCKED).articles.values()
    assert locked["body_state"] == "paywalled"
    scored = tone.tone(seen.parsed["staging.articles"], load_lexicons()).join(
        seen.parsed["staging.articles"].select("capture_id", "body_state"), on="capture_id"
    )
    leads = scored.filter(pl.col("body_state") != "full")
    assert leads["tone_score"].null_count() == leads.height == 2
    assert set(leads["unscored_reason"]) == {"body_not_full"}


_KANTEI = "http://www.kantei.go.jp.example"
_SAME = "架空の大水について総理指示を行いました"


def _act(number: int, text: str) -> Answer:
    article = fixture("jp_kantei_news", "article.html").decode().replace("架空の海峡、昆布漁を六月に再開へ", _SAME)
    return Answer(article.replace("８年５月３日", f"８年５月{number}日").replace("昆布漁の再開について", text).encode())


def _hub(*urls: str) -> dict[str, Answer]:
    return {f"{_KANTEI}/index-jnews.rdf": rdf(*[(url, None) for url in urls])}


_ACTS = (f"{_KANTEI}/jp/104/actions/202605/03kaku.html", f"{_KANTEI}/jp/105/actions/202605/04kaku.html")
HUB = site(
    as_declared("jp_kantei_news"),
    _hub(_ACTS[0]) | {_ACTS[0]: _act(3, "北の川の水位について")},
    _hub(_ACTS[1]) | {_ACTS[1]: _act(4, "南の橋の通行止めについて"), _ACTS[0]: Answer(b"", 404)},
)
_ORDINAL = f"{address('jp_ordinal')}/jp/104/actions/index.html"
ORDINAL = site(
    source("jp_ordinal", {"kind": "listing", "url": _ORDINAL}),
    {_ORDINAL: listing("/a/1"), f"{address('jp_ordinal')}/a/1": page("灯台の灯り", "2026年5月3日", "ja")},
    {_ORDINAL: Answer(b"", 404)},
)


def test_25_a_path_that_moves_with_the_cabinet_is_changed_and_a_repeated_title_is_another_event(visits: Visits) -> None:
    assert visits.of(ORDINAL).state == "ok"
    moved = visits.of(ORDINAL, day=2)
    assert moved.state == "changed" and "look for its new address" in moved.reason
    first, second = visits.of(HUB), visits.of(HUB, day=2)
    assert (first.state, second.state) == ("ok", "ok"), "the hub is read, no ordinal is written anywhere"
    before, after = first.articles[_ACTS[0]], second.articles[_ACTS[1]]
    assert before["headline"] == after["headline"] == _SAME
    assert before["article_id"] != after["article_id"]


_MOFA = "http://www.mofa.go.jp.example"
_RELEASES = {number: f"{_MOFA}/press/release/pressite_000001_9900{number}.html" for number in (1, 2)}
_TALK = fixture("jp_mofa_press_en", "article.html")
_SOON = _TALK[: _TALK.index(b"<p>On May 3")] + b"<p>The text will be coming soon.</p></div></body></html>"
_LISTS = ("press/release/", "press/kaiken/", "press/statement/fm.html", "press/statement/ps.html")
MOFA = site(
    as_declared("jp_mofa_press_en"),
    dict.fromkeys([f"{_MOFA}/{path}" for path in _LISTS], listing(*_RELEASES.values()))
    | {_RELEASES[1]: Answer(_TALK), _RELEASES[2]: Answer(_SOON)},
    {_RELEASES[2]: Answer(_TALK)},
)
_ROLLOVER = address("jp_rollover")
ROLLOVER = site(
    source(
        "jp_rollover", {"kind": "listing", "url": f"{_ROLLOVER}/list", "item": "li", "links": "a", "date": "time"},
        language=["en"], usual_gap_days=5,
    ),
    {},
    {},
    {
        f"{_ROLLOVER}/list": Answer(
            b"<h2>January</h2><li><time>January 1</time><a href=/a/2>Second</a></li>"
            b"<h2>December</h2><li><time>December 28</time><a href=/a/1>First</a></li>"
        ),
        f"{_ROLLOVER}/a/1": page("First", "December 28, 2026"),
        f"{_ROLLOVER}/a/2": page("Second", "January 1"),
    },
)  # fmt: skip


def test_26_a_text_to_come_is_held_back_until_it_comes_and_a_list_without_years_turns_the_year(visits: Visits) -> None:
    first, second = visits.of(MOFA), visits.of(MOFA, day=2)
    assert first.quarantined == {_RELEASES[2]: "no_body"}
    assert "provisional translation" not in first.articles[_RELEASES[1]]["body"]
    assert second.articles[_RELEASES[2]]["body"].startswith("On May 3"), "it was asked for again"
    rolled = visits.of(ROLLOVER, day=3)
    assert (rolled.state, rolled.crawl["newest_text"]) == ("ok", "2027-01-01T03:00:00+00:00")
    dates = {url.rpartition("/")[2]: row["published_date"] for url, row in rolled.articles.items()}
    assert dates == {"1": date(2026, 12, 28), "2": date(2027, 1, 1)}


_WIRE = "http://www.47news.jp.example"
_LISTS_OF_WIRE = ("news", "news/politics/", "news/economics/")
_FORECAST = f"{_WIRE}/99000001.html"
_LISTED = fixture("jp_kyodo_47news", "listing.html")
KYODO = site(
    as_declared("jp_kyodo_47news"),
    dict.fromkeys([f"{_WIRE}/{path}" for path in _LISTS_OF_WIRE], Answer(_LISTED))
    | {_FORECAST: Answer(fixture("jp_kyodo_47news", "article.html"))},
    # a new build, and a new page
    {f"{_WIRE}/{path}": Answer(_LISTED.replace(b"<ul>", b"<ul><li><a href='/99000003.html'>News</a></li>")) for path in _LISTS_OF_WIRE}
    | dict.fromkeys((_FORECAST, f"{_WIRE}/99000003.html"), Answer(fixture("jp_kyodo_47news", "article.html").replace(b"fiction99", b"fiction100"))),
)
_JSON = f"{address('jp_deploys')}/_next/data/fiction99/news.json"
_NEWS = (
    '{"list": [{"id": 1, "title": "灯り", "user": {"title": "架空通信"}},'
    ' {"id": 2, "title": "蛾", "user": {"title": "架空新聞"}}, {"id": 3, "title": "綱"}]}'
)
DEPLOYS = site(
    source(
        "jp_deploys",
        {"kind": "api", "url": _JSON, "items": {"path": "list", "link": "/a/{id}", "headline": "title", "only": {"user.title": "^架空通信$"}}},
    ),
    {_JSON: Answer(_NEWS.encode(), headers={"Content-Type": "application/json"}), f"{address('jp_deploys')}/a/1": page("灯り", "2026年5月3日", "ja")},
    {_JSON: Answer(b"", 404)},
)


def test_27_a_build_id_that_changes_is_changed_the_pages_stay_and_other_papers_items_are_left(visits: Visits) -> None:
    deployed = visits.of(DEPLOYS, day=2)
    assert deployed.state == "changed" and "HTTP 404" in deployed.reason
    assert visits.asked_of(f"{address('jp_deploys')}/a/") == [f"{address('jp_deploys')}/a/1"]
    assert visits.of(DEPLOYS).state == "ok"
    for day in (1, 2):
        seen = visits.of(KYODO, day)
        assert seen.state == "ok", seen.reason
        assert seen.articles[_FORECAST]["published_at"] == datetime(2026, 5, 3, 8, 5, tzinfo=UTC)
    with pytest.raises(ValueError, match="only"):
        Items.model_validate({"link": "/{id}", "only": {"user.title": "("}})


# --- Duplicates and digests.

_PAGES = ("/a/1", "/a/1?ref=rss", "/a/1?iref=pc_rss", "/a/1?source=rss", "/amp/a/1", "/sp/a/1", "/a/1/print")
_DAILY = address("jp_duplicates")
_CANONICAL = f'<link rel=canonical href="{_DAILY}/a/1">'
DUPLICATES = site(
    source(
        "jp_duplicates",
        {"kind": "listing", "url": f"{_DAILY}/list"},
        key={"pattern": r"^(http://)(?:chunichi|duplicates)(\.example)/(?:sp/|amp/)?(a/\d+)(?:/print)?", "replace": r"\1duplicates\2/\3",
             "alternate": ["/(?:sp|amp)/", "/print$"]},
    ),
    {f"{_DAILY}/list": listing(*_PAGES, "http://chunichi.example/a/1", "http://www.duplicates.example/a/1", "/a/2")}
    | {f"{host}{path}": page("灯台の灯り", "2026年5月3日", "ja", head=_CANONICAL)
       for host in (_DAILY, "http://chunichi.example", "http://www.duplicates.example") for path in _PAGES}
    | {f"{_DAILY}/a/2": page("蛾の話", "2026年5月3日", "ja", ["架空の蛾が灯りを離れ、対岸へ渡った。港の人々は三日も捜した。"])},
)  # fmt: skip
AGENCY = site(
    source("ru_agency", genre="wire"),
    {f"{address('ru_agency')}/feed": rss((f"{address('ru_agency')}/a/1", DAY)),
     f"{address('ru_agency')}/a/1": page("Маяки меняются лампами", "3 мая 2026 09:00", "ru")},
)  # fmt: skip
REPRINT = site(
    source("ru_reprint"),
    {f"{address('ru_reprint')}/feed": rss((f"{address('ru_reprint')}/a/7", DAY)),
     f"{address('ru_reprint')}/a/7": page("Лампы поплывут через пролив", "3 мая 2026 18:00", "ru",
                                          ["Новость пришла к нам поздно вечером, когда паром уже ушёл.", *TEXT["ru"]])},
)  # fmt: skip


def _signed(*seen: Seen) -> pl.DataFrame:
    articles = pl.concat([each.parsed["staging.articles"] for each in seen])
    signatures = copies.signatures(articles).select("capture_id", pl.col("^signature$"))
    return articles.join(signatures, on="capture_id")


def test_28_views_tracked_links_and_twin_hosts_are_one_document_and_a_reprint_is_a_copy(visits: Visits) -> None:
    seen = visits.of(DUPLICATES)
    ids = pl.DataFrame(list(seen.articles.values()), schema=seen.parsed["staging.articles"].schema)
    assert ids["article_id"].n_unique() == 2, "one document, and another with its own text"
    views = {row["url"].removeprefix(_DAILY) for row in seen.articles.values() if row["is_alternate_view"]}
    assert {"/amp/a/1", "/sp/a/1", "/a/1/print", "http://chunichi.example/a/1"} <= views
    assert not {"/a/1", "/a/1?ref=rss", "/a/2"} & views
    original, reprint = visits.of(AGENCY), visits.of(REPRINT)
    signed = _signed(original, reprint)
    (found,) = copies.copies(signed, signed["article_id"]).iter_rows(named=True)
    (first,), (later,) = original.articles.values(), reprint.articles.values()
    assert (found["article_id"], found["syndicated_from"]) == (later["article_id"], first["article_id"])


_STUB = "http://news.aggregator.example/rss/articles/CBMiFiction?oc=5"
_REDIRECTS = Answer(b"<html><body><c-wiz data-n-au='fiction'></c-wiz><script src=/js/redirect></script></body></html>")
STUBS = site(
    source("us_stubs", {"kind": "rss", "url": "http://news.aggregator.example/rss/search?q=site:fiction"}, follow={"allow": [r"://stubs\.example/a/"]}),
    {"http://news.aggregator.example/rss/search?q=site:fiction": rss((_STUB, DAY)), _STUB: _REDIRECTS},
)
FOLLOWED = site(
    source("us_followed", follow={"allow": ["/rss/articles/"]}),
    {f"{address('us_followed')}/feed": rss(("http://news.followed.example/rss/articles/CBMiFiction", DAY)),
     "http://news.followed.example/rss/articles/CBMiFiction": _REDIRECTS},
)  # fmt: skip
TOO_OFTEN = site(
    source("us_too_often", {"kind": "api", "url": f"{address('us_too_often')}/api/doc", "items": {"link": "{url}"}}),
    {f"{address('us_too_often')}/api/doc": Answer(b"Please limit requests to one every 5 seconds", 429)},
    {},
)


def test_29_redirect_stubs_are_not_followed_and_429_is_blocked_and_not_tried_again(visits: Visits) -> None:
    stubs = visits.of(STUBS)
    assert stubs.decisions == {_STUB: "off_pattern"} and _STUB not in visits.asked
    assert (stubs.state, "none that `follow` allows" in stubs.reason) == ("empty", True)
    followed = visits.of(FOLLOWED)
    assert set(followed.quarantined.values()) == {"no_headline"} and not followed.articles, "a stub is no article"
    limited = visits.of(TOO_OFTEN)
    assert limited.state == "blocked" and "too many requests" in limited.reason
    assert visits.asked.count(f"{address('us_too_often')}/api/doc") == 2, "once a day"


_TASS = "http://tass.com.example"
_DIGEST = fixture("ru_tass_english", "article.html").replace(
    b"SEVERNY MYS, May 3. /Fiction/. Two harbours",
    b"<b>Vestnik Mayaka (fictional): Keepers row at dawn</b></p><p>Two harbours",
)
PRESS_REVIEW = site(
    as_declared("ru_tass_english"),
    {
        f"{_TASS}/rss/v2.xml": rss((f"{_TASS}/world/99000001", DAY), (f"{_TASS}/pressreview/99000003", DAY)),
        f"{_TASS}/world/99000001": Answer(fixture("ru_tass_english", "article.html")),
        f"{_TASS}/pressreview/99000003": Answer(_DIGEST),
    },
)


def test_30_a_digest_of_other_papers_is_not_the_agencys_own_wire_and_names_its_sources(visits: Visits) -> None:
    seen = visits.of(PRESS_REVIEW)
    digest, own = seen.articles[f"{_TASS}/pressreview/99000003"], seen.articles[f"{_TASS}/world/99000001"]
    assert (own["genre"], digest["genre"]) == ("wire", "news")
    assert "Vestnik Mayaka (fictional)" in digest["body"], "whoever attributes a passage finds the paper before it"
