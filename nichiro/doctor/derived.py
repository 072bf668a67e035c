"""What was derived: manifests, parsed and enriched files, and whether the release holds what the lake does."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from crawlers.catalog import load_catalog
from nichiro.build import partitions as ledger_of
from nichiro.doctor.finding import Finding, set_aside
from nichiro.doctor.log import FROM_BACKUP
from nichiro.doctor.patient import Patient
from nichiro.errors import ContractError, NichiroError
from nichiro.retention import note_path
from warehouse.lake import Entry, Partition, file_sha256
from warehouse.sql import select
from warehouse.store import connect
from warehouse.tables import TABLES, raw

AGAIN = "takes away what is wrong; it is derived again"


def derived(patient: Patient) -> Iterator[Finding]:
    for day in patient.lake.days():
        if day < patient.since:
            continue
        path = patient.lake.manifest_path(day)
        try:
            manifest = patient.lake.manifest(day)
        except ContractError:
            run_id = f"{day:%Y%m%d}T000000Z-000"   # a manifest belongs to a day, not to a run
            yield Finding("manifest_damaged", patient.where(path), "it cannot be read", AGAIN, partial(set_aside, patient.data_dir, run_id, path, "it cannot be read"))
            continue
        for stem, entry in manifest.entries.items():
            yield from _partition(patient, Partition.of(day, stem), entry)


def _partition(patient: Patient, partition: Partition, entry: Entry) -> Iterator[Finding]:
    is_expired = note_path(patient.lake, partition).exists()
    for name, digest in entry.files().items():
        if (name in entry.enriched and not entry.enriched_from) or (name in entry.parsed and not entry.parsed_from):
            continue   # to be derived again anyway
        path = patient.lake.path(TABLES[name], partition)
        what = "missing" if not path.exists() else "not as its manifest tells" if file_sha256(path) != digest else ""
        if what and is_expired:
            yield Finding("derived_damaged", patient.where(path), f"{name} is {what}, and its archive expired", FROM_BACKUP)
        elif what:
            yield Finding("derived_damaged", patient.where(path), f"{name} is {what}", AGAIN, partial(_derive_again, patient, partition, name))


def _derive_again(patient: Patient, partition: Partition, name: str) -> None:
    manifest = patient.lake.manifest(partition.captured_date)
    entry = manifest.entries[partition.stem]
    if name in entry.parsed:
        entry.parsed_from = ""
    else:
        entry.enriched_from = ""
    patient.lake.write_manifest(partition.captured_date, manifest)
    patient.lake.path(TABLES[name], partition).unlink(missing_ok=True)


def behind(patient: Patient) -> Iterator[Finding]:
    """The release against the lake. Nothing is mended here: the pipeline catches up when all else is in order."""
    lake = patient.lake
    logged = set(lake.partitions(raw.CRAWLS, since=patient.since))
    days = sorted({each.captured_date for each in logged} | {day for day in lake.days() if day >= patient.since})
    if not days:
        return
    try:
        with connect(patient.data_dir) as connection:
            sources = set(select(connection, "SELECT source_id FROM ops.sources")["source_id"])
            loaded = select(connection, "SELECT captured_date, run_id, source_id, fingerprint FROM ops.partitions")
        entries = {Partition.of(day, stem): entry for day in days for stem, entry in lake.manifest(day).entries.items()}
        told = ledger_of(lake, days).select(loaded.columns)
    except NichiroError as error:
        if patient.release is None:
            yield _waiting(patient, "releases", "there is no whole release", logged)
        else:
            yield Finding("release_behind", "releases", error.message, "mend that first")
        return
    waiting = {each for each in logged if each.source_id in sources and each not in entries}
    waiting |= {each for each, entry in entries.items() if not entry.parsed_from or (entry.status == "accepted" and not entry.enriched_from)}
    waiting |= {Partition(*row[:3]) for row in told.join(loaded, on=loaded.columns, how="anti").iter_rows()}
    if waiting:
        what = f"{len(waiting)} partitions of the lake wait for it, the first {min(waiting).stem}"
        yield _waiting(patient, patient.where(patient.release or patient.data_dir), what, logged)


def _waiting(patient: Patient, where: str, what: str, logged: set[Partition]) -> Finding:
    """A catalog that knows not all sources would take their rows out of the release."""
    if strangers := sorted({each.source_id for each in logged} - set(load_catalog(patient.settings.catalog_dir))):
        return Finding("release_behind", where, what, f"`nichiro run` does it; NICHIRO_CATALOG_DIR has no {', '.join(strangers[:3])}")
    return Finding("release_behind", where, what, "derives and publishes what waits, without network", _nothing)


def _nothing() -> None:
    """``Pipeline.catch_up`` mends it, under a lock of its own."""
