"""Validation: answers against labels, as precision, recall and F1 with their 95 % intervals.

Proportions have Wilson's interval (Wilson 1927, doi:10.1080/01621459.1927.10502953); F1 and what is counted over groups have a
percentile bootstrap, over texts or over the groups of the gold. A task is one line of ``TASKS``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import binomtest

from crawlers.genre import guess_genre
from crawlers.language import language_of
from nichiro import judging
from nichiro.errors import ConfigError, ContractError
from nichiro.texts import UNTOLD, Fault, Text
from warehouse.columns import GENRES, RELEVANCE

SAMPLES = 2_000   # of a bootstrap
SHOWN = 5         # wrong lines that are told
ALL = "all"
Row = dict[str, Any]


@dataclass(frozen=True)
class Task:
    """``answers`` judges texts in their order; ``classes`` are the labels there are (none: any), of groups there are none.
    ``takes_target``: the label may be toward a target."""

    answers: Callable[[Sequence[Text]], list[str]]
    classes: tuple[str, ...] = ()
    is_grouping: bool = False
    takes_target: bool = False


TASKS: dict[str, Task] = {
    "relevance": Task(lambda texts: [row["verdict"] for row in judging.relevance(texts)], RELEVANCE),
    "tone": Task(lambda texts: [_toned(row) for row in judging.tone(texts)], judging.LABELS, takes_target=True),
    "genre": Task(lambda texts: [guess_genre(text.url, (), text.headline, text.byline, text.text) for text in texts], GENRES),
    "language": Task(lambda texts: [language_of(text.text or text.headline) or UNTOLD for text in texts]),
    "copies": Task(lambda texts: [row["cluster"] for row in judging.copies(texts)], is_grouping=True),
    "stories": Task(lambda texts: [row["story"] for row in judging.stories(texts, every=True)], is_grouping=True),
}


def validate(name: str, lines: Iterable[Text | Fault]) -> Row:
    """task, answers (*nichiro* or *file*), n, and rows of language, class, metric, value, interval and n.

    Classes are counted for each language, and over all; groups reach across languages and are counted once. Raises
    ConfigError for a task that there is not, ContractError for a file that cannot be judged.
    """
    if name not in TASKS:
        raise ConfigError(f"no task {name}", f"one of {', '.join(TASKS)}")
    task = TASKS[name]
    texts = _checked(task, list(lines))
    given = [text.answer for text in texts if text.answer is not None]
    answers = given or task.answers(texts)
    gold = [text.gold or "" for text in texts]
    rows = []
    if task.is_grouping:
        rows = _groups(gold, answers)
    else:
        languages = sorted({text.language for text in texts}) if name != "language" else []
        for language in [*languages, ALL] if len(languages) != 1 else languages:
            places = [number for number, text in enumerate(texts) if language in (ALL, text.language)]
            rows += [
                {"language": language} | row for row in _classes([gold[number] for number in places], [answers[number] for number in places])
            ]
    return {"task": name, "answers": "file" if given else "nichiro", "n": len(texts), "rows": rows}


def _toned(row: Row) -> str:
    """Toward the first target; of the whole text where there is none."""
    return str(row["targets"][0]["verdict"] if row["targets"] else row["verdict"])


def _checked(task: Task, lines: list[Text | Fault]) -> list[Text]:
    """The texts, all of them with gold, and all or none with an answer."""
    wrong = [str(line) for line in lines if isinstance(line, Fault)]
    texts = [line for line in lines if isinstance(line, Text)]
    answered = sum(text.answer is not None for text in texts)
    for text in texts:
        if task.takes_target and len(text.spans) > 1:
            wrong.append(f"id {text.id}: {len(text.spans)} targets; one line for each")
        for key in ("gold", "answer") if answered else ("gold",):
            value = getattr(text, key)
            if not value:
                wrong.append(f'id {text.id}: no "{key}"' + (", which other lines have" if key == "answer" else ""))
            elif task.classes and value not in task.classes:
                wrong.append(f'id {text.id}: "{key}" is {value!r}, not one of {", ".join(task.classes)}')
    if wrong:
        more = f" and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
        raise ContractError("; ".join(wrong[:SHOWN]) + more, 'each line is {"text": "…", "gold": "…"}, with "answer" in all lines or in none')
    if not texts:
        raise ContractError("no labelled text", 'give JSON lines such as {"text": "…", "gold": "…"}')
    return texts


def _classes(gold: list[str], answers: list[str]) -> list[Row]:
    """Precision, recall and F1 of each class; macro-F1 of those that the gold has; accuracy."""
    names = sorted({*gold, *answers})
    place = {name: number for number, name in enumerate(names)}
    counts = np.zeros((len(names), len(names)), np.int64)
    for one, other in zip(gold, answers, strict=True):
        counts[place[one], place[other]] += 1
    drawn = np.random.default_rng(0).multinomial(len(gold), (counts / len(gold)).ravel(), SAMPLES).reshape(SAMPLES, *counts.shape)
    f1, drawn_f1 = _f1(counts[None])[0], _f1(drawn)
    rows = []
    for name in names:
        number = place[name]
        right, wanted, called = int(counts[number, number]), int(counts[number].sum()), int(counts[:, number].sum())
        rows += [_share(name, "precision", right, called)] if called else []
        rows += [_share(name, "recall", right, wanted)] if wanted else []
        rows.append(_row(name, "f1", f1[number], drawn_f1[:, number], wanted))
    known = sorted(place[name] for name in set(gold))
    rows.append(_row(ALL, "macro_f1", f1[known].mean(), drawn_f1[:, known].mean(axis=1), len(gold)))
    rows.append(_share(ALL, "accuracy", int(np.trace(counts)), len(gold)))
    return rows


def _f1(counts: np.ndarray) -> np.ndarray:
    """F1 by class of confusion matrices (samples, gold, answer); 0 for a class that a sample has not."""
    both = np.diagonal(counts, axis1=1, axis2=2)
    either = counts.sum(axis=1) + counts.sum(axis=2)
    return np.divide(2 * both, either, out=np.zeros(both.shape), where=either > 0)


def b_cubed(gold: Sequence[Hashable], answers: Sequence[Hashable]) -> np.ndarray:
    """Precision and recall of each text, n × 2 (Bagga and Baldwin 1998, doi:10.3115/980845.980859)."""
    size, found, both = Counter(gold), Counter(answers), Counter(zip(gold, answers, strict=True))
    shares = [(both[one, other] / found[other], both[one, other] / size[one]) for one, other in zip(gold, answers, strict=True)]
    return np.array(shares).reshape(-1, 2)


def _groups(gold: list[str], answers: list[str]) -> list[Row]:
    """Pairs in one group, and B-cubed, drawn by groups of the gold."""
    size, found, both = Counter(gold), Counter(answers), Counter(zip(gold, answers, strict=True))
    groups = {name: number for number, name in enumerate(size)}
    sums = np.zeros((len(groups), 6))   # texts; B-cubed precision and recall; pairs right, called, wanted; each pair counts at both its texts
    for one, other, shares in zip(gold, answers, b_cubed(gold, answers), strict=True):
        sums[groups[one]] += [1, *shares, both[one, other] - 1, found[other] - 1, size[one] - 1]
    draws = np.random.default_rng(0).multinomial(len(groups), np.full(len(groups), 1 / len(groups)), SAMPLES) @ sums
    whole = _measures(sums.sum(axis=0)[None])
    rows, drawn = [], _measures(draws)
    for (name, metric), value in whole.items():
        n = len(gold) if name == "b_cubed" else int(sums[:, 4 if metric == "precision" else 5].sum()) // 2
        rows.append({"language": ALL} | _row(name, metric, value[0], drawn[name, metric], n))
    return rows


def _measures(sums: np.ndarray) -> dict[tuple[str, str], np.ndarray]:
    texts, precise, recalled, right, called, wanted = sums.T
    precision, recall = precise / texts, recalled / texts
    pairs_precision, pairs_recall = (np.divide(right, of, out=np.ones(len(of)), where=of > 0) for of in (called, wanted))
    return {
        ("pairs", "precision"): pairs_precision, ("pairs", "recall"): pairs_recall, ("pairs", "f1"): _harmonic(pairs_precision, pairs_recall),
        ("b_cubed", "precision"): precision, ("b_cubed", "recall"): recall, ("b_cubed", "f1"): _harmonic(precision, recall),
    }  # fmt: skip


def _harmonic(precision: np.ndarray, recall: np.ndarray) -> np.ndarray:
    return np.divide(2 * precision * recall, precision + recall, out=np.zeros(len(recall)), where=precision + recall > 0)


def _share(name: str, metric: str, right: int, n: int) -> Row:
    interval = binomtest(right, n).proportion_ci(method="wilson")
    return {"class": name, "metric": metric, "value": round(right / n, 4), "interval": [round(interval.low, 4), round(interval.high, 4)], "n": n}


def _row(name: str, metric: str, value: float, drawn: np.ndarray, n: int) -> Row:
    low, high = np.quantile(drawn, [0.025, 0.975])
    return {"class": name, "metric": metric, "value": round(float(value), 4), "interval": [round(float(low), 4), round(float(high), 4)], "n": n}
