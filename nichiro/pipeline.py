"""The pipeline: the steps of a run by their names in ``nichiro.steps``, and all of them in a row.

Every step finds its work in the lake and the candidate, so that each can also be a process of its own (Airflow), be
killed, and be run again. Heavy libraries are imported where they are used.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property, partial

import polars as pl

from crawlers.catalog import load_catalog, sources
from crawlers.source import Source
from nichiro import candidate, forget, log, partitions, retention, world
from nichiro.actors import load_directory
from nichiro.beat import load_beat, topics
from nichiro.errors import Bug, ConfigError, NichiroError, TransientError
from nichiro.partitions import Say
from nichiro.ping import ping
from nichiro.readiness import ASKED_BEFORE, require_readiness
from nichiro.run import Run, start_run
from nichiro.settings import Settings
from nichiro.status import Status
from nichiro.steps import STEPS
from nichiro.tones import Models, models, validation
from transforms.actors import Directory, actors, offices
from transforms.beat import Beat
from warehouse.lake import Lake, Partition, write_atomically
from warehouse.store import current_release
from warehouse.tables import raw

logger = logging.getLogger(__name__)

TODAY_IS = timedelta(days=2)   # a run's day may lag the fetch by the time zones and a night; older days are the past


@dataclass
class Pipeline:
    """One run over one data folder. ``say(step, message)`` tells a person how far it is."""

    settings: Settings
    run_date: date | None = None
    say: Say = lambda step, message: None
    run: Run = field(init=False)
    status: Status = field(init=False)
    _put_off: NichiroError | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.run = start_run(self.settings, self.run_date)
        self.status = Status(run_id=self.run.run_id, run_date=self.run.run_date, started_at=self.run.started_at)
        self.lake = Lake(self.settings.data_dir)
        self._speak, self.say = self.say, self._say

    @cached_property
    def catalog(self) -> dict[str, Source]:
        return load_catalog(self.settings.catalog_dir)

    @cached_property
    def beat(self) -> Beat:
        return load_beat(self.settings.beat)

    @cached_property
    def models(self) -> Models:
        return models(self.settings.tone_model, self.settings.tone_candidate)

    @cached_property
    def directory(self) -> Directory:
        return load_directory(self.settings.beat)

    def crawl(self, source_ids: list[str] | None = None, first: date | None = None, last: date | None = None) -> pl.DataFrame:
        """Fetch the active sources, or those named; a range, or a past day, is read from declared archives only."""
        from crawlers.run import crawl

        world.enter(self.settings)
        unknown = sorted(set(source_ids or []) - set(self.catalog))
        if unknown:
            raise ConfigError(f"unknown source {', '.join(unknown)}", "see `nichiro source list`")
        if first is None and self.run.run_date < self.run.started_at.date() - TODAY_IS:
            first = last = self.run.run_date
        crawls = crawl(self.settings, self.run, self.catalog, source_ids, first, last, lambda source_id, text: self.say("crawl", f"{source_id}: {text}"))
        for row in crawls.filter(~pl.col("state").is_in(["ok", "empty"])).iter_rows(named=True):
            self.status.sources[row["source_id"]] = f"{row['state']}: {row['reason'] or ''}"
        self.status.counts["fetched"] = int(crawls["fetched_count"].sum())
        self._one_line_of_our_own(crawls)
        return crawls

    def parse(self) -> None:
        if forget.is_pending(self.lake):
            removed = forget.honour(self.lake, self.catalog, self.say)
            self.status.counts |= {f"taken_down_{name}": count for name, count in removed.items()}
        self.status.counts["parsed_partitions"] = partitions.parse(self.lake, self.catalog, self.say)

    def _parse_anew(self) -> None:
        partitions.index(self.lake, self.say)
        for day in self.lake.days():
            self.lake.manifest_path(day).unlink()
        self.parse()

    def _parse_chosen(self, chosen: Iterable[Partition]) -> None:
        partitions.parse_again(self.lake, chosen)
        self.parse()

    def gate(self) -> None:
        results, held = partitions.gate(self.lake, self.catalog, self.run)
        self._keep_checks("sources", results)
        for source_id, reasons in held.items():
            self.status.sources[source_id] = f"held: {reasons}"
            self.say("gate", f"{source_id}: held, {reasons}")

    def enrich(self) -> None:
        self.status.counts["enriched_partitions"] = partitions.enrich(self.lake, self.catalog, self.beat, self.directory, self.models, self.say)

    def build(self, *, fresh: bool = False) -> None:
        fresh = fresh or forget.is_pending(self.lake)   # a changed DuckDB file keeps deleted text in its free pages
        built = candidate.build(self.lake, self.run, sources(self.catalog), topics(self.beat), partial(self.say, "build"), actors=actors(self.directory), offices=offices(self.directory), validation=validation(), fresh=fresh)
        counts = {"dirty_partitions": built.partitions, "documents": built.documents, "days": len(built.coverage_days)}
        self.status.counts |= counts
        self.say("build", ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items()))

    def check(self) -> None:
        """Raises CheckFailed or CheckErrored; then nothing is published."""
        from expectations.gate import raise_for

        results = candidate.check(self.run, self.settings)
        self._keep_checks("tables", results)
        raise_for(results)
        self.say("check", f"{results.height} checks, {results.filter(pl.col('outcome') != 'passed').height} warnings")

    def publish(self) -> None:
        build_id = candidate.publish(self.run, self.settings, self.status)
        self.status.status = "published" if build_id else "unchanged"
        self.say("publish", f"release {build_id}" if build_id else "nothing new: the current release stays")
        if forget.is_pending(self.lake):
            self._settle_takedowns()
        self.retain()

    def _settle_takedowns(self) -> None:
        from nichiro.alerts import Alerts

        Alerts(self.settings, self.run).write_feed()
        forget.settle(self.lake)
        self.say("publish", "takedowns are settled: older releases are gone")

    def retain(self) -> None:
        """Let the archive expire whose time is over; a replay's never does of itself, it lives in another time."""
        if not self.settings.is_replay and world.world_of(self.settings.data_dir) == "replay":
            return
        expired = [each for each in retention.due(self.lake, self.catalog, self.run.now().date()) if retention.expire(self.lake, each)]
        if expired:
            self.status.counts["expired_partitions"] = len(expired)
            self.say("publish", f"{len(expired)} partitions expired, {sum(each.bytes for each in expired) / 1e6:.1f} MB")

    def alert(self) -> None:
        """Tell people what is new in the current release. Trouble here stops nothing: in a whole run it is raised last."""
        from nichiro.alerts import Alerts

        try:
            counts = Alerts(self.settings, self.run, partial(self.say, "alert")).watch()
        except NichiroError as error:
            if self.status.status == "running":
                raise
            self._put_off = error
            self.say("alert", str(error))
            return
        self.status.counts |= {f"alerts_{name}": count for name, count in counts.items()}

    def report(self) -> None:
        from nichiro.report import write_guard, write_report

        # before the first release there is no report, but what blocked it can be read
        is_first = self.status.status == "blocked" and current_release(self.settings.data_dir) is None
        write, name = (write_guard, "guard.html") if is_first else (write_report, "report.html")
        path = write(self.settings.data_dir, self.settings.data_dir / name, self.run.run_date)
        self.status.report = str(path)
        self.say("report", str(path))

    def run_all(self, source_ids: list[str] | None = None, first: date | None = None, last: date | None = None) -> Status:
        """Every step in order. A blocked or failed run leaves the current release and says why in its status."""
        return self._all(crawl=partial(self.crawl, source_ids, first, last))

    def take_down(self, holding: forget.Holding, reason: str | None) -> Status:
        """Take a document down: its tombstone, then all that has to do without it. Where this is killed, the next run goes on."""
        with self.lake.lock():
            forget.bury(self.lake, self.run, holding, reason)
        return self.catch_up()

    def rebuild(self) -> Status:
        """Everything that is derived, again, from archive and log, without network. Raises ConfigError without a log."""
        self._read_declarations()
        if not self.lake.partitions(raw.CRAWLS):
            raise ConfigError(f"nothing was ever crawled into {self.settings.data_dir}", "set NICHIRO_DATA_DIR or --data-dir")
        return self._all("crawl", parse=self._parse_anew, build=partial(self.build, fresh=True))

    def replay(self, chosen: Iterable[Partition]) -> Status:
        """These partitions parsed again from the archive, and a release that holds what came of it, without network."""
        return self._all("crawl", parse=partial(self._parse_chosen, chosen))

    def catch_up(self) -> Status:
        """What the log holds and the release does not, without network and without telling anybody."""
        return self._all("crawl", "alert")

    def step(self, name: str, *arguments: object) -> Status:
        """One step alone, as Airflow runs it. Crawls may run side by side: each writes files of its own."""
        with nullcontext() if name in ("crawl", "report") else self.lake.lock():
            return self._do({name: partial(getattr(self, name), *arguments)})

    def _all(self, *left_out: str, **instead: Callable[[], object]) -> Status:
        """Every step but those left out, some of them otherwise."""
        self._read_declarations()
        with self.lake.lock():
            return self._do({name: instead.get(name, getattr(self, name)) for name in STEPS if name not in left_out})

    def _do(self, steps: dict[str, Callable[[], object]]) -> Status:
        with log.recorded(self.run.directory, self.run.run_id):
            self._write_status()
            try:
                for name, step in steps.items():
                    self._take(name, step)
                if self._put_off:
                    raise self._put_off
            except NichiroError as error:
                self._tell_trouble(error, steps)
                raise
            finally:
                if "publish" in steps or self.status.status == "blocked":
                    ping(self.settings, self.status)
            if self.status.status == "running":
                self.status.status = "done"
            self._write_status()
        return self.status

    def _take(self, name: str, step: Callable[[], object]) -> None:
        """Take one step and its time. Raises Bug for what no step should raise."""
        self.status.step, start = name, self.run.now()
        try:
            if name in ASKED_BEFORE:
                require_readiness(self.settings, self.run)
            step()
        except TransientError as error:
            error.message = f"step {name}: {error.message}"
            raise
        except NichiroError:
            raise
        except Exception as error:
            logger.exception("a bug of ours", extra={"step": name})
            said = " ".join(str(error).split())[:200]
            raise Bug(
                f"a bug of ours in step {name}: {type(error).__name__}: {said}",
                f"the current release stays; report it with {self.run.directory / 'log.jsonl'}",
            ) from error
        self.status.seconds[name] = round((self.run.now() - start).total_seconds(), 2)
        logger.info("done in %s s", self.status.seconds[name], extra={"step": name})
        if name == "publish":
            self._write_status()   # the report reads it

    def _tell_trouble(self, error: NichiroError, steps: dict[str, Callable[[], object]]) -> None:
        """Write down what stopped the run, tell those who keep nichiro running, and show it in the report."""
        self.status.exit_code, self.status.message = error.exit_code, log.redact(str(error))
        if error is not self._put_off:   # that one came after the publish and spoils nothing
            self.status.status = "blocked" if self.status.step in ("check", "publish") else "failed"
        logger.error("%s: %s", self.status.status, error, extra={"step": self.status.step})
        with suppress(TransientError):   # on a full disk the error itself says more, and the run will look as if it had died
            self._write_status()
        if self.status.status not in ("blocked", "failed"):
            return
        if "alert" in steps and self.status.step != "alert":
            self.alert()
        if "report" in steps and self.status.status == "blocked":
            self.report()
            self._write_status()

    def _say(self, step: str, message: str) -> None:
        logger.info(message, extra={"step": step})
        self._speak(step, log.shown(message))

    def _one_line_of_our_own(self, crawls: pl.DataFrame) -> None:
        """Raise TransientError where no site can be at fault: the outcome rows stay, and the next run builds on them."""
        from nichiro.witness import own_trouble

        logged = [Partition(day, self.run.run_id, source_id) for day, source_id in crawls.select("captured_date", "source_id").unique().sort(pl.all()).iter_rows()]
        fetches, captures = (self.lake.read_all(table, logged) for table in (raw.FETCHES, raw.CAPTURES))
        if trouble := own_trouble(self.settings, self.catalog, crawls, fetches, captures):
            raise TransientError(*trouble)

    def _write_status(self) -> None:
        self.status.finished_at = self.run.now()
        self.status.write(self.run.directory)

    def _keep_checks(self, gate: str, results: pl.DataFrame) -> None:
        write_atomically(self.run.directory / f"checks_{gate}.parquet", lambda file: results.write_parquet(file))
        self.status.note_checks(results)

    def _read_declarations(self) -> None:   # before an hour of crawling, not after it: raises ConfigError for a broken one
        _ = self.catalog, self.beat, self.directory, self.models
