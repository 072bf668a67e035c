"""Labelled mentions of targets and the one split that everything in benchmarks.tone keeps: train, calibration, held out.

A fold is a hash of a group. Of a group are: sentences of one document (NewsMTSC: of one event), one sentence with all its targets, and
near-duplicates (word 4-gram Jaccard of at least 0.5). The two Russian sets are two readings of the same news and are split together:
1,754 sentences of RuOpinionNE are RuSentNE's too.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

DATA = Path(__file__).parents[3] / "shared" / "data"
NEGATIVE, NEUTRAL, POSITIVE = range(3)    # columns of every array of probabilities
PARTS = 10                                # of these two are held out, one calibrates, the rest train
SHINGLE, LIKE = 4, 0.5
COMMON = 60                               # a shingle of more sentences than this is a turn of phrase, not a copy
_NEWSMTSC_LABELS = {2.0: NEGATIVE, 4.0: NEUTRAL, 6.0: POSITIVE}


@dataclass(frozen=True)
class Mention:
    """A target at ``start:end`` of its sentence, with the label that people gave it (0 negative, 1 neutral, 2 positive)."""

    dataset: str
    language: str
    group: str
    sentence: str
    start: int
    end: int
    label: int
    fold: str = ""     # train, calibration, held_out


def mentions(data: Path = DATA) -> list[Mention]:
    """All three sets with their folds, in the files' order."""
    return _split(_newsmtsc(data / "newsmtsc" / "train.jsonl")) + _split(_russian(data))


def newsmtsc(data: Path = DATA) -> list[Mention]:
    """English: tone toward persons and organisations, 8,739 mentions."""
    return [mention for mention in mentions(data) if mention.dataset == "newsmtsc"]


def rusentne(data: Path = DATA) -> list[Mention]:
    """Russian: tone toward an entity, 6,637 mentions."""
    return [mention for mention in mentions(data) if mention.dataset == "rusentne"]


def ruopinionne(data: Path = DATA) -> list[Mention]:
    """Russian: targets of opinions, and their named holders as neutral; without what RuSentNE labels too."""
    return [mention for mention in mentions(data) if mention.dataset == "ruopinionne"]


def of_fold(found: Iterable[Mention], fold: str) -> list[Mention]:
    return [mention for mention in found if mention.fold == fold]


def _newsmtsc(path: Path) -> list[Mention]:
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        # allsides_ARTICLE_EVENT_SENTENCE_…, polusa_v1_ARTICLE_…
        group = "_".join([entry["primary_gid"].split("_")[0], entry["primary_gid"].split("_")[2]])
        for target in entry["targets"]:
            rows.append(Mention("newsmtsc", "en", group, entry["sentence_normalized"], target["from"], target["to"], _NEWSMTSC_LABELS[target["polarity"]]))
    return rows


def _russian(data: Path) -> list[Mention]:
    rows, seen = [], defaultdict(list)
    with (data / "rusentne" / "train.tsv").open(encoding="utf-8", newline="") as file:
        for entry in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            sentence = entry["sentence"]
            start = _place(sentence, entry["entity"], int(entry["entity_pos_start_rel"]))
            if start is None:
                continue
            end = start + len(entry["entity"])
            rows.append(Mention("rusentne", "ru", _plain(sentence), sentence, start, end, int(entry["label"]) + 1))
            seen[_plain(sentence)].append(entry["entity"])
    for line in (data / "ruopinionne" / "train.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        told: dict[tuple[int, int], set[int]] = defaultdict(set)
        for opinion in entry["opinions"]:
            for start, end in _spans(opinion["Target"]):
                told[start, end].add(NEGATIVE if opinion["Polarity"] == "NEG" else POSITIVE)
        for opinion in entry["opinions"]:
            for start, end in _spans(opinion["Source"]):
                if not any(start < other_end and other_start < end for other_start, other_end in told):
                    told[start, end].add(NEUTRAL)
        known = seen[_plain(entry["text"])]
        for (start, end), labels in sorted(told.items()):
            surface = entry["text"][start:end]
            if len(labels) == 1 and not any(surface in other or other in surface for other in known):
                rows.append(Mention("ruopinionne", "ru", _plain(entry["text"]), entry["text"], start, end, labels.pop()))
    return rows


def _spans(argument: list[list[str]]) -> list[tuple[int, int]]:
    """Character offsets of an argument in one piece; nothing for NULL, the author and what lies in pieces."""
    surfaces, places = argument
    if len(places) != 1 or surfaces[0] in ("NULL", "AUTHOR"):
        return []
    start, _, end = places[0].partition(":")
    return [(int(start), int(end))] if int(end) > int(start) else []


def _place(sentence: str, surface: str, start: int) -> int | None:
    """Where the entity is: 200 of RuSentNE's offsets are off by characters that were lost from the sentence."""
    found = [place.start() for place in re.finditer(re.escape(surface), sentence)]
    return min(found, key=lambda place: (abs(place - start), place), default=None)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _split(rows: Sequence[Mention]) -> list[Mention]:
    """The rows with their folds: groups that share a document or a near-duplicate sentence go together."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    groups: dict[str, str] = {}
    for row in rows:
        text = _plain(row.sentence)
        first = root(groups.setdefault(text, row.group))
        parent[max(first, root(row.group))] = min(first, root(row.group))
    shingles = {text: _shingles(text) for text in groups}
    holders = defaultdict(list)
    for text in groups:
        for shingle in shingles[text]:
            holders[shingle].append(text)
    pairs = {pair for texts in holders.values() if len(texts) <= COMMON for pair in combinations(texts, 2)}
    for one, other in pairs:
        common = len(shingles[one] & shingles[other])
        if common >= LIKE * (len(shingles[one]) + len(shingles[other]) - common):
            first, second = sorted((root(groups[one]), root(groups[other])))
            parent[second] = first
    smallest: dict[str, str] = {}
    for name in sorted(parent):
        smallest.setdefault(root(name), name)
    return [Mention(**{**row.__dict__, "fold": _fold(smallest[root(row.group)])}) for row in rows]


def _shingles(text: str) -> set[str]:
    words = text.split()
    return {" ".join(words[place : place + SHINGLE]) for place in range(max(1, len(words) - SHINGLE + 1))}


def _fold(name: str) -> str:
    part = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") % PARTS
    return "held_out" if part < 2 else "calibration" if part == 2 else "train"
