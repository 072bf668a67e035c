"""Language of a text: by script where that settles it, by lingua where it does not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from lingua import IsoCode639_1, LanguageDetector, LanguageDetectorBuilder

READ = 1_000  # characters looked at
CANDIDATES = ("EN", "JA", "RU", "UK", "BE", "BG", "ZH", "KO", "DE", "FR", "ES")
SCRIPTS = {
    "kana": re.compile(r"[\u3041-\u30ff]"),
    "han": re.compile(r"[\u3400-\u9fff]"),
    "hangul": re.compile(r"[\uac00-\ud7af]"),
    "cyrillic": re.compile(r"[\u0400-\u04ff]"),
    "latin": re.compile(r"[A-Za-z\u00c0-\u024f]"),
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
    if script is not None and (found := _detector().detect_language_of(text)):
        return found.iso_code_639_1.name.lower()
    return declared[0] if declared else None


def script_of(text: str) -> str | None:
    """The script of most letters; kana also where it is but a small share beside han."""
    counts = {name: len(pattern.findall(text)) for name, pattern in SCRIPTS.items()}
    if counts["kana"] > KANA_SHARE * (counts["kana"] + counts["han"]):
        counts["kana"] += counts["han"]
    name = max(counts, key=lambda item: counts[item])
    return name if counts[name] else None


@lru_cache(maxsize=1)
def _detector() -> LanguageDetector:
    """Built once and late: its models are large."""
    return LanguageDetectorBuilder.from_iso_codes_639_1(
        *(getattr(IsoCode639_1, code) for code in CANDIDATES)
    ).build()
