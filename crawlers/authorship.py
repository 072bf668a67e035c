"""Who wrote a page without rules: what it declares and what it shows below the headline, each where the other fails.

A declared person is taken; where only the outlet is declared, the byline shown; where both stand, the one that names more, with the
roles of the other. How it was measured: docs/decisions/0015-authors-and-turns.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from crawlers.byline import credits_of, credits_of_all
from crawlers.credit import Credit, is_agency, is_body, is_house, role_in
from crawlers.page import Page
from crawlers.vicinity import Line

DECLARED = (
    "json_ld:author", "meta:author", "json_ld:creator", "meta:parsely-author", "meta:cXenseParse:author", "meta:byl",
    "meta:article:author", "meta:dc.creator", "xpath://meta[@name='author']/@value",
)  # fmt: skip
MARKED = (
    "xpath://*[contains(@itemprop, 'author')]//*[@itemprop='name']",
    "xpath://*[contains(@itemprop, 'author')]",
    "css:a[rel~=author]",
)
ANYWHERE = "xpath:(//*[contains(concat(' ', @class, ' '), ' byline ')])[1]"
BYLINE = ("json_ld:author", "meta:author", "meta:parsely-author", *MARKED, ANYWHERE)  # one selector of which rules may do with
OUTLET = ("meta:og:site_name", "json_ld:publisher", "meta:application-name")
FEW = 2        # pieces of a line that holds a name and little else
_MARK = re.compile(r"by-?line|author(?!i)|writer|attribution|submitted", re.I)
_BY = re.compile(r"(?:^|\s)(?:by|автор|текст|文|著者|筆者|執筆)\b\s*[:：●]?\s*", re.I)
_CLOCK = re.compile(r"\d{1,2}[:.]\d\d|\b(?:19|20)\d\d\b|\d+\s*(?:min|hour|day|week)|\d年|\bago\b", re.I)
_LATIN = re.compile(r"(?:[^\W\d_a-zа-яё][\w.'’-]*|de|da|di|du|del|der|den|van|von|bin|al|el|la|le)(?: (?:[^\W\d_a-zа-яё][\w.'’-]*|de|da|di|du|del|der|den|van|von|bin|al|el|la|le)){1,4}")
_WIDE = re.compile(r"[\u3005\u4e00-\u9fff]{2,4}[\s\u3000]?[\u3005\u4e00-\u9fff\u3040-\u30ff]{1,4}|[\u30a0-\u30ff・＝]{4,20}")
_BUTTON = re.compile(r"share|follow|comment|subscri|facebook|twitter|email|link|print|view|read|more|get |sign|save|news$|photo|image|getty", re.I)
_SCRIPT = re.compile(r"[={}]")
_NOTE = r"(?:\s|<[^>]{0,300}>|&nbsp;)+(?:is|was)\s+an?\s+([^.<]{3,120})"
_AUTHORITY = re.compile(r"\.gov(?:\.\w\w)?$|\.go\.jp$|\.mil$|(?:^|\.)(?:kremlin|government|mid)\.ru$")
_ROOM = re.compile(r"staff(?: reporters?)?|reporters?|admin|editor(?:s|ial)?|online|desk|web ?desk", re.I)


def authors_in(page: Page, below: Sequence[Line] | None) -> tuple[str | None, list[Credit]]:
    """The byline as served and the authors that it names; ``below`` is what stands below the headline, None where none was found."""
    shown = below or []
    host = urlsplit(page.url).hostname or ""
    outlets = [*[value for where in OUTLET for value in page.values(where)], max(host.split(".")[:-1], key=len, default="")]
    default = "wire" if any(map(is_agency, outlets)) else "official" if _AUTHORITY.search(host) else None
    declared, house = _declared(page, outlets)
    written = [cut for line in _bylines(shown) if (cut := _cut(line))]
    seen = [(cut, some) for cut in written if (some := [each for each in credits_of(cut, outlets=outlets) if _is_name(each)])]
    text, credits = declared, credits_of_all(declared, outlets=outlets)
    if better := next((pair for pair in seen if _is_better(pair[1], credits, declared, page)), None):
        text, credits = [better[0]], better[1]
    if not credits:
        marked = (*MARKED, ANYWHERE) if below is None else MARKED
        text = next((values for where in marked if len(values := page.values(where)) == 1), house)
        credits = credits_of_all(text, outlets=outlets) or credits_of_all(house)
    roles = {_key(each): each.role for _, found in seen for each in found if each.role}
    return ", ".join(text) or None, [
        replace(each, role=each.role or roles.get(_key(each)) or _beside(each, shown, outlets) or _noted(each, page)
                or ("staff" if is_house(each.name, outlets) and default is None else default))
        for each in credits
    ]  # fmt: skip


def _is_better(seen: list[Credit], credits: list[Credit], declared: list[str], page: Page) -> bool:
    """Whether a byline that is shown names more than what is declared, or others than a meta element, which many a site fills for all."""
    shown, named = ({_key(each) for each in some} for some in (seen, credits))
    is_meta = not named & shown and not any(value in declared for value in page.json_ld_values("author"))
    return (named < shown and all(each.family_name for each in seen if _key(each) not in named)) or not named or is_meta


def _declared(page: Page, outlets: Sequence[str]) -> tuple[list[str], list[str]]:
    """The authors of the first declaration that names more than the outlet; and the outlet as it names itself an author."""
    house: list[str] = []
    for where in DECLARED:
        values = [value for value in page.values(where) if not value.startswith(("http", "@", "{"))]
        if persons := [value for value in values if not (is_house(value, outlets) or _ROOM.fullmatch(value))]:
            return persons, house
        house = house or values
    return [], house


def _bylines(shown: Sequence[Line]) -> list[Line]:
    """The lines that are bylines, neighbours below one parent as one."""
    found: list[Line] = []
    before = None
    for line in shown:
        if _is_byline(line):
            if found and before is not None and before.getnext() is line.element:
                found[-1] = Line(found[-1].element, found[-1].pieces + line.pieces)
            else:
                found.append(line)
            before = line.element
    return found


def _is_byline(line: Line) -> bool:
    """Marked as one by its own or an inner element, or begun with "by"."""
    own = " ".join(str(line.element.get(name, "")) for name in ("class", "itemprop", "rel", "href"))
    return bool(_MARK.search(own) or _BY.match(" ".join(line.pieces[:2])) or any(
        _MARK.search(f"{inner.get('class', '')} {inner.get('itemprop', '')} {inner.get('rel', '')} {inner.get('href', '')}") for inner in line.element.iterdescendants()
    ) or any(_BY.search(piece) for piece in line.pieces if len(piece) < 60 and _CLOCK.search(piece)))  # fmt: skip


def _cut(line: Line) -> str:
    """The pieces of a byline that can be names or roles: behind "by" where it says so, up to the date."""
    kept: list[str] = []
    for piece in line.pieces:
        if _SCRIPT.search(piece):
            continue
        if (by := _BY.search(piece)) and (by.start() == 0 or _CLOCK.search(piece[: by.start()])):
            kept, piece = [], piece[by.end() :]
        if clock := _CLOCK.search(piece):
            if kept:
                break
            piece = re.split(r",\s*(?:\w+day\b|\d)|\s-\s", piece[: clock.start()])[0] if clock.start() > 8 else ""
        if piece.strip(" |·•,;-–—／/") and not _BUTTON.match(piece):
            kept.append(piece.strip(" |·•,;-–—／/"))
        elif kept and _BUTTON.match(piece):
            break
    return re.sub(r"(?<=\band);|;(?= (?:and|&)\b)|,;|;(?=,)", "", "; ".join(kept))


def _is_name(credit: Credit) -> bool:
    """Whether what stands there is the form of a name, an agency's or a newsroom's."""
    return bool(_LATIN.fullmatch(credit.name) or is_body(credit.name) or _WIDE.fullmatch(credit.name) or (credit.role in ("wire", "staff") and len(credit.name) < 40))


def _key(credit: Credit) -> str:
    return "".join(letter for letter in credit.name.casefold() if letter.isalnum())


def _beside(credit: Credit, shown: Sequence[Line], outlets: Sequence[str]) -> str | None:
    """The role that stands in the same line as a name, or in the one below it."""
    for line, following in zip(shown, [*shown[1:], None], strict=False):
        for at, piece in enumerate(line.pieces):
            if credit.name.casefold() not in piece.casefold():
                continue
            rest = piece[piece.casefold().index(credit.name.casefold()) + len(credit.name) :].strip(" ,·-–—|")
            behind = [rest] if rest else line.pieces[at + 1 : at + 2] or (following.pieces[:1] if following and len(line.pieces) <= FEW else [])
            for text in behind:
                if len(text) < 60 and (role := "wire" if is_agency(text) else "staff" if is_house(text, outlets) else role_in(text)):
                    return role
    return None


def _noted(credit: Credit, page: Page) -> str | None:
    """The role that a note says: "A. Author is a columnist"."""
    note = re.search(re.escape(credit.name) + _NOTE, page.text)
    return role_in(note[1]) if note else None
