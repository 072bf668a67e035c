"""Documents in several languages: paired by number or by links, never by title. All sites are fiction."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawlers.catalog import load_catalog
from crawlers.extract import Extracted, extract
from crawlers.page import Page
from crawlers.pairs import pair_of
from crawlers.source import Source
from nichiro.settings import PROJECT
from tests.crawlers.test_crawl import source

EN, JA, RU = "http://gazette.example/en/a/1", "http://gazette.example/ja/a/1", "http://gazette.example/ru/a/1"
CATALOG = load_catalog(PROJECT / "crawlers" / "sources")
REALPAGES = PROJECT.parent / "shared" / "realpages" / "en.kremlin.ru"


def linking(url: str, *links: tuple[str, str], of: Source | None = None, **key: object) -> str | None:
    """The pair of a page that has these hreflang links."""
    head = "".join(f'<link rel="alternate" hreflang="{language}" href="{href}">' for language, href in links)
    page = Page(f"<html><head>{head}</head><body><h1>Cod</h1></body></html>", url)
    return pair_of(page, of or source("jp_gazette", key=key))


def test_versions_that_name_each_other_are_one_document() -> None:
    every = (("en", EN), ("ja", JA), ("ru", RU))
    pairs = {linking(url, *every) for url in (EN, JA, RU)}
    assert len(pairs) == 1 and None not in pairs
    others = {linking(url, *(link for link in every if link[1] != url), ("x-default", "/")) for url in (EN, JA, RU)}
    assert others == pairs, "whether a page names itself does not matter"
    assert linking("http://gazette.example/en/a/2", ("ja", "/ja/a/2")) not in pairs


@pytest.mark.parametrize(
    "links",
    [
        (),
        (("en", EN),),
        (("en", EN), ("en-GB", "http://gazette.example/gb/a/1")),  # one language in its regions
        (("ja", "http://gazette.example/"), ("ru", "/ru/"), ("zh", "/zh-hans/index.html")),  # a menu of front pages
        (("ja", "javascript:void(0)"), ("ru", "http://[half"), ("ru", "")),
    ],
)
def test_what_names_no_other_version(links: tuple[tuple[str, str], ...]) -> None:
    assert linking(EN, *links) is None


def test_a_stranger_cannot_join() -> None:
    every = (("en", EN), ("ja", JA))
    stranger = source("jp_thief", publisher={"name": "T", "name_en": "Thief", "country": "JP", "kind": "newspaper"})
    assert linking("http://thief.example/a", *every, of=stranger) != linking(EN, *every)


def test_declared_links_pair_without_hreflang() -> None:
    mofa = CATALOG["jp_mofa_press"], CATALOG["jp_mofa_press_en"]
    ja, en = "https://www.mofa.go.jp/mofaj/press/release/press1_990001.html", "https://www.mofa.go.jp/press/release/press1e_990002.html"
    pages = (Page(f"<a href='{en}'>English</a>", ja), Page(f"<a href='{ja}'> Japanese </a>", en))
    first, second = (pair_of(page, of) for page, of in zip(pages, mofa, strict=True))
    assert first == second is not None
    menu = Page("<a href='https://www.mofa.go.jp/index.html'>English</a>", ja)
    assert pair_of(menu, mofa[0]) is None


def test_the_kremlins_number_is_one_in_both_languages() -> None:
    paths = ("events/president/news/990001", "events/president/transcripts/990001", "d/990001", "events/president/news/990001/print")
    both = (("ru_kremlin_news", "http://kremlin.ru"), ("ru_kremlin_news_en", "http://en.kremlin.ru"))
    pairs = {linking(f"{host}/{path}", of=CATALOG[source_id]) for source_id, host in both for path in paths}
    assert len(pairs) == 1 and None not in pairs
    assert linking("http://kremlin.ru/events/president/news/990002", of=CATALOG["ru_kremlin_news"]) not in pairs


def test_a_number_on_the_page_counts_where_it_is_the_only_one() -> None:
    ru, en = CATALOG["ru_mid_news"], CATALOG["ru_mid_news_en"]
    page = "<body><p>Вымысел</p><p>{}</p></body>"
    first = pair_of(Page(page.format("1234-05-06-2026"), "https://mid.ru/ru/foreign_policy/news/1/"), ru)
    assert first == pair_of(Page(page.format("No. 1234-05-06-2026, 1234-05-06-2026"), "https://mid.ru/en/foreign_policy/news/2/"), en)
    assert first is not None
    for text in ("1234-05-06-2026 1235-05-06-2026", "8-800-05-06-2026", "none"):
        assert pair_of(Page(page.format(text), "https://mid.ru/ru/foreign_policy/news/1/"), ru) is None


def test_an_article_has_its_pair_whatever_reads_it() -> None:
    head = f"<link rel=alternate hreflang=ja href='{JA}'><meta property='article:published_time' content='2026-05-03T09:00:00Z'>"
    html = f"<html><head>{head}</head><body><article><h1>Cod</h1>{'<p>The boats of fiction came home.</p>' * 9}</article></body></html>"
    article = extract(html.encode(), EN, datetime(2026, 5, 4, tzinfo=UTC), source("jp_gazette", extract=[]))
    assert isinstance(article, Extracted) and article.pair_id == linking(JA, ("en", EN))
    alone = extract(html.encode(), EN, datetime(2026, 5, 4, tzinfo=UTC))
    assert isinstance(alone, Extracted) and alone.pair_id is None


@pytest.mark.skipif(not REALPAGES.exists(), reason="needs the real pages of ../shared")
def test_real_pages_have_one_pair_each() -> None:
    """The pages' own hreflang links lead to the Russian page, or to its front page: the number is what counts."""
    of = CATALOG["ru_kremlin_news_en"]
    pairs = {}
    for path in sorted(REALPAGES.glob("*.html"))[:40]:
        number = path.stem.partition("__")[0]
        url = f"http://en.kremlin.ru/events/president/news/{number}"
        pairs.setdefault(number, set()).add(pair_of(Page(path.read_text(encoding="utf-8", errors="replace"), url), of))
    assert len(pairs) > 20 and all(len(each) == 1 and None not in each for each in pairs.values())
    assert len(set.union(*pairs.values())) == len(pairs)
