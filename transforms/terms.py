"""A beat's terms of one language, compiled once, and the cheap look that leaves out most articles."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from transforms.text import INVISIBLE

if TYPE_CHECKING:
    from transforms.beat import Beat

_NEVER = "[^\\s\\S]"   # matches nothing: an empty list of terms
# Rust's regex knows no look-around; without it, and without word boundaries, a pattern only matches more.
_LOOK_AROUND = re.compile(r"\(\?<?[=!](?:[^()\\]|\\.|\([^()]*\))*\)|\\b|\\B")


@dataclass(frozen=True)
class Anchor:
    pattern: re.Pattern[str]
    topics: list[str]
    names: set[str]
    needs: set[str]


@dataclass(frozen=True)
class LanguageTerms:
    """The compiled terms; all methods take normalised text from which the traps are cut."""

    countries: dict[str, re.Pattern[str]]
    homes: dict[str, re.Pattern[str]]
    anchors: list[Anchor]
    topics: dict[str, re.Pattern[str]]
    traps: re.Pattern[str]
    negatives: re.Pattern[str]
    others: re.Pattern[str]
    acts: re.Pattern[str]
    agents: re.Pattern[str]

    def without_traps(self, text: str) -> str:
        """The text with blanks where a trap stood: offsets stay."""
        return self.traps.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)

    def locate(self, text: str, home: set[str]) -> Located:
        """Where countries and anchors stand; ``home`` is named also by words such as "the government"."""
        countries = {}
        for code, pattern in self.countries.items():
            places = _places(pattern, text)
            countries[code] = sorted(places + _places(self.homes[code], text)) if code in home else places
        return Located(countries, [_places(anchor.pattern, text) for anchor in self.anchors])

    def topics_in(self, text: str) -> dict[str, list[str]]:
        """topic_id -> the terms of it that stand in the text."""
        found = {topic: [match.group() for match in pattern.finditer(text)] for topic, pattern in self.topics.items()}
        return {topic: words for topic, words in found.items() if words}

    def negatives_in(self, text: str) -> int:
        return sum(1 for _ in self.negatives.finditer(text))

    def others_in(self, text: str) -> int:
        """How often third countries are named."""
        return sum(1 for _ in self.others.finditer(text))

    def acts_in(self, text: str) -> list[tuple[int, int]]:
        """(start, end) of the words for what one does toward another."""
        return [match.span() for match in self.acts.finditer(text)]

    def agents_in(self, text: str) -> list[tuple[int, int]]:
        """(start, end) of the words for those who act: governments, companies, crews."""
        return [match.span() for match in self.agents.finditer(text)]


@dataclass(frozen=True)
class Located:
    """Places (offset, words) of one text, in order, by country code and by anchor."""

    countries: dict[str, list[tuple[int, str]]]
    anchors: list[list[tuple[int, str]]]

    def sides(self, start: int, end: int) -> dict[str, str]:
        """Country codes named between two offsets, each with its first word there."""
        found = {code: _between(places, start, end) for code, places in self.countries.items()}
        return {code: words[0] for code, words in found.items() if words}

    def fewest(self, start: int, end: int) -> int:
        """How often the side is named between two offsets that is named there, and there the least."""
        counts = [len(_between(places, start, end)) for places in self.countries.values()]
        return min((count for count in counts if count), default=0)

    def anchors_between(self, start: int, end: int) -> dict[int, list[str]]:
        """Number of the anchor -> its words between two offsets."""
        found = {number: _between(places, start, end) for number, places in enumerate(self.anchors)}
        return {number: words for number, words in found.items() if words}


def _places(pattern: re.Pattern[str], text: str) -> list[tuple[int, str]]:
    return [(match.start(), match.group()) for match in pattern.finditer(text)]


def _between(places: list[tuple[int, str]], start: int, end: int) -> list[str]:
    first = bisect_left(places, start, key=_offset)
    return [words for _, words in places[first : bisect_left(places, end, key=_offset)]]


def _offset(place: tuple[int, str]) -> int:
    return place[0]


def terms_of(beat: Beat, language: str) -> LanguageTerms:
    """Compile the beat's terms of one language; actors' names name their country."""
    countries = {
        country.code: [
            *country.terms.get(language, []),
            *(name for actor in beat.actors.values() if actor.country == country.code for name in actor.names.get(language, [])),
        ]
        for country in beat.countries
    }
    return LanguageTerms(
        countries={code: any_of(terms) for code, terms in countries.items()},
        homes={country.code: any_of(country.home_terms.get(language, [])) for country in beat.countries},
        anchors=[
            Anchor(any_of(anchor.terms[language]), anchor.topics, set(anchor.names), set(anchor.needs))
            for anchor in beat.anchors if language in anchor.terms
        ],
        topics={topic_id: any_of(topic.terms.get(language, [])) for topic_id, topic in beat.topics.items()},
        traps=any_of(beat.traps.get(language, [])),
        negatives=any_of(beat.negatives.get(language, [])),
        others=any_of(beat.others.get(language, [])),
        acts=any_of(beat.acts.get(language, [])),
        agents=any_of(beat.agents.get(language, [])),
    )


@dataclass(frozen=True)
class _Keyed:
    """A beat told apart by its hash: to compile its terms takes seven times as long as to hash it."""

    sha256: str
    beat: Beat = field(compare=False)


def all_terms(beat: Beat) -> dict[str, LanguageTerms]:
    """The beat's terms by language, compiled once in a process; not to be changed."""
    return _compiled(_Keyed(beat.sha256(), beat))


@lru_cache(maxsize=4)
def _compiled(keyed: _Keyed) -> dict[str, LanguageTerms]:
    return {language: terms_of(keyed.beat, language) for language in keyed.beat.languages}


def candidates(
    articles: pl.DataFrame, beat: Beat, languages: Mapping[str, LanguageTerms], *, one_is_enough: bool = False,
) -> pl.DataFrame:
    """The rows that may hold a passage: an anchor stands in them, or both countries are named or implied.

    ``one_is_enough``: a publisher of one of the two need not name its own.
    """
    kept = []
    for language, terms in languages.items():
        text = pl.concat_str("headline", pl.lit("\n"), "body").str.normalize("NFKC").str.replace_all(INVISIBLE, "")
        sides = []
        for code, pattern in terms.countries.items():
            at_home = pl.col("country_code") == code
            named = text.str.contains(_loose(pattern))
            unsaid = pl.lit(value=True) if one_is_enough else (
                (pl.col("publisher_kind") == "government") | text.str.contains(_loose(terms.homes[code]))
            )
            sides.append(named | (at_home & unsaid))
        anchored = pl.any_horizontal(
            pl.lit(value=False), *(text.str.contains(_loose(anchor.pattern)) for anchor in terms.anchors)
        )
        kept.append(
            articles.filter(pl.col("language_code") == language).filter(anchored | pl.all_horizontal(sides))
        )
    return pl.concat(kept) if kept else articles.clear()


def any_of(terms: Iterable[str]) -> re.Pattern[str]:
    """One pattern of several; of none one that matches nothing."""
    terms = list(terms)
    return re.compile("|".join(f"(?:{term})" for term in terms) if terms else _NEVER)


def _loose(pattern: re.Pattern[str]) -> str:
    return _LOOK_AROUND.sub("", pattern.pattern)
