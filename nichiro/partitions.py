"""The steps that look at one log partition at a time: parse, gate, enrich. Each does only what its inputs ask for.

A partition's entry in the day's manifest holds the hash of what it was made from; where today's rules, bounds, beat or
method versions give another hash, it is made again. Days on which nothing changed since are not looked at: what a
morning costs does not grow with the years.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from functools import partial
from itertools import groupby

import polars as pl

from crawlers.catalog import sources
from crawlers.source import Source
from crawlers.tombstones import load_tombstones
from expectations import GATE_VERSION
from nichiro.drafts import Drafts
from nichiro.errors import ContractError
from nichiro.quarantine import entries
from nichiro.reading import PARSED, hands, parse_one
from nichiro.retention import note
from nichiro.run import Run
from nichiro.tones import Models
from nichiro.workers import spread
from transforms.actors import Directory
from transforms.beat import Beat
from warehouse.lake import Entry, Lake, Manifest, Partition
from warehouse.settled import open_days
from warehouse.tables import ops, raw, staging

Say = Callable[[str, str], None]


def parse(lake: Lake, catalog: dict[str, Source], say: Say) -> int:
    """Read every capture that today's rules have not read yet; returns the number of partitions read.

    A draft of them (``nichiro.reparse``) is taken as it is; much to read is read on all cores. Raises ContractError for a
    file of the log or the archive that is missing or damaged.
    """
    wanted, drafts = parsing(catalog), Drafts(lake)
    with open_for(lake, "parse", wanted) as days:
        unread = [partition for day in days for partition in _unread(lake, day, wanted)]
        step = partial(parse_one, lake, load_tombstones(lake))
        done = spread(step, ((each, catalog[each.source_id], wanted[each.source_id]) for each in unread), hands(lake, unread))
        for day, pairs in groupby(zip(unread, done, strict=True), key=lambda pair: pair[0].captured_date):
            found = []
            with _manifest(lake, day) as manifest:
                for partition, parsed in pairs:
                    entry = manifest.entries[partition.stem]
                    entry.parsed, entry.parsed_from = parsed.parsed, wanted[partition.source_id]
                    entry.counts |= parsed.counts
                    found.append(partition)
                    articles, held_back = (parsed.counts[table.name] for table in (staging.ARTICLES, staging.QUARANTINE))
                    say("parse", f"{partition.source_id}: {articles} articles, {held_back} quarantined")
            for partition in found:
                drafts.drop(partition)
    return len(unread)


def _unread(lake: Lake, day: date, wanted: dict[str, str]) -> list[Partition]:
    """The day's partitions that today's rules have to read; what left the catalog or expired is settled here."""
    unread = []
    with _manifest(lake, day) as manifest:
        for partition in lake.partitions(raw.CRAWLS, day):
            rules = wanted.get(partition.source_id)
            if rules is None:   # it left the catalog: it is not read again, and leaves the release
                manifest.entries.pop(partition.stem, None)
                continue
            entry = manifest.entries.setdefault(partition.stem, Entry())
            if entry.parsed_from == rules:
                continue
            if expired := note(lake, partition):   # it cannot be read again: its rows stay as they are
                manifest.entries[partition.stem] = expired.model_copy(update={"parsed_from": rules})
                continue
            unread.append(partition)
    return unread


def stale(lake: Lake, catalog: dict[str, Source]) -> Iterator[tuple[Partition, Entry]]:
    """Partitions that other rules than today's have read, oldest first, with their entries; also expired ones."""
    wanted = parsing(catalog)
    for partition, entry in reversed([*entries(lake)]):
        if entry.parsed_from != wanted.get(partition.source_id, entry.parsed_from):
            yield partition, entry


def parse_again(lake: Lake, chosen: Iterable[Partition]) -> None:
    """Let the next parse read these partitions again, whatever rules read them last."""
    by_day: dict[date, list[Partition]] = {}
    for partition in chosen:
        by_day.setdefault(partition.captured_date, []).append(partition)
    for day, partitions in by_day.items():
        with _manifest(lake, day) as manifest:
            for partition in partitions:
                manifest.entries[partition.stem].parsed_from = ""


def index(lake: Lake, say: Say) -> None:
    """Make raw.captures again from the archive where its file is missing or cannot be read.

    Raises ContractError where the archive cannot be read either.
    """
    from warehouse.archive import captures_of

    for partition in lake.partitions(raw.CRAWLS):
        try:
            lake.read_all(raw.CAPTURES, [partition], must_exist=True)
        except ContractError:
            answered = lake.read_all(raw.FETCHES, [partition], must_exist=True)["capture_id"].drop_nulls()
            captures = raw.CAPTURES.empty() if answered.is_empty() else captures_of(lake.data_dir, partition)
            lake.write(raw.CAPTURES, partition, captures)
            say("rebuild", f"{partition.source_id}: {captures.height} captures of {partition.run_id} indexed again")


def gate(lake: Lake, catalog: dict[str, Source], run: Run) -> tuple[pl.DataFrame, dict[str, str]]:
    """Accept or hold each newly parsed partition; returns the check results, and source_id -> reasons of those held."""
    bounds = gating(catalog)
    with open_for(lake, "gate", bounds) as days:
        wanted = {}
        for day in days:
            for stem, entry in lake.manifest(day).entries.items():
                partition = Partition.of(day, stem)
                if partition.source_id not in bounds or not entry.parsed or entry.expired:
                    continue
                if entry.gated != (digest := _sha256(bounds[partition.source_id] + str(sorted(entry.parsed.items())))):
                    wanted[partition] = digest
        return _judge(lake, catalog, run, wanted) if wanted else (ops.CHECK_RESULTS.empty(), {})


