"""Bylines: "By A. Author and B. Writer, Some Agency" -> authors, each with role and name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from crawlers.credit import Credit, credit_of, is_agency, is_house, is_newsroom, role_in
from crawlers.paragraphs import one_line

_LEAD = re.compile(
    r"^(?:(?:written|text|story|analysis|commentary|opinion|words)\s+)?by\b[\s:]*|^(?:authors?|автор(?:ы)?|текст|文|筆者|著者|執筆|取材・文)\s*[:：●]\s*",
    re.I,
)
_BETWEEN = re.compile(r"\s*(?:[,;、；，|／](?:\s*(?:and|и)\s)?|\s/\s|\s&\s|\s(?:and|и|та|with)\s)\s*")
_ASIDE = re.compile(r"\s+[-–—]\s+")  # "A. Author - The Paper"; a hyphen inside a name has no blanks
_INITIALS = re.compile(r"\b[A-ZА-ЯЁ]\.\s*$")
_NO_NAME = re.compile(
    r"^(?:(?:special|contributing|senior|staff|chief|deputy|assistant|political|parliamentary|news|business|sports?|education|science|travel|foreign|live)\s+)*"
    r"(?:(?:[\w&'-]+\s){2,4})?(?:writers?|reporters?|correspondents?|editors?|columnists?|contributors?|journalists?)$"
    r"|^(?:(?:special )?to .+|(?:updated|published|posted|edited|photo)\b.*|ph\.?\s?d\.?|jr\.?|sr\.?|https?://\S+|.*@.*|\d[\d\s:/.,年月日時分-]*(?:[ap]\.?m\.?|gmt|utc)?"
    r"|.*\b(?:inc|ltd|llc|corp|plc)\.?|\d{1,2}\.? [^\W\d]{3,9}|admin(?:istrator)?|guest|гость|(?:mon|tues|wednes|thurs|fri|satur|sun)day\b.*)$",
    re.I,
)
_KANJI_NAME = r"[\u3005\u4e00-\u9fff]{1,4}[\s\u3000]?[\u3005\u4e00-\u9fff\u3040-\u30ff]{1,4}"
_SIGNED = re.compile(
    rf"(?:\(c\)\s*(?P<agency>AFP)(?:/(?P<person>[^\W\d_][\w .'-]{{3,40}}))?|【(?P<named>{_KANJI_NAME})】"
    rf"|[（(【](?:(?:[\u30a0-\u30ff\u4e00-\u9fff]{{2,10}}[＝=・])(?P<at>{_KANJI_NAME})|(?P<bracketed>[^（）()【】]{{2,12}}))[）)】])\s*$"
)
_IN_PLACE = re.compile(r"(?<=[a-z]) in (?:[A-Z][\w.'-]+ ?){1,3}$")  # "A. Author in Paris"
LONGEST = 100  # characters; what is longer is no name


def credits_of(byline: str | None, default: str | None = None, outlets: Sequence[str] = ()) -> list[Credit]:
    """The authors in order, each once; ``default`` is the role of those whose name tells none.

    An agency behind a person, and the publisher's own names, ``outlets``, are no authors there: they say what the persons
    before them are.
    """
    found: list[Credit] = []
    for part, is_joined in _parts(byline):
        if not _NO_NAME.match(part):
            credit = credit_of(part)
            if found and not is_joined and (role := _of_whom(credit, outlets)):
                found = [replace(each, role=each.role or role) for each in found]
            else:
                found.append(credit)
        elif found and (role := "wire" if is_agency(part.split()[0]) else role_in(part)):  # "A. Author, staff writer"
            found[-1] = replace(found[-1], role=role)
    return _once(replace(credit, role=credit.role or default) for credit in found)


def credits_of_all(bylines: Iterable[str], default: str | None = None, outlets: Sequence[str] = ()) -> list[Credit]:
    """As ``credits_of``, of several bylines: each is of others, and an agency among them is an author."""
    return _once(credit for byline in bylines for credit in credits_of(byline, default, outlets))


def signed(line: str) -> list[Credit]:
    """The author that a text's last line gives at its end, as Japanese outlets do: （共同）, 【仮名花子】, （モスクワ＝仮名花子）, (c)AFP/A. Author."""
    if not (match := _SIGNED.search(line)):
        return []
    agency, correspondent, person = match["agency"] or match["bracketed"] or match["named"] or "", match["at"], match["person"] or match["named"]
    if person and not is_agency(person):
        return [credit_of(person, "wire" if match["agency"] else None)]
    if correspondent:
        return [credit_of(correspondent, "staff")]
    return [credit_of(agency)] if is_agency(agency) else []


def _once(found: Iterable[Credit]) -> list[Credit]:
    credits: dict[str, Credit] = {}
    for credit in found:
        known = credits.setdefault(credit.name.casefold(), credit)
        if credit.role and not known.role:
            credits[credit.name.casefold()] = replace(known, role=credit.role)
    return list(credits.values())


def _of_whom(credit: Credit, outlets: Sequence[str]) -> str | None:
    """What persons are before whose comma the name of an agency, a newsroom or the outlet stands."""
    if credit.role in ("wire", "staff") and not credit.family_name:
        return credit.role if credit.role == "wire" or is_newsroom(credit.name) else None
    return "staff" if is_house(credit.name, outlets) else None


def _parts(byline: str | None) -> list[tuple[str, bool]]:
    """What stands between a byline's commas and conjunctions, and whether a conjunction stood before; the full stop of initials stays."""
    if not byline:
        return []
    text = _LEAD.sub("", _ASIDE.sub("; ", one_line(byline)))
    parts, start, is_joined = [], 0, False
    for between in [*_BETWEEN.finditer(text), None]:
        part = text[start : between.start() if between else None]
        part = _IN_PLACE.sub("", part.strip(" ·•-–—") if _INITIALS.search(part) else part.strip(" .·•-–—"))
        if part and len(part) <= LONGEST:
            parts.append((part, is_joined))
        if between:
            start, is_joined = between.end(), bool(re.search(r"\w|&", between[0]))
    return parts
