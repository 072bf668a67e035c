"""The log and the archive: every partition whole, every byte as it was written, the index in step with the records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path

import polars as pl

from nichiro.doctor.finding import Finding, set_aside
from nichiro.doctor.patient import Patient
from nichiro.errors import ContractError, NichiroError
from nichiro.override import LOG as OVERRIDE_LOG
from nichiro.retention import note_path
from warehouse import digests, seal
from warehouse.archive import captures_of, run_day, warc_path_of
from warehouse.contract import Table
from warehouse.lake import Partition, write_atomically
from warehouse.sql import select
from warehouse.store import connect
from warehouse.tables import TABLES, raw
from warehouse.tables.ops import OVERRIDES

LOG = (raw.FETCHES, raw.DISCOVERIES, raw.CAPTURES, raw.CRAWLS)
FROM_BACKUP = "restore it from a backup; docs/runbook.md says how to give it up"


def log(patient: Patient) -> Iterator[Finding]:
    """Partition by partition, then the log that no crawl writes: alerts, deliveries, decisions."""
    lake = patient.lake
    known = set(lake.partitions(raw.CRAWLS, since=patient.since))
    for day in lake.days():
        if day >= patient.since and (manifest := _readable_manifest(patient, day)):
            known |= {Partition.of(day, stem) for stem in manifest}
    yield from _halves(patient, known)
    for partition in sorted(known):
        yield from _files(patient, partition)
        yield from _archive(patient, partition)
    for table in TABLES.values():
        if table.zone == "ops":
            for partition in lake.partitions(table, since=patient.since):
                yield from _file(patient, table, partition)
    yield from _lost_corrections(patient)


def _lost_corrections(patient: Patient) -> Iterator[Finding]:
    """Analysts' corrections that the release applied and the log no longer has."""
    if patient.release is None:
        return
    try:
        with connect(patient.data_dir) as connection:
            held = select(connection, "SELECT DISTINCT captured_date, run_id FROM ops.overrides WHERE captured_date >= $since", {"since": patient.since})
    except NichiroError:   # a finding of its own, or a release from before there were any
        return
    for day, run_id in held.sort("run_id").iter_rows():
        partition = Partition(day, run_id, OVERRIDE_LOG)
        if not patient.lake.path(OVERRIDES, partition).exists():
            yield _restorable(patient, OVERRIDES, partition, "log_missing", "a correction of an analyst")


def _readable_manifest(patient: Patient, day: date) -> list[str]:
    try:
        return list(patient.lake.manifest(day).entries)
    except ContractError:   # a finding of its own
        return []


def _halves(patient: Patient, known: set[Partition]) -> Iterator[Finding]:
    pieces: dict[Partition, list[Path]] = defaultdict(list)
    for table in (raw.FETCHES, raw.DISCOVERIES, raw.CAPTURES):
        for partition in patient.lake.partitions(table, since=patient.since):
            pieces[partition].append(patient.lake.path(table, partition))
    for path in (patient.data_dir / "archive").glob("*/*/*/*.warc.gz"):
        run_id = path.name.removesuffix(".warc.gz")
        if (day := run_day(run_id)) >= patient.since:
            pieces[Partition(day, run_id, path.parents[2].name)].append(path)
    for partition in sorted(pieces.keys() - known):
        if partition.run_id not in patient.alive:
            where = patient.where(pieces[partition][-1])
            what = f"{partition.source_id}: {len(pieces[partition])} files without raw.crawls"
            yield Finding("half_partition", where, what, "sets them aside; the next crawl asks again", partial(_set_half_aside, patient, partition, pieces[partition]))


def _set_half_aside(patient: Patient, partition: Partition, pieces: list[Path]) -> None:
    for path in pieces:
        set_aside(patient.data_dir, partition.run_id, path, "a crawl was killed before its log was whole")


def _files(patient: Patient, partition: Partition) -> Iterator[Finding]:
    for table in LOG:
        path = patient.lake.path(table, partition)
        if path.exists():
            yield from _file(patient, table, partition)
        else:
            yield _restorable(patient, table, partition, "log_missing", f"{table.name} of a crawl of {partition.source_id}")


def _file(patient: Patient, table: Table, partition: Partition) -> Iterator[Finding]:
    path = patient.lake.path(table, partition)
    try:
        is_sealed = seal.verify(path) != "unsealed"
        rows = patient.lake.read(table, partition)
    except ContractError as error:
        yield _restorable(patient, table, partition, "log_damaged", error.message)
        return
    if not is_sealed:
        yield Finding("unsealed", patient.where(path), "its bytes cannot be verified", "reads it and writes it again under its seal", partial(patient.lake.write, table, partition, rows))


