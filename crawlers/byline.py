"""Bylines: "By A. Author and B. Writer" -> authors, each with role and name."""

from __future__ import annotations

import re
from dataclasses import replace

from crawlers.credit import Credit, credit_of
from crawlers.paragraphs import one_line

_LEAD = re.compile(
    r"^(?:(?:written|text|story|analysis|commentary|opinion)\s+)?by[\s:]+|^(?:authors?|автор(?:ы)?|текст|文|筆者|著者|執筆|取材・文)\s*[:：]\s*",
    re.I,
)
_BETWEEN = re.compile(r"\s*(?:[,;、；，|／](?:\s*(?:and|и)\s)?|\s/\s|\s&\s|\s(?:and|и|та|with)\s)\s*")
_INITIALS = re.compile(r"\b[A-ZА-ЯЁ]\.\s*$")
_NO_NAME = re.compile(
    r"^(?:(?:special\s+|contributing\s+|senior\s+|staff\s+|chief\s+)*(?:writers?|reporters?|correspondents?|editors?|columnists?|contributors?)"
    r"|(?:special )?to .+|(?:updated|published)\b.*|ph\.?\s?d\.?|jr\.?|sr\.?|https?://\S+|.*@.*|\d.*)$",
    re.I,
)


def credits_of(byline: str | None, default: str | None = None) -> list[Credit]:
    """The authors in order, each once; ``default`` is the role of those whose name tells none."""
    found: list[Credit] = []
    for part in _parts(byline):
        if not _NO_NAME.match(part):
            found.append(credit_of(part, default))
        elif found and (role := credit_of(part).role):  # "A. Author, staff writer"
            found[-1] = replace(found[-1], role=role)
    return list({credit.name: credit for credit in reversed(found)}.values())[::-1]


def authors_of(byline: str | None) -> list[str]:
    """Author names in order, without roles and addresses. ・ stays: it stands inside foreign names."""
    return [credit.name for credit in credits_of(byline)]


def _parts(byline: str | None) -> list[str]:
    """What stands between a byline's commas and conjunctions; the full stop of initials stays."""
    parts = _BETWEEN.split(_LEAD.sub("", one_line(byline))) if byline else []
    stripped = (part.strip(" ·•") if _INITIALS.search(part) else part.strip(" .·•") for part in parts)
    return [part for part in stripped if part]
