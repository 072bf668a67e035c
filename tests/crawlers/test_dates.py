from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.dates import Dateline, ImpossibleDate, ManyDates, UnreadableDate, read_date

TOKYO, MOSCOW, LONDON = "Asia/Tokyo", "Europe/Moscow", "Europe/London"


@pytest.mark.parametrize(
    ("text", "zone", "instant", "local_date"),
    [
        ("2026-05-03T14:30:00+0900", "UTC", "2026-05-03T05:30", "2026-05-03"),
        ("2026-05-03T22:30:00Z", TOKYO, "2026-05-03T22:30", "2026-05-04"),  # the publisher's day is the next
        ("2026-05-03T22:30:00.000Z", MOSCOW, "2026-05-03T22:30", "2026-05-04"),
        ("2026-05-03T14:30", TOKYO, "2026-05-03T05:30", "2026-05-03"),
        ("2026-05-03 11:50", MOSCOW, "2026-05-03T08:50", "2026-05-03"),
        ("Sun, 03 May 2026 14:30:05 GMT", LONDON, "2026-05-03T14:30:05", "2026-05-03"),
        ("Thu,28 Jul 2022 4:35:5 GMT+9", "Asia/Seoul", "2022-07-27T19:35:05", "2022-07-28"),
        ("Mon Oct 11 14:57:21 CEST 2021", "Europe/Berlin", "2021-10-11T12:57:21", "2021-10-11"),
        ("1777786200", TOKYO, "2026-05-03T05:30", "2026-05-03"),
        ("1777786200000", TOKYO, "2026-05-03T05:30", "2026-05-03"),
        ("April 19, 2016, 15:45", MOSCOW, "2016-04-19T12:45", "2016-04-19"),
        ("Tuesday, May 5, 2026, 2:30 p.m., Ministry", TOKYO, "2026-05-05T05:30", "2026-05-05"),
        ("3 May 2026 at 12 am", "UTC", "2026-05-03T00:00", "2026-05-03"),
        ("（令和８年５月３日（日曜日）14時30分 於：架空）", TOKYO, "2026-05-03T05:30", "2026-05-03"),
        ("平成30年3月28日午後0時5分", TOKYO, "2018-03-28T03:05", "2018-03-28"),
        ("昭和63年1月2日 午前9時半", TOKYO, "1988-01-02T00:30", "1988-01-02"),
        ("2026/5/3 14:30", TOKYO, "2026-05-03T05:30", "2026-05-03"),
        ("5 февраля 2025 года, 13:40", MOSCOW, "2025-02-05T10:40", "2025-02-05"),
        ("14:30 03.05.2026", MOSCOW, "2026-05-03T11:30", "2026-05-03"),
        ("03.05.2026 09:15 мск", "Asia/Tokyo", "2026-05-03T06:15", "2026-05-03"),
        ("2026-05-03 24:00", "UTC", "2026-05-04T00:00", "2026-05-04"),
    ],
)
def test_instants(text: str, zone: str, instant: str, local_date: str) -> None:
    line = read_date(text, zone=zone)
    assert line == Dateline(
        datetime.fromisoformat(instant).replace(tzinfo=UTC), date.fromisoformat(local_date), "minute"
    )


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-05-03", "2026-05-03"),
        ("20260503", "2026-05-03"),
        ("令和元年１２月１日", "2019-12-01"),
        ("3rd May 2026", "2026-05-03"),
        ("May 3, 2026", "2026-05-03"),
        ("3 мая 2026", "2026-05-03"),
        ("03.04.2026", "2026-04-03"),  # never the US order
        ("25/12/2026", "2026-12-25"),
        ("Announcement, April 28 − 30, 2013", "2013-04-28"),
    ],
)
def test_a_day_stands_at_its_local_noon(text: str, day: str) -> None:
    line = read_date(text, zone=TOKYO)
    assert (line.local_date, line.precision) == (date.fromisoformat(day), "day")
    assert line.instant_utc.hour == 3


def test_a_month_is_only_a_month() -> None:
    assert read_date("March 2018").precision == "month"
    assert read_date("2026年5月", zone=TOKYO).local_date == date(2026, 5, 1)


def test_another_language_needs_no_code() -> None:
    assert read_date("20 травня 2026, 14:30", zone="Europe/Kyiv", languages=["uk"]).local_date == date(
        2026, 5, 20
    )
    assert read_date("3. mai 2026", languages=["nb"]).local_date == date(2026, 5, 3)


def test_declared_formats_come_first() -> None:
    assert read_date("04/05/2026", ["%m/%d/%Y"]).local_date == date(2026, 4, 5)
    assert read_date("04/05/2026 10:20", ["%d/%m/%Y %H:%M"], TOKYO).instant_utc == datetime(
        2026, 5, 4, 1, 20, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("text", "reference", "year"),
    [("5月3日", date(2026, 5, 3), 2026), ("12月31日", date(2027, 1, 1), 2026), ("1月1日", date(2026, 12, 31), 2027),
     ("May 3", date(2026, 5, 1), 2025), ("5/3(日) 14:30", date(2026, 6, 1), 2026)],
)  # fmt: skip
def test_without_a_year_it_is_the_latest_past_one(text: str, reference: date, year: int) -> None:
    assert read_date(text, zone=TOKYO, reference=reference).local_date.year == year
    with pytest.raises(UnreadableDate):
        read_date(text, zone=TOKYO)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "3 hours ago", "04/05/2026", "9:05 PM", "2026", "x" * 400, "Kelp 12"]
)
def test_what_does_not_read_raises(text: str) -> None:
    with pytest.raises(UnreadableDate) as caught:
        read_date(text, languages=["en"], reference=date(2026, 6, 1))
    assert caught.value.reason == "unreadable_date"


@pytest.mark.parametrize(
    "text",
    [
        "31 февраля 2026",
        "2026-02-31",
        "February 29, 2026",
        "令和8年13月1日",
        "2026-05-03 25:10",
        "0001-01-01",
    ],
)
def test_impossible_dates(text: str) -> None:
    with pytest.raises(ImpossibleDate):
        read_date(text)


def test_two_days_are_not_chosen_between() -> None:
    with pytest.raises(ManyDates):
        read_date("公開2026年5月3日 更新2026年5月4日")
    assert read_date("3 May 2026, updated 3 May 2026 10:00").local_date == date(2026, 5, 3)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_iso_reads_back(instant: datetime) -> None:
    assert read_date(instant.isoformat()).instant_utc == instant


@given(st.dates(date(1990, 1, 1), date(2099, 1, 1)))
def test_three_languages_name_the_same_day(day: date) -> None:
    from babel.dates import format_date

    for locale in ("en", "en_GB", "ja", "ru"):
        assert read_date(format_date(day, "long", locale)).local_date == day


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    with suppress(UnreadableDate):  # the only way out
        read_date(text, zone=TOKYO, languages=["ja"], reference=date(2026, 5, 3))


def test_where_the_zone_is_unknown_the_day_is_that_of_the_offset_written() -> None:
    line = read_date("2026-05-03T22:05:41-05:00", zone=None)
    assert (line.local_date, line.instant_utc.day) == (date(2026, 5, 3), 4)
    assert read_date("2026-05-03 22:05", zone=None).local_date == date(2026, 5, 3)


def test_a_language_that_nobody_knows_reads_no_date() -> None:
    with pytest.raises(UnreadableDate):
        read_date("nosuch 2026", languages=["lang="])
