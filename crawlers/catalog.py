"""The catalog: every source's YAML, read once, and the same as a table."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import yaml
from pydantic import ValidationError

from crawlers.source import Source
from nichiro.errors import ConfigError
from warehouse.tables.ops import SOURCES

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml reads eight times as fast


def load_source(path: Path) -> Source:
    """Read one source's YAML; its file name is its id. Raises ConfigError with file, key and what is wrong."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" line {mark.line + 1}" if mark else ""
        raise ConfigError(f"{path}{where} is not YAML: {getattr(error, 'problem', error)}", "mend the file") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}", "check the path and its encoding (UTF-8)") from error
    if not isinstance(content, dict):
        raise ConfigError(f"{path} holds no mapping", "see docs/adding-a-source.md")
    try:
        return Source(source_id=path.stem, **content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{path}: {key}: {first['msg']}", "see docs/adding-a-source.md") from error
    except TypeError as error:
        raise ConfigError(f"{path}: source_id comes from the file name", "remove the key") from error


def load_catalog(folder: Path) -> dict[str, Source]:
    """Read every ``*.yml`` of a folder, by source id. Raises ConfigError where there is none."""
    sources = {path.stem: load_source(path) for path in sorted(folder.glob("*.yml"))}
    if not sources:
        raise ConfigError(f"no source YAML in {folder}", "set NICHIRO_CATALOG_DIR to the folder of your sources")
    return sources


def sources(catalog: dict[str, Source]) -> pl.DataFrame:
    """The catalog as ops.sources."""
    rows = [
        {
            "source_id": source.source_id,
            "title": source.title,
            "publisher": source.publisher.name_en,
            "country_code": source.publisher.country,
            "publisher_kind": source.publisher.kind,
            "genre": source.genre,
            "languages": list(source.language),
            "status": source.status,
            "timezone": source.timezone,
            "access": source.terms.access,
            "licence": source.terms.licence or None,
            "rules_sha256": source.rules_sha256(),
            "min_articles_per_day": source.articles_per_day,
            "archive_days": source.archive_days,
            "usual_gap_days": source.usual_gap_days,
        }
        for source in catalog.values()
    ]
    return SOURCES.conform(pl.DataFrame(rows, schema=SOURCES.schema))
