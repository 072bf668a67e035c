"""The doctor: looks through a data folder for what crashes, full disks and bad disks leave, and mends what can be mended.

Nothing that is log is ever deleted: it is set aside under ``lost+found/<run>`` with a note. What is derived is derived
again. Each finding is one of ``finding.KINDS``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from nichiro.doctor.derived import behind, derived
from nichiro.doctor.finding import KINDS, LOST, Finding
from nichiro.doctor.leftovers import clock, died, rights, room, temporary_files
from nichiro.doctor.log import log
from nichiro.doctor.patient import Patient
from nichiro.doctor.releases import releases
from nichiro.errors import CheckErrored, CheckFailed
from nichiro.pipeline import Pipeline, Say

__all__ = ["KINDS", "LOST", "Finding", "Patient", "Visit", "examine", "repair"]

# In this order: a mended log is looked at again before what was derived from it.
EXAMINATIONS = (rights, room, clock, died, temporary_files, log, derived, releases, behind)
BEHIND = "release_behind"
ROUNDS = 5   # a damaged release uncovers a dangling link, that one a release behind the lake


@dataclass
class Visit:
    """What was found; after a repair, what was mended and what is left."""

    found: list[Finding] = field(default_factory=list)
    mended: list[Finding] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        return 1 if self.found else 0


def examine(patient: Patient) -> Visit:
    """Look, and change nothing. Raises TransientError where another run writes."""
    with patient.lake.lock():
        return Visit(list(_findings(patient)))


def repair(patient: Patient, say: Say) -> Visit:
    """Mend what can be mended, look again, and say what is left. Raises TransientError where another run writes."""
    visit = Visit()
    is_caught_up = False
    for _ in range(ROUNDS):
        patient = replace(patient)   # as it is now: what was known of it is forgotten
        with patient.lake.lock():
            visit.found = list(_findings(patient))
            mendable = [each for each in visit.found if each.mend and each.kind != BEHIND]
            for each in mendable:
                say("doctor", f"{each.where}: {each.what}: {each.remedy}")
                each.mend()   # type: ignore[misc]
        visit.mended += mendable
        if mendable:
            continue
        behind = [each for each in visit.found if each.mend]
        if not behind or is_caught_up:
            break
        is_caught_up = True
        if not _catch_up(patient, say):
            break
        visit.mended += behind
    return visit


def _findings(patient: Patient) -> Iterator[Finding]:
    for examination in EXAMINATIONS:
        yield from examination(patient)


def _catch_up(patient: Patient, say: Say) -> bool:
    """Derive and publish; a day that is blocked stays a finding, and its status says why."""
    try:
        Pipeline(patient.settings, say=say).catch_up()
    except (CheckFailed, CheckErrored) as error:
        say("doctor", str(error))
        return False
    return True
