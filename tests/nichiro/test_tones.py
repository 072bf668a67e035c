"""Models by the settings' words, and the validation that the benchmark wrote."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from nichiro.errors import ConfigError
from nichiro.tones import models, validation
from tests.transforms.test_target_tone import Words

ROW = {"task": "target_tone", "language_code": "en", "method": "target_model", "method_version": "m1", "dataset": "fiction", "metric": "macro_f1",
       "value": 0.7, "low": 0.68, "high": 0.72, "n": 99, "note": "x"}  # fmt: skip


def candidate() -> Words:
    return Words("candidate")


def test_models_by_name() -> None:
    chosen = models("tests.nichiro.test_tones:candidate")
    assert [model.model.version for model in chosen.targets] == ["candidate"]
    both = models("tests.nichiro.test_tones:candidate", "tests.transforms.test_target_tone:Words")
    assert [model.model.version for model in both.targets] == ["candidate", "fiction"]
    assert chosen.version() != both.version(), "a candidate makes the articles be scored again"


@pytest.mark.parametrize("name", ["nowhere", "nowhere:at_all", "json:nothing", "builtins:dict"])
def test_what_is_no_model_is_told(name: str) -> None:
    with pytest.raises(ConfigError, match="tone model"):
        models(name)


def test_a_candidate_of_the_same_version_is_refused() -> None:
    with pytest.raises(ConfigError, match="version"):
        models("tests.nichiro.test_tones:candidate", "tests.nichiro.test_tones:candidate")


def test_validation(tmp_path: Path) -> None:
    path = tmp_path / "validation.json"
    assert validation(path).is_empty()
    path.write_text(json.dumps([ROW]), encoding="utf-8")
    assert validation(path).select("task", "value", "example_count").rows() == [("target_tone", 0.7, 99)]
    assert validation(path).schema["low"] == pl.Float64
    for damaged in ("[", "[1]", json.dumps([{**ROW, "task": None}])):
        path.write_text(damaged, encoding="utf-8")
        with pytest.raises(ConfigError, match="cannot be read"):
            validation(path)
