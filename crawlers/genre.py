"""Genre of a document: by the source's rules, or, on a page of which we know no source, a rough guess."""

from __future__ import annotations

import re
from collections.abc import Mapping

_GUESSES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("editorial", re.compile(r"/editorials?(?:/|$)|\beditorials?\b|社説|主張|передовица", re.I)),
    (
        "op_ed",
        re.compile(
            r"/(?:opinions?|op-?eds?|commentary|comment|commentisfree|columns?|columnists?|views?|voices)(?:/|$)"
            r"|\b(?:opinions?|op-?ed|commentary|columnists?|guest essay)\b|オピニオン|コラム|論壇|寄稿|мнени[ея]|колонк[аи]",
            re.I,
        ),
    ),
)
# The line under an op-ed that says who its author is.
_BIO = re.compile(
    r"\bis (?:an?|the) [^.]{0,80}?\b(?:professor|lecturer|fellow|scholar|researcher|director|analyst|author|ambassador|editor|columnist)\b"
    r"|(?:教授|准教授|研究員|論説委員)[。）)]?$|(?:профессор|научный сотрудник|доцент|политолог)[^.]{0,80}\.?$",
    re.I,
)


def genre_of(url: str, headline: str, rules: Mapping[str, str], default: str) -> str:
    """First rule whose regex is found in the URL or the headline, else ``default``."""
    for genre, pattern in rules.items():
        if re.search(pattern, url) or re.search(pattern, headline):
            return genre
    return default


def guess_genre(url: str, sections: list[str], body: str) -> str:
    """op_ed or editorial where URL path or declared section say so, op_ed where a line on the author ends it, else news."""
    path = re.sub(r"^\w+://[^/]*", "", url)
    for genre, pattern in _GUESSES:
        if pattern.search(path) or any(pattern.search(section) for section in sections):
            return genre
    return "op_ed" if any(_BIO.search(line) for line in body.split("\n")[-4:] if len(line) < 400) else "news"
