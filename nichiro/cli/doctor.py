"""``nichiro doctor``: what crashes, full disks and bad disks left in a data folder, and mending it."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from nichiro.cli.options import DataDir, Json, output, progress, settings_of
from nichiro.log import shown

if TYPE_CHECKING:
    from nichiro.doctor import Finding, Visit


SHOWN = 5   # findings of a kind


def add_to(app: typer.Typer) -> None:
    app.command("doctor", rich_help_panel="Daily", epilog="Examples: nichiro doctor   ·   nichiro doctor --repair   ·   nichiro doctor --deep --json")(doctor)


def doctor(
    repair: Annotated[bool, typer.Option("--repair", help="Mend what can be mended; nothing that is log is deleted.")] = False,
    deep: Annotated[bool, typer.Option("--deep", help="Verify every digest and every block, not only those of the last seven days.")] = False,
    clock_is_right: Annotated[bool, typer.Option("--clock-is-right", help="With --repair: set aside runs from the future.")] = False,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Find what is out of order in the data folder: half-written files, wrong digests, damaged releases, killed runs.

    Exit 0 when it is sound, 1 when findings are left, 75 while another run writes.
    """
    import json

    from nichiro import doctor as examination
    from nichiro.errors import ConfigError
    from nichiro.run import clock_of

    settings = settings_of(data_dir)
    if not settings.data_dir.is_dir():
        raise ConfigError(f"{settings.data_dir} is no folder", "set NICHIRO_DATA_DIR or --data-dir")
    patient = examination.Patient(settings, clock_of(settings).now(), deep, clock_is_right)
    say = progress(settings, quiet=as_json)
    visit = examination.repair(patient, say) if repair else examination.examine(patient)
    if as_json:
        print(json.dumps({name: [_told(each) for each in getattr(visit, name)] for name in ("found", "mended")}, ensure_ascii=False))
    else:
        _show(visit, is_repaired=repair)
    raise typer.Exit(visit.exit_code)


def _told(finding: Finding) -> dict[str, object]:
    told = {name: getattr(finding, name) for name in ("kind", "where", "what", "remedy")}
    return told | {"is_mendable": finding.mend is not None}


def _show(visit: Visit, *, is_repaired: bool) -> None:
    from nichiro.doctor import KINDS

    for kind, group in groupby(sorted(visit.found, key=lambda each: list(KINDS).index(each.kind)), key=lambda each: each.kind):
        first, more = (found := list(group))[:SHOWN], len(found) - SHOWN
        for each in first:
            output.print(shown(f"{kind}  {each.where}: {each.what} → {'--repair ' if each.mend else ''}{each.remedy}"), markup=False)
        if more > 0:
            output.print(f"{kind}  … and {more} more: --json shows all")
    mendable = sum(1 for each in visit.found if each.mend)
    if is_repaired:
        output.print(f"{len(visit.mended)} mended, {len(visit.found)} left")
    elif visit.found:
        output.print(f"{len(visit.found)} findings, {mendable} of them for `nichiro doctor --repair`")
    else:
        output.print("sound")
