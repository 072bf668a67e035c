"""How the report writes days, countries, figures and links: English, with the typography of print."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

from babel import Locale
from babel.dates import format_date
from markupsafe import Markup, escape

ENGLISH = Locale("en", "GB")
DASH = "–"
_WEB = re.compile(r"https?://[^\s/?#\\]+\S*", re.IGNORECASE)
_BACKTICKS = re.compile(r"`([^`]+)`")
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def day(value: date | None) -> str:
    """29 Jun, with its weekday."""
    return format_date(value, "EEE d MMM", locale=ENGLISH) if value else DASH


def full_day(value: date | None) -> str:
    return format_date(value, "EEEE, d MMMM y", locale=ENGLISH) if value else DASH


def instant(value: datetime | None) -> str:
    """UTC instant to the minute."""
    return f"{value:%Y-%m-%d %H:%M} UTC" if value else DASH


@cache
def country(code: str) -> str:
    return "all countries" if code == "any" else ENGLISH.territories.get(code, code)


@cache
def language(code: str) -> str:
    return ENGLISH.languages.get(code, code)


def series(row: Mapping[str, Any], topics: Mapping[str, str], actors: Mapping[str, str]) -> str:
    """What is counted, in short: Whole beat, Japan, in Russian, news, naming Ada Maker, week."""
    parts = [topics.get(row["topic_id"], row["topic_id"]), country(row["country_code"])]
    parts += [f"in {language(row['language_code'])}"] if row["language_code"] != "any" else []
    parts += [words(row["genre"])] if row["genre"] != "any" else []
    parts += [f"naming {actors.get(row['actor_id'], row['actor_id'])}"] if row["actor_id"] != "any" else []
    return ", ".join([*parts, *(["week"] if row["period"] == "week" else [])])


def words(identifier: str) -> str:
    """``official_statement`` -> official statement."""
    return identifier.replace("_", " ")


def share(value: float | None) -> str:
    return DASH if value is None else f"{100 * value:.1f} %".replace(".0 %", " %")


def figure(value: float | None) -> str:
    """One decimal below a hundred, none above."""
    return DASH if value is None else f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.1f}"


def tone(value: float | None) -> str:
    """Signed, two decimals, with a true minus."""
    return DASH if value is None else f"{value:+.2f}".replace("-", "−").replace("+0.00", "0.00").replace("−0.00", "0.00")


def probability(value: float | None) -> str:
    """0.003, or 2 × 10⁻⁷ for small ones."""
    if value is None:
        return DASH
    if value >= 0.001:
        return f"{value:.3f}"
    if value < 1e-12:
        return "< 10⁻¹²"
    mantissa, exponent = f"{value:.0e}".split("e")
    return f"{mantissa} × 10{str(int(exponent)).translate(_SUPERSCRIPT)}"


def code(text: str) -> Markup:
    """Text in which `…` becomes a code element; all else is escaped."""
    return Markup(_BACKTICKS.sub(r"<code>\1</code>", str(escape(text))))


def web_address(url: str | None) -> str | None:
    """The URL where it may be a link: http or https with a host; None for everything else."""
    return url if url and _WEB.fullmatch(url) else None


FILTERS: dict[str, Callable] = {
    f.__name__: f
    for f in (day, full_day, instant, country, language, words, share, figure, tone, probability, code, web_address)
}
