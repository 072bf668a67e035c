"""Tables of tone: of whole documents by a learnt model, toward targets by mention, document and day, and how far each method was validated."""

from __future__ import annotations

import polars as pl

from warehouse.columns import (
    ARTICLE_ID,
    CAPTURE_ID,
    CAPTURED_DATE,
    COUNTRY_CODE,
    GENRE,
    LANGUAGE_CODE,
    METHOD,
    METHOD_VERSION,
    PUBLISHED_DATE,
    SOURCE_ID,
    TONES,
    UNSCORED,
    VOICES,
)
from warehouse.contract import Column, Table

PROBABILITIES = tuple(
    Column(name, pl.Float64, f"calibrated probability that the tone is {name}; null where not scored", nullable=True, minimum=0, maximum=1) for name in TONES
)
LABEL = Column("label", pl.String, "the most probable tone; null where not scored", nullable=True, values=TONES)
UNSCORED_REASON = Column("unscored_reason", pl.String, "why it was not scored", nullable=True, values=UNSCORED)
IS_ACTIVE = Column("is_active", pl.Boolean, "the model that the marts use; else a candidate, scored beside it")
TARGET_ID = Column("target_id", pl.String, "whom it is toward: a country of the beat's targets, an actor of ops.actors, or 'document': the whole text's own tone")
VOICE = Column("voice", pl.String, "whose words: the author's, quoted, reported; 'all' for the whole text", values=(*VOICES, "all"))
SCORED = (*PROBABILITIES, LABEL, UNSCORED_REASON, IS_ACTIVE, CAPTURED_DATE, METHOD, METHOD_VERSION)   # of a place or a whole text, by one model

MENTION_TONE = Table(
    zone="enriched",
    noun="target_tone",
    grain="One row per model and place of an article version on the beat that names a target: tone toward it, in whose voice.",
    columns=(
        CAPTURE_ID,
        SOURCE_ID,
        Column("field", pl.String, "where the offsets count", values=("headline", "body")),
        Column("start_offset", pl.Int64, "first character of the name in the headline or body, from 0", minimum=0),
        Column("end_offset", pl.Int64, "character after the last", minimum=0),
        Column("sentence_start", pl.Int64, "first character of the sentence that was read", minimum=0),
        Column("sentence_end", pl.Int64, "character after its last", minimum=0),
        Column("surface", pl.String, "the name as written"),
        Column("target_id", pl.String, "country of the beat's targets or actor of ops.actors; null where it is open who is named", nullable=True),
        Column("voice", pl.String, "whose words they are", values=VOICES),
        Column("speaker", pl.String, "who is quoted or reported, as written; null where the text does not tell", nullable=True),
        Column("speaker_actor_id", pl.String, "actor of ops.actors that this is; null where that is open", nullable=True),
        *SCORED,
    ),
    primary_key=("capture_id", "field", "start_offset", "method_version"),
    partition="captured_date",
)

DOCUMENT_TONE = Table(
    zone="enriched",
    noun="document_tone",
    grain="One row per model and article version on the beat: the tone of the whole text, learnt.",
    columns=(
        CAPTURE_ID,
        SOURCE_ID,
        *SCORED,
    ),
    primary_key=("capture_id", "method_version"),
    partition="captured_date",
)

TARGET_TONE = Table(
    zone="marts",
    noun="target_tone",
    grain="One row per document on the beat, target that it names and voice; of its latest accepted version, by the active model.",
    columns=(
        ARTICLE_ID,
        TARGET_ID,
        VOICE,
        CAPTURE_ID,
        SOURCE_ID,
        PUBLISHED_DATE,
        Column("mention_count", pl.Int64, "places that name the target in this voice; 1 of the whole text", minimum=1),
        Column("scored_count", pl.Int64, "of these, scored", minimum=0),
        Column("tone_score", pl.Float64, "mean of positive less negative probability, -1 to 1; of 'document' by the dictionary where no model was", nullable=True,
               minimum=-1, maximum=1),
        Column("tone_variance", pl.Float64, "of this mean, by the model's probabilities: 1.645 of its roots are half of the interval; null where the method has none", nullable=True, minimum=0),
        Column("tone_low", pl.Float64, "lower end of its 90 % interval; null where the method has none", nullable=True, minimum=-1, maximum=1),
        Column("tone_high", pl.Float64, "upper end of it", nullable=True, minimum=-1, maximum=1),
        Column("label", pl.String, "the tone that is most probable over the mentions; null where not scored or by the dictionary", nullable=True, values=TONES),
        Column("label_probability", pl.Float64, "mean probability of this tone", nullable=True, minimum=0, maximum=1),
        METHOD,
        METHOD_VERSION,
    ),
    primary_key=("article_id", "target_id", "voice"),
    partition="published_date",
    window_days=0,
)

