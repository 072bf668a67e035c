"""Which pairs of texts other methods call copies: a JSON list of texts on standard input.

Prints {method: [[number, number] …]}, each pair once, the smaller number first.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable
from functools import cache

from datasketch import MinHash, MinHashLSH, MinHashLSHEnsemble
from simhash import Simhash, SimhashIndex

PERMUTATIONS = 128
SHINGLE = 5
NEAR = 3     # bits of 64 in which two simhashes may differ
_WORD = re.compile(r"\w+")


def shingles(text: str) -> set[str]:
    """Runs of five words; a shorter text is one run, and a text without words has none."""
    words = _WORD.findall(text.lower())
    return {" ".join(words[start : start + SHINGLE]) for start in range(max(1, len(words) - SHINGLE + 1))} if words else set()


@cache
def sketch(text: str) -> tuple[MinHash, int]:
    runs = shingles(text)
    made = MinHash(num_perm=PERMUTATIONS)
    made.update_batch([run.encode() for run in runs])
    return made, len(runs)


def by_resemblance(texts: list[str], threshold: float) -> Iterable[tuple[int, int]]:
    index = MinHashLSH(threshold=threshold, num_perm=PERMUTATIONS)
    for number, text in enumerate(texts):
        made, size = sketch(text)
        if size:
            yield from ((other, number) for other in index.query(made))
            index.insert(number, made)


def by_containment(texts: list[str], threshold: float) -> Iterable[tuple[int, int]]:
    """Whichever of the two holds so much of the other."""
    sketches = {number: sketch(text) for number, text in enumerate(texts) if shingles(text)}
    index = MinHashLSHEnsemble(threshold=threshold, num_perm=PERMUTATIONS)
    index.index((number, made, size) for number, (made, size) in sketches.items())
    for number, (made, size) in sketches.items():
        yield from ((other, number) for other in index.query(made, size) if other != number)


def by_simhash(texts: list[str]) -> Iterable[tuple[int, int]]:
    """Of runs of four characters, the package's own features; given one by one, for it cannot weigh any above 255."""
    features = {number: "".join(_WORD.findall(text.lower())) for number, text in enumerate(texts)}
    hashes = [
        (str(number), Simhash([text[start : start + 4] for start in range(max(1, len(text) - 3))]))
        for number, text in features.items() if text
    ]  # fmt: skip
    index = SimhashIndex(hashes, k=NEAR)
    for number, made in hashes:
        yield from ((int(other), int(number)) for other in index.get_near_dups(made) if other != number)


METHODS: dict[str, Callable[[list[str]], Iterable[tuple[int, int]]]] = {
    "datasketch MinHash LSH .5": lambda texts: by_resemblance(texts, 0.5),
    "datasketch MinHash LSH .8": lambda texts: by_resemblance(texts, 0.8),
    "datasketch LSH Ensemble .8": lambda texts: by_containment(texts, 0.8),
    "simhash 3": by_simhash,
}

if __name__ == "__main__":
    given = json.load(sys.stdin)
    print(json.dumps({name: sorted({(min(pair), max(pair)) for pair in method(given)}) for name, method in METHODS.items()}))
