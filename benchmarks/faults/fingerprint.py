"""When two data folders are the same to every later run: such cases share their next run.

Left out is what nothing reads or what tells of time and place alone: logs for people, the words of an error, orphaned
temporary files, a candidate without a note. Pages of a crawl come in any order, so of archive, log and state their number
counts; so it does in DuckDB, whose bytes differ from one build to the next.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from pathlib import Path

import duckdb
import polars as pl

from benchmarks.faults.boundary import PROCESS
from warehouse.digests import stretches
from warehouse.seal import verify
from warehouse.store import DATABASE

UNREAD = (".jsonl", ".log", ".lock", ".tmp")
SEEN_AT = re.compile(rb'"(\d+)-\d+-\d+(/\d+)?"')   # instant and inode of a manifest that a step has seen
TOLD = ("status", "step", "exit_code", "build_id")


def fingerprint(data_dir: Path) -> str:
    """A hash of all that a later run reads in a data folder."""
    digest = hashlib.sha256()
    candidate = data_dir / "releases" / ".candidate"
    is_noted = (candidate / "candidate.json").exists()
    for path in sorted(data_dir.rglob("*")):
        is_unread = path.suffix in UNREAD and not PROCESS.search(path.name)   # a temporary file counts by its name
        if is_unread or (path.parent == candidate and not is_noted):
            continue
        name = PROCESS.sub(".tmp", str(path.relative_to(data_dir)))
        digest.update(f"{name} {_shape(path, data_dir)}\0".encode())
    return digest.hexdigest()


def _shape(path: Path, data_dir: Path) -> str:
    """What of a file counts."""
    if path.is_symlink():
        return str(path.readlink())
    if path.is_dir() or path.suffix == ".tmp":
        return ""
    if path.suffix in (".gz", ".open"):
        return str(sum(not each.fault for each in stretches(path)) // 2)   # a response and its request
    is_log = path.suffix == ".parquet" and path.is_relative_to(data_dir / "lake" / "raw")
    if is_log and verify(path) == "whole":
        return str(pl.scan_parquet(path, hive_partitioning=False).select(pl.len()).collect().item())
    if path.suffix == ".sqlite":
        with sqlite3.connect(path) as state:
            return str([state.execute(f"SELECT count(*) FROM {table}").fetchone() for table in ("pages", "hints", "documents")])  # noqa: S608
    if path.name == DATABASE:
        return _counts(path)
    content = path.read_bytes()
    if path.name == "status.json":
        content = str([json.loads(content).get(name) for name in TOLD]).encode()
    return hashlib.sha256(SEEN_AT.sub(rb"\1\2", content)).hexdigest()


def _counts(path: Path) -> str:
    try:
        with duckdb.connect(str(path), read_only=True) as release:
            return str(release.sql("SELECT table_name, estimated_size FROM duckdb_tables() ORDER BY ALL").fetchall())
    except duckdb.Error as error:   # it was cut off
        return type(error).__name__
