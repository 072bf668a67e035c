"""Where an article names whom tone is asked toward: the beat's countries by their own terms, actors as the directory found them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from transforms.beat import Beat
from transforms.terms import any_of
from transforms.text import normalise

VERSION = "1"
FIELDS = ("headline", "body")


@dataclass(frozen=True)
class Place:
    """A name in a stored text: characters from ``start`` up to ``end``; ``target_id`` None where it is open who is named."""

    field: str
    start: int
    end: int
    target_id: str | None


@dataclass(frozen=True)
class Targets:
    """A beat's targets in one language, compiled once."""

    named: Mapping[str, re.Pattern[str]]
    at_home: Mapping[str, re.Pattern[str]]   # what counts in the country's own publications only
    traps: re.Pattern[str]

    @classmethod
    def of(cls, beat: Beat, language: str) -> Targets:
        countries = {country.code: country.terms for country in beat.countries}
        return cls(
            {code: any_of((target.terms or countries[code]).get(language, [])) for code, target in beat.targets.items()},
            {code: any_of(target.home_terms.get(language, [])) for code, target in beat.targets.items()},
            any_of(beat.traps.get(language, [])),
        )

    def places(self, headline: str, body: str, country: str | None, actors: Iterable[Mapping[str, Any]]) -> list[Place]:
        """All places of one article in order, headline first; of those that overlap the first and longest.

        ``country``: its publisher's; ``actors``: its rows of enriched.mentions (field, start_offset, end_offset, actor_id).
        """
        found = [Place(row["field"], row["start_offset"], row["end_offset"], row["actor_id"]) for row in actors]
        for field, raw in zip(FIELDS, (headline, body), strict=True):
            text = normalise(raw)
            searched = self.traps.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text.text)
            patterns = [*self.named.items(), *((code, pattern) for code, pattern in self.at_home.items() if code == country)]
            found += [
                Place(field, text.stored(match.start()), text.stored(match.end()), code)
                for code, pattern in patterns for match in pattern.finditer(searched) if match.end() > match.start()
            ]
        kept: list[Place] = []
        for place in sorted(found, key=lambda each: (FIELDS.index(each.field), each.start, -each.end, each.target_id or "")):
            if not kept or kept[-1].field != place.field or place.start >= kept[-1].end:
                kept.append(place)
        return kept
