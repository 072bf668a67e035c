"""The typed model of a beat: the two countries, their terms and traps, topics, actors, targets.

Another beat is another YAML; nothing in ``transforms/`` names a country.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from transforms.second_judge import SecondJudge


def _regex(text: str) -> str:
    re.compile(text)
    return text


Regex = Annotated[str, AfterValidator(_regex)]
Terms = dict[str, list[Regex]]
"""Language code -> regexes, matched case-sensitively on NFKC text; write ``(?i:…)`` where case does not matter."""


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Country(Model):
    """One side of the relation: how it is named, so that two sides can be found in one passage."""

    code: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    name: str
    terms: Terms
    home_terms: Terms = Field(
        default_factory=dict, description="how its own publishers name it without saying so: the government, the premier"
    )


class Target(Model):
    """A country as one that tone is asked toward: its name, its government and those who act for it, not all that is of it."""

    terms: Terms = Field(default_factory=dict, description="how texts name it; without any, the terms of the country")
    home_terms: Terms = Field(default_factory=dict, description="how its own publishers name it without saying so: the government")


class Anchor(Model):
    """Terms that are enough alone; ``needs`` asks for a country's term in the same passage."""

    terms: Terms
    topics: list[str] = Field(default_factory=list)
    names: list[str] = Field(default_factory=list, description="codes of the countries that the term itself names")
    needs: list[str] = Field(default_factory=list, description="codes of countries that must stand in the same passage")


class Topic(Model):
    """A subject of the beat: with both countries in one passage, its terms make it relevant."""

    title: str
    terms: Terms


class Office(Model):
    title: str
    start: date
    end: date | None = None
    note: str = Field("", description="what is not certain about the dates")


class Actor(Model):
    """A person; the names count as naming the country. Offices hold from a day to a day."""

    name: str
    country: str
    wikidata: str | None = None
    names: Terms
    offices: list[Office] = Field(default_factory=list)


class Beat(Model):
    beat_id: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
    title: str
    languages: list[str]
    countries: list[Country] = Field(min_length=2, max_length=2)
    anchors: list[Anchor]
    topics: dict[str, Topic]
    traps: Terms = Field(default_factory=dict, description="passages that look like the beat and are not; a match is cut out before anything else is matched")
    negatives: Terms = Field(default_factory=dict, description="terms that weigh against: sport, quakes, history of others")
    others: Terms = Field(default_factory=dict, description="third countries: named as often as one of the two, they make a passage of theirs")
    second_judge: SecondJudge | None = Field(None, description="weights, kept in a file of their own: `second_judge.json` in the folder of the beat's name")
    acts: Terms = Field(default_factory=dict, description="what one does toward another, whatever the subject: weighed by the second judge only")
    agents: Terms = Field(default_factory=dict, description="who acts for a country or of it: the government, a company, a crew; weighed by the second judge only")
    actors: dict[str, Actor] = Field(default_factory=dict)
    targets: dict[str, Target] = Field(default_factory=dict, description="country codes that tone is asked toward; a list of codes is those countries by their terms")

    @field_validator("targets", mode="before")
    @classmethod
    def _named(cls, value: Any) -> Any:
        return {code: {} for code in value} if isinstance(value, list) else value

    @model_validator(mode="after")
    def _knows_its_names(self) -> Beat:
        codes = {country.code for country in self.countries}
        used = [*self.targets, *(code for anchor in self.anchors for code in (*anchor.names, *anchor.needs))]
        if strangers := sorted(set(used) - codes):
            raise ValueError(f"{strangers} are no countries of this beat {sorted(codes)}")
        if strangers := sorted({topic for anchor in self.anchors for topic in anchor.topics} - set(self.topics)):
            raise ValueError(f"{strangers} are no topics of this beat")
        return self

    def sha256(self) -> str:
        """Hash of the beat; part of the method version of all that rests on it."""
        return hashlib.sha256(json.dumps(self.model_dump(mode="json"), sort_keys=True).encode()).hexdigest()
