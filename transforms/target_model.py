"""The model of tone toward a target: the lower and upper layers of a small multilingual encoder, fitted to labelled mentions, by onnxruntime.

The encoder is multilingual-e5-small (Wang et al. 2024, arXiv:2402.05672, MIT), cut to the pieces of three languages and its lower layers;
`make train` (benchmarks.tone.train) fits the upper ones, which see a learnt mark on the target's pieces. docs/models/target_tone.md tells
the data and figures, transforms/models/manifest.json the origin and sums.

Another model is any object with the members of ``TargetModel``, named by a setting as "package.module:factory"; ``chosen`` finds it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from importlib import import_module, resources
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from transforms.pieces import Pieces

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

WEIGHTS = "target_tone.npz"
NEGATIVE, NEUTRAL, POSITIVE = range(3)    # columns of the probabilities
LONGEST = 126          # pieces around the target that are read; 99 % of the labelled sentences are shorter
AROUND = 1_000         # characters each side of the target that are cut into pieces at all
DECIMALS = 4           # where sums of another order may differ in the last bits
BOS, EOS, UNKNOWN = 0, 2, 3
EPSILON = np.float32(1e-12)
_NO_ANSWER = (np.nan, np.nan, np.nan)


MEMBERS = ("version", "languages", "predict")   # of a TargetModel


class TargetModel(Protocol):
    """What tells the tone of sentences toward targets in them. ``version`` names it in every row; ``languages`` are its ISO codes."""

    @property
    def version(self) -> str: ...

    @property
    def languages(self) -> frozenset[str]: ...

    def predict(self, sentences: list[str], spans: list[list[tuple[int, int]]], languages: list[str]) -> list[np.ndarray]:
        """For each sentence an array, spans × 3: calibrated probabilities of negative, neutral, positive toward the target at that span.

        Spans are character offsets, end exclusive. A row is NaN where there is no answer: a language outside of ``languages``, a span that
        is empty, outside of its sentence or without a visible character. The answer for a sentence does not depend on what else is asked for.
        """
        ...


class PackagedModel:
    """The model inside of this package. ``weights``: the arrays of the file that `make train` writes."""

    def __init__(self, weights: Mapping[str, np.ndarray]) -> None:
        self._arrays = weights
        self._facts = json.loads(bytes(weights["facts"]).decode("utf-8"))

    @property
    def version(self) -> str:
        return str(self._facts["version"])

    @property
    def languages(self) -> frozenset[str]:
        return frozenset(self._facts["calibration"])

    def predict(self, sentences: list[str], spans: list[list[tuple[int, int]]], languages: list[str]) -> list[np.ndarray]:
        return [self._of_sentence(sentence, asked, language) for sentence, asked, language in zip(sentences, spans, languages, strict=True)]

    def _of_sentence(self, sentence: str, spans: Sequence[tuple[int, int]], language: str) -> np.ndarray:
        found = np.full((len(spans), 3), _NO_ANSWER)
        if language not in self.languages:
            return found
        lower: dict[tuple[int, ...], np.ndarray] = {}
        for row, (start, end) in enumerate(spans):
            if not 0 <= start < end <= len(sentence):
                continue
            ids, target = self.pieces_around(sentence, start, end)
            if not target:
                continue
            if tuple(ids) not in lower:
                lower[tuple(ids)] = self._lower(ids)
            logits = self._logits(lower[tuple(ids)], target)
            found[row] = calibrated(logits, self._facts["calibration"][language])
        return found

    def pieces_around(self, sentence: str, start: int, end: int) -> tuple[list[int], list[int]]:
        """Ids of at most 126 pieces around the target between the marks of begin and end, and which of them are the target's.

        None are, where the span holds nothing but spaces and control characters.
        """
        cut = max(0, start - AROUND)
        ids, places = self._pieces.cut(sentence[cut : min(len(sentence), min(end, start + AROUND) + AROUND)])
        target = [number for number, (left, right) in enumerate(places) if left < end - cut and right > start - cut]
        if target and len(ids) > LONGEST:
            first = max(0, min((target[0] + target[-1]) // 2 - LONGEST // 2, len(ids) - LONGEST))
            ids = ids[first : first + LONGEST]
            target = [number - first for number in target if 0 <= number - first < LONGEST]
        return [BOS, *ids, EOS], [number + 1 for number in target]

    def _lower(self, ids: list[int]) -> np.ndarray:
        """States after the layers that are upstream's, pieces × width."""
        arrays = self._arrays
        states = opened(arrays["words.halves"][ids], arrays["words.scales"][ids]) + arrays["places"][: len(ids)].astype(np.float32)
        states -= states.mean(axis=-1, keepdims=True)
        states /= np.sqrt((states * states).mean(axis=-1, keepdims=True) + EPSILON)
        return _run(self._sessions["lower"], states * arrays["norm.w"] + arrays["norm.b"])

    def _logits(self, states: np.ndarray, target: list[int]) -> np.ndarray:
        """Of negative, neutral, positive, before calibration; ``states`` are the lower layers'."""
        from scipy.special import erf  # takes a quarter of a second to import

        states = states.copy()
        states[target] += self._arrays["mark"]
        states = _run(self._sessions["upper"], states)
        both = np.concatenate([states[target].mean(axis=0), states.mean(axis=0)])
        hidden = self._arrays["first.w"] @ both + self._arrays["first.b"]
        hidden *= np.float32(0.5) * (1 + erf(hidden * np.float32(np.sqrt(0.5))))
        return self._arrays["second.w"] @ hidden + self._arrays["second.b"]

    @cached_property
    def _pieces(self) -> Pieces:
        return Pieces(bytes(self._arrays["pieces"]).decode("utf-8").split("\n"), self._arrays["scores"].tolist(), UNKNOWN)

    @cached_property
    def _sessions(self) -> dict[str, InferenceSession]:
        """Both parts' layers, on one thread: sums in one order, and a process that forks has no other thread."""
        from onnxruntime import InferenceSession, SessionOptions

        options = SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        return {part: InferenceSession(bytes(self._arrays[part]), options, providers=["CPUExecutionProvider"]) for part in ("lower", "upper")}


