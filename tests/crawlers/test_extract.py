from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.byline import credits_of
from crawlers.canonical import identify
from crawlers.encoding import decode
from crawlers.extract import FILE_FIELDS, Extracted, Rejected, extract, extract_file
from crawlers.language import language_of
from crawlers.page import Page
from crawlers.paragraphs import paragraphs
from crawlers.source import Key, Source
from nichiro.settings import PROJECT
from warehouse.columns import BODY_STATES, GENRES, QUARANTINE_REASONS

AT = datetime(2026, 5, 4, 12, tzinfo=UTC)
URL = "https://paper.example/2026/05/03/kelp"
RULES: dict[str, Any] = {
    "headline": "css:h1",
    "body": "css:.body",
    "strip": [".box"],
    "lede": "css:.lede",
    "byline": "css:.by",
    "published": {"select": ["css:.date", "json_ld:datePublished"], "time": "css:.clock"},
    "genre": {"editorial": "^Our view", "op_ed": "/opinion/"},
    "paywall": ".wall",
    "challenge": ["prove that you are no robot"],
}


def source(**changes: Any) -> Source:
    rules = changes.pop("extract", [RULES])
    declared: dict[str, Any] = {
        "source_id": "xx_paper_opinion", "title": "An invented paper", "genre": "news", "language": ["en"],
        "publisher": {"name": "P", "name_en": "P", "country": "JP", "kind": "newspaper"}, "timezone": "Asia/Tokyo",
        "discover": [{"kind": "rss", "url": "https://paper.example/feed"}], "extract": rules,
    }  # fmt: skip
    return Source(**(declared | changes))


def page(date_text: str = "May 3, 2026", clock: str = "14:30", body: str = "<p>Boats may return.</p>", head: str = "",
         title: str = "<h1>Kelp</h1>") -> bytes:  # fmt: skip
    return (
        f"<!doctype html><html><head><meta charset=utf-8>{head}</head><body>{title}<p class=by>By A. Maker and B. Monger</p>"
        f"<span class=date>{date_text}</span> <span class=clock>{clock}</span><div class=body>{body}</div></body></html>"
    ).encode()


def read(html: bytes, declared: Source | None = None, url: str = URL) -> Extracted | Rejected:
    return extract(html, url, AT, declared or source())


def test_a_plain_page() -> None:
    article = read(page())
    assert isinstance(article, Extracted)
    assert (article.headline, article.body, article.authors) == (
        "Kelp",
        "Boats may return.",
        ["A. Maker", "B. Monger"],
    )
    assert (article.published.instant_utc, article.published_text) == (
        datetime(2026, 5, 3, 5, 30, tzinfo=UTC),
        "May 3, 2026 14:30",
    )
    assert (article.published_method, article.published.precision, article.method) == (
        "css",
        "minute",
        "rules",
    )
    assert (article.genre, article.language_code, article.body_state) == ("news", "en", "full")


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        (page(title=""), "no_headline"),
        (page(title="<h1> </h1>"), "no_headline"),
        (page(title="<h1>Kelp</h1><h1>Kelp</h1>"), "many_headlines"),
        (page(body=""), "no_body"),
        (page(body="<div class=box>Advertisement</div> * * *"), "no_body"),
        (page() .replace(b"</body>", b"<div class=body>Another</div></body>"), "many_bodies"),
        (page(date_text="", clock=""), "no_date"),
        (page(date_text="soon"), "unreadable_date"),
        (page(date_text="February 31, 2026"), "impossible_date"),
        (page(date_text="May 30, 2026"), "future_date"),
        (page(date_text="May 3, 2026</span><span class=date>May 1, 2026"), "many_dates"),
        (page(body="<p>Please prove that you are no robot.</p>"), "challenge"),
        (b"<html><script>window['bobcmn']=1</script></html>", "challenge"),
        (b"", "no_body"),
        (b"\x00\x00", "no_body"),
    ],
)  # fmt: skip
def test_what_is_held_back(html: bytes, reason: str) -> None:
    rejected = read(html)
    assert isinstance(rejected, Rejected), rejected
    assert rejected.reason == reason
    assert reason in QUARANTINE_REASONS


def test_a_day_ahead_of_us_is_not_the_future() -> None:
    assert isinstance(read(page(date_text="May 5, 2026", clock="23:00")), Extracted)


