"""marts.spike_reasons: what a spike is and what may be behind it, a sentence each, with the rows that the sentence rests on.

A sentence tells only what the rows it names hold: without them it is not made. An official document before a spike is a
candidate for its cause and is called so; no sentence says why anything happened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from transforms.circumstances import Circumstances
from transforms.coverage import ANY
from transforms.growth import FEWEST, Grown, distinct, growth
from transforms.stories import OFFICIAL
from transforms.wording import Names, listed, number, spoken_day, spoken_hours, spoken_series, spoken_time
from warehouse.tables.marts import SPIKE_REASONS

METHOD = "rows_told"
VERSION = "1"

WEEK = 7
ACT_DAYS = 7          # an official document on the topic is looked for so far back
STORIES = 3           # stories that are told
PUBLISHERS = 4        # publishers that are named
TERMS = 5
ACTORS = 3
OFFICIAL_GENRES = (*OFFICIAL, "diet_speech")


@dataclass(frozen=True)
class Sentence:
    kind: str
    sentence: str
    row_table: str
    row_ids: list[str]
    value: float | None


def spike_reasons(
    spikes: pl.DataFrame,
    articles: pl.DataFrame,
    story_documents: pl.DataFrame,
    stories: pl.DataFrame,
    mentions: pl.DataFrame,
    names: Names,
) -> pl.DataFrame:
    """The sentences on each of ``spikes`` (marts.coverage_spikes).

    ``articles``: marts.articles of the 37 days before each spike, of its own days, and of its stories whenever they are told;
    ``story_documents`` and ``stories``: all of the stories in which an article behind a spike stands; ``mentions``: of ``articles``.
    Terms are those of headlines and of as much text as the sources' terms let be served, counted per article.
    """
    known = Circumstances.of(articles, story_documents, stories, mentions)
    rows = []
    for spike in spikes.sort("spike_id").iter_rows(named=True):
        for place, told in enumerate(_sentences(spike, known, names), 1):
            rows.append(asdict(told) | {
                "spike_id": spike["spike_id"], "number": place, "published_date": spike["published_date"],
                "row_ids": sorted(told.row_ids), "method": METHOD, "method_version": VERSION,
            })
    return SPIKE_REASONS.conform(pl.DataFrame(rows, schema=SPIKE_REASONS.schema)).sort(SPIKE_REASONS.primary_key)


def _sentences(spike: dict[str, Any], known: Circumstances, names: Names) -> Iterator[Sentence]:
    behind = sorted(
        (known.articles[article_id] for article_id in spike["article_ids"] if article_id in known.articles),
        key=lambda row: (row["published_at"], row["article_id"]),
    )
    if not behind:
        return
    yield _count(spike, behind, names)
    yield from _level(spike)
    told = _stories(behind, known)
    yield from _told(told, behind, known)
    if told:
        yield from _first_mover(told[0], known, names)
    yield from _act(spike, told, behind, known, names)
    yield _publishers(behind)
    first = spike["published_date"] - timedelta(days=spike["published_date"].weekday() if spike.get("period") == "week" else 0)
    yield from _terms(behind, spike, first, known, names)
    yield from _actors(spike, behind, first, known, names)


def _count(spike: dict[str, Any], behind: list[dict[str, Any]], names: Names) -> Sentence:
    when = "In the week up to" if spike.get("period") == "week" else "On"
    who, what = spoken_series(spike, names)
    sentence = (
        f"{when} {spoken_day(spike['published_date'])} {who} had {number(len(behind), 'original')} {what}, "
        f"where {spike['expected_count']:.1f} were expected."
    )
    return Sentence("count", sentence, "marts.articles", [row["article_id"] for row in behind], float(len(behind)))


def _level(spike: dict[str, Any]) -> Iterator[Sentence]:
    level = spike.get("level", "spike")
    if level == "storm":
        sentence = f"It is a storm: {number(spike['outlet_count'], 'outlet')}, and so far {number(spike['duration_days'], 'day')} of twice the expected and more."
    elif level == "slow_rise":
        sentence = "It is a slow rise: no single day stands out, the weeks have grown."
    else:
        return
    yield Sentence("storm", sentence, "marts.coverage_spikes", [spike["spike_id"]], float(spike["outlet_count"]))


def _stories(behind: list[dict[str, Any]], known: Circumstances) -> list[tuple[str, list[dict[str, Any]]]]:
    """The stories that several of the articles tell, the most told first."""
    told: dict[str, list[dict[str, Any]]] = {}
    for row in behind:
        if (story_id := known.story_of.get(row["article_id"])) is not None and story_id in known.stories:
            told.setdefault(story_id, []).append(row)
    several = [(story_id, rows) for story_id, rows in told.items() if len(rows) >= FEWEST]
    return sorted(several, key=lambda each: (-len(each[1]), each[1][0]["published_at"], each[0]))[:STORIES]


def _told(told: list[tuple[str, list[dict[str, Any]]]], behind: list[dict[str, Any]], known: Circumstances) -> Iterator[Sentence]:
    if not told and len(behind) >= FEWEST and all(row["article_id"] in known.story_of for row in behind):
        yield Sentence("story", "No two of them tell one story.", "marts.story_documents", [row["article_id"] for row in behind], 0.0)
    for place, (_, rows) in enumerate(told):
        english = [row for row in rows if row["language_code"] == "en"]
        shown = (english or rows)[0]
        share = "All of them" if len(rows) == len(behind) else f"{len(rows)} of them"
        sentence = f"{share} tell {'one story' if place == 0 else 'another story'}: “{_headline(shown)}”."
        yield Sentence("story", sentence, "marts.story_documents", [row["article_id"] for row in rows], len(rows) / len(behind))


def _first_mover(told: tuple[str, list[dict[str, Any]]], known: Circumstances, names: Names) -> Iterator[Sentence]:
    """Who published the most told story first, and how long before the next source."""
    first = known.articles.get(known.stories[told[0]]["first_article_id"])
    if first is None or known.story_of.get(first["article_id"]) != told[0]:
        return
    others = [known.articles[article_id] for article_id in known.told_by[told[0]]]
    later = next((row for row in others if row["source_id"] != first["source_id"] and row["published_at"] >= first["published_at"]), None)
    sentence = f"{first['publisher']} ({names.country(first['country_code'])}) was the first to tell it{_in_passing(first)}, {spoken_time(first)}"
    hours = None
    if later is not None:
        hours = _hours(first, later)
        sentence += f", {spoken_hours(hours)} before {later['publisher']}" if hours is not None else f"; next was {later['publisher']}"
    rows = [row["article_id"] for row in (first, later) if row is not None]
    yield Sentence("first_mover", f"{sentence}.", "marts.articles", rows, hours)


def _act(
    spike: dict[str, Any], told: list[tuple[str, list[dict[str, Any]]]], behind: list[dict[str, Any]], known: Circumstances, names: Names
) -> Iterator[Sentence]:
    """The official document before it: of one of its stories, else the latest on its topic."""
    joined = "it tells the same story as articles behind the spike"
    act = next(
        (row for story_id, _ in told
         if (row := known.articles.get(known.stories[story_id]["official_article_id"] or "")) and known.story_of.get(row["article_id"]) == story_id),
        None,
    )
    first = next((row for row in behind if act is None or row["article_id"] != act["article_id"]), None)
    if first is None:
        return
    if act is None and spike["topic_id"] != ANY:
        joined = "nothing but topic and time joins it to the spike"
        act = _latest_act(spike["topic_id"], first, known)
    if act is None or act["published_date"] > first["published_date"]:
        return
    hours = _hours(act, first)
    when = f", {spoken_hours(hours)} before the first of them" if hours is not None and hours > 0 else ""
    kind = act["genre"].replace("_", " ")
    sentence = (
        f"An official document came before: “{_headline(act)}”, {kind} of {act['publisher']} ({names.country(act['country_code'])}){_in_passing(act)}, "
        f"{spoken_time(act)}{when}; {joined}, a candidate for the cause and no more."
    )
    yield Sentence("act", sentence, "marts.articles", [act["article_id"]], hours)


def _latest_act(topic_id: str, first: dict[str, Any], known: Circumstances) -> dict[str, Any] | None:
    days = [first["published_date"] - timedelta(days=number) for number in range(ACT_DAYS + 1)]
    acts = [
        row for day in days for article_id in known.by_day.get(day, [])
        if (row := known.articles[article_id])["genre"] in OFFICIAL_GENRES and topic_id in row["topics"] and row["article_id"] != first["article_id"]
        and (row["published_at"] <= first["published_at"] if row["published_precision"] != "day" else day < first["published_date"])
    ]
    return max(acts, key=lambda row: (row["published_at"], row["article_id"]), default=None)


def _publishers(behind: list[dict[str, Any]]) -> Sentence:
    counts: dict[str, int] = {}
    for row in behind:
        counts[row["publisher"]] = counts.get(row["publisher"], 0) + 1
    ranked = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    parts = [f"{publisher} ({count})" for publisher, count in ranked[:PUBLISHERS]]
    if further := len(ranked) - len(parts):
        parts.append(number(further, "other"))
    sentence = f"All of it is of {ranked[0][0]}." if len(ranked) == 1 else f"{number(len(ranked), 'publisher').capitalize()} had it: {listed(parts)}."
    return Sentence("sources", sentence, "marts.articles", [row["article_id"] for row in behind], float(len(ranked)))


def _terms(behind: list[dict[str, Any]], spike: dict[str, Any], first: date, known: Circumstances, names: Names) -> Iterator[Sentence]:
    found: list[tuple[Grown, str, int]] = []
    compared = 0
    for language in sorted({row["language_code"] for row in behind}):
        now = {row["article_id"]: known.phrases(row["article_id"]) for row in behind if row["language_code"] == language}
        then = {article_id: known.phrases(article_id) for article_id in known.before(spike, first, language)}
        sources = {article_id: known.articles[article_id]["source_id"] for article_id in now}
        grown = distinct(growth(now, then, sources), TERMS)
        found += [(each, language, len(now)) for each in grown]
        compared += len(then) if grown else 0
    found = sorted(found, key=lambda each: (-round(each[0].z_score, 9), each[1], each[0].key))[:TERMS]
    if not found:
        return
    shown = [f"“{_surface(each, known)}” ({each.count} of {total} in {names.language(language)}, {_before(each)})" for each, language, total in found]
    rows = sorted(set().union(*(each.article_ids for each, _, _ in found)))
    yield Sentence("terms", f"Terms that grew most, against {compared} articles of the four weeks before: {listed(shown)}.", "marts.articles", rows, found[0][0].z_score)


def _before(grown: Grown) -> str:
    return f"{max(1, round(100 * grown.usual_share))} % before" if grown.usual_share else "none before"


def _surface(grown: Grown, known: Circumstances) -> str:
    """The phrase as most of the articles write it."""
    written = [known.phrases(article_id)[grown.key] for article_id in sorted(grown.article_ids)]
    return min(written, key=lambda surface: (-written.count(surface), surface))


def _actors(spike: dict[str, Any], behind: list[dict[str, Any]], first: date, known: Circumstances, names: Names) -> Iterator[Sentence]:
    own = {spike.get("actor_id", ANY)}
    before = known.before(spike, first)
    now = {row["article_id"]: known.named.get(row["article_id"], set()) - own for row in behind}
    then = {article_id: known.named.get(article_id, set()) - own for article_id in before}
    found = growth(now, then, {row["article_id"]: row["source_id"] for row in behind})[:ACTORS]
    if not found:
        return
    shown = [f"{names.actor(each.key)} ({each.count} of {len(behind)}, {_before(each)})" for each in found]
    rows = sorted(set().union(*(each.article_ids for each in found)))
    sentence = f"Named more than in {len(before)} articles of the four weeks before: {listed(shown)}."
    yield Sentence("actors", sentence, "marts.mentions", rows, found[0].z_score)


def _hours(one: dict[str, Any], other: dict[str, Any]) -> float | None:
    """Hours from one to the other, where both tell theirs."""
    if "day" in (one["published_precision"], other["published_precision"]):
        return None
    first: datetime = one["published_at"]
    return (other["published_at"] - first).total_seconds() / 3600


def _in_passing(row: dict[str, Any]) -> str:
    """Said of a document that has the beat in passages only: its headline may be about something else."""
    return " in a passage" if row["relevance"] == "passage" else ""


def _headline(row: dict[str, Any]) -> str:
    return " ".join(row["headline"].split())