TONE_DAILY = Table(
    zone="marts",
    noun="tone_daily",
    grain="One row per day, target, publisher's country, language, genre and voice: tone of the originals on the beat that name the target; no row is none.",
    columns=(
        PUBLISHED_DATE,
        TARGET_ID,
        COUNTRY_CODE,
        LANGUAGE_CODE,
        GENRE,
        VOICE,
        Column("article_count", pl.Int64, "originals on the beat that name the target in this voice; all of them for 'document'", minimum=1),
        Column("scored_count", pl.Int64, "of these, with a tone score", minimum=0),
        Column("scored_share", pl.Float64, "scored_count / article_count", minimum=0, maximum=1),
        Column("mention_count", pl.Int64, "places that name it in them", minimum=1),
        Column("tone_mean", pl.Float64, "mean over documents, -1 to 1; compare within a language only", nullable=True, minimum=-1, maximum=1),
        Column("tone_low", pl.Float64, "lower end of the 90 % interval of the mean, between documents and of the model; null where the method has none",
               nullable=True, minimum=-1, maximum=1),
        Column("tone_high", pl.Float64, "upper end of it", nullable=True, minimum=-1, maximum=1),
        Column("validation", pl.String, "figure of ops.tone_validation for this method and language; 'not validated' where nothing was measured"),
        Column("validation_value", pl.Float64, "the figure alone", nullable=True),
        METHOD,
        METHOD_VERSION,
    ),
    primary_key=("published_date", "target_id", "country_code", "language_code", "genre", "voice"),
    partition="published_date",
    window_days=0,
    version=2,
)

TONE_CHANGES = Table(
    zone="marts",
    noun="tone_changes",
    grain="One row per series (target, publisher's country, language, voice) and day on which its tone is first seen to differ from that of the weeks before.",
    columns=(
        Column("change_id", pl.String, "stable hash of rule, series and day"),
        PUBLISHED_DATE,
        TARGET_ID,
        COUNTRY_CODE,
        LANGUAGE_CODE,
        VOICE,
        Column("before_mean", pl.Float64, "mean tone of the 56 days before, over documents", minimum=-1, maximum=1),
        Column("after_mean", pl.Float64, "mean tone of the last 14 days, this one included", minimum=-1, maximum=1),
        Column("before_count", pl.Int64, "documents before", minimum=1),
        Column("after_count", pl.Int64, "documents after", minimum=1),
        Column("difference_low", pl.Float64, "lower end of the 90 % interval of after less before (Welch)", minimum=-2, maximum=2),
        Column("difference_high", pl.Float64, "upper end of it", minimum=-2, maximum=2),
        Column("p_value", pl.Float64, "Welch's t, two-sided", minimum=0, maximum=1),
        Column("q_value", pl.Float64, "after Benjamini-Hochberg over the series of that day", minimum=0, maximum=1),
        Column("article_ids", pl.List(pl.String), "the documents of the last 14 days, sorted"),
        METHOD,
        METHOD_VERSION,
    ),
    primary_key=("change_id",),
    partition="published_date",
    window_days=76,   # 70 days are compared, on the day and on each of the six before: only the first of a run is a change
)

TONE_VALIDATION = Table(
    zone="ops",
    noun="tone_validation",
    grain="One row per task, method version and language in which a tone method was measured on labelled texts that it had not seen.",
    columns=(
        Column("task", pl.String, "tone of the document, or toward a target", values=("document_tone", "target_tone")),
        METHOD_VERSION,
        LANGUAGE_CODE,
        Column("dataset", pl.String, "labelled texts on which it was measured"),
        Column("metric", pl.String, "figure of merit"),
        Column("value", pl.Float64, "the figure"),
        Column("low", pl.Float64, "lower end of its 95 % interval", nullable=True),
        Column("high", pl.Float64, "upper end of it", nullable=True),
        Column("example_count", pl.Int64, "labelled examples that were held out", minimum=0),
        Column("note", pl.String, "what the figure does not say", nullable=True),
    ),
    primary_key=("task", "method_version", "language_code"),
    partition="task",
)
