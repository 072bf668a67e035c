"""A finding: what is out of order, where, and what mends it. What is set aside is never deleted."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nichiro.errors import TransientError
from warehouse.lake import LOST, make_folder, sync_folder, write_atomically

KINDS = {
    "disk_low": "less free disk than a run asks for",
    "clock_backwards": "the clock lies before what was crawled already",
    "rights": "a file or folder that its owner cannot read or write, or that everybody can write",
    "temporary_file": "what a killed process was writing; nothing reads it",
    "run_died": "a run that says running and has no live process",
    "status_damaged": "a run's status.json that cannot be read",
    "half_partition": "a crawl was killed before its log was whole: raw.crawls, written last, is missing",
    "log_missing": "a file of the log is missing beside those that were written with it",
    "log_damaged": "a file of the log whose bytes are not those that were written",
    "unsealed": "a file of the log without a digest of its own, from before there was one",
    "archive_missing": "captures whose WARC file is missing, though its time is not over",
    "archive_damaged": "records of a WARC file that are cut, spoilt, or whose digest is wrong or missing",
    "index_differs": "raw.captures does not say where the records of its WARC file are",
    "manifest_damaged": "a day's manifest that cannot be read",
    "derived_damaged": "a parsed or enriched file that is missing or has not the hash that its manifest tells",
    "link_dangling": "`current` points at no release, though there is a whole one",
    "release_damaged": "a release that does not open, or whose tables do not add up to its ledger",
    "stale_candidate": "what a killed build left, or a candidate older than the release",
    "release_behind": "the lake holds what the release does not",
}


@dataclass(frozen=True)
class Finding:
    """``where`` is a path below the data folder; ``remedy`` says what a repair does or, without ``mend``, what a person can."""

    kind: str
    where: str
    what: str
    remedy: str
    mend: Callable[[], object] | None = None

    def __post_init__(self) -> None:
        assert self.kind in KINDS, self.kind


def set_aside(data_dir: Path, run_id: str, path: Path, why: str, *, copy: bool = False) -> None:
    """Move a file or folder of a run, or with ``copy`` a link to the file, below ``lost+found/<run_id>``; note why.

    Paths stay as they were; ``notes.txt`` has a line for each.

    Raises TransientError.
    """
    relative = path.relative_to(data_dir)
    target = data_dir / LOST / run_id / relative
    while target.exists():
        target = target.with_name(f"{target.name}~")
    notes = data_dir / LOST / run_id / "notes.txt"
    try:
        make_folder(target.parent)
        before = notes.read_text(encoding="utf-8") if notes.exists() else ""
        write_atomically(notes, lambda file: file.write(f"{before}{target.relative_to(notes.parent)}: {why}\n".encode()))
        if copy:
            os.link(path, target)
        else:
            path.rename(target)
            sync_folder(path.parent)
        sync_folder(target.parent)
    except OSError as error:
        raise TransientError(f"cannot move {path} to {target}: {error.strerror}", "check rights and free space") from error