def _run(session: InferenceSession, states: np.ndarray) -> np.ndarray:
    """The layers' states, pieces × width; one sentence at a time, as activations are scaled by what comes in together."""
    found: np.ndarray = session.run(None, {"states": states.astype(np.float32)})[0]
    return found


def opened(halves: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """Weights of 4 bits in blocks of 32 with one scale (byte j holds weights j and j + 16, each less 8) as float32, rows × columns."""
    values = np.concatenate([halves & 15, halves >> 4], axis=-1).astype(np.float32) - 8
    return (values * scales.astype(np.float32)[..., None]).reshape(len(halves), -1)


def calibrated(logits: np.ndarray, fitted: Mapping[str, Sequence[float]]) -> np.ndarray:
    """Probabilities of logits (… × 3) under one language's ``slope`` (1) and ``shift`` (3): vector scaling (Guo et al. 2017, arXiv:1706.04599)."""
    scaled = np.asarray(logits, dtype=np.float64) * fitted["slope"][0] + np.asarray(fitted["shift"])
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.round(powers / powers.sum(axis=-1, keepdims=True), DECIMALS)


@lru_cache(maxsize=1)
def packaged() -> PackagedModel:
    """The packaged model; its weights are read once in a process."""
    with resources.files("transforms").joinpath("models", WEIGHTS).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return PackagedModel(dict(arrays))


def made(name: str) -> Any:
    """What "package.module:factory" makes. Raises ValueError where the name has another form or the factory is not there, with what to do."""
    module, _, factory = name.partition(":")
    try:
        return getattr(import_module(module), factory)()
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(f"no tone model {name!r}: give package.module:factory, a function without arguments ({error})") from error
