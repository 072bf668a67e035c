"""The rules of ``alerts.yml``: who is told what, from which sensitivity, when, and over which channels.

A channel is an Apprise URL. Its secrets stand in the environment (or ``.env``) and are written as ``${NAME}`` here; a
URL with a password of its own is refused, so that the file can be shown to anybody.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import parse_qsl, quote, urlsplit

import yaml
from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from nichiro.errors import ConfigError
from warehouse.columns import LEVELS, PERIODS, SENSITIVITIES, TROUBLE_KINDS

_PLACEHOLDER = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SECRET_NAME = re.compile(r"auth|token|key|pass|secret", re.IGNORECASE)
OPEN_SCHEMES = ("mailto", "mailtos", "json", "jsons")   # elsewhere the URL itself is the secret


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class QuietHours(Model):
    """From, included, to until, excluded, in the readers' zone; may span midnight."""

    start: time = Field(alias="from")
    until: time

    def cover(self, local: datetime) -> bool:
        now = local.time()
        if self.start <= self.until:
            return self.start <= now < self.until
        return now >= self.start or now < self.until


def _without_secret(url: str) -> str:
    parts = urlsplit(_PLACEHOLDER.sub("", url))
    named = [name for name, value in parse_qsl(parts.query) if _SECRET_NAME.search(name) and value.strip() not in ("", "Bearer", "Basic")]
    closed = not url.startswith("${") and parts.scheme not in OPEN_SCHEMES and not _PLACEHOLDER.search(url)
    if parts.password or named or closed:
        raise ValueError("a secret is written in the file: put it into the environment and write ${NAME}")
    return url


class Recipient(Model):
    channels: list[str] = Field(min_length=1, description="Apprise URLs with ${NAME} for secrets")
    quiet_hours: QuietHours | None = Field(None, description="nothing is sent then; it waits for the next run after")

    @model_validator(mode="after")
    def _no_secrets(self) -> Recipient:
        for url in self.channels:
            _without_secret(url)
        return self


class AlertRule(Model):
    """What spikes and changes of tone have in common; of each axis a list, of which empty means every series."""

    to: str
    countries: list[str] = Field(default_factory=list, description="ISO codes, 'any' for all together")
    sensitivity: Literal[SENSITIVITIES] = Field("medium", description="so many false alarms a quiet day: low 1 in 240, medium 1 in 120, high 1 in 60")  # type: ignore[valid-type]
    max_q: float = Field(1.0, gt=0, le=1, description="false discoveries tolerated, where less than the sensitivity's: q_value at most")
    growth: float = Field(1.5, gt=1, description="told again once the count has grown by this factor since")
    send: Literal["at_once", "digest"] = "at_once"
    digest_at: time | None = Field(None, description="a digest waits for this time of the day in the readers' zone")


class NewsRule(AlertRule):
    """Spikes of coverage that a recipient wants to hear of."""

    topics: list[str] = Field(default_factory=list, description="topics of the beat, 'any' for the whole beat")
    languages: list[str] = Field(default_factory=lambda: ["any"], description="ISO codes, 'any' for all together")
    genres: list[str] = Field(default_factory=lambda: ["any"], description="genres, 'any' for all together")
    actors: list[str] = Field(default_factory=lambda: ["any"], description="actors of the beat, 'any' for whoever is named")
    periods: list[Literal[PERIODS]] = Field(default_factory=list, description="day, week")  # type: ignore[valid-type]
    levels: list[Literal[LEVELS]] = Field(default_factory=list, description="spike, storm, slow_rise")  # type: ignore[valid-type]
    min_ratio: float = Field(1.0, ge=1, description="observed / expected at least")
    min_count: int = Field(3, ge=1, description="articles at least")


class ToneRule(AlertRule):
    """Changes of tone toward a target (the rule tone_changes) that a recipient wants to hear of."""

    targets: list[str] = Field(default_factory=list, description="targets of the beat")
    languages: list[str] = Field(default_factory=list, description="ISO codes, 'any' for all together")
    voices: list[str] = Field(default_factory=list, description="author, quoted, reported, 'any' for all together")
    min_difference: float = Field(0.0, ge=0, le=2, description="of the mean tone, either way, at least")


class TroubleRule(Model):
    """Trouble of the pipeline that a recipient wants to hear of."""

    to: str
    kinds: list[Literal[TROUBLE_KINDS]] = Field(default_factory=lambda: list(TROUBLE_KINDS))  # type: ignore[valid-type]


class Rules(Model):
    recipients: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], Recipient] = Field(default_factory=dict)
    news: list[NewsRule] = Field(default_factory=list)
    tone: list[ToneRule] = Field(default_factory=list)
    trouble: list[TroubleRule] = Field(default_factory=list)
    report_url: str | None = Field(None, pattern=r"^https?://\S+$", description="where the report is served, if it is")

    @model_validator(mode="after")
    def _known_recipients(self) -> Rules:
        for name in (*(rule.to for rule in (*self.news, *self.tone)), *(rule.to for rule in self.trouble)):
            if name not in self.recipients:
                raise ValueError(f"a rule names {name!r}, who is no recipient")
        return self


@dataclass(frozen=True)
class Address:
    """One channel of one recipient: ``url`` with its secrets, ``secrets`` to be struck out of whatever is kept."""

    recipient: str
    channel_id: str
    url: str
    secrets: tuple[str, ...]

    def redact(self, text: str) -> str:
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return text


def load_rules(path: Path | None) -> Rules:
    """Read the rules; without a file there are none, and alerts stay rows. Raises ConfigError with the key."""
    if path is None:
        return Rules()
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        return Rules(**content)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "rules"
        raise ConfigError(f"{path}: {key}: {first['msg'].removeprefix('Value error, ')}", "see docs/alerts.md and alerts.example.yml") from None
    except yaml.YAMLError as error:
        where = f", line {error.problem_mark.line + 1}" if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark else ""
        raise ConfigError(f"{path} is no YAML{where}", "see docs/alerts.md and alerts.example.yml") from None
    except (OSError, UnicodeDecodeError, TypeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}", "see docs/alerts.md and alerts.example.yml") from error


def environment() -> dict[str, str]:
    """What ``${NAME}`` may stand for: ``.env``, overruled by the environment."""
    return {name: value for name, value in dotenv_values(".env").items() if value} | dict(os.environ)


def address(recipient: str, template: str, given: Mapping[str, str]) -> Address:
    """A recipient's channel with its secrets filled in, percent-encoded. Raises ConfigError for a name that is not set."""
    names = _PLACEHOLDER.findall(template)
    if missing := [name for name in names if not given.get(name)]:
        raise ConfigError(f"alert rules: {recipient} needs ${{{missing[0]}}}, which is not set", "set it in the environment or in .env")
    whole = _PLACEHOLDER.fullmatch(template)   # a URL that is one secret is taken as it is
    url = given[names[0]] if whole else _PLACEHOLDER.sub(lambda match: quote(given[match[1]], safe=""), template)
    secrets = {form for name in names for form in (given[name], quote(given[name], safe=""), quote(given[name]))}
    channel_id = hashlib.sha256(f"{recipient}|{template}".encode()).hexdigest()[:16]
    return Address(recipient, channel_id, url, tuple(sorted(secrets, key=len, reverse=True)))
