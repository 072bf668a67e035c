"""Datelines: a date as a page writes it -> an instant, the publisher's local day, and how precise the page is.

Strict: what does not read raises, what reads two ways is not guessed. Month names come from CLDR (babel), so a
source in another language needs no code; dateparser is the last resort and reads absolute dates only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError

LONGEST = 300  # characters; a longer text is no dateline but a selector gone astray
EARLIEST_YEAR = 1900
ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "明治": 1867}  # year 1 is the year after
ZONES = {  # hours; only names that mean one offset in datelines of news
    "z": 0, "utc": 0, "gmt": 0, "jst": 9, "msk": 3, "мск": 3, "bst": 1, "cet": 1, "cest": 2, "eet": 2, "eest": 3,
    "est": -5, "edt": -4, "pst": -8, "pdt": -7, "kst": 9,
}  # fmt: skip

_SUFFIX = r"(?:st|nd|rd|th|-го|\.)?"
_RANGE = rf"(?:\s*[-–—−]\s*\d{{1,2}}{_SUFFIX})?"  # "April 28 − 30, 2013": the first day
_FIXED = [
    re.compile(r"(?:(?P<era>令和|平成|昭和|大正|明治)\s*(?P<era_year>元|\d{1,2})|(?P<year>\d{4}))\s*年"
               r"\s*(?P<month>\d{1,2})\s*月(?:\s*(?P<day>\d{1,2})\s*日)?"),
    re.compile(r"(?<!\d)(?P<year>\d{4})(?P<sep>[-/.])(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})(?!\d)"),
    re.compile(r"(?<![\d.])(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})(?!\d)"),
    re.compile(r"^(?P<year>\d{4})-?(?P<month>\d{2})-?(?P<day>\d{2})(?:(?=T)|$)"),
    re.compile(r"^(?P<year>\d{4})-(?P<month>\d{2})$"),
]  # fmt: skip
_YEARLESS = [
    re.compile(r"(?<!\d)(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*日"),
    re.compile(
        r"(?<![\d/])(?P<month>\d{1,2})/(?P<day>\d{1,2})(?=\()"
    ),  # "5/3(日)": only Japanese writes the weekday so
]
_YEAR_LAST = re.compile(
    r"([A-Z][a-z]{2} \d{1,2}) (\d\d:\d\d:\d\d(?: \w+)?) (\d{4})$"
)  # ctime: "Mon Oct 11 14:57:21 CEST 2021"
_YEAR = re.compile(r"(?<![\d:])(?:19|20)\d\d(?![\d:])")
_SLASHED = re.compile(r"(?<![\d/])(?P<first>\d{1,2})/(?P<second>\d{1,2})/(?P<year>\d{4})(?!\d)")
_ZONE = r"(?P<zone>(?:UTC|GMT)?\s*[+-]\d{1,2}(?::?\d{2})?|(?<![A-Za-zА-я])[A-Za-zА-яёЁ]{1,4}\b)?"
_CLOCK = re.compile(
    r"(?P<before>午前|午後)?\s*(?<![\d:])(?P<hour>\d{1,2})(?::(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"|\s*時(?:\s*(?P<ja_minute>\d{1,2})\s*分(?:\s*\d{1,2}\s*秒)?|(?P<half>半))?|(?=\s*[ap]\.?m\b))"
    r"\s*(?P<after>[ap]\.?m\b\.?)?\s*" + _ZONE,
    re.IGNORECASE,
)


class UnreadableDate(ValueError):
    """No date can be read from a text; ``reason`` is that of the quarantine."""

    reason = "unreadable_date"


class ImpossibleDate(UnreadableDate):
    """It reads, but no calendar has that day."""

    reason = "impossible_date"


class ManyDates(UnreadableDate):
    """It holds two different days."""

    reason = "many_dates"


@dataclass(frozen=True)
class Dateline:
    instant_utc: datetime
    local_date: date
    precision: str  # minute, day or month
    zone: str | None = field(default=None, compare=False)  # "+09:00" as written, else the publisher's "Asia/Tokyo"; None: UTC assumed

    @classmethod
    def of_day(cls, day: date, zone: tzinfo, precision: str = "day") -> Dateline:
        """A day without a time stands at its local noon, so that its UTC day is right nearly everywhere."""
        return cls(datetime.combine(day, time(12), zone).astimezone(UTC), day, precision)

    @classmethod
    def of_instant(cls, instant: datetime, zone: tzinfo) -> Dateline:
        if not EARLIEST_YEAR <= instant.year < 9999:
            raise ImpossibleDate(f"year {instant.year}")
        return cls(instant.astimezone(UTC), instant.astimezone(zone).date(), "minute")


def read_date(
    text: str,
    formats: Sequence[str] = (),
    zone: str | None = "UTC",
    languages: Sequence[str] = (),
    reference: date | None = None,
) -> Dateline:
    """Read the one date in ``text``.

    ``formats`` are strptime formats, tried first. A naive time is in ``zone`` (IANA name), and the local day is that
    zone's; where it is None, unknown, they are UTC and the day of the offset that the text names. A date without a year takes
    the latest one not after ``reference`` (the day of the fetch), and is unreadable without it. Day precision gives
    local noon. Raises UnreadableDate, ImpossibleDate (31 February) or ManyDates.
    """
    return _read(text, tuple(formats), zone, tuple(languages), reference)


@lru_cache(maxsize=32)  # what is published is looked at again among the candidates, and repeated on the page
def _read(text: str, formats: tuple[str, ...], zone: str | None, languages: tuple[str, ...], reference: date | None) -> Dateline:
    local = ZoneInfo(zone) if zone else None
    text = _YEAR_LAST.sub(r"\1 \3 \2", " ".join(unicodedata.normalize("NFKC", text).split()))
    if not text or len(text) > LONGEST:
        raise UnreadableDate(repr(text[:60]) if text else "empty")
    for pattern in formats:
        try:
            parsed = datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone follows
        except ValueError:
            continue
        has_time = any(code in pattern for code in ("%H", "%I", "%X", "%c", "%T", "%R"))
        return _settle(parsed.date(), parsed.timetz() if has_time else None, local, "day")
    if re.fullmatch(r"\d{10}|\d{13}", text):
        seconds = int(text) / (1000 if len(text) == 13 else 1)
        return replace(Dateline.of_instant(datetime.fromtimestamp(seconds, UTC), local or UTC), zone="+00:00")
    return _search(text, local, languages, reference) or _last_resort(text, local, languages)


def date_in(text: str, zone: str | None = "UTC", languages: Sequence[str] = ()) -> Dateline | None:
    """The one date with a year in a line, None where none is found; raises as ``read_date``, and has no last resort."""
    local = ZoneInfo(zone) if zone else None
    return _search(" ".join(unicodedata.normalize("NFKC", text).split()), local, tuple(languages), None)


def _search(text: str, local: tzinfo | None, languages: tuple[str, ...], reference: date | None) -> Dateline | None:
    """The first kind of date that the text holds; two different days of a kind are ManyDates."""
    yearless = () if _YEAR.search(text) else (*_YEARLESS, *_named_yearless(languages))
    for pattern in (*_FIXED, *_named(languages), _SLASHED, *yearless):
        found = list(pattern.finditer(text))
        if not found:
            continue
        days = {_day(match.groupdict(), languages, reference) for match in found}
        if len(days) > 1:
            raise ManyDates(", ".join(sorted(str(day) for day, _ in days)))
        day, precision = days.pop()
        rest = text[: found[0].start()] + " " + text[found[0].end() :].lstrip("T")
        if precision == "month":
            return _settle(day, None, local, precision)
        shift, clock = _clock(rest)
        return _settle(day + shift, clock, local, precision)
    return None


def _settle(day: date, clock: time | None, local: tzinfo | None, precision: str) -> Dateline:
    zone = getattr(local, "key", None)
    if clock is None:
        return replace(Dateline.of_day(day, local or UTC, precision), zone=zone)
    written = clock.tzinfo or local or UTC
    instant = datetime.combine(day, clock, written)
    return replace(Dateline.of_instant(instant, local or written), zone=instant.isoformat()[-6:] if clock.tzinfo else zone)


def _day(parts: dict[str, Any], languages: tuple[str, ...], reference: date | None) -> tuple[date, str]:
    if parts.get("first"):
        first, second = int(parts["first"]), int(parts["second"])
        if first != second and (first > 12) == (second > 12):
            raise UnreadableDate(f"{first}/{second} may be day/month or month/day: declare a format")
        day, month = (first, second) if first > 12 else (second, first)
        return _calendar(int(parts["year"]), month, day), "day"
    name = parts["month"]
    month = int(name) if name.isdigit() else _months(languages)[name.lower().rstrip(".")]
    day = int(parts["day"] or 1) if "day" in parts else 1
    precision = "day" if parts.get("day") else "month"
    if parts.get("era"):
        return _calendar(
            ERAS[parts["era"]] + (1 if parts["era_year"] == "元" else int(parts["era_year"])), month, day
        ), precision
    if parts.get("year"):
        return _calendar(int(parts["year"]), month, day), precision
    if reference is None:
        raise UnreadableDate("no year, and no day to reckon from")
    latest = reference + timedelta(days=1)  # the publisher's day may be ahead of ours
    this_year = _calendar(latest.year, month, day)
    return this_year if this_year <= latest else _calendar(latest.year - 1, month, day), precision


def _calendar(year: int, month: int, day: int) -> date:
    if year < EARLIEST_YEAR:
        raise ImpossibleDate(f"year {year}")
    try:
        return date(year, month, day)
    except ValueError as error:
        raise ImpossibleDate(f"{year}-{month}-{day}: {error}") from error


def _clock(text: str) -> tuple[timedelta, time | None]:
    """The time of day in a text, with its zone where it names one; 24:00 is the next day's midnight."""
    match = _CLOCK.search(text)
    if match is None:
        return timedelta(0), None
    hour, minute = (
        int(match["hour"]),
        int(match["minute"] or match["ja_minute"] or (30 if match["half"] else 0)),
    )
    half = (match["before"] or match["after"] or "").lower()
    if half and hour <= 12:
        hour = hour % 12 + (12 if half[0] in "p午" and half != "午前" else 0)
    days, hour = divmod(hour, 24) if (hour, minute) == (24, 0) else (0, hour)
    try:
        fraction = int((match["fraction"] or "0").ljust(6, "0")[:6])
        clock = time(hour, minute, int(match["second"] or 0) % 60, fraction, _offset(match["zone"]))
    except ValueError as error:
        raise ImpossibleDate(f"{match[0].strip()}: {error}") from error
    return timedelta(days=days), clock


