"""Dirt that other monitors let through, each caught by a check with a name, with its rows; clean data passes.

The pages are fiction and go through the real parser, so that a kind is also tested where parsing meets it first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from crawlers.parse import parse
from crawlers.source import Source
from expectations.gate import SourcePartition, Verdict, check_sources, check_tables, raise_for
from expectations.measures import DOCUMENTS, HEALTH, PAGES, History
from expectations.thresholds import load
from nichiro.history import read_history
from tests.expectations.frames import RUN, article, clean, discovery, fate, frame
from transforms.copies import signatures
from warehouse.archive import ArchivedResponse
from warehouse.lake import Lake, Partition
from warehouse.store import Candidate
from warehouse.tables import TABLES
from warehouse.tables.enriched import SIGNATURES

DAY = date(2026, 3, 5)  # both 5 March and 3 May can be meant
TAKEN_AT = datetime(2026, 3, 5, 23, 30, tzinfo=UTC)
SIDEBAR = "Lower Quay today: tides, ferries, the harbour master's notices and the week's tide table. Fiction."
SOURCE = {
    "source_id": "zz_harbour_news",
    "title": "Harbour News (fiction)",
    "publisher": {"name": "Harbour News", "name_en": "Harbour News", "country": "ZZ", "kind": "newspaper"},
    "genre": "news",
    "language": ["en"],
    "timezone": "UTC",
    "discover": [{"kind": "atom", "url": "https://news.example/feed"}],
    "extract": [
        {"headline": "css:h1", "body": "css:article", "published": {"select": ["css:time"]}},
    ],
}


def page(number: int, when: str = "5 March 2026", body: str | None = None) -> bytes:
    text = body or f"The harbour of Lower Quay took in {number} ships on a quiet day, and let {number + 2} leave. Fiction."
    return (
        f"<html><body><h1>{number} ships at Lower Quay</h1><time>{when}</time>"
        f"<article><p>{text}</p></article><aside><p>{SIDEBAR}</p></aside></body></html>"
    ).encode()


@dataclass(frozen=True)
class Crawl:
    """Pages of one run; ``rules`` change the source's ``extract``."""

    pages: list[bytes]
    rules: dict = field(default_factory=dict)


def parsed(source_id: str, crawl: Crawl) -> SourcePartition:
    source = Source(**SOURCE | {"source_id": source_id, "extract": [SOURCE["extract"][0] | crawl.rules]})
    captures = pl.DataFrame(
        {
            "capture_id": f"{source_id}-{number}", "run_id": RUN, "source_id": source_id, "kind": "article",
            "url": f"https://{source_id}.example/{number}", "captured_at": TAKEN_AT, "captured_date": DAY, "http_status": 200,
            "media_type": "text/html", "charset": "utf-8", "redirect_url": None, "basis": "observed",
        }
        for number in range(len(crawl.pages))
    )  # fmt: skip

    def read(row: dict) -> ArchivedResponse:
        body = crawl.pages[int(row["url"].rpartition("/")[2])]
        return ArchivedResponse(row["url"], 200, {}, body, row["captured_at"], row["kind"], row["basis"])

    return SourcePartition(DAY, RUN, source_id, parse(captures, read, source))


def failures(results: pl.DataFrame) -> dict[tuple[str, str], list[str]]:
    bad = results.filter(pl.col("outcome") != "passed")
    return {(suite, check): keys for suite, check, keys in bad.select("suite", "check_name", "failing_rows").iter_rows()}


IN_ONE_RUN: dict[str, tuple[Crawl, str, str, list[int]]] = {
    # kind: a crawl of 5 March; the check that holds it; the check that warns of the rows that were read; the pages
    "a URL in the date column": (
        Crawl([page(n, f"https://news.example/2026/03/05/{n}") for n in range(4)]),
        "dates_are_right", "date_is_no_url", [0, 1, 2, 3],
    ),
    "YYYY-DD-MM with days that are no months": (
        Crawl([page(n, f"2026-{day}-02") for n, day in enumerate((13, 25, 26, 27))]),
        "dates_are_right", "", [0, 1, 2, 3],
    ),
    "YYYY-DD-MM with days that are months": (   # 4 and 5 March are read as days to come
        Crawl([page(n, f"2026-{day:02}-03") for n, day in enumerate((1, 2, 4, 5))]),
        "dates_are_right", "day_and_month_in_order", [2, 3, 1],
    ),
    "day and month exchanged": (
        Crawl([page(n, f"{day}/3/2026") for n, day in enumerate((1, 2, 2, 5))], {"published": {"select": ["css:time"], "formats": ["%m/%d/%Y"]}}),
        "dates_are_right", "day_and_month_in_order", [3, 1, 2],
    ),
    "dates of a coming event": (
        Crawl([page(n, f"{n + 10} March 2026") for n in range(4)]),
        "dates_are_right", "", [0, 1, 2, 3],
    ),
    "text that is no date": (
        Crawl([page(n, "by our correspondent") for n in range(4)]),
        "dates_are_right", "", [0, 1, 2, 3],
    ),
    "a sidebar as the body": (
        Crawl([page(n) for n in range(4)], {"body": "css:aside"}),
        "bodies_differ", "body_is_not_boilerplate", [0, 1, 2, 3],
    ),
    "one content under many titles": (
        Crawl([page(n, body="The tide table of the week, as every week. " * 3) for n in range(4)]),
        "bodies_differ", "body_is_not_boilerplate", [0, 1, 2, 3],
    ),
    "bodies of 0 bytes": (Crawl([b""] * 4), "layout_is_readable", "", [0, 1, 2, 3]),
}  # fmt: skip


