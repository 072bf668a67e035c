"""Settings, each declared once: from the environment (``NICHIRO_*``) or ``.env``, with defaults that run the demo."""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from nichiro.errors import ConfigError

PROJECT = Path(__file__).resolve().parent.parent
_ADDRESS = re.compile(r"[^@\s:/]+@[^@\s:/]+\.[^@\s:/]+")


class Settings(BaseSettings):
    """Everything that may differ between two installations."""

    model_config = SettingsConfigDict(env_prefix="NICHIRO_", env_file=".env", extra="ignore", frozen=True)

    data_dir: Path = Field(Path("data"), description="archive, lake, releases, state and runs lie below it")
    catalog_dir: Path = Field(PROJECT / "crawlers" / "sources", description="one YAML per source")
    beat: Path = Field(PROJECT / "beats" / "japan_russia.yml", description="countries, terms, traps, topics, actors")
    tone_model: str = Field("packaged", description="model of tone: packaged, or package.module:factory of another, toward targets, of documents or both")
    tone_candidate: str = Field("", description="another one, scored beside it into enriched.target_tone and enriched.document_tone only: `nichiro query tone_drift` compares before a switch")
    timezone: str = Field("Asia/Tokyo", description="the readers' zone: schedule, deadline and the report's day")
    contact: str = Field("", description="URL or address in the user agent; a live crawl needs it")
    proxy: str = Field("", description="forward proxy; on loopback it is a replay, and only then may a clock be given")
    clock: str = Field("", description="replay only: the instant that the run takes for now, ISO 8601 with offset")
    alerts: Path | None = Field(None, description="rules of who is told what; else alerts.yml beside the data folder, if there is one")
    min_free_mb: int = Field(500, ge=50, description="a run starts only with so much free disk in MB, and twice the current release")
    keep_releases: int = Field(7, ge=2, description="releases kept for readers and for going back")
    log: Literal["text", "json"] = Field("text", description="progress on standard error: lines for people or JSON")
    ping_url: SecretStr = Field(SecretStr(""), description="dead-man's switch: asked after a published live run, with /fail after a failed one")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{value!r} is not a time zone such as Asia/Tokyo") from error
        return value

    @field_validator("contact")
    @classmethod
    def _reachable(cls, value: str) -> str:
        """It stands in the user agent of every request: one line, and nothing that is secret."""
        value = value.strip()
        parts = urlsplit(value)
        is_page = parts.scheme in ("http", "https") and "." in (parts.hostname or "") and not re.search(r"\s", value)
        if "@" in parts.netloc:
            raise ValueError("a contact with credentials would be told to every site")
        if value and not is_page and not _ADDRESS.fullmatch(value.removeprefix("mailto:")):
            raise ValueError("write a URL such as https://example.org/about-our-crawler, or a mail address")
        return value

    @field_validator("ping_url")
    @classmethod
    def _pingable(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and urlsplit(value.get_secret_value()).scheme not in ("http", "https"):
            raise ValueError("it is no http or https URL")   # and is not shown: it is secret
        return value

    @property
    def is_replay(self) -> bool:
        """True when every request goes through a proxy on this machine's loopback."""
        host = urlsplit(self.proxy).hostname or ""
        if host == "localhost":
            return True
        try:
            return ip_address(host).is_loopback
        except ValueError:
            return False


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; ``overrides`` win over the environment. Raises ConfigError with the setting's name."""
    try:
        settings = Settings(**{key: value for key, value in overrides.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = "NICHIRO_" + "_".join(str(part) for part in first["loc"]).upper()
        raise ConfigError(f"{name}: {first['msg']}", "mend it in the environment or in .env") from error
    if settings.clock and not settings.is_replay:
        raise ConfigError(
            "NICHIRO_CLOCK is set without a replay proxy on loopback", "unset it: a live run uses the real clock"
        )
    return settings
