"""Override: an analyst's correction of a document, logged with who, when and why, and applied at every build from then on.

A correction is a row of the log (ops.overrides), one file a run; so a rebuild keeps it. It is never rewritten: another one
takes its place, or a row withdraws it. Only a takedown of the document takes the analyst's words out (``strike``).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from nichiro.errors import ConfigError
from nichiro.run import Run
from transforms.overrides import VALUES, standing
from warehouse.lake import Lake, Partition
from warehouse.sql import Connection, select
from warehouse.store import connect, current_release
from warehouse.tables.enriched import COPIES
from warehouse.tables.marts import STORY_DOCUMENTS
from warehouse.tables.ops import OVERRIDES

LOG = "override"   # stands where a log partition has its source
NONE = "none"      # as a value: no copy, nobody of the lists, a story of its own
Place = tuple[str, int]
"""Field and first character of a mention."""


@dataclass(frozen=True)
class Correction:
    """What is to hold of a document: relevance, genre, the origin of a copy, an article of its story, or who is meant at ``place``."""

    subject: str
    article: str   # article_id, eight digits of it or more, or URL
    value: str
    place: Place | None = None


def override(lake: Lake, run: Run, correction: Correction, by: str, reason: str) -> dict[str, Any]:
    """Log a correction; returns its row of ops.overrides. The next build applies it.

    Raises ConfigError for a document, place or value that the current release does not know, and for a correction that
    changes nothing.
    """
    with connect(lake.data_dir) as connection:
        document = _document(connection, correction.article)
        old, new = _values(connection, document, correction)
    if old == new:
        raise ConfigError(f"its {correction.subject} is {new or NONE} already", "see `nichiro override list`")
    field, start = correction.place or (None, None)
    said = {"subject": correction.subject, "article_id": document["article_id"], "field": field, "start_offset": start, "old_value": old, "new_value": new}
    return _log(lake, run, said | {"withdraws": None}, by, reason)


def withdraw(lake: Lake, run: Run, override_id: str, by: str, reason: str) -> dict[str, Any]:
    """Log that a correction holds no longer; what was said before it, if anything, holds again. Raises ConfigError."""
    rows = logged(lake)
    matching = rows.filter(pl.col("override_id").str.starts_with(override_id), pl.col("withdraws").is_null()) if len(override_id) >= 8 else rows.clear()
    if matching.height != 1:
        raise ConfigError(f"{matching.height} corrections begin with {override_id!r}", "give eight digits or more, see `nichiro override list`")
    row = matching.row(0, named=True)
    if row["override_id"] in rows["withdraws"].to_list():
        raise ConfigError("it was withdrawn before", "see `nichiro override list`")
    said = {name: row[name] for name in ("subject", "article_id", "field", "start_offset")}
    return _log(lake, run, said | {"old_value": row["new_value"], "new_value": None, "withdraws": row["override_id"]}, by, reason)


def logged(lake: Lake) -> pl.DataFrame:
    """All rows of ops.overrides, in the order in which they were said."""
    return lake.read_all(OVERRIDES, lake.partitions(OVERRIDES)).sort("decided_at", "override_id")


def overview(lake: Lake) -> pl.DataFrame:
    """The log with ``state`` (holds, replaced, withdrawn, withdrawal), ``is_applied`` in the current release, and the headline."""
    rows = logged(lake)
    holding, withdrawn = standing(rows)["override_id"], rows["withdraws"].drop_nulls()
    state = (
        pl.when(pl.col("withdraws").is_not_null()).then(pl.lit("withdrawal"))
        .when(pl.col("override_id").is_in(withdrawn.implode())).then(pl.lit("withdrawn"))
        .when(pl.col("override_id").is_in(holding.implode())).then(pl.lit("holds"))
        .otherwise(pl.lit("replaced"))
    )
    applied, headlines = pl.Series("override_id", [], pl.String), pl.DataFrame(schema={"article_id": pl.String, "headline": pl.String})
    if current_release(lake.data_dir):
        with connect(lake.data_dir) as connection:
            applied = select(connection, "SELECT override_id FROM ops.overrides")["override_id"]
            headlines = select(connection, "SELECT article_id, headline FROM marts.articles SEMI JOIN ops.overrides USING (article_id)")
    return rows.join(headlines, on="article_id", how="left", maintain_order="left").with_columns(
        state=state, is_applied=pl.col("override_id").is_in(applied.implode())
    )


def strike(lake: Lake, tombstones: frozenset[str]) -> int:
    """Take the analysts' words about documents under a tombstone out of the log; returns the number of rows."""
    count = 0
    is_told = pl.col("reason").is_not_null() & (pl.col("article_id").is_in(list(tombstones)) | pl.col("new_value").is_in(list(tombstones)))
    for partition in lake.partitions(OVERRIDES):
        rows = lake.read(OVERRIDES, partition)
        if told := rows.filter(is_told).height:
            lake.write(OVERRIDES, partition, rows.with_columns(reason=pl.when(is_told).then(None).otherwise("reason")))
            count += told
    return count


