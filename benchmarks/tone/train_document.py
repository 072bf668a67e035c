"""Train document tone: `python -m benchmarks.tone.train_document --data DIR` writes transforms/models/document_*.npz.

DIR holds economy_watchers, newsmtsc, rusentne and ruopinionne. What is held out is read by nobody here: the penalty is chosen, and the
probabilities are calibrated, on the calibration part by a fit to the training part; then both are fitted together. No chance is in it:
the same data gives the same weights. About five minutes of one core, 3 GB.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
from scipy import sparse
from scipy.optimize import minimize

from benchmarks.tone.folds import DATA, mentions
from benchmarks.tone.scoring import macro_f1
from benchmarks.tone.shopkeepers import comments
from nichiro.lexicons import load_lexicons
from transforms.document_tone import features, praise_and_blame, softmax

MODELS = Path(__file__).parents[2] / "transforms" / "models"
STEPS = 60          # of L-BFGS; after that the loss moves in its fourth digit
TOGETHER = 4096     # texts that are cut at once


class Unit(NamedTuple):
    """A text with its label and fold; ``occasion``: those of one were asked together."""

    text: str
    label: int
    fold: str
    occasion: str = ""


@dataclass(frozen=True)
class Recipe:
    """How a language's model is made; ``buckets`` by the size of its data.

    ``rarest``: a run in fewer texts is not learnt, and what is learnt counts by its rarity; 0: neither. ``drifts``: classes come in other
    shares from one occasion to the next, so that in learning the runs those of each occasion weigh alike, and what is expected of a new text
    are the shares in all that was learnt from, not those of the calibration part.
    """

    orders: tuple[int, ...]
    words: int
    buckets: int
    penalties: tuple[float, ...]
    listed: bool = False      # whether the dictionary's words count by themselves
    rarest: int = 0
    drifts: bool = False
    steps: int = STEPS
    edition: int = 1          # of this recipe


RECIPES = {
    "ja": Recipe((1, 2, 3, 4), 0, 1 << 20, (2.5e-6, 5e-6, 1e-5), rarest=3, drifts=True, steps=80, edition=2),
    "en": Recipe((2, 3, 4, 5), 2, 1 << 17, (1e-4, 3e-4, 1e-3), listed=True),
    "ru": Recipe((2, 3, 4, 5), 2, 1 << 17, (1e-4, 3e-4, 1e-3), listed=True),
}
UPSTREAM = {
    "economy_watchers/*_??????.json.gz": ("https://github.com/retarfi/economy-watchers-survey", "CC BY 4.0, Cabinet Office of Japan", ["ja"]),
    "newsmtsc/train.jsonl": ("https://github.com/fhamborg/NewsMTSC", "MIT", ["en"]),
    "rusentne/train.tsv": ("https://github.com/dialogue-evaluation/RuSentNE-evaluation", "MIT", ["ru"]),
    "ruopinionne/train.jsonl": ("https://github.com/dialogue-evaluation/RuOpinionNE-2024", "MIT", ["ru"]),
}
LISTED_WEIGHT = 0.3     # of the dictionary's numbers beside the runs': chosen on the calibration part


def units(language: str, data: Path = DATA) -> list[Unit]:
    """What a language's model is trained and measured on."""
    if language == "ja":
        return [Unit(comment.text, comment.label, comment.fold, f"{comment.month} {comment.ahead}") for comment in comments(data)]
    sums: dict[str, list] = {}
    for mention in mentions(data):
        if mention.language == language:
            sums.setdefault(mention.sentence, [0, mention.fold])[0] += mention.label - 1
    return [Unit(sentence, int(np.sign(total)) + 1, fold) for sentence, (total, fold) in sums.items()]


