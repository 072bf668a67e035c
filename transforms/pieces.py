"""Pieces of words for a text encoder: the likeliest segmentation under a unigram vocabulary (Kudo 2018, doi:10.18653/v1/P18-1007).

As SentencePiece cuts for XLM-R: characters in compatibility form (NFKC), a mark ▁ where a word begins, no piece over a space. Every
piece knows its characters in the original text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

MARK = "▁"
UNKNOWN_PENALTY = 10.0     # below the worst piece, as SentencePiece has it
LONG = 48                  # words of more characters (Japanese sentences) are not kept in memory


class Pieces:
    """A vocabulary: ``pieces`` by id with their log probabilities; ``unknown`` is the id of what no piece spells."""

    def __init__(self, pieces: Sequence[str], scores: Sequence[float], unknown: int) -> None:
        self._ids = {piece: number for number, piece in enumerate(pieces) if number != unknown and piece}
        self._scores = [float(score) for score in scores]
        self._unknown = unknown
        self._unknown_score = min(self._scores) - UNKNOWN_PENALTY
        self._longest = max(map(len, pieces), default=1)
        self._remembered = lru_cache(maxsize=50_000)(self._cut_word)

    def cut(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        """Ids of the pieces of a text, and for each the character offsets that it stands for; nothing for an empty text."""
        ids: list[int] = []
        places: list[tuple[int, int]] = []
        for word, origins in _words(text):
            at = 0
            for number, length in self._remembered(word) if len(word) <= LONG else self._cut_word(word):
                ids.append(number)
                covered = [origin for origin in origins[at : at + length] if origin >= 0]
                before = places[-1][1] if places else 0
                places.append((covered[0], covered[-1] + 1) if covered else (before, before))
                at += length
        return ids, places

    def _cut_word(self, word: str) -> tuple[tuple[int, int], ...]:
        """Viterbi: (id, characters) of the pieces of one word."""
        size = len(word)
        best = [0.0] + [-1e30] * size
        last: list[tuple[int, int]] = [(self._unknown, 0)] * (size + 1)
        for start in range(size):
            if best[start] + self._unknown_score > best[start + 1]:
                best[start + 1], last[start + 1] = best[start] + self._unknown_score, (self._unknown, 1)
            for end in range(start + 1, min(size, start + self._longest) + 1):
                number = self._ids.get(word[start:end])
                if number is not None and best[start] + self._scores[number] > best[end]:
                    best[end], last[end] = best[start] + self._scores[number], (number, end - start)
        found = []
        while size:
            found.append(last[size])
            size -= last[size][1]
        return tuple(reversed(found))


def _words(text: str) -> list[tuple[str, list[int]]]:
    """Words in compatibility form with the mark before them, and for each of their characters its place in the text (-1: the mark)."""
    words: list[tuple[str, list[int]]] = []
    letters, origins = [MARK], [-1]
    for place, character in enumerate(text):
        for letter in _compatible(character):
            if letter == " ":
                if len(letters) > 1:
                    words.append(("".join(letters), origins))
                    letters, origins = [MARK], [-1]
            else:
                letters.append(letter)
                origins.append(place)
    if len(letters) > 1:
        words.append(("".join(letters), origins))
    return words


@lru_cache(maxsize=20_000)
def _compatible(character: str) -> str:
    """Compatibility form of one character; spaces and line ends are a space, controls and lone surrogates nothing."""
    if character.isspace():
        return " "
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Cn", "Co"):
        return ""
    return "".join(" " if letter.isspace() else letter for letter in unicodedata.normalize("NFKC", character))
