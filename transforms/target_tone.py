"""enriched.target_tone and marts.target_tone: tone toward each target where an article names it, in whose voice, and of the document.

The place of a name decides whose words it stands in; a sentence is read once for all names in it. A lead is never scored, and of
a long text what is on the beat first. Tone of a document toward a target in a voice is the mean over the places.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import polars as pl

from transforms.actor_mentions import all_names
from transforms.actors import Directory
from transforms.beat import Beat
from transforms.naming import Names
from transforms.target_model import TargetModel
from transforms.targets import FIELDS, Place, Targets
from transforms.text import normalise, sentences
from transforms.tone_interval import interval_high, interval_low
from transforms.voices import voices
from warehouse.columns import TONES
from warehouse.tables import enriched, marts

METHOD = "target_model"
VERSION = "1"
NORMAL = 1.645          # standard deviations on either side of the mean that hold 90 % of a normal law
MOST_SENTENCES = 40     # of an article: the headline, then what is on the beat, then in order
DOCUMENT = "document"   # the target_id of the whole text's own tone
DECIMALS = 4            # of a probability: less than any model's error, more than the last bits that depend on the machine
_COLUMNS = ("capture_id", "source_id", "captured_date", "language_code", "country_code", "headline", "body", "body_state", "turns")
Key = tuple[str, str, tuple[tuple[int, int], ...]]   # language, sentence, spans of the names in it


@dataclass
class Remembering:
    """A model that reads a sentence once: wire copies, leads and refrains repeat. ``size``: sentences that it keeps in mind."""

    model: TargetModel
    size: int = 20_000
    _known: OrderedDict[Key, np.ndarray] = field(default_factory=OrderedDict)

    def probabilities(self, keys: Sequence[Key]) -> dict[Key, np.ndarray]:
        """Per key an array names × (negative, neutral, positive), rounded."""
        wanted = dict.fromkeys(keys)
        new = sorted(key for key in wanted if key not in self._known)
        found = {key: self._known[key] for key in wanted if key in self._known}
        if new:
            languages, texts, spans = zip(*new, strict=True)
            predicted = self.model.predict(list(texts), [list(each) for each in spans], list(languages))
            found |= {key: np.round(np.asarray(each, np.float64), DECIMALS) for key, each in zip(new, predicted, strict=True)}
        for key in wanted:
            self._known[key] = found[key]
            self._known.move_to_end(key)
        while len(self._known) > self.size:
            self._known.popitem(last=False)
        return found


DOCUMENT_MEMBERS = ("METHOD", "LANGUAGES", "scores", "version_of")   # of a DocumentModel


class DocumentModel(Protocol):
    """A learnt model of whole texts; the module ``transforms.document_tone`` is one."""

    METHOD: str
    LANGUAGES: frozenset[str]

    def scores(self, texts: Sequence[str], languages: Sequence[str]) -> np.ndarray:
        """texts × 3 probabilities of negative, neutral, positive; NaN where there is none."""

    def version_of(self, language: str) -> str | None:
        """Version of the rows in a language; None where there is no model."""


@dataclass(frozen=True)
class _Named:
    """A place with the sentence it stands in and whose words it is."""

    place: Place
    sentence: tuple[int, int]
    surface: str
    voice: str
    speaker: str | None


def target_tone(
    articles: pl.DataFrame, mentions: pl.DataFrame, passages: pl.DataFrame, beat: Beat, directory: Directory, models: Sequence[Remembering]
) -> pl.DataFrame:
    """enriched.target_tone of ``articles``: staging.articles on the beat with ``country_code`` of their publisher and ``relevance``.

    ``mentions``, ``passages``: their enriched.mentions and enriched.passages. Of an article that is on the beat in passages only, the
    names in these. ``models``: the active one first, then candidates. Rows not scored say why.
    """
    targets = {language: Targets.of(beat, language) for language in beat.languages}
    names = all_names(directory)
    actors = _by_capture(mentions, ("field", "start_offset", "end_offset", "actor_id", "candidates"))
    on_beat = _by_capture(passages, ("field", "start_offset", "end_offset"))
    read: list[tuple[dict[str, Any], list[_Named], set[tuple[str, int]]]] = []
    for row in articles.select(*_COLUMNS, "relevance").iter_rows(named=True):
        language = row["language_code"]
        if language not in targets:
            continue
        mine, near = actors.get(row["capture_id"], []), on_beat.get(row["capture_id"], [])
        named = _named(row, targets[language].places(row["headline"], row["body"], row["country_code"], mine))
        if row["relevance"] == "passage":
            named = [each for each in named if _is_within(each.place, near)]
        who = _Speakers(names[language], mine) if language in names else None
        speakers = {each.speaker: who.actor(each.speaker) if who and each.speaker else None for each in named}
        read.append((row | {"speakers": speakers}, named, _chosen(named, near)))
    rows: list[dict[str, Any]] = []
    for number, model in enumerate(models):
        rows += _scored(read, model, is_active=number == 0)
    return enriched.TARGET_TONE.conform(pl.DataFrame(rows, schema=enriched.TARGET_TONE.schema).sort(enriched.TARGET_TONE.primary_key))


def _by_capture(frame: pl.DataFrame, columns: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in frame.select("capture_id", *columns).iter_rows(named=True):
        found.setdefault(row["capture_id"], []).append(row)
    return found


def _named(row: Mapping[str, Any], places: Sequence[Place]) -> list[_Named]:
    found = []
    for field_, turns in zip(FIELDS, (None, row["turns"]), strict=True):
        mine = [place for place in places if place.field == field_]
        if not mine:
            continue
        text: str = row[field_]
        said = [(each.start, each.end, each.voice, each.speaker) for each in voices(text, row["language_code"], turns)]
        spans = [span for paragraph in sentences(text) for span in paragraph]
        for place in mine:
            voice, speaker = next(((voice, speaker) for start, end, voice, speaker in said if start <= place.start < end), ("author", None))
            sentence = next((span for span in spans if span[0] <= place.start < span[1]), (place.start, place.end))
            found.append(_Named(place, (sentence[0], max(sentence[1], place.end)), text[place.start : place.end], voice, speaker))
    return found


def _is_within(place: Place, passages: Sequence[Mapping[str, Any]]) -> bool:
    return any(each["field"] == place.field and each["start_offset"] <= place.start < each["end_offset"] for each in passages)


def _chosen(named: Sequence[_Named], passages: Sequence[Mapping[str, Any]]) -> set[tuple[str, int]]:
    """Field and start of the sentences that are scored: MOST_SENTENCES, the headline first, then those on the beat, then in order."""
    ranked: dict[tuple[str, int], tuple[bool, bool]] = {}
    for each in named:
        key = (each.place.field, each.sentence[0])
        rank = (each.place.field != "headline", not _is_within(each.place, passages))
        ranked[key] = min(rank, ranked.get(key, rank))
    return set(sorted(ranked, key=lambda key: (*ranked[key], key[1]))[:MOST_SENTENCES])


def _scored(read: Sequence[tuple[dict[str, Any], list[_Named], set[tuple[str, int]]]], model: Remembering, *, is_active: bool) -> Iterator[dict[str, Any]]:
    """The rows of one model."""
    wanted: dict[tuple[int, str, int], Key] = {}
    for number, (row, named, chosen) in enumerate(read):
        if row["body_state"] != "full" or row["language_code"] not in model.model.languages:
            continue
        for place in chosen:
            inside = [each for each in named if (each.place.field, each.sentence[0]) == place]
            start, end = inside[0].sentence[0], max(each.sentence[1] for each in inside)
            spans = tuple((each.place.start - start, each.place.end - start) for each in inside)
            wanted[number, *place] = (row["language_code"], row[place[0]][start:end], spans)
    probabilities = model.probabilities([wanted[key] for key in sorted(wanted)])
    method = {"is_active": is_active, "method": METHOD, "method_version": model.model.version}
    for number, (row, named, _) in enumerate(read):
        unscored = "body_not_full" if row["body_state"] != "full" else "no_model" if row["language_code"] not in model.model.languages else None
        seen: dict[tuple[str, int], int] = {}
        for each in named:
            place = (each.place.field, each.sentence[0])
            nth = seen[place] = seen.get(place, -1) + 1
            key = wanted.get((number, *place))
            mine = probabilities[key][nth] if key else None
            mine = None if mine is None or np.isnan(mine).any() else mine   # the model has no answer
            yield {name: row[name] for name in _COLUMNS[:3]} | method | {
                "field": each.place.field, "start_offset": each.place.start, "end_offset": each.place.end,
                "sentence_start": each.sentence[0], "sentence_end": each.sentence[1], "surface": each.surface,
                "target_id": each.place.target_id, "voice": each.voice, "speaker": each.speaker, "speaker_actor_id": row["speakers"][each.speaker],
                **dict(zip(TONES, (None,) * 3 if mine is None else mine.tolist(), strict=True)),
                "label": None if mine is None else TONES[int(mine.argmax())], "unscored_reason": (unscored or ("no_model" if key else "beyond_cap")) if mine is None else None,
            }  # fmt: skip


@dataclass(frozen=True)
class _Speakers:
    """Who a speaker is: by the directory's names, and among several the one whom the article names."""

    names: Names
    mentions: Sequence[Mapping[str, Any]]

    def actor(self, speaker: str) -> str | None:
        found = self.names.find(normalise(speaker).text)
        if len(found) != 1:
            return None
        candidates = found[0].candidates
        named = {row["actor_id"] for row in self.mentions if row["actor_id"] in candidates}
        if len(named) == 1:
            return str(named.pop())
        return candidates[0] if len(candidates) == 1 and found[0].is_full else None


