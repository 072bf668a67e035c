"""Commands that keep what is held: backup and restore, takedowns, retention."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nichiro.cli.options import (
    DataDir,
    Json,
    console,
    output,
    pipeline_of,
    progress,
    settings_of,
    show_status,
)
from nichiro.log import shown

if TYPE_CHECKING:
    from nichiro.backup import Done
    from nichiro.forget import Holding

Target = Annotated[Path, typer.Argument(metavar="TARGET", help="The backup's folder, best on another disk.")]


def add_to(app: typer.Typer) -> None:
    app.command("backup", rich_help_panel="Keep", epilog="Example: nichiro backup /mnt/backup/nichiro")(backup)
    app.command("restore", rich_help_panel="Keep", epilog="Example: nichiro restore /mnt/backup/nichiro --data-dir restored")(restore)
    app.command("forget", rich_help_panel="Keep", epilog='Example: nichiro forget https://daily.example/opinion/1 --reason "letter of 3 May"')(forget)
    app.command("retention", rich_help_panel="Keep", epilog="Example: nichiro retention --dry-run")(retention)


def backup(
    target: Target,
    log_only: Annotated[bool, typer.Option("--log-only", help="Archive and log only: smaller, and a rebuild makes the rest.")] = False,
    verify: Annotated[bool, typer.Option("--verify", help="Read every stored file again; what is damaged is copied anew.")] = False,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Bring a backup up to the data folder: only what is new is copied, everything is verified by its SHA-256.

    Holds the writer's lock: a run has to wait, readers and crawls do not.
    """
    from nichiro.backup import backup as copy
    from nichiro.run import clock_of

    settings = settings_of(data_dir)
    tell = progress(settings, quiet=as_json)
    made = copy(settings.data_dir, target, clock_of(settings).now(), lambda message: tell("backup", message), log_only=log_only, verify=verify)
    _tell("backed up to", made, as_json=as_json)


def restore(target: Target, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Put a backup into an empty data folder, every file verified first; documents taken down since stay away.

    Over a folder that holds a world of the same kind it puts back what is missing or damaged; newer log stays.
    """
    from nichiro.forget import is_pending
    from nichiro.restore import restore as put_back
    from warehouse.lake import Lake

    settings = settings_of(data_dir)
    tell = progress(settings, quiet=as_json)
    made = put_back(target, settings.data_dir, lambda message: tell("restore", message))
    _tell(f"restored to {settings.data_dir} from", made, as_json=as_json)
    if made.release is None:
        tell("restore", "archive and log only: run `nichiro rebuild`")
    elif is_pending(Lake(settings.data_dir)):
        tell("restore", "documents were taken down since this backup: they are removed again")
        pipeline_of(data_dir, quiet=as_json).catch_up()


def _tell(what: str, made: Done, *, as_json: bool) -> None:
    if as_json:
        print(made.model_dump_json())
        return
    sizes = f"{made.files:,} files, {made.bytes / 1e6:,.1f} MB; copied {made.copied_files:,}, {made.copied_bytes / 1e6:,.1f} MB"
    output.print(f"{what} {made.target}: {sizes}; release {made.release or 'none'}", markup=False)


def forget(
    url: Annotated[str, typer.Argument(metavar="URL", help="The document's address, any of those it was met under.")],
    reason: Annotated[str | None, typer.Option(help="Why, kept with the tombstone.", show_default=False)] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Remove a document everywhere and for good: archive, lake, releases, report, feed.

    A tombstone, hashes without text, keeps it from being fetched, read or restored again.
    """
    from nichiro.errors import ConfigError
    from nichiro.forget import find

    pipeline = pipeline_of(data_dir, quiet=as_json)
    holding = find(pipeline.lake, pipeline.catalog, url)
    if not as_json:
        _show(holding)
    if not yes:
        if as_json or not console.is_interactive:
            raise ConfigError("this cannot be undone, and nobody can be asked", "give --yes")
        typer.confirm("Remove it for good?", abort=True, err=True)
    show_status(pipeline.take_down(holding, reason), as_json=as_json)


def _show(holding: Holding) -> None:
    for headline in sorted(set(holding.headlines)):
        console.print(f"  {shown(headline)}", markup=False)
    held = f"{holding.capture_count} captures, {holding.version_count} versions, named by {holding.link_count} links"
    console.print(f"  {held}" if holding.capture_count else f"  not held, {held}: a tombstone keeps it away", markup=False)
    for copy in holding.copies:
        console.print(f"  a copy is another document and stays: {shown(copy)}", markup=False)


def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would expire.")] = False,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Remove raw bytes and whole texts that are older than their source's terms allow; every publish does it too."""
    from crawlers.catalog import load_catalog
    from nichiro.retention import due, expire
    from nichiro.run import clock_of
    from warehouse.lake import Lake

    settings = settings_of(data_dir)
    lake, catalog = Lake(settings.data_dir), load_catalog(settings.catalog_dir)
    found = list(due(lake, catalog, clock_of(settings).now().date()))
    if not dry_run:
        with lake.lock():
            found = [each for each in found if expire(lake, each)]
    if as_json:
        rows = [{"source_id": each.partition.source_id, "captured_date": str(each.partition.captured_date), "bytes": each.bytes} for each in found]
        print(json.dumps({"is_dry_run": dry_run, "expired": rows}))
        return
    for each in found:
        output.print(f"{each.partition.captured_date}  {each.partition.source_id}  {each.bytes:,} bytes", markup=False)
    output.print(f"{len(found)} partitions {'would expire' if dry_run else 'expired'}, {sum(each.bytes for each in found) / 1e6:.1f} MB")
