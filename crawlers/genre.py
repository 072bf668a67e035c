"""Genre of a document: by the source's rules, or, on a page of which we know no source, by address, section and form."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from crawlers.marks import genre_by_form

_ADDRESSES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("editorial", re.compile(r"/editorials?(?:/|$)|\beditorials?\b|社説|主張|передовица", re.I)),
    (
        "op_ed",
        re.compile(
            r"/(?:opinions?|op-?eds?|commentary|comment|commentisfree|columns?|columnists?|views?|voices|ideas)(?:/|$)"
            r"|\b(?:opinions?|op-?ed|commentary|columnists?|guest essay)\b|オピニオン|コラム|論壇|寄稿|мнени[ея]|колонк[аи]",
            re.I,
        ),
    ),
)
# Hosts that carry nothing but an agency's reports.
_AGENCIES = re.compile(
    r"^\w+://(?:[\w-]+\.)*(?:apnews\.com|ap\.org|reuters\.com|afpbb\.com|afp\.com|tass\.(?:ru|com)|interfax\.(?:ru|com)|ria\.ru"
    r"|jiji\.com|kyodonews\.net|47news\.jp|xinhuanet\.com|yna\.co\.kr)(?:[:/]|$)",
    re.I,
)
# Hosts that carry nothing but what experts write under their names.
_EXPERTS = re.compile(
    r"^\w+://(?:[\w-]+\.)*(?:theconversation\.com|project-syndicate\.org|eastasiaforum\.org|warontherocks\.com|foreignaffairs\.com)(?:[:/]|$)",
    re.I,
)


def genre_of(url: str, headline: str, rules: Mapping[str, str], default: str) -> str:
    """First rule whose regex is found in the URL or the headline, else ``default``."""
    for genre, pattern in rules.items():
        if re.search(pattern, url) or re.search(pattern, headline):
            return genre
    return default


def guess_genre(url: str, sections: Sequence[str], headline: str | None, byline: str | None, body: str) -> str:
    """editorial or op_ed where path, declared section or form say so, wire on an agency's host, else what the form says.

    ``body`` has one paragraph per line. A guardian's editorial lies under its opinions: a form of editorial goes before op_ed.
    """
    path = re.sub(r"^\w+://[^/]*", "", url)
    form = genre_by_form(headline, byline, body)
    for genre, pattern in _ADDRESSES:
        if pattern.search(path) or any(pattern.search(section) for section in sections):
            return form if form == "editorial" else genre
    if form != "news":
        return form
    return "wire" if _AGENCIES.search(url) else "op_ed" if _EXPERTS.search(url) else form
