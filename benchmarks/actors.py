"""Who is meant where a person of the beat's lists is named, and the office of that day; beside the exact surface.

``en_kremlin``: real pages of the Kremlin's English site, every family name of the lists in the body labelled by reading (labels/actors_rules.md);
``ja_synthetic`` and ``ru_synthetic``: fictional indexes and captions around names that several people share, written before the method was
tried on them. Whole documents are read, a third of them by hash is held out and is what counts; ``…_tuning`` is the rest. Right is a
mention that covers the labelled name and names its actor; a namesake, a month or a name that the document leaves open is right without
one. Bounds are Wilson's, 95 %. ``--quick`` changes nothing.
"""

from __future__ import annotations

import csv
import hashlib
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from benchmarks.form import OURS, Row, report
from benchmarks.pages import REAL
from benchmarks.passages import LABELS, plain_text
from benchmarks.relevance import wilson
from nichiro.actors import load_directory
from transforms.actor_mentions import mentions_of
from transforms.actors import Directory, Person
from transforms.naming import Names

BEAT = Path(__file__).parents[1] / "beats" / "japan_russia.yml"
NOBODY = ("", "-", "?")   # in the labels: no actor, a namesake, left open
_MARK = re.compile(r"\{([^|{}]+)\|([^|{}]+)\}")


@dataclass(frozen=True)
class Label:
    start: int
    end: int
    actor_id: str | None
    office_ids: tuple[str, ...] | None   # None: not labelled


@dataclass(frozen=True)
class Document:
    """A text with the labelled names of its body."""

    name: str
    language: str
    day: date
    headline: str
    body: str
    labels: tuple[Label, ...]
    is_whole: bool   # all people of the lists are labelled: a mention elsewhere is wrong

    @property
    def is_held_out(self) -> bool:
        return hashlib.sha256(self.name.encode()).digest()[0] % 3 == 0


Found = tuple[int, int, str, tuple[str, ...]]
"""Start and end in the body, actor, offices."""


def measure(quick: bool) -> list[Row]:
    """Precision, recall and office accuracy of ours and of the peer, and what a document costs."""
    directory = load_directory(BEAT)
    names = {language: Names(directory, language) for language in ("en", "ja", "ru")}
    systems: dict[str, Callable[[Document], list[Found]]] = {
        OURS: lambda document: ours(document, names[document.language]), "exact surface": lambda document: exact(document, directory),
    }
    rows = []
    sets = {"en_kremlin": kremlin(), "ja_synthetic": synthetic("ja"), "ru_synthetic": synthetic("ru")}
    for system, find in systems.items():
        for dataset, documents in sets.items():
            for name, held_out in ((dataset, True), (f"{dataset}_tuning", False)):
                rows += score(system, name, [(each, find(each)) for each in documents if each.is_held_out == held_out])
    rows.append(Row(OURS, "en_kremlin", "cpu_ms_per_document", round(milliseconds(sets["en_kremlin"], systems[OURS]), 3), len(sets["en_kremlin"])))
    return rows


def ours(document: Document, names: Names) -> list[Found]:
    """The people whom ours is certain of."""
    return [
        (row["start_offset"], row["end_offset"], row["actor_id"], tuple(row["office_ids"]))   # type: ignore[misc,arg-type]
        for row in mentions_of(document.headline, document.body, document.day, names)
        if row["field"] == "body" and row["actor_id"] in names.directory.people
    ]


def exact(document: Document, directory: Directory) -> list[Found]:
    """A list of names as written, whole names before family names, of several people the first; the office is the last that they held."""
    written: dict[str, str] = {}
    for actor_id, person in directory.people.items():
        for surface in _surfaces(person, document.language):
            written.setdefault(surface, actor_id)
    edge = "" if document.language == "ja" else r"\b"
    pattern = re.compile(edge + "(?:" + "|".join(map(re.escape, sorted(written, key=lambda each: (-len(each), each)))) + ")" + edge)
    found = []
    for match in pattern.finditer(document.body):
        offices = directory.people[actor_id := written[match.group()]].offices
        found.append((match.start(), match.end(), actor_id, (offices[-1].office,) if offices else ()))
    return found