def document_tone(articles: pl.DataFrame, models: Sequence[DocumentModel]) -> pl.DataFrame:
    """enriched.document_tone of ``articles``, staging.articles on the beat; ``models``: the active one first, then candidates."""
    rows: list[dict[str, Any]] = []
    for number, model in enumerate(models):
        read = [row for row in articles.select(*_COLUMNS[:4], *FIELDS, "body_state").iter_rows(named=True) if row["language_code"] in model.LANGUAGES]
        wanted = [row for row in read if row["body_state"] == "full"]
        found = model.scores([f"{row['headline']}\n{row['body']}" for row in wanted], [row["language_code"] for row in wanted])
        scored = {row["capture_id"]: each for row, each in zip(wanted, found, strict=True) if not np.isnan(each).any()}
        for row in read:
            mine = scored.get(row["capture_id"])
            unscored = "body_not_full" if row["body_state"] != "full" else "no_model"
            rows.append({name: row[name] for name in _COLUMNS[:3]} | {
                **dict(zip(TONES, (None,) * 3 if mine is None else mine.tolist(), strict=True)),
                "label": None if mine is None else TONES[int(mine.argmax())], "unscored_reason": unscored if mine is None else None,
                "is_active": number == 0, "method": model.METHOD, "method_version": model.version_of(row["language_code"]),
            })  # fmt: skip
    return enriched.DOCUMENT_TONE.conform(pl.DataFrame(rows, schema=enriched.DOCUMENT_TONE.schema).sort(enriched.DOCUMENT_TONE.primary_key))


