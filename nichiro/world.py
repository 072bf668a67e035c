"""The world that a data folder belongs to: a replay's or the live web, for ever, so that demo rows never reach a real report."""

from __future__ import annotations

from pathlib import Path

from nichiro.errors import ConfigError
from nichiro.settings import Settings
from warehouse.lake import write_atomically


def world_of(data_dir: Path) -> str:
    """replay or live; empty where nothing was crawled yet."""
    mark = _mark(data_dir)
    return mark.read_text() if mark.exists() else ""


def enter(settings: Settings) -> None:
    """Say to which world the data folder belongs. Raises ConfigError where it belongs to the other."""
    world, found = "replay" if settings.is_replay else "live", world_of(settings.data_dir)
    if not found:
        write_atomically(_mark(settings.data_dir), lambda file: file.write(world.encode()))
    elif found != world:
        raise ConfigError(f"{settings.data_dir} holds a {found} archive, this crawl is {world}", "use another NICHIRO_DATA_DIR")


def _mark(data_dir: Path) -> Path:
    return data_dir / "state" / "world"
