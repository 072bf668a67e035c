"""Who is named: spellings in three scripts, namesakes, offices of the day. The directory is the beat's, the sentences are fiction."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from nichiro.actors import load_directory
from nichiro.settings import PROJECT
from tests.transforms.frames import frame
from transforms.actor_mentions import mentions, mentions_of
from transforms.actors import Directory, actors_daily
from transforms.naming import Names
from transforms.spelling import cases, fold, spelled
from warehouse.tables import marts

DIRECTORY = load_directory(PROJECT / "beats" / "japan_russia.yml")
NAMES = {language: Names(DIRECTORY, language) for language in ("en", "ja", "ru")}
OP_ED = PROJECT.parent / "shared" / "seed" / "op-ed.txt"
OPEN = None


def people(language: str, body: str, day: date = date(2018, 3, 28), headline: str = "") -> list[tuple[str, str | None]]:
    """Surface and actor of each person named."""
    return [
        (row["surface"], row["actor_id"]) for row in mentions_of(headline, body, day, NAMES[language])
        if not set(row["candidates"]) <= {*DIRECTORY.organisations, *DIRECTORY.countries}
    ]


@pytest.mark.skipif(not OP_ED.exists(), reason="needs ../shared/seed/op-ed.txt")
def test_everybody_in_the_op_ed_is_found_with_the_office_of_that_day() -> None:
    body = OP_ED.read_text(encoding="utf-8")
    found = mentions_of("", body, date(2018, 3, 28), NAMES["en"])
    offices = {row["actor_id"]: row["office_ids"] for row in found if row["actor_id"] in DIRECTORY.people}
    assert offices == {
        "skripal_sergei": [], "may_theresa": ["gb_prime_minister"], "johnson_boris": ["gb_foreign_secretary"], "abe_shinzo": ["jp_prime_minister"],
        "putin_vladimir": ["ru_president"], "kono_taro": ["jp_foreign_minister"], "lavrov_sergey": ["ru_foreign_minister"], "brown_james": [],
        "kingston_jeff": [],
    }
    counts = pl.DataFrame(found).group_by("actor_id").len()
    assert dict(counts.iter_rows())["may_theresa"] == 3, "the month is nobody"
    assert all(body[row["start_offset"] : row["end_offset"]] == row["surface"] for row in found)
    assert all(row["actor_id"] for row in found), "nothing is left open"


@pytest.mark.parametrize(("language", "body", "day", "expected"), [
    # the office beside the name, on that day
    ("ja", "菅首相は述べた。", date(2010, 11, 3), [("菅", "kan_naoto")]),
    ("ja", "菅首相は述べた。", date(2020, 11, 3), [("菅", "suga_yoshihide")]),
    ("ja", "菅官房長官は述べた。", date(2018, 3, 1), [("菅", "suga_yoshihide")]),
    ("ru", "Министр обороны Иванов прибыл. Иванов не ответил.", date(2005, 3, 1), [("Иванов", "ivanov_sergei"), ("Иванов", "ivanov_sergei")]),
    ("en", "Foreign Minister Ivanov met him. Defence Minister Ivanov did not.", date(2002, 3, 1), [("Ivanov", "ivanov_igor"), ("Ivanov", "ivanov_sergei")]),
    # a given name goes before the page's own title
    ("en", "Japanese Prime Minister Yohei Kono came.", date(2000, 11, 1), [("Yohei Kono", "kono_yohei")]),
    # left open: two of the name in the document, or nobody in office
    ("ja", "小泉純一郎元首相と小泉進次郎氏が並んだ。小泉氏は語った。", date(2026, 2, 1),
     [("小泉純一郎", "koizumi_junichiro"), ("小泉進次郎", "koizumi_shinjiro"), ("小泉", OPEN)]),
    ("ja", "菅氏は語った。", date(2012, 3, 1), [("菅", OPEN)]),
    ("en", "Abe spoke.", date(2000, 11, 1), [("Abe", OPEN)]),
    # by the day alone, where the name is not everybody's
    ("en", "Abe spoke.", date(2018, 3, 1), [("Abe", "abe_shinzo")]),
    ("ja", "小泉氏は語った。", date(2026, 2, 1), [("小泉", "koizumi_shinjiro")]),
    # namesakes are nobody
    ("en", "Tennis: Daniil Medvedev won, and Akie Abe watched with Mayor Haruki Kono.", date(2018, 3, 1), []),
    ("ja", "安倍昭恵氏と小林氏、ダニール・メドベージェフ選手、大森町長、若林氏。河野談話。", date(2018, 3, 1), []),
    ("ja", "岸に船、林の奥、森で。", date(2021, 3, 1), []),
    ("ru", "Теннисист Даниил Медведев и певица Мария Иванова.", date(2018, 3, 1), []),
    ("ru", "Губернатор Иванов открыл парк.", date(2018, 3, 1), []),
    ("en", "In May they met, on 3 May, and in early May again.", date(2018, 3, 1), []),
    # spellings, cases, initials, orders
    ("en", "Sergei V. Lavrov, S.V. Lavrov, LAVROV and Shinzō Abe, ABE Shinzo, Koumura Masahiko.", date(2018, 3, 1), [
        ("Sergei V. Lavrov", "lavrov_sergey"), ("S.V. Lavrov", "lavrov_sergey"), ("LAVROV", "lavrov_sergey"), ("Shinzō Abe", "abe_shinzo"),
        ("ABE Shinzo", "abe_shinzo"), ("Koumura Masahiko", "komura_masahiko")]),
    ("ja", "ラブロフ外相とセルゲイ・ラヴロフ氏。茂木敏充 外相。ミハイル・ガルジン大使。", date(2020, 3, 1), [
        ("ラブロフ", "lavrov_sergey"), ("セルゲイ・ラヴロフ", "lavrov_sergey"), ("茂木敏充", "motegi_toshimitsu"), ("ミハイル・ガルジン", "galuzin_mikhail")]),
    ("ru", "С Лавровым, С. В. Лаврову, о Марии Захаровой, с Кисидой, у Мотеги, Владимира Владимировича Путина.", date(2020, 3, 1), [
        ("Лавровым", "lavrov_sergey"), ("С. В. Лаврову", "lavrov_sergey"), ("Марии Захаровой", "zakharova_maria"), ("Кисидой", "kishida_fumio"),
        ("Мотеги", "motegi_toshimitsu"), ("Владимира Владимировича Путина", "putin_vladimir")]),
])  # fmt: skip
def test_who_is_meant(language: str, body: str, day: date, expected: list[tuple[str, str | None]]) -> None:
    assert people(language, body, day) == expected


def test_an_open_mention_lists_all_whom_it_can_be() -> None:
    (row,) = mentions_of("", "菅氏は語った。", date(2012, 3, 1), NAMES["ja"])
    assert (row["actor_id"], row["candidates"], row["office_ids"], row["resolved_by"]) == (None, ["kan_naoto", "suga_yoshihide"], [], None)


def test_the_office_is_that_of_the_day_and_not_of_the_page() -> None:
    def offices(day: date) -> list[str]:
        return mentions_of("", "President Dmitry Medvedev spoke.", day, NAMES["en"])[0]["office_ids"]

    assert [offices(date(year, 6, 1)) for year in (2007, 2010, 2015, 2022)] == [
        ["ru_deputy_prime_minister"], ["ru_president"], ["ru_prime_minister"], ["ru_security_council_deputy_chair"]
    ]
    assert offices(date(2008, 5, 6)) == ["ru_deputy_prime_minister"] and offices(date(2008, 5, 7)) == ["ru_president"], "the day of the handover is the next one's"


def test_organisations_and_third_countries() -> None:
    body = "МИД Японии и МИД России молчат; «Газпром» и США тоже."
    assert [row["actor_id"] for row in mentions_of("", body, date(2020, 1, 1), NAMES["ru"])] == ["jp_mofa", "ru_mid", "ru_gazprom", "us"]
    assert [row["actor_id"] for row in mentions_of("", "外務省とロシア外務省、三井物産", date(2020, 1, 1), NAMES["ja"])] == ["jp_mofa", "ru_mid", "jp_mitsui"]


def test_offsets_count_in_the_text_as_stored() -> None:
    body = "ﾌﾟｰﾁﾝ大統領。Shinzo\u00a0Abe said\u00ad. Е\u0301. Shinzo Abe."
    found = mentions_of("", body, date(2018, 3, 1), NAMES["en"]) + mentions_of("", body, date(2018, 3, 1), NAMES["ja"])
    assert [body[row["start_offset"] : row["end_offset"]] for row in found] == ["Shinzo\u00a0Abe", "Shinzo Abe", "ﾌﾟｰﾁﾝ"]


@pytest.mark.parametrize("language", ["en", "ja", "ru"])
@pytest.mark.parametrize("body", ["", "?", "\x00\x01\x7f", "😀😀", "A. " * 20_000, "・" * 20_000, "А.А.А." * 5_000, "森" * 20_000])
def test_odd_texts_have_an_answer(language: str, body: str) -> None:
    assert [row for row in mentions_of("", body, date(2018, 3, 1), NAMES[language]) if row["actor_id"]] == []


def test_an_empty_directory_names_nobody() -> None:
    assert mentions_of("Abe", "安倍晋三 Путин Gazprom", date(2018, 3, 1), Names(Directory(), "en")) == []


def test_articles_in_another_language_have_no_mentions() -> None:
    text = {"capture_id": "c", "source_id": "s", "captured_date": date(2018, 4, 1), "headline": "Putin", "body": "Putin", "published_date": date(2018, 3, 1)}
    rows = pl.DataFrame([text | {"language_code": "de"}, text | {"language_code": "en"}]).with_columns(event_date=pl.lit(date(2007, 1, 1)))
    found = mentions(rows, DIRECTORY)
    assert found["field"].to_list() == ["headline", "body"]
    assert found["office_ids"].to_list() == [["ru_president"]] * 2


def test_russian_cases() -> None:
    assert {"лаврова", "лавровым"} <= set(cases("Лавров", sex="m", is_family=True))
    assert {"захаровой", "захарову"} <= set(cases("Захарова", sex="f", is_family=True))
    assert {"игоря", "игорем"} <= set(cases("Игорь", sex="m", is_family=False))
    assert {"дмитрии", "дмитрием"} <= set(cases("Дмитрий", sex="m", is_family=False))
    assert {"кисиды", "кисидой"} <= set(cases("Кисида", sex="m", is_family=True))
    assert list(cases("Абэ", sex="m", is_family=True)) == ["абэ"]
    assert list(cases("Меркель", sex="f", is_family=True))[:1] == ["меркель"]


def test_spellings_meet() -> None:
    assert len({fold(word, "en") for word in ("Sergey", "Sergei", "SERGEI")}) == 1
    assert fold("Yuriy", "en") == fold("Yury", "en") and fold("Aleksei", "en") == fold("Alexey", "en") and fold("Yevgeny", "en") == fold("Evgeniy", "en")
    assert fold("Kōno", "en") == fold("Kouno", "en") == fold("Kono", "en") != fold("Kano", "en")
    assert fold("Мотэги", "ru") == fold("Мотеги", "ru") and fold("Ноздрёв", "ru") == fold("Ноздрев", "ru")
    assert spelled("髙") == "髙" and spelled("高").startswith("[高")


def test_actors_are_counted_by_day() -> None:
    day = date(2026, 6, 1)
    articles = frame(marts.ARTICLES, *({
        "article_id": article_id, "published_date": day, "country_code": country, "language_code": "en", "relevance": relevance, "is_copy": is_copy,
    } for article_id, country, relevance, is_copy in (("a", "JP", "strong", False), ("b", "JP", "passage", True), ("c", "RU", "none", False))))
    named = frame(marts.MENTIONS, *({
        "article_id": article_id, "published_date": day, "field": "body", "start_offset": start, "actor_id": actor, "method_version": "1",
    } for article_id, start, actor in (("a", 0, "x"), ("a", 9, "x"), ("a", 20, None), ("b", 0, "x"), ("c", 0, "x"))))
    rows = actors_daily(named, articles).select("actor_id", "country_code", "article_count", "original_count", "mention_count")
    assert rows.rows() == [("x", "JP", 2, 1, 3)]