def test_text_is_clean() -> None:
    body = "<p>Prime\u00a0Minister of\u00a0Japan</p>\n<p>line one<br>line two <b>bold</b></p><div class=box><p>Ad</p></div>" \
           "<blockquote><p>A &lt;b&gt; quote</p></blockquote><ul><li>item</li></ul><script>x()</script><p>* * *</p>"  # fmt: skip
    article = read(page(body=body))
    assert isinstance(article, Extracted)
    assert article.body == "Prime Minister of Japan\nline one\nline two bold\nA <b> quote\nitem"


def test_japanese_lines_join_without_a_space_and_readings_go() -> None:
    article = read(page(body="<p>\u3000北方\n領土の<ruby>色丹<rt>しこたん</rt></ruby>島</p>"))
    assert isinstance(article, Extracted)
    assert article.body == "北方領土の色丹島"
    assert article.language_code == "ja"  # declared English, but the script says otherwise


def test_text_without_paragraphs_is_taken_whole() -> None:
    tree = Page("<div id=b>one<br><br>two</div>", URL).elements("css:#b")[0]
    assert paragraphs(tree, []) == paragraphs(tree, tree.cssselect("p")) == ["one", "two"]


def test_a_lede_outside_the_body_opens_it() -> None:
    article = read(
        page(head="").replace(b"<span class=date>", b"<p class=lede>In short.</p><span class=date>")
    )
    assert isinstance(article, Extracted)
    assert (article.lede, article.body) == ("In short.", "In short.\nBoats may return.")


@pytest.mark.parametrize(
    ("extra", "state"),
    [
        ({"head": "<i class=wall></i>"}, "paywalled"),
        (
            {
                "head": '<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":false}</script>'
            },
            "paywalled",
        ),
        (
            {
                "head": '<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":"False"}</script>'
            },
            "paywalled",
        ),
        ({"head": '<script type="application/ld+json">{"isAccessibleForFree":true}</script>'}, "full"),
        ({"body": "<p>昆布漁が始まる。</p><p>残り1234文字（全文2000文字）</p>"}, "truncated"),
        ({"body": "<p>Boats may [...]</p>"}, "truncated"),
        ({"body": "<p>Boats may return…</p>"}, "full"),
        ({"head": '<meta property="og:description" content="Boats may return.">'}, "lead"),
    ],
)
def test_body_states(extra: dict[str, str], state: str) -> None:
    article = read(page(**extra))
    assert isinstance(article, Extracted)
    assert article.body_state == state
    assert state in BODY_STATES


def test_genre_rules_look_at_url_and_headline() -> None:
    genres = [
        read(page(title="<h1>Our view: kelp</h1>")),
        read(page(), url="https://paper.example/opinion/kelp"),
        read(page()),
    ]
    assert [article.genre for article in genres] == ["editorial", "op_ed", "news"]  # type: ignore[union-attr]


def test_rules_change_with_the_day() -> None:
    redesigned = source(extract=[RULES, RULES | {"valid_from": "2026-05-04", "headline": "css:h2"}])
    html = page(title="<h1>old</h1><h2>new</h2>")
    headlines = [extract(html, URL, AT.replace(day=day), redesigned).headline for day in (3, 4)]  # type: ignore[union-attr]
    assert headlines == ["old", "new"]


@pytest.mark.parametrize(
    ("json", "published"),
    [
        (
            '{"@graph":[{"@type":"WebPage","datePublished":"2026-01-01"},{"@type":"NewsArticle","datePublished":"2026-05-03"}]}',
            True,
        ),
        ('[{"@type":"Organization"},{"@type":["OpinionNewsArticle"],"datePublished":"2026-05-03"}]', True),
        (
            '<!-- {"@type":"NewsArticle",\n"description":"a\nraw line break","datePublished":"2026-05-03"} -->',
            True,
        ),
        ('{"@type":"NewsArticle","datePublished":"2026-05-03",}', False),
        ('"just text"', False),
        ('{"@type":"NewsArticle","datePublished":null}', False),
    ],
)
def test_json_ld_as_sites_write_it(json: str, published: bool) -> None:
    rules = RULES | {"published": {"select": ["json_ld:datePublished"]}}
    found = read(page(head=f'<script type="application/ld+json">{json}</script>'), source(extract=[rules]))
    assert isinstance(found, Extracted) is published
    if isinstance(found, Extracted):
        assert (found.published.local_date, found.published_method) == (date(2026, 5, 3), "json_ld")


