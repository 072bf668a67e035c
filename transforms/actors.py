"""Who is who on a beat: people with the offices that they held and when, organisations, third countries; and how often they are named.

Another beat is another YAML; ``nichiro/actors.py`` reads it.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Annotated, Any

import polars as pl
from pydantic import BeforeValidator, Field, model_validator

from transforms.beat import Model, Terms
from warehouse.tables import ops
from warehouse.tables.marts import ACTORS_DAILY

VERSION = "2"
LANGUAGES = ("en", "ja", "ru")


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Spellings = Annotated[list[str], BeforeValidator(_listed)]
"""One spelling or several; cases, initials and the usual transliterations are derived (``transforms/spelling.py``)."""


class Office(Model):
    """An office, and the words by which texts call who holds it: regexes, matched without regard to case."""

    title: str
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    words: Terms


class Term(Model):
    """An office held from a day to a day, on which the next one took over."""

    office: str
    start: date
    end: date | None = None
    certain: bool = True
    note: str = ""

    def distance(self, day: date) -> int:
        """Days between ``day`` and the term; 0 within it."""
        if day < self.start:
            return (self.start - day).days
        return max(0, (day - self.end).days + 1) if self.end else 0


class Name(Model):
    family: Spellings
    given: Spellings
    patronymic: str = ""


class Person(Model):
    """A person; ``common`` is a family name that says nothing alone."""

    name: str
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    wikidata: Annotated[str, Field(pattern=r"^Q\d+$")] | None = None
    sex: Annotated[str, Field(pattern="^[fm]$")] = "m"
    common: bool = False
    en: Name
    ja: Name
    ru: Name
    offices: list[Term] = Field(default_factory=list)

    def named(self, language: str) -> Name:
        """The name in one of LANGUAGES."""
        return {"en": self.en, "ja": self.ja, "ru": self.ru}[language]

    def held(self, day: date, slack: int = 0) -> list[str]:
        """Ids of the offices held on a day, or within ``slack`` days of it, in their order, each once."""
        return list(dict.fromkeys(term.office for term in self.offices if term.distance(day) <= slack))

    def distance(self, day: date) -> int | None:
        """Days between ``day`` and the nearest term in any office; None for who held none."""
        return min((term.distance(day) for term in self.offices), default=None)


class Body(Model):
    """An organisation or a third country, by regexes that are matched case-sensitively between word boundaries."""

    name: str
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    wikidata: Annotated[str, Field(pattern=r"^Q\d+$")] | None = None
    names: Terms


class Directory(Model):
    """All actors of a beat; an empty one names nobody."""

    offices: dict[str, Office] = Field(default_factory=dict)
    people: dict[str, Person] = Field(default_factory=dict)
    organisations: dict[str, Body] = Field(default_factory=dict)
    countries: dict[str, Body] = Field(default_factory=dict)
    traps: Terms = Field(default_factory=dict, description="cut out before anything is looked for")
    given_names: dict[str, list[str]] = Field(default_factory=dict, description="of people who are not in the lists: a namesake has one")
    before_names: dict[str, list[str]] = Field(default_factory=dict, description="capitalised words before a family name that are no given name")
    after_names: dict[str, list[str]] = Field(default_factory=dict, description="beginnings of what may follow a family name without a gap")
    before_family: dict[str, list[str]] = Field(default_factory=dict, description="ends of what may stand before one without a gap")

    @model_validator(mode="after")
    def _knows_its_names(self) -> Directory:
        held = {term.office for person in self.people.values() for term in person.offices}
        if strangers := sorted(held - set(self.offices)):
            raise ValueError(f"{strangers} are no offices of this file")
        kinds = [set(self.people), set(self.organisations), set(self.countries)]
        if twice := sorted(kinds[0] & kinds[1] | kinds[0] & kinds[2] | kinds[1] & kinds[2]):
            raise ValueError(f"{twice} are declared twice")
        for actor_id, person in self.people.items():
            if any(term.end is not None and term.end <= term.start for term in person.offices):
                raise ValueError(f"{actor_id} has an office that ends before it begins")
        return self

    def sha256(self) -> str:
        """Hash of the file; part of the method version of all that rests on it."""
        return hashlib.sha256(json.dumps(self.model_dump(mode="json"), sort_keys=True).encode()).hexdigest()


def actors(directory: Directory) -> pl.DataFrame:
    """The actors as ops.actors."""
    rows = [
        {"actor_id": actor_id, "kind": kind, "name": each.name, "country_code": each.country, "wikidata_id": each.wikidata}
        for kind, group in (("person", directory.people), ("organisation", directory.organisations), ("country", directory.countries))
        for actor_id, each in group.items()
    ]
    return ops.ACTORS.conform(pl.DataFrame(rows, schema=ops.ACTORS.schema))


def offices(directory: Directory) -> pl.DataFrame:
    """The offices that people held as ops.offices."""
    rows = [
        {
            "actor_id": actor_id, "office_id": term.office, "title": directory.offices[term.office].title, "start_date": term.start,
            "end_date": term.end, "is_certain": term.certain, "note": term.note or None,
        }
        for actor_id, person in directory.people.items() for term in person.offices
    ]
    return ops.OFFICES.conform(pl.DataFrame(rows, schema=ops.OFFICES.schema))


def actors_daily(mentions: pl.DataFrame, articles: pl.DataFrame) -> pl.DataFrame:
    """marts.actors_daily of some days: ``mentions`` as marts.mentions, ``articles`` as marts.articles, both of these days.

    Only documents on the beat count, and only mentions of which it is known who is meant.
    """
    documents = articles.filter(pl.col("relevance") != "none").select("article_id", "country_code", "language_code", "is_copy")
    named = mentions.drop_nulls("actor_id").join(documents, on="article_id")
    each = named.group_by("published_date", "actor_id", "country_code", "language_code", "article_id", "is_copy").agg(
        mention_count=pl.len(), method_version=pl.col("method_version").max()
    )
    rows = each.group_by("published_date", "actor_id", "country_code", "language_code").agg(
        article_count=pl.len(), original_count=(~pl.col("is_copy")).sum(), mention_count=pl.col("mention_count").sum(),
        method_version=pl.col("method_version").max(),
    )
    return ACTORS_DAILY.conform(rows.select(ACTORS_DAILY.schema.names()).sort(ACTORS_DAILY.primary_key))
