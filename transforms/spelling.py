"""How a name is spelled: romanisations folded together, Russian cases, katakana that is written in two ways."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_ROMAN = (   # BGN, scientific and newspaper spellings of Russian, long vowels of Hepburn, one after the other
    (re.compile("^ye"), "e"), (re.compile("y"), "i"), (re.compile("(?:ii)+"), "i"), (re.compile("ks"), "x"), (re.compile("iu"), "u"),
    (re.compile("o[uh](?![aeiou])|oo"), "o"), (re.compile("uu"), "u"), (re.compile("(?<=[aeou])ie"), "e"),
)  # fmt: skip
_CYRILLIC = str.maketrans({"ё": "е", "э": "е"})
_KATAKANA = {"バ": "(?:バ|ヴァ)", "ビ": "(?:ビ|ヴィ)", "ブ": "[ブヴ]", "ベ": "(?:ベ|ヴェ)", "ボ": "(?:ボ|ヴォ)", "ウォ": "(?:ウォ|ヴォ|ボ)",
             "ワ": "(?:ワ|ヴァ|バ)", "ー": "ー?", "高": "[高髙]", "斎": "[斎齋斉齊]", "浜": "[浜濱]", "沢": "[沢澤]", "晋": "[晋晉]"}  # fmt: skip
_SOFT = "жчшщц"


def fold(word: str, language: str) -> str:
    """What two spellings of a word have in common, in lower case. Not a transliteration: only good to compare."""
    word = unicodedata.normalize("NFD", word.lower()) if language == "en" else word.lower()
    if language == "ru":
        return word.translate(_CYRILLIC)
    word = "".join(letter for letter in word if letter.isalpha() and not unicodedata.combining(letter))
    for pattern, instead in _ROMAN:
        word = pattern.sub(instead, word)
    return word


def spelled(word: str) -> str:
    """A regex of a Japanese spelling that also takes the other usual ones: ラブロフ and ラヴロフ, 高 and 髙."""
    units = re.findall("ウォ|.", word)
    return "".join(_KATAKANA.get(unit, re.escape(unit)) for unit in units)


def cases(word: str, *, sex: str, is_family: bool) -> Iterator[str]:
    """The singular cases of a Russian name, lower case; ``sex`` f or m. By the endings that the grammar knows for names.

    Foreign names that do not decline (in a consonant for women; in a vowel but а, я) have one form.
    """
    word = word.lower()
    yield word
    stem, last = word[:-1], word[-1]
    if last == "а":
        if is_family and sex == "f" and word.endswith(("ова", "ева", "ёва", "ина", "ына")):
            yield from (stem + ending for ending in ("ой", "ою", "у"))
        else:
            soft = stem[-1] in _SOFT
            yield from (stem + ending for ending in ("и" if soft or stem[-1] in "гкх" else "ы", "е", "у", "ей" if soft else "ой"))
    elif last == "я":
        yield from (stem + ending for ending in ("и", "е", "ю", "ей"))
    elif sex == "f":
        if last == "ь":
            yield from (stem + ending for ending in ("и", "ью"))
    elif is_family and word.endswith(("ий", "ый", "ой")):
        short = word[:-2]
        yield from (short + ending for ending in ("ого", "ому", "им" if word.endswith("ий") else "ым", "ом"))
    elif last in "йь":
        before = "и" if word.endswith("ий") else "е"
        yield from (stem + ending for ending in ("я", "ю", "ем", before))
    elif last not in "аеёиоуыэюя":
        instrumental = "ым" if is_family and word.endswith(("ов", "ев", "ёв", "ин", "ын")) else "ем" if last in _SOFT else "ом"
        yield from (word + ending for ending in ("а", "у", instrumental, "е"))
