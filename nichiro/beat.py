"""The beat as it is declared: read from its YAML, and as a table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import yaml
from pydantic import ValidationError

from nichiro.errors import ConfigError
from transforms.beat import Beat
from warehouse.tables import ops

HINT = "see docs/adding-a-beat.md"


def load_beat(path: Path) -> Beat:
    """Read a beat's YAML and, from the folder of its name, the second judge's weights where there are any.

    Raises ConfigError with key and what is wrong.
    """
    weights = path.with_suffix("") / "second_judge.json"
    with explained(path, "is no beat", "set NICHIRO_BEAT to a file such as those in beats/"):
        judge = {"second_judge": json.loads(weights.read_text(encoding="utf-8"))} if weights.exists() else {}
        return Beat(**yaml.safe_load(path.read_text(encoding="utf-8")), **judge)


@contextmanager
def explained(path: Path, trouble: str, unread: str = HINT) -> Iterator[None]:
    """What reading a declaration raises, as ConfigError: ``unread`` is the hint where the file cannot be read at all."""
    try:
        yield
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}", unread) from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{path}: {key}: {first['msg']}", HINT) from error
    except (UnicodeDecodeError, json.JSONDecodeError, yaml.YAMLError, TypeError) as error:
        raise ConfigError(f"{path} {trouble}: {error}".replace("\n", " "), HINT) from error


def topics(beat: Beat) -> pl.DataFrame:
    """The beat's topics as ops.topics."""
    rows = [{"topic_id": topic_id, "title": topic.title} for topic_id, topic in beat.topics.items()]
    return ops.TOPICS.conform(pl.DataFrame(rows, schema=ops.TOPICS.schema))
