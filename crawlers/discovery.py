"""Bytes of a feed, sitemap, listing, archive page or API answer -> the links in it. Pure; hostile input is expected.

The document's root decides how it is read, not the declared kind: an archive may be a page, a sitemap or a feed.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from html import unescape
from itertools import islice
from urllib.parse import urldefrag, urljoin

from cssselect import SelectorError
from lxml import etree, html
from w3lib.html import remove_tags, replace_entities
from w3lib.url import safe_url_string

from crawlers.api import items_of
from crawlers.encoding import Undecodable, decode
from crawlers.source import Discover, Items
from nichiro.errors import ConfigError, ContractError
from warehouse.columns import MOST_LINKS

FEED_ROOTS = frozenset(("rss", "rdf", "feed", "channel"))
SITEMAP_ROOTS = frozenset(("urlset", "sitemapindex"))
# A changed article shows in these, so they come first; the rest are names of RSS, RDF and Atom 0.3.
DATES = ("updated", "pubdate", "published", "date", "modified", "issued", "created")
LONGEST_HEADLINE = 500
MAX_UNZIPPED = 64 * 2**20
_ENTITY = re.compile(r"<!\[CDATA\[.*?\]\]>|&(?:#?\w{1,32};)?", re.S)
_MARKUP = re.compile(r"<\s*[/a-zA-Z!]")


class UnreadableDocument(ContractError):
    """The bytes are not what discovery asked for: a feed that is a web page, an empty answer, no text at all."""


@dataclass(frozen=True)
class Link:
    """One link. ``published_text`` is the date as the document writes it: a hint, never the publication time."""

    url: str
    position: int
    headline: str | None = None
    published_text: str | None = None


@dataclass(frozen=True)
class Found:
    """What a document gives: links to articles, further sitemaps of an index, the next page.

    ``item_count``: the items that it holds, counted before any of them is read; ``linkless``: those that name no page,
    at the document's own address. Of the first MOST_LINKS items each is one of ``links`` or ``linkless``.
    """

    links: list[Link] = field(default_factory=list)
    sitemaps: list[Link] = field(default_factory=list)
    next_url: str | None = None
    item_count: int = 0
    linkless: list[Link] = field(default_factory=list)


def discover(entry: Discover, url: str, body: bytes, charset: str | None = None) -> Found:
    """Read one discovery document that was fetched from ``url``.

    ``charset`` is that of the HTTP header. Raises UnreadableDocument where the bytes are no document of that family,
    ConfigError where a selector of the source is wrong.
    """
    if body[:2] == b"\x1f\x8b":  # sitemaps come as .xml.gz files
        try:
            body = zlib.decompressobj(31).decompress(body, MAX_UNZIPPED)
        except zlib.error as error:
            raise UnreadableDocument(f"{url} is damaged gzip: {error}") from error
    try:
        text = decode(body, charset).lstrip("\ufeff \t\r\n\x00")
    except Undecodable as error:
        raise UnreadableDocument(f"{url} cannot be decoded: {error}") from error
    if not text:
        raise UnreadableDocument(f"{url} is empty")
    if entry.items:
        return _answer(entry.items, url, text)
    if entry.kind == "listing" or (entry.kind == "archive" and not _is_xml(text)):
        return _page(entry, url, text)
    root = _xml_root(url, text)
    name = _name(root)
    if name in FEED_ROOTS:
        items = list(root.iter("{*}item", "{*}entry", "{*}Item", "{*}Entry", "{*}ITEM"))
        return _found(url, len(items), (_feed_link(item, url) for item in items))
    if name in SITEMAP_ROOTS:
        return _sitemap(root, url)
    raise UnreadableDocument(f"{url} is no {entry.kind}: its root is <{name or '?'}>")


def _is_xml(text: str) -> bool:
    head = re.sub(r"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>]*>", "", text[:4000], flags=re.S | re.I).lstrip()
    match = re.match(r"<(?:[\w.-]+:)?([\w.-]+)", head)
    return match is not None and match[1].lower() in FEED_ROOTS | SITEMAP_ROOTS


def _xml_root(url: str, text: str) -> etree._Element:
    # The text is decoded, so the parser is told UTF-8, whatever the declaration in it says.
    parser = etree.XMLParser(
        encoding="utf-8",
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser, base_url=url)
        if len(parser.error_log) and "&" in text:  # behind an error libxml2 drops every &amp;, but no number
            root = etree.fromstring(_ENTITY.sub(_as_numbers, text).encode("utf-8", "replace"), parser, base_url=url)
    except etree.XMLSyntaxError as error:
        raise UnreadableDocument(f"{url} is no XML: {error}") from error
    if root is None:
        raise UnreadableDocument(f"{url} is no XML")
    return root


def _as_numbers(entity: re.Match[str]) -> str:
    """HTML's entities and stray ampersands as character references."""
    return entity[0] if entity[0][:2] in ("<!", "&#") else "".join(f"&#{ord(each)};" for each in unescape(entity[0]))


def _feed_link(item: etree._Element, url: str) -> Link:
    href = _item_url(item)
    texts = {_name(child): child for child in reversed(item) if isinstance(child.tag, str)}
    when = next((_text(texts[name]) for name in DATES if name in texts), None)
    headline = _headline(_text(texts["title"])) if "title" in texts else None
    return Link((_absolute(item.base or url, href) if href else None) or "", 0, headline, when or None)


