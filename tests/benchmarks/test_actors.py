"""benchmarks.actors: labels are read as written, and its figures are shares of what they say."""

from __future__ import annotations

from datetime import date

import pytest

from benchmarks import actors
from benchmarks.actors import Document, Found, Label, score
from benchmarks.pages import REAL
from nichiro.actors import load_directory

DIRECTORY = load_directory(actors.BEAT)
BODY = "Kan met Kan. Kan."
LABELS = (Label(0, 3, "kan_naoto", ("jp_prime_minister",)), Label(8, 11, None, ()), Label(13, 16, "suga_yoshihide", ()))


def figures(found: list[Found], *, is_whole: bool = True) -> dict[str, tuple[float, int]]:
    document = Document("d", "en", date(2010, 11, 1), "", BODY, LABELS, is_whole)
    rows = score("nichiro", "x", [(document, found)])
    return {row.metric: (row.value, row.n) for row in rows if not row.metric.endswith(("_low", "_high"))}


def test_figures() -> None:
    right = (0, 3, "kan_naoto", ("jp_prime_minister",))
    assert figures([right]) == {"precision": (1, 1), "recall": (0.5, 2), "office_accuracy": (1, 1)}
    assert figures([right, (8, 11, "kan_naoto", ())])["precision"] == (0.5, 2), "a namesake that is taken for somebody"
    assert figures([right, (5, 7, "kan_naoto", ())])["precision"] == (0.5, 2), "where nobody is named"
    assert figures([right, (5, 7, "kan_naoto", ())], is_whole=False)["precision"] == (1, 1), "of which no label tells"
    assert figures([(0, 3, "kan_naoto", ())])["office_accuracy"] == (0, 1)
    assert figures([(1, 3, "kan_naoto", ())])["recall"] == (0, 2), "half a name"
    assert figures([]) == {"precision": (0, 0), "recall": (0, 2)}


@pytest.mark.parametrize("language", ["ja", "ru"])
def test_fictional_documents(language: str) -> None:
    documents = actors.synthetic(language)
    labels = [label for document in documents for label in document.labels]
    assert {label.actor_id for label in labels} <= {None, *DIRECTORY.people}
    assert len(labels) > 90 and sum(label.actor_id is None for label in labels) > 8
    assert all(not set("{|}") & set(document.body) for document in documents)
    assert 5 < sum(document.is_held_out for document in documents) < 25


def test_the_peer_takes_the_first_of_a_name() -> None:
    document = Document("d", "ja", date(2020, 11, 1), "", "菅首相と河野太郎氏", (), is_whole=True)
    assert [found[2] for found in actors.exact(document, DIRECTORY)] == ["kan_naoto", "kono_taro"]


@pytest.mark.skipif(not REAL.exists(), reason="needs ../shared/realpages")
def test_real_pages_are_those_that_were_labelled() -> None:
    documents = actors.kremlin()
    assert sum(len(document.labels) for document in documents) > 300
    assert {label.actor_id for document in documents for label in document.labels} <= {None, *DIRECTORY.people}