def matrix(texts: Sequence[str], recipe: Recipe, language: str = "", listed: dict[str, int] | None = None) -> sparse.csr_matrix:
    """Texts × buckets: 1 / √found where a run is in the text; behind them what the dictionary counts."""
    parts = [features(texts[start : start + TOGETHER], recipe.orders, recipe.words, recipe.buckets) for start in range(0, len(texts), TOGETHER)]
    found, sizes = (np.concatenate(column) for column in zip(*parts, strict=True))
    values = np.repeat(1 / np.sqrt(np.maximum(sizes, 1)), sizes).astype(np.float32)
    runs = sparse.csr_matrix((values, found.astype(np.int32), np.concatenate([[0], np.cumsum(sizes)])), shape=(len(texts), recipe.buckets))
    if not listed:
        return runs
    counted = np.array([praise_and_blame(text, language, listed) for text in texts]) * LISTED_WEIGHT
    return sparse.hstack([runs, sparse.csr_matrix(counted.astype(np.float32))]).tocsr()


def learn(rows: sparse.csr_matrix, labels: np.ndarray, occasions: np.ndarray, recipe: Recipe, penalty: float) -> tuple[np.ndarray, np.ndarray]:
    """Weights (buckets × 3) and bias of one fit by the recipe. rows: texts × buckets; labels, occasions: texts."""
    weighs, known = np.ones(len(labels), np.float32), np.zeros(3)
    if recipe.drifts:
        _, alike, sizes = np.unique(np.char.add(occasions, labels.astype(str)), return_inverse=True, return_counts=True)
        weighs = (1 / sizes[alike]).astype(np.float32)
        weighs /= weighs.mean()
        known = np.log(np.bincount(labels, minlength=3) / len(labels))
    if not recipe.rarest:
        weights, bias = fit(rows, labels, penalty, weighs, recipe.steps)
        return weights, bias + known
    texts = np.bincount(rows.indices, minlength=rows.shape[1])
    kept = np.flatnonzero(texts >= recipe.rarest)
    rarity = np.log((1 + len(labels)) / (1 + texts[kept])) + 1
    rarity = (rarity / rarity.mean()).astype(np.float32)
    told, bias = fit((rows[:, kept] @ sparse.diags(rarity)).tocsr().astype(np.float32), labels, penalty, weighs, recipe.steps)
    weights = np.zeros((rows.shape[1], 3))
    weights[kept] = rarity[:, None] * told
    return weights, bias + known


def fit(rows: sparse.csr_matrix, labels: np.ndarray, penalty: float, weighs: np.ndarray | None = None, steps: int = STEPS) -> tuple[np.ndarray, np.ndarray]:
    """Weights (buckets × 3) and bias of the multinomial logistic regression with a quadratic penalty; ``weighs``: texts, 1 in the mean."""
    count, width = rows.shape
    weighs = np.ones(count, np.float32) if weighs is None else weighs
    wanted, turned = np.eye(3, dtype=np.float32)[labels], rows.T.tocsr()

    def loss(point: np.ndarray) -> tuple[float, np.ndarray]:
        weights, bias = point[:-3].reshape(width, 3).astype(np.float32), point[-3:].astype(np.float32)
        found = softmax(rows @ weights + bias)
        pull = (found - wanted) * weighs[:, None] / count
        missed = np.log(np.maximum((found * wanted).sum(axis=1), 1e-12)) * weighs
        value = -float(missed.mean()) + penalty / 2 * float((weights * weights).sum())
        return value, np.concatenate([(turned @ pull + penalty * weights).ravel(), pull.sum(axis=0)]).astype(np.float64)

    point = minimize(loss, np.zeros(3 * width + 3), jac=True, method="L-BFGS-B", options={"maxiter": steps, "maxcor": 6}).x
    return point[:-3].reshape(width, 3), point[-3:]


def calibrate(logits: np.ndarray, labels: np.ndarray, shifted: bool = True) -> tuple[float, np.ndarray]:
    """Sharpness and, where ``shifted``, shift of the classes that give the labels the greatest likelihood (vector scaling, Guo et al. 2017)."""
    def loss(point: np.ndarray) -> float:
        found = softmax(point[0] * logits + np.append(point[1:], np.zeros(4 - len(point))))
        return -float(np.log(found[np.arange(len(labels)), labels]).mean())

    point = minimize(loss, np.array([1.0, 0.0, 0.0] if shifted else [1.0]), method="L-BFGS-B").x
    return float(point[0]), np.append(point[1:], np.zeros(4 - len(point)))


