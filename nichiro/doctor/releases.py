"""The releases, the link to the current one, and the candidate."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from nichiro.doctor.finding import Finding, set_aside
from nichiro.doctor.patient import Patient
from warehouse.soundness import fault_of
from warehouse.store import point_at


def releases(patient: Patient) -> Iterator[Finding]:
    """The current release is opened and counted; with ``is_deep`` every block of every release is read."""
    folders = sorted((path for path in (patient.data_dir / "releases").glob("[!.]*") if path.is_dir()), reverse=True)
    current = patient.release
    faults = {path: fault_of(path, deep=patient.is_deep) for path in folders if patient.is_deep or current is None or path == current.resolve()}
    for path, fault in faults.items():
        if fault:
            mend = partial(set_aside, patient.data_dir, path.name, path, fault)
            yield Finding("release_damaged", patient.where(path), fault, "sets it aside", mend)
    whole = [path for path, fault in faults.items() if not fault]
    if current is None and whole:
        mend = partial(point_at, patient.data_dir, whole[0].name)
        yield Finding("link_dangling", "current", "it points at no release", f"points it at the newest whole one, {whole[0].name}", mend)
    yield from _candidate(patient, patient.data_dir / "releases" / ".candidate")


def _candidate(patient: Patient, folder: Path) -> Iterator[Finding]:
    if not folder.exists():
        return
    try:
        build_id = str(json.loads((folder / "candidate.json").read_bytes())["build_id"])
    except (OSError, ValueError, KeyError):
        build_id = ""
    if not build_id or (patient.release and build_id <= patient.release.name):
        what = f"it is older than the release {patient.release.name}" if build_id and patient.release else "a build was killed"
        yield Finding("stale_candidate", patient.where(folder), what, "deletes it", partial(shutil.rmtree, folder))
