"""Sentences from templates: ``[a|b]`` takes one, ``{name}`` takes a line of the section of that name."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from random import Random

SENTENCES = Path(__file__).parent / "sentences"
CHOICE = re.compile(r"\[([^\[\]]*)\]")
SLOT = re.compile(r"\{([a-z0-9_/]+)\}")

Sections = dict[str, tuple[str, ...]]


@cache
def sections(language: str) -> Sections:
    """Read ``sentences/<language>.txt``: ``== name`` opens a section, each further line is one template."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in (SENTENCES / f"{language}.txt").read_text(encoding="utf-8").splitlines():
        line = line.strip()
        if line.startswith("== "):
            name = line[3:]
            found[name] = []
        elif line and not line.startswith("#"):
            found[name].append(line)
    return {key: tuple(lines) for key, lines in found.items()}


class Writer:
    """Fills templates of one language; no template is used twice until its section is used up."""

    def __init__(self, language: str, rng: Random) -> None:
        self.sections = sections(language)
        self.rng = rng
        self._left: dict[str, list[str]] = {}

    def line(self, section: str, **slots: str) -> str:
        """One filled line of a section."""
        left = self._left.get(section)
        if not left:
            left = self._left[section] = list(self.sections[section])
            self.rng.shuffle(left)
        return self.fill(left.pop(), **slots)

    def sentence(self, section: str, **slots: str) -> str:
        """One filled line that begins with a capital."""
        text = self.line(section, **slots)
        return text[:1].upper() + text[1:]

    def fill(self, template: str, **slots: str) -> str:
        """Fill all choices and slots; ``n1``…``n4`` are numbers of so many digits, ``m1``…``m4`` end in 5–9."""
        text = template
        while match := CHOICE.search(text):
            text = text[: match.start()] + self.rng.choice(match[1].split("|")) + text[match.end() :]
        while match := SLOT.search(text):
            text = text[: match.start()] + self._slot(match[1], slots) + text[match.end() :]
        return text

    def _slot(self, name: str, slots: dict[str, str]) -> str:
        if name in slots:
            return slots[name]
        if number := re.fullmatch(r"([nm])([1-4])", name):
            low = 10 ** (int(number[2]) - 1)
            value = self.rng.randint(max(2, low), low * 10 - 1)
            # Russian counts 5-9 and 0 with the genitive plural
            return str(value if number[1] == "n" else value // 10 * 10 + self.rng.randint(5, 9))
        return self.fill(self.rng.choice(self.sections[name]), **slots)
