"""Genre of a document: by the source's rules, else by what the page shows, its address included, and its source declares."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from crawlers.marks import most, points


def genre_of(url: str, headline: str, rules: Mapping[str, str], default: str) -> str:
    """First rule whose regex is found in the URL or the headline, else ``default``."""
    for genre, pattern in rules.items():
        if re.search(pattern, url) or re.search(pattern, headline):
            return genre
    return default


def guess_genre(
    url: str, sections: Sequence[str], headline: str | None, byline: str | None, body: str, declared: str | None = None
) -> str:
    """The genre of a page without rules, by marks.

    ``body`` has one paragraph per line. ``declared`` is the genre that its source has by default: it stands where the page
    does not say otherwise, and no voice says so.
    """
    return most(points(headline, byline, body, url, sections, declared))
