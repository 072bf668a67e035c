from __future__ import annotations

import pytest

from benchmarks import language, pages
from crawlers.language import language_of

needs_shared = pytest.mark.skipif(not pages.SHARED.exists(), reason="reads labelled texts in ../shared, which is not here")


@pytest.mark.parametrize(
    ("text", "declared", "code"),
    [
        ("На вас не угодишь, господа.", [], "ru"),
        ("Лодки ждут", [], "ru"),
        ("Рибарите се връщат", [], "bg"),
        ("Її човни «Мыс» повернулися у січні", [], "uk"),
        ("Рыбакі вярнуліся", [], "be"),
        ("対岸漁業協定", [], "ja"),
        ("髙橋仮空氏会見", [], "ja"),
        ("渔业谈判恢复", ["ja"], "zh"),
        ("兩國關係惡化", [], "zh"),
        ("兩國關係惡化", ["ja"], "ja"),
        ("領土問題", [], "ja"),
        ("領土問題", ["zh"], "zh"),
        ("領土問題", ["en", "zh", "ja"], "zh"),
        ("ﾙﾂ", [], "ja"),
    ],
)
def test_letters_and_characters_tell_short_texts(text: str, declared: list[str], code: str) -> None:
    assert language_of(text, declared) == code


def test_made_up_headlines_are_told_apart() -> None:
    texts = language.made_up()
    assert {code for code, _ in texts} == {"be", "bg", "ja", "ru", "uk", "zh"}
    assert sum(language_of(text) == code for code, text in texts) >= 0.95 * len(texts)


@needs_shared
def test_pairs_of_words_are_told_as_lingua_tells_them_or_better() -> None:
    rows = language.scored("word_pairs", language.labelled("word_pairs")[::10])
    margin = next(row.value for row in rows if row.metric == "margin_to_lingua")
    assert margin >= 0
