"""Encodings and dates: numbers 31–35 of shared/SOURCES.md, section 3. All pages are fiction."""

from __future__ import annotations

from datetime import UTC, date, datetime

from tests.crawlers.web import Answer
from tests.torture.web import DAY, TEXT, Visits, address, page, rss, site, source
from warehouse.archive import read_response

DATES = {"ja": "2026年5月3日", "ru": "3 мая 2026 года"}

# (language, encoding of the bytes, HTTP charset, meta charset); the last of each are contradictions
LABELS = [
    ("ru", "cp1251", "windows-1251", None),
    ("ru", "cp1251", None, "windows-1251"),
    ("ru", "koi8_r", None, "koi8-r"),
    ("ru", "cp1251", None, None),
    ("ru", "koi8_r", None, None),
    ("ja", "cp932", "Shift_JIS", None),
    ("ja", "cp932", None, "shift_jis"),
    ("ja", "euc_jp", None, "euc-jp"),
    ("ja", "iso2022_jp", None, None),
    ("ja", "cp932", None, None),
    ("ja", "euc_jp", None, None),
    ("ru", "cp1251", "windows-1251", "utf-8"),  # HTTP before meta
    ("ja", "euc_jp", "EUC-JP", "shift_jis"),
    ("ru", "utf-8-sig", "windows-1251", "windows-1251"),  # a BOM before all
    ("ru", "cp1251", "utf-8", "windows-1251"),  # a label under which the text breaks
]


def _encoded(language: str, encoding: str, charset: str | None, meta: str | None) -> Answer:
    tag = f"<meta charset={meta}>" if meta else ""
    text = page("Огни маяка" if language == "ru" else "灯台の灯り", DATES[language], language).body.decode()
    media_type = f"text/html; charset={charset}" if charset else "text/html"
    return Answer(text.replace("<meta charset=utf-8>", tag).encode(encoding), headers={"Content-Type": media_type})


def _legacy(source_id: str, language: str) -> tuple[dict[str, Answer], dict[str, bytes]]:
    """A source's pages in every encoding of its language, and the bytes that were sent."""
    host = address(source_id)
    pages = {f"{host}/a/{number}": _encoded(*label) for number, label in enumerate(LABELS) if label[0] == language}
    return {f"{host}/feed": rss(*[(url, DAY) for url in pages])} | pages, {url: answer.body for url, answer in pages.items()}


LEGACY_RU, SENT_RU = _legacy("ru_legacy", "ru")
LEGACY_JA, SENT_JA = _legacy("jp_legacy_pages", "ja")
_FEEDS = address("ru_legacy_feeds")


def _prolog(encoding: str, declared: str, number: int) -> Answer:
    text = rss((f"{_FEEDS}/a/{number}", DAY)).body.decode().replace("Fiction 0", "Огни маяка")
    return Answer(f'<?xml version="1.0" encoding="{declared}"?>{text}'.encode(encoding), headers={"Content-Type": "text/xml"})


LEGACY = (
    site(source("ru_legacy"), LEGACY_RU),
    site(source("jp_legacy_pages"), LEGACY_JA),
)
LEGACY_FEEDS = site(
    source("ru_legacy_feeds", *[{"kind": "rss", "url": f"{_FEEDS}/{name}.xml"} for name in ("cp1251", "koi8")]),
    {f"{_FEEDS}/cp1251.xml": _prolog("cp1251", "windows-1251", 1), f"{_FEEDS}/koi8.xml": _prolog("koi8_r", "koi8-r", 2)}
    | {f"{_FEEDS}/a/{number}": page("Огни маяка", DATES["ru"], "ru") for number in (1, 2)},
)


def test_31_legacy_encodings_read_whatever_their_labels_say_and_the_bytes_are_kept(visits: Visits) -> None:
    for declared, sent, language in zip(LEGACY, (SENT_RU, SENT_JA), ("ru", "ja"), strict=True):
        seen = visits.of(declared)
        assert seen.state == "ok" and seen.quarantined == {}
        for url, body in sent.items():
            label = LABELS[int(url.rpartition("/")[2])]
            assert seen.articles[url]["body"] == "\n".join(TEXT[language]), label
            capture = seen.log["captures"].filter(url=url).row(0, named=True)
            assert read_response(seen.data_dir, capture["warc_path"], capture["warc_offset"]).body == body, label
    assert set(visits.of(LEGACY_FEEDS).log["discoveries"]["headline"]) == {"Огни маяка"}


def _dated(source_id: str, language: str, *written: str) -> dict[str, Answer]:
    """A feed and one page for each date as a page writes it."""
    pages = {f"{address(source_id)}/a/{number}": page("Огни маяка / 灯台", text, language) for number, text in enumerate(written)}
    return {f"{address(source_id)}/feed": rss(*[(url, None) for url in pages])} | pages


def _read(visits: Visits, source_id: str) -> dict[str, tuple[datetime, str]]:
    """Instant and precision by the date as written."""
    rows = visits.of(DATED[source_id]).articles.values()
    return {row["published_text"]: (row["published_at"], row["published_precision"]) for row in rows}


