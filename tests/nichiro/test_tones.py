"""Models by the settings' words, and the validation that the benchmark wrote."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import polars as pl
import pytest

from nichiro.errors import ConfigError
from nichiro.tones import models, validation
from tests.transforms.test_target_tone import Words
from transforms import document_tone
from transforms.target_model import packaged

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


def test_a_model_of_documents_by_name() -> None:
    chosen = models("tests.transforms.test_target_tone:Whole")
    assert [model.version_of("ja") for model in chosen.documents] == ["fiction-ja"] and [model.model for model in chosen.targets] == [packaged()]
    both = models(candidate="tests.transforms.test_target_tone:Whole")
    assert [model.METHOD for model in both.documents] == [document_tone.METHOD, "fiction"] and len(both.targets) == 1
    assert len({chosen.version(), both.version(), models().version()}) == 3


@pytest.mark.parametrize("name", ["nowhere", "nowhere:at_all", "json:nothing", "builtins:dict"])
def test_what_is_no_model_is_told(name: str) -> None:
    with pytest.raises(ConfigError, match="tone model"):
        models(name)


def test_a_candidate_of_the_same_version_is_refused() -> None:
    with pytest.raises(ConfigError, match="version"):
        models("tests.nichiro.test_tones:candidate", "tests.nichiro.test_tones:candidate")
    with pytest.raises(ConfigError, match="version"):
        models("tests.transforms.test_target_tone:Whole", "tests.transforms.test_target_tone:Whole")


def test_another_process_loads_them_by_their_names() -> None:
    chosen = models("tests.nichiro.test_tones:candidate", "tests.transforms.test_target_tone:Whole")
    assert pickle.loads(pickle.dumps(chosen)).version() == chosen.version()


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