SOURCES = {kind: f"zz_kind_{number}" for number, kind in enumerate(IN_ONE_RUN)}


@pytest.fixture(scope="module")
def judged() -> tuple[dict[str, Verdict], pl.DataFrame]:
    """All kinds, and a clean source, in one batch: the gate tells them apart."""
    crawls = {SOURCES[kind]: crawl for kind, (crawl, *_) in IN_ONE_RUN.items()}
    crawls["zz_clean"] = Crawl([page(number, f"{number + 1} March 2026") for number in range(5)])
    parts = [parsed(source_id, crawl) for source_id, crawl in crawls.items()]
    verdicts, results = check_sources(parts, RUN, TAKEN_AT)
    return {verdict.source_id: verdict for verdict in verdicts}, results


@pytest.mark.parametrize("kind", IN_ONE_RUN)
def test_dirt_of_one_run_is_held_by_name(kind: str, judged: tuple[dict[str, Verdict], pl.DataFrame]) -> None:
    _, holds, shows, rows = IN_ONE_RUN[kind]
    verdict, found = judged[0][SOURCES[kind]], failures(judged[1])
    assert verdict.status == "held"
    assert found[SOURCES[kind], holds] == [f"{SOURCES[kind]}-{number}" for number in rows]
    if shows:
        shown = [key for key in found["staging.articles", shows] if key.startswith(f"{SOURCES[kind]}-")]
        assert shown and set(shown) <= set(found[SOURCES[kind], holds])


def test_clean_pages_pass_beside_dirty_ones(judged: tuple[dict[str, Verdict], pl.DataFrame]) -> None:
    assert (judged[0]["zz_clean"].status, judged[0]["zz_clean"].reasons) == ("accepted", [])


def test_a_lead_that_opens_every_page_is_shown() -> None:
    lead = "<p>" + "Readers of this paper support it with a small sum each month, wherever they are. Fiction. " * 2 + "</p>"
    pages = [page(n).replace(b"<article>", f"<article>{lead}".encode()) for n in range(3)]
    (verdict,), results = check_sources([parsed("zz_leads", Crawl(pages))], RUN, TAKEN_AT)
    assert verdict.status == "accepted", "the texts under it differ"
    assert failures(results) == {("staging.articles", "lead_is_not_boilerplate"): [f"zz_leads-{n}" for n in range(3)]}


def changed(name: str, *rows: dict, **expressions: pl.Expr) -> dict[str, pl.DataFrame]:
    """The clean world with rows of one table replaced, or its columns changed."""
    world = clean()
    if rows:
        world[name] = frame(name, *rows).select(world[name].columns)
    return world | {name: world[name].with_columns(**expressions)}