JAPANESE = {  # 14:30 in Tokyo is 05:30 UTC, local noon 03:00
    "令和8年5月3日": (3, "day"), "令和８年５月３日（日曜日）": (3, "day"), "2026年5月3日 午後2時30分": (5.5, "minute"),
    "5月3日 14時30分": (5.5, "minute"), "2026年5月3日(日) 午前9:00": (0, "minute"), "5/3(日) 14:30": (5.5, "minute"),
}  # fmt: skip
ERAS = {"令和元年5月3日": date(2019, 5, 3), "平成31年4月30日": date(2019, 4, 30), "昭和64年1月7日": date(1989, 1, 7)}
RUSSIAN = {  # 14:30 in Moscow is 11:30 UTC, local noon 09:00
    "3 мая 2026 года": (9, "day"), "3 мая. INTERFAX.RU": (9, "day"), "03.05.2026": (9, "day"), "03.05.2026 14:30": (11.5, "minute"),
    "3 мая 2026, 14:30 МСК": (11.5, "minute"), "воскресенье, 3 мая 2026 г.": (9, "day"),
}  # fmt: skip
ODD = {  # stamps of the source's zone or their own, all of 05:30 UTC
    "2026-05-03T14:30:00+0900": (5.5, "minute"), "1777786200000": (5.5, "minute"), "Sun, 3 May 2026 14:30:0 GMT+9": (5.5, "minute"),
    "2026-05-03T14:30:00+09:00": (5.5, "minute"), "2026/05/03 14:30": (5.5, "minute"),
}  # fmt: skip
LYING = source("jp_lying_z").extract[0].model_dump() | {
    "published": {"select": ["css:time"], "formats": ["%Y-%m-%dT%H:%M:%SZ"], "timezone": "Asia/Tokyo"}
}
DATED = {
    "jp_eras": site(source("jp_eras"), _dated("jp_eras", "ja", *JAPANESE, *ERAS)),
    "ru_genitives": site(source("ru_genitives"), _dated("ru_genitives", "ru", *RUSSIAN, "5/3/2026", "31.02.2026")),
    "jp_odd_stamps": site(source("jp_odd_stamps"), _dated("jp_odd_stamps", "ja", *ODD)),
    "jp_lying_z": site(source("jp_lying_z", extract=[LYING]), _dated("jp_lying_z", "ja", "2026-05-03T14:30:00Z")),
}


def _of_may_3(expected: dict[str, tuple[float, str]]) -> dict[str, tuple[datetime, str]]:
    """Hours of UTC on 3 May 2026 -> instants."""
    return {
        text: (datetime(2026, 5, 3, int(hours), round(hours % 1 * 60), tzinfo=UTC), precision)
        for text, (hours, precision) in expected.items()
    }


def test_32_japanese_dates_with_eras_full_width_digits_and_without_a_year(visits: Visits) -> None:
    found = _read(visits, "jp_eras")
    assert {text: found.get(text) for text in JAPANESE} == _of_may_3(JAPANESE)
    assert {text: found[text][0].date() for text in ERAS} == ERAS
    assert visits.of(DATED["jp_eras"]).quarantined == {}


def test_33_russian_dates_in_the_genitive_and_never_in_the_american_order(visits: Visits) -> None:
    assert _read(visits, "ru_genitives") == _of_may_3(RUSSIAN)
    assert sorted(visits.of(DATED["ru_genitives"]).quarantined.values()) == ["impossible_date", "unreadable_date"]


ZONES = {  # (time zone, as written) -> (UTC instant, the publisher's day, precision)
    ("ru_evening", "Europe/Moscow", "3 мая 2026 22:30"): (datetime(2026, 5, 3, 19, 30, tzinfo=UTC), date(2026, 5, 3), "minute"),
    ("jp_morning", "Asia/Tokyo", "2026年5月4日 04:30"): (datetime(2026, 5, 3, 19, 30, tzinfo=UTC), date(2026, 5, 4), "minute"),
    ("ru_island", "Asia/Sakhalin", "4 мая 2026 06:30"): (datetime(2026, 5, 3, 19, 30, tzinfo=UTC), date(2026, 5, 4), "minute"),
    ("ru_day", "Europe/Moscow", "3 мая 2026"): (datetime(2026, 5, 3, 9, tzinfo=UTC), date(2026, 5, 3), "day"),
    ("ru_tomorrow", "Asia/Sakhalin", "4 мая 2026"): (datetime(2026, 5, 4, 1, tzinfo=UTC), date(2026, 5, 4), "day"),
}
ZONED = {
    key: site(source(key[0], timezone=key[1]), _dated(key[0], {"jp": "ja"}.get(key[0][:2], "ru"), key[2])) for key in ZONES
}


def test_34_a_local_time_gets_its_sources_zone_and_a_day_stays_a_day(visits: Visits) -> None:
    """One instant is an evening in Moscow and the next day's morning in Tokyo and on Sakhalin."""
    for key, expected in ZONES.items():
        (row,) = visits.of(ZONED[key]).articles.values()
        assert (row["published_at"], row["published_date"], row["published_precision"]) == expected, key


def test_35_odd_stamps_are_read_and_a_z_that_lies_is_declared(visits: Visits) -> None:
    assert _read(visits, "jp_odd_stamps") == _of_may_3(ODD)
    assert _read(visits, "jp_lying_z") == _of_may_3({"2026-05-03T14:30:00Z": (5.5, "minute")})
