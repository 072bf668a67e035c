"""The actors of the beat: offices that hold together, names in three languages, ids that agree with the beat's own list."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from nichiro.actors import load_directory
from nichiro.errors import ConfigError
from nichiro.settings import PROJECT
from tests.transforms.frames import load_beat
from transforms.actors import Directory, actors, offices
from transforms.spelling import fold

BEAT = PROJECT / "beats" / "japan_russia.yml"
SINGLE = [
    "jp_prime_minister", "jp_foreign_minister", "jp_defence_minister", "jp_chief_cabinet_secretary", "jp_ambassador", "jp_hokkaido_governor", "ru_president",
    "ru_prime_minister", "ru_foreign_minister", "ru_defence_minister", "ru_ambassador", "ru_sakhalin_governor", "ru_federation_council_chair", "ru_duma_chair",
    "ru_security_council_secretary", "ru_president_spokesperson", "ru_foreign_spokesperson",
]  # fmt: skip


@pytest.fixture(scope="module")
def directory() -> Directory:
    return load_directory(BEAT)


@pytest.mark.parametrize("office", SINGLE)
def test_one_holds_an_office_at_a_time(directory: Directory, office: str) -> None:
    terms = sorted((term.start, term.end) for person in directory.people.values() for term in person.offices if term.office == office)
    assert terms
    overlaps = [(end, start) for (_, end), (start, _) in itertools.pairwise(terms) if end is None or end > start]
    # the minister of defence was also foreign minister for six days, and left that office first to nobody
    assert overlaps == []


def test_every_office_has_words_in_every_language(directory: Directory) -> None:
    assert [office_id for office_id, office in directory.offices.items() if set(office.words) != {"en", "ja", "ru"}] == []


def test_the_beat_names_nobody_whom_the_directory_does_not_know(directory: Directory) -> None:
    """The beat's own list names the countries' people for relevance: of each there is one here, with a name that it also has."""
    known = {fold(family, "en") for person in directory.people.values() for family in person.en.family}
    assert [actor.name for actor in load_beat(BEAT).actors.values() if fold(actor.name.split()[-1], "en") not in known] == []


def test_tables_of_it(directory: Directory) -> None:
    rows, terms = actors(directory), offices(directory)
    assert rows["actor_id"].is_unique().all() and terms.select("actor_id", "office_id", "start_date").is_unique().all()
    assert rows.filter(kind="person").height > 100 and rows.filter(kind="organisation").height > 15
    assert set(terms["actor_id"]) <= set(rows["actor_id"])
    ids = rows["wikidata_id"].drop_nulls()
    assert ids.is_unique().all() and all(re.fullmatch(r"Q[1-9]\d*", each) for each in ids)


def test_no_file_is_nobody(tmp_path: Path) -> None:
    assert load_directory(tmp_path / "other.yml") == Directory()


@pytest.mark.parametrize(("text", "message"), [
    ("people: {x: 1}", "people.x"), ("people: [", "lists no actors"),
    ("people: {x_y: {name: X, en: {family: A, given: B}, ja: {family: A, given: B}, ru: {family: A, given: B}, offices: [{office: no_such, start: 2000-01-01}]}}", "no_such"),
])  # fmt: skip
def test_what_is_wrong_is_said(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "actors.yml").write_text(text)
    with pytest.raises(ConfigError, match=message):
        load_directory(tmp_path / "mine.yml")
