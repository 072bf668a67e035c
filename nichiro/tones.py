"""Tone brought up to date: which models score it, how far they were validated, and the marts of the documents and days that changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import polars as pl

from nichiro.errors import ConfigError, ContractError
from nichiro.settings import PROJECT
from nichiro.spans import Say, around, keys, spans, tell
from transforms.target_model import MEMBERS, TargetModel, made, packaged
from transforms.target_tone import (
    DOCUMENT_MEMBERS,
    VERSION,
    DocumentModel,
    Remembering,
    target_tone_by_document,
)
from transforms.targets import VERSION as TARGETS_VERSION
from transforms.tone_changes import SETTLED_DAYS, tone_changes
from transforms.trends import tone_daily
from warehouse.columns import CAPTURE, DOCUMENT
from warehouse.store import Candidate
from warehouse.tables import enriched, marts, ops

VALIDATION = PROJECT / "transforms" / "models" / "validation.json"
PACKAGED = "packaged"
_COUNTED = ["article_id", "country_code", "language_code", "genre", "relevance", "is_copy"]


@dataclass(frozen=True)
class Models:
    """The models of tone, the active one of each kind first; candidates are scored beside it and enter no mart.

    ``names``: of the settings. A copy in another process is loaded by them anew.
    """

    names: tuple[str, str]
    targets: tuple[Remembering, ...]
    documents: tuple[DocumentModel, ...]

    def __reduce__(self) -> tuple[Callable[..., Models], tuple[str, str]]:
        return models, self.names

    def version(self) -> str:
        """Of all of them, and of the methods around them: other ones, and articles are scored again."""
        from transforms import document_tone, voices

        named = [model.model.version for model in self.targets]
        named += [str(model.version_of(language)) for model in self.documents for language in sorted(model.LANGUAGES)]
        around_them = [VERSION, TARGETS_VERSION, document_tone.METHOD, voices.VERSION]
        return hashlib.sha256(json.dumps([around_them, named]).encode()).hexdigest()


@lru_cache
def models(active: str = PACKAGED, candidate: str = "") -> Models:
    """The models by the settings' words: ``packaged`` or package.module:factory, of a model toward targets, of documents or both;
    the packaged one stays active of a kind that ``active`` is not of. Raises ConfigError for what gives no model."""
    from transforms import document_tone

    targets, documents = _model(active or PACKAGED)
    targets, documents = targets or (packaged(),), documents or (document_tone,)   # read only where it is used
    others = _model(candidate) if candidate else ((), ())
    toward = [{model.version for model in each} for each in (targets, others[0])]
    of_whole = [{model.version_of(language) for model in each for language in model.LANGUAGES} for each in (documents, others[1])]
    if toward[0] & toward[1] or of_whole[0] & of_whole[1]:
        raise ConfigError("the candidate tone model has the active one's version", "unset NICHIRO_TONE_CANDIDATE, or give the model another version")
    return Models((active, candidate), tuple(Remembering(model) for model in (*targets, *others[0])), (*documents, *others[1]))


def _model(name: str) -> tuple[tuple[TargetModel, ...], tuple[DocumentModel, ...]]:
    """Toward targets, of documents: one of either, or none."""
    from transforms import document_tone

    if name == PACKAGED:
        return (packaged(),), (document_tone,)
    try:
        model = made(name)
    except ValueError as error:
        raise ConfigError(f"tone model: {error}", "write packaged, or package.module:factory as docs/models says") from error
    toward, of_whole = (all(hasattr(model, member) for member in members) for members in (MEMBERS, DOCUMENT_MEMBERS))
    if not (toward or of_whole):
        raise ConfigError(
            f"tone model: {name!r} is neither a TargetModel (transforms/target_model.py) nor a DocumentModel (transforms/target_tone.py)",
            f"give it {', '.join(MEMBERS)}, or {', '.join(DOCUMENT_MEMBERS)}",
        )
    return (model,) if toward else (), (model,) if of_whole else ()


def validation(path: Path = VALIDATION) -> pl.DataFrame:
    """How far the methods were validated, as ops.tone_validation; empty where nothing was measured. Raises ConfigError where damaged."""
    if not path.exists():
        return ops.TONE_VALIDATION.empty()
    names = {"n": "example_count"} | {name: name for name in ops.TONE_VALIDATION.schema.names() if name != "example_count"}
    try:
        rows = [{names[key]: value for key, value in row.items() if key in names} for row in json.loads(path.read_text(encoding="utf-8"))]
        return ops.TONE_VALIDATION.conform(pl.DataFrame(rows, schema=ops.TONE_VALIDATION.schema))
    except (ValueError, TypeError, AttributeError, ContractError, pl.exceptions.PolarsError) as error:
        raise ConfigError(f"{path} cannot be read: {error}", "`python -m benchmarks.tone --write-validation` makes it") from error


def settle_target_tone(candidate: Candidate, affected: pl.DataFrame, current: pl.DataFrame, say: Say) -> None:
    """Settle the tone of the affected documents, ``current`` their versions; marts.articles and marts.mentions are settled already."""
    candidate.delete(marts.TARGET_TONE, affected)
    days = set(current["published_date"])
    for span in spans(days):
        mine = current.filter(pl.col("published_date").is_in(span)).select(*DOCUMENT, *CAPTURE)
        columns = ["article_id", "capture_id", "source_id", "published_date"]
        documents = candidate.read(marts.ARTICLES, mine.select(DOCUMENT), [*columns, "relevance"]).filter(pl.col("relevance") != "none")
        captures = mine.join(documents, on="article_id", how="semi").select(CAPTURE)
        candidate.insert(marts.TARGET_TONE, target_tone_by_document(
            candidate.read(enriched.TARGET_TONE, captures), candidate.read(marts.MENTIONS, documents.select(DOCUMENT)),
            candidate.read(enriched.DOCUMENT_TONE, captures), candidate.read(enriched.TONE, captures), documents,
        ))  # fmt: skip
        tell(say, "tone", span, days)


def settle_validation(candidate: Candidate, measured: pl.DataFrame | None) -> set[date]:
    """Take over what was measured; returns the days whose figures name it, where it is other than before. None leaves all as it is."""
    held = candidate.read(ops.TONE_VALIDATION)
    key = [*ops.TONE_VALIDATION.primary_key]
    if measured is None or held.sort(key).equals(measured.sort(key)):
        return set()
    candidate.replace(ops.TONE_VALIDATION, pl.concat([held, measured]).select("task").unique(), measured)
    return set(candidate.read(marts.TONE_DAILY, columns=["published_date"])["published_date"])


def settle_tone_daily(candidate: Candidate, days: Iterable[date], say: Say) -> None:
    """Settle the daily figures of ``days``, whose documents are settled already."""
    days, measured = sorted(days), candidate.read(ops.TONE_VALIDATION)
    for span in spans(days):
        rows = candidate.read(marts.ARTICLES, keys(span), _COUNTED)
        candidate.replace(marts.TONE_DAILY, keys(span), tone_daily(rows, candidate.read(marts.TARGET_TONE, keys(span)), measured))
        tell(say, "daily tone", span, days)


def settle_tone_changes(candidate: Candidate, changed: Iterable[date], before: dict[str, date], after: dict[str, date], say: Say) -> None:
    """Settle the changes of tone that can differ: within reach of a ``changed`` day, and on days that became complete.

    ``before``, ``after``: country -> its last complete day, before and after this build.
    """
    reach = marts.TONE_CHANGES.reach
    days = around(set(changed), 0, reach)
    for country, last in after.items():
        first = before.get(country)
        if first is not None and first < last:
            days |= around({first + timedelta(days=number) for number in range(1, (last - first).days + 1)}, 0, SETTLED_DAYS)
    latest = max(after.values(), default=date.min)
    days = {day for day in days if day <= latest} | set(changed)
    for span in spans(days):
        window = keys(around(span, reach, 0))
        tones = candidate.read(marts.TARGET_TONE, window, [*marts.TARGET_TONE.primary_key, "published_date", "tone_score", "method_version"])
        found = tone_changes(candidate.read(marts.ARTICLES, window, _COUNTED), tones, pl.Series(span, dtype=pl.Date), after)
        candidate.replace(marts.TONE_CHANGES, keys(span), found)
        tell(say, "changes of tone", span, days)
