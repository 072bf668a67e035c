"""What a suite may look at besides its own frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from expectations.measures import History

Read = Callable[[str], pl.DataFrame]
Keys = Callable[[str, str], pl.Series]


def _nothing(*_: str) -> pl.DataFrame:
    raise LookupError("the source gate sees one partition and no other table")


@dataclass(frozen=True)
class Context:
    """``gate`` is sources or tables.

    ``read(table)`` gives the rows under check of another table; ``keys(table, column)`` all values of a column, old
    partitions too: what a reference may point to; ``history`` what the learned checks compare with, where it is known.
    Before the build there is none of them.
    """

    gate: str
    checked_at: datetime
    read: Read = _nothing
    keys: Keys = _nothing  # type: ignore[assignment]
    history: History | None = None
