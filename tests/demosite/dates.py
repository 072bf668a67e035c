"""Datelines as the fictional sites write them."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime

MONTHS_EN = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
MONTHS_RU = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
]
WEEKDAYS_JA = "月火水木金土日"
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
PRECISION = {"reiwa": "day", "en_long": "day", "ja_day": "day", "en_day": "day"}
IMPOSSIBLE = {"ja": "令和８年２月３０日", "ru": "31 февраля 2026 года, 12:00", "en": "February 31, 2026"}


def dateline(at: datetime, style: str) -> str:
    """The visible date of a page. ``at`` is local."""
    month_en, month_ru = MONTHS_EN[at.month - 1], MONTHS_RU[at.month - 1]
    if style == "reiwa":
        return f"令和{at.year - 2018}年{at.month}月{at.day}日".translate(WIDE)
    if style == "ja_minute":
        return f"{at.year}年{at.month}月{at.day}日 {at.hour}時{at.minute:02d}分"
    if style == "ja_day":
        return f"{at.year}年{at.month}月{at.day}日（{WEEKDAYS_JA[at.weekday()]}）"
    if style == "ru_genitive":
        return f"{at.day} {month_ru} {at.year} года, {at:%H:%M}"
    if style == "ru_numeric":
        return f"{at:%d.%m.%Y %H:%M}"
    if style == "en_long":
        return f"{month_en} {at.day}, {at.year}"
    if style == "en_long_time":
        return f"{month_en} {at.day}, {at.year}, {at:%H:%M}"
    if style == "en_day":
        return f"{at.day} {month_en} {at.year}"
    return at.isoformat(timespec="seconds")


def rfc822(at: datetime) -> str:
    """The date of RSS and of HTTP headers of feeds, with the local offset."""
    return format_datetime(at)
