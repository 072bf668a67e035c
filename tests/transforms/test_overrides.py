"""Which corrections hold, and what they make of documents and mentions."""

from __future__ import annotations

from datetime import date

import polars as pl

from tests.transforms.frames import frame, noon
from transforms.overrides import correct_articles, correct_links, correct_mentions, origins, standing
from warehouse.tables import marts, ops


def said(*rows: dict[str, object]) -> pl.DataFrame:
    """Corrections in the order said, ids o0, o1 …"""
    return frame(ops.OVERRIDES, *({"override_id": f"o{number}", "decided_at": noon(number), "article_id": "a"} | row for number, row in enumerate(rows)))


def documents(*article_ids: str) -> pl.DataFrame:
    return frame(marts.ARTICLES, *({"article_id": each, "relevance": "strong", "genre": "news", "topics": ["visits"]} for each in article_ids))


def corrected(*rows: dict[str, object], known: tuple[str, ...] = ("a", "b")) -> dict:
    return correct_articles(documents("a", "b"), said(*rows), pl.Series(known, dtype=pl.String)).filter(article_id="a").row(0, named=True)


def test_the_latest_that_is_not_withdrawn_holds() -> None:
    first, second = {"subject": "genre", "new_value": "op_ed"}, {"subject": "genre", "new_value": "editorial"}
    gone = {"subject": "genre", "withdraws": "o1"}
    assert standing(said(first, second))["new_value"].to_list() == ["editorial"]
    assert standing(said(first, second, gone))["new_value"].to_list() == ["op_ed"]
    assert standing(said(first, second, gone, {"subject": "genre", "withdraws": "o0"})).is_empty()
    assert standing(said(first, second | {"subject": "relevance"})).height == 2, "another subject"
    assert standing(said(first, second | {"article_id": "b"})).height == 2, "another document"


def test_articles() -> None:
    assert corrected()["is_overridden"] is False
    row = corrected({"subject": "genre", "new_value": "interview"})
    assert (row["genre"], row["relevance"], row["topics"], row["is_overridden"]) == ("interview", "strong", ["visits"], True)
    row = corrected({"subject": "relevance", "new_value": "none"})
    assert (row["relevance"], row["topics"], row["is_overridden"]) == ("none", [], True)
    row = corrected({"subject": "copy", "new_value": "b"})
    assert (row["syndicated_from"], row["is_copy"], row["is_overridden"]) == ("b", True, True)
    assert origins(said({"subject": "copy", "new_value": "b"}, {"subject": "copy", "article_id": "c", "new_value": None}), "copy").rows() == [("a", "b")]


def test_an_origin_that_is_gone_is_not_taken() -> None:
    row = corrected({"subject": "copy", "new_value": "b"}, known=("a",))
    assert (row["syndicated_from"], row["is_copy"], row["is_overridden"]) == (None, False, False)


def test_links() -> None:
    links = frame(marts.STORY_DOCUMENTS, {"article_id": "a", "follows": ["c"], "link_score": 1.5, "is_overridden": False})

    def corrected_to(value: str | None) -> tuple[object, ...]:
        rows = correct_links(links, said({"subject": "story", "new_value": value}), pl.Series(["b"]))
        return rows.select("follows", "link_score", "is_overridden").row(0)

    assert corrected_to("b") == (["b"], None, True)
    assert corrected_to(None) == ([], None, True)
    assert corrected_to("gone") == (["c"], 1.5, False), "an article that is not there is not followed"


def test_mentions() -> None:
    places = frame(marts.MENTIONS, *(
        {"article_id": "a", "field": "body", "start_offset": start, "actor_id": None, "candidates": ["x", "y"], "published_date": date(2010, 6, 1)}
        for start in (0, 9)
    ))
    held = frame(ops.OFFICES, *(
        {"actor_id": "x", "office_id": office, "start_date": date(start, 1, 1), "end_date": date(end, 1, 1)}
        for office, start, end in (("first", 2000, 2010), ("second", 2010, 2020))
    ))
    rows = correct_mentions(places, said({"subject": "actor", "field": "body", "start_offset": 9, "new_value": "x"}), held)
    assert rows.select("start_offset", "actor_id", "office_ids", "resolved_by", "is_overridden").rows() == [
        (0, None, [], None, False), (9, "x", ["second"], "override", True)
    ]  # fmt: skip
    nobody = correct_mentions(rows, said({"subject": "actor", "field": "body", "start_offset": 9, "new_value": None}), held).row(1, named=True)
    assert (nobody["actor_id"], nobody["office_ids"], nobody["is_overridden"]) == (None, [], True)
