"""No text of others: nothing of ``../shared`` lies in the repository, whole or in a run of 20 words."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from tests.architecture.sources import PROJECT, files, where

SHARED = PROJECT.parent / "shared"
WORDS = re.compile(r"\w+")
TAGS = re.compile(r"<[^>]*>")     # markup and namespaces are no one's text
RUN = 20          # words in a row; shorter runs are dates, boilerplate markup and formulas
SAMPLE = 12       # every so manieth shared text, besides the op-ed


@pytest.fixture(scope="module")
def shared() -> list[Path]:
    texts = sorted(path for folder in ("seed", "realpages", "data") for path in (SHARED / folder).rglob("*"))
    texts = [path for path in texts if path.is_file() and 0 < path.stat().st_size < 400_000]
    if not texts:
        pytest.skip("../shared is not here: nothing to compare with")
    return texts


def test_no_file_is_a_copy(shared: list[Path]) -> None:
    theirs = {(path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest()): path for path in shared}
    sizes = {size for size, _ in theirs}
    ours = [path for path in files() if path.stat().st_size in sizes and path.stat().st_size > 40]
    copies = [where(path) for path in ours
              if (path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest()) in theirs]
    assert copies == []


def test_no_run_of_words_is_copied(shared: list[Path]) -> None:
    ours: dict[int, Path] = {}
    for path in files():
        if path.suffix in {".py", ".md", ".yml", ".html", ".txt", ".json", ".csv", ".xml", ".sql"}:
            ours |= dict.fromkeys(_runs(path), path)
    sample = [path for path in shared if path.parent.name == "seed"] + shared[::SAMPLE]
    copied = {f"{where(ours[run])} has words of {path.name}" for path in sample for run in _runs(path) if run in ours}
    assert copied == set()


def _runs(path: Path) -> set[int]:
    """Hashes of every run of words; a run of few distinct words (a table of numbers) is none."""
    words = WORDS.findall(TAGS.sub(" ", path.read_bytes().decode("utf-8", errors="ignore").lower()))
    runs = (tuple(words[start : start + RUN]) for start in range(len(words) - RUN + 1))
    return {hash(run) for run in runs if len(set(run)) > RUN * 0.6}
