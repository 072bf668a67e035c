"""The actors of a beat as they are declared: ``actors.yml`` in the folder beside the beat's YAML that has its name."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import ValidationError

from nichiro.errors import ConfigError
from transforms.actors import Directory

HINT = "see docs/adding-a-beat.md"


def load_directory(beat: Path) -> Directory:
    """Read the actors of the beat at ``beat``; without the file an empty directory. Raises ConfigError with key and what is wrong."""
    path = beat.with_suffix("") / "actors.yml"
    try:
        return Directory(**yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER))
    except FileNotFoundError:
        return Directory()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}", HINT) from error
    except (UnicodeDecodeError, yaml.YAMLError, TypeError) as error:
        raise ConfigError(f"{path} lists no actors: {error}".replace("\n", " "), HINT) from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{path}: {key}: {first['msg']}", HINT) from error


# A thousand lines take half a second in Python; both are safe loaders.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
