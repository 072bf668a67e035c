"""Build: bring the candidate up to the lake. Only what is dirty is computed; a fresh candidate makes all of it dirty.

A log partition is dirty when its fingerprint in the day's manifest differs from the one that the candidate holds. From
dirty partitions follow the affected documents, from these the dirty days, and from these, by the window that each
contract declares, the rows of the cross-document tables to compute again. Nothing else is read or written, so that a
day costs the same behind ten years of history as behind one; all of it at once is done in spans of days.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from nichiro.errors import ContractError
from nichiro.reasons import settle_reasons
from nichiro.settlement import BATCH, partitions_of, settle, settle_fates
from nichiro.spans import Say, around, keys, spans, tell
from nichiro.stories import settle_stories
from nichiro.tones import settle_tone_changes, settle_tone_daily, settle_validation
from nichiro.translations import settle_translations
from transforms.actors import actors_daily
from transforms.coverage import coverage_daily
from transforms.figures import NONE, figures
from transforms.health import source_days
from transforms.overrides import origins
from transforms.spikes import coverage_spikes
from warehouse.columns import PARTITION
from warehouse.contract import Table
from warehouse.lake import Lake, Partition
from warehouse.settled import open_days
from warehouse.store import Candidate
from warehouse.tables import enriched, marts, ops, raw, staging

LOG = (raw.CAPTURES, raw.FETCHES, raw.DISCOVERIES, raw.CRAWLS, staging.QUARANTINE, staging.OUTCOMES)
ACCEPTED_ONLY = (staging.ARTICLES,)
PER_CAPTURE = (
    enriched.RELEVANCE_TABLE, enriched.PASSAGES, enriched.TOPICS, enriched.MENTIONS, enriched.TONE, enriched.TARGET_TONE, enriched.DOCUMENT_TONE,
    enriched.SIGNATURES,
)  # fmt: skip
LATER = (enriched.MENTIONS, enriched.TARGET_TONE, enriched.DOCUMENT_TONE)   # of partitions that an older version enriched there is none; of those that expired, for good

# What days are counted by; texts stay where they are.
_COUNTED = ["article_id", "source_id", "country_code", "language_code", "genre", "topics", "published_date", "relevance", "is_copy"]
_NAMED = ["article_id", "actor_id", "published_date", "method_version"]
_HEALTH = ["source_id", "day", "is_healthy", "basis"]


@dataclass(frozen=True)
class Built:
    """What a build changed: dirty partitions, documents and days (empty: the release is up to date)."""

    partitions: int
    captured_days: list[date]
    documents: int
    article_days: list[date]
    coverage_days: list[date]
    spike_days: list[date]
    story_days: list[date]
    tone_days: list[date]

    @property
    def is_empty(self) -> bool:
        return not (self.partitions or self.coverage_days or self.spike_days or self.tone_days)


def partitions(lake: Lake, days: Iterable[date]) -> pl.DataFrame:
    """ops.partitions as the manifests of some days tell it: every parsed and gated log partition."""
    rows = []
    for day in days:
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


def build(
    lake: Lake, candidate: Candidate, sources: pl.DataFrame, topics: pl.DataFrame, say: Say = lambda message: None,
    *, actors: pl.DataFrame | None = None, offices: pl.DataFrame | None = None, validation: pl.DataFrame | None = None,
) -> Built:
    """Bring ``candidate`` up to the lake. The frames are the catalog, the beat and the tone methods' validation as
    tables; actors, offices and validation left out stay."""
    if not (_same(candidate, ops.SOURCES, sources) and _same(candidate, ops.TOPICS, topics)):
        candidate.clear()   # every row rests on them
        candidate.insert(ops.SOURCES, sources)
        candidate.insert(ops.TOPICS, topics)
    renamed = False   # nothing in marts rests on actors and offices but what enrich made, and the names in sentences
    for table, frame in ((ops.ACTORS, actors), (ops.OFFICES, offices)):
        if frame is not None and not _same(candidate, table, frame):
            candidate.replace(table, candidate.read(table, columns=["actor_id"]).unique(), frame)
            renamed = renamed or table is ops.ACTORS
    revalidated = settle_validation(candidate, validation)
    with open_days(lake, candidate.settled) as days:
        ledger = partitions(lake, days)
        loaded = candidate.read(ops.PARTITIONS, keys(days, "captured_date"))
        changed = ledger.join(loaded, on=[*PARTITION, "fingerprint"], how="anti")
        gone = loaded.join(ledger, on=PARTITION, how="anti")
        dirty = pl.concat([changed.select(PARTITION), gone.select(PARTITION)]).unique()

        complete_before = _last_complete(candidate, sources)
        crawls_before = candidate.read(raw.CRAWLS, dirty)
        affected, old_captures = _load(lake, candidate, dirty, changed, say)
        affected = _with_corrected(lake, candidate, affected)
        candidate.replace(ops.PARTITIONS, dirty, changed)
        article_days, count, others = settle(lake, candidate, affected, sources, say)
        story_days = settle_stories(lake, candidate, pl.concat([affected, others]).unique(), say)
        settle_translations(lake, candidate, article_days, say)
        settled = settle_fates(candidate, old_captures, affected, changed)
        crawls = candidate.read(raw.CRAWLS, pl.concat([dirty, settled]).unique())
        health_days = _source_days(candidate, pl.concat([crawls_before, crawls]), sources)

        coverage_days = sorted(article_days | health_days)
        complete_after = _last_complete(candidate, sources)
        spike_days = _spike_days(candidate, coverage_days, complete_before, complete_after)
        for span in spans(coverage_days):
            _coverage(candidate, span, sources, topics)
            tell(say, "coverage", span, coverage_days)
        spikes_before = candidate.read(marts.COVERAGE_SPIKES, keys(spike_days))
        tone_days = sorted(revalidated.union(coverage_days))
        settle_tone_daily(candidate, tone_days, say)
        settle_tone_changes(candidate, article_days, complete_before, complete_after, say)
        for span in spans(spike_days):
            _spikes(candidate, span, sources, topics, complete_after)
            tell(say, "spikes", span, spike_days)
        settle_reasons(candidate, spikes_before, spike_days, article_days, story_days, say, renamed=renamed)
    return Built(dirty.height, dirty["captured_date"].unique().sort().to_list(), count, sorted(article_days), coverage_days, spike_days, sorted(story_days), tone_days)


def _same(candidate: Candidate, table: Table, frame: pl.DataFrame) -> bool:
    return candidate.read(table).sort(table.primary_key).equals(frame.sort(table.primary_key))


def _load(
    lake: Lake, candidate: Candidate, dirty: pl.DataFrame, changed: pl.DataFrame, say: Say
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Replace the rows of dirty partitions; return the affected article_ids and the captures that were there before."""
    captures = candidate.read(raw.CAPTURES, dirty, ["capture_id"])
    affected = [candidate.read(staging.ARTICLES, dirty, ["article_id"])]
    for table in PER_CAPTURE:
        candidate.delete(table, captures)
    for table in (*LOG, *ACCEPTED_ONLY):
        candidate.delete(table, dirty)
    rows = changed.select(*PARTITION, "status").sort(PARTITION)
    for number, batch in enumerate(rows.iter_slices(BATCH)):
        every = partitions_of(batch)
        accepted = partitions_of(batch.filter(pl.col("status") == "accepted"))
        for table in LOG:
            candidate.insert(table, lake.read_all(table, every, must_exist=table.zone != "raw"))
        for table in (*ACCEPTED_ONLY, *PER_CAPTURE):
            served = [column.name for column in table.served_columns]
            held = _holding(lake, table, accepted) if table in LATER else accepted
            found = lake.read_all(table, held, served, must_exist=True)
            candidate.insert(table, found)
            if table is staging.ARTICLES:
                affected.append(found.select("article_id"))
        if rows.height > BATCH:
            say(f"{min(number * BATCH + BATCH, rows.height)} of {rows.height} partitions loaded")
    return pl.concat(affected).unique(), captures