def _log(lake: Lake, run: Run, said: dict[str, Any], by: str, reason: str) -> dict[str, Any]:
    if not reason.strip():
        raise ConfigError("a correction needs a reason", "give --reason")
    row = said | {"run_id": run.run_id, "captured_date": run.started_at.date(), "decided_at": run.now(), "decided_by": by, "reason": reason}
    row["override_id"] = hashlib.sha256(json.dumps(row, sort_keys=True, default=str).encode()).hexdigest()[:32]
    partition = Partition(run.started_at.date(), run.run_id, LOG)
    lake.write(OVERRIDES, partition, pl.DataFrame([row], schema=OVERRIDES.schema))
    return row


def _document(connection: Connection, article: str) -> dict[str, Any]:
    """The one document of an id, the beginning of one, or a URL. Raises ConfigError."""
    statement = """
    SELECT article_id, headline, relevance, genre, syndicated_from, published_date
    FROM marts.articles WHERE url = $article OR (length($article) >= 8 AND starts_with(article_id, $article))
    """
    found = select(connection, statement, {"article": article})
    if found.height != 1:
        raise ConfigError(f"{found.height} documents of the current release are {article!r}", "give the article_id, eight digits of it or more, or the URL")
    return found.row(0, named=True)


def _values(connection: Connection, document: dict[str, Any], correction: Correction) -> tuple[str | None, str | None]:
    """The old value and the new one; None where a value is ``none``."""
    subject, value = correction.subject, correction.value
    if (correction.place is not None) != (subject == "actor"):
        raise ConfigError("a mention is named by its place", "give --at body:120 with actor, and with nothing else")
    if subject in VALUES:
        if value not in VALUES[subject]:
            raise ConfigError(f"{value!r} is no {subject}", f"take one of {', '.join(VALUES[subject])}")
        return document[subject], value
    if subject == "copy":
        origin = None if value == NONE else _document(connection, value)
        if origin:
            _require_origin(document, origin)
        return document["syndicated_from"], origin["article_id"] if origin else None
    if subject == "story":
        return _stories(connection, document, value)
    return _mention(connection, document, correction), None if value == NONE else _actor(connection, value)


def _require_origin(document: dict[str, Any], origin: dict[str, Any]) -> None:
    first, day = origin["published_date"], document["published_date"]
    if not (isinstance(first, date) and isinstance(day, date) and abs(day - first) <= timedelta(days=COPIES.reach)):
        raise ConfigError("a copy follows its first article within 30 days", f"they are of {first} and {day}")
    if origin["article_id"] == document["article_id"] or origin["syndicated_from"] is not None:
        raise ConfigError("its origin is the first article, no copy", "name the article that was first")


def _stories(connection: Connection, document: dict[str, Any], value: str) -> tuple[str, str | None]:
    """The story that the document is in, and the article that it is to follow instead."""
    old, count = _story(connection, document)
    if value == NONE:
        if count == 1:
            raise ConfigError("it stands alone already", "see `nichiro query story`")
        return old, None
    followed = _document(connection, value)
    if _story(connection, followed)[0] == old:
        raise ConfigError("both are of one story already", "see `nichiro query story`")
    if abs(followed["published_date"] - document["published_date"]) > timedelta(days=STORY_DOCUMENTS.reach):
        raise ConfigError(f"an article follows one within {STORY_DOCUMENTS.reach} days", f"they are of {followed['published_date']} and {document['published_date']}")
    return old, followed["article_id"]


def _story(connection: Connection, document: dict[str, Any]) -> tuple[str, int]:
    """The story of a document and how many articles tell it."""
    statement = "SELECT story_id, article_count FROM marts.story_documents JOIN marts.stories USING (story_id) WHERE article_id = $article_id"
    found = select(connection, statement, {"article_id": document["article_id"]})
    if found.is_empty():
        raise ConfigError(f"{document['article_id']} is in no story, as it is off the beat", "correct its relevance first, and build")
    return found.row(0)


def _mention(connection: Connection, document: dict[str, Any], correction: Correction) -> str | None:
    field, start = correction.place or ("", 0)
    statement = "SELECT actor_id FROM marts.mentions WHERE article_id = $article_id AND field = $field AND start_offset = $start"
    found = select(connection, statement, {"article_id": document["article_id"], "field": field, "start": start})
    if found.is_empty():
        raise ConfigError(f"nobody is named at {field}:{start}", "see `nichiro query who_is_named`")
    return found["actor_id"][0]


def _actor(connection: Connection, value: str) -> str:
    if select(connection, "SELECT 1 FROM ops.actors WHERE actor_id = $value", {"value": value}).is_empty():
        raise ConfigError(f"{value!r} is no actor", "see `nichiro query actors`, or add it beside the beat: docs/adding-a-beat.md")
    return value
