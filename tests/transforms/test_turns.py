"""marts.turns and marts.authors: a row per turn and author of a document, none of a document without."""

from __future__ import annotations

import polars as pl

from tests.transforms.frames import version
from transforms.authors import authors
from transforms.turns import turns

DOCUMENTS = pl.concat([
    version("c1", "a1", 0, turns=[{"speaker": "Question", "role": "question", "start": 10, "end": 20}, {"speaker": "A", "role": None, "start": 23, "end": 30}],
            credits=[{"name": "仮名 花子", "role": "staff", "given_name": "花子", "family_name": "仮名"}]),
    version("c2", "a2", 1, turns=[], credits=[]),
    version("c3", "a3", 1, turns=None, credits=None),
])  # fmt: skip


def test_turns_and_authors() -> None:
    found = turns(DOCUMENTS).select("article_id", "number", "speaker", "role", "start_offset", "end_offset")
    assert found.rows() == [("a1", 1, "Question", "question", 10, 20), ("a1", 2, "A", None, 23, 30)]
    assert authors(DOCUMENTS).select("article_id", "number", "name", "role", "family_name").rows() == [("a1", 1, "仮名 花子", "staff", "仮名")]