def test_selectors_of_every_kind() -> None:
    parsed = Page('<meta name=pubdate content=" 2026 "><a rel=author href=/m>M</a><script type="application/ld+json">'
                  '{"author":[{"name":"M"},{"name":"N"}],"x":{"y":1}}</script>', URL)  # fmt: skip
    selectors = {"meta:pubdate": ["2026"], "css:a[rel=author]": ["M"], "css:a@href": ["/m"], "xpath://a/@href": ["/m"],
                 "xpath:count(//a)": ["1.0"], "json_ld:author": ["M", "N"], "json_ld:x.y": ["1"],
                 r"url:/(?P<year>\d{4})/(?P<month>\d\d)/(?P<day>\d\d)/": ["2026-05-03"], r"url:/(\w+)$": ["kelp"],
                 "css:b": [], "meta:none": [], "json_ld:none": [], "url:none": []}  # fmt: skip
    assert {selector: parsed.values(selector) for selector in selectors} == selectors


@pytest.mark.parametrize(
    ("text", "encoding", "charset", "meta"),
    [
        ("Курилы и северные территории", "windows-1251", "windows-1251", "utf-8"),
        ("Курилы и северные территории", "windows-1251", None, "windows-1251"),
        ("Курилы и северные территории", "utf-8", "windows-1251", "windows-1251"),  # both labels are wrong
        ("北方領土の①と㈱", "cp932", "Shift_JIS", None),
        ("北方領土の日", "euc_jp", "utf-8", "EUC-JP"),
        ("北方領土の日", "iso2022_jp", None, None),
        ("北方領土の日", "utf-16", None, None),
        ("Курилы и северные территории", "koi8-r", None, None),
    ],
)
def test_encodings(text: str, encoding: str, charset: str | None, meta: str | None) -> None:
    html = f"<html><head>{f'<meta charset={meta}>' if meta else ''}</head><body><p>{(text + '。 ') * 8}</p></body></html>"
    assert text in decode(html.encode(encoding, "replace"), charset)


@pytest.mark.parametrize(
    ("url", "same", "alternate"),
    [
        ("http://www.paper.example/a/", True, False),
        ("https://paper.example/a?utm_source=x&ref=rss&fbclid=1#top", True, False),
        ("https://paper.example/a?source=rss", True, False),
        ("https://paper.example/a?page=2", False, False),
        ("https://paper.example/amp/a", True, True),
        ("https://paper.example/A", False, False),
    ],
)
def test_identity_by_url(url: str, same: bool, alternate: bool) -> None:
    key = Key(pattern=r"^(https?://[^/]+)/amp/", replace=r"\1/")
    main = identify("https://paper.example/a", key)
    found = identify(url, key)
    assert ((found.article_id == main.article_id), found.is_alternate_view) == (same, alternate)
    assert len(main.article_id) == 16


def test_canonical_is_believed_at_home_only() -> None:
    url = "https://amp.paper.example/a/print"
    assert identify(url, declared="https://paper.example/a") == replace(
        identify("https://paper.example/a"), is_alternate_view=True
    )
    for elsewhere in ("https://thief.example/a", "https://paper.example/", "/"):
        assert identify(url, declared=elsewhere).canonical_url == url
    assert identify(url, Key(use_canonical=False), "https://paper.example/a").canonical_url == url


@pytest.mark.parametrize(
    ("byline", "authors"),
    [
        ("By Ada Maker, Bo Monger, and Cy Writer", ["Ada Maker", "Bo Monger", "Cy Writer"]),
        ("By Ada Maker, Contributing Writer", ["Ada Maker"]),
        ("文：架空 太郎、仮名花子", ["架空 太郎", "仮名花子"]),
        ("ジョン・スミス", ["ジョン・スミス"]),
        ("Автор: Пётр Выдумкин и Анна Образцова", ["Пётр Выдумкин", "Анна Образцова"]),
        ("J.R. Maker Jr.", ["J.R. Maker Jr"]),
        (None, []),
    ],
)
def test_bylines(byline: str | None, authors: list[str]) -> None:
    assert [credit.name for credit in credits_of(byline)] == authors


@pytest.mark.parametrize(
    ("text", "declared", "code"),
    [
        ("Суда вернутся в пролив в июне.", ["ru"], "ru"),
        ("Судна повернуться до протоки у червні, кажуть рибалки.", [], "uk"),
        ("昆布漁を六月に再開へ", ["ja"], "ja"),
        ("渔船将于六月重返海峡，双方已达成一致意见。", ["ja"], "zh"),
        ("The kelp boats may return to the strait in June.", ["ja", "en"], "en"),
        ("12:30", ["en"], "en"),
        ("12:30", [], None),
    ],
)
def test_languages(text: str, declared: list[str], code: str | None) -> None:
    assert language_of(text, declared) == code


