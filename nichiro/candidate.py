"""The steps that make a release: build, check, publish. What one needs to know of the last lies beside the candidate."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import polars as pl

from nichiro.build import Built
from nichiro.build import build as bring_up
from nichiro.errors import CheckFailed, ConfigError
from nichiro.history import read_history
from nichiro.run import Run
from nichiro.settings import Settings
from nichiro.spans import Say
from nichiro.status import Status, read_status
from warehouse.lake import Lake
from warehouse.store import Candidate, current_release, served_tables
from warehouse.store import publish as make_current
from warehouse.tables import TABLES, ops
from warehouse.tables.enriched import COPIES
from warehouse.tables.marts import STORY_DOCUMENTS

SETTLING = timedelta(days=7)   # a run writes its log within a day or two of its start; what is older is taken over


def build(
    lake: Lake, run: Run, sources: pl.DataFrame, topics: pl.DataFrame, say: Say, *,
    actors: pl.DataFrame, offices: pl.DataFrame, validation: pl.DataFrame, fresh: bool,
) -> Built:
    """Bring a candidate up to the lake, from the current release or, when ``fresh``, from nothing.

    Raises ConfigError where nothing was ever parsed: an empty release helps nobody.
    """
    if not lake.days():
        raise ConfigError(f"nothing was crawled and parsed in {lake.data_dir}", "run `nichiro run`, or set NICHIRO_DATA_DIR")
    candidate = Candidate.start(lake.data_dir, fresh=fresh)
    try:
        built = bring_up(lake, candidate, sources, topics, say, actors=actors, offices=offices, validation=validation)
        candidate.note(
            {
                "build_id": run.run_id,
                "is_empty": built.is_empty and not fresh and current_release(lake.data_dir) is not None,
                "is_checked": False,
                "days": [day.isoformat() for day in sorted({*built.coverage_days, *built.story_days, *built.tone_days})],
                "captured": [day.isoformat() for day in built.captured_days],
            }
        )
    except BaseException:
        candidate.abandon()
        raise
    candidate.close()
    return built


def check(run: Run, settings: Settings) -> pl.DataFrame:
    """Check what the build changed; returns ops.check_results rows. Only a candidate without a failure is marked."""
    from expectations.gate import check_tables
    from expectations.thresholds import load

    candidate = Candidate(settings.data_dir)
    try:
        note = candidate.noted()
        if note["is_empty"]:
            return ops.CHECK_RESULTS.empty()
        names = [table.name for table in served_tables()]
        history = read_history(candidate, Lake(settings.data_dir), load().window_days)
        results = check_tables(_changed_rows(candidate, note), names, run.run_id, run.now(), _within_reach(candidate, note), history)
        blocking = results.filter((pl.col("outcome") == "errored") | ((pl.col("outcome") == "failed") & (pl.col("severity") == "critical")))
        candidate.note(note | {"is_checked": blocking.is_empty()})
    finally:
        candidate.abandon()
    return results


def publish(run: Run, settings: Settings, status: Status) -> str | None:
    """Make the checked candidate the current release; returns its build_id, or None where nothing is new.

    Raises CheckFailed for a candidate that was not checked or did not pass.
    """
    candidate = Candidate(settings.data_dir)
    note = candidate.noted()
    if note["is_empty"] or not note["is_checked"]:
        candidate.abandon()
        if note["is_empty"]:
            return None
        raise CheckFailed("the candidate was not checked, or a check failed", "run `nichiro check`, see `nichiro status`")
    status.build_id = note["build_id"]
    _ledger(candidate, run, status)
    _run_log(candidate, Lake(settings.data_dir))
    candidate.close()
    make_current(settings.data_dir, note["build_id"], settings.keep_releases)
    return note["build_id"]


def _changed_rows(candidate: Candidate, note: dict) -> Callable[[str], pl.DataFrame]:
    """Reads a table of the candidate, restricted to the partitions and days that the build changed."""
    days = pl.DataFrame({"day": note["days"]}, schema={"day": pl.String}).select(pl.col("day").str.to_date())
    captured = pl.DataFrame({"captured_date": note["captured"]}, schema={"captured_date": pl.String})
    keys = {
        "published_date": days.rename({"day": "published_date"}),
        "day": days,
        "captured_date": captured.select(pl.col("captured_date").str.to_date()),
    }
    return lambda name: candidate.read(TABLES[name], keys.get(TABLES[name].partition))


def _within_reach(candidate: Candidate, note: dict) -> Callable[[str, str], pl.Series]:
    """The values of a column that a reference out of the changed days may point to: no copy reaches back farther, and no article
    follows one of its story that was published, though known before, more days after it."""
    changed = [date.fromisoformat(day) for day in note["days"]]
    near = sorted({day - timedelta(days=number) for day in changed for number in range(-STORY_DOCUMENTS.reach - 1, COPIES.reach + 2)})
    keys = {name: pl.DataFrame({name: near}, schema={name: pl.Date}) for name in ("published_date", "day")}
    return lambda name, column: candidate.read(TABLES[name], keys.get(TABLES[name].partition), [column])[column].unique()


def _ledger(candidate: Candidate, run: Run, status: Status) -> None:
    """Write this run, and those that the candidate does not hold yet, with their checks into it."""
    latest = max(candidate.read(ops.RUNS, columns=["run_id"])["run_id"], default="")
    for folder in sorted(run.directory.parent.iterdir()):
        if folder.name <= latest or not (folder / "status.json").exists():
            continue
        told = status if folder == run.directory else read_status(folder)
        for path in sorted(folder.glob("checks_*.parquet")):
            results = [ops.CHECK_RESULTS.empty(), pl.read_parquet(path)]   # of an older nichiro: it lacks columns
            candidate.insert(ops.CHECK_RESULTS, pl.concat(results, how="diagonal"))
        if told is status or told.status in ("blocked", "published"):   # a fresh candidate holds none of them
            row = {
                "run_id": told.run_id, "run_date": told.run_date, "started_at": told.started_at,
                "status": "published" if told is status else told.status, "build_id": told.build_id,
            }
            candidate.insert(ops.RUNS, pl.DataFrame([row], schema=ops.RUNS.schema))


def _run_log(candidate: Candidate, lake: Lake) -> None:
    """Take over what steps and people logged in every run that the candidate does not hold yet."""
    for table in ops.RUN_LOG:
        held = candidate.read(table, columns=["run_id", "captured_date"])
        latest, run_ids = held["captured_date"].max(), set(held["run_id"])
        since = latest - SETTLING if isinstance(latest, date) else None
        missing = [each for each in lake.partitions(table, since=since) if each.run_id not in run_ids]
        candidate.insert(table, lake.read_all(table, missing))
