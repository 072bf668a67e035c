"""Links from every kind of discovery document, well made and broken. All sites are fiction."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pytest

from crawlers.discovery import Found, Link, UnreadableDocument, discover
from crawlers.hints import expand, hinted_day, hinted_month
from crawlers.source import Discover
from nichiro.errors import ConfigError

SHARED = Path(__file__).parents[3] / "shared"
SITE = "http://daily.example"
RSS = f"""<?xml version="1.0"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Fiction</title>
<link>{SITE}/</link><atom:link rel="self" href="{SITE}/feed"/>
<item><title>Cod &amp;amp; &lt;b&gt;charts&lt;/b&gt;</title><link> {SITE}/a/1?x=1&amp;y=2#top </link>
 <pubDate>Sun, 03 May 2026 09:00:00 +0900</pubDate></item>
<item><title>By its guid</title><guid>{SITE}/a/2</guid></item>
<item><guid isPermaLink="false">tag:nothing</guid><title>No link</title></item>
<item><atom:link href="/a/3"/><title><![CDATA[<i>Relative</i>]]></title></item>
</channel></rss>"""
RDF = f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="{SITE}/rdf"><title>架空</title><link>{SITE}/</link></channel>
<item rdf:about="{SITE}/a/9"><title>社説：漁業交渉</title><link>{SITE}/a/9</link><dc:date>2026-05-03T09:00:00+09:00</dc:date></item>
</rdf:RDF>"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="{SITE}/en/"><link href="{SITE}/"/><updated>2026-05-04T00:00:00Z</updated>
<entry><title type="html">A &lt;em&gt;revised&lt;/em&gt; text</title><id>{SITE}/id/5</id>
 <link rel="edit" href="{SITE}/edit/5"/><link href="a/5"/><published>2026-05-01T00:00:00Z</published><updated>2026-05-03T10:00:00Z</updated></entry>
<entry><title>By its id</title><id>{SITE}/a/6</id></entry></feed>"""
NEWS_SITEMAP = f"""<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>{SITE}/a/7</loc><lastmod>2026-05-04</lastmod><news:news><news:publication><news:name>Fiction</news:name></news:publication>
<news:publication_date>2026-05-03T08:00:00Z</news:publication_date><news:title>Straits &amp; stocks</news:title></news:news></url></urlset>"""
SITEMAP_INDEX = f"""<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>{SITE}/s/old.xml</loc><lastmod>2026-04-01</lastmod></sitemap><sitemap><loc>{SITE}/s/new.xml</loc><lastmod>2026-05-01</lastmod></sitemap></sitemapindex>"""
LISTING = """<html><head><base href="/news/"></head><body><nav><a href="/about">About</a></nav>
<li class="entry"><span class="day">令和8年5月3日</span> <a href="1.html"> 架空の
 声明 </a></li><li class="entry"><time datetime="2026-05-02">Saturday</time><a href="javascript:void(0)">no</a></li>
<li class="entry"><time datetime="2026-05-01">Friday</time><a href="2.html#part">Two</a></li><a class="next" href="?page=2">older</a>"""


def read(kind: str, text: str | bytes, charset: str | None = None, **entry: object) -> Found:
    body = text.encode() if isinstance(text, str) else text
    return discover(Discover(kind=kind, url=f"{SITE}/feed", **entry), f"{SITE}/feed", body, charset)


def test_an_api_by_its_mapping() -> None:
    answer = """{"data": {"rows": [{"slug": "1", "meta": {"name": "Cod &amp; <b>charts</b>"}, "day": "2026-05-03"}, {"slug": null},
        {"slug": 2}, 7]}, "links": {"next": "?page=2"}}"""
    items = {"path": "data.rows", "link": "/a/{slug}", "headline": "meta.name", "published": "day", "next": "links.next"}
    found = read("api", answer, items=items)
    assert found.links == [Link(f"{SITE}/a/1", 0, "Cod & charts", "2026-05-03"), Link(f"{SITE}/a/2", 1)]
    assert found.next_url == f"{SITE}/feed?page=2"
    assert read("api", '[{"u": "http://other.example/x"}]', items={"link": "{u}"}).links[0].url == "http://other.example/x"
    for broken in ("<html>", "{}", '{"data": {"rows": {}}}', "[" * 100_000):
        with pytest.raises(UnreadableDocument, match="no answer of its api"):
            read("api", broken, items=items)
    with pytest.raises(ValueError, match="an api needs"):
        Discover(kind="api", url=SITE)


