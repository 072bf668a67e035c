"""How often the interval of a group of mentions holds the mean of the labels that people gave them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from benchmarks.tone.folds import Mention
from transforms.tone_interval import mean_interval

SIZES = (2, 50)         # of a group
RANDOM = 1_000          # random groups


def coverage(found: Sequence[Mention], probabilities: np.ndarray) -> list[tuple[str, float, int]]:
    """Metric, share, number of groups: of one document or one name (``interval_coverage``), each kind, and random ones."""
    kinds = {
        "documents": _alike([mention.group for mention in found]),
        "names": _alike([mention.sentence[mention.start : mention.end].casefold() for mention in found]),
        "random": _random(len(found)),
    }
    held = {kind: [holds(found, probabilities, group) for group in groups] for kind, groups in kinds.items()}
    real = held["documents"] + held["names"]
    rows = [("interval_coverage", float(np.mean(real)), len(real))]
    return rows + [(f"interval_coverage_{kind}", float(np.mean(found)), len(found)) for kind, found in held.items() if found]


def holds(found: Sequence[Mention], probabilities: np.ndarray, group: Sequence[int]) -> bool:
    """Whether the 90 % interval of the mean tone (-1 to 1) of these mentions holds the mean of their labels."""
    scores = probabilities[group, 2] - probabilities[group, 0]
    variances = probabilities[group, 2] + probabilities[group, 0] - scores**2
    low, high = mean_interval(scores, variances)
    mean = float(np.mean([found[number].label - 1 for number in group]))
    return low - 1e-9 <= mean <= high + 1e-9


def _alike(names: Sequence[str]) -> list[list[int]]:
    groups = defaultdict(list)
    for number, name in enumerate(names):
        groups[name].append(number)
    return [members[: SIZES[1]] for members in groups.values() if len(members) >= SIZES[0]]


def _random(n: int) -> list[list[int]]:
    drawn = np.random.default_rng(0)
    return [drawn.choice(n, size=drawn.integers(SIZES[0], SIZES[1] + 1), replace=False).tolist() for _ in range(RANDOM)]
