"""Build: bring the candidate up to the lake. Only what is dirty is computed; a fresh candidate makes all of it dirty.

A log partition is dirty when its fingerprint in the day's manifest differs from the one that the candidate holds. From
dirty partitions follow the affected documents, from these the dirty days, and from these, by the window that each
contract declares, the rows of the cross-document tables to compute again. Nothing else is read or written, so that a
day costs the same behind ten years of history as behind one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from transforms.articles import articles
from transforms.copies import copies
from transforms.coverage import coverage_daily
from transforms.documents import documents, fates
from transforms.health import source_days
from transforms.spikes import coverage_spikes
from transforms.trends import tone_daily
from warehouse.contract import Table
from warehouse.lake import Lake, Partition
from warehouse.store import Candidate
from warehouse.tables import enriched, marts, ops, raw, staging

PARTITION = ["captured_date", "run_id", "source_id"]
LOG = (raw.CAPTURES, raw.FETCHES, raw.DISCOVERIES, raw.CRAWLS, staging.QUARANTINE, staging.OUTCOMES)
ACCEPTED_ONLY = (staging.ARTICLES,)
PER_CAPTURE = (enriched.RELEVANCE_TABLE, enriched.PASSAGES, enriched.TOPICS, enriched.TONE, enriched.SIGNATURES)


@dataclass(frozen=True)
class Built:
    """What a build changed: dirty partitions, documents and days (empty: the release is up to date)."""

    partitions: int
    captured_days: list[date]
    documents: int
    article_days: list[date]
    coverage_days: list[date]
    spike_days: list[date]

    @property
    def is_empty(self) -> bool:
        return not (self.partitions or self.coverage_days or self.spike_days)


def partitions(lake: Lake) -> pl.DataFrame:
    """ops.partitions as the manifests tell it: every parsed and gated log partition."""
    rows = []
    for day in lake.days():
        for stem, entry in lake.manifest(day).entries.items():
            if not entry.status:
                continue
            partition = Partition.of(day, stem)
            rows.append(
                {
                    "captured_date": day,
                    "run_id": partition.run_id,
                    "source_id": partition.source_id,
                    "fingerprint": entry.fingerprint(),
                    "status": entry.status,
                    "reasons": entry.reasons,
                    "capture_count": entry.counts.get("staging.outcomes", 0),
                    "article_count": entry.counts.get("staging.articles", 0),
                    "quarantined_count": entry.counts.get("staging.quarantine", 0),
                }
            )
    return ops.PARTITIONS.conform(pl.DataFrame(rows, schema=ops.PARTITIONS.schema))


def build(lake: Lake, candidate: Candidate, sources: pl.DataFrame, topics: pl.DataFrame) -> Built:
    """Bring ``candidate`` up to the lake. ``sources`` and ``topics`` are the catalog and the beat as tables."""
    ledger = partitions(lake)
    if not (_same(candidate, ops.SOURCES, sources) and _same(candidate, ops.TOPICS, topics)):
        candidate.clear()   # every row rests on them
        candidate.insert(ops.SOURCES, sources)
        candidate.insert(ops.TOPICS, topics)
    loaded = candidate.read(ops.PARTITIONS)
    changed = ledger.join(loaded, on=[*PARTITION, "fingerprint"], how="anti")
    gone = loaded.join(ledger, on=PARTITION, how="anti")
    dirty = pl.concat([changed.select(PARTITION), gone.select(PARTITION)]).unique()

    complete_before = _last_complete(candidate, sources)
    affected, old_captures = _load(lake, candidate, dirty, changed)
    candidate.replace(ops.PARTITIONS, dirty, changed)
    article_days, count = _documents(lake, candidate, affected, sources)
    _fates(candidate, old_captures, affected, changed)
    health_days = _source_days(candidate, dirty, sources)

    coverage_days = sorted(article_days | health_days)
    _coverage(candidate, coverage_days, sources, topics)
    spike_days = _spike_days(candidate, coverage_days, complete_before, _last_complete(candidate, sources))
    _spikes(candidate, spike_days, sources, topics)
    return Built(dirty.height, dirty["captured_date"].unique().sort().to_list(), count, sorted(article_days), coverage_days, spike_days)


def _same(candidate: Candidate, table: Table, frame: pl.DataFrame) -> bool:
    return candidate.read(table).sort(table.primary_key).equals(frame.sort(table.primary_key))


def _load(
    lake: Lake, candidate: Candidate, dirty: pl.DataFrame, changed: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Replace the rows of dirty partitions; return the affected article_ids and the captures that were there before."""
    captures = candidate.read(raw.CAPTURES, dirty).select("capture_id")
    affected = candidate.read(staging.ARTICLES, dirty).select("article_id")
    for table in PER_CAPTURE:
        candidate.delete(table, captures)
    for table in (*LOG, *ACCEPTED_ONLY):
        candidate.delete(table, dirty)
    every = [Partition(*row) for row in changed.select(PARTITION).sort(PARTITION).iter_rows()]
    accepted = [
        Partition(*row)
        for row in changed.filter(pl.col("status") == "accepted").select(PARTITION).sort(PARTITION).iter_rows()
    ]
    for table in LOG:
        candidate.insert(table, lake.read_all(table, every, must_exist=table.zone != "raw"))
    for table in (*ACCEPTED_ONLY, *PER_CAPTURE):
        served = [column.name for column in table.served_columns]
        rows = lake.read_all(table, accepted, served, must_exist=True)
        candidate.insert(table, rows)
        if table is staging.ARTICLES:
            affected = pl.concat([affected, rows.select("article_id")])
    return affected.unique(), captures


