"""The command line: one command per step, and what people ask of the result.

Exit codes: 0 done, 1 a check failed, 65 damaged files, 70 a check errored, 75 try again, 78 mend the configuration.
"""

from __future__ import annotations

import json
import logging
import sys

import typer

from nichiro.cli import (
    alert,
    backtest,
    config,
    demo,
    doctor,
    init,
    judging,
    keeping,
    override,
    own,
    quarantine,
    reading,
    reparse,
    rescore,
    series,
    source,
    status,
    steps,
)
from nichiro.errors import NichiroError
from nichiro.log import is_json, redact, shown

app = typer.Typer(
    name="nichiro",
    help="Media monitor for Japan–Russia relations: crawl, archive, measure, check, publish, alert, report.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (init, steps, reparse, rescore, status, doctor, backtest, reading, own, series, judging, demo, config, keeping):
    module.add_to(app)
app.add_typer(source.app, name="source")
app.add_typer(alert.app, name="alert", rich_help_panel="Daily")
app.add_typer(quarantine.app, name="quarantine", rich_help_panel="Daily")
app.add_typer(override.app, name="override", rich_help_panel="Daily")


def main() -> None:
    """Run a command; trouble of our own is one clear line on standard error and an exit code."""
    try:
        app()
    except NichiroError as error:
        if "--json" in sys.argv:
            told = {"error": redact(error.message), "hint": redact(error.hint), "exit_code": error.exit_code}
            print(json.dumps(told, ensure_ascii=False))
        if is_json():
            logging.getLogger(__name__).error("%s", error)
        else:
            print(f"nichiro: {shown(str(error))}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print("nichiro: stopped; nothing half-written counts, run again when you like", file=sys.stderr)
        sys.exit(130)
    except SystemExit as stop:
        if isinstance(stop.__context__, BrokenPipeError):
            sys.exit(0)   # the reader of our output, `head` say, has seen enough; typer and rich would say 1
        if "--json" in sys.argv and (said := getattr(stop.__context__, "format_message", None)):   # how the command was written
            print(json.dumps({"error": said(), "hint": "see --help", "exit_code": stop.code}))
        raise
