"""Settings, each declared once: from the environment (``NICHIRO_*``) or ``.env``, with defaults that run the demo."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from nichiro.errors import ConfigError

PROJECT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Everything that may differ between two installations."""

    model_config = SettingsConfigDict(env_prefix="NICHIRO_", env_file=".env", extra="ignore", frozen=True)

    data_dir: Path = Field(Path("data"), description="archive, lake, releases, state and runs lie below it")
    catalog_dir: Path = Field(PROJECT / "crawlers" / "sources", description="one YAML per source")
    beat: Path = Field(PROJECT / "beats" / "japan_russia.yml", description="countries, terms, traps, topics, actors")
    timezone: str = Field("Asia/Tokyo", description="the readers' zone: schedule, deadline and the report's day")
    contact: str = Field("", description="URL or address in the user agent; a live crawl needs it")
    proxy: str = Field("", description="forward proxy; on loopback it is a replay, and only then may a clock be given")
    clock: str = Field("", description="replay only: the instant that the run takes for now, ISO 8601 with offset")
    keep_releases: int = Field(7, ge=2, description="releases kept for readers and for going back")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{value!r} is not a time zone such as Asia/Tokyo") from error
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


def load_settings(**overrides: object) -> Settings:
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