def train(language: str, data: Path, folder: Path) -> None:
    """Write the model of one language, and say what was chosen."""
    recipe = RECIPES[language]
    given = [unit for unit in units(language, data) if unit.fold != "held_out"]
    lists = load_lexicons().filter(pl.col("language_code") == language).sort("pattern")
    listed = dict(lists.select("pattern", "polarity").iter_rows()) if recipe.listed else {}
    rows, labels = matrix([unit.text for unit in given], recipe, language, listed), np.array([unit.label for unit in given])
    occasions = np.array([unit.occasion for unit in given])
    part = {fold: np.array([unit.fold == fold for unit in given]) for fold in ("train", "calibration")}
    tuned = {}
    for penalty in recipe.penalties:
        weights, bias = learn(rows[part["train"]], labels[part["train"]], occasions[part["train"]], recipe, penalty)
        logits = rows[part["calibration"]] @ weights + bias
        sharpness, shift = calibrate(logits, labels[part["calibration"]], not recipe.drifts)
        found = softmax(sharpness * logits + shift)
        told = found[np.arange(len(found)), labels[part["calibration"]]]
        tuned[penalty] = (-float(np.log(told).mean()), sharpness, shift)
        right, score = np.mean(found.argmax(axis=1) == labels[part["calibration"]]), macro_f1(labels[part["calibration"]], found.argmax(axis=1))
        print(f"{language} penalty {penalty:g}: {tuned[penalty][0]:.4f} nats, {right:.4f} right, macro-F1 {score:.4f}", flush=True)
    penalty = min(tuned, key=lambda one: tuned[one][0])
    _, sharpness, shift = tuned[penalty]
    known = part["train"] | part["calibration"]
    weights, bias = learn(rows[known], labels[known], occasions[known], recipe, penalty)
    weights -= weights.mean(axis=1, keepdims=True)     # the same probabilities
    weights, counted = weights[: recipe.buckets], LISTED_WEIGHT * weights[recipe.buckets :]
    scale = float(np.quantile(np.abs(weights[weights != 0]), 0.9999)) / 127
    whole = np.clip(np.round(weights / scale), -127, 127).astype(np.int8)
    version = f"{recipe.edition}+" + hashlib.sha256(whole.tobytes() + counted.tobytes() + repr(sorted(listed.items())).encode()).hexdigest()[:8]
    np.savez_compressed(
        folder / f"document_{language}.npz", version=version, orders=np.array(recipe.orders), words=recipe.words, weights=whole,
        scale=scale, sharpness=sharpness, bias=sharpness * bias + shift,
        patterns=np.array(list(listed), np.str_), polarities=np.array(list(listed.values()), np.int8), listed_weights=counted.reshape(-1, 3),
    )
    print(f"{language} {version}: penalty {penalty:g}, sharpness {sharpness:.3f}, {int(known.sum())} texts", flush=True)


def manifest(folder: Path, data: Path) -> None:
    """Say beside the weights what they are of: sums of the weights, address, licence and sums of the data (of many files, of their sums)."""
    found = {
        "command": "make train DATA=../shared/data", "licence": "Apache-2.0", "chance": "none: no seed", "file_sha256": {
            f"document_{language}.npz": _sum([folder / f"document_{language}.npz"]) for language in sorted(RECIPES)
        },
        "data": [
            {"files": pattern, "url": url, "licence": licence, "languages": languages, "sha256": _sum(sorted(data.glob(pattern)))}
            for pattern, (url, licence, languages) in UPSTREAM.items()
        ],
    }  # fmt: skip
    (folder / "document_manifest.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def _sum(paths: Sequence[Path]) -> str:
    """SHA-256 of a file, or of the sums of several in their order."""
    sums = [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]
    return sums[0] if len(sums) == 1 else hashlib.sha256("".join(sums).encode()).hexdigest()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tone.train_document", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--models", type=Path, default=MODELS)
    parser.add_argument("--language", choices=sorted(RECIPES), nargs="*", default=sorted(RECIPES))
    options = parser.parse_args()
    for language in options.language:
        train(language, options.data, options.models)
    manifest(options.models, options.data)
