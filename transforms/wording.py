"""How a sentence on a spike names days, hours, series and numbers, in English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from transforms.coverage import ANY


@dataclass(frozen=True)
class Names:
    """What codes and ids are called; what is not listed keeps its code."""

    countries: Mapping[str, str] = field(default_factory=dict)
    languages: Mapping[str, str] = field(default_factory=dict)
    topics: Mapping[str, str] = field(default_factory=dict)
    actors: Mapping[str, str] = field(default_factory=dict)

    def country(self, code: str) -> str:
        return self.countries.get(code, code)

    def language(self, code: str) -> str:
        return self.languages.get(code, code)

    def topic(self, topic_id: str) -> str:
        return self.topics.get(topic_id, topic_id)

    def actor(self, actor_id: str) -> str:
        return self.actors.get(actor_id, actor_id)


def listed(parts: list[str]) -> str:
    """A, B and C."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def spoken_day(day: date) -> str:
    """29 June 2026; the names of months are Python's own, whatever the locale."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")


def spoken_time(row: Mapping[str, Any]) -> str:
    """When an article was published, as exactly as it tells."""
    if row["published_precision"] == "day":
        return f"on {spoken_day(row['published_date'])}, at an hour that is not known"
    return f"at {row['published_at']:%H:%M} UTC on {spoken_day(row['published_at'].date())}"


def spoken_hours(hours: float) -> str:
    """Two days from 48 hours on; minutes below one hour."""
    if hours < 1:
        return number(round(hours * 60), "minute")
    return number(round(hours), "hour") if hours < 48 else number(round(hours / 24), "day")


def spoken_series(spike: Mapping[str, Any], names: Names) -> tuple[str, str]:
    """Whose originals, and which: 'publishers in Japan', 'in Russian on the topic “Energy”'."""
    country, language, genre, actor = (spike.get(name, ANY) for name in ("country_code", "language_code", "genre", "actor_id"))
    parts = []
    if language != ANY:
        parts.append(f"in {names.language(language)}")
    if genre != ANY:
        parts.append(f"of the genre {genre.replace('_', ' ')}")
    parts.append("on the beat" if spike["topic_id"] == ANY else f"on the topic “{names.topic(spike['topic_id'])}”")
    if actor != ANY:
        parts.append(f"naming {names.actor(actor)}")
    return "publishers in all countries" if country == ANY else f"publishers in {names.country(country)}", " ".join(parts)
