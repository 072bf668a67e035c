"""The phrases of a text that can be counted: words and pairs of words, in Japanese runs of one script and their parts.

No dictionary: Russian and English words are compared without their endings, a Japanese compound by all of its parts of two
to six signs, of which the count itself tells the one that matters. Names of weekdays and months are left out, for a day's
articles share them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from babel import Locale

from transforms.text import normalise
from transforms.tone import UNSPACED

LONGEST_TEXT = 2000      # characters that are looked at: the news is told by then, and a long document weighs no more than a short one
LONGEST_COMPOUND = 6     # signs of a Japanese compound's part: 平和条約交渉
_LETTERS = 3             # a shorter word is grammar

_CHUNK = re.compile(r"[^\s\w'’-]+|\s[-–—]+\s|\n")   # no pair of words goes over punctuation
_ADDRESS = re.compile(r"https?://\S+|www\.\S+")
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_RUN = re.compile(r"[\u4e00-\u9fff々〆ヶ]{2,}|[\u30a1-\u30fa][\u30a1-\u30fcー]{2,}|[A-Za-z]{2,}")
_POSSESSIVE = re.compile(r"['’]s?$")
_ENDINGS = re.compile(   # of Russian nouns and adjectives, the longest first; what is left has three letters or more
    "(?<=...)(?:иями|ями|ами|ыми|ими|ого|его|ому|ему|иях|иям|ией|ах|ях|ам|ям|ов|ев|ей|ой|ий|ый|ая|яя|ое|ее|ые|ие|ую|юю|ом|ем|ым|им|ых|их|ия|ию|ии|[уюаяоеиыьй])$"
)

_GRAMMAR = {   # words that say nothing of a subject and that few articles need to share for it to look otherwise
    "en":
        "about above after again against all also although among and another any are because been before being below between both but can could "
        "did does doing down during each either ever every few for from further had has have her here him his how however if into its itself just "
        "less may might more most must near nor not now off once one only other our out over own same shall she should since some such than that "
        "the their them then there these they this those though through too two under until upon very was we were what when where whether which "
        "while who whom whose why will with within without would yet you your said says say told new last first year years day days hour hours "
        "week weeks month months",
    "ru":
        "без более бы был была были было быть вам вас весь ведь вот все всё всего всех вы где даже для его ее её если есть еще ещё же за здесь из или им "
        "их как какой когда кого который которая которое которые кто между меня мне много может можно мой мы над надо нас наш него нее неё нет ни них "
        "ничего но ну об один она они оно от очень перед по под после потом потому почему при про раз с сам свой своя свои себе себя сегодня так также "
        "такой там тем то того тоже той только том тот тут у уже чего чем через что чтобы эта эти это этого этой этом этот эту год года году лет день "
        "дня дней час часа часов неделя месяц сообщил сообщила заявил заявила",
}


def phrases(text: str, language: str) -> dict[str, str]:
    """Key -> the phrase as it is first written, of the first LONGEST_TEXT characters; a key is the same for all forms of a phrase."""
    text = _ADDRESS.sub("\n", normalise(text[:LONGEST_TEXT]).text)
    found: dict[str, str] = {}
    for key, surface in _compounds(text) if language in UNSPACED else _words(text, language):
        found.setdefault(key, surface)
    for key in _calendar(language) & found.keys():
        del found[key]   # of Japanese; the others are never found
    return found


def _compounds(text: str) -> Iterator[tuple[str, str]]:
    for match in _RUN.finditer(text):
        run = match.group()
        if not "\u4e00" <= run[0] <= "\u9fff":
            yield run.casefold(), run
            continue
        for start in range(len(run) - 1):
            for end in range(start + 2, min(len(run), start + LONGEST_COMPOUND) + 1):
                yield run[start:end], run[start:end]


def _words(text: str, language: str) -> Iterator[tuple[str, str]]:
    idle = _calendar(language) | _grammar(language)
    for chunk in _CHUNK.split(text):
        words = [(stem(word, language), _POSSESSIVE.sub("", word)) for word in _WORD.findall(chunk)]
        yield from (word for word in words if len(word[0]) >= _LETTERS and word[0] not in idle)
        for (first, one), (second, other) in pairwise(words):
            if min(len(first), len(second)) >= _LETTERS and not {first, second} & idle:
                yield f"{first} {second}", f"{one} {other}"


def stem(word: str, language: str) -> str:
    """A word without its ending, in lower case; good to compare, not to show."""
    word = _POSSESSIVE.sub("", word.casefold())
    if language == "ru":
        return _ENDINGS.sub("", word.replace("ё", "е"))
    return word[:-1] if len(word) > 4 and word.endswith("s") and word[-2] not in "sui" else word


@lru_cache
def _grammar(language: str) -> frozenset[str]:
    return frozenset(stem(word, language) for word in _GRAMMAR.get(language, "").split())


@lru_cache
def _calendar(language: str) -> frozenset[str]:
    """Keys of the names of weekdays and months."""
    try:
        locale = Locale(language)
    except ValueError:
        return frozenset()
    names = [
        name for kinds in (locale.days, locale.months) for form in ("format", "stand-alone") for width in ("wide", "abbreviated")
        for name in kinds[form].get(width, {}).values()
    ]
    if language in UNSPACED:
        return frozenset(key for name in names for key, _ in _compounds(name))
    return frozenset(stem(word, language) for name in names for word in _WORD.findall(name))
