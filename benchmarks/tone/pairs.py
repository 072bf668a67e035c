"""RuSentRel: which country is for or against which, in 43 analytical articles (Loukachevitch and Rusnachenko 2018, arXiv:1808.08932).

What is scored: ordered pairs of two different states, named in the ``*.opin.txt`` of an article as ``pos`` or ``neg`` (the first line of a
pair counts), states by name, neither capitals nor leaders nor unions. Every ordered pair of states that an article names in one sentence
is judged pos, neg or neither; pairs that the annotators took and no sentence joins are missed. ``f1_3way`` is the mean of the F1 of pos and
neg over the pairs of all articles together. A judgement of an article is made by a fit to articles of other folds only. Published figures
(8–42, human 55) are over all named entities and on a test part that is not here, averaged over articles: near, not the same.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

import numpy as np
from scipy import sparse

from benchmarks.tone.folds import DATA, NEGATIVE, NEUTRAL, POSITIVE
from benchmarks.tone.train_document import fit
from transforms import document_tone
from transforms.document_tone import softmax
from transforms.target_model import TargetModel
from transforms.text import sentences

# Beginnings of the names of states; a name goes on with letters of its ending alone.
STATES = {
    "RU": "Росси(?=[яиюей])|РФ|Российск(?:ая|ой|ую) Федераци", "US": "США|Соедин[её]нн(?:ые|ых|ым|ыми) [Шш]тат|Америк", "UA": "Украин(?=[аыуео])", "IL": "Израил",
    "GB": "Великобритани|Британи|Англи(?=[яиюей])|Соедин[её]нн(?:ое|ого|ому|ым|ом) Королевств", "IR": "Иран(?!ск)", "TR": "Турци", "SY": "Сири(?=[яиюей])", "BY": "Беларус|Белорусси(?=[яиюей])",
    "SA": "Саудовск(?:ая|ой|ую) Арави", "SE": "Швеци", "PL": "Польш", "FI": "Финлянди", "DE": "Германи", "FR": "Франци(?=[яиюей])", "CN": "Кита(?=[йяюе])|КНР",
    "EG": "Егип(?=е?т)", "GE": "Грузи(?=[яиюей])", "DK": "Дани(?=[яиюей])", "GR": "Греци", "AZ": "Азербайджан(?!ск|ец|ц)", "EE": "Эстони", "LV": "Латви(?=[яиюей])", "LT": "Литв(?=[аыуео])",
    "MD": "Молдави|Молдов(?=[аыуео])", "YE": "Йемен(?!ск)", "IT": "Итали(?=[яиюей])", "JO": "Иордани(?=[яиюей])", "AF": "Афганистан(?!ск)", "AM": "Армени", "AU": "Австрали(?=[яиюей])",
    "ME": "Черногори(?=[яиюей])", "KP": "Северн(?:ая|ой|ую) Коре|КНДР", "IN": "Инди(?=[яиюей])", "HU": "Венгри", "RS": "Серби(?=[яиюей])", "IQ": "Ирак(?!ск)", "JP": "Япони", "RO": "Румыни",
}  # fmt: skip
_STATE = re.compile(r"\b(?:" + "|".join(f"(?P<{code}>{names})" for code, names in STATES.items()) + r")\w{0,3}\b")
CUTS = np.arange(0.1, 0.95, 0.05)     # of the probability of neither
PENALTY = 0.01
FOLDS = 10                            # of the articles
INNER = 5


@dataclass(frozen=True)
class Judged:
    """An ordered pair of one article with what is known of it; ``label`` of what annotators did not take is neutral."""

    article: str
    pair: tuple[str, str]
    values: tuple[float, ...]
    label: int


def named(text: str) -> list[tuple[str, int, int]]:
    """States in a text with their offsets."""
    return [(str(found.lastgroup), found.start(), found.end()) for found in _STATE.finditer(text)]


def gold(path: Path) -> dict[tuple[str, str], int]:
    """Ordered pairs of states of one article with their label."""
    told: dict[tuple[str, str], int] = {}
    for line in path.read_text(encoding="utf-8-sig").splitlines():
        parts = [part.strip() for part in line.split(",")]
        if len(parts) < 3 or parts[2] not in ("pos", "neg"):
            continue
        states = [[code for code, start, end in named(part) if end - start == len(part)] for part in parts[:2]]
        if all(states) and states[0] != states[1]:
            told.setdefault((states[0][0], states[1][0]), POSITIVE if parts[2] == "pos" else NEGATIVE)
    return told


def judged(model: TargetModel, data: Path = DATA) -> tuple[list[Judged], int, int]:
    """All candidates of all articles; how many pairs the annotators took that no sentence joins, negative and positive."""
    found, missed = [], Counter[int]()
    for path in sorted((data / "rusentrel").glob("*/*.opin.txt")):
        article = path.name.split(".")[0]
        if not (text := path.with_name(f"{article}.txt")).exists():
            continue
        told = gold(path)
        values = _values(text.read_text(encoding="utf-8-sig"), model)
        found += [Judged(article, pair, row, told.get(pair, NEUTRAL)) for pair, row in sorted(values.items())]
        missed.update(label for pair, label in told.items() if pair not in values)
    return found, missed[NEGATIVE], missed[POSITIVE]


def _values(text: str, model: TargetModel) -> dict[tuple[str, str], tuple[float, ...]]:
    """What an article says of each ordered pair of states that a sentence joins."""
    text = text.replace("{Author, Unknown}", "")
    joined, counts = [], Counter[str]()
    for paragraph in sentences(text):
        for start, end in paragraph:
            places = named(text[start:end])
            counts.update(code for code, _, _ in places)
            if len({code for code, _, _ in places}) > 1:
                joined.append((text[start:end], places))
    toward = model.predict([one for one, _ in joined], [[(start, end) for _, start, end in places] for _, places in joined], ["ru"] * len(joined))
    whole = document_tone.scores([one for one, _ in joined], ["ru"] * len(joined))
    rows: dict[tuple[str, str], list[list[float]]] = defaultdict(list)
    for (_, places), probabilities, tone in zip(joined, toward, whole, strict=True):
        mean = {code: np.mean([row for (other, _, _), row in zip(places, probabilities, strict=True) if other == code], axis=0) for code, _, _ in places}
        first = {code: min(start for other, start, _ in places if other == code) for code in mean}
        for one, other in permutations(sorted(mean), 2):
            away = abs(first[one] - first[other])
            rows[one, other].append([
                mean[other][NEGATIVE], mean[other][POSITIVE], mean[one][NEGATIVE], mean[one][POSITIVE], tone[NEGATIVE], tone[POSITIVE],
                float(first[one] < first[other]), 1 / len(mean), 1 / (1 + away / 20),
            ])
    return {
        pair: (
            *np.mean(seen, axis=0), *np.max(seen, axis=0), np.log1p(len(seen)), np.log1p(counts[pair[0]]), np.log1p(counts[pair[1]]),
            np.log1p(sum(map(len, rows.values()))), len(seen) / max(1, len(joined)),
        )
        for pair, seen in rows.items()
    }  # fmt: skip


def answers(found: Sequence[Judged]) -> list[int]:
    """Each article's pairs by a fit, and a cut, of articles in the other folds."""
    matrix, labels = np.array([one.values for one in found]), np.array([one.label for one in found])
    articles = sorted({one.article for one in found})
    place = np.array([articles.index(one.article) % FOLDS for one in found])
    result = np.full(len(found), NEUTRAL)
    for fold in range(FOLDS):
        held, inner = place == fold, np.zeros((len(found), 3))
        for part in range(INNER):     # answers for the other folds, by which the cut is chosen
            out = ~held & (place % INNER == part)
            inner[out] = _fitted(matrix[~held & ~out], labels[~held & ~out], matrix[out])
        seen = ~held
        cut = max(CUTS, key=lambda one: (round(_worth(labels[seen], _cut(inner[seen], one)), 9), -abs(one - 0.5)))
        result[held] = _cut(_fitted(matrix[~held], labels[~held], matrix[held]), cut)
    return [int(one) for one in result]


