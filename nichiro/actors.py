"""The actors of a beat as they are declared: ``actors.yml`` in the folder beside the beat's YAML that has its name."""

from __future__ import annotations

from pathlib import Path

import yaml

from nichiro.beat import explained
from transforms.actors import Directory


def load_directory(beat: Path) -> Directory:
    """Read the actors of the beat at ``beat``; without the file an empty directory. Raises ConfigError with key and what is wrong."""
    path = beat.with_suffix("") / "actors.yml"
    if not path.exists():
        return Directory()
    with explained(path, "lists no actors"):
        return Directory(**yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER))


# A thousand lines take half a second in Python; both are safe loaders.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
