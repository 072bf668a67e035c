"""A parsed page and the selectors of a source's YAML: ``css:… [@attr]``, ``xpath:``, ``meta:``, ``json_ld:``, ``url:``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from html import unescape
from typing import Any

from lxml import etree
from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from crawlers.paragraphs import one_line

ARTICLE_TYPES = ("NewsArticle", "Article", "BlogPosting", "Report", "SpecialAnnouncement", "WebPage")
_ATTRIBUTE = re.compile(r"@([\w:-]+)$")
_JSON_LD = etree.XPath("//script[contains(@type, 'ld+json')]")
_ELEMENTS = etree.ElementDefaultClassLookup(element=HtmlElement)  # lxml.html's own calls Python for each element, for forms
# cssselect's tests of one class and of an attribute's value, and the same from the attribute's side, in less than half the time
_CLASS = (
    r"@class and contains\(@class, (?P<word>'[^']+')\)"
    r" and contains\(concat\(' ', normalize-space\(@class\), ' '\), (?P<spaced>'[^']+')\)"
)
_FROM_CLASS = r"\g<name>/@class[contains(., \g<word>) and contains(concat(' ', normalize-space(.), ' '), \g<spaced>)]/parent::*"
_ONE_CLASS = re.compile(rf"(?P<name>[\w*-]+)\[{_CLASS}\](?!\[)")
_CLASS_AND_MORE = re.compile(rf"(?P<name>[\w*-]+)\[(?P<open>\(*)\({_CLASS}\) and ")
_ONE_VALUE = re.compile(r"([\w*-]+)\[@([\w-]+) = ('[^']*')\](?!\[)")
_OTHER_LOGIC = (" or ", "position()", "last()", "not(")


class Unfit(Exception):
    """The page does not read as an article; ``reason`` is that of the quarantine. Caught where extraction ends."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


class Page:
    """One lxml tree of a page; ``encoded`` is its text in UTF-8. Raises ValueError where there is nothing to parse."""

    def __init__(self, text: str, url: str) -> None:
        self.url = url
        self.text = text
        self._remembered: dict[str, list[str]] = {}
        # a str with an XML declaration would be refused, so lxml gets bytes and their encoding
        parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
        parser.set_element_class_lookup(_ELEMENTS)
        self.encoded = text.encode("utf-8", "ignore").replace(b"\0", b"")
        try:
            self.tree: HtmlElement = document_fromstring(self.encoded, parser)
        except etree.ParserError as error:
            raise ValueError(str(error)) from error

    def elements(self, selector: str, within: HtmlElement | None = None) -> list[HtmlElement]:
        """Elements that a css or xpath selector picks; a bare one is css."""
        root = self.tree if within is None else within
        found = compiled(selector)(root)
        return [item for item in found if isinstance(item, etree._Element)] if isinstance(found, list) else []

    def values(self, selector: str) -> list[str]:
        """The distinct, non-empty values that a selector of any kind gives, whitespace collapsed, in order."""
        return list(dict.fromkeys(filter(None, (one_line(value) for value in self._values(selector)))))

    def remembered(self, selector: str) -> list[str]:
        """As ``values``, looked for once: as the page was when first asked, before a body was stripped."""
        if selector not in self._remembered:
            self._remembered[selector] = self.values(selector)
        return self._remembered[selector]

    def _values(self, selector: str) -> Iterator[str]:
        kind, _, rest = selector.partition(":")
        if kind == "meta":
            yield from self._metas.get(rest, ())
        elif kind == "json_ld":
            yield from self.json_ld_values(rest)
        elif kind == "url":
            if match := re.search(rest, self.url):
                yield (
                    "-".join(match.groupdict().values()) if match.groupdict() else match[match.lastindex or 0]
                )
        else:
            attribute = _ATTRIBUTE.search(selector) if kind != "xpath" else None
            found = compiled(selector[: attribute.start()] if attribute else selector)(self.tree)
            for item in found if isinstance(found, list) else [found]:
                if not isinstance(item, etree._Element):
                    yield str(item)
                elif attribute:
                    yield item.get(attribute[1], "")
                else:
                    yield item.text_content()

    @cached_property
    def _metas(self) -> dict[str, list[str]]:
        """Contents of the meta elements by name, property and itemprop."""
        found: dict[str, list[str]] = {}
        for meta in self.tree.iter("meta"):
            content = meta.get("content", "")
            for name in {meta.get("name"), meta.get("property"), meta.get("itemprop")} - {None}:
                found.setdefault(name, []).append(content)
        return found

    @cached_property
    def json_ld(self) -> list[dict[str, Any]]:
        """The page's JSON-LD objects, lists and @graph flattened, articles first; broken blocks are left out."""
        nodes = [node for script in _JSON_LD(self.tree) for node in _nodes(_loads(script.text or ""))]
        return sorted(nodes, key=_article_rank)

    def json_ld_values(self, key: str) -> Iterator[str]:
        """``key`` (dotted) in the first object that has it; objects give their name, booleans true or false."""
        for node in self.json_ld:
            values = list(_leaves(node, key.split(".")))
            if values:
                yield from values
                return


@lru_cache(maxsize=1024)
def compiled(selector: str) -> etree.XPath:
    """The selector compiled. Raises ValueError for a css or xpath that does not compile."""
    if selector.startswith("xpath:"):
        try:
            return etree.XPath(selector[len("xpath:") :])
        except etree.XPathError as error:
            raise ValueError(f"{selector}: {error}") from error
    css = CSSSelector(selector.removeprefix("css:"), translator="html")
    path = _ONE_VALUE.sub(r"\1/@\2[. = \3]/parent::*", _ONE_CLASS.sub(_FROM_CLASS, css.path))
    if not any(sign in path for sign in _OTHER_LOGIC):  # all tests of an element hold then, in any order
        path = _CLASS_AND_MORE.sub(rf"{_FROM_CLASS}[\g<open>", path)
    return css if path == css.path else etree.XPath(path)


def _loads(text: str) -> object:
    """JSON as sites write it: in comments or CDATA, with raw line breaks, a stray semicolon; None where broken."""
    text = re.sub(r"^\s*(?:<!--|//<!\[CDATA\[|<!\[CDATA\[)|(?://)?\s*(?:-->|\]\]>)\s*$|;\s*$", "", text)
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _nodes(content: object) -> Iterator[dict[str, Any]]:
    if isinstance(content, list):
        for item in content:
            yield from _nodes(item)
    elif isinstance(content, dict):
        yield content
        yield from _nodes(content.get("@graph"))
        yield from _nodes(content.get("mainEntity"))


def types_of(node: dict[str, Any]) -> list[str]:
    kind = node.get("@type")
    return [str(item) for item in kind] if isinstance(kind, list) else [str(kind)] if kind else []


def _article_rank(node: dict[str, Any]) -> int:
    ranks = [
        rank for rank, name in enumerate(ARTICLE_TYPES) for kind in types_of(node) if kind.endswith(name)
    ]
    return min(ranks, default=len(ARTICLE_TYPES))


def _leaves(value: object, path: list[str]) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _leaves(item, path)
    elif isinstance(value, dict):
        if path:
            yield from _leaves(value.get(path[0]), path[1:])
        elif "name" in value:
            yield from _leaves(value["name"], [])
    elif value is not None and not path:
        yield str(value).lower() if isinstance(value, bool) else unescape(str(value))  # many a site escapes it as HTML
