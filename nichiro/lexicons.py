"""The word lists for document tone, read from ``transforms/lexicons/<language>.txt``."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from nichiro.errors import ConfigError
from nichiro.settings import PROJECT

LEXICONS = PROJECT / "transforms" / "lexicons"
SCHEMA = {"language_code": pl.String, "pattern": pl.String, "polarity": pl.Int32}
_POLARITY = {"+": 1, "-": -1, "=": 0}


def load_lexicons(folder: Path = LEXICONS) -> pl.DataFrame:
    """All lists as language_code, pattern (``*`` = any ending), polarity (1, -1; 0 hides), sorted.

    Raises ConfigError for a line that is no list, a word with both polarities, or a folder without lists.
    """
    rows: dict[tuple[str, str], int] = {}
    for path in sorted(folder.glob("*.txt")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            sign, *words = line.split() or ["#"]
            if sign.startswith("#"):
                continue
            if sign not in _POLARITY or not words:
                raise ConfigError(f"{path} line {number} is no word list", "begin it with +, - or = and a blank")
            for word in words:
                if rows.setdefault((path.stem, word), _POLARITY[sign]) != _POLARITY[sign]:
                    raise ConfigError(f"{path} line {number}: {word!r} is both good and bad", "keep one of them")
    if not rows:
        raise ConfigError(f"no word list in {folder}", "put back transforms/lexicons/*.txt")
    return pl.DataFrame(
        [(language, word, polarity) for (language, word), polarity in sorted(rows.items())], schema=SCHEMA, orient="row"
    )
