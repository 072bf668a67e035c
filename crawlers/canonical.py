"""Which document a URL is: the canonical URL, the key that its id is a hash of, and whether it is an alternate view."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from w3lib.url import canonicalize_url, url_query_cleaner

from crawlers.source import Key

TRACKING = re.compile(
    r"^(?:utm_.*|ref|iref|ref_src|fbclid|gclid|yclid|igshid|mc_[ce]id|cmpid|at_(?:medium|campaign))$", re.I
)
TRACKING_VALUES = {"source": ("rss",), "cmp": ("rss",), "from": ("rss",)}
VIEW_HOSTS = re.compile(r"^(?:www|amp|m|mobile|sp)\d?\.")  # of one site; the key drops www only


@dataclass(frozen=True)
class Identity:
    canonical_url: str
    article_id: str
    is_alternate_view: bool


def identify(url: str, key: Key | None = None, declared: str | None = None) -> Identity:
    """Identify the document at ``url``. ``declared`` is the page's rel=canonical, believed on its own site only.

    The id is the first 16 hex digits of SHA-256 of the key: the canonical URL without scheme, ``www.``, trailing
    slash, fragment and tracking parameters.
    """
    key = key or Key()
    own = clean_url(url)
    canonical = own
    other = _absolute(url, declared) if key.use_canonical and declared else None
    if other and _same_site(own, other) and (urlsplit(other).path.strip("/") or not urlsplit(own).path.strip("/")):
        canonical = other  # not where every page names the front page as its canonical
    if key.pattern:
        canonical = re.sub(key.pattern, key.replace, canonical)
    named = document_key(canonical)
    is_other = own not in (canonical, view_to_ask(canonical, key)) and document_key(own) != named
    is_alternate = any(re.search(pattern, own) for pattern in key.alternate) or is_other
    return Identity(canonical, hashlib.sha256(named.encode()).hexdigest()[:16], is_alternate)


def view_to_ask(url: str, key: Key) -> str:
    """The address that is fetched for a document: mostly its own."""
    return url if key.ask is None or key.pattern is None else re.sub(key.pattern, key.ask, url)


def clean_url(url: str) -> str:
    """The URL without fragment and tracking parameters."""
    url = url.strip().partition("#")[0]
    query = urlsplit(url).query
    if not query:
        return url.removesuffix("?")
    names = (pair.partition("=") for pair in query.split("&"))
    dropped = [
        name for name, _, value in names if TRACKING.match(name) or value in TRACKING_VALUES.get(name, ())
    ]
    return url_query_cleaner(url, dropped, remove=True) if dropped else url


def document_key(url: str) -> str:
    parts = urlsplit(canonicalize_url(url))
    host = re.sub(r"^www\d?\.", "", (parts.hostname or ""))
    port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    return f"{host}{port}{parts.path.rstrip('/')}" + (f"?{parts.query}" if parts.query else "")


def _absolute(url: str, declared: str) -> str | None:
    """What a page names as its address; None where that is none, such as http://[half or a port beyond all ports."""
    try:
        other = clean_url(urljoin(url, declared))
        document_key(other)
    except ValueError:
        return None
    return other


def _same_site(url: str, other: str) -> bool:
    hosts = [VIEW_HOSTS.sub("", urlsplit(item).hostname or "") for item in (url, other)]
    return bool(hosts[0]) and hosts[0] == hosts[1]
