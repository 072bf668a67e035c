"""The scoring of the tone benchmark, by hand; its data are read where they are there. All texts are fiction."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from benchmarks.tone import directed, pairs, shopkeepers
from benchmarks.tone.folds import DATA, NEGATIVE, NEUTRAL, POSITIVE
from benchmarks.tone.scoring import calibration_error, f1_by_class, f1_pos_neg, interval, macro_f1
from benchmarks.tone.train_document import calibrate, fit

needs_data = pytest.mark.skipif(not DATA.exists(), reason="the labelled sets lie beside the repository (../shared/data)")


def test_f1_by_hand() -> None:
    gold, found = [0, 0, 1, 2], [0, 1, 1, 1]
    assert f1_by_class(gold, found).tolist() == [2 / 3, 0.5, 0.0]
    assert macro_f1(gold, found) == pytest.approx((2 / 3 + 0.5) / 3) and f1_pos_neg(gold, found) == pytest.approx(1 / 3)


def test_bounds_hold_the_figure_and_widen_with_fewer_documents() -> None:
    rng = np.random.default_rng(1)
    gold = rng.integers(0, 3, 600)
    found = np.where(rng.random(600) < 0.7, gold, rng.integers(0, 3, 600))
    low, high = interval(gold, found, [str(number) for number in range(600)], np.mean)
    assert low < macro_f1(gold, found) < high
    few = interval(gold, found, [str(number % 12) for number in range(600)], np.mean)
    assert 0 < high - low < 0.12 and few[0] < macro_f1(gold, found) < few[1]


def test_calibration_error_of_who_is_too_sure() -> None:
    gold = np.array([0, 1] * 500)
    sure = np.tile([0.9, 0.1, 0.0], (1000, 1))
    assert calibration_error(sure, gold) == pytest.approx(0.4)
    assert calibration_error(np.tile([0.5, 0.4, 0.1], (1000, 1)), gold) == pytest.approx(0.0, abs=0.01)


def test_one_tone_of_two_is_told_as_a_direction() -> None:
    calm, blamed, praised = [0.1, 0.8, 0.1], [0.7, 0.2, 0.1], [0.1, 0.1, 0.8]
    assert directed.label_of(np.array([calm, blamed])) == 3 and directed.label_of(np.array([blamed, calm])) == 4
    assert directed.label_of(np.array([calm, praised])) == 1 and directed.label_of(np.array([praised, blamed])) == 2
    assert directed.label_of(np.array([calm, calm])) == 0


def test_states_are_named_and_their_people_are_not() -> None:
    text = "Россия и Украина спорят; американцы и российский посол молчат, Великобритания, США и Саудовская Аравия ждут Ирана. Иранский посол."
    assert [code for code, _, _ in pairs.named(text)] == ["RU", "UA", "GB", "US", "SA", "IR"]


def test_missed_pairs_lower_f1() -> None:
    assert pairs.f1_3way([NEGATIVE, POSITIVE], [NEGATIVE, POSITIVE], 0, 0) == 1
    assert pairs.f1_3way([NEGATIVE, POSITIVE], [NEGATIVE, NEUTRAL], 2, 0) == pytest.approx(0.25)


def test_a_fit_finds_what_was_put_in() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(2000, 3))
    labels = values.argmax(axis=1)
    weights, bias = fit(sparse.csr_matrix(values), labels, 1e-3)
    logits = values @ weights + bias
    assert np.mean(logits.argmax(axis=1) == labels) > 0.97
    noisy = np.where(rng.random(2000) < 0.5, labels, rng.integers(0, 3, 2000))
    sharpness, _ = calibrate(logits, noisy)
    assert 0 < sharpness < 0.5


@needs_data
def test_the_newest_year_is_held_out_and_trains_nothing() -> None:
    found = shopkeepers.comments()
    months = {fold: {comment.month for comment in found if comment.fold == fold} for fold in ("train", "calibration", "held_out")}
    assert max(months["train"]) < min(months["calibration"]) and max(months["calibration"]) < min(months["held_out"])
    assert len(months["held_out"]) == 12
    held_out = {comment.text for comment in found if comment.fold == "held_out"}
    assert not held_out & {comment.text for comment in found if comment.fold != "held_out"}
    assert {comment.label for comment in found} == {NEGATIVE, NEUTRAL, POSITIVE}


@needs_data
def test_marks_of_directed_pairs_are_where_the_sentence_has_them() -> None:
    found = directed.pairs()
    assert len(found) > 1400 and all("[" not in pair.sentence[start:end] for pair in found for start, end in pair.spans)
