"""Texts of a person's own as JSON lines: read one by one, and as the frame that the transforms take."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import polars as pl
from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from crawlers.language import language_of
from nichiro.errors import ConfigError
from warehouse.contract import UTC_INSTANT

UNDATED = date(1970, 1, 1)   # the day of texts without one: they are compared among themselves
UNTOLD = "und"               # ISO 639-2 of a text whose language nothing says

Name = Annotated[str, Field(coerce_numbers_to_str=True)]


class Span(BaseModel):
    """Characters ``start`` to ``end`` of a text, the end not among them: what a tone is toward."""

    model_config = ConfigDict(frozen=True)

    start: int = Field(ge=0)
    end: int

    @model_validator(mode="after")
    def _is_forward(self) -> Span:
        if self.end <= self.start:
            raise ValueError('"end" is not after "start"')
        return self


class Text(BaseModel):
    """One line. ``country`` and ``kind`` are its publisher's; ``gold`` and ``answer`` are for `nichiro validate`; ``target`` is the first of ``targets``."""

    model_config = ConfigDict(frozen=True)

    id: Name = ""
    text: str = ""
    headline: str = ""
    language: str = ""
    published_date: date | None = None
    published_at: AwareDatetime | None = None
    source: str = "own"
    country: str | None = None
    kind: str | None = None
    url: str = ""
    byline: str | None = None
    gold: Name | None = None
    answer: Name | None = None
    target: Span | None = None
    targets: tuple[Span, ...] = ()

    @field_validator("text", "headline", "language", "url", "source", "targets", mode="before")
    @classmethod
    def _null_is_untold(cls, value: object, info: ValidationInfo) -> object:
        return cls.model_fields[info.field_name or ""].default if value is None else value

    @model_validator(mode="after")
    def _has_text(self) -> Text:
        if not self.model_fields_set & {"text", "headline"}:
            raise ValueError('"text" or "headline" is needed')
        for span in self.spans:
            if span.end > len(self.text):
                raise ValueError(f"a target ends at {span.end}, the text at {len(self.text)}")
        return self

    @property
    def spans(self) -> tuple[Span, ...]:
        """All targets, as given."""
        return (*((self.target,) if self.target else ()), *self.targets)


@dataclass(frozen=True)
class Fault:
    """A line that is no text: its number, from 1, and why."""

    number: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.number}: {self.reason}"


@contextmanager
def opened(path: Path | None) -> Iterator[BinaryIO]:
    """A file, or standard input for none and "-". Raises ConfigError where there is nothing to read."""
    if path is None or str(path) == "-":
        if sys.stdin.isatty():
            raise ConfigError("no texts", "give a file, or send JSON lines to standard input")
        yield sys.stdin.buffer
        return
    try:
        file = path.open("rb")
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}", "check the path") from error
    with file:
        yield file


def read(lines: Iterable[bytes]) -> Iterator[Text | Fault]:
    """Each line as a Text, with its language, or as a Fault; empty lines are passed over.

    A text without an id has the number of its line; an id that was there before is a fault, for answers could not be told apart.
    """
    seen: set[str] = set()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            text = Text.model_validate(given(line.decode("utf-8-sig")))
        except ValidationError as error:
            first = error.errors()[0]
            why = first["msg"].removeprefix("Value error, ")
            yield Fault(number, ": ".join([*map(str, first["loc"]), why]))
            continue
        except (ValueError, RecursionError) as error:
            yield Fault(number, f"no JSON: {error}")
            continue
        text_id = text.id or str(number)
        if text_id in seen:
            yield Fault(number, f"id {text_id!r} was there before")
            continue
        seen.add(text_id)
        language = text.language or language_of(text.text or text.headline) or UNTOLD
        yield text.model_copy(update={"id": text_id, "language": language})


def given(line: str) -> Any:
    """The JSON value of a line. Raises ValueError or RecursionError, also for half a surrogate pair, which could not be written again."""
    value = json.loads(line)
    json.dumps(value, ensure_ascii=False).encode()
    return value


def frame(texts: Iterable[Text]) -> pl.DataFrame:
    """The texts as what relevance, genre and copies are judged on: one row each, capture_id and article_id are the id.

    Of one day's texts without a time, an earlier line is an earlier publication, at noon.
    """
    rows = [
        {
            "capture_id": text.id, "article_id": text.id, "source_id": text.source, "headline": text.headline, "body": text.text,
            "language_code": text.language, "country_code": text.country, "publisher_kind": text.kind,
            "published_date": (day := _day(text)),
            "published_at": text.published_at or datetime.combine(day, time(12), UTC) + timedelta(microseconds=number),
            "captured_date": UNDATED,
        }
        for number, text in enumerate(texts)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=_SCHEMA)


def _day(text: Text) -> date:
    return text.published_date or (text.published_at.date() if text.published_at else UNDATED)


_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "capture_id": pl.String, "article_id": pl.String, "source_id": pl.String, "headline": pl.String, "body": pl.String,
    "language_code": pl.String, "country_code": pl.String, "publisher_kind": pl.String,
    "published_date": pl.Date, "published_at": UTC_INSTANT, "captured_date": pl.Date,
}  # fmt: skip