LONG = "".join(
    f"<p>Sentence {number} of an invented report on kelp boats and the strait they sail.</p>"
    for number in range(12)
)


def test_the_generic_path() -> None:
    head = '<meta property="og:title" content="Kelp"><meta property="article:published_time" content="2026-05-03T10:00:00+10:00">'
    html = f"<html><head>{head}</head><body><nav>Home</nav><article><h1>Kelp</h1>{LONG}</article><footer>©2026</footer></body></html>"
    article = extract(html.encode(), URL, AT, source(extract=[]))
    assert isinstance(article, Extracted)
    assert (article.method, article.headline, article.published_method) == ("generic", "Kelp", "meta")
    assert article.published.instant_utc == datetime(2026, 5, 3, tzinfo=UTC)
    assert article.body.startswith("Sentence 0") and "©" not in article.body


def test_the_generic_path_invents_no_date() -> None:
    html = f"<html><body><article><h1>Kelp</h1>{LONG}</article><footer>© 2026 Paper. All rights reserved.</footer></body></html>"
    found = extract(html.encode(), "https://paper.example/kelp", AT, source(extract=[]))
    assert isinstance(found, Rejected)
    assert found.reason == "no_date"


def test_bring_your_own_text() -> None:
    text = "On Tuesday the boats came back.\n\nNobody saw them.\n\nAda Maker is a professor of kelp at an invented university."
    fields = extract_file(text.encode(), "op-ed.txt", AT)
    assert set(fields) == set(FILE_FIELDS)
    assert {name for name in fields if fields[name] is None} >= {
        "headline",
        "published_at",
        "precision",
        "method",
    }
    assert (fields["language"], fields["genre"], fields["quarantine_reason"]) == (
        "en",
        "op_ed",
        "no_headline",
    )
    assert fields["body"].count("\n") == 2


def test_bring_your_own_page() -> None:
    head = '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Kelp","datePublished":"2026-05-03T14:30:00+09:00"}</script>'
    fields = extract_file(
        f"<html><head>{head}</head><body><h1>Kelp</h1>{LONG}</body></html>".encode(), URL, AT
    )
    assert (fields["headline"], fields["precision"], fields["genre"]) == ("Kelp", "minute", "news")
    assert fields["quarantine_reason"] is None
    assert fields["genre"] in GENRES


def test_the_seed_op_ed() -> None:
    seed = PROJECT.parent / "shared" / "seed" / "op-ed.txt"
    if not seed.exists():
        pytest.skip("../shared/seed is not here")
    fields = extract_file(seed.read_bytes(), "file:///op-ed.txt", AT)
    assert (fields["headline"], fields["published_at"], fields["language"], fields["genre"]) == (
        None,
        None,
        "en",
        "op_ed",
    )


@settings(max_examples=60)
@given(st.binary(max_size=400))
def test_no_bytes_break_it(html: bytes) -> None:
    for declared in (source(), source(extract=[])):
        found = extract(html, URL, AT, declared)
        assert isinstance(found, Extracted) or found.reason in QUARANTINE_REASONS
    extract_file(html, URL, AT)


@pytest.mark.parametrize(
    ("around", "method", "day"),
    [
        ("<h1>Kelp</h1><p>Hamburg, 2. Mai 2026</p>", "text", date(2026, 5, 2)),
        ("<h1>Kelp</h1><p>2. Mai 2026</p><p>4. Mai 2026</p>", "text", date(2026, 5, 2)),
        ('<meta name="date" content="2026-05-03"><h1>Kelp</h1><p>2. Mai 2026</p>', "text", date(2026, 5, 2)),
        ('<meta name="date" content="2026-05-03"><h1>Kelp</h1><p>Aktualisiert: 2. Mai 2026</p>', "meta", date(2026, 5, 3)),
    ],
)
def test_a_page_without_declared_date_has_the_dateline_beside_its_headline(around: str, method: str, day: date) -> None:
    html = f"<html lang=de><title>Kelp</title><body>{around}<p>{'Der Tang ist wieder da, sagt die Fischerin. ' * 20}</p></body>"
    found = extract(html.encode(), URL, AT)
    assert isinstance(found, Extracted)
    assert (found.published_method, found.published.local_date) == (method, day)
