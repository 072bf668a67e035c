"""What the guard's page says: verdicts of the checks, what is held back and why, and whether the accounts add up.

Checks and accounts come from the release, and from the folders of runs that no release holds yet: a blocked run is
what one wants to read about. What is held and quarantined comes from the lake, where it is known first.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from nichiro import quarantine
from nichiro.query import run_query
from nichiro.remedies import REMEDIES
from nichiro.report.content import last_status
from warehouse.columns import FATES
from warehouse.lake import Lake
from warehouse.sql import Connection
from warehouse.store import connect, current_release
from warehouse.tables.ops import CHECK_RESULTS

DAYS = 30
EXAMPLES = 3       # pages shown of each source and reason, the newest
MATRIX_ROWS = 40   # checks shown day by day, the most often broken
KEYS = 8           # keys of failing rows
PENDING_RUNS = 200   # newest run folders looked at; under Airflow every step is one
WORST = {"errored": 0, "failed": 1, "passed": 2}
WEIGHT = {"critical": 0, "warning": 1, "info": 2}
SIGNS = {"errored": "E", "failed": "F", "warned": "W", "passed": "●"}


def gather_guard(data_dir: Path, day: date, run_dir: Path | None = None) -> dict[str, Any]:
    """Everything the guard's template needs, as plain rows; also before the first release."""
    lake = Lake(data_dir)
    last = quarantine.last_day(lake) or day
    since = last - timedelta(days=DAYS - 1)
    release = current_release(data_dir)
    if release is None:
        history, accounts, total = CHECK_RESULTS.empty(), [], {}
    else:
        with connect(data_dir) as connection:
            history = _history(connection)
            accounts = _accounts(connection, last, last)
            total = _total(_accounts(connection, since, last))
    history = _with_pending(history, data_dir / "runs")
    latest = history.filter(pl.col("run_id") == pl.col("run_id").max().over("gate"))
    checks = latest.sort(
        pl.col("outcome").replace_strict(WORST), pl.col("severity").replace_strict(WEIGHT), "gate", "suite", "check_name"
    )
    held_back = quarantine.quarantined(lake, since)
    is_broken = checks.filter(pl.col("outcome") != "passed").height > 0
    return {
        "is_interesting": is_broken or held_back.height > 0 or total.get("captures") != total.get("settled"),
        "day": day,
        "last": last,
        "since": since,
        "build_id": release.name if release else None,
        "status": last_status(data_dir, run_dir),
        "gates": _gates(latest),
        "checks": checks.to_dicts(),
        "held": quarantine.held(lake, since).to_dicts(),
        "quarantine": _quarantine(held_back),
        "page_count": held_back.height,
        "page_count_today": held_back.filter(captured_date=last).height,
        "accounts": accounts,
        "account_total": _total(accounts),
        "account_since": total,
        "fates": [fate for fate in FATES if any(row["fates"].get(fate) for row in accounts)],
        "matrix": _matrix(history),
        "remedies": REMEDIES,
        "signs": SIGNS,
        "keys": KEYS,
    }


def _history(connection: Connection) -> pl.DataFrame:
    return _rows(run_query(connection, "check_history"))


def _rows(found: pl.DataFrame) -> pl.DataFrame:
    """Check results in today's columns, whatever version of nichiro wrote them."""
    return CHECK_RESULTS.conform(pl.concat([CHECK_RESULTS.empty(), found], how="diagonal_relaxed").select(list(CHECK_RESULTS.schema)))


def _with_pending(history: pl.DataFrame, runs: Path) -> pl.DataFrame:
    """``history`` and the results of runs after the last one in it, which wait for a release."""
    newest = max(history["run_id"], default="")
    folders = sorted(runs.iterdir() if runs.exists() else (), reverse=True)[:PENDING_RUNS]
    paths = [path for folder in folders if folder.name > newest for path in sorted(folder.glob("checks_*.parquet"))]
    return pl.concat([history, *(_rows(pl.read_parquet(path)) for path in paths)])


def _gates(latest: pl.DataFrame) -> list[dict[str, Any]]:
    """Per gate its last run and how many checks had each outcome."""
    found = []
    for gate in ("sources", "tables"):
        rows = latest.filter(gate=gate)
        if rows.height:
            counts = {outcome: rows.filter(outcome=outcome).height for outcome in WORST}
            found.append({"gate": gate, "run_id": rows["run_id"][0], "checked_at": rows["checked_at"].max(), **counts})
    return found


def _quarantine(rows: pl.DataFrame) -> list[dict[str, Any]]:
    """Pages by source and reason, the most first, with the newest as examples."""
    pages = {key: found.head(EXAMPLES).to_dicts() for key, found in rows.group_by("source_id", "reason", maintain_order=True)}
    counted = quarantine.counts(rows)
    return [row | {"examples": pages[row["source_id"], row["reason"]]} for row in counted.iter_rows(named=True)]


def _accounts(connection: Connection, since: date, until: date) -> list[dict[str, Any]]:
    """Per source its captures and, by fate, what became of them."""
    rows = run_query(connection, "accounts", {"since": since, "until": until})
    found = []
    for (source_id, captures), fates in rows.group_by("source_id", "capture_count", maintain_order=True):
        settled = dict(fates.drop_nulls("fate").select("fate", "fate_count").iter_rows())
        found.append({"source_id": source_id, "captures": captures, "fates": settled, "settled": sum(settled.values())})
    return found


def _total(accounts: list[dict]) -> dict[str, Any]:
    fates = {fate: sum(row["fates"].get(fate, 0) for row in accounts) for fate in FATES}
    return {"captures": sum(row["captures"] for row in accounts), "fates": fates, "settled": sum(fates.values())}


def _matrix(history: pl.DataFrame) -> dict[str, Any]:
    """Checks × days: of each check that was ever not passed, its worst outcome a day; the most often broken first."""
    if history.is_empty():
        return {"days": [], "checks": [], "hidden": 0, "totals": []}
    warned = (pl.col("outcome") == "failed") & (pl.col("severity") != "critical")
    seen = history.select(
        "suite", "check_name", day=pl.col("checked_at").dt.date(), sign=pl.when(warned).then(pl.lit("warned")).otherwise("outcome")
    ).with_columns(rank=pl.col("sign").replace_strict({name: rank for rank, name in enumerate(SIGNS)}))
    last = max(seen["day"])
    days = [last - timedelta(days=number) for number in reversed(range(DAYS))]
    totals = {(at, sign): count for at, sign, count in seen.group_by("day", "sign").len().iter_rows()}
    worst = seen.sort("rank").unique(["suite", "check_name", "day"], keep="first")
    broken = (
        worst.filter(pl.col("sign") != "passed").group_by("suite", "check_name").agg(pl.col("rank").min(), pl.len().alias("days"))
        .sort("rank", "days", "suite", "check_name", descending=[False, True, False, False])
    )
    cells = {(suite, check, at): sign for suite, check, at, sign in worst.select("suite", "check_name", "day", "sign").iter_rows()}
    return {
        "days": days,
        "totals": [{sign: totals.get((at, sign), 0) for sign in SIGNS} for at in days],
        "checks": [
            {"suite": suite, "check_name": check, "cells": [cells.get((suite, check, at)) for at in days]}
            for suite, check in broken.select("suite", "check_name").head(MATRIX_ROWS).iter_rows()
        ],
        "hidden": max(broken.height - MATRIX_ROWS, 0),
    }
