"""Which documents are one in several languages: by the publisher's number, or by the links between them; never by title."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import urljoin, urlsplit

from crawlers.canonical import document_key, identify
from crawlers.page import Page
from crawlers.source import Shared, Source

_ALTERNATES = "xpath://*[(self::link or self::a) and @hreflang and @href and contains(@rel, 'alternate')]"
_FRONT = re.compile(r"(?:[a-z]{2,3}(?:[-_][a-z]{2,4})?)?(?:/?index\.\w+)?", re.I)  # a menu leads there, no translation


def pair_of(page: Page, source: Source, declared: str | None = None) -> str | None:
    """The id that a document's versions in several languages share; None where the page names no other version.

    ``declared`` is the page's rel=canonical. Of linked versions, each names all others, so the least of their keys is the
    same on every page. The publisher's name is part of it: nobody else's page can join.
    """
    shared = _number(page, source.key.pair) if source.key.pair else _least_linked(page, source.key.translations, declared)
    return hashlib.sha256(f"{source.publisher.name_en}\n{shared}".encode()).hexdigest()[:16] if shared else None


def _number(page: Page, rule: Shared) -> str | None:
    found = {match[match.lastindex or 0] for value in page.values(rule.select) for match in re.finditer(rule.pattern, value)}
    return found.pop() if len(found) == 1 else None


def _least_linked(page: Page, selector: str | None, declared: str | None) -> str | None:
    own = document_key(identify(page.url, declared=declared).canonical_url)
    links = [(link.get("hreflang", ""), link.get("href", "")) for link in page.elements(_ALTERNATES)]
    if selector:
        links += [("other", link.get("href", "")) for link in page.elements(selector)]
    languages = {key: language[:2].lower() for language, href in links if language != "x-default" and (key := _key(page.url, href))}
    if not languages.keys() - {own} or (own in languages and len(set(languages.values())) == 1):
        return None  # it names itself only, or one language in its regions
    return min(own, *languages)


def _key(url: str, href: str) -> str | None:
    """The key of a linked document; None for a front page, and for what is no address."""
    try:
        address = urljoin(url, href.strip())
        parts = urlsplit(address)
        is_front = parts.scheme not in ("http", "https") or (_FRONT.fullmatch(parts.path.strip("/")) and not parts.query)
        return None if is_front else document_key(address)
    except ValueError:  # such as http://[half
        return None
