"""What would have been alarmed on past days, by the warehouse as it could have been known on each of them.

The lake as of a day is a folder of links to the captured days up to it: what was captured later is not there to be seen,
neither articles nor crawls nor corrections, whatever days they speak of. It is brought up day by day by the very build that
runs every morning. Sources, topics, word lists and methods are today's: it tells what today's nichiro would have said.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from crawlers.catalog import load_catalog, sources
from nichiro.actors import load_directory
from nichiro.beat import load_beat, topics
from nichiro.build import build
from nichiro.errors import ConfigError
from nichiro.settings import Settings
from transforms.actors import actors, offices
from transforms.alerts import MEMORY_DAYS, alert_observations
from warehouse.columns import SENSITIVITIES
from warehouse.lake import Lake
from warehouse.store import Candidate, connect, current_release
from warehouse.tables import marts, ops, raw

DAYS = 60            # looked back at, where nobody says
BEFORE_DAYS = 150    # captured before the first day that are built: spikes look back 91 days, copies and health 30 and 44 more
SHOWN = ("topic_id", "country_code", "language_code", "genre", "actor_id", "period", "level", "sensitivity", "observed_count", "expected_count", "q_value")


@dataclass(frozen=True)
class Catalog:
    """What a build asks for beside the lake: the catalog and the beat as tables."""

    sources: pl.DataFrame
    topics: pl.DataFrame
    actors: pl.DataFrame
    offices: pl.DataFrame


def catalog_of(settings: Settings) -> Catalog:
    """Today's catalog and beat."""
    beat, directory = load_beat(settings.beat), load_directory(settings.beat)
    return Catalog(sources(load_catalog(settings.catalog_dir)), topics(beat), actors(directory), offices(directory))


def backtest(data_dir: Path, catalog: Catalog, zone: ZoneInfo, since: date | None, until: date | None, say: Callable[[str], None]) -> dict[str, Any]:
    """``{"since", "until", "alarms": […], "sensitivities": [{sensitivity, alarms, kept, useful, not_useful, a_60_days}]}``.

    An alarm has ``as_of`` (the captured day), ``published_date``, ``alert_id``, SHOWN, ``is_kept`` (the current release still
    has it) and ``decision`` (what a person said of it, if anybody did). Days are captured days, by UTC. Raises ConfigError
    where nothing was captured in them.
    """
    lake = Lake(data_dir)
    captured = lake.days()
    last = until or (captured[-1] if captured else date.min)
    first = since or max(last - timedelta(days=DAYS - 1), date.min)
    if not any(first <= day <= last for day in captured):
        raise ConfigError(f"nothing was captured from {first} to {last}", f"the lake has {captured[0]} to {captured[-1]}" if captured else "run `nichiro run`")
    alarms = [alarm for found in replay(data_dir, catalog, zone, first, last, say) for alarm in found]
    release = _release(data_dir)
    said = dict(_decisions(lake).select("alert_id", "decision").iter_rows())
    told = [alarm | {"is_kept": alarm["alert_id"] in release, "decision": said.get(alarm["alert_id"])} for alarm in alarms]
    return {"since": first, "until": last, "alarms": told, "sensitivities": [_setting(name, told, (last - first).days + 1) for name in SENSITIVITIES]}


