"""Feeds and web archives of ../shared, read a second time by the standard library alone: the same links, dates as written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit
from xml.etree import ElementTree

import pytest

from crawlers.discovery import Found, UnreadableDocument, discover
from crawlers.source import Discover
from nichiro.settings import PROJECT

SHARED = PROJECT.parent / "shared"
BASE = "http://feed.example/folder/feed"
XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
DATES = {"updated", "pubdate", "published", "date", "modified", "issued", "created", "publication_date", "lastmod"}
ENCODINGS = {"MacCyrillic": "mac_cyrillic", "iso-8859-5-russian": "iso-8859-5", "windows-1251-russian": "cp1251"}  # as Python names them

Items = list[tuple[str, set[str]]]


def read(body: bytes, kind: str = "rss") -> Found:
    return discover(Discover.model_validate({"kind": kind, "url": BASE}), BASE, body)


def one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def plain(url: str) -> str:
    """A URL without what escaping may change, and the case of its host."""
    url = unquote(urldefrag(url).url.strip())
    parts = urlsplit(url)
    return url.replace(parts.netloc, parts.netloc.lower(), 1) if parts.netloc else url


def local(name: object) -> str:
    return name.rpartition("}")[2].lower() if isinstance(name, str) else ""


def strictly(text: str) -> Items | None:
    """Each item's address and all of its dates, by the standard library's strict parser; None where it refuses the file."""
    try:
        root = ElementTree.fromstring(re.sub(r"^\s*<\?xml.*?\?>", "", text, flags=re.S))
    except (ElementTree.ParseError, ValueError):
        return None
    if local(root.tag) == "urlset":
        return [item for child in root for item in _items(child, BASE, ("url",))]
    return list(_items(root, BASE, ("item", "entry")))


def _items(element: ElementTree.Element, base: str, names: tuple[str, ...]) -> Iterator[tuple[str, set[str]]]:
    base = urljoin(base, element.get(XML_BASE, ""))
    if local(element.tag) in names:
        address = _address(element)
        dates = {one_line("".join(child.itertext())) for child in element.iter() if local(child.tag) in DATES}
        yield (plain(urljoin(base, address)) if address else ""), dates - {""}
    else:
        for child in element:
            yield from _items(child, base, names)


def _address(item: ElementTree.Element) -> str:
    children = [child for child in item if local(child.tag) in ("link", "guid", "id", "loc")]
    links = [child for child in children if local(child.tag) == "link"]
    written = [one_line("".join(child.itertext())) for child in links] + [
        one_line(child.text) for child in children if local(child.tag) == "loc"
    ]
    pointed = [child.get("href", "") for child in links if child.get("rel", "alternate") == "alternate"]
    permanent = [
        one_line("".join(child.itertext())) for child in children
        if local(child.tag) in ("guid", "id") and child.get("isPermaLink", "true").lower() != "false"
    ]  # fmt: skip
    about = [value for name, value in item.attrib.items() if name.endswith("}about")]
    return next(filter(None, (*written, *pointed, *permanent, *about)), "")


def difference(found: Found, items: Items) -> str | None:
    """What the two readings tell differently."""
    addressed = [(url, dates) for url, dates in items if url.startswith(("http://", "https://"))]
    ours, theirs = [plain(link.url) for link in found.links], [url for url, _ in addressed]
    if ours != theirs:
        return f"links {ours} are not {theirs}"
    for link, (_, dates) in zip(found.links, addressed, strict=True):
        if (link.published_text or "") not in dates | ({""} if not dates else set()):
            return f"{link.published_text!r} is none of {dates}"
    if found.item_count != len(items):
        return f"{found.item_count} items are not {len(items)}"
    return None


def torture() -> list[Path]:
    return sorted((SHARED / "data" / "feeds").rglob("*.xml"))


def legacy() -> list[tuple[Path, str]]:
    folder = SHARED / "realpages" / "_legacy_encodings"
    return [(path, ENCODINGS.get(path.parent.name, path.parent.name)) for path in sorted(folder.rglob("*.xml"))]


@pytest.mark.skipif(not torture(), reason="needs the feeds of ../shared/data")
def test_the_torture_feeds_read_as_they_are_written() -> None:
    told, compared = {}, 0
    for path in torture():
        body = path.read_bytes()
        try:
            items = strictly(body.decode())
        except UnicodeDecodeError:
            items = None
        if items is None:
            continue
        compared += 1
        try:
            if differs := difference(read(body), items):
                told[path.name] = differs
        except UnreadableDocument as error:
            told[path.name] = str(error)
    assert told == {} and compared > 1000


@pytest.mark.skipif(not legacy(), reason="needs the real pages of ../shared")
def test_real_feeds_in_legacy_encodings_read_as_they_are_written() -> None:
    told, compared = {}, 0
    for path, encoding in legacy():
        body = path.read_bytes()
        items = strictly(body.decode(encoding, "replace"))
        if items:
            compared += 1
            if differs := difference(read(body), items):
                told[path.name] = differs
    assert told == {} and compared > 50


REAL = {
    "en.kremlin.ru/feed.atom.xml": ("atom", 20),
    "gov.uk/fcdo.atom.xml": ("atom", 3),
    "koreatimes.co.kr/real-korean-times.rss": ("rss", 195),
    "cnn.com/real-cnn.rss": ("rss", 69),
    "kyivindependent.com/news_sitemap_first5.xml": ("news_sitemap", 5),
}


@pytest.mark.parametrize("name", REAL)
def test_a_real_feed_reads_as_it_is_written(name: str) -> None:
    path = SHARED / "realpages" / name
    if not path.exists():
        pytest.skip("needs the real pages of ../shared")
    kind, count = REAL[name]
    items = strictly(path.read_bytes().decode())
    assert items is not None and len(items) == count
    found = read(path.read_bytes(), kind)
    assert difference(found, items) is None
    assert all(link.headline for link in found.links)


class Anchors(HTMLParser):
    """The addresses of a page's anchors, as the standard library reads them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.base, self.found = BASE, []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href")
        if tag == "base" and href:
            self.base = urljoin(BASE, href)
        if tag == "a" and href and not href.strip().startswith("#"):
            address = urljoin(self.base, href.strip())
            if address.startswith(("http://", "https://")):
                self.found.append(plain(address))


def archives() -> list[Path]:
    return sorted((SHARED / "data" / "warc").glob("*"))


@pytest.mark.skipif(not archives(), reason="needs the web archives of ../shared/data")
def test_pages_in_web_archives_give_the_links_that_they_hold() -> None:
    """What warcio reads of them, damaged ones to their damage: no page breaks discovery, and each gives its links."""
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    pages = 0
    for path in archives():
        with path.open("rb") as file:
            try:
                for record in ArchiveIterator(file, arc2warc=True):
                    if record.rec_type not in ("response", "resource"):
                        continue
                    body = record.content_stream().read()
                    try:
                        found = read(body, "listing")
                    except UnreadableDocument:
                        continue
                    expected = Anchors(body.decode("utf-8", "replace")).found
                    assert [plain(link.url) for link in found.links] == expected, path.name
                    pages += bool(expected)
            except ArchiveLoadFailed:
                continue
    assert pages >= 8
