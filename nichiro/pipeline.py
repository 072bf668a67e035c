"""The pipeline: the steps of a run, each a method of the same name as in ``nichiro.steps``, and all of them in a row.

Every step finds its work in the lake and the candidate, so that each can also be a process of its own (Airflow), be
killed, and be run again. Heavy libraries are imported where they are used.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property, partial
from pathlib import Path

import polars as pl
import yaml
from pydantic import ValidationError

from crawlers.catalog import load_catalog, sources
from crawlers.source import Source
from expectations import GATE_VERSION
from nichiro.errors import CheckFailed, ConfigError, NichiroError
from nichiro.run import Run, start_run
from nichiro.settings import Settings
from nichiro.status import Status
from nichiro.steps import STEPS
from transforms.beat import Beat
from warehouse.contract import Table
from warehouse.lake import Entry, Lake, Partition
from warehouse.store import Candidate, current_release, publish
from warehouse.tables import TABLES, enriched, ops, raw, staging

PARSED = (staging.ARTICLES, staging.QUARANTINE, staging.OUTCOMES)
ENRICHED = (enriched.RELEVANCE_TABLE, enriched.PASSAGES, enriched.TOPICS, enriched.TONE, enriched.SIGNATURES)
Say = Callable[[str, str], None]


def load_beat(path: Path) -> Beat:
    """Read a beat's YAML. Raises ConfigError with key and what is wrong."""
    try:
        return Beat(**yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, TypeError) as error:
        raise ConfigError(f"{path} is no beat: {error}".replace("\n", " "), "see docs/adding-a-beat.md") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{path}: {key}: {first['msg']}", "see docs/adding-a-beat.md") from error


