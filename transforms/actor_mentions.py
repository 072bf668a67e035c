"""enriched.mentions and marts.mentions: who is named where, by the lists of the beat and what the text itself tells.

A page's own title for a person settles nothing against the lists: offices are those that the lists give for the day. Of
several who share a name the one is taken who is told apart by a given name, else by an office beside the name, else by
another mention in the document that was, else by the day; where none of it does, all are listed and none is chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import polars as pl

from transforms.actors import LANGUAGES, VERSION, Directory
from transforms.naming import Named, Names
from transforms.text import normalise
from warehouse.tables import enriched, marts

METHOD = "directory"
SLACK = 31         # days around a term in which a text still, or already, calls its holder by the office
NEAR, FAR = 5 * 366, 10 * 366   # days: who held an office so near, where nobody of the name did within as many more
_FIELDS = ("headline", "body")


@dataclass(frozen=True)
class Resolved:
    """Who is meant, None where it is open, and what told it."""

    actor_id: str | None
    resolved_by: str | None


def mentions(articles: pl.DataFrame, directory: Directory) -> pl.DataFrame:
    """enriched.mentions of ``articles``: staging.articles (capture_id, source_id, captured_date, language_code, headline, body,
    published_date, event_date), those on the beat. The day that a document tells of is its event's, else its publication's.
    """
    version = {"method": METHOD, "method_version": f"{VERSION}+{directory.sha256()[:12]}"}
    columns = ("capture_id", "source_id", "captured_date", "language_code", "headline", "body", "published_date", "event_date")
    names = all_names(directory)
    rows = []
    for row in articles.select(columns).iter_rows(named=True):
        if row["language_code"] not in names:
            continue
        key = {name: row[name] for name in columns[:3]} | version
        day = row["event_date"] or row["published_date"]
        rows += [key | found for found in mentions_of(row["headline"], row["body"], day, names[row["language_code"]])]
    return enriched.MENTIONS.conform(pl.DataFrame(rows, schema=enriched.MENTIONS.schema))


@dataclass(frozen=True)
class _Keyed:
    """A directory told apart by its hash."""

    sha256: str
    directory: Directory = field(compare=False)


def all_names(directory: Directory) -> dict[str, Names]:
    """The directory's names by language, compiled once in a process; not to be changed."""
    return _compiled(_Keyed(directory.sha256(), directory))


@lru_cache(maxsize=4)
def _compiled(keyed: _Keyed) -> dict[str, Names]:
    return {language: Names(keyed.directory, language) for language in LANGUAGES}


def mentions_of(headline: str, body: str, day: date, names: Names) -> list[dict[str, object]]:
    """The mentions of one document: the columns MENTIONED of warehouse/columns.py, headline first, in order."""
    found: list[tuple[str, str, int, int, Named]] = []
    for name, raw in zip(_FIELDS, (headline, body), strict=True):
        text = normalise(raw)
        found += [
            (name, raw, text.stored(each.start), text.stored(each.end), each)
            for each in names.find(text.text, is_headline=name == "headline")
        ]
    resolved = resolve([named for *_, named in found], day, names.directory)
    return [
        {
            "field": name, "start_offset": start, "end_offset": end, "surface": raw[start:end], "actor_id": each.actor_id,
            "candidates": sorted(named.candidates), "resolved_by": each.resolved_by,
            "office_ids": held(names.directory, each.actor_id, day),
        }
        for (name, raw, start, end, named), each in zip(found, resolved, strict=True) if each is not None
    ]  # fmt: skip


def held(directory: Directory, actor_id: str | None, day: date) -> list[str]:
    """Ids of the offices that an actor held on a day."""
    person = directory.people.get(actor_id or "")
    return person.held(day) if person else []


def resolve(found: Sequence[Named], day: date, directory: Directory) -> list[Resolved | None]:
    """Who each place means, in the light of all of them; None for what is no actor of the lists after all."""
    done: list[Resolved] = []
    for named in found:   # what is told beside the name itself
        by_office = _by_office(named, day, directory)
        if len(named.candidates) == 1 and named.is_full:
            done.append(Resolved(named.candidates[0], "full_name"))
        elif len(by_office) == 1:
            done.append(Resolved(by_office[0], "office"))
        else:
            done.append(Resolved(None, None))
    told = {each.actor_id for each in done if each.actor_id}
    return [each if each.actor_id else _from_afar(named, told, day, directory) for named, each in zip(found, done, strict=True)]


def _from_afar(named: Named, told: set[str], day: date, directory: Directory) -> Resolved | None:
    """Who is meant by what the rest of the document, or the day, tells; None for the holder of an office that nobody of the
    lists held: a namesake."""
    by_office = _by_office(named, day, directory)
    among = by_office or named.candidates
    before = told.intersection(among)
    is_common = any(directory.people[actor].common for actor in named.candidates)
    if len(before) == 1:
        return Resolved(before.pop(), "document")
    if is_common and named.offices and not by_office:
        return None
    if before or (is_common and not named.is_full):
        return Resolved(None, None)
    if nearest := _by_day(among, day, directory):
        return Resolved(nearest, "date" if len(among) > 1 else "only_name")
    return Resolved(among[0], "only_name") if len(among) == 1 else Resolved(None, None)


def _by_office(named: Named, day: date, directory: Directory) -> list[str]:
    """Candidates who hold one of the offices beside the name on the day; where none does, who ever held it."""
    people = [actor for actor in named.candidates if actor in directory.people]
    for slack in (0, SLACK):
        if now := [actor for actor in people if named.offices.intersection(directory.people[actor].held(day, slack))]:
            return now
    return [actor for actor in people if any(term.office in named.offices for term in directory.people[actor].offices)]


def _by_day(candidates: Sequence[str], day: date, directory: Directory) -> str | None:
    """The one in office on the day, or near it while the others were not for long."""
    distances = sorted((distance, actor) for actor in candidates if (distance := directory.people[actor].distance(day)) is not None)
    if not distances or distances[0][0] > NEAR:
        return None
    nearest, actor = distances[0]
    others = [distance for distance, _ in distances[1:]]
    is_alone = all(distance > 0 for distance in others) if nearest == 0 else all(distance > nearest + FAR for distance in others)
    return actor if is_alone else None


def mentions_by_document(found: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """marts.mentions before corrections: enriched.mentions (``found``) of the current versions ``documents`` (article_id,
    capture_id, published_date)."""
    rows = found.join(documents.select("article_id", "capture_id", "published_date"), on="capture_id").with_columns(is_overridden=pl.lit(value=False))
    return marts.MENTIONS.conform(rows.select(marts.MENTIONS.schema.names()).sort(marts.MENTIONS.primary_key))
