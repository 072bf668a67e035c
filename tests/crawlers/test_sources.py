"""Every declared source: discover -> extract on a fictional page in its markup, and on real pages where they lie near."""

from __future__ import annotations

import csv
import re
from datetime import UTC, date, datetime

import pytest

from crawlers.canonical import identify, view_to_ask
from crawlers.catalog import load_catalog
from crawlers.discovery import discover
from crawlers.extract import Extracted, Rejected, extract
from crawlers.source import Discover, Source
from nichiro.settings import PROJECT

FIXTURES = PROJECT / "tests" / "fixtures"
REALPAGES = PROJECT.parent / "shared" / "realpages"
CATALOG = load_catalog(PROJECT / "crawlers" / "sources")
KINDS = {
    "feed.xml": ("atom", "rss", "rdf"),
    "sitemap.xml": ("news_sitemap", "sitemap"),
    "listing.html": ("listing",),
    "api.json": ("api",),
}
REAL = [
    ("jp_asahi_politics", "asahi.com/AsahiShimbun_2025_01_13.html"),
    ("jp_asahi_politics", "asahi.com/www.asahi.com.html"),
    ("jp_mainichi_opinion", "mainichi.jp/MainichiShimbun_2025_01_14.html"),
    ("jp_nikkei_articles", "nikkei.com/Nikkei_2025_01_14.html"),
    ("jp_sankei_editorial", "sankei.com/SankeiShimbun_2025_01_21.html"),
    ("jp_tokyo_editorial", "tokyo-np.co.jp/TokyoShimbun_2025_01_13.html"),
    ("jp_yomiuri_editorial", "yomiuri.co.jp/YomiuriShimbun_2024_10_13.html"),
    ("gb_guardian_japan", "theguardian.com/TheGuardian.html"),
    ("gb_guardian_japan", "theguardian.com/TheGuardian_0.html"),
    ("gb_guardian_japan", "theguardian.com/TheGuardian_2024_02_24.html"),
    ("ru_kommersant_news", "kommersant.ru/Kommersant_2025_05_14.html"),
    ("ru_rt_opinion", "rt.com/4a44ab3e4c41d56ce9b79eb07acb06aed1bc52aba68a950f06e7de7ef848400a.html"),
]  # article pages of the press
CAPTURED_AT = datetime(2026, 5, 4, 12, tzinfo=UTC)


def fixture(source_id: str, name: str) -> bytes:
    """A fixture's bytes; its hosts end in .example, which the source's patterns do not know."""
    return re.sub(rb"(https?://[\w.-]+)\.example/", rb"\1/", (FIXTURES / source_id / name).read_bytes())


def is_followed(url: str, source: Source) -> bool:
    allowed = any(re.search(pattern, url) for pattern in source.follow.allow)
    return allowed and not any(re.search(pattern, url) for pattern in source.follow.deny)


def discovery(source: Source) -> tuple[Discover, bytes]:
    """The entry that the source has a fixture for, and the document."""
    name = next(name for name in KINDS if (FIXTURES / source.source_id / name).exists())
    entry = next(entry for entry in source.discover if entry.kind in KINDS[name])
    return entry, fixture(source.source_id, name)


def article_url(source: Source) -> str:
    """Where the one article is fetched that the document links to."""
    entry, document = discovery(source)
    found = discover(entry, entry.url, document)
    (url,) = {link.url for link in found.links if is_followed(link.url, source)}
    return view_to_ask(url, source.key)


@pytest.mark.parametrize("source", CATALOG.values(), ids=CATALOG)
def test_discover_then_extract(source: Source) -> None:
    url = article_url(source)
    article = extract(fixture(source.source_id, "article.html"), url, CAPTURED_AT, source)
    assert isinstance(article, Extracted), article
    assert article.published.local_date == date(2026, 5, 3)
    assert article.language_code in source.language
    assert article.headline.endswith(("June", "再開へ", "июне"))
    assert sum(end in article.body for end in ("on fishing it", "と述べた。", "Перловицын")) == 1
    assert not re.search(r"nichiro|Sign up|共有|会員登録|Справка|biography|関連", article.body)
    assert view_to_ask(article.identity.canonical_url, source.key) == url
    assert not article.identity.is_alternate_view


def test_every_source_is_polite_and_says_what_it_rests_on() -> None:
    for source in CATALOG.values():
        assert source.politeness.delay_seconds >= 5
        assert source.evidence and source.terms.url and source.verified_on is None
        assert source.terms.access != "full" or source.publisher.kind == "government"


@pytest.mark.parametrize(
    ("source_id", "genre", "precision", "authors"),
    [
        ("jp_mainichi_opinion", "editorial", "minute", []),
        ("jp_sankei_editorial", "editorial", "minute", ["架空 花子"]),
        ("gb_guardian_japan", "op_ed", "minute", ["Maris Quillfeather"]),
        ("us_diplomat_opinion", "op_ed", "minute", ["Maris Quillfeather", "Kuzma Perlovitsyn"]),
        ("jp_japantimes_opinion", "op_ed", "minute", ["Maris Quillfeather"]),
        ("jp_asahi_ajw", "editorial", "minute", []),
        ("ru_valdai_articles", "op_ed", "day", ["Kuzma Perlovitsyn"]),
        ("ru_ria_news", "wire", "minute", ["РИА вымысла"]),
        ("jp_mofa_press", "official_statement", "day", []),
        ("jp_kantei_news", "official_statement", "day", []),
        ("ru_kremlin_news", "official_statement", "minute", []),
    ],
)
def test_genre_precision_authors(source_id: str, genre: str, precision: str, authors: list[str]) -> None:
    url = (
        "https://www.theguardian.com/commentisfree/x"
        if "guardian" in source_id
        else "https://x.example/commentary/1"
    )
    article = extract(fixture(source_id, "article.html"), url, CAPTURED_AT, CATALOG[source_id])
    assert isinstance(article, Extracted)
    assert (article.genre, article.published.precision, article.authors) == (genre, precision, authors)


