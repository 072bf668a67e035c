"""Phonetic keys: the names and numbers of a text as keys that are equal across scripts, for reports of one event in several languages.

A name is reduced to its consonants as a Japanese ear has them (l is r, v is b), so that Shikotan, Шикотан and シコタン meet. Names in
kanji have no sound to compare and are keys as written, met by Japanese texts alone.
"""

from __future__ import annotations

import re
import unicodedata

MOST = 64        # keys of one text: a list of names is no story
SHORTEST = 3     # consonants of a name, below which strangers meet

_LATIN_NAME = re.compile(r"(?<![.!?»”\"] )(?<!^)\b[A-Z][a-z’'-]{2,}")
_CYRILLIC_NAME = re.compile(r"(?<![.!?] )(?<!^)\b[А-ЯЁ][а-яё-]{2,}")
_KATAKANA = re.compile(r"[ァ-ヺー]{3,}")
_KANJI = re.compile(r"[一-鿿々]{2,6}")
_NUMBER = re.compile(r"\d+(?:[,.   ]\d{3})*(?:[.,]\d+)?")
_KANJI_NUMBER = re.compile(r"[〇一二三四五六七八九十百千]{2,}")

_CYRILLIC = dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюя", (
    "a", "b", "v", "g", "d", "e", "e", "zh", "z", "i", "i", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "f", "kh", "ts", "ch", "sh",
    "sh", "", "y", "", "e", "yu", "ya"), strict=True))
_KANA_ROWS = {
    "k": "カキクケコ", "g": "ガギグゲゴ", "s": "サシスセソ", "z": "ザジズゼゾ", "t": "タチツテト", "d": "ダヂヅデド", "n": "ナニヌネノン",
    "h": "ハヒフヘホ", "b": "バビブベボヴ", "p": "パピプペポ", "m": "マミムメモ", "r": "ラリルレロ",
}
_KANA = {kana: consonant for consonant, row in _KANA_ROWS.items() for kana in row}
# What languages write otherwise for one sound; longer ones first.
_FOLDS = (
    ("shch", "s"), ("tch", "t"), ("sch", "s"), ("ck", "k"), ("kh", "h"), ("zh", "z"), ("sh", "s"), ("ch", "t"), ("ts", "t"), ("ph", "h"),
    ("th", "t"), ("dz", "z"), ("l", "r"), ("v", "b"), ("f", "h"), ("c", "k"), ("q", "k"), ("x", "ks"), ("j", "z"), ("w", ""), ("y", ""),
)
_DIGITS = {"〇": 0, **{digit: value for value, digit in enumerate("一二三四五六七八九", 1)}}
_TENS = {"十": 10, "百": 100, "千": 1000}


def phonetic_keys(text: str) -> list[str]:
    """The keys of a text, sorted, MOST at most: ``n:`` consonants of a name, ``k:`` a run of kanji, ``d:`` a number of two digits and more.

    A text without any (nothing, emoji, control characters) has none.
    """
    text = unicodedata.normalize("NFKC", text)
    names = {skeleton(word) for pattern in (_LATIN_NAME, _CYRILLIC_NAME, _KATAKANA) for word in pattern.findall(text)}
    keys = [f"n:{name}" for name in sorted(names) if len(name) >= SHORTEST]
    keys += [f"d:{number}" for number in sorted({*map(_plain, _NUMBER.findall(text)), *map(_counted, _KANJI_NUMBER.findall(text))}) if len(number) > 1]
    keys += [f"k:{run}" for run in sorted(set(_KANJI.findall(text)))]
    return sorted(keys[:MOST])


def skeleton(name: str) -> str:
    """A name's consonants, doubled ones once: ``Shikotan``, ``Шикотан`` and ``シコタン`` are ``sktn``."""
    folded = unicodedata.normalize("NFC", name).casefold()
    if "゠" <= folded[:1] <= "ヿ":
        letters = "".join(_KANA.get(kana, "") for kana in folded)
    else:
        letters = "".join(_CYRILLIC.get(letter, letter) for letter in folded)
        for written, heard in _FOLDS:
            letters = letters.replace(written, heard)
        letters = re.sub(r"[^bcdfghjklmnpqrstvwxz]", "", letters)
    return re.sub(r"(.)\1+", r"\1", letters).replace("m", "n")[:5]


def _plain(number: str) -> str:
    """Digits without marks of thousands; a decimal mark ends it."""
    whole = re.sub(r"[,.   ](?=\d{3}(?:\D|$))", "", number)
    return re.split(r"[.,]", whole)[0].lstrip("0")


def _counted(written: str) -> str:
    """A number in kanji as digits: 二千五十 is 2050, 二〇三一 is 2031."""
    if not set(written) & set(_TENS):
        return "".join(str(_DIGITS[digit]) for digit in written).lstrip("0")
    total, digit = 0, 0
    for sign in written:
        if sign in _TENS:
            total, digit = total + (digit or 1) * _TENS[sign], 0
        else:
            digit = _DIGITS[sign]
    return str(total + digit)