@dataclass
class Pipeline:
    """One run over one data folder. ``say(step, message)`` tells a person how far it is."""

    settings: Settings
    run_date: date | None = None
    say: Say = lambda step, message: None  # noqa: E731
    run: Run = field(init=False)
    status: Status = field(init=False)

    def __post_init__(self) -> None:
        self.run = start_run(self.settings, self.run_date)
        self.status = Status(run_id=self.run.run_id, run_date=self.run.run_date, started_at=self.run.started_at)
        self.lake = Lake(self.settings.data_dir)
        self._one_world()

    @cached_property
    def catalog(self) -> dict[str, Source]:
        return load_catalog(self.settings.catalog_dir)

    @cached_property
    def beat(self) -> Beat:
        return load_beat(self.settings.beat)

    def _one_world(self) -> None:
        """A data folder belongs to a replay or to the live web for ever: demo rows never reach a real report."""
        world = "replay" if self.settings.is_replay else "live"
        mark = self.settings.data_dir / "state" / "world"
        if not mark.exists():
            from warehouse.lake import write_atomically

            write_atomically(mark, lambda file: file.write(world.encode()))
        elif (found := mark.read_text()) != world and self.settings.proxy:
            raise ConfigError(
                f"{self.settings.data_dir} holds a {found} archive, this run is {world}", "use another NICHIRO_DATA_DIR"
            )

    # The steps -------------------------------------------------------------------------------------------------

    def crawl(self, source_ids: list[str] | None = None, first: date | None = None, last: date | None = None) -> pl.DataFrame:
        """Fetch the active sources, or those named; a range reads declared archives only. Returns raw.crawls rows."""
        from crawlers.run import crawl

        unknown = sorted(set(source_ids or []) - set(self.catalog))
        if unknown:
            raise ConfigError(f"unknown source {', '.join(unknown)}", "see `nichiro source list`")
        today = self.run.started_at.date()
        if first is None and self.run.run_date < today - timedelta(days=2):
            first = last = self.run.run_date   # a past day is read from archives, never from today's feeds
        crawls = crawl(
            self.settings, self.run, self.catalog, source_ids, first, last, partial(self.say, "crawl")
        )
        for row in crawls.filter(~pl.col("state").is_in(["ok", "empty"])).iter_rows(named=True):
            self.status.sources[row["source_id"]] = f"{row['state']}: {row['reason'] or ''}"
        self.status.counts["fetched"] = int(crawls["fetched_count"].sum())
        return crawls

    def parse(self) -> int:
        """Read every capture that was not read by today's rules; returns the partitions read."""
        from crawlers.parse import PARSER_VERSION, parse
        from warehouse.archive import read_response

        def read(row: dict) -> object:
            return read_response(self.settings.data_dir, row["warc_path"], row["warc_offset"])

        def compute(partition: Partition, source: Source) -> dict[str, pl.DataFrame]:
            return parse(self.lake.read(raw.CAPTURES, partition), read, source)

        count = 0
        for day, partitions in self._log_days():
            manifest = self.lake.manifest(day)
            before = manifest.model_copy(deep=True)
            for partition in partitions:
                source = self._source(partition)
                if source is None:
                    continue
                entry = manifest.entries.setdefault(partition.stem, Entry())
                wanted = f"{PARSER_VERSION}+{source.rules_sha256()}"
                if entry.parsed_from == wanted:
                    continue
                frames = compute(partition, source)
                entry.parsed = self._write(partition, PARSED, frames, entry)
                entry.parsed_from = wanted
                count += 1
                self.say("parse", f"{partition.source_id}: {frames['staging.articles'].height} articles, "
                                  f"{frames['staging.quarantine'].height} quarantined")
            if manifest != before:
                self.lake.write_manifest(day, manifest)
        self.status.counts["parsed_partitions"] = count
        return count

    def gate(self) -> pl.DataFrame:
        """Accept or hold each parsed partition; returns the check results of those looked at."""
        wanted = {}
        for day in self.lake.days():
            for stem, entry in self.lake.manifest(day).entries.items():
                partition = Partition.of(day, stem)
                source = self._source(partition)
                if source is None or not entry.parsed:
                    continue
                seen = hashlib.sha256(
                    (source.assertions.model_dump_json() + str(sorted(entry.parsed.items())) + GATE_VERSION).encode()
                ).hexdigest()
                if entry.gated != seen:
                    wanted[partition] = seen
        if not wanted:
            return ops.CHECK_RESULTS.empty()
        from expectations.gate import SourcePartition, check_sources

        batch = [
            SourcePartition(
                captured_date=partition.captured_date,
                run_id=partition.run_id,
                source_id=partition.source_id,
                frames={table.name: self.lake.read(table, partition) for table in (*PARSED, raw.CRAWLS)},
                bounds=self.catalog[partition.source_id].assertions.model_dump(),
            )
            for partition in wanted
        ]
        verdicts, results = check_sources(batch, self.run.run_id, self.run.now())
        by_day: dict[date, list] = {}
        for partition, verdict in zip(wanted, verdicts, strict=True):
            by_day.setdefault(partition.captured_date, []).append((partition, verdict))
        for day, pairs in by_day.items():
            manifest = self.lake.manifest(day)
            for partition, verdict in pairs:
                entry = manifest.entries[partition.stem]
                entry.gated, entry.status, entry.reasons = wanted[partition], verdict.status, list(verdict.reasons)
                if verdict.status == "held":
                    self.status.sources[partition.source_id] = f"held: {'; '.join(verdict.reasons)}"
                    self.say("gate", f"{partition.source_id}: held, {'; '.join(verdict.reasons)}")
            self.lake.write_manifest(day, manifest)
        results.write_parquet(self.run.directory / "checks_sources.parquet")
        self.status.note_checks(results)
        return results

    def enrich(self) -> int:
        """Judge relevance, tone and signatures of accepted partitions; returns the partitions computed."""
        from nichiro.lexicons import load_lexicons
        from transforms import copies, relevance, tone

        version = hashlib.sha256(
            "".join([relevance.VERSION, tone.VERSION, copies.VERSION, self.beat.sha256()]).encode()
        ).hexdigest()
        lexicons = load_lexicons()
        catalog = sources(self.catalog).select("source_id", "country_code", "publisher_kind")
        count = 0
        for day in self.lake.days():
            manifest = self.lake.manifest(day)
            before = manifest.model_copy(deep=True)
            for stem, entry in manifest.entries.items():
                wanted = hashlib.sha256((version + entry.parsed.get("staging.articles", "")).encode()).hexdigest()
                if entry.status != "accepted" or entry.enriched_from == wanted:
                    continue
                partition = Partition.of(day, stem)
                articles = self.lake.read(staging.ARTICLES, partition).join(catalog, on="source_id", how="left")
                judged = relevance.judge(articles, self.beat)
                frames = {
                    "enriched.relevance": judged.relevance,
                    "enriched.passages": judged.passages,
                    "enriched.topics": judged.topics,
                    "enriched.tone": tone.tone(articles, lexicons),
                    "enriched.signatures": copies.signatures(articles),
                }
                entry.enriched = self._write(partition, ENRICHED, frames, entry)
                entry.enriched_from = wanted
                count += 1
                self.say("enrich", f"{partition.source_id}: {articles.height} articles")
            if manifest != before:
                self.lake.write_manifest(day, manifest)
        self.status.counts["enriched_partitions"] = count
        return count

    def build(self, *, fresh: bool = False) -> None:
        """Bring a candidate up to the lake; what check and publish need to know is noted beside it."""
        from nichiro.build import build

        candidate = Candidate.start(self.settings.data_dir, fresh=fresh)
        try:
            built = build(self.lake, candidate, sources(self.catalog), topics(self.beat))
        except BaseException:
            candidate.abandon()
            raise
        candidate.note(
            {
                "build_id": self.run.run_id,
                "fresh": fresh,
                "empty": built.is_empty and current_release(self.settings.data_dir) is not None,
                "checked": False,
                "days": [day.isoformat() for day in built.coverage_days],
                "captured": [day.isoformat() for day in built.captured_days],
            }
        )
        candidate.close()
        self.status.counts |= {"dirty_partitions": built.partitions, "documents": built.documents, "days": len(built.coverage_days)}
        self.say("build", f"{built.partitions} partitions, {built.documents} documents, {len(built.coverage_days)} days")

    def check(self) -> pl.DataFrame:
        """Check the candidate's dirty rows. Raises CheckFailed or CheckErrored; then nothing is published."""
        from expectations.gate import check_tables, raise_for

        candidate = Candidate(self.settings.data_dir)
        note = candidate.noted()
        try:
            if note["empty"]:
                results = ops.CHECK_RESULTS.empty()
            else:
                names = [table.name for table in TABLES.values() if table.served]
                results = check_tables(_reader(candidate, note), names, self.run.run_id, self.run.now(), _keys(candidate))
                results.write_parquet(self.run.directory / "checks_tables.parquet")
                self.status.note_checks(results)
                raise_for(results)
            candidate.note(note | {"checked": True})
        finally:
            candidate.abandon()
        self.say("check", f"{results.height} checks passed or warned")
        return results

    def publish(self) -> str | None:
        """Make a checked candidate the current release; returns its build_id, None where nothing is new."""
        candidate = Candidate(self.settings.data_dir)
        note = candidate.noted()
        if note["empty"] or not note["checked"]:
            candidate.abandon()
            if note["empty"]:
                self.say("publish", "nothing new: the current release stays")
                return None
            raise CheckFailed("the candidate was not checked, or a check failed", "run `nichiro check`")
        self.status.build_id = note["build_id"]
        self._ledger(candidate)
        candidate.close()
        publish(self.settings.data_dir, note["build_id"], self.settings.keep_releases)
        self.say("publish", f"release {note['build_id']}")
        return note["build_id"]

    def report(self) -> Path:
        """Write the report of the run's day from the current release."""
        from nichiro.report import write_report

        path = write_report(self.settings.data_dir, self.settings.data_dir / "report.html", self.run.run_date)
        self.status.report = str(path)
        self.say("report", str(path))
        return path

    # All of them -----------------------------------------------------------------------------------------------

    def run_all(self, source_ids: list[str] | None = None, first: date | None = None, last: date | None = None) -> Status:
        """Every step in order. A blocked or failed run leaves the current release and says why in its status."""
        with self.lake.lock():
            return self._steps(dict.fromkeys(STEPS, ()) | {"crawl": (source_ids, first, last)})

    def rebuild(self) -> Status:
        """Everything that is derived, again, from archive and log, without network."""
        with self.lake.lock():
            for day in self.lake.days():
                (self.lake.root / "manifests" / f"{day}.json").unlink()
            return self._steps({"parse": (), "gate": (), "enrich": (), "build": (), "check": (), "publish": (), "report": ()}, fresh=True)

    def step(self, name: str, *arguments: object, **options: object) -> Status:
        """One step alone, as Airflow runs it. Crawls may run side by side: each writes files of its own."""
        with nullcontext() if name in ("crawl", "report") else self.lake.lock():
            return self._steps({name: arguments}, alone=True, **options)

    def _steps(self, steps: dict[str, tuple], *, alone: bool = False, fresh: bool = False) -> Status:
        self.status.write(self.run.directory)
        try:
            for name, arguments in steps.items():
                with self._timed(name):
                    options = {"fresh": True} if fresh and name == "build" else {}
                    outcome = getattr(self, name)(*arguments, **options)
                if name == "publish":
                    self.status.status = "published" if outcome else "unchanged"
                    self.status.finished_at = self.run.now()
                    self.status.write(self.run.directory)   # the report reads it
            if self.status.status == "running":
                self.status.status = "done"
        except NichiroError as error:
            self.status.status = "blocked" if self.status.step == "check" else "failed"
            self.status.exit_code, self.status.message = error.exit_code, str(error)
            self.status.finished_at = self.run.now()
            self.status.write(self.run.directory)
            if not alone and self.status.status == "blocked" and current_release(self.settings.data_dir):
                self.report()
            raise
        self.status.finished_at = self.run.now()
        self.status.write(self.run.directory)
        return self.status

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        self.status.step = name
        start = self.run.now()
        yield
        self.status.seconds[name] = round((self.run.now() - start).total_seconds(), 2)

    def _log_days(self) -> Iterator[tuple[date, list[Partition]]]:
        by_day: dict[date, list[Partition]] = {}
        for partition in self.lake.partitions(raw.CRAWLS):
            by_day.setdefault(partition.captured_date, []).append(partition)
        yield from by_day.items()

    def _source(self, partition: Partition) -> Source | None:
        """The partition's source; one that left the catalog is not read again, and leaves the release."""
        return self.catalog.get(partition.source_id)

    def _write(self, partition: Partition, tables: tuple[Table, ...], frames: dict[str, pl.DataFrame], entry: Entry) -> dict[str, str]:
        hashes = {}
        for table in tables:
            hashes[table.name] = self.lake.write(table, partition, frames[table.name])
            entry.counts[table.name] = frames[table.name].height
        return hashes

    def _ledger(self, candidate: Candidate) -> None:
        """Write this run and the blocked ones since the last release, with their checks, into the candidate."""
        known = set(candidate.read(ops.RUNS)["run_id"])
        latest = max(known, default="")
        for folder in sorted((self.settings.data_dir / "runs").iterdir()):
            if folder.name <= latest or folder.name in known or not (folder / "status.json").exists():
                continue
            status = self.status if folder == self.run.directory else Status.model_validate_json((folder / "status.json").read_bytes())
            checks = [pl.read_parquet(path) for path in sorted(folder.glob("checks_*.parquet"))]
            if checks:
                candidate.insert(ops.CHECK_RESULTS, pl.concat([ops.CHECK_RESULTS.conform(frame) for frame in checks]))
            if status.status == "blocked" or folder == self.run.directory:
                row = {
                    "run_id": status.run_id, "run_date": status.run_date, "started_at": status.started_at,
                    "status": "blocked" if status.status == "blocked" else "published", "build_id": status.build_id,
                }
                candidate.insert(ops.RUNS, ops.RUNS.conform(pl.DataFrame([row], schema=ops.RUNS.schema)))


def topics(beat: Beat) -> pl.DataFrame:
    """The beat's topics as ops.topics."""
    rows = [{"topic_id": topic_id, "title": topic.title} for topic_id, topic in beat.topics.items()]
    return ops.TOPICS.conform(pl.DataFrame(rows, schema=ops.TOPICS.schema))


def _reader(candidate: Candidate, note: dict) -> Callable[[str], pl.DataFrame]:
    """Reads a table of the candidate, restricted to what this build changed."""
    days = pl.DataFrame({"day": note["days"]}, schema={"day": pl.String}).select(pl.col("day").str.to_date())
    captured = pl.DataFrame({"captured_date": note["captured"]}, schema={"captured_date": pl.String})
    keys = {
        "published_date": days.rename({"day": "published_date"}),
        "day": days,
        "captured_date": captured.select(pl.col("captured_date").str.to_date()),
    }
    return lambda name: candidate.read(TABLES[name], keys.get(TABLES[name].partition))


def _keys(candidate: Candidate) -> Callable[[str, str], pl.Series]:
    """All values of a column of the candidate: what a reference may point to."""
    return lambda name, column: candidate.query(f"SELECT DISTINCT {column} FROM {TABLES[name].name}")[column]  # noqa: S608
