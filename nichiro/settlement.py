"""Documents settled: which version is current, who copied whom, what became of each capture.

For the documents that a build found affected, and for those whose origin can have changed with them; texts and signatures
come from the lake, everything else from the candidate.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from nichiro.spans import Say, around, keys, spans, tell
from nichiro.tones import settle_target_tone
from transforms.actor_mentions import mentions_by_document
from transforms.articles import articles, served_text
from transforms.authors import authors
from transforms.copies import copies, repeating
from transforms.documents import documents, fates
from transforms.overrides import correct_articles, correct_mentions, origins
from transforms.revisions import revisions
from transforms.turns import turns
from warehouse.columns import CAPTURE, DOCUMENT, PARTITION
from warehouse.lake import Lake, Partition
from warehouse.store import Candidate
from warehouse.tables import enriched, marts, ops, raw, staging

BATCH = 2_000      # partitions that are read in one go
TEXTS = 200        # the same where whole texts are read, of which little is kept


def settle(
    lake: Lake, candidate: Candidate, affected: pl.DataFrame, sources: pl.DataFrame, say: Say
) -> tuple[set[date], int, pl.DataFrame]:
    """Settle the affected documents and who copied whom; returns the days whose articles changed, how many there are, and
    those whose origin can have changed with them."""
    current = documents(candidate.read(staging.ARTICLES, affected)).sort("published_date", "article_id")
    before = candidate.read(marts.ARTICLES, affected, ["published_date"])
    candidate.delete(marts.ARTICLES, affected)
    corrections = _Corrections.of(candidate, current)
    others = _copies(lake, candidate, affected, current.select(*_COMPARED, *_WHERE), say)
    days = set(before["published_date"]) | set(current["published_date"]) | _move(candidate, others, corrections)
    current = current.join(_texts(lake, current.select("capture_id", *PARTITION), sources), on="capture_id", how="left")
    candidate.replace(marts.AUTHORS, affected, authors(current))
    candidate.replace(marts.TURNS, affected, turns(current))
    placed = mentions_by_document(candidate.read(enriched.MENTIONS, current.select(CAPTURE)), current)
    candidate.replace(marts.MENTIONS, affected, correct_mentions(placed, corrections.said, candidate.read(ops.OFFICES)))
    for span in spans(set(current["published_date"])):
        settled = current.filter(pl.col("published_date").is_in(span))
        captures = settled.select(CAPTURE)
        candidate.insert(
            marts.ARTICLES,
            articles(
                settled,
                candidate.read(enriched.RELEVANCE_TABLE, captures),
                candidate.read(enriched.TOPICS, captures),
                candidate.read(enriched.TONE, captures),
                candidate.read(enriched.COPIES, settled.select(DOCUMENT)),
                sources,
            ).pipe(correct_articles, corrections.said, corrections.known),
        )
        tell(say, "articles", span, days)
    settle_target_tone(candidate, affected, current, say)
    _revise(lake, candidate, affected, current, sources)
    return days, current.height, others


@dataclass(frozen=True)
class _Corrections:
    """What analysts said, and the documents that there are."""

    said: pl.DataFrame
    known: pl.Series

    @classmethod
    def of(cls, candidate: Candidate, current: pl.DataFrame) -> _Corrections:
        said = candidate.read(ops.OVERRIDES)
        named_ones = origins(said, "copy").select(article_id="origin")
        there = [candidate.read(marts.ARTICLES, named_ones, ["article_id"]), current.select("article_id")]
        return cls(said, pl.concat(there)["article_id"])


_COMPARED = ["article_id", "capture_id", "source_id", "language_code", "published_at", "published_date"]
_WHERE = ["captured_date", "run_id"]


def _copies(lake: Lake, candidate: Candidate, affected: pl.DataFrame, current: pl.DataFrame, say: Say) -> pl.DataFrame:
    """Settle the copies among ``current`` and among those whose origin can have changed with it; return the latter.

    These are the documents that copied an affected one, and those that repeat what it is now.
    """
    reach = enriched.COPIES.reach
    days = set(current["published_date"])
    copied = candidate.read(enriched.COPIES, affected.rename({"article_id": "syndicated_from"}), ["article_id"])
    others = [copied.join(affected, on="article_id", how="anti")]
    for span in spans(days):
        origins = current.filter(pl.col("published_date").is_in(span))
        near = candidate.read(marts.ARTICLES, keys(around(span, 1, reach)), _COMPARED)
        if near.height:
            found = repeating(_signed(lake, candidate, origins, near), origins["article_id"])
            others.append(found.to_frame().join(affected, on="article_id", how="anti"))
    settled = pl.concat(others).unique()
    candidate.delete(enriched.COPIES, pl.concat([affected, settled]))
    targets = pl.concat([current.select(_COMPARED), candidate.read(marts.ARTICLES, settled, _COMPARED)])
    for span in spans(set(targets["published_date"])):
        window = around(span, reach, 1)
        texts = current.filter(pl.col("published_date").is_in(window)), candidate.read(marts.ARTICLES, keys(window), _COMPARED)
        mine = targets.filter(pl.col("published_date").is_in(span))["article_id"]
        candidate.insert(enriched.COPIES, copies(_signed(lake, candidate, *texts), mine))
        tell(say, "copies", span, days)
    return settled


def _signed(lake: Lake, candidate: Candidate, current: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """The documents with their signatures, which the lake holds: those that say where, and those that the candidate knows already."""
    where = partitions_of(current) + partitions_with(candidate, known.select("capture_id"))
    signatures = lake.read_all(enriched.SIGNATURES, sorted(set(where)), ["capture_id", "signature"])
    return pl.concat([current.select(_COMPARED), known]).join(signatures, on="capture_id")


def _revise(lake: Lake, candidate: Candidate, affected: pl.DataFrame, current: pl.DataFrame, sources: pl.DataFrame) -> None:
    """Compare the versions of affected documents that have several."""
    candidate.delete(marts.REVISIONS, affected)
    edited = current.filter(pl.col("version_count") > 1).select("article_id", "published_date", "source_id")
    edited = edited.join(sources.filter(pl.col("archive_days").is_null()), on="source_id", how="semi")
    for span in spans(set(edited["published_date"])):
        mine = edited.filter(pl.col("published_date").is_in(span)).drop("source_id")
        versions = candidate.read(staging.ARTICLES, mine.select("article_id"))
        bodies = lake.read_all(staging.ARTICLES, partitions_of(versions), ["capture_id", "body"])
        candidate.insert(marts.REVISIONS, revisions(versions.join(bodies, on="capture_id"), mine, sources))


def _move(candidate: Candidate, others: pl.DataFrame, corrections: _Corrections) -> set[date]:
    """Give documents that were settled before the origin that they have now; return the days on which one changed."""
    stale = candidate.read(marts.ARTICLES, others)
    fresh = (
        stale.drop("syndicated_from", "is_copy")
        .join(candidate.read(enriched.COPIES, others, ["article_id", "syndicated_from"]), on="article_id", how="left")
        .with_columns(is_copy=pl.col("syndicated_from").is_not_null())
        .pipe(correct_articles, corrections.said, corrections.known)
    )
    moved = fresh.join(stale, on=["article_id", "syndicated_from"], how="anti", nulls_equal=True)
    candidate.replace(marts.ARTICLES, moved.select("article_id"), moved)
    return set(moved["published_date"])


def _texts(lake: Lake, captures: pl.DataFrame, sources: pl.DataFrame) -> pl.DataFrame:
    """Of captures that say where they are, capture_id and what the lake alone holds: its credits and turns, and of its body what may be served."""
    columns = ["capture_id", "source_id", "credits", "turns"]
    found = [pl.DataFrame(schema={name: staging.ARTICLES.schema[name] for name in columns if name != "source_id"} | {"text": pl.String})]
    where = partitions_of(captures)
    for start in range(0, len(where), TEXTS):
        bodies = lake.read_all(staging.ARTICLES, where[start : start + TEXTS], [*columns, "body"])
        bodies = bodies.join(captures, on="capture_id", how="semi")
        found.append(bodies.select("capture_id", "credits", "turns").join(served_text(bodies, sources), on="capture_id"))
    return pl.concat(found)


def partitions_with(candidate: Candidate, captures: pl.DataFrame) -> list[Partition]:
    """The partitions that hold these captures."""
    return partitions_of(candidate.read(raw.CAPTURES, captures, PARTITION))


def partitions_of(rows: pl.DataFrame) -> list[Partition]:
    """The partitions that rows with their key name, in order."""
    return [Partition(*row) for row in rows.select(PARTITION).unique().sort(PARTITION).iter_rows()]


def settle_fates(candidate: Candidate, before: pl.DataFrame, affected: pl.DataFrame, changed: pl.DataFrame) -> pl.DataFrame:
    """Settle what became of each capture of dirty partitions and of affected documents; return the partitions of
    those that have another fate now."""
    versions = candidate.read(staging.ARTICLES, affected)
    now = candidate.read(staging.OUTCOMES, changed.select(PARTITION))
    captures = pl.concat([before, now.select("capture_id"), versions.select("capture_id")]).unique()
    outcomes = candidate.read(staging.OUTCOMES, captures)
    settled = fates(outcomes, versions, candidate.read(staging.QUARANTINE, captures))
    other = settled.join(candidate.read(ops.FATES_TABLE, captures), on=settled.columns, how="anti", nulls_equal=True)
    candidate.replace(ops.FATES_TABLE, captures, settled)
    return other.select(PARTITION).unique()
