"""Document tone, learnt: windows, odd texts, and that the same text has the same probabilities. All texts are fiction."""

from __future__ import annotations

import time

import numpy as np
import pytest

from transforms import document_tone
from transforms.document_tone import LANGUAGES, WINDOW, WINDOWS, features, packaged, scores, windows

GOOD = {
    "en": "The fictional envoy praised the excellent agreement and thanked everybody for the great success.",
    "ja": "お客様が大幅に増え、売上も好調で、とても明るい雰囲気になっている。",
    "ru": "Вымышленный посол поблагодарил за помощь и высоко оценил замечательный успех.",
}
BAD = {
    "en": "Critics condemned the brutal attack and called the fictional minister a corrupt liar.",
    "ja": "客足が途絶え、売上は激減し、閉店する店も増えて大変厳しい。",
    "ru": "Вымышленного министра обвинили в коррупции и жестоком убийстве мирных жителей.",
}
ODD = ("", " \n", "🦀🐟", "。、！？", "\x00\x1b[31m", "\ud800")


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_plain_praise_is_above_plain_blame(language: str) -> None:
    good, bad = scores([GOOD[language], BAD[language]], [language] * 2)
    assert good[2] - good[0] > 0.2 and bad[2] - bad[0] < -0.2
    assert np.allclose([good.sum(), bad.sum()], 1, atol=2e-4)


def test_company_changes_nothing() -> None:
    texts = [*GOOD.values(), *BAD.values(), *ODD]
    languages = [*GOOD, *BAD, *["en"] * len(ODD)]
    together = scores(texts, languages)
    apart = np.vstack([scores([text], [language]) for text, language in zip(texts, languages, strict=True)])
    assert np.array_equal(together, apart, equal_nan=True)
    assert np.array_equal(together, scores(texts[::-1], languages[::-1])[::-1], equal_nan=True)


def test_what_cannot_be_scored_is_no_number() -> None:
    assert np.isnan(scores([*ODD[:4], GOOD["en"]], [*["en"] * 4, "de"])).all()
    assert document_tone.version_of("de") is None and document_tone.version_of("ja")


def test_a_document_is_the_mean_of_its_windows() -> None:
    paragraphs = [GOOD["en"] + " " + GOOD["en"] + " " + GOOD["en"], BAD["en"] + " " + BAD["en"] + " " + BAD["en"]]
    text = "\n".join(paragraphs)
    parts = windows(text)
    assert len(parts) > 1 and all(len(part) <= WINDOW for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert np.allclose(scores([text], ["en"])[0], packaged("en").probabilities(parts).mean(axis=0), atol=1e-4)


def test_long_texts_are_read_from_end_to_end_at_a_bounded_cost() -> None:
    sentence = "Fictional boats came home. "
    text = "Begin well. " + sentence * 60_000 + "End well."
    began = time.process_time()
    parts = windows(text)
    assert len(parts) == WINDOWS and parts[0].startswith("Begin") and parts[-1].endswith("End well.")
    assert len(windows("a" * 1_000_000)) == WINDOWS
    scores([text, "あ" * 1_000_000], ["en", "ja"])
    assert time.process_time() - began < 15


def test_features_are_distinct_buckets_whatever_the_spelling_and_the_company() -> None:
    found, sizes = features(["Ёлка  2026", "", "елка 1999", "\ud800"], (1, 2, 3), 2, 1 << 10)
    first, empty, same, _ = np.split(found, np.cumsum(sizes)[:-1])
    assert len(first) == len(set(first.tolist())) and first.max() < 1 << 10
    assert np.array_equal(first, same) and np.array_equal(first, features(["Ёлка  2026"], (1, 2, 3), 2, 1 << 10)[0])
    assert len(empty) == len(features([""], (1, 2), 0, 1 << 10)[0]) > len(features([""], (3,), 0, 1 << 10)[0]) == 0
