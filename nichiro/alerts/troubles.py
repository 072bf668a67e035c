"""Troubles of the pipeline, each noted once: runs that were blocked or failed, sources that stay unhealthy."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl

from nichiro.alerts.ledger import Ledger, stable_id
from nichiro.errors import ContractError, TransientError
from nichiro.query import run_query
from nichiro.status import Status, read_status
from transforms.alerts import FRESH_DAYS
from warehouse.sql import Connection
from warehouse.tables.ops import TROUBLES


def note(ledger: Ledger, kind: str, subject: str, message: str, beginning: object) -> None:
    """Note a trouble, unless the same one, with the same ``beginning``, was noted before."""
    _add(ledger, [_row(ledger, kind, subject, message, beginning)])


def note_runs(ledger: Ledger, runs: Path) -> None:
    """Note the blocked and failed runs of the last days. A temporary failure (75) is none: the scheduler tries again,
    and where it never succeeds, `nichiro status --max-age` tells."""
    since = ledger.now() - timedelta(days=FRESH_DAYS)
    rows = []
    for path in sorted(runs.glob("*/status.json")):
        if f"{since:%Y%m%dT%H%M%SZ}" > path.parent.name:
            continue
        status = _read(path.parent)
        if status and status.status in ("blocked", "failed") and status.exit_code != TransientError.exit_code:
            rows.append(_row(ledger, status.status, status.run_id, f"{status.step}: {status.message}", status.run_id))
    _add(ledger, rows)


def _read(folder: Path) -> Status | None:
    try:
        return read_status(folder)
    except ContractError:
        return None   # cut off while it wrote: `nichiro status` names it


def note_sources(ledger: Ledger, connection: Connection) -> None:
    """Note the sources that were not healthy on the release's last day: once from their last healthy day on."""
    unhealthy = run_query(connection, "sources_in_trouble").filter(pl.col("basis") == "observed")
    _add(ledger, [
        _row(ledger, "source", row["source_id"], f"{row['state']}: {row['reason'] or ''} (last healthy: {row['last_healthy_date'] or 'never'})",
             f"{row['state']}|{row['last_healthy_date']}")
        for row in unhealthy.iter_rows(named=True)
    ])


def _row(ledger: Ledger, kind: str, subject: str, message: str, beginning: object) -> dict[str, Any]:
    return {
        "trouble_id": stable_id(kind, subject, beginning), "noted_at": ledger.now(), "kind": kind, "subject": subject, "message": message,
    }


def _add(ledger: Ledger, rows: list[dict[str, Any]]) -> None:
    known = set(ledger.rows(TROUBLES)["trouble_id"])
    ledger.add(TROUBLES, [row for row in rows if row["trouble_id"] not in known])