AT_THE_TABLES = {
    # kind: the world, the table, the check, its rows
    "an answer of 0 bytes": (
        changed("raw.captures", body_bytes=pl.when(capture_id="c2").then(0).otherwise("body_bytes").cast(pl.Int64)),
        "raw.captures", "answer_is_not_empty", ["c2"],
    ),
    "dates of the event for dates of publication": (
        changed("raw.discoveries", discovery(1, published_text="2026-06-20T09:00:00+09:00"), discovery(2)),
        "staging.articles", "published_on_the_feeds_day", ["c1"],
    ),
    "a path in the date column": (
        changed("staging.articles", article(1, published_text="/news/2026/06/29"), article(2)),
        "staging.articles", "date_is_no_url", ["c1"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", AT_THE_TABLES)
def test_dirt_in_a_table_is_shown_by_name(kind: str) -> None:
    world, name, check, rows = AT_THE_TABLES[kind]
    results = check_tables(world.__getitem__, [name], RUN, datetime(2026, 6, 29, 23, 30, tzinfo=UTC))
    assert failures(results) == {(name, check): rows}
    raise_for(results)  # a warning


# Sixty quiet days of six fictional outlets in three languages, two articles a day each, and what can go wrong on the last.
LAST = date(2026, 6, 29)
OUTLETS = {f"zz_{language}_{name}": language for language in ("en", "ja", "ru") for name in ("post", "wire")}


def usual() -> History:
    days = [LAST - timedelta(days=number) for number in reversed(range(60))]
    documents = [
        {
            "key": f"{source_id}|{day}|{number}", "source_id": source_id, "language_code": language, "day": day,
            "is_copy": number == 1 and source_id.endswith("wire") and day.day % 3 == 0, "body_length": 900 + 60 * (day.day % 4) + number,
            "tone_score": 0.1 - 0.05 * (day.day % 3), "age_days": number,
        }
        for day in days for source_id, language in OUTLETS.items() for number in range(2)
    ]  # fmt: skip
    pages = [{"key": row["key"], "source_id": row["source_id"], "day": row["day"], "reason": None} for row in documents]
    health = [
        {"key": f"{source_id}|{day}", "source_id": source_id, "day": day, "is_healthy": True}
        for day in days for source_id in OUTLETS
    ]  # fmt: skip
    return History(
        LAST, pl.DataFrame(documents, DOCUMENTS), pl.DataFrame(pages, PAGES), pl.DataFrame(health, HEALTH), pl.Series(dtype=pl.String)
    )


def recent(days: int) -> pl.Expr:
    return pl.col("day") > LAST - timedelta(days=days)


def among_documents(when: pl.Expr, **values: pl.Expr | object) -> Callable[[History], History]:
    """The usual history with other values where ``when``."""
    changes = {
        name: pl.when(when).then(value if isinstance(value, pl.Expr) else pl.lit(value)).otherwise(name).cast(DOCUMENTS[name])
        for name, value in values.items()
    }
    return lambda usual: replace(usual, documents=usual.documents.with_columns(**changes))


def more(source_id: str, language: str, count: int, days: int = 1) -> Callable[[History], History]:
    """``count`` further articles of a source on each of the last days."""
    rows = pl.DataFrame(
        [
            {
                "key": f"{source_id}|more|{day}|{number:02}", "source_id": source_id, "language_code": language,
                "day": LAST - timedelta(days=day), "is_copy": False, "body_length": 990, "tone_score": 0.05, "age_days": 0,
            }
            for day in range(days) for number in range(count)
        ],
        DOCUMENTS,
    )  # fmt: skip
    return lambda usual: replace(usual, documents=pl.concat([usual.documents, rows]))


def quarantined(reason: str) -> Callable[[History], History]:
    other = pl.when(recent(3) & (pl.col("source_id") == "zz_en_post")).then(pl.lit(reason)).otherwise("reason")
    return lambda usual: replace(usual, pages=usual.pages.with_columns(reason=other))


RUSSIAN = pl.col("language_code") == "ru"
POST = pl.col("source_id") == "zz_en_post"
OVER_DAYS: dict[str, tuple[Callable[[History], History], set[tuple[str, str]], str]] = {
    # kind: what changes; every (suite, check) that fails by it; the beginning of the first failing row
    "one language missing for two weeks": (
        lambda usual: replace(usual, documents=usual.documents.filter(~(recent(14) & RUSSIAN))),
        {("ru", "volume_does_not_dry_up"), ("ru", "language_keeps_its_share"), ("zz_ru_post", "volume_does_not_dry_up"),
         ("zz_ru_wire", "volume_does_not_dry_up"), ("en", "language_does_not_crowd_out"), ("ja", "language_does_not_crowd_out")},
        "zz_ru_post|2026-06-15",
    ),
    "a volume jump when a source is added": (
        more("zz_en_new", "en", 20), {("all", "new_sources_do_not_carry_the_day")}, "zz_en_new|more|0|00",
    ),
    "a volume jump of a known source": (
        more("zz_en_post", "en", 40),
        {("zz_en_post", "volume_does_not_jump"), ("all", "volume_does_not_jump")}, "zz_en_post|2026-06-29|0",
    ),
    "a sidebar as the body": (
        among_documents(recent(7) & POST, body_length=150), {("zz_en_post", "bodies_are_not_shorter")}, "zz_en_post|2026-06-2",
    ),
    "a page with its comments as the body": (
        among_documents(recent(7) & POST, body_length=20_000), {("zz_en_post", "bodies_are_not_longer")}, "zz_en_post|2026-06-2",
    ),
    "dates of the event for dates of publication": (
        among_documents(recent(7) & POST, age_days=40), {("zz_en_post", "articles_are_young")}, "zz_en_post|2026-06-2",
    ),
    "tone that falls": (
        among_documents(recent(7) & RUSSIAN, tone_score=-0.8), {("ru", "tone_does_not_fall")}, "zz_ru_",
    ),
    "tone that rises": (
        among_documents(recent(7) & RUSSIAN, tone_score=0.8), {("ru", "tone_does_not_rise")}, "zz_ru_",
    ),
    "everything a copy": (
        among_documents(recent(7) & POST, is_copy=True), {("zz_en_post", "copies_are_not_more")}, "zz_en_post|2026-06-2",
    ),
    "pages without a date": (quarantined("no_date"), {("zz_en_post", "pages_are_dated"), ("zz_en_post", "pages_are_readable")}, "zz_en_post|"),
    "pages of the future": (
        quarantined("future_date"), {("zz_en_post", "pages_are_not_of_the_future"), ("zz_en_post", "pages_are_readable")}, "zz_en_post|",
    ),
    "half of the sources out of order": (
        lambda usual: replace(usual, health=usual.health.with_columns(
            is_healthy=~(recent(1) & pl.col("source_id").str.ends_with("wire") | recent(1) & POST))),
        {("all", "sources_are_healthy")}, "zz_en_post|2026-06-29",
    ),
}  # fmt: skip


def learned(history: History) -> pl.DataFrame:
    return check_tables(clean().__getitem__, [], RUN, TAKEN_AT, history=history)


@pytest.mark.parametrize("kind", OVER_DAYS)
def test_what_is_unusual_is_named_with_its_rows(kind: str) -> None:
    change, expected, first = OVER_DAYS[kind]
    results = learned(change(usual()))
    found = failures(results)
    assert found.keys() == expected
    assert any(keys[0].startswith(first) for keys in found.values())
    raise_for(results)  # learned checks warn, so that a rebuild gives the same rows
    told = results.filter(pl.col("outcome") != "passed")
    assert told["threshold"].null_count() == 0 and told["observed"].str.contains("usually").all()


def test_usual_days_pass_and_every_threshold_is_told() -> None:
    results = learned(usual())
    assert failures(results) == {}
    assert set(results["check_name"]) == set(load().checks)
    assert results["threshold"].null_count() == 0
    assert set(results["suite"]) == {"all", "en", "ja", "ru", *OUTLETS}


def test_nothing_is_judged_before_there_is_history() -> None:
    young = usual()
    young = replace(young, documents=young.documents.filter(recent(14)), pages=young.pages.filter(recent(14)), health=young.health.filter(recent(14)))
    assert learned(young).is_empty()


def test_a_bound_keeps_between_its_ends_and_a_bad_past_does_not_move_it() -> None:
    bounds = dict(learned(usual()).filter(suite="zz_en_post").select("check_name", "threshold").iter_rows())
    for check, bound in bounds.items():
        assert load().checks[check].floor <= bound <= load().checks[check].ceiling
    dirty = among_documents((pl.col("day").dt.day() % 5 == 0) & POST & ~recent(7), body_length=5)(usual())
    results = learned(dirty).filter(suite="zz_en_post", check_name="bodies_are_not_shorter")
    assert results["outcome"].to_list() == ["passed"]
    assert abs(results["threshold"][0] - bounds["bodies_are_not_shorter"]) < 100  # of some 500 characters


TIDES = "The tide table of the week, with the hours of all ferries and of the lights of the outer mole. Fiction. " * 2


def test_one_text_under_many_titles_over_days(tmp_path: Path) -> None:
    """A page a day with one body is never three in one run: the last days show it."""
    lake, candidate = Lake(tmp_path), Candidate.start(tmp_path, fresh=True)
    for number, text in enumerate(("Ships, and no tides. " * 10, TIDES, TIDES, TIDES)):
        partition = Partition(DAY + timedelta(days=number), f"2026030{5 + number}T233000Z-001", "zz_harbour_news")
        key = {"captured_date": partition.captured_date, "run_id": partition.run_id, "source_id": partition.source_id}
        row = article(number, **key, headline=f"Part {number}", body=text, body_length=len(text))
        rows = frame("staging.articles", row)
        lake.write(SIGNATURES, partition, signatures(rows))
        inserted = {
            "staging.articles": rows,
            "enriched.signatures": signatures(rows),
            "ops.fates": frame("ops.fates", fate(number, **key)),
            "ops.partitions": frame("ops.partitions", clean()["ops.partitions"].row(0, named=True) | key),
        }
        for name, content in inserted.items():
            candidate.insert(TABLES[name], content)
    history = read_history(candidate, lake, load().window_days)
    assert history is not None and history.until == DAY + timedelta(days=3)
    world = clean() | {"staging.articles": candidate.read(TABLES["staging.articles"])}
    candidate.abandon()
    results = check_tables(world.__getitem__, ["staging.articles"], RUN, TAKEN_AT + timedelta(days=3), history=history)
    assert failures(results)["staging.articles", "text_is_its_own"] == ["c1", "c2", "c3"]