def _holding(lake: Lake, table: Table, partitions_: list[Partition]) -> list[Partition]:
    """The partitions of which the table was made, by their manifests."""
    manifests = {day: lake.manifest(day) for day in {each.captured_date for each in partitions_}}
    return [each for each in partitions_ if table.name in manifests[each.captured_date].entries[each.stem].enriched]


def _with_corrected(lake: Lake, candidate: Candidate, affected: pl.DataFrame) -> pl.DataFrame:
    """Take over the analysts' corrections; the affected documents with those that a new one speaks of, or that by a correction
    copy or follow an affected one. Raises ContractError where the log lost one."""
    log, held = lake.partitions(ops.OVERRIDES), candidate.read(ops.OVERRIDES)
    said = lake.read_all(ops.OVERRIDES, log) if log else ops.OVERRIDES.empty()
    new = said.join(held, on="override_id", how="anti")
    candidate.insert(ops.OVERRIDES, new)
    if lost := held.join(said, on="override_id", how="anti").height:
        raise ContractError(f"{lost} corrections of the release are missing in the log", "`nichiro doctor --repair` takes them from the release")
    mine = [affected, new.select("article_id")]
    mine.append(origins(said, "copy", "story").join(pl.concat(mine), left_on="origin", right_on="article_id", how="semi").select("article_id"))
    return pl.concat(mine).unique()