def _documents(
    lake: Lake, candidate: Candidate, affected: pl.DataFrame, sources: pl.DataFrame
) -> tuple[set[date], int]:
    """Settle the affected documents, then the copies around them; return the days whose articles changed."""
    current = documents(candidate.read(staging.ARTICLES, affected))
    before = candidate.read(marts.ARTICLES, affected)
    days = set(before["published_date"]) | set(current["published_date"])
    candidate.delete(marts.ARTICLES, affected)
    reach = enriched.COPIES.reach
    targets = _around(days, reach, reach)
    # A document that changed its day leaves no copy row behind: its old day is among the targets.
    neighbours = candidate.read(marts.ARTICLES, _keys(_around(targets, reach, reach)))
    compared = pl.concat([neighbours.select(_COMPARED), current.select(_COMPARED)])
    signatures = candidate.read(enriched.SIGNATURES, compared.select("capture_id"))
    compared = compared.join(signatures.select("capture_id", "signature", "shingle_count"), on="capture_id")
    found = copies(compared, pl.Series("published_date", sorted(targets), pl.Date))
    candidate.replace(enriched.COPIES, _keys(targets), found)

    captures = current.select("capture_id")
    settled = articles(
        current.join(_bodies(lake, candidate, captures), on="capture_id", how="left"),
        candidate.read(enriched.RELEVANCE_TABLE, captures),
        candidate.read(enriched.TOPICS, captures),
        candidate.read(enriched.TONE, captures),
        found,
        sources,
    )
    stale = neighbours.filter(pl.col("published_date").is_in(sorted(targets)))
    fresh = (
        stale.drop("syndicated_from", "is_copy")
        .join(found.select("article_id", "syndicated_from"), on="article_id", how="left")
        .with_columns(is_copy=pl.col("syndicated_from").is_not_null())
    )
    moved = fresh.join(stale, on=["article_id", "syndicated_from"], how="anti", nulls_equal=True)
    candidate.replace(marts.ARTICLES, moved.select("article_id"), marts.ARTICLES.conform(moved))
    candidate.insert(marts.ARTICLES, settled)
    return days | set(moved["published_date"]), current.height


_COMPARED = ["article_id", "capture_id", "source_id", "language_code", "published_at", "published_date", "first_captured_at"]


def _bodies(lake: Lake, candidate: Candidate, captures: pl.DataFrame) -> pl.DataFrame:
    """capture_id and body of the given captures, from the lake: a release holds text only as the terms allow."""
    where = candidate.read(raw.CAPTURES, captures).select(PARTITION).unique().sort(PARTITION)
    bodies = lake.read_all(staging.ARTICLES, [Partition(*row) for row in where.iter_rows()], ["capture_id", "body"])
    return bodies.join(captures, on="capture_id", how="semi")