def _judge(
    lake: Lake, catalog: dict[str, Source], run: Run, wanted: dict[Partition, str]
) -> tuple[pl.DataFrame, dict[str, str]]:
    """Check the wanted partitions and note the verdicts, with the hash of what was looked at, in the manifests."""
    from expectations.gate import SourcePartition, check_sources

    batch = [
        SourcePartition(
            captured_date=partition.captured_date,
            run_id=partition.run_id,
            source_id=partition.source_id,
            frames={table.name: lake.read(table, partition) for table in (*PARSED, raw.CRAWLS)},
            bounds=catalog[partition.source_id].assertions.model_dump(),
        )
        for partition in wanted
    ]
    verdicts, results = check_sources(batch, run.run_id, run.now())
    by_day: dict[date, list] = {}
    for partition, verdict in zip(wanted, verdicts, strict=True):
        by_day.setdefault(partition.captured_date, []).append((partition, verdict))
    held = {}
    for day, pairs in by_day.items():
        with _manifest(lake, day) as manifest:
            for partition, verdict in pairs:
                entry = manifest.entries[partition.stem]
                entry.gated, entry.status, entry.reasons = wanted[partition], verdict.status, list(verdict.reasons)
                if verdict.status == "held":
                    held[partition.source_id] = "; ".join(verdict.reasons)
    return results, held


def enrich(lake: Lake, catalog: dict[str, Source], beat: Beat, directory: Directory, models: Models, say: Say) -> int:
    """Judge relevance, actors, tone, signatures and embeddings of accepted partitions; returns the number of partitions computed.

    Many articles are measured on all cores.
    """
    from nichiro import measuring
    from nichiro.lexicons import load_lexicons

    lexicons = load_lexicons()
    instruments = measuring.Instruments(beat, directory, lexicons, models, sources(catalog).select("source_id", "country_code", "publisher_kind"))
    methods = enriching(beat, directory, lexicons, models)
    with open_for(lake, "enrich", methods) as days:
        unmeasured = [each for day in days for each in _unmeasured(lake, day, methods)]
        articles = sum(count for _, count, _ in unmeasured)
        step = partial(measuring.measure_one, lake, instruments)
        done = spread(step, ((partition, wanted) for partition, _, wanted in unmeasured), measuring.hands(articles, len(unmeasured)))
        for day, pairs in groupby(zip(unmeasured, done, strict=True), key=lambda pair: pair[0][0].captured_date):
            with _manifest(lake, day) as manifest:
                for (partition, count, wanted), made in pairs:
                    entry = manifest.entries[partition.stem]
                    entry.enriched, entry.enriched_from = made.parsed, wanted
                    entry.counts |= made.counts
                    say("enrich", f"{partition.source_id}: {count} articles")
    return len(unmeasured)


def _unmeasured(lake: Lake, day: date, methods: str) -> Iterator[tuple[Partition, int, str]]:
    """The day's accepted partitions that today's methods have to measure, with their articles and what they are to be made from."""
    for stem, entry in lake.manifest(day).entries.items():
        wanted = _sha256(methods + entry.parsed.get(staging.ARTICLES.name, ""))
        if entry.status == "accepted" and entry.enriched_from != wanted and not entry.expired:
            yield Partition.of(day, stem), entry.counts.get(staging.ARTICLES.name, 0), wanted


def parsing(catalog: dict[str, Source]) -> dict[str, str]:
    """source_id -> the rules and the parser that its captures are read by."""
    from crawlers.parse import PARSER_VERSION

    return {source_id: f"{PARSER_VERSION}+{source.rules_sha256()}" for source_id, source in catalog.items()}


def gating(catalog: dict[str, Source]) -> dict[str, str]:
    """source_id -> the bounds and the gate that its partitions are judged by."""
    return {source_id: GATE_VERSION + source.assertions.model_dump_json() for source_id, source in catalog.items()}


def enriching(beat: Beat, directory: Directory, lexicons: pl.DataFrame, models: Models) -> str:
    """The beat, actors, word lists, models and methods that articles are measured by."""
    from transforms import actors, copies, embedding, relevance, tone

    versions = relevance.VERSION + actors.VERSION + tone.VERSION + copies.VERSION + embedding.version_of() + models.version()
    return versions + beat.sha256() + directory.sha256() + _sha256(lexicons.write_csv())


def open_for(lake: Lake, step: str, methods: object) -> AbstractContextManager[list[date]]:
    """The days on which the step may have something to do; all of them where its methods are others than last time."""
    return open_days(lake, lake.data_dir / "state" / "settled" / f"{step}.json", _sha256(str(methods)))


@contextmanager
def _manifest(lake: Lake, day: date) -> Iterator[Manifest]:
    """The day's manifest, written back when it changed, also when a later partition fails."""
    manifest = lake.manifest(day)
    before = manifest.model_copy(deep=True)
    try:
        yield manifest
    finally:
        if manifest != before:
            lake.write_manifest(day, manifest)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