def _source_days(candidate: Candidate, changed: pl.DataFrame, sources: pl.DataFrame) -> set[date]:
    """Compute the health of the days that changed crawls set out to cover, and of those that are compared with them;
    return the days on which it changed."""
    key, reach = ["source_id", "day"], timedelta(days=ops.SOURCE_DAYS.reach)
    direct = _days_of(changed).sort(key)
    sides = direct.group_by("source_id").agg(first_date=pl.col("day").min(), last_date=pl.col("day").max() + reach)
    crawls = raw.CRAWLS.conform(candidate.query(
        "SELECT c.* FROM raw.crawls c JOIN sides s ON c.source_id = s.source_id AND c.first_date <= s.last_date AND c.last_date >= s.first_date",
        sides=sides,
    ))
    compared = _days_of(crawls).sort(key).join_asof(
        direct.with_columns(before="day"), on="day", by="source_id", tolerance=reach, check_sortedness=False
    ).drop_nulls("before")
    covered = pl.concat([direct, compared.select(key)]).unique()
    history = candidate.query(
        "SELECT d.* FROM ops.source_days d JOIN sides s ON d.source_id = s.source_id AND d.day BETWEEN s.first_date AND s.last_date",
        sides=sides.with_columns(pl.col("first_date") - reach),
    )
    history = ops.SOURCE_DAYS.conform(history).join(covered, on=key, how="anti")
    loaded = candidate.read(ops.PARTITIONS, crawls.select(PARTITION).unique())
    new = source_days(crawls, loaded, sources, _figures(candidate, crawls), history).join(covered, on=key, how="semi")
    old = candidate.read(ops.SOURCE_DAYS, covered)
    differing = new.join(old, on=new.columns, how="anti", nulls_equal=True)
    gone = old.join(new, on=key, how="anti")
    candidate.replace(ops.SOURCE_DAYS, pl.concat([differing.select(key), gone.select(key)]), differing)
    judged = [*key, "state", "basis"]   # what coverage rests on; the figures are for people
    return set(differing.join(old, on=judged, how="anti")["day"]) | set(gone["day"])


def _days_of(crawls: pl.DataFrame) -> pl.DataFrame:
    """source_id and day of all that crawls set out to cover."""
    return crawls.select("source_id", day=pl.date_ranges("first_date", "last_date")).explode("day", empty_as_null=True).drop_nulls().unique()


def _figures(candidate: Candidate, crawls: pl.DataFrame) -> pl.DataFrame:
    """The figures of daily crawls, a season of captured days at a time."""
    daily, found = crawls.filter(pl.col("basis") == "observed"), [NONE]
    for span in spans(set(daily["first_date"])):
        mine = daily.filter(pl.col("first_date").is_in(span))
        runs = mine.select(PARTITION)
        found.append(figures(
            mine,
            candidate.read(raw.FETCHES, runs, [*PARTITION, "http_status", "outcome"]),
            candidate.read(staging.OUTCOMES, runs, [*PARTITION, "outcome", "reason"]),
            candidate.read(staging.ARTICLES, runs, [*PARTITION, "byline", "body_length", "body_state", "is_alternate_view"]),
            candidate.read(ops.FATES_TABLE, runs, [*PARTITION, "fate"]),
        ))
    return pl.concat(found)


def _coverage(candidate: Candidate, days: list[date], sources: pl.DataFrame, topics: pl.DataFrame) -> None:
    rows = candidate.read(marts.ARTICLES, keys(days), _COUNTED)
    health = candidate.read(ops.SOURCE_DAYS, keys(days, "day"), _HEALTH)
    # A day counts once something was looked at or found on it: silence is never invented.
    known = pl.Series("day", sorted(set(rows["published_date"]) | set(health["day"])), pl.Date)
    candidate.replace(marts.COVERAGE_DAILY, keys(days), coverage_daily(rows, health, sources, topics, known))
    candidate.replace(marts.ACTORS_DAILY, keys(days), actors_daily(candidate.read(marts.MENTIONS, keys(days), _NAMED), rows))


def _spike_days(
    candidate: Candidate, coverage_days: list[date], before: dict[str, date], after: dict[str, date]
) -> list[date]:
    """Days whose evaluation can differ: those up to 63 days after a change, and those that became complete."""
    window = marts.COVERAGE_SPIKES.reach
    days = around(coverage_days, 0, window)
    for country, last in after.items():
        first = before.get(country)
        if first is not None and first < last:
            days |= {first + timedelta(days=number) for number in range(1, (last - first).days + 1)}
    covered = candidate.query("SELECT DISTINCT published_date FROM marts.coverage_daily SEMI JOIN keys USING (published_date)", keys=keys(days))
    return sorted(days & set(covered["published_date"]) | set(coverage_days))


def _spikes(candidate: Candidate, days: list[date], sources: pl.DataFrame, topics: pl.DataFrame, complete: dict[str, date]) -> None:
    window = around(days, marts.COVERAGE_SPIKES.reach, 0)
    found = coverage_spikes(
        candidate.read(marts.ARTICLES, keys(window), _COUNTED),
        candidate.read(marts.MENTIONS, keys(window), _NAMED),
        candidate.read(ops.SOURCE_DAYS, keys(window, "day"), _HEALTH),
        sources,
        topics,
        pl.Series("day", days, pl.Date),
        complete,
    )
    candidate.replace(marts.COVERAGE_SPIKES, keys(days), found)


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
