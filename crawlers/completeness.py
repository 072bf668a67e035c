"""Whether a page gives the whole text: full, truncated, lead or paywalled. Nothing is scored on a lead."""

from __future__ import annotations

import re

from crawlers.language import script_of
from crawlers.page import Page

LEAD_LENGTH = {"latin": 1_000, "cyrillic": 1_000}  # characters; a shorter text of a paid article is its lead
CJK_LEAD_LENGTH = 400
LONGEST_LEAD = max(CJK_LEAD_LENGTH, *LEAD_LENGTH.values())
END = 400  # characters looked at for the mark of a cut
_CUT = re.compile(
    r"(?:\[\s*(?:…|\.\.\.)\s*\]|(?:…|\.\.\.)\s*(?:read more|continue reading|続きを読む|читать (?:далее|полностью))"
    r"|続きを読む|残り\s*[:：]?\s*[\d,]+\s*(?:文字|字).*|この記事は有料.*|有料会員.{0,60}"
    r"|(?:subscribe|register|log in|sign in) to (?:read|continue)[^\n]{0,80})\s*$",
    re.I,
)


_CUT_SIGNS = ("…", "...", "続きを読む", "残り", "この記事は有料", "有料会員", "subscribe", "register", "log in", "sign in")  # _CUT needs one


def body_state(page: Page, body: str, is_paywalled: bool = False) -> str:
    """State of ``body``. ``is_paywalled``: the source's own mark of a paid article stands on the page."""
    is_short = len(body) < LONGEST_LEAD and len(body) < LEAD_LENGTH.get(script_of(body) or "latin", CJK_LEAD_LENGTH)
    if is_paywalled or (is_short and "false" in map(str.lower, page.json_ld_values("isAccessibleForFree"))):
        return "paywalled"
    end = body[-END:].lower()
    if any(sign in end for sign in _CUT_SIGNS) and _CUT.search(end):
        return "truncated"
    is_lead = is_short and body and body in page.values("meta:og:description")[:1]
    return "lead" if is_lead else "full"