def _offset(name: str | None) -> tzinfo | None:
    if not name:
        return None
    if sign := re.search(r"([+-])(\d{1,2}):?(\d{2})?$", name):
        minutes = int(sign[2]) * 60 + int(sign[3] or 0)
        return timezone(timedelta(minutes=-minutes if sign[1] == "-" else minutes))
    hours = ZONES.get(name.strip().lower())
    return None if hours is None else timezone(timedelta(hours=hours))


@lru_cache(maxsize=32)
def _months(languages: tuple[str, ...]) -> dict[str, int]:
    """Month names, wide and short, as CLDR has them, inflected and not; English and Russian always."""
    names = {"sept": 9}
    for code in dict.fromkeys(("en", "ru", *languages)):
        try:
            locale = Locale.parse(code)
        except (UnknownLocaleError, ValueError):
            continue
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in locale.months[context][width].items():
                    names[name.lower().rstrip(".")] = number
    return {name: number for name, number in names.items() if not re.search(r"\d", name)}


@lru_cache(maxsize=32)
def _named(languages: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    month = rf"(?P<month>{_alternatives(languages)})"
    return (
        re.compile(
            rf"(?<!\d)(?P<day>\d{{1,2}}){_SUFFIX}{_RANGE}[\s-]+(?:of\s+)?{month}\b\.?,?[\s-]+(?P<year>\d{{4}})\b",
            re.I,
        ),
        re.compile(rf"\b{month}\b\.?\s+(?P<day>\d{{1,2}}){_SUFFIX}{_RANGE},?\s+(?P<year>\d{{4}})\b", re.I),
        re.compile(rf"(?<!\d[\s.])(?<!\d\.\s)\b{month}\b\.?,?\s+(?P<year>\d{{4}})\b", re.I),
    )


@lru_cache(maxsize=32)
def _named_yearless(languages: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    month = rf"(?P<month>{_alternatives(languages)})"
    return (
        re.compile(rf"(?<![\d:])(?P<day>\d{{1,2}}){_SUFFIX}\s+{month}\b", re.I),
        re.compile(rf"\b{month}\b\.?\s+(?P<day>\d{{1,2}})\b(?!:)", re.I),
    )


def _alternatives(languages: tuple[str, ...]) -> str:
    return "|".join(sorted(map(re.escape, _months(languages)), key=len, reverse=True))


def _last_resort(text: str, local: tzinfo | None, languages: Sequence[str]) -> Dateline:
    import dateparser  # 0.3 s to import, and seldom needed

    settings = {"STRICT_PARSING": True, "PARSERS": ["absolute-time"], "DATE_ORDER": "DMY"}
    try:
        parsed = dateparser.parse(text, languages=list(languages), settings=settings) if languages else None
    except ValueError:  # a language that it does not know
        parsed = None
    if parsed is None:
        raise UnreadableDate(repr(text[:60]))
    clock = parsed.timetz() if re.search(r"\d:\d\d", text) else None
    return _settle(parsed.date(), clock, local, "day")
