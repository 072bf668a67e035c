"""Fit of the second judge (scipy's L-BFGS, the gradient by hand, a quadratic penalty), and its cross-validation by group."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from transforms.second_judge import STEEPNESS, Brief, SecondJudge

PENALTY = 2.0    # half of the squared length of the weights of standardised features; chosen by cross-validation
FOLDS = 10


def fit(briefs: Sequence[Brief], labels: Sequence[bool]) -> dict[str, Any]:
    """bias, weights, sentence_bias, sentence_weights for the features as they are (standardised for the fit only), to four decimals."""
    of = np.repeat(np.arange(len(briefs)), [len(brief.sentences) for brief in briefs])   # the text of each sentence
    weight = np.array([weight for brief in briefs for weight, _ in brief.sentences])
    single, single_names, single_mean, single_spread = _scaled([found for brief in briefs for _, found in brief.sentences])
    whole, whole_names, whole_mean, whole_spread = _scaled([brief.whole for brief in briefs])
    signs, last = np.where(labels, 1.0, -1.0), len(single_names)

    def loss(point: np.ndarray) -> tuple[float, np.ndarray]:
        """``point``: weights of sentences, their bias, bias of texts, weights of texts."""
        ours, theirs = point[:last], point[last + 2 :]
        share = expit(single @ ours + point[last])
        margin = signs * (STEEPNESS * (np.bincount(of, weight * share, len(briefs)) - 0.5) + point[last + 1] + whole @ theirs)
        pull = -signs * expit(-margin)
        inner = STEEPNESS * pull[of] * weight * share * (1 - share)
        slope = [single.T @ inner + PENALTY * ours, [inner.sum(), pull.sum()], whole.T @ pull + PENALTY * theirs]
        return float(np.logaddexp(0, -margin).sum() + PENALTY / 2 * (ours @ ours + theirs @ theirs)), np.concatenate(slope)

    point = minimize(loss, np.zeros(last + 2 + len(whole_names)), jac=True, method="L-BFGS-B", options={"maxiter": 1000}).x
    ours, theirs = point[:last] / single_spread, point[last + 2 :] / whole_spread
    return {
        "bias": round(float(point[last + 1] - theirs @ whole_mean), 4), "weights": _rounded(whole_names, theirs),
        "sentence_bias": round(float(point[last] - ours @ single_mean), 4), "sentence_weights": _rounded(single_names, ours),
    }


def folds(briefs: Sequence[Brief], labels: Sequence[bool], groups: Sequence[str]) -> list[float]:
    """Each text's probability by a fit to the folds that its group is not in; groups go to folds by their hash."""
    place = [int.from_bytes(hashlib.sha256(group.encode()).digest()[:4], "big") % FOLDS for group in groups]
    found = [0.0] * len(briefs)
    for fold in sorted(set(place)):
        kept = [number for number, other in enumerate(place) if other != fold]
        judge = SecondJudge(version="", trained_on="", **fit([briefs[number] for number in kept], [labels[number] for number in kept]))
        for number, brief in enumerate(briefs):
            if place[number] == fold:
                found[number] = judge.probability(brief)
    return found


def _scaled(rows: Sequence[Mapping[str, float]]) -> tuple[np.ndarray, list[str], np.ndarray, np.ndarray]:
    """Rows × names with mean 0 and spread 1, the names, the means and the spreads."""
    names = sorted({name for found in rows for name in found})
    matrix = np.array([[found.get(name, 0.0) for name in names] for found in rows])
    mean, spread = matrix.mean(axis=0), matrix.std(axis=0)
    spread[spread == 0] = 1.0
    return (matrix - mean) / spread, names, mean, spread


def _rounded(names: Sequence[str], weights: np.ndarray) -> dict[str, float]:
    return dict(zip(names, (round(float(weight), 4) for weight in weights), strict=True))
