"""A case: one fault on a copy of the data folder, then the next ordinary run, then the rows beside the undisturbed ones.

Cases that leave the same folder share their next run: it would do the same. Where an error's hint names a command
it is run; where it names a backup, archive and log are brought back from the undisturbed state.
"""

from __future__ import annotations

import filecmp
import os
import re
import shutil
import signal
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from benchmarks.faults.day import LATER, Day, copy
from benchmarks.faults.fingerprint import fingerprint
from benchmarks.faults.forks import Ended, each
from benchmarks.faults.rows import Difference, difference, tables_of

TOLD = (0, 1, 65, 75, 78)    # exit codes of a run that knows what happened; 70 is a bug of ours
KILLED = -signal.SIGKILL
HINT = re.compile(r"→.*`nichiro ((?:rebuild|doctor)[^`]*)`")   # what mends it, in the error's own words


EQUAL = Difference(0, 0)


@dataclass(frozen=True)
class Case:
    """``disturb(day, data_dir)`` brings the fault about on a copy of the state before ``step`` and says how nichiro ended."""

    fault: str
    name: str
    step: str
    disturb: Callable[[Day, Path], Ended | None]


@dataclass(frozen=True)
class Outcome:
    """What became of a case; ``complaints`` are words that nichiro owes or said wrongly."""

    case: Case
    folder: Path
    fingerprint: str
    complaints: tuple[str, ...] = ()
    difference: Difference = EQUAL

    @property
    def wrong(self) -> tuple[str, ...]:
        """Everything that should be otherwise, in words."""
        return self.complaints + self.difference.where


def run_cases(day: Day, cases: Iterable[Case], at_once: int) -> Iterator[Outcome]:
    """Strike every case, then let each distinct folder go on; in the order of the cases."""
    struck = list(each((partial(_strike, day, case, number) for number, case in enumerate(cases)), at_once, day.scratch))
    first: dict[tuple[bool, str], Outcome] = {}
    for outcome in struck:
        if first.setdefault(_kind(outcome), outcome) is not outcome:
            shutil.rmtree(outcome.folder)
    gone_on = each((partial(_go_on, day, outcome) for outcome in first.values()), at_once, day.scratch)
    ends = dict(zip(first, gone_on, strict=True))
    for outcome in struck:
        end = ends[_kind(outcome)]
        yield replace(outcome, difference=end.difference, complaints=(*outcome.complaints, *end.complaints))


def _kind(outcome: Outcome) -> tuple[bool, str]:
    return outcome.case.step == "crawl", outcome.fingerprint


def _strike(day: Day, case: Case, number: int) -> Outcome:
    data_dir = day.scratch / "cases" / str(number) / "data"
    data_dir.parent.mkdir(parents=True)
    copy(day.state(case.step), data_dir)
    ended = case.disturb(day, data_dir)
    complaints = _complaints(ended) if ended and ended.exit_code != KILLED else ()
    return Outcome(case, data_dir.parent, fingerprint(data_dir), complaints)


def _go_on(day: Day, outcome: Outcome) -> Outcome:
    data_dir, step = outcome.folder / "data", outcome.case.step
    later = 2 * LATER if step == "end" else LATER
    run = partial(day.run, data_dir, later=later, has_report=step == "report")
    runs = [run("run")]
    complaints = _complaints(runs[0])
    if runs[-1].exit_code and "backup" in runs[-1].said:
        _restore(day.state(step), data_dir)
        runs.append(run("run"))
    if runs[-1].exit_code and (named := HINT.search(runs[-1].said)):
        runs += [run(*named[1].split()), run("run")]
    if code := runs[-1].exit_code:
        complaints += (f"the last of {len(runs)} runs ended with {code}: {runs[-1].said.strip()[-300:]}",)
        found = Difference(0, 0, ("nothing was published",))
    else:
        world, every = tables_of(data_dir)
        expected_world, expected = day.undisturbed()
        if len(runs) > 1:   # who mends by hand may ask for pages again
            del expected_world["fetched"]
        found = difference(world, expected_world)
        if step not in ("crawl", "end") and len(runs) == 1:   # those hold other looks at the same pages
            found += difference(every, expected)
    shutil.rmtree(outcome.folder)
    return replace(outcome, difference=found, complaints=complaints)


def _complaints(ended: Ended) -> tuple[str, ...]:
    said = [line for line in ended.said.splitlines() if line.startswith("nichiro: ")]
    wrong = []
    if ended.has_traceback:
        wrong.append(f"a traceback: {ended.said.strip().splitlines()[-1]}")
    if ended.exit_code not in TOLD:
        wrong.append(f"exit code {ended.exit_code}: {ended.said.strip()[-300:]}")
    elif ended.exit_code and not any("→" in line for line in said):
        wrong.append(f"no word on what to do: {ended.said.strip()[-300:]}")
    return tuple(wrong)


def _restore(state: Path, data_dir: Path) -> None:
    """Bring back from a backup what of archive and log is not as it was."""
    for part in ("archive", "lake/raw"):
        for whole in (state / part).rglob("*"):
            there = data_dir / whole.relative_to(state)
            if whole.is_file() and not (there.exists() and filecmp.cmp(whole, there, shallow=False)):
                there.unlink(missing_ok=True)
                os.link(whole, there)