def _surfaces(person: Person, language: str) -> list[str]:
    name = person.named(language)
    family, given = name.family[0], name.given[0]
    whole = {"ja": f"{given}・{family}" if re.match("[ァ-ヴ]", family) else family + given}.get(language, f"{given} {family}")
    return [whole, family]


def score(system: str, dataset: str, read: Sequence[tuple[Document, list[Found]]]) -> list[Row]:
    """Precision and recall of actors with bounds, and of the right ones with labelled offices the share with these offices."""
    right, said, wanted, offices, with_offices = 0, 0, 0, 0, 0
    for document, found in read:
        judged = set()
        for label in document.labels:
            over = [each for each in found if each[0] < label.end and each[1] > label.start]
            judged.update(over)
            wanted += label.actor_id is not None
            covering = [each for each in over if each[0] <= label.start and each[1] >= label.end and each[2] == label.actor_id]
            right += bool(covering)
            if covering and label.office_ids is not None:
                with_offices += 1
                offices += set(covering[0][3]) == set(label.office_ids)
        said += len(found) if document.is_whole else len(judged)
    rows = []
    for metric, part, total in (("precision", right, said), ("recall", right, wanted), ("office_accuracy", offices, with_offices)):
        if metric == "office_accuracy" and not total:
            continue
        low, high = wilson(part, total)
        rows.append(Row(system, dataset, metric, round(part / total, 4) if total else 0.0, total))
        rows += [Row(system, dataset, f"{metric}_{end}", round(value, 4), total) for end, value in (("low", low), ("high", high))]
    return rows


def kremlin() -> list[Document]:
    """The pages of ``actors_en.tsv``. Raises ValueError where a page has other words than were labelled."""
    pages: dict[str, list[dict[str, str]]] = {}
    with (LABELS / "actors_en.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            pages.setdefault(row["file"], []).append(row)
    with (REAL / "index.tsv").open(encoding="utf-8") as file:
        titles = {row["file"]: row["title"].removesuffix(" • President of Russia") for row in csv.DictReader(file, delimiter="\t")}
    documents = []
    for name, rows in pages.items():
        body = plain_text(REAL / "en.kremlin.ru" / name)
        if not hashlib.sha256(body.encode()).hexdigest().startswith(rows[0]["page_sha256"]):
            raise ValueError(f"{name} has other words than were labelled")
        labels = tuple(
            Label(int(row["start"]), int(row["end"]), row["actor_id"] or None, tuple(filter(None, row["office_ids"].split(";")))) for row in rows
        )
        documents.append(Document(name, "en", date.fromisoformat(rows[0]["date"]), titles[f"en.kremlin.ru/{name}"], body, labels, is_whole=False))
    return documents


def synthetic(language: str) -> list[Document]:
    """The fictional documents of one language: a line is a day and a text with {name|actor} in it."""
    documents = []
    for line in (LABELS / f"actors_{language}.txt").read_text(encoding="utf-8").splitlines():
        day, marked = line.split("\t")
        body, labels, last = "", [], 0
        for match in _MARK.finditer(marked):
            body += marked[last : match.start()]
            labels.append(Label(len(body), len(body) + len(match[1]), None if match[2] in NOBODY else match[2], None))
            body, last = body + match[1], match.end()
        body += marked[last:]
        documents.append(Document(body, language, date.fromisoformat(day), "", body, tuple(labels), is_whole=True))
    return documents


def milliseconds(documents: Sequence[Document], find: Callable[[Document], list[Found]]) -> float:
    """CPU milliseconds per document."""
    start = time.process_time()
    for document in documents:
        find(document)
    return 1000 * (time.process_time() - start) / len(documents)


if __name__ == "__main__":
    report("actors", measure)
