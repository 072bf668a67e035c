"""Bot challenges: what a guard answers in the site's stead until a browser has run its script. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from w3lib.html import remove_tags, remove_tags_with_content

from crawlers.encoding import Undecodable, decode

KNOWN = (
    "TSPD_101",
    "bobcmn",
    "cf-chl-",
    "_Incapsula_Resource",
    "ddos-guard",
    "/cdn-cgi/challenge-platform",
)
LARGEST = 2**16  # bytes: guards send small pages, and looking through every large one costs a tenth of a crawl
MOST_TEXT = 500  # characters: a challenge says little; a page with more is the site's own, with its guard's script in it


def challenge_in(body: bytes, charset: str | None, is_page: bool, declared: Sequence[str] = ()) -> str | None:
    """The marker by which an answer is a challenge: a ``declared`` one, or a known one on a page with hardly any text."""
    is_suspect = is_page and len(body) <= LARGEST and any(marker.encode() in body for marker in KNOWN)
    if not (declared or is_suspect):
        return None
    try:
        text = decode(body, charset)
    except Undecodable:
        return None
    if marker := marker_in(text, declared):
        return marker
    return marker_in(text, KNOWN) if is_suspect and len(_said(text)) <= MOST_TEXT else None


def marker_in(text: str, markers: Sequence[str] = KNOWN) -> str | None:
    return next((marker for marker in markers if marker in text), None)


def _said(text: str) -> str:
    return " ".join(remove_tags(remove_tags_with_content(text, ("script", "style"))).split())
