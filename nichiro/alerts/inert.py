"""Making crawled text inert: text that is shown is never markup, a command, a header or a mention.

Templates and libraries escape for their format (HTML, XML, JSON, MIME); here goes what no format expects: line breaks,
control characters, bidirectional overrides and other invisible signs, and length.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

from w3lib.url import safe_url_string

HEADLINE_LENGTH = 300
_SIGILS = re.compile(r"(?<=[@!])(?=\w)|(?<=:)(?=//)")
_FULL_WIDTH = {ord(sign): ord(sign) + 0xFEE0 for sign in "*_~`|[]<>#"}   # U+FF01… are U+0021… plus 0xFEE0
_WEB = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?([/?#]\S{0,2000})?", re.IGNORECASE)
ZERO_WIDTH = "\u200b"


def inert(text: object, limit: int = HEADLINE_LENGTH) -> str:
    """One visible line of at most ``limit`` characters: no control, format, private or unassigned character."""
    line = "".join(_visible(sign) for sign in unicodedata.normalize("NFC", str(text)))
    line = " ".join(line.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _visible(sign: str) -> str:
    category = unicodedata.category(sign)
    if category in ("Cc", "Zl", "Zp", "Zs"):
        return " "
    return "" if category in ("Cf", "Cs", "Co", "Cn") else sign


def calm(text: object, limit: int = HEADLINE_LENGTH) -> str:
    """The same for a chat: signs of Markdown and Slack's markup look alike but do nothing, nobody is mentioned, and a
    link in it is no link. Chats differ in what they read and in how they are escaped, so nothing is left to read."""
    return _SIGILS.sub(ZERO_WIDTH, inert(text, limit).translate(_FULL_WIDTH))


def inert_url(url: str | None) -> str | None:
    """The address as a link that any format can hold: http or https, ASCII, no user, no sign of markup; else None."""
    try:
        safe = quote(safe_url_string(url or ""), safe="%/:?#=&;+,$()'.~_-")
    except ValueError:   # no URL at all
        return None
    return safe if _WEB.fullmatch(safe) else None