def test_rss() -> None:
    assert read("rss", RSS).links == [
        Link(f"{SITE}/a/1?x=1&y=2", 0, "Cod & charts", "Sun, 03 May 2026 09:00:00 +0900"),
        Link(f"{SITE}/a/2", 1, "By its guid"),
        Link(f"{SITE}/a/3", 2, "Relative"),
    ]
    assert read("rss", RSS).linkless == [Link(f"{SITE}/feed", 3, "No link")] and read("rss", RSS).item_count == 4


def test_rdf_items_stand_beside_the_channel() -> None:
    assert read("rdf", RDF).links == [Link(f"{SITE}/a/9", 0, "社説：漁業交渉", "2026-05-03T09:00:00+09:00")]


def test_atom_gives_the_update_that_tells_a_revision() -> None:
    assert read("atom", ATOM).links == [
        Link(f"{SITE}/en/a/5", 0, "A revised text", "2026-05-03T10:00:00Z"),
        Link(f"{SITE}/a/6", 1, "By its id"),
    ]


def test_sitemaps_plain_zipped_and_their_index() -> None:
    expected = [Link(f"{SITE}/a/7", 0, "Straits & stocks", "2026-05-03T08:00:00Z")]
    assert read("news_sitemap", NEWS_SITEMAP).links == expected
    assert read("sitemap", gzip.compress(NEWS_SITEMAP.encode())).links == expected
    index = read("sitemap", SITEMAP_INDEX)
    assert index.sitemaps == [Link(f"{SITE}/s/old.xml", 0, None, "2026-04-01"), Link(f"{SITE}/s/new.xml", 0, None, "2026-05-01")]
    assert (index.links, index.item_count) == ([], 0)


def test_a_sitemap_gives_its_pages_own_names_not_those_of_their_pictures() -> None:
    picture = "<image:image><image:loc>http://cdn.example/1.jpg</image:loc><image:title>A boat</image:title></image:image>"
    video = "<video:video><video:title>A film</video:title><video:publication_date>2020-01-01</video:publication_date></video:video>"
    urls = f"<url>{picture}{video}<loc>{SITE}/a/1</loc></url><url><lastmod>2026-05-03</lastmod></url><URL><LOC>{SITE}/a/2</LOC></URL>"
    names = "".join(f" xmlns:{name}='http://www.google.com/schemas/sitemap-{name}/1.1'" for name in ("image", "video"))
    found = read("sitemap", f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'{names}>{urls}</urlset>")
    assert found.links == [Link(f"{SITE}/a/1", 0), Link(f"{SITE}/a/2", 1)]
    assert found.linkless == [Link(f"{SITE}/feed", 2, None, "2026-05-03")] and found.item_count == 3


def test_listing_with_items_dates_base_and_next() -> None:
    found = read("listing", LISTING, item="li.entry", links="a", date=".day, time", next="a.next")
    assert found.links == [
        Link(f"{SITE}/news/1.html", 0, "架空の 声明", "令和8年5月3日"),
        Link(f"{SITE}/news/2.html", 1, "Two", "2026-05-01"),
    ]
    assert found.next_url == f"{SITE}/news/?page=2"
    texts = read("listing", LISTING, item="li.entry", links="a", date="time@datetime").links
    assert [link.published_text for link in texts] == [None, "2026-05-01"]
    assert [link.url for link in read("listing", LISTING, links="li a").links] == [
        f"{SITE}/news/1.html",
        f"{SITE}/news/2.html",
    ]


def test_an_archive_may_be_a_page_a_sitemap_or_a_feed() -> None:
    assert read("archive", "<?xml version='1.0'?><!-- c -->" + NEWS_SITEMAP).links[0].url == f"{SITE}/a/7"
    assert read("archive", RDF).links[0].url == f"{SITE}/a/9"
    xhtml = "<?xml version='1.0'?><!DOCTYPE html><html xmlns='http://www.w3.org/1999/xhtml'><body><a href='/a/1'>One</a></body></html>"
    assert read("archive", xhtml).links == [Link(f"{SITE}/a/1", 0, "One")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "shift_jis", "euc-jp"])
def test_legacy_encodings(encoding: str) -> None:
    text = f"<?xml version='1.0' encoding='{encoding.removesuffix('-sig')}'?>{RDF}"
    assert read("rdf", text.encode(encoding)).links[0].headline == "社説：漁業交渉"


def test_http_charset_is_used_where_the_document_names_none() -> None:
    rss = RSS.replace("By its guid", "Вымышленная редакционная статья о рыболовстве").encode("windows-1251")
    assert (
        read("rss", rss, "windows-1251").links[1].headline == "Вымышленная редакционная статья о рыболовстве"
    )


