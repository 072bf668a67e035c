"""Shingle F1 of a text against its gold, as zyte's article-extraction-benchmark defines it.

A text is the multiset of its runs of four tokens: words (``\\w+``), or characters without white space for Japanese, where
words have no edges. Precision and recall are taken per page and averaged over pages, F1 from the two means. A page of
which nothing was extracted has no precision and counts as recall 0.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from statistics import fmean
from typing import NamedTuple

LENGTH = 4
_WORD = re.compile(r"\w+")


class Overlap(NamedTuple):
    """Shingles of one page: in both texts, in the extracted one only, in the gold only."""

    both: int
    extra: int
    missed: int


def overlap(gold: str, extracted: str, characters: bool = False) -> Overlap:
    wanted, found = _shingles(gold, characters), _shingles(extracted, characters)
    both = (wanted & found).total()
    return Overlap(both, found.total() - both, wanted.total() - both)


def f1(pages: Iterable[Overlap]) -> float:
    """F1 of mean precision and mean recall; 0 where nothing overlaps."""
    pages = list(pages)
    precisions = [page.both / (page.both + page.extra) for page in pages if page.both + page.extra]
    recalls = [page.both / (page.both + page.missed) for page in pages if page.both + page.missed]
    precision, recall = fmean(precisions or [0.0]), fmean(recalls or [0.0])
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _shingles(text: str, characters: bool) -> Counter[tuple[str, ...]]:
    tokens = list("".join(text.split())) if characters else _WORD.findall(text)
    return Counter(tuple(tokens[start : start + LENGTH]) for start in range(max(1, len(tokens) - LENGTH + 1)) if tokens)
