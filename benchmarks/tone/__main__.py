"""Tone: of whole texts, toward targets, between countries; ours and peers on the same folds, figures on held-out parts only.

``newsmtsc``, ``rusentne``: tone toward a target in a sentence, on the fifth of benchmarks/tone/folds.py that no model has seen; peers train on
the same other folds. ``rusentrel``: pairs.py says exactly what is scored. ``dse``: directed.py, measured only. ``economy_watchers``: the newest
twelve months of shopkeepers' judgement, not press. ``newsmtsc_sentences``, ``russian_sentences``: document tone on held-out sentences against the sum
of the tone toward their targets, a proxy; no language has figures on documents. ``ja_synthetic``: fiction written by rules (labels/tone_ja_rules.md).
``held_out``: ``ece`` over ten equal-mass bins, and ``interval_coverage``, how often the 90 % interval of groups of mentions holds
the mean of their labels: groups of one document or one name, and random ones of 2 to 50. ``cost``: processor time and memory of `nichiro tone` on
real articles on the beat. ``…_low`` and ``…_high`` are 95 % bounds over draws of whole documents. ``--quick`` leaves out the peers
that embed or train on 80,000 texts. ``--write-validation`` writes what the marts show beside tone.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl

from benchmarks import child, peers
from benchmarks.form import OURS, Row, report
from benchmarks.tone import cost, directed, pairs, validation
from benchmarks.tone.fiction import fiction
from benchmarks.tone.folds import Mention, mentions, of_fold
from benchmarks.tone.groups import coverage
from benchmarks.tone.scoring import calibration_error, f1_by_class, f1_pos_neg, interval, macro_f1
from benchmarks.tone.shopkeepers import comments
from benchmarks.tone.train_document import units
from nichiro import lexicons
from transforms import document_tone
from transforms.target_model import TargetModel, packaged
from transforms.tone import tone

MENTIONS = ("newsmtsc", "rusentne")


def measure(quick: bool) -> list[Row]:
    """All rows of all systems."""
    model, found = packaged(), mentions()
    held_out = {name: of_fold([mention for mention in found if mention.dataset == name], "held_out") for name in MENTIONS}
    given = {name: toward(model, held_out[name]) for name in MENTIONS}
    rows = [row for name in MENTIONS for row in of_mentions(OURS, name, held_out[name], given[name].argmax(axis=1).tolist())]
    for name in MENTIONS:
        rows.append(_row(OURS, name, "ece", calibration_error(given[name], [mention.label for mention in held_out[name]]), len(held_out[name])))
    rows += pooled(held_out, given)
    rows += of_peers(found, held_out, quick)
    if not quick:
        ours, baseline = (next(row.value for row in rows if (row.system, row.dataset, row.metric) == (system, "newsmtsc", "macro_f1")) for system in (OURS, "tf-idf and USE"))
        rows.append(_row(OURS, "newsmtsc", "macro_f1_over_baseline", ours - baseline, len(held_out["newsmtsc"])))
    ours, baseline = (next(row.value for row in rows if (row.system, row.dataset, row.metric) == (system, "rusentne", "f1_pos_neg")) for system in (OURS, "tf-idf"))
    rows.append(_row(OURS, "rusentne", "f1_pos_neg_over_baseline", ours - baseline, len(held_out["rusentne"])))
    return [*rows, *of_pairs(model), *of_directed(model), *of_texts(quick), *of_fiction(model), *cost.rows()]


def shown(model: TargetModel) -> list[Row]:
    """The rows that stand beside tone in the marts, without peers."""
    found = mentions()
    members = {name: of_fold([mention for mention in found if mention.dataset == name], "held_out") for name in MENTIONS}
    rows = [row for name in MENTIONS for row in of_mentions(OURS, name, members[name], toward(model, members[name]).argmax(axis=1).tolist())]
    return [*rows, *of_texts(quick=True), *of_fiction(model)]


def toward(model: TargetModel, found: Sequence[Mention]) -> np.ndarray:
    """Mentions × 3 probabilities; a sentence is read once with all its mentions."""
    places: dict[tuple[str, str], list[int]] = {}
    for number, mention in enumerate(found):
        places.setdefault((mention.sentence, mention.language), []).append(number)
    spans = [[(found[number].start, found[number].end) for number in numbers] for numbers in places.values()]
    result = np.empty((len(found), 3))
    for numbers, rows in zip(places.values(), model.predict([text for text, _ in places], spans, [language for _, language in places]), strict=True):
        result[numbers] = rows
    return result


def of_mentions(system: str, dataset: str, found: Sequence[Mention], labels: Sequence[int]) -> list[Row]:
    """The data's own measure with its bounds, and macro-F1 or accuracy beside it."""
    gold, groups = [mention.label for mention in found], [mention.group for mention in found]
    name, metric, of = ("macro_f1", macro_f1, np.mean) if dataset == "newsmtsc" else ("f1_pos_neg", f1_pos_neg, lambda by_class: by_class[[0, 2]].mean())
    low, high = interval(gold, labels, groups, of)
    rows = [_row(system, dataset, name, metric(gold, labels), len(gold)), _row(system, dataset, f"{name}_low", low, len(gold)), _row(system, dataset, f"{name}_high", high, len(gold))]
    rows.append(_row(system, dataset, "accuracy", float(np.mean(np.array(gold) == np.array(labels))), len(gold)))
    return rows if dataset == "newsmtsc" else [*rows, _row(system, dataset, "macro_f1", macro_f1(gold, labels), len(gold))]


