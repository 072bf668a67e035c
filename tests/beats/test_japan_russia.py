"""The beat of nichiro: what it must find, the traps it must not, and its table of offices. All sentences are fiction."""

from __future__ import annotations

import itertools

import pytest

from nichiro.beat import load_beat
from tests.transforms.frames import ROOT, text
from transforms.beat import Beat
from transforms.relevance import judge

TOPICS = {
    "territory", "peace_treaty", "joint_economic_activities", "energy", "fisheries", "sanctions", "security", "memory",
    "visits", "ukraine", "chemical_weapons", "g7_unity",
}


@pytest.fixture(scope="module")
def beat() -> Beat:
    return load_beat(ROOT / "beats" / "japan_russia.yml")


def relevance(beat: Beat, language: str, headline: str, body: str, **publisher: str) -> str:
    return judge(text(body, headline, language, **publisher), beat).relevance["relevance"].item()


def test_topics_and_languages(beat: Beat) -> None:
    assert set(beat.topics) == TOPICS
    assert all(set(topic.terms) == {"en", "ja", "ru"} for topic in beat.topics.values())
    assert all(set(actor.names) == {"en", "ja", "ru"} for actor in beat.actors.values())


def test_offices_do_not_overlap(beat: Beat) -> None:
    """One prime minister and one foreign minister at a time; an open end is the last."""
    for title in ("Prime Minister", "Minister for Foreign Affairs", "Chief Cabinet Secretary"):
        terms = sorted(
            (office.start, office.end) for actor in beat.actors.values() if actor.country == "JP"
            for office in actor.offices if office.title == title
        )
        for (_, end), (start, _) in itertools.pairwise(terms):
            assert end is not None and end <= start, (title, end, start)


@pytest.mark.parametrize(("language", "headline", "body"), [
    ("en", "Talks on the islands", "Envoys of Japan and Russia met over the Kuril Islands. They spoke of a peace treaty."),
    ("en", "Japan and Russia quarrel over kelp", "Fishing boats from Nemuro waited while Moscow held back permits. Tokyo protested."),
    ("en", "Japan-Russia dialogue to resume", "Nothing else is known."),
    ("ja", "北方領土の日、各地で集会", "北方領土の返還を求める集会が開かれた。元島民らが参加した。"),
    ("ja", "日ロ漁業交渉が始まる", "日ロ両国の代表がサケ・マスの漁獲枠を協議した。"),
    ("ja", "サハリン２の権益", "政府はサハリン２の権益を守ると述べた。ロシア側は何も述べていない。"),
    ("ru", "Курилы: переговоры продолжаются", "Представители Японии обсудили Курилы и мирный договор."),
    ("ru", "Российско-японский диалог", "Стороны обсудили рыболовство в районе Южно-Курильска. Япония ждёт ответа."),
])
def test_finds(beat: Beat, language: str, headline: str, body: str) -> None:
    assert relevance(beat, language, headline, body, country="JP") == "strong"


@pytest.mark.parametrize(("language", "headline", "body", "publisher"), [
    # the Far North on a Russian page
    ("ru", "Развитие северных территорий", "Северные территории получат новый порт. Газ Ямала пойдёт на экспорт.", {"country": "RU", "kind": "government"}),
    ("en", "Northern territories get a port", "The northern territories need roads. Yamal LNG will grow.", {"country": "RU", "kind": "government"}),
    # smoking, leisure
    ("ru", "Курильщики ушли", "Курильщик курил в курильне, а Япония молчала. Центр досуга закрыт.", {"country": "RU", "kind": "newspaper"}),
    # other places, other treaties, history
    ("en", "Northern Territory votes", "The Northern Territory went to the polls.", {"country": "AU", "kind": "newspaper"}),
    ("ja", "日露戦争の展示", "日露戦争の資料を披露する展示が始まった。", {"country": "JP", "kind": "newspaper"}),
    ("ja", "平和条約の歴史", "日中平和友好条約とサンフランシスコ平和条約の本が出た。", {"country": "JP", "kind": "newspaper"}),
    ("en", "A book on the war", "The Russo-Japanese War ended in 1905, a new book tells.", {"country": "GB", "kind": "newspaper"}),
    # quakes, weather, cats, cables
    ("en", "Quake off the Kuril Islands", "A magnitude 6 earthquake struck off the Kuril Islands. Japan saw no tsunami.", {"country": "JP", "kind": "newspaper"}),
    ("ja", "千島列島付近で地震", "千島列島付近で地震があった。北海道に津波の心配はない。", {"country": "JP", "kind": "newspaper"}),
    ("ja", "日本海に低気圧", "日本海の低気圧で大雪となる。択捉の高気圧は弱い。", {"country": "JP", "kind": "newspaper"}),
    ("en", "Cats on show", "Kurilian bobtails won in Moscow and in Tokyo.", {"country": "RU", "kind": "newspaper"}),
    # sport
    ("en", "Japan beat Russia in volleyball", "Japan beat Russia in the volleyball semi-final in Doha.", {"country": "GB", "kind": "newspaper"}),
    ("ja", "柔道、日ロの選手が対戦", "柔道の大会で日ロの選手が対戦した。", {"country": "JP", "kind": "newspaper"}),
    ("ru", "Фигуристы Японии и России", "Фигуристы Японии и России выступили на турнире.", {"country": "RU", "kind": "newspaper"}),
    # lists of participants
    ("en", "Envoys present credentials", "Ambassadors of Peru, Japan, Ghana and Nepal presented credentials in Moscow.", {"country": "RU", "kind": "government"}),
    ("ja", "会議に各国代表", "インド、カナダ、日本、ケニア、ロシアなどの代表が会議に出た。", {"country": "JP", "kind": "newspaper"}),
    ("ru", "Участники форума", "В форуме участвовали Китай, Индия, Япония, Россия и Бразилия; прошли переговоры.", {"country": "KZ", "kind": "newspaper"}),
    # one country only, and fashion
    ("en", "Prices rise in Japan", "Tokyo consumers pay more for rice. Sanctions were not mentioned.", {"country": "JP", "kind": "newspaper"}),
    ("en", "Tokyo fashion comes to Moscow", "A sushi chef opened a restaurant.", {"country": "RU", "kind": "newspaper"}),
])
def test_traps(beat: Beat, language: str, headline: str, body: str, publisher: dict[str, str]) -> None:
    assert relevance(beat, language, headline, body, **publisher) == "none"
