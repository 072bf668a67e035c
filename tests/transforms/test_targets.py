"""Where a text names whom tone is asked toward: by the beat's terms, its publisher's country, and the actors that were found."""

from __future__ import annotations

import pytest

from tests.transforms.frames import ROOT, load_beat
from transforms.beat import Beat
from transforms.targets import Targets

BEAT = load_beat(ROOT / "beats" / "japan_russia.yml")
TARGETS = {language: Targets.of(BEAT, language) for language in BEAT.languages}


def named(body: str, language: str, country: str | None = None, actors: tuple[dict, ...] = ()) -> list[tuple[str, str | None]]:
    return [(body[place.start : place.end], place.target_id) for place in TARGETS[language].places("", body, country, actors)]


@pytest.mark.parametrize(("language", "country", "body", "expected"), [
    ("en", None, "Tokyo protested. The Russian side shrugged, and Japan went on.", [("Tokyo", "JP"), ("Russian side", "RU"), ("Japan", "JP")]),
    ("en", None, "Japan-Russia relations and Japanese cars on the Tokyo Stock Exchange.", []),
    ("en", "JP", "The government must explain itself.", [("The government", "JP")]),
    ("en", "GB", "The government must explain itself.", []),
    ("en", "JP", "The Russian government must explain itself.", [("Russian government", "RU")]),
    ("ja", "JP", "政府は抗議した。ロシア政府は応じない。", [("政府", "JP"), ("ロシア政府", "RU")]),
    ("ja", "RU", "日本海で漁をする日本人。", []),
    ("ja", None, "対日政策を改めた旧ソ連軍", [("日", "JP"), ("旧ソ連軍", "RU")]),
    ("ru", None, "Японская сторона и Кремль; российские войска", [("Японская сторона", "JP"), ("Кремль", "RU"), ("российские войска", "RU")]),
    ("ru", None, "В Японском море, японские машины, русский язык.", []),
])  # fmt: skip
def test_names(language: str, country: str | None, body: str, expected: list) -> None:
    assert named(body, language, country) == expected


def test_the_longer_of_two_places_and_open_names_stay() -> None:
    actors = ({"field": "body", "start_offset": 0, "end_offset": 25, "actor_id": "jp_mofa"}, {"field": "body", "start_offset": 30, "end_offset": 34, "actor_id": None})
    assert named("Foreign Ministry of Japan and Sato met Russia", "en", None, actors) == [("Foreign Ministry of Japan", "jp_mofa"), ("Sato", None), ("Russia", "RU")]


def test_offsets_are_of_the_text_as_stored() -> None:
    body = "ﾛｼｱと\u200b日本は２０２６年"
    assert named(body, "ja") == [("ﾛｼｱ", "RU"), ("日本", "JP")]


def test_a_list_of_codes_means_the_countries_terms() -> None:
    given = BEAT.model_dump() | {"targets": ["JP"], "second_judge": None}
    targets = Targets.of(Beat(**given), "en")
    assert [place.target_id for place in targets.places("", "Hokkaido and Moscow", None, ())] == ["JP"]


def test_traps_are_cut_out() -> None:
    given = BEAT.model_dump() | {"traps": {"en": [r"Tokyo Drift"]}, "second_judge": None}
    targets = Targets.of(Beat(**given), "en")
    assert targets.places("", "Tokyo Drift", None, ()) == [] and targets.places("", "Tokyo drifts", None, ())