def _restorable(patient: Patient, table: Table, partition: Partition, kind: str, what: str) -> Finding:
    """The log is mended from the archive (its index) or from the release, which holds every row of it."""
    where = patient.where(patient.lake.path(table, partition))
    if table is raw.CAPTURES and (patient.data_dir / warc_path_of(partition)).exists():
        return Finding(kind, where, what, "makes it again from the archive", partial(_write_again, patient, table, partition, None))
    try:
        rows = _of_release(patient, table, partition)
    except NichiroError:   # no release, or a damaged one
        rows = None
    if rows is None:
        return Finding(kind, where, what, FROM_BACKUP)
    return Finding(kind, where, what, f"takes its {rows.height} rows from the release", partial(_write_again, patient, table, partition, rows))


def _of_release(patient: Patient, table: Table, partition: Partition) -> pl.DataFrame | None:
    """The rows of a partition in the current release; None where it cannot be known to hold them all."""
    key = {"captured_date": partition.captured_date, "run_id": partition.run_id}
    match = "WHERE captured_date = $captured_date AND run_id = $run_id"
    with connect(patient.data_dir) as connection:
        if table.zone == "ops":   # such a file is never empty
            rows = select(connection, f"FROM {table.name} {match}", key) if table.served else table.empty()
            return rows if rows.height else None
        key["source_id"] = partition.source_id
        match += " AND source_id = $source_id"
        is_held = select(connection, f"FROM ops.partitions {match}", key).height
        return select(connection, f"FROM {table.name} {match} ORDER BY ALL", key) if is_held else None


def _write_again(patient: Patient, table: Table, partition: Partition, rows: pl.DataFrame | None) -> None:
    path = patient.lake.path(table, partition)
    if path.exists():
        set_aside(patient.data_dir, partition.run_id, path, "its bytes are not those that were written")
    patient.lake.write(table, partition, captures_of(patient.data_dir, partition) if rows is None else rows)


def _archive(patient: Patient, partition: Partition) -> Iterator[Finding]:
    path = patient.data_dir / warc_path_of(partition)
    try:
        captures = patient.lake.read(raw.CAPTURES, partition)
    except ContractError:   # a finding of its own
        return
    if not path.exists():
        if captures.height and not note_path(patient.lake, partition).exists():
            yield Finding("archive_missing", patient.where(path), f"{captures.height} captures point at it", FROM_BACKUP)
        return
    bad = [each for each in digests.stretches(path) if each.fault]
    if bad:
        first = bad[0]
        what = f"at offset {first.start}: {first.fault}" + (f", and {len(bad) - 1} more" if len(bad) > 1 else "")
        remedy = "keeps all whole records, byte for byte, and the file as it is in lost+found; a backup may hold more"
        if all(each.fault == digests.UNDIGESTED for each in bad):
            remedy = "writes the digests, and keeps the file as it is in lost+found"
        yield Finding("archive_damaged", patient.where(path), what, remedy, partial(_salvage, patient, partition, what))
    elif patient.lake.path(raw.CAPTURES, partition).exists() and not _is_index(patient, partition, captures):
        yield Finding("index_differs", patient.where(patient.lake.path(raw.CAPTURES, partition)), f"{patient.where(path)} has other records or places", "makes it again from the archive", partial(_index, patient, partition))


def _is_index(patient: Patient, partition: Partition, captures: pl.DataFrame) -> bool:
    key = ["capture_id", "warc_offset"]
    return captures.select(key).sort(key).equals(captures_of(patient.data_dir, partition).select(key).sort(key))


def _salvage(patient: Patient, partition: Partition, why: str) -> None:
    path = patient.data_dir / warc_path_of(partition)
    if all(each.fault for each in digests.stretches(path)):
        set_aside(patient.data_dir, partition.run_id, path, why)
    else:
        set_aside(patient.data_dir, partition.run_id, path, why, copy=True)
        write_atomically(path, partial(digests.keep_whole, path))
    _index(patient, partition)


def _index(patient: Patient, partition: Partition) -> None:
    """Make raw.captures again and see that the next parse and build take it over."""
    is_there = (patient.data_dir / warc_path_of(partition)).exists()
    captures = captures_of(patient.data_dir, partition) if is_there else raw.CAPTURES.empty()
    digest = patient.lake.write(raw.CAPTURES, partition, captures)
    manifest = patient.lake.manifest(partition.captured_date)
    if entry := manifest.entries.get(partition.stem):
        entry.parsed_from, entry.indexed = "", digest
        patient.lake.write_manifest(partition.captured_date, manifest)