SCORE = pl.col("positive") - pl.col("negative")
VARIANCE = pl.col("positive") + pl.col("negative") - SCORE**2   # of a label that is -1, 0 or 1 with these probabilities


def target_tone_by_document(
    found: pl.DataFrame, mentions: pl.DataFrame, wholes: pl.DataFrame, dictionary: pl.DataFrame, documents: pl.DataFrame
) -> pl.DataFrame:
    """marts.target_tone of the current versions ``documents`` (article_id, capture_id, source_id, published_date), those on the beat.

    ``found``: their enriched.target_tone; ``mentions``: their marts.mentions, in which analysts may have said who is meant; ``wholes``:
    their enriched.document_tone; ``dictionary``: their enriched.tone, which stands in where no model scored the whole text.
    """
    key = ["capture_id", "field", "start_offset"]
    said = mentions.filter("is_overridden").select(*key, given="actor_id", is_given=pl.lit(value=True))
    placed = (
        found.filter("is_active")
        .join(said, on=key, how="left", maintain_order="left")
        .with_columns(target_id=pl.when(pl.col("is_given").fill_null(value=False)).then("given").otherwise("target_id"))
        .drop_nulls("target_id")
        .select("capture_id", "target_id", "voice", *TONES, "method", "method_version")
    )
    whole = wholes.filter("is_active").select("capture_id", pl.lit(DOCUMENT).alias("target_id"), pl.lit("all").alias("voice"), *TONES, "method", "method_version")
    of_documents = documents.select("article_id", "capture_id", "source_id", "published_date")
    measured = pl.concat([placed, whole]).sort("capture_id", "target_id", "voice", *TONES, "method_version", nulls_last=True)
    grouped = measured.group_by("capture_id", "target_id", "voice", maintain_order=True).agg(
        mention_count=pl.len(), scored_count=SCORE.count(), tone_score=SCORE.mean(), variance=VARIANCE.sum() / VARIANCE.count() ** 2,
        low=interval_low(SCORE.drop_nulls(), VARIANCE.drop_nulls()), high=interval_high(SCORE.drop_nulls(), VARIANCE.drop_nulls()),
        **{name: pl.col(name).mean() for name in TONES}, method=pl.col("method").first(), method_version=pl.col("method_version").first(),
    )
    best = pl.max_horizontal(TONES)
    score, is_whole = pl.col("tone_score"), pl.col("target_id") == DOCUMENT   # no groups of whole texts were measured: a normal law
    half = pl.when(is_whole).then(NORMAL * pl.col("variance").sqrt()).otherwise(pl.max_horizontal(score - pl.col("low"), pl.col("high") - score))
    half = pl.when(pl.col("scored_count") > 0).then(half)
    by_model = grouped.join(of_documents, on="capture_id").with_columns(
        tone_variance=(half / NORMAL) ** 2,
        tone_low=(pl.col("tone_score") - half).clip(-1, 1),
        tone_high=(pl.col("tone_score") + half).clip(-1, 1),
        label=pl.when(pl.col("negative") == best).then(pl.lit("negative")).when(pl.col("positive") == best).then(pl.lit("positive"))
        .when(pl.col("neutral") == best).then(pl.lit("neutral")),
        label_probability=best,
    )  # fmt: skip
    without = by_model.filter((pl.col("target_id") == DOCUMENT) & (pl.col("scored_count") > 0))
    by_words = (
        of_documents.join(without, on="article_id", how="anti")
        .join(dictionary.select("capture_id", "tone_score", "method", "method_version"), on="capture_id")
        .with_columns(target_id=pl.lit(DOCUMENT), voice=pl.lit("all"), mention_count=pl.lit(1), scored_count=pl.col("tone_score").is_not_null().cast(pl.Int64))
    )
    by_model = by_model.join(by_words.select("article_id", "target_id", "voice"), on=["article_id", "target_id", "voice"], how="anti")
    result = pl.concat([by_model, by_words], how="diagonal_relaxed").select(marts.TARGET_TONE.schema.names())
    return marts.TARGET_TONE.conform(result.sort(marts.TARGET_TONE.primary_key))
