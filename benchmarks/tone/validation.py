"""transforms/models/validation.json: the figure that the marts show beside tone, by task and language, of exactly what is shipped."""

from __future__ import annotations

import json
from collections.abc import Sequence

from benchmarks.form import OURS, Row
from benchmarks.tone.train_document import MODELS
from transforms import document_tone
from transforms.target_model import TargetModel

PATH = MODELS / "validation.json"
# task, language: dataset, metric, what a reader must know of it
SHOWN = {
    ("target_tone", "en"): ("newsmtsc", "macro_f1", "tone toward persons and organisations in sentences of the US press"),
    ("target_tone", "ru"): ("rusentne", "f1_pos_neg", "tone toward an entity in sentences of the Russian press"),
    ("target_tone", "ja"): ("ja_synthetic", "macro_f1", "not validated on real texts: fiction written by rules; learnt from English and Russian"),
    ("document_tone", "ja"): ("economy_watchers", "macro_f1_3", "not validated on documents: shopkeepers' judgement, not press"),
    ("document_tone", "en"): ("newsmtsc_sentences", "macro_f1_3", "not validated on documents: sentences, the sum of the tone toward their targets"),
    ("document_tone", "ru"): ("russian_sentences", "macro_f1_3", "not validated on documents: sentences, the sum of the tone toward their targets"),
}


def rows(measured: Sequence[Row], model: TargetModel) -> list[dict]:
    """task, language_code, method, method_version, dataset, metric, value with its 95 % bounds low and high, n, note."""
    ours = {(row.dataset, row.metric): row for row in measured if row.system == OURS}
    found = []
    for (task, language), (dataset, metric, note) in SHOWN.items():
        whole = task == "document_tone"
        value, low, high = (ours[dataset, f"{metric}{end}"].value for end in ("", "_low", "_high"))
        found.append({
            "task": task, "language_code": language, "method": document_tone.METHOD if whole else "target_model",
            "method_version": document_tone.version_of(language) if whole else model.version,
            "dataset": dataset, "metric": metric, "value": value, "low": low, "high": high, "n": ours[dataset, metric].n, "note": note,
        })  # fmt: skip
    return found


def write(measured: Sequence[Row], model: TargetModel) -> None:
    """Replace the file."""
    PATH.write_text(json.dumps(rows(measured, model), indent=1) + "\n", encoding="utf-8")
