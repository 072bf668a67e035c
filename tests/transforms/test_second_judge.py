"""The second judge: its features by hand, what it promotes and demotes, what it leaves to the terms, the packaged weights."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from nichiro.beat import load_beat
from nichiro.errors import ConfigError
from tests.transforms.frames import ROOT, text
from transforms.beat import Beat
from transforms.relevance import features_of, judge
from transforms.second_judge import CHARACTERS, SENTENCES, SecondJudge, is_brief, is_elsewhere
from transforms.terms import terms_of

PACKAGED = ROOT / "beats" / "japan_russia.yml"
FIXTURE = ROOT / "tests" / "fixtures" / "beats" / "norway_spain.yml"


def weights(bias: float, **named: float) -> SecondJudge:
    return SecondJudge(version="test", trained_on="nothing", bias=bias, weights=named)


@pytest.fixture(scope="module")
def beat() -> Beat:
    return load_beat(FIXTURE).model_copy(update={
        "acts": {"en": [r"\binvited\b"]}, "agents": {"en": [r"\b(?:crew|king)s?\b"]}, "others": {"en": [r"\bPortugal\b"]},
    })


def judged_by(second: SecondJudge | None, articles: pl.DataFrame, beat: Beat) -> tuple[str, int]:
    row = judge(articles, beat.model_copy(update={"second_judge": second})).relevance.row(0, named=True)
    return row["relevance"], row["passage_count"]


def look(beat: Beat, body: str, **publisher: str) -> dict[str, float] | None:
    row = text(body, "", **publisher).row(0, named=True)
    return features_of(row, terms_of(beat, "en"), is_strong_by_terms=False)


def test_probability_by_hand() -> None:
    second = weights(-1.0, acts=2.0)
    assert second.probability({"acts": 0.5}) == 0.5
    assert second.probability({}) == pytest.approx(0.2689, abs=1e-4)
    assert second.probability({"acts": 1e6}) == pytest.approx(1.0)
    assert second.probability({"unheard_of": 9.0}) == second.probability({})


def test_features_by_hand(beat: Beat) -> None:
    found = look(beat, "Norway invited Spain. Portugal waits in Norway.")
    assert found is not None
    assert {name: found[name] for name in ("both_in_sentence_share", "named_in_sentence_share", "is_one_sentence", "place_share")} == {
        "both_in_sentence_share": 0.5, "named_in_sentence_share": 1.0, "is_one_sentence": 0.0, "place_share": pytest.approx(1 / 3),
    }
    assert found["acts"] == found["others"] == pytest.approx(0.6931, abs=1e-4)
    assert found["nearness"] == pytest.approx(1 / (1 + 15 / 40))   # "Norway" to "Spain"
    assert found["language_en"] == 1 and found["strong_by_terms_en"] == 0


def test_who_acts_stands_next_to_the_name(beat: Beat) -> None:
    found = look(beat, "A Norway fishing crew invited the king of Spain. Spain rests.")
    assert found is not None
    assert {name: found[name] for name in ("agent_sides", "joint_act_share", "joint_agent_share")} == {
        "agent_sides": 2, "joint_act_share": 0.5, "joint_agent_share": 0.5,
    }
    apart = look(beat, "Norway, said a crew, is cold. Of kings: it rains a lot in Spain.")
    assert apart is not None and apart["agent_sides"] == apart["joint_agent_share"] == 0
    implied = look(beat, "The crew is in Spain.", country="NO", kind="government")
    assert implied is not None and implied["joint_agent_share"] == 1 and implied["sentences_implied"] == pytest.approx(0.6931, abs=1e-4)
    assert found["sentences_implied"] == 0


def test_both_must_be_named_unless_one_is_the_publishers(beat: Beat) -> None:
    assert look(beat, "Norway invited nobody.") is None
    assert look(beat, "Norway invited nobody.", country="ES") is not None
    assert look(beat, "Norway invited nobody.", country="NO") is None
    assert look(beat, "") is None


def test_a_brief_has_few_sentences_and_characters() -> None:
    assert is_brief("One. " * SENTENCES) and not is_brief("One. " * (SENTENCES + 1))
    assert is_brief("a" * CHARACTERS) and not is_brief("a" * (CHARACTERS + 1))


def test_it_finds_what_the_terms_miss(beat: Beat) -> None:
    articles = text("  Norway invited Spain.\n", "")
    assert judged_by(None, articles, beat) == ("none", 0)
    assert judged_by(weights(-3, acts=10.0), articles, beat) == ("strong", 1)
    assert judged_by(weights(-9, acts=10.0), articles, beat) == ("none", 0)
    found = judge(articles, beat.model_copy(update={"second_judge": weights(9)})).passages.row(0, named=True)
    assert articles["body"].item()[found["start_offset"] : found["end_offset"]] == "Norway invited Spain."
    assert found["terms"] == ["Norway", "Spain"]


def test_it_sends_back_what_the_terms_take_too_much(beat: Beat) -> None:
    articles = text("Norway sold cod to Spain.", "")
    assert judged_by(None, articles, beat) == ("strong", 1)
    assert judged_by(weights(-9), articles, beat) == ("passage", 1)


def test_it_says_nothing_of_long_texts_and_of_headlines_that_name_both(beat: Beat) -> None:
    long = "Norway invited Spain. " + "Rain fell on the hills. " * SENTENCES
    assert judged_by(weights(9), text(long, ""), beat) == judged_by(None, text(long, ""), beat) == ("none", 0)
    headline = text("Norway invited Spain.", "Norway and Spain agree")
    assert judged_by(weights(-9), headline, beat) == judged_by(None, headline, beat) == ("strong", 1)


def test_sport_without_a_topic_stays_off_the_beat(beat: Beat) -> None:
    body = "Handball: Norway beat Spain."
    found = look(beat, body)
    assert found is not None and is_elsewhere(found)
    assert judged_by(weights(9), text(body, ""), beat)[0] == "none"


@pytest.mark.parametrize("body", ["", " ", "\n", "Word", "🙂", "\x00\u202e", "Norway" * 100_000, "Norway. " * 100_000], ids=range(8))
def test_degenerate_texts_have_an_answer(body: str, beat: Beat) -> None:
    assert judged_by(weights(9), text(body, ""), beat) == ("none", 0)


def test_weights_are_part_of_the_version(beat: Beat) -> None:
    versions = {
        judge(text("x"), beat.model_copy(update={"second_judge": each})).relevance["method_version"].item()
        for each in (None, weights(1), weights(2))
    }
    assert len(versions) == 3


def test_packaged_weights_are_of_features_that_exist() -> None:
    packaged = load_beat(PACKAGED)
    assert packaged.second_judge is not None
    row = text("Japan invited Russia.", "").row(0, named=True)
    found = features_of(row, terms_of(packaged, "en"), is_strong_by_terms=True)
    assert found is not None
    known = {*found, *(f"{name}_{language}" for name in ("language", "strong_by_terms") for language in packaged.languages)}
    assert packaged.second_judge.weights.keys() == known


@pytest.mark.parametrize("broken", ["{", json.dumps({"bias": "much"}), "[]"])
def test_weights_that_cannot_be_read_are_named(broken: str, tmp_path: Path) -> None:
    (tmp_path / "norway_spain").mkdir()
    (tmp_path / "norway_spain.yml").write_bytes(FIXTURE.read_bytes())
    (tmp_path / "norway_spain" / "second_judge.json").write_text(broken, encoding="utf-8")
    with pytest.raises(ConfigError):
        load_beat(tmp_path / "norway_spain.yml")
