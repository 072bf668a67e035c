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
from transforms.second_judge import CHARACTERS, SENTENCES, STEEPNESS, Brief, SecondJudge, is_brief
from transforms.terms import terms_of

PACKAGED = ROOT / "beats" / "japan_russia.yml"
FIXTURE = ROOT / "tests" / "fixtures" / "beats" / "norway_spain.yml"


def weights(bias: float, **named: float) -> SecondJudge:
    """A judge that looks at the text's features alone."""
    return SecondJudge(version="test", trained_on="nothing", bias=bias + STEEPNESS / 2, weights=named, sentence_bias=-50, sentence_weights={})


@pytest.fixture(scope="module")
def beat() -> Beat:
    return load_beat(FIXTURE).model_copy(update={
        "acts": {"en": [r"\binvited\b"]}, "agents": {"en": [r"\b(?:crew|king)s?\b"]}, "others": {"en": [r"\bPortugal\b"]},
    })


def judged_by(second: SecondJudge | None, articles: pl.DataFrame, beat: Beat) -> tuple[str, int]:
    row = judge(articles, beat.model_copy(update={"second_judge": second})).relevance.row(0, named=True)
    return row["relevance"], row["passage_count"]


def look(beat: Beat, body: str, **publisher: str) -> Brief | None:
    return features_of(text(body, "", **publisher).row(0, named=True), terms_of(beat, "en"))


def sentence_features(beat: Beat, body: str, name: str, **publisher: str) -> list[float]:
    found = look(beat, body, **publisher)
    assert found is not None
    assert sum(weight for weight, _ in found.sentences) == pytest.approx(1)
    return [features[name] for _, features in found.sentences]


def test_probability_by_hand() -> None:
    # Half of a text of two equal sentences is on the relation: what is left is the text's bias.
    second = SecondJudge(version="", trained_on="", bias=-1.0, weights={"acts": 2.0}, sentence_bias=-50, sentence_weights={"both_named": 100})
    half = [(0.5, {"both_named": 1.0}), (0.5, {"both_named": 0.0})]
    assert second.probability(Brief(half, {"acts": 0.5})) == pytest.approx(0.5)
    assert second.probability(Brief(half, {})) == pytest.approx(0.2689, abs=1e-4)
    assert second.probability(Brief(half, {"acts": 1e6})) == pytest.approx(1)
    assert second.probability(Brief(half, {"unheard_of": 9.0})) == second.probability(Brief(half, {}))
    assert second.probability(Brief(half[:1] * 2, {})) == pytest.approx(1 / (1 + 2.718281828 ** (1 - STEEPNESS / 2)))


def test_features_by_hand(beat: Beat) -> None:
    body = "Norway invited Spain. Portugal waits in Norway."
    found = look(beat, body)
    assert found is not None
    assert found.whole == {
        "is_one_sentence": 0, "sentences_implied": 0, "acts": pytest.approx(0.6931, abs=1e-4), "others_share": 0.2,
        "negatives_share": 0, "place_share": pytest.approx(1 / 3),
    }
    assert found.sentences[0][0] / found.sentences[1][0] == pytest.approx((21 / 25) ** 0.5)
    for name, wanted in {
        "both_named": [1, 0], "both_named_officially": [0, 0], "foreign_named": [1, 1], "in_one_clause": [1, 0], "is_last": [0, 1],
        "language_en": [1, 1], "quotes": [0, 0],
    }.items():
        assert sentence_features(beat, body, name) == wanted, name
    assert sentence_features(beat, body, "acts")[1] == 0 < sentence_features(beat, body, "acts")[0]


def test_a_pause_parts_clauses(beat: Beat) -> None:
    assert sentence_features(beat, "Norway rests, Spain works.", "in_one_clause") == [0]
    assert sentence_features(beat, "Norway rests while Spain works.", "in_one_clause") == [1]


def test_a_sentence_that_names_nobody_goes_on_with_the_one_before(beat: Beat) -> None:
    assert sentence_features(beat, "Norway met Spain. They agreed. Rain fell. They left.", "goes_on") == [0, 1, 0, 0]


def test_who_acts_stands_next_to_the_name(beat: Beat) -> None:
    body = "A Norway fishing crew invited the king of Spain. Spain rests."
    assert sentence_features(beat, body, "agent_sides") == [2, 0]
    assert sentence_features(beat, body, "joint_agent") == [1, 0]
    apart = "Norway, said a crew, is cold. Of kings: it rains a lot in Spain."
    assert sentence_features(beat, apart, "agent_sides") == [0, 0] == sentence_features(beat, apart, "joint_agent")
    official = {"country": "NO", "kind": "government"}
    implied = look(beat, "The crew is in Spain.", **official)
    assert implied is not None and implied.whole["sentences_implied"] == pytest.approx(0.6931, abs=1e-4)
    assert sentence_features(beat, "The crew is in Spain.", "both_named_officially", **official) == [1]
    assert sentence_features(beat, "The crew is in Spain.", "joint_agent", **official) == [1]


def test_both_must_be_named_unless_one_is_the_publishers(beat: Beat) -> None:
    assert look(beat, "Norway invited nobody.") is None
    assert look(beat, "Norway invited nobody.", country="ES") is not None
    assert look(beat, "Norway invited nobody.", country="NO") is None
    assert look(beat, "") is None


def test_a_brief_has_few_sentences_and_characters() -> None:
    assert is_brief("One. " * SENTENCES) and not is_brief("One. " * (SENTENCES + 1))
    assert is_brief("a" * CHARACTERS) and not is_brief("a" * (CHARACTERS + 1))


def test_a_headline_that_names_nobody_is_no_sentence(beat: Beat) -> None:
    terms = terms_of(beat, "en")
    found = [features_of(text("Norway invited Spain.", headline).row(0, named=True), terms) for headline in ("", "Talks", "Spain talks")]
    assert found[0] == found[1] and found[2] is not None and len(found[2].sentences) == 2


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
    found = features_of(text("Japan invited Russia.", "").row(0, named=True), terms_of(packaged, "en"))
    assert found is not None
    assert packaged.second_judge.weights.keys() == found.whole.keys()
    languages = {f"language_{language}" for language in packaged.languages}
    assert packaged.second_judge.sentence_weights.keys() == found.sentences[0][1].keys() | languages


@pytest.mark.parametrize("broken", ["{", json.dumps({"bias": "much"}), "[]"])
def test_weights_that_cannot_be_read_are_named(broken: str, tmp_path: Path) -> None:
    (tmp_path / "norway_spain").mkdir()
    (tmp_path / "norway_spain.yml").write_bytes(FIXTURE.read_bytes())
    (tmp_path / "norway_spain" / "second_judge.json").write_text(broken, encoding="utf-8")
    with pytest.raises(ConfigError):
        load_beat(tmp_path / "norway_spain.yml")