def _fitted(matrix: np.ndarray, labels: np.ndarray, asked: np.ndarray) -> np.ndarray:
    mean, spread = matrix.mean(axis=0), matrix.std(axis=0) + 1e-9
    weights, bias = fit(sparse.csr_matrix((matrix - mean) / spread), labels, PENALTY)
    return softmax((asked - mean) / spread @ weights + bias)


def _cut(probabilities: np.ndarray, cut: float) -> np.ndarray:
    """The likelier of pos and neg where neither is less likely than the cut."""
    either = np.where(probabilities[:, POSITIVE] > probabilities[:, NEGATIVE], POSITIVE, NEGATIVE)
    return np.where(probabilities[:, NEUTRAL] < cut, either, NEUTRAL)


def _worth(labels: np.ndarray, found: np.ndarray) -> float:
    return f1_3way(labels, found, 0, 0)


def f1_3way(labels: Sequence[int] | np.ndarray, found: Sequence[int] | np.ndarray, missed_negative: int, missed_positive: int) -> float:
    """Mean F1 of neg and pos; pairs that no sentence joins are among those that should have been found."""
    labels, found = np.asarray(labels), np.asarray(found)
    values = []
    for label, missed in ((NEGATIVE, missed_negative), (POSITIVE, missed_positive)):
        right = int(((labels == label) & (found == label)).sum())
        either = int((labels == label).sum()) + missed + int((found == label).sum())
        values.append(2 * right / either if either else 0.0)
    return sum(values) / 2
