"""Genre by characters: TF-IDF of 2 to 4 characters and a logistic regression. In: JSON with texts and genres; out: a list of genres."""

from __future__ import annotations

import json
import sys

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

LONGEST = 6_000  # characters of a text

given = json.load(sys.stdin)
model = make_pipeline(
    TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), min_df=3, sublinear_tf=True, max_features=60_000),
    LogisticRegression(C=10, max_iter=500, class_weight="balanced"),
)
model.fit([text[:LONGEST] for text in given["tuning"]], given["genres"])
print(json.dumps(list(model.predict([text[:LONGEST] for text in given["held_out"]]))))