def pooled(held_out: dict[str, list[Mention]], given: dict[str, np.ndarray]) -> list[Row]:
    """Calibration and coverage over all held-out mentions, and coverage by data and kind of group."""
    everything = [mention for name in MENTIONS for mention in held_out[name]]
    probabilities = np.vstack([given[name] for name in MENTIONS])
    rows = [_row(OURS, "held_out", "ece", calibration_error(probabilities, [mention.label for mention in everything]), len(everything))]
    for dataset, members, part in [("held_out", everything, probabilities), *((name, held_out[name], given[name]) for name in MENTIONS)]:
        rows += [_row(OURS, dataset, metric, value, n) for metric, value, n in coverage(members, part)]
    return rows


def of_peers(found: Sequence[Mention], held_out: dict[str, list[Mention]], quick: bool) -> list[Row]:
    """Lexicons and linear models in the peers' environment."""
    rows = []
    for dataset in MENTIONS:
        members = held_out[dataset]
        given = {
            part: [[mention.sentence, mention.start, mention.end, mention.label] for mention in of_fold(found, part) if mention.dataset == dataset]
            for part in ("train", "calibration")
        }
        asked = [{"task": "target", "embedded": dataset == "newsmtsc" and not quick, **given, "held_out": [[one.sentence, one.start, one.end] for one in members]}]
        if dataset == "newsmtsc":
            asked.append({"task": "lexicons", "held_out": [one.sentence for one in members]})
        for task in asked:
            rows += [row for system, labels in _peer(task).items() for row in of_mentions(system, dataset, members, labels)]
    return rows


def of_pairs(model: TargetModel) -> list[Row]:
    """Countries for and against each other in an article."""
    judged, missed_negative, missed_positive = pairs.judged(model)
    gold = [pair.label for pair in judged]
    rows = []
    for system, labels in ((OURS, pairs.answers(judged)), ("all against all", [0] * len(gold))):
        value = pairs.f1_3way(gold, labels, missed_negative, missed_positive)
        rows.append(_row(system, "rusentrel", "f1_3way", value, len(gold) + missed_negative + missed_positive))
        rows.append(_row(system, "rusentrel", "macro_f1_of_joined", macro_f1(gold, labels), len(gold)))
    return rows


