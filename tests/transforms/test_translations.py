"""Translations: pairs by far the most alike, links before likeness, no pair without margin, and a window that is enough."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import numpy as np
import polars as pl
import pytest

from transforms.embedding import SCALE
from transforms.translations import COMPARED, translations
from warehouse.tables.enriched import TRANSLATIONS

NOON = datetime(2031, 3, 3, 12, tzinfo=UTC)


def document(article_id: str, language: str, *parts: float, day: int = 0, keys: tuple[str, ...] = (), length: int = 1000, **more: str) -> dict:
    """A text whose embedding has these parts in its first places and the rest of its length in the last."""
    rest = max(0.0, 1 - sum(part * part for part in parts)) ** 0.5
    vector = [round(part * SCALE) for part in (*parts, *[0.0] * (4 - len(parts)), rest)] if parts else []
    at = NOON + timedelta(days=day)
    return {
        "article_id": article_id, "pair_id": None, "publisher": "Office", "language_code": language, "source_id": f"zz_{language}",
        "published_at": at, "published_date": at.date(), "body_length": length, "embedding": vector, "phonetic_keys": list(keys),
    } | more  # fmt: skip


def frame(*documents: dict) -> pl.DataFrame:
    schema = {
        **dict.fromkeys(COMPARED, pl.String), "published_at": pl.Datetime("us", "UTC"), "published_date": pl.Date, "body_length": pl.Int64,
        "embedding": pl.List(pl.Int16), "phonetic_keys": pl.List(pl.String),
    }  # fmt: skip
    return pl.DataFrame(list(documents), schema=schema)


def found(*documents: dict) -> dict[str, tuple[str, str]]:
    articles = frame(*documents)
    rows = translations(articles, articles["article_id"])
    assert rows.schema == TRANSLATIONS.schema
    return {row["article_id"]: (row["translation_of"], row["evidence"]) for row in rows.iter_rows(named=True)}


def test_the_later_version_points_to_the_earlier() -> None:
    assert found(document("ru", "ru", 0.9), document("en", "en", 0.9, day=1), document("x", "en", 0, 0.9)) == {"en": ("ru", "text")}
    assert found(document("en", "en", 0.9), document("ru", "ru", 0.9)) == {"ru": ("en", "text")}, "at one instant by source"


def test_about_equally_alike_is_no_pair() -> None:
    """Seen from either side: two English texts near one Russian, two Russian ones near one English."""
    one, two, other = document("ru", "ru", 0.9), document("en1", "en", 0.9), document("en2", "en", 0.85, 0.4)
    assert found(one, two, other) == {}
    assert found(document("en", "en", 0.9), document("ru1", "ru", 0.9), document("ru2", "ru", 0.85, 0.4)) == {}
    assert found(one, two, document("en2", "en", 0.5, 0.8)) == {"ru": ("en1", "text")}
    assert found(one, two, document("en2", "en", 0.85, 0.4, day=4)) == {"ru": ("en1", "text")}, "four days are too far to vie"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"publisher": "Other office"}, "another publisher's"), ({"language_code": "ru"}, "one language"), ({"embedding": []}, "no vector"),
        ({"embedding": [0] * 5}, "no letters"), ({"body_length": 100}, "a summary"), ({"embedding": [0, 900, 0, 0, 436]}, "not alike"),
        ({"published_date": (NOON + timedelta(days=4)).date()}, "too late"),
    ],
)  # fmt: skip
def test_what_is_no_translation(change: dict, why: str) -> None:
    assert found(document("ru", "ru", 0.9), document("en", "en", 0.9)) != {}
    assert found(document("ru", "ru", 0.9), document("en", "en", 0.9) | change) == {}, why


def test_names_and_numbers_tip_the_scales() -> None:
    near = document("ru", "ru", 0.75, keys=("d:340", "n:trtn")), document("en", "en", 0.75, keys=("d:340", "n:trtn"))
    rival = document("en2", "en", 0.74, keys=("d:17",))
    assert found(*near, rival) == {"ru": ("en", "text")}
    assert found(*(one | {"phonetic_keys": []} for one in (*near, rival))) == {}


def test_japanese_is_shorter() -> None:
    assert found(document("ja", "ja", 0.9, length=340), document("en", "en", 0.9, length=1000)) == {"ja": ("en", "text")}
    assert found(document("ja", "ja", 0.9, length=1000), document("en", "en", 0.9, length=1000)) == {}
    assert found(document("ru", "ru", 0.9, length=340), document("en", "en", 0.9, length=1000)) == {}


def test_links_go_before_likeness() -> None:
    linked = document("ru", "ru", 0.9, pair_id="p"), document("en", "en", 0.1, day=1, pair_id="p")
    assert found(*linked) == {"en": ("ru", "link")}
    assert found(document("ru", "ru", 0.9, pair_id="p"), document("en", "en", 0.9, day=1, pair_id="q")) == {}, "the pages say that they are two"
    assert found(document("ru", "ru", 0.9, pair_id="p"), document("en", "en", 0.9, day=1)) == {"en": ("ru", "text")}


def test_three_languages_have_one_first() -> None:
    versions = [document(language, language, 0.9, day=day, length=500 if language == "ja" else 1000) for day, language in enumerate(("ru", "en", "ja"))]
    assert found(*versions) == {"en": ("ru", "text"), "ja": ("ru", "text")}


def test_nothing_of_nothing() -> None:
    assert found() == {} and found(document("a", "ru")) == {}


def turned(random: Random) -> tuple[float, ...]:
    """One of four directions, a little off."""
    place, off = random.randrange(4), random.random() / 3
    return tuple((1 - off * off) ** 0.5 if number == place else off if number == (place + 1) % 4 else 0.0 for number in range(4))


@pytest.mark.parametrize("seed", range(1, 7))
def test_a_window_gives_the_same_as_everything(seed: int) -> None:
    """The law: a day's rows are the same from the window of the contract as from all there is."""
    random = Random(seed)
    texts = frame(*(
        document(
            f"{number:02d}", random.choice(("en", "ru", "ja")), *turned(random), day=random.randrange(40), length=600, keys=(f"d:{random.randrange(10, 14)}",),
            **({"pair_id": random.choice("pq")} if random.random() < 0.2 else {}),
        )
        for number in range(40)
    ))  # fmt: skip
    everything = translations(texts, texts["article_id"])
    assert everything.height > 0
    for day in sorted(set(texts["published_date"])):
        near = texts.filter((pl.col("published_date") - day).dt.total_days().abs() <= TRANSLATIONS.reach)
        window = translations(near, near.filter(pl.col("published_date") == day)["article_id"])
        assert window.sort("article_id").equals(everything.filter(pl.col("published_date") == day).sort("article_id"))


def test_a_rival_six_days_away_counts() -> None:
    """en, ru and en three days apart: the Russian text is as like to the one as to the other."""
    texts = frame(document("first", "en", 0.9), document("ru", "ru", 0.9, day=3), document("last", "en", 0.9, day=6))
    last = texts.filter(article_id="last")
    near = texts.filter((pl.col("published_date") - last["published_date"].item()).dt.total_days().abs() <= TRANSLATIONS.reach)
    assert translations(near, last["article_id"]).is_empty()
    assert translations(texts.filter(pl.col("article_id") != "first"), last["article_id"]).height == 1


def test_vectors_are_as_the_encoder_rounds_them() -> None:
    assert np.linalg.norm(document("a", "en", 0.6, 0.3)["embedding"]) == pytest.approx(SCALE, rel=0.01)
