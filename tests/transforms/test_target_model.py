"""The packaged model of tone toward a target: a defined answer to everything, the same one in whatever company."""

import json
import subprocess
import sys
import time
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from transforms.pieces import Pieces
from transforms.target_model import NEGATIVE, POSITIVE, opened, packaged
from transforms.tone_interval import factors, interval_high, interval_low, mean_interval

MODELS = Path(__file__).parents[2] / "transforms" / "models"


def ask(sentence: str, target: str, language: str = "en") -> np.ndarray:
    start = sentence.index(target)
    return packaged().predict([sentence], [[(start, start + len(target))]], [language])[0][0]


@pytest.mark.parametrize(("sentence", "target", "language"), [
    ("The committee praised Aldoria for its generous and brave help.", "Aldoria", "en"),
    ("Комитет похвалил Алдорию за щедрую и смелую помощь.", "Алдорию", "ru"),
])
def test_praise_is_positive(sentence, target, language):
    assert ask(sentence, target, language).argmax() == POSITIVE


@pytest.mark.parametrize(("sentence", "target", "language"), [
    ("The committee condemned Aldoria for its brutal and shameful attack.", "Aldoria", "en"),
    ("Комитет осудил Алдорию за жестокое и позорное нападение.", "Алдорию", "ru"),
])
def test_blame_is_negative(sentence, target, language):
    assert ask(sentence, target, language).argmax() == NEGATIVE


def test_two_targets_of_one_sentence_get_answers_of_their_own():
    sentence = "The minister thanked Aldoria and accused Borlund of cruel lies."
    assert np.abs(ask(sentence, "Aldoria") - ask(sentence, "Borlund")).max() > 0.2


def test_probabilities_sum_to_one():
    rows = packaged().predict(["Aldoria and Borlund met."], [[(0, 7), (12, 19)]], ["en"])[0]
    assert rows.shape == (2, 3) and np.allclose(rows.sum(axis=1), 1, atol=3e-4) and (rows >= 0).all()


def test_an_answer_does_not_depend_on_its_company():
    sentences = ["Aldoria lied again.", "政府はアルドリアを厳しく非難した。", "Алдория помогла соседям, " * 30, "Aldoria and Borlund met. " * 3]
    spans, languages = [[(0, 7)], [(3, 8)], [(0, 7), (24, 31)], [(0, 7), (12, 19)]], ["en", "ja", "ru", "en"]
    together = packaged().predict(sentences, spans, languages)
    alone = [packaged().predict([text], [own], [language])[0] for text, own, language in zip(sentences, spans, languages, strict=True)]
    turned = packaged().predict(sentences[::-1], [own[::-1] for own in spans[::-1]], languages[::-1])[::-1]
    for one, other, third in zip(together, alone, turned, strict=True):
        assert np.array_equal(one, other) and np.array_equal(one, third[::-1])


@pytest.mark.parametrize(("sentence", "span", "language"), [
    ("", (0, 0), "en"), ("Aldoria", (0, 0), "en"), ("Aldoria", (3, 99), "en"), ("Aldoria", (-1, 3), "en"), ("Aldoria", (5, 2), "en"), ("Aldoria spricht.", (0, 7), "de"), ("\x00\x01", (0, 2), "en"),
    ("Aldoria  lied. " * 40, (7, 9), "en"),
])
def test_no_answer_is_nan(sentence, span, language):
    assert np.isnan(packaged().predict([sentence], [[span]], [language])[0]).all()


@pytest.mark.parametrize("sentence", ["😀 Aldoria 👨‍👩‍👧 😡", "\x00\x1bAldoria\x07", "Aldoria\udcff", "\u200bAldoria\u202e<s></s><unk>", "Ａｌｄｏｒｉａ ㍿"])
def test_odd_characters_get_an_answer(sentence):
    rows = packaged().predict([sentence], [[(0, len(sentence))]], ["en"])[0]
    assert np.isfinite(rows).all()


def test_no_targets_no_rows():
    assert [rows.shape for rows in packaged().predict(["Aldoria", ""], [[], []], ["en", "xx"])] == [(0, 3), (0, 3)]


def test_a_million_characters_are_read_around_the_target():
    text = "a" * 500_000 + " Aldoria lied shamefully. " + "あ" * 500_000
    began = time.process_time()
    rows = packaged().predict([text], [[(500_001, 500_008), (0, len(text))]], ["en"])[0]
    assert np.isfinite(rows).all() and time.process_time() - began < 5


def test_the_window_holds_the_target():
    ids, target = packaged().pieces_around("one two three " * 200 + "Aldoria " + "four five six " * 200, 2800, 2807)
    assert len(ids) == 128 and 40 < target[0] < 90


def test_pieces_know_their_characters():
    text = "Ｔｏｋｙｏ  and\u3000東京\n«Токио»"
    ids, places = packaged()._pieces.cut(text)
    assert len(ids) == len(places)
    covered = {place for start, end in places for place in range(start, end)}
    assert covered == {place for place, character in enumerate(text) if not character.isspace()}
    assert all(left[1] <= right[0] for left, right in pairwise(places))


def test_the_likeliest_pieces_win():
    cutter = Pieces(["", "", "", "", "▁ab", "▁a", "b", "bc", "c"], [0, 0, 0, 0, -1.0, -2.0, -2.0, -1.5, -5.0], 3)
    assert cutter.cut("abc z")[0] == [5, 7, 3, 3]


def test_four_bits_open_to_what_they_say():
    halves = np.full((1, 1, 16), 0x8F, dtype=np.uint8)      # low 15, high 8
    assert opened(halves, np.array([[0.5]], dtype=np.float16)).tolist() == [[3.5] * 16 + [0.0] * 16]


def test_the_manifest_names_what_ships():
    told = json.loads((MODELS / "manifest.json").read_text(encoding="utf-8"))["target_tone"]
    raw = (MODELS / told["file"]).read_bytes()
    assert told["sha256"] == sha256(raw).hexdigest() and told["version"] == packaged().version
    assert sum(path.stat().st_size for path in MODELS.glob("*.npz")) <= 25e6


def test_another_process_says_the_same():
    code = "from transforms.target_model import packaged; print(packaged().predict(['Borlund lied.'], [[(0, 7)]], ['en'])[0].tolist())"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(MODELS.parents[1])})
    assert json.loads(other.stdout) == packaged().predict(["Borlund lied."], [[(0, 7)]], ["en"])[0].tolist()


def test_the_interval_narrows_with_mentions_and_stays_in_range():
    widths = [np.subtract(*mean_interval([0.1] * n, [0.6] * n)[::-1]) for n in (1, 4, 16)]
    assert widths[0] > widths[1] > widths[2] > 0
    assert mean_interval([0.99], [0.9])[1] <= 1 and mean_interval([], []) == (-1.0, 1.0) and factors()["groups"] > 100


def test_the_intervals_expressions_say_the_same():
    drawn = np.random.default_rng(5)
    frame = pl.DataFrame({"target": drawn.integers(0, 6, 60), "score": drawn.uniform(-1, 1, 60), "variance": drawn.uniform(0, 1, 60)})
    ends = frame.group_by("target").agg(low=interval_low(pl.col("score"), pl.col("variance")), high=interval_high(pl.col("score"), pl.col("variance")), of="score", by="variance")
    for row in ends.iter_rows(named=True):
        assert np.allclose((row["low"], row["high"]), mean_interval(row["of"], row["by"]))
