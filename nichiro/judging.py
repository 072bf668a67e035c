"""Judging texts of a person's own: relevance, tone, copies and stories by the pipeline's methods, without a warehouse.

Each function takes texts in their order and gives one row each, in the same order, with ``verdict``, ``score``, ``method``
and ``method_version``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from nichiro.beat import load_beat
from nichiro.settings import load_settings
from nichiro.texts import Span, Text, frame
from transforms import copies as copying
from transforms import document_tone
from transforms import stories as clustering
from transforms.embedding import embeddings
from transforms.relevance import judge
from transforms.text import sentences

if TYPE_CHECKING:
    from transforms.target_model import TargetModel

Row = dict[str, Any]
UNSCORED = "unscored"   # verdict on a text in a language without a model, or without letters
LABELS = ("negative", "neutral", "positive")
TERSE = "too_short"   # verdict on a text with too few shingles to be anybody's copy
PASSAGE = ("field", "start_offset", "end_offset", "evidence", "terms", "topics")


def relevance(texts: Sequence[Text]) -> list[Row]:
    """``verdict`` strong, passage or none; ``score`` in points; topics; passages, whose offsets count characters of the text as given."""
    judged = judge(frame(texts), load_beat(load_settings().beat))
    verdicts = {row["capture_id"]: row for row in judged.relevance.iter_rows(named=True)}
    passages = judged.passages.partition_by("capture_id", as_dict=True)
    topics = judged.topics.partition_by("capture_id", as_dict=True)
    rows = []
    for text in texts:
        verdict = verdicts[text.id]
        mine, touched = passages.get((text.id,)), topics.get((text.id,))
        rows.append({
            "id": text.id, "language": text.language, "verdict": verdict["relevance"], "score": verdict["relevance_score"],
            "topics": [] if touched is None else touched["topic_id"].sort().to_list(),
            "passages": [] if mine is None else mine.select(PASSAGE).to_dicts(),
            "method": verdict["method"], "method_version": verdict["method_version"],
        })  # fmt: skip
    return rows


def tone(texts: Sequence[Text], model: TargetModel | None = None) -> list[Row]:
    """``verdict`` negative, neutral, positive or unscored, of the whole text; ``score`` P(positive) - P(negative); the three as ``probabilities``.

    ``targets``: for each target given, its offsets, ``verdict``, ``score`` and ``probabilities`` of the tone toward it in its sentence,
    and whose ``voice`` it is (author, quoted, reported), with the ``speaker`` where the text names one.
    """
    whole = document_tone.scores([text.text or text.headline for text in texts], [text.language for text in texts])
    toward, version = _toward([text for text in texts if text.spans], model)
    rows = []
    for text, probabilities in zip(texts, whole, strict=True):
        learnt = document_tone.version_of(text.language)
        rows.append({
            "id": text.id, "language": text.language, **_verdict(probabilities), "targets": _targets(text, toward, version),
            "method": document_tone.METHOD if learnt else None, "method_version": learnt,
        })  # fmt: skip
    return rows


def _toward(texts: Sequence[Text], model: TargetModel | None) -> tuple[dict[tuple[str, Span], Any], str | None]:
    """Probabilities by text and target, and the model's version; the model is not even loaded where there is no target."""
    if not texts:
        return {}, None
    if model is None:
        from nichiro.tones import models

        model = models(load_settings().tone_model).targets[0].model
    asked = [(text, place) for text in texts if text.language in model.languages for place in _places(text)]
    found = model.predict(
        [text.text[start:end] for text, (start, end, _) in asked],
        [[(span.start - start, span.end - start) for span in spans] for _, (start, _, spans) in asked],
        [text.language for text, _ in asked],
    )
    rows = zip(asked, found, strict=True)
    return {(text.id, span): row for (text, (_, _, spans)), part in rows for span, row in zip(spans, part, strict=True)}, model.version


def _places(text: Text) -> list[tuple[int, int, list[Span]]]:
    """The sentences that targets stand in, each with its targets; a target over several is in all of them together."""
    bounds = [bound for paragraph in sentences(text.text) for bound in paragraph] if text.spans else []
    places: dict[tuple[int, int], list[Span]] = {}
    for span in text.spans:
        touched = [(start, end) for start, end in bounds if start < span.end and span.start < end]
        start, end = (min(touched[0][0], span.start), max(touched[-1][1], span.end)) if touched else (span.start, span.end)
        held = places.setdefault((start, end), [])
        if span not in held:
            held.append(span)
    return [(start, end, spans) for (start, end), spans in places.items()]


