"""Quotation marks: what stands between them, and whether that is somebody's words or a name, a title, a so-called."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

SCARE_WORDS = 3    # and fewer in quotation marks are no voice unless somebody is said to say them
_NEAR = 60         # characters around a quotation that are looked at
_SEEN = 400        # characters of it that are counted
_NAME_JA = 12      # characters in 「」 before として that are a name: 「女医学校」として創立
_LONG_JA = 25      # characters in 「」 that no particle of quoting follows and that are words of somebody all the same
_CLOSERS = {"“": "”", "„": "“”", "«": "»", "「": "」", "『": "』", '"': '"', "‘": "’", "'": "'"}
_MARKS = re.compile("[“”„«»「」『』\"‘’]|''|``|(?<!\\w)'|'(?!\\w)")
_TYPED = {"''": '"', "``": '"'}   # as old typesetting has it
_SINGLE = "‘'"
_WORDS = re.compile(r"\w+(?:[-’']\w+)*")
_SMALL = frozenset({"a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"})
_NAMED = {
    "en": re.compile(r"(?:so[- ]called|known as|(?:en)?titled|dubbed|nicknamed|(?:the|a) (?:book|film|series|song|novel|show|album|play)|as the)\s*$", re.I),
    "ru": re.compile(r"(?:так называем\w+|под названием|название|роман\w*|книг\w+|фильм\w*|газет\w+|журнал\w*|называ(?:ют|ет|ется|ются)|надпись|компани\w+|выставк\w+|фестивал\w+)\s*$", re.I),
}
_SAID = {
    "en": re.compile(r"\b(?:said|says|say|added|adds|asked|asks|wrote|writes|replied|told|tells|responded|tweeted|shouted|answered|declared|joked|quipped|exclaimed|insisted|stated|noted|called)\b"),
    "ru": re.compile(r"\b(?:сказал|заявил|ответил|добавил|спросил|отметил|подчеркнул|говорит|пояснил|воскликнул|написал|возразил|уверен|вспоминает|считает|признал)\w*"),
}
_SAID_AFTER = {
    "en": re.compile(r"\s*(?:[\w.’'-]+,?\s+){0,6}?" + _SAID["en"].pattern),
    "ru": re.compile(r"\s*[,—–-]+\s*(?:\w+\s+){0,3}?" + _SAID["ru"].pattern),
}
_INSERTED_RU = re.compile(r"[,.!?…]\s*[—–]\s+(?:" + _SAID["ru"].pattern + r")[^.,—–«»\n]{2,80}[.,]\s*[—–]\s+")
_NAMED_BEFORE = re.compile(r"^\s*[A-ZА-ЯЁ][\w.’-]*(?:\s+[\w.’-]+){0,4}:\s*$")
_AFTER_JA = re.compile(
    r"\s*、?(?:と(?!(?:も|は)?(?:いう(?!考え|声|意見|批判|主張|指摘|見方|思い|言葉)|呼|名|題|書かれ|記され|銘|称され|並|の間)|して知)|などと|との|って)"
)
_CHAIN_JA = re.compile(r"[、。]?[「『]")


@dataclass(frozen=True)
class Quotation:
    """What stands between two marks, ``text[start:end]`` without them; ``is_closed`` is False where its line ended before the mark came."""

    start: int
    end: int
    mark: str
    is_closed: bool


def quotations(text: str) -> Iterator[Quotation]:
    """The outermost quotations of each line, in order. A quotation that nothing closes ends with its line."""
    opened: tuple[str, int] | None = None
    depth = 0
    line_end = -1
    for mark in _MARKS.finditer(text):
        sign, at = _TYPED.get(mark.group(), mark.group()), mark.start()
        if at > line_end:
            if opened is not None:
                yield from _unclosed(opened, line_end)
            opened = None
            line_end = text.find("\n", at)
            line_end = len(text) if line_end < 0 else line_end
        if opened is None:
            if sign in _CLOSERS and (sign not in "\"‘'" or _opens(text, at, mark.end())):
                opened, depth = (sign, mark.end()), 1
        elif opened[0] in _SINGLE and sign in "“„«\"":      # an apostrophe, or single marks around double ones
            opened, depth = (sign, mark.end()), 1
        elif sign in _CLOSERS[opened[0]] and (sign not in "’'" or _closes(text, at)):
            depth -= 1
            if depth == 0:
                if at > opened[1]:
                    yield Quotation(opened[1], at, opened[0], is_closed=True)
                opened = None
        elif sign == opened[0] and sign in "«「『":
            depth += 1
    if opened is not None:
        yield from _unclosed(opened, line_end)


def _unclosed(opened: tuple[str, int], line_end: int) -> Iterator[Quotation]:
    if opened[1] < line_end and opened[0] not in _SINGLE:
        yield Quotation(opened[1], line_end, opened[0], is_closed=False)


def _opens(text: str, at: int, end: int) -> bool:
    return (at == 0 or not (text[at - 1].isalnum() or text[at - 1] in ".,!?’")) and end < len(text) and not text[end].isspace()


def _closes(text: str, at: int) -> bool:
    """An apostrophe stands within a word or, of a plural, before one; a closing mark after the sign of a sentence's or a clause's end, or before one."""
    after = text[at + 1 : at + 2]
    return not after.isalnum() and (text[at - 1] in ",.!?…" or after in ",.;:!?" or not after)


def spoken(text: str, language: str) -> list[Quotation]:
    """The quotations that are somebody's words; in Russian cut where it is told between them who says them: «…, — сказал X. — …»."""
    found = list(quotations(text))
    said = [is_voice(text, item, language) for item in found]
    for number in range(len(found) - 2, -1, -1):      # 「…」「…」と: the first is said as the last is
        if language == "ja" and said[number + 1] and text[found[number].end + 1 : found[number + 1].start - 1] in {"", "、"}:
            said[number] = True
    kept = [item for item, is_said_ in zip(found, said, strict=True) if is_said_]
    return [part for item in kept for part in _cut(text, item)] if language == "ru" else kept