def test_an_announcement_has_two_days() -> None:
    source = CATALOG["ru_kremlin_news_en"]
    url = "http://en.kremlin.ru/events/president/news/990002"
    article = extract(fixture(source.source_id, "announcement.html"), url, CAPTURED_AT.replace(day=7), source)
    assert isinstance(article, Extracted)
    assert article.published.instant_utc == datetime(2026, 5, 5, 12, 45, tzinfo=UTC)
    assert article.event_date == date(2026, 5, 9)
    assert article.modified_at == datetime(2026, 5, 6, 7, tzinfo=UTC)


def test_one_number_is_one_document() -> None:
    source = CATALOG["ru_kremlin_news_en"]
    base = "http://en.kremlin.ru"
    views = {
        path: extract(fixture(source.source_id, "article.html"), base + path, CAPTURED_AT, source).identity
        for path in ("/events/president/news/990001", "/events/president/transcripts/990001", "/d/990001",
                     "/events/president/news/990001/print", "/events/president/news/990001/photos")
    }  # fmt: skip
    assert len({view.article_id for view in views.values()}) == 1
    assert [path for path, view in views.items() if not view.is_alternate_view] == [
        "/events/president/news/990001"
    ]


def test_a_post_is_fetched_as_an_embed_and_is_one_document() -> None:
    key = CATALOG["ru_mid_telegram"].key
    post = "https://t.me/MID_Russia/990001"
    views = [identify(address, key) for address in (post, f"{post}?embed=1", f"{post}?single")]
    assert view_to_ask(post, key) == f"{post}?embed=1" == view_to_ask(f"{post}?single", key)
    assert {view.canonical_url for view in views} == {post}
    assert [view.is_alternate_view for view in views] == [False, False, True]


def real_pages(prefix: str) -> list[dict[str, str]]:
    index = REALPAGES / "index.tsv"
    if not index.exists():
        pytest.skip("../shared/realpages is not here")
    csv.field_size_limit(10**9)
    with index.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [row for row in rows if row["file"].startswith(prefix) and row["file"].endswith(".html")]


def read_real(row: dict[str, str], source: Source) -> Extracted | Rejected:
    return extract(
        (REALPAGES / row["file"]).read_bytes(), row["url"], datetime(2026, 6, 1, tzinfo=UTC), source
    )


def test_the_kremlins_real_pages() -> None:
    source = CATALOG["ru_kremlin_news_en"]
    pages = real_pages("en.kremlin.ru/")
    read = {row["url"]: read_real(row, source) for row in pages}
    articles = {url: page for url, page in read.items() if isinstance(page, Extracted)}
    own = {url: page for url, page in articles.items() if not page.identity.is_alternate_view}
    # ten galleries and two views of headline-only items have no text; four old items are a headline and nothing else
    rejected = {url: page.reason for url, page in read.items() if isinstance(page, Rejected)}
    bare = {url.rsplit("/", 1)[1] for url in rejected if not read[url].identity.is_alternate_view}
    assert (len(pages), len(own), len(articles) - len(own), len(rejected)) == (282, 254, 12, 16)
    assert bare == {"33548", "34197", "34510", "39963"}
    assert set(rejected.values()) == {"no_headline", "no_body"}  # none for lack of a date
    assert len({page.identity.article_id for page in own.values()}) == 254
    for row in pages:
        if row["url"] in articles:
            assert str(articles[row["url"]].published.local_date) == row["date"][:10]
            assert articles[row["url"]].published.precision == "minute"
    assert sum(page.event_date is not None for page in own.values()) == 8
    assert not any(re.search(r"See also|Publication status", page.body) for page in own.values())


@pytest.mark.parametrize(("source_id", "file"), REAL)
def test_real_pages_of_the_press(source_id: str, file: str) -> None:
    (row,) = real_pages(file)
    article = read_real(row, CATALOG[source_id])
    assert isinstance(article, Extracted), article
    written = re.sub(r"\+0$", "+03:00", row["date"])  # Kommersant's is cut short in the index
    expected = datetime.fromisoformat(written)
    assert article.published.instant_utc == expected.astimezone(UTC)
    assert len(article.body) > 150


def test_links_of_the_real_listing() -> None:
    page = REALPAGES / "japan.kantei.go.jp" / "listing_2026-10_excerpt.html"
    if not page.exists():
        pytest.skip("../shared/realpages is not here")
    source = CATALOG["jp_kantei_news_en"]
    entry = next(entry for entry in source.discover if entry.kind == "listing")
    links = discover(entry, entry.url, page.read_bytes()).links
    followed = [link for link in links if is_followed(link.url, source)]
    assert followed and all(re.fullmatch(r"2026-\d\d-\d\d", link.published_text or "") for link in followed)


def test_fixtures_say_that_they_are_fiction() -> None:
    for path in sorted(FIXTURES.glob("*_*/*.*ml")):
        text = path.read_bytes().decode("utf-8", "replace")
        assert re.search("Fiction|架空|Вымышлен", text), path
        hosts = re.findall(r"<(?:link|loc|a)[^>]*?(?:href=\"|>)https?://([\w.-]+)", text)
        assert all(host.endswith(".example") for host in hosts), path
