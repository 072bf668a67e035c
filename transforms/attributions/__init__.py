"""Who is said to say or think what in one sentence, per language: own rules on the words of saying, no parser."""

from __future__ import annotations

from dataclasses import dataclass

FILLED = "\ue000"   # stands for every character of a quotation, so that nothing in it is read as the author's words


@dataclass(frozen=True)
class Attribution:
    """The words ``sentence[start:end]`` are told as ``speaker``'s; None where the sentence does not name one."""

    start: int
    end: int
    speaker: str | None


def words_of(text: str) -> frozenset[str]:
    """The words of a list that is written with blanks between them."""
    return frozenset(text.split())