def _cut(text: str, item: Quotation) -> Iterator[Quotation]:
    at = item.start
    for told in _INSERTED_RU.finditer(text, item.start, item.end):
        if told.start() > at:
            yield Quotation(at, told.start() + 1, item.mark, is_closed=False)
        at = told.end()
    if at < item.end:
        yield Quotation(at, item.end, item.mark, item.is_closed)


def is_voice(text: str, quotation: Quotation, language: str) -> bool:
    """Whether somebody's words stand there: not a title, a name, or a scare quote of up to three words without one who says them."""
    inner = text[quotation.start : min(quotation.end, quotation.start + _SEEN)]
    before = text[max(0, quotation.start - 1 - _NEAR) : quotation.start - 1].rsplit("\n", 1)[-1].removesuffix("'").removesuffix("`")
    after = text[quotation.end + 1 : quotation.end + 1 + _NEAR].split("\n", 1)[0].removeprefix("'")
    if language == "ja":
        return _is_voice_ja(inner, before, after)
    words = _WORDS.findall(inner)
    if not words:
        return False
    named, said = _NAMED.get(language), _SAID.get(language, _SAID["en"])
    ends = inner.rstrip()[-1] in ",!?…" or after.lstrip()[:1] in {",", "—", "–"}
    begins = before.rstrip()[-1:] in {":", ","}
    is_told = _NAMED_BEFORE.match(before) is not None or (ends and said.search(after) is not None) or (begins and said.search(before) is not None)
    if named and named.search(before) and not begins:
        return False
    if len(words) <= SCARE_WORDS:
        return is_told
    is_title = language == "en" and all(word[0].isupper() or word[0].isdigit() or word.lower() in _SMALL for word in words)
    return is_told or not is_title


def is_said(after: str, language: str) -> bool:
    """Whether what follows a quotation says who said it: "…?" he asked."""
    pattern = _SAID_AFTER.get(language)
    return pattern is not None and pattern.match(after) is not None


def _is_voice_ja(inner: str, before: str, after: str) -> bool:
    if _AFTER_JA.match(after):
        return not (after.startswith("として") and len(inner) <= _NAME_JA)
    if not after or after[0] == "。" or _CHAIN_JA.match(after):      # a sentence of its own, or the first of two quotations
        return not before.strip() or before.rstrip()[-1] in "。」、：:" or inner[-1:] in "。！？"
    return inner[-1:] in "。！？" or len(inner) >= _LONG_JA
