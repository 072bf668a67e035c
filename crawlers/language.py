"""Language of a text: by script and letters where these settle it, by lingua where they do not.

Short headlines need more than statistics. Of the Cyrillic languages those stay that have every letter of the text, or lack
the fewest of them (a quoted foreign word does not settle it), and lingua judges among these. Text in Chinese characters
alone is told by what the national character sets hold: JIS X 0208 (in Windows'
extended form), GB 2312, Big5.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from lingua import IsoCode639_1, LanguageDetector, LanguageDetectorBuilder

READ = 1_000  # characters looked at
CANDIDATES = ("EN", "JA", "RU", "UK", "BE", "BG", "ZH", "KO", "DE", "FR", "ES")
SCRIPTS = {  # runs of letters
    "kana": re.compile(r"[\u3041-\u30ff\uff66-\uff9f]+"),
    "han": re.compile(r"[\u3400-\u9fff]+"),
    "hangul": re.compile(r"[\uac00-\ud7af]+"),
    "cyrillic": re.compile(r"[\u0400-\u04ff]+"),
    "latin": re.compile(r"[A-Za-z\u00c0-\u024f]+"),
}
WRITTEN_IN = {
    "ja": "kana",
    "zh": "han",
    "ko": "hangul",
    "ru": "cyrillic",
    "uk": "cyrillic",
    "be": "cyrillic",
    "bg": "cyrillic",
}
# what a language's spelling has not; Bulgarian writes ь before о alone
FOREIGN = {
    "RU": re.compile(r"[ґєіїўѝ]"),
    "UK": re.compile(r"[ёъыэўѝ]"),
    "BE": re.compile(r"[ґєїищъѝ]"),
    "BG": re.compile(r"[ґєіїўёыэ]|ь(?!о)"),
}
LEVEL_2 = 0x98  # lead byte in Shift_JIS: rare characters, and the old forms that Japan gave up and Big5 keeps
KANA_SHARE = 0.05  # of kana and han: Chinese has none, Japanese headlines seldom less


def language_of(text: str, declared: Sequence[str] = ()) -> str | None:
    """ISO 639-1 code, or None where nothing says. ``declared`` are the source's languages, likeliest first.

    A single declared language is believed where the text is in its script; lingua decides otherwise.
    """
    text = text[:READ]
    script = script_of(text)
    if len(declared) == 1 and WRITTEN_IN.get(declared[0], "latin") == script:
        return declared[0]
    if script in ("kana", "hangul"):
        return "ja" if script == "kana" else "ko"
    if script == "han":
        return _of_characters(text, declared)
    if script == "cyrillic":
        return _of_letters(text)
    if script is not None and (found := detector().detect_language_of(text)):
        return found.iso_code_639_1.name.lower()
    return declared[0] if declared else None


def _of_letters(text: str) -> str:
    lowered = text.lower()
    strange = {code: len(pattern.findall(lowered)) for code, pattern in FOREIGN.items()}
    fitting = [code for code, count in strange.items() if count == min(strange.values())]
    if len(fitting) > 1:
        values = detector().compute_language_confidence_values(text)
        fitting = [value.language.iso_code_639_1.name for value in values if value.language.iso_code_639_1.name in fitting]
    return fitting[0].lower()


def _of_characters(text: str, declared: Sequence[str]) -> str:
    """Japanese or Chinese without kana. What both could write is the declared one's, Japanese where none is declared."""
    characters = "".join(SCRIPTS["han"].findall(text))
    if (japanese := _in("cp932", characters)) is None:
        return "zh"
    traditional = _in("big5", characters)
    if traditional is None and _in("gb2312", characters) is None:
        return "ja"
    if told := next((code for code in declared if code in ("ja", "zh")), None):
        return told
    is_rare = any(japanese[place] >= LEVEL_2 for place in range(0, len(japanese), 2))
    return "zh" if is_rare and traditional else "ja"


def _in(character_set: str, text: str) -> bytes | None:
    """The text in a character set, two bytes each; None where the set lacks some."""
    try:
        return text.encode(character_set)
    except UnicodeEncodeError:
        return None


def script_of(text: str) -> str | None:
    """The script of most letters; kana also where it is but a small share beside han."""
    counts = {name: sum(map(len, pattern.findall(text))) for name, pattern in SCRIPTS.items()}
    if counts["kana"] > KANA_SHARE * (counts["kana"] + counts["han"]):
        counts["kana"] += counts["han"]
    name = max(counts, key=lambda item: counts[item])
    return name if counts[name] else None


@lru_cache(maxsize=1)
def detector() -> LanguageDetector:
    """Built once and late: its models are large."""
    return LanguageDetectorBuilder.from_iso_codes_639_1(
        *(getattr(IsoCode639_1, code) for code in CANDIDATES)
    ).build()
