"""Which settings are in force and where each comes from, fit to be shown: secrets are not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, SecretStr
from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource

from nichiro.log import redact
from nichiro.settings import Settings

Origin = Literal["default", "environment", ".env", "option"]


class Setting(BaseModel):
    variable: str
    value: str
    origin: Origin
    meaning: str


def configuration(settings: Settings, options: Mapping[str, object] | None = None) -> list[Setting]:
    """Every setting with its origin; ``options`` are those of the command line, which win over the environment."""
    options = {name: value for name, value in (options or {}).items() if value is not None}
    environment, dotenv = EnvSettingsSource(Settings)(), DotEnvSettingsSource(Settings)()
    origins: list[tuple[Origin, Mapping[str, object]]] = [("option", options), ("environment", environment), (".env", dotenv)]
    return [
        Setting(
            variable=f"NICHIRO_{name.upper()}",
            value=_shown(getattr(settings, name)),
            origin=next((origin for origin, values in origins if name in values), "default"),
            meaning=field.description or "",
        )
        for name, field in Settings.model_fields.items()
    ]


def _shown(value: Any) -> str:
    if isinstance(value, SecretStr):
        return "set, hidden" if value.get_secret_value() else ""
    return redact(str(value))
