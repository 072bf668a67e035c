"""The edits of the copies benchmark edit, its scores count, and its small million finds the copies that it planted."""

from __future__ import annotations

import pytest

from benchmarks.copies import edits, million, texts
from benchmarks.copies.__main__ import by_ours, rates

WIRE = "A first paragraph about kelp.\nThen the envoy Nozdrev met Sakurai again.\nThe third one is of boats."
OTHER = "Short.\nA paragraph of another article, long enough that an editor would print it as it stands, in full."


def test_edits_do_what_they_say() -> None:
    assert WIRE.startswith(edits.cut(WIRE, OTHER))
    assert len(edits.cut(WIRE, OTHER)) == round(0.6 * len(WIRE))
    strange = OTHER.splitlines()[1]
    first, second, third = WIRE.splitlines()
    assert edits.lede(WIRE, OTHER).splitlines() == [strange, second, third]
    assert edits.inserted(WIRE, OTHER).splitlines() == [first, strange, second, third]
    assert edits.width("Kelp 2 昆布", OTHER) == "Ｋｅｌｐ　２　昆布"
    respelled = edits.names(WIRE, OTHER).split()
    changed = {word for word, made in zip(WIRE.split(), respelled, strict=True) if word != made}
    assert changed == {"Nozdrev", "Sakurai"}
    assert edits.names("漁師のサクラーイ氏", "") == "漁師のサクライ氏"


def test_a_text_of_one_line_is_parted_at_its_full_stops() -> None:
    assert edits.paragraphs("One. Two! 三。四") == ["One.", "Two!", "三。", "四"]


def test_scripts_and_whole_pages() -> None:
    assert [texts.script(text) for text in ("昆布が戻る", "海带回来了", "kelp", "морская капуста", "")] == ["ja", "zh", "en", "en", "en"]
    assert texts.whole_text("<body><nav>Menu</nav><script>x()</script><p>Kelp</p></body>") == "Menu\nKelp"


def test_rates_count_pairs_whichever_way_round() -> None:
    given = texts.Set(same=[(0, 1), (3, 2)], other={"a": [(0, 2), (1, 3)], "b": [(4, 0), (4, 1)]})
    found = {(row.metric, row.value, row.n) for row in rates("x", "set", given, {(0, 1), (2, 3), (0, 4)})}
    assert found == {
        ("recall", 1.0, 2), ("false_same_site_a", 0.0, 2), ("false_same_site_b", 0.5, 2), ("false_same_site", 0.25, 4),
    }


def test_ours_names_pairs_by_number() -> None:
    corpus = texts.Corpus()
    bodies, _ = million.texts(0, 3)
    for body in (bodies[0], bodies[1], bodies[0][: len(bodies[0]) // 2]):
        corpus.add(body, "en")
    assert by_ours(corpus) == {(0, 2)}


@pytest.mark.slow
def test_a_small_million() -> None:
    told = million.measure(40, 100)
    assert (told["count"], told["recall"], told["strange"]) == (4_000, 1.0, 0)