def _targets(text: Text, toward: dict[tuple[str, Span], Any], version: str | None) -> list[Row]:
    """One row for each target, in the order given."""
    from transforms.voices import voices

    spoken = voices(text.text, text.language) if text.spans else []
    rows = []
    for span in text.spans:
        voice = next((part for part in spoken if part.start <= span.start < part.end), None)
        probabilities = toward.get((text.id, span))
        rows.append({
            "start": span.start, "end": span.end, "text": text.text[span.start : span.end],
            **_verdict([float("nan")] * 3 if probabilities is None else probabilities),
            "voice": voice.voice if voice else "author", "speaker": voice.speaker if voice else None,
            "method": "target_model", "method_version": version,
        })  # fmt: skip
    return rows


def _verdict(probabilities: Sequence[float]) -> Row:
    """Label, score and probabilities; ``unscored`` for what is no number."""
    negative, neutral, positive = (float(value) for value in probabilities)
    if negative != negative:
        return {"verdict": UNSCORED, "score": None, "probabilities": None}
    label = LABELS[max(range(3), key=(negative, neutral, positive).__getitem__)]
    return {"verdict": label, "score": round(positive - negative, 4), "probabilities": dict(zip(LABELS, (negative, neutral, positive), strict=True))}


def copies(texts: Sequence[Text]) -> list[Row]:
    """``verdict`` copy, original or too_short; ``copy_of`` the earliest text within 30 days that it repeats, ``score`` and
    ``share_kept`` how much of the shorter is in both, ``cluster`` the text that began the chain."""
    signed = _signed(texts)
    found = {row["article_id"]: row for row in copying.copies(signed, signed["article_id"]).iter_rows(named=True)}
    samples = dict(signed.select("article_id", pl.col("signature").list.len()).iter_rows())
    rows = []
    for text in texts:
        copy = found.get(text.id)
        is_terse = samples[text.id] < copying.least(text.language)
        share = copy["containment"] if copy else None
        rows.append({
            "id": text.id, "language": text.language, "verdict": "copy" if copy else TERSE if is_terse else "original", "score": share,
            "cluster": _first(text.id, found), "copy_of": copy["syndicated_from"] if copy else None, "share_kept": share,
            "resemblance": copy["resemblance"] if copy else None,
            "method": copying.METHOD, "method_version": copying.VERSION,
        })  # fmt: skip
    return rows


def stories(texts: Sequence[Text], *, every: bool = False) -> list[Row]:
    """``verdict`` joins, begins or off_beat; ``story`` the id of its first text, ``follows`` the texts that it was joined by, and
    ``score`` the log odds that the nearest of them tells the same event. Texts off the beat are in none, unless with ``every``."""
    articles = frame(texts)
    judged = judge(articles, load_beat(load_settings().beat))
    told = judged.relevance.with_columns(pl.col("relevance").replace("none", "strong")) if every else judged.relevance
    vectors = embeddings(articles, told, judged.passages)
    signed = _signed(texts)
    origins = copying.copies(signed, signed["article_id"]).select("article_id", "syndicated_from")
    documents = (
        articles.join(vectors.select("capture_id", "embedding", "phonetic_keys"), on="capture_id")
        .join(origins, on="article_id", how="left")
        .with_columns(first_captured_at="published_at")
    )
    links = clustering.links(documents.select(clustering.COMPARED), documents["article_id"])
    joined = clustering.story_documents(documents.select("article_id", "first_captured_at", "published_date").join(links, on="article_id"))
    found = {row["article_id"]: row for row in joined.iter_rows(named=True)}
    rows = []
    for text in texts:
        mine = found.get(text.id)
        follows = mine["follows"] if mine else []
        rows.append({
            "id": text.id, "language": text.language, "verdict": "off_beat" if mine is None else "joins" if follows else "begins",
            "score": mine["link_score"] if mine else None, "story": mine["story_id"] if mine else None, "follows": follows,
            "method": clustering.METHOD, "method_version": clustering.VERSION,
        })  # fmt: skip
    return rows


def _signed(texts: Sequence[Text]) -> pl.DataFrame:
    """The texts with their signatures; a headline alone is the text."""
    articles = frame(texts).with_columns(body=pl.when(pl.col("body") == "").then("headline").otherwise("body"))
    return articles.drop("source_id").join(copying.signatures(articles).select("capture_id", "source_id", "signature"), on="capture_id")


def _first(text_id: str, found: dict[str, Row]) -> str:
    """Along the copies of copies to the text that is none. The earlier one is earlier, so that it ends."""
    while copy := found.get(text_id):
        text_id = copy["syndicated_from"]
    return text_id
