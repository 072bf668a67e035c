"""Bylines: "By A. Author and B. Writer" -> author names."""

from __future__ import annotations

import re

from crawlers.paragraphs import one_line

_LEAD = re.compile(
    r"^(?:(?:written|text|story|analysis|commentary|opinion)\s+)?by[\s:]+|^(?:authors?|автор(?:ы)?|текст|文|筆者|著者|執筆|取材・文)\s*[:：]\s*",
    re.I,
)
_BETWEEN = re.compile(r"\s*(?:[,;、；，|／](?:\s*(?:and|и)\s)?|\s/\s|\s&\s|\s(?:and|и|та|with)\s)\s*")
_NO_NAME = re.compile(
    r"^(?:(?:special\s+|contributing\s+|senior\s+|staff\s+|chief\s+)*(?:writers?|reporters?|correspondents?|editors?|columnists?|contributors?)"
    r"|(?:special )?to .+|(?:updated|published)\b.*|ph\.?\s?d\.?|jr\.?|sr\.?|https?://\S+|.*@.*|\d.*)$",
    re.I,
)


def authors_of(byline: str | None) -> list[str]:
    """Author names in order, without roles and addresses. ・ stays: it stands inside foreign names."""
    if not byline:
        return []
    parts = _BETWEEN.split(_LEAD.sub("", one_line(byline)))
    return list(
        dict.fromkeys(
            name for name in (part.strip(" .·•") for part in parts) if name and not _NO_NAME.match(name)
        )
    )
