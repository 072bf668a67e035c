"""``nichiro init``: from a checkout to a live run in one command."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from nichiro.cli.options import Json, output


def add_to(app: typer.Typer) -> None:
    app.command("init", rich_help_panel="Daily", epilog="Example: nichiro init --contact https://example.org/our-crawler --yes")(init)


def init(
    contact: Annotated[
        str | None, typer.Option(help="URL or mail address that reaches you; every site sees it.", show_default="asked for")
    ] = None,
    data_dir: Annotated[Path, typer.Option("--data-dir", help="Data folder: archive, lake, releases.")] = Path("data"),
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Replace other values in .env without asking.")] = False,
    as_json: Json = False,
) -> None:
    """Write data folder, .env and alert rules into this folder; what is there already stays."""
    import json
    from dataclasses import asdict

    from nichiro.errors import ConfigError
    from nichiro.init import check_contact
    from nichiro.init import init as install

    has_person = sys.stdin.isatty() and not as_json
    if contact is None and has_person:
        output.print("A live crawl tells every site who it is: give a page or mail address that reaches you.", markup=False)
        contact = _ask(check_contact)

    def may_change(variable: str, old: str, new: str) -> bool:
        if yes:
            return True
        if has_person:
            return typer.confirm(f"{variable} is {old!r} in .env: replace it by {new!r}?")
        raise ConfigError(f".env sets {variable} to {old!r}", f"give --yes to replace it by {new!r}")

    done = install(Path.cwd(), contact or "", data_dir, may_change)
    if as_json:
        print(json.dumps(asdict(done), default=str, ensure_ascii=False))
        return
    for name in done.written:
        output.print(f"wrote    {name}", markup=False)
    for name in done.kept:
        output.print(f"kept     {name}", markup=False)
    output.print(
        f"data     {done.data_dir}\n\n"
        "Next:\n"
        "  nichiro source list     the sites that will be asked\n"
        "  nichiro run             crawl them politely (the first run takes up to half an hour), build, report\n"
        "  nichiro status          how it went; a monitor asks `nichiro status --max-age 26h`\n"
        "Alerts are sent by the rules in alerts.yml; docs/live.md says how to go on.",
        markup=False,
    )


def _ask(check: Callable[[str], str]) -> str:
    from nichiro.errors import ConfigError

    while True:
        answer = typer.prompt("Contact", default="", show_default=False)
        try:
            return check(answer)
        except ConfigError as error:
            output.print(f"  {error.message}", markup=False)