def of_directed(model: TargetModel) -> list[Row]:
    """Who is for or against whom in a sentence."""
    found = directed.pairs()
    gold = [pair.label for pair in found]
    given = model.predict([pair.sentence for pair in found], [list(pair.spans) for pair in found], ["en"] * len(found))
    said = {OURS: [directed.label_of(rows) for rows in given]}
    said |= {system: [directed.by_polarity(one) for one in labels] for system, labels in _peer({"task": "lexicons", "held_out": [pair.sentence for pair in found]}).items()}
    said["nothing said"] = [0] * len(found)
    return [_row(system, "dse", "macro_f1", macro_f1(gold, labels, directed.CLASSES), len(gold)) for system, labels in said.items()]


def of_texts(quick: bool) -> list[Row]:
    """Document tone: the learnt model, the dictionary, and a linear model on characters."""
    rows = []
    for dataset, language in (("economy_watchers", "ja"), ("newsmtsc_sentences", "en"), ("russian_sentences", "ru")):
        held_out = [(unit.text, unit.label) for unit in units(language) if unit.fold == "held_out"]
        texts, gold = [text for text, _ in held_out], [label for _, label in held_out]
        given = document_tone.scores(texts, [language] * len(texts))
        given[np.isnan(given).any(axis=1)] = (0.0, 1.0, 0.0)
        said = {OURS: given.argmax(axis=1).tolist(), "dictionary": by_dictionary(texts, language)}
        if language == "ja" and not quick:
            learnt = [(comment.text, comment.label) for comment in comments() if comment.fold != "held_out"]
            said |= _peer({"task": "text", "learnt": [text for text, _ in learnt], "labels": [label for _, label in learnt], "held_out": texts})
        for system, labels in said.items():
            low, high = interval(gold, labels, texts, np.mean)
            for metric, value in (("macro_f1_3", macro_f1(gold, labels)), ("macro_f1_3_low", low), ("macro_f1_3_high", high)):
                rows.append(_row(system, dataset, metric, value, len(gold)))
        rows.append(_row(OURS, dataset, "ece", calibration_error(given, gold), len(gold)))
    return rows


def by_dictionary(texts: Sequence[str], language: str) -> list[int]:
    """The baseline's sign: neutral where it finds no word or as many of both."""
    articles = pl.DataFrame({"capture_id": [f"{number:06}" for number in range(len(texts))], "body": list(texts)}).with_columns(
        source_id=pl.lit("texts"), captured_date=pl.lit(date(2026, 11, 27)), language_code=pl.lit(language), headline=pl.lit(""), body_state=pl.lit("full")
    )
    return [int(np.sign(score or 0.0)) + 1 for score in tone(articles, lexicons.load_lexicons()).sort("capture_id")["tone_score"]]


def of_fiction(model: TargetModel) -> list[Row]:
    """Japanese sentences of fiction; the half that may be looked at while tuning is told beside the other."""
    rows = []
    for part, dataset in (("held_out", "ja_synthetic"), ("tuning", "ja_synthetic_tuning")):
        found = fiction(part)
        labels, gold = toward(model, found).argmax(axis=1).tolist(), [mention.label for mention in found]
        low, high = interval(gold, labels, [mention.group for mention in found], np.mean)
        for metric, value in (("macro_f1", macro_f1(gold, labels)), ("macro_f1_low", low), ("macro_f1_high", high), ("accuracy", float(np.mean(np.array(gold) == np.array(labels))))):
            rows.append(_row(OURS, dataset, metric, value, len(gold)))
        rows += [_row(OURS, dataset, f"f1_{name}", value, len(gold)) for name, value in zip(("negative", "neutral", "positive"), f1_by_class(gold, labels), strict=True)]
    return rows


def _peer(task: dict) -> dict[str, list[int]]:
    script = str(peers.FOLDER / "tone_script.py")
    found = child.run([peers.python(), script], environment=dict(os.environ) | {"OPENBLAS_NUM_THREADS": "1"}, text=json.dumps(task))
    answers: dict[str, list[int]] = json.loads(found.output)
    return answers


def _row(system: str, dataset: str, metric: str, value: float, n: int) -> Row:
    return Row(system, dataset, metric, round(float(value), 4), n)


if __name__ == "__main__":
    if "--write-validation" in sys.argv:
        validation.write(shown(packaged()), packaged())
    else:
        report("tone", measure)