def _item_url(item: etree._Element) -> str | None:
    """An RSS link's text; an Atom link's href (``rel`` alternate or none); else a permanent guid or id."""
    hrefs: dict[str, str] = {}
    for child in item:
        if not isinstance(child.tag, str):
            continue
        name = _name(child)
        if name == "link" and (text := _text(child)):
            hrefs.setdefault("text", text)
        elif name == "link" and child.get("href"):
            hrefs.setdefault(child.get("rel", "alternate"), child.get("href"))
        elif name in ("guid", "id") and child.get("isPermaLink", "true").lower() != "false":
            hrefs.setdefault("id", _text(child))
    about = next((value for name, value in item.attrib.items() if name.endswith("}about")), None)
    return hrefs.get("text") or hrefs.get("alternate") or hrefs.get("id") or about


def _sitemap(root: etree._Element, url: str) -> Found:
    """Pages and further sitemaps. Only what stands directly in an entry is its own: images and videos have theirs."""
    sitemaps: list[Link] = []
    pages: list[Link] = []
    for element in root:
        if _name(element) not in ("url", "sitemap"):
            continue
        own = {_name(child): child for child in reversed(element) if isinstance(child.tag, str)}
        news = {_name(child): child for child in own.get("news", ())}
        absolute = _absolute(url, _text(own["loc"])) if "loc" in own else None
        dates = [_text(each) for each in (news.get("publication_date"), own.get("lastmod")) if each is not None]
        headline = _headline(_text(news["title"])) if "title" in news else None
        link = Link(absolute or "", 0, headline, next(filter(None, dates), None))
        (sitemaps if _name(element) == "sitemap" else pages).append(link)
    named = {sitemap.url: sitemap for sitemap in sitemaps if sitemap.url}
    return replace(_found(url, len(pages), pages), sitemaps=list(named.values()))


def _answer(mapping: Items, url: str, text: str) -> Found:
    try:
        items, following = items_of(text, mapping)
    except ValueError as error:
        raise UnreadableDocument(f"{url} is no answer of its api: {error}") from error
    links = (Link(_absolute(url, item.link) or "", 0, _headline(item.headline), item.published) for item in items)
    return replace(_found(url, len(items), links), next_url=_absolute(url, following) if following else None)


def _page(entry: Discover, url: str, text: str) -> Found:
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    try:
        document = html.document_fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise UnreadableDocument(f"{url} is no web page: {error}") from error
    base = next(iter(document.xpath("//base/@href")), None)
    base = (_absolute(url, base) if base else None) or url
    if entry.item:
        items = _select(document, entry.item)
    else:  # an anchor that leads nowhere, such as to a script, is no item
        items = [anchor for anchor in _select(document, entry.links) if _absolute(base, anchor.get("href", ""))]
    following = _select(document, entry.next) if entry.next else []
    next_url = _absolute(base, following[0].get("href", "")) if following else None
    return replace(_found(url, len(items), (_listed(entry, item, base) for item in items)), next_url=next_url)


def _listed(entry: Discover, item: html.HtmlElement, base: str) -> Link:
    anchors = _select(item, entry.links) if entry.item else [item]
    when = _listed_date(item, entry.date) if entry.date else None
    if not anchors:
        return Link("", 0, None, when)
    return Link(_absolute(base, anchors[0].get("href", "")) or "", 0, _headline(anchors[0].text_content()), when)


def _listed_date(item: html.HtmlElement, selector: str) -> str | None:
    css, _, attribute = selector.partition("@")
    for element in _select(item, css):
        text = element.get(attribute) if attribute else element.get("datetime") or element.text_content()
        if text and text.strip():
            return " ".join(text.split())
    return None


def _select(element: html.HtmlElement, css: str) -> list[html.HtmlElement]:
    try:
        return list(element.cssselect(css))
    except (SelectorError, etree.XPathError) as error:
        raise ConfigError(
            f"{css!r} is no CSS selector: {error}", "mend `discover` in the source's YAML"
        ) from error


def _found(url: str, item_count: int, items: Iterable[Link]) -> Found:
    """The first MOST_LINKS items, numbered; those without a URL of their own apart."""
    read = list(islice(items, MOST_LINKS))
    links = [replace(link, position=place) for place, link in enumerate(link for link in read if link.url)]
    others = enumerate((link for link in read if not link.url), len(links))
    linkless = [replace(link, url=url, position=place) for place, link in others]
    return Found(links, item_count=item_count, linkless=linkless)


def _absolute(base: str, href: str) -> str | None:
    """An absolute http(s) URL without fragment, escaped as browsers do; None for anything else."""
    href = href.strip()
    if not href or href.startswith("#"):
        return None
    try:
        url = safe_url_string(urldefrag(urljoin(base, href)).url)
    except ValueError:  # such as http://[half
        return None
    return url if url.startswith(("http://", "https://")) else None


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname.lower() if isinstance(element.tag, str) else ""


def _text(element: etree._Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _headline(text: str) -> str | None:
    """A headline without markup: feeds escape it once or twice."""
    text = replace_entities(text)
    if _MARKUP.search(text):
        text = replace_entities(remove_tags(text))
    return " ".join(text.split())[:LONGEST_HEADLINE] or None
