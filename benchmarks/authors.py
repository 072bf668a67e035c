"""Authors and their roles on real pages by the generic path, against labels given one by one (labels/authors_rules.md).

``precision`` and ``recall`` are of names, compared by their letters; optional ones count neither way. ``role_accuracy`` is of the names
that were found; ``role_accuracy_told`` of those whose page tells a role, ``role_precision`` of those that ours gives one. The third
that is held out was not looked at when mistakes were mended; floors are on it, in English: of Japanese and Russian too few pages
name anyone, ``all`` shows what there is. Languages are never pooled. ``always none`` stands beside the
roles, since no peer gives any. ``--quick`` changes nothing.
"""

from __future__ import annotations

import csv
import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

from benchmarks import pages
from benchmarks.form import OURS, Row, report
from benchmarks.pages import Sample
from crawlers import generic
from crawlers.credit import Credit

LABELS = Path(__file__).parent / "labels" / "authors.tsv"
PEERS = ("trafilatura", "newspaper4k")
OPTIONAL = "optional"
LEAST = 5  # pages of a language and part below which no row is printed


@dataclass
class Labelled:
    """A page; the roles of its authors by the letters of their names, and names that count neither way."""

    sample: Sample
    authors: dict[str, str | None] = field(default_factory=dict)
    optional: set[str] = field(default_factory=set)

    @property
    def is_held_out(self) -> bool:
        return hashlib.sha256(self.sample.url.encode()).digest()[0] % 3 == 0


def measure(quick: bool) -> list[Row]:
    """All rows of all systems."""
    known = labelled()
    ours = [{letters(credit.name): credit.role for credit in _credits(each.sample)} for each in known]
    peers = pages.read_by_peers([each.sample for each in known], PEERS)
    rows = []
    parts = {"held_out": (True,), "tuning": (False,), "all": (True, False)}
    for part, wanted in parts.items():
        for language in sorted({each.sample.language for each in known}):
            chosen = [at for at, each in enumerate(known) if each.sample.language == language and each.is_held_out in wanted]
            if len(chosen) < LEAST:
                continue
            dataset, members = f"{part}_{language}", [known[at] for at in chosen]
            rows += _names(OURS, dataset, members, [set(ours[at]) for at in chosen])
            rows += _roles(dataset, members, [ours[at] for at in chosen])
            for system, found in peers.items():
                rows += _names(system, dataset, members, [_split(found[at]["author"]) for at in chosen])
    return rows


def labelled() -> list[Labelled]:
    """The labelled pages. Raises ValueError where a page is not the one that was labelled."""
    urls, known = pages.addresses(), {}
    with LABELS.open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if row["file"] not in known:
                content = pages.unpacked(pages.SHARED / row["file"])
                if hashlib.sha256(content).hexdigest() != row["sha256"]:
                    raise ValueError(f"{row['file']} is not the page that was labelled")
                known[row["file"]] = Labelled(Sample(row["file"], urls[row["file"]] or row["file"], content, row["language"]))
            page = known[row["file"]]
            if not row["start"]:
                continue
            name = letters(unescape(page.sample.html[int(row["start"]) : int(row["end"])]))
            if row["role"] == OPTIONAL:
                page.optional.add(name)
            else:
                page.authors[name] = None if row["role"] == "none" else row["role"]
    return list(known.values())


def _credits(sample: Sample) -> list[Credit]:
    return generic.fields_of(sample.page).credits


def letters(name: str) -> str:
    """What of a name is compared."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", name).casefold() if letter.isalnum())


def _split(written: str) -> set[str]:
    return {letters(name) for name in re.split(r"\s*;\s*", written) if letters(name)}


def _names(system: str, dataset: str, members: Sequence[Labelled], found: Sequence[set[str]]) -> list[Row]:
    pairs = list(zip(members, found, strict=True))
    right = sum(len(names & set(each.authors)) for each, names in pairs)
    given = sum(len(names - each.optional) for each, names in pairs)
    wanted = sum(len(each.authors) for each in members)
    return [
        Row(system, dataset, "precision", round(right / given, 4) if given else 0.0, given),
        Row(system, dataset, "recall", round(right / wanted, 4), wanted),
    ]


def _roles(dataset: str, members: Sequence[Labelled], found: Sequence[dict[str, str | None]]) -> list[Row]:
    pairs = [(each.authors[name], role) for each, credits in zip(members, found, strict=True) for name, role in credits.items() if name in each.authors]
    told = [pair for pair in pairs if pair[0]]
    given = [pair for pair in pairs if pair[1]]
    shares = {"role_accuracy": pairs, "role_accuracy_told": told, "role_precision": given}
    rows = [Row(OURS, dataset, metric, round(sum(gold == role for gold, role in chosen) / len(chosen), 4), len(chosen)) for metric, chosen in shares.items() if chosen]
    return [*rows, Row("always none", dataset, "role_accuracy", round(1 - len(told) / len(pairs), 4) if pairs else 0.0, len(pairs))]


if __name__ == "__main__":
    report("authors", measure)
