"""The typed model of thresholds.yml: from which history a check learns its bound, and between which ends it may move."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from expectations.measures import MEASURES
from nichiro.errors import ConfigError

PATH = Path(__file__).with_name("thresholds.yml")


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Threshold(Model):
    """One learned check. ``floor`` and ``ceiling`` are the ends between which the bound itself may move."""

    measure: Literal[tuple(MEASURES)]  # type: ignore[valid-type]
    of: list[Literal["source", "language", "all"]] = Field(min_length=1)
    side: Literal["min", "max"]
    days: list[int] = Field(min_length=1)
    fewest: int = Field(1, ge=1)
    deviations: float = Field(gt=0)
    margin: float = Field(ge=0)
    floor: float
    ceiling: float

    @model_validator(mode="after")
    def _is_possible(self) -> Threshold:
        if self.floor > self.ceiling:
            raise ValueError("floor is above ceiling")
        if "language" in self.of and MEASURES[self.measure].frame != "documents":
            raise ValueError(f"{self.measure} has no language")
        return self


class Thresholds(Model):
    window_days: int = Field(ge=1, le=60)
    least_days: int = Field(ge=2)
    new_days: int = Field(ge=1)
    checks: dict[str, Threshold]

    @model_validator(mode="after")
    def _window_is_long_enough(self) -> Thresholds:
        longest = max(days for check in self.checks.values() for days in check.days)
        if self.window_days < self.least_days + 2 * longest - 1:
            raise ValueError(f"window_days leaves no {self.least_days} days to compare {longest} days with")
        return self


@cache
def load(path: Path = PATH) -> Thresholds:
    """Read the thresholds. Raises ConfigError with the key and what is wrong."""
    try:
        return Thresholds(**yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, TypeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}".replace("\n", " "), "see docs/guard.md") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{path}: {key}: {first['msg']}", "see docs/guard.md") from error