def _fates(candidate: Candidate, before: pl.DataFrame, affected: pl.DataFrame, changed: pl.DataFrame) -> None:
    """Settle what became of each capture of dirty partitions and of affected documents."""
    versions = candidate.read(staging.ARTICLES, affected)
    now = candidate.read(staging.OUTCOMES, changed.select(PARTITION))
    captures = pl.concat([before, now.select("capture_id"), versions.select("capture_id")]).unique()
    outcomes = candidate.read(staging.OUTCOMES, captures)
    candidate.replace(
        ops.FATES_TABLE, captures, fates(outcomes, versions, candidate.read(staging.QUARANTINE, captures))
    )


def _source_days(candidate: Candidate, dirty: pl.DataFrame, sources: pl.DataFrame) -> set[date]:
    """Compute the health of the sources in dirty partitions again; return the days on which it changed."""
    touched = dirty.select("source_id").unique()
    crawls = candidate.read(raw.CRAWLS, touched)
    loaded = candidate.read(ops.PARTITIONS, touched)
    new = source_days(crawls, loaded, sources)
    old = candidate.read(ops.SOURCE_DAYS, touched)
    key = ["source_id", "day"]
    changed = new.join(old, on=new.columns, how="anti", nulls_equal=True)
    gone = old.join(new, on=key, how="anti")
    candidate.replace(ops.SOURCE_DAYS, pl.concat([changed.select(key), gone.select(key)]), changed)
    return set(changed["day"]) | set(gone["day"])


def _coverage(candidate: Candidate, days: list[date], sources: pl.DataFrame, topics: pl.DataFrame) -> None:
    rows = candidate.read(marts.ARTICLES, _keys(days))
    health = candidate.read(ops.SOURCE_DAYS, _keys(days, "day"))
    # A day counts once something was looked at or found on it: silence is never invented.
    known = pl.Series("day", sorted(set(rows["published_date"]) | set(health["day"])), pl.Date)
    candidate.replace(marts.COVERAGE_DAILY, _keys(days), coverage_daily(rows, health, sources, topics, known))
    candidate.replace(marts.TONE_DAILY, _keys(days), tone_daily(rows, sources, topics, known))


def _spike_days(
    candidate: Candidate, coverage_days: list[date], before: dict[str, date], after: dict[str, date]
) -> list[date]:
    """Days whose evaluation can differ: those up to 63 days after a change, and those that became complete."""
    window = marts.COVERAGE_SPIKES.reach
    days = _around(coverage_days, 0, window)
    for country, last in after.items():
        first = before.get(country)
        if first is not None and first < last:
            days |= {first + timedelta(days=number) for number in range(1, (last - first).days + 1)}
    covered = candidate.query("SELECT DISTINCT published_date FROM marts.coverage_daily")["published_date"]
    return sorted(days & set(covered) | set(coverage_days))


def _spikes(candidate: Candidate, days: list[date], sources: pl.DataFrame, topics: pl.DataFrame) -> None:
    window = _around(days, marts.COVERAGE_SPIKES.reach, 0)
    found = coverage_spikes(
        candidate.read(marts.ARTICLES, _keys(window)),
        candidate.read(ops.SOURCE_DAYS, _keys(window, "day")),
        sources,
        topics,
        pl.Series("day", days, pl.Date),
        _last_complete(candidate, sources),
    )
    candidate.replace(marts.COVERAGE_SPIKES, _keys(days), found)


def _last_complete(candidate: Candidate, sources: pl.DataFrame) -> dict[str, date]:
    """Per country the last day that had ended for all of its sources when we last looked."""
    latest: datetime | None = candidate.query("SELECT max(started_at) AS latest FROM raw.crawls")["latest"][0]
    if latest is None:
        return {}
    last: dict[str, date] = {}
    for country, zone in sources.select("country_code", "timezone").unique().iter_rows():
        day = latest.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)
        last[country] = min(day, last.get(country, day))
    return last


def _around(days: set[date] | list[date], before: int, after: int) -> set[date]:
    return {day + timedelta(days=number) for day in days for number in range(-before, after + 1)}


def _keys(days: set[date] | list[date], name: str = "published_date") -> pl.DataFrame:
    return pl.DataFrame({name: sorted(days)}, schema={name: pl.Date})