def test_broken_xml_gives_what_can_be_saved() -> None:
    assert (
        len(read("rss", "\n \x00" + RSS.replace("&amp;y", "&y").replace("</channel></rss>", "")).links) == 3
    )


def test_entities_are_neither_expanded_nor_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("top secret")
    bomb = f"""<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "file://{secret}">]>
    <rss><channel><item><title>&b;&f;</title><link>{SITE}/a/1</link></item></channel></rss>"""
    (link,) = read("rss", bomb).links
    assert "aaaa" not in (link.headline or "") and "secret" not in (link.headline or "").replace("&f;", "")


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        ("rss", b"", "is empty"),
        ("rss", b"<html><body>A notice</body></html>", "its root is <html>"),
        ("atom", b"{}", "is no"),
        ("sitemap", b"\x1f\x8bbroken", "damaged gzip"),
        ("listing", b"<!-- -->", "no web page"),
    ],
)
def test_what_is_no_such_document_says_so(kind: str, body: bytes, words: str) -> None:
    with pytest.raises(UnreadableDocument, match=words):
        read(kind, body)


def test_hostile_links_are_dropped() -> None:
    page = "".join(
        f'<a href="{href}">x</a>'
        for href in (
            "javascript:x",
            "mailto:a@b.example",
            "#a",
            "http://[half",
            "file:///etc/passwd",
            "//other.example/ok",
            " ",
        )
    )
    assert [link.url for link in read("listing", page).links] == ["http://other.example/ok"]


def test_a_wrong_selector_is_the_sources_mistake() -> None:
    with pytest.raises(ConfigError, match="no CSS selector"):
        read("listing", LISTING, links="li >> a[")


def test_archives_expand_by_month_or_day() -> None:
    months = expand(f"{SITE}/{{yyyy}}/{{mm}}", date(2025, 12, 30), date(2026, 2, 1))
    assert months == [f"{SITE}/2025/12", f"{SITE}/2026/01", f"{SITE}/2026/02"]
    days = expand(f"{SITE}/{{yyyy}}{{mm}}{{dd}}", date(2026, 2, 28), date(2026, 3, 1))
    assert days == [f"{SITE}/20260228", f"{SITE}/20260301"]
    assert expand(f"{SITE}/all", date(2026, 1, 1), date(2026, 3, 1)) == [f"{SITE}/all"]


@pytest.mark.parametrize(
    ("url", "text", "day"),
    [
        ("/a/1", "2026-05-03T23:30:00Z", date(2026, 5, 4)),  # the publisher is in Tokyo
        ("/a/1", "Sun, 03 May 2026 09:00:00 +0900", date(2026, 5, 3)),
        ("/a/1", "令和8年5月3日", date(2026, 5, 3)),
        ("/2026/05/03/slug", None, date(2026, 5, 3)),
        ("/20260503/slug", "no date", date(2026, 5, 3)),
        ("/20260231/slug", None, None),
        ("/a/1234567890", None, None),
    ],
)
def test_day_hints(url: str, text: str | None, day: date | None) -> None:
    assert hinted_day(Link(SITE + url, 0, None, text), "Asia/Tokyo", ("ja",), date(2026, 6, 1)) == day


def test_month_hint_of_a_url() -> None:
    assert hinted_month(Link(f"{SITE}/2026/05/slug", 0)) == (2026, 5)
    assert hinted_month(Link(f"{SITE}/a/202699", 0)) is None


def _torture() -> list[Path]:
    return sorted((SHARED / "data" / "feeds").rglob("*.xml"))


@pytest.mark.skipif(not _torture(), reason="needs the feeds of ../shared/data")
def test_torture_feeds_never_raise_anything_else() -> None:
    """1,129 hostile feeds: links or a typed error; the unreadable are UTF-16 without a mark, UCS-4, EBCDIC."""
    unreadable = 0
    for path in _torture():
        try:
            read("rss", path.read_bytes())
        except UnreadableDocument:
            unreadable += 1
    assert unreadable <= 22


KREMLIN = SHARED / "realpages" / "en.kremlin.ru" / "feed.atom.xml"


@pytest.mark.skipif(not KREMLIN.exists(), reason="needs the real pages of ../shared")
def test_a_real_atom_feed() -> None:
    links = read("atom", KREMLIN.read_bytes()).links
    assert len(links) == 20
    assert all(
        "/events/president/news/" in link.url and link.headline and link.published_text for link in links
    )
