"""``nichiro config show``: what is set, and where."""

from __future__ import annotations

from pathlib import Path

import typer
from rich.table import Table

from nichiro.cli.options import DataDir, Json, output, settings_of

config = typer.Typer(help="The settings.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    app.add_typer(config, name="config")


@config.callback()
def _settings() -> None:
    """The settings."""


@config.command("show", epilog="Example: nichiro config show --json")
def show(data_dir: DataDir = None, as_json: Json = False) -> None:
    """Show every setting with its origin: default, environment, .env or option. Secrets are not shown."""
    import json

    from nichiro.configuration import configuration
    from nichiro.log import hide_secrets_of

    settings = settings_of(data_dir)
    hide_secrets_of(settings)
    rows = configuration(settings, {"data_dir": data_dir})
    if as_json:
        print(json.dumps([row.model_dump() for row in rows], ensure_ascii=False))
        return
    table = Table("setting", "value", "from", box=None, pad_edge=False)
    for row in rows:
        table.add_row(row.variable, _short(row.value) or "–", row.origin)
    output.print(table, markup=False)


def _short(value: str) -> str:
    """A path below the working folder is shown from there."""
    path = Path(value)
    return str(path.relative_to(Path.cwd())) if path.is_absolute() and path.is_relative_to(Path.cwd()) else value
