"""Directed tone between two entities of a sentence (DSE; no licence stated, so that it is measured on and no more).

Its five classes: nothing; the first is for, or against, the second; the second for, or against, the first. The data names them by numbers:
1 and 2 for, 3 and 4 against, told apart by the counts of its authors' page. Ours tells the tone toward each of the two, so that blame of the
second stands for "the first is against the second": a guess where the blame is the author's. Nothing was tuned.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.tone.folds import DATA, NEGATIVE, NEUTRAL, POSITIVE

CLASSES = 5
TOWARD = {(1, POSITIVE): 1, (0, POSITIVE): 2, (1, NEGATIVE): 3, (0, NEGATIVE): 4}    # which of the two, what tone: the class
_MARKED = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True)
class Pair:
    sentence: str
    spans: tuple[tuple[int, int], tuple[int, int]]
    label: int


def pairs(data: Path = DATA) -> list[Pair]:
    """The part ``valid``; sentences without two marks are left out."""
    found = []
    for line in (data / "dse" / "valid.txt").read_text(encoding="utf-8").splitlines():
        marked, _, _, label = line.rsplit("\t", 3)
        pieces, spans, length, copied = [], [], 0, 0
        for mark in _MARKED.finditer(marked):
            pieces += [marked[copied : mark.start()], mark.group(1)]
            start = length + mark.start() - copied
            length = start + len(mark.group(1))
            spans.append((start, length))
            copied = mark.end()
        if len(spans) == 2 and all(end > start for start, end in spans):
            found.append(Pair("".join([*pieces, marked[copied:]]), (spans[0], spans[1]), int(label)))
    return found


def label_of(toward: np.ndarray) -> int:
    """From probabilities toward the two (2 × 3) to one of the five: the likeliest tone that beats neutral at its own target."""
    told = [(float(toward[which, tone]), label) for (which, tone), label in TOWARD.items() if toward[which].argmax() == tone]
    return max(told, default=(0.0, 0))[1]


def by_polarity(sign: int) -> int:
    """What a lexicon can say: the order of the words, and the polarity of the sentence (0, 1, 2)."""
    return {POSITIVE: 1, NEUTRAL: 0, NEGATIVE: 3}[sign]
