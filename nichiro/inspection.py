"""One page in quarantine, in full: why, what to do, where its record lies, what the parser saw, and how it begins."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crawlers.candidates import Candidate, offer
from crawlers.source import Source
from nichiro.errors import ContractError
from nichiro.quarantine import capture_of
from nichiro.remedies import REMEDIES, Remedy
from nichiro.retention import note
from warehouse.archive import read_response
from warehouse.lake import Lake, Partition


@dataclass(frozen=True)
class Inspection:
    """``row`` is of staging.quarantine, ``capture`` of raw.captures. ``damage``: why the record cannot be read."""

    row: dict[str, Any]
    capture: dict[str, Any]
    remedy: Remedy
    record: Path
    rules: str = ""
    candidates: list[Candidate] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    damage: str | None = None


def inspect(lake: Lake, catalog: dict[str, Source], row: dict[str, Any]) -> Inspection:
    """Read the page behind a row of ``quarantine.find`` once more. A damaged record is told, not raised."""
    capture, remedy = capture_of(lake, row), REMEDIES[row["reason"]]
    partition = Partition(row["captured_date"], row["run_id"], row["source_id"])
    record = lake.data_dir / capture["warc_path"]
    try:
        response = read_response(lake.data_dir, capture["warc_path"], capture["warc_offset"])
    except ContractError as error:
        is_expired = note(lake, partition) is not None
        damage = "the archive has expired by the source's terms; the page cannot be read again" if is_expired else error.message
        return Inspection(row, capture, remedy, record, damage=damage)
    if row["reason"] == "not_html":
        return Inspection(row, capture, remedy, record)
    source = catalog.get(row["source_id"])
    seen = offer(response.body, row["url"], row["captured_at"], source, capture["charset"])
    return Inspection(row, capture, remedy, record, seen.rules, seen.candidates, seen.lines)