def replay(data_dir: Path, catalog: Catalog, zone: ZoneInfo, first: date, last: date, say: Callable[[str], None]) -> Iterator[list[dict[str, Any]]]:
    """Per captured day from ``first`` to ``last`` the alarms that are new on it, by what was captured until then."""
    lake = Lake(data_dir)
    days = [day for day in lake.days() if first - timedelta(days=BEFORE_DAYS) <= day <= last]
    with tempfile.TemporaryDirectory(prefix="nichiro-backtest-") as folder:
        past = Lake(Path(folder))
        for day in days:
            if day < first:
                _link(lake, past, day)
        candidate = Candidate.start(past.data_dir, fresh=True)
        try:
            seen = ops.ALERT_OBSERVATIONS.empty()
            for number, day in enumerate(day for day in days if day >= first):
                if number == 0:
                    seen = _look(past, candidate, catalog, zone, seen, f"{day:%Y%m%d}-before")   # what was known before is not new
                _link(lake, past, day)
                after = _look(past, candidate, catalog, zone, seen, f"{day:%Y%m%d}")
                new = after.filter(pl.col("run_id") == f"{day:%Y%m%d}", pl.col("state") == "new")
                say(f"{day}: {new.height} alarms")
                yield [{"as_of": day} | row for row in new.select("published_date", "alert_id", *SHOWN).iter_rows(named=True)]
                seen = after
        finally:
            candidate.abandon()


def _link(lake: Lake, past: Lake, day: date) -> None:
    """Put a captured day into the past: its manifest and, of every table, its folder."""
    for path in sorted(lake.root.glob(f"*/*/captured_date={day}")):
        target = past.root / path.relative_to(lake.root)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(path.resolve(), target_is_directory=True)
    manifest = past.manifest_path(day)
    manifest.parent.mkdir(parents=True, exist_ok=True)
    manifest.symlink_to(lake.manifest_path(day).resolve())


def _look(past: Lake, candidate: Candidate, catalog: Catalog, zone: ZoneInfo, seen: pl.DataFrame, run_id: str) -> pl.DataFrame:
    """Build, and note what the morning's alert step would; what was noted before, and that."""
    if not past.days():
        return seen
    build(past, candidate, catalog.sources, catalog.topics, actors=catalog.actors, offices=catalog.offices)
    looked: datetime | None = candidate.query(f"SELECT max(started_at) AS latest FROM {raw.CRAWLS.name}")["latest"][0]  # noqa: S608 (a known name)
    if looked is None:
        return seen
    today = looked.astimezone(zone).date()
    found = alert_observations(candidate.read(marts.COVERAGE_SPIKES), seen, today)
    rows = found.with_columns(observation_id=pl.col("alert_id") + f"-{run_id}", run_id=pl.lit(run_id), captured_date=pl.lit(today), as_of=pl.lit(looked))
    recent = seen.filter(pl.col("published_date") >= today - timedelta(days=MEMORY_DAYS))
    return pl.concat([recent, ops.ALERT_OBSERVATIONS.conform(rows)])


def _release(data_dir: Path) -> set[str]:
    """The spikes that the current release has."""
    if current_release(data_dir) is None:
        return set()
    with connect(data_dir) as connection:
        return {spike_id for (spike_id,) in connection.execute(f"SELECT spike_id FROM {marts.COVERAGE_SPIKES.name}").fetchall()}  # noqa: S608


def _decisions(lake: Lake) -> pl.DataFrame:
    """The last verdict on each alert."""
    rows = lake.read_all(ops.DECISIONS_TABLE, lake.partitions(ops.DECISIONS_TABLE))
    verdicts = rows.drop_nulls("alert_id").filter(pl.col("decision").is_in(["useful", "not_useful"]))
    return verdicts.sort("decided_at").unique("alert_id", keep="last")


def _setting(name: str, alarms: list[dict[str, Any]], days: int) -> dict[str, Any]:
    """What one sensitivity would have sent."""
    mine = [alarm for alarm in alarms if SENSITIVITIES.index(alarm["sensitivity"]) <= SENSITIVITIES.index(name)]
    return {
        "sensitivity": name, "alarms": len(mine), "alarm_days": len({alarm["as_of"] for alarm in mine}), "a_60_days": round(60 * len(mine) / days, 1),
        "kept": sum(alarm["is_kept"] for alarm in mine),
        "useful": sum(alarm["decision"] == "useful" for alarm in mine), "not_useful": sum(alarm["decision"] == "not_useful" for alarm in mine),
    }
