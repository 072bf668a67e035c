"""Gate 2: the clean world passes, each rule fails by name on one planted defect, the rest is errored."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from expectations.context import Context
from expectations.gate import check_frame, check_suite, check_tables, raise_for
from nichiro.errors import CheckErrored, CheckFailed
from tests.expectations.frames import CHECKED_AT, DAY, NOON, RUN, clean, coverage, fate, frame
from warehouse.tables import TABLES

SUITES = [name for name in clean() if name not in ("raw.fetches", "enriched.relevance", "ops.sources")]
OTHER = pl.lit("elsewhere")


def check(world: dict[str, pl.DataFrame], *names: str) -> pl.DataFrame:
    return check_tables(world.__getitem__, names or world, RUN, CHECKED_AT)


def failed(results: pl.DataFrame) -> list[tuple[str, str]]:
    return results.filter(pl.col("outcome") != "passed").select("check_name", "outcome").rows()


def test_clean_world_passes() -> None:
    results = check(clean())
    assert failed(results) == []
    assert set(SUITES) <= set(results["suite"])
    raise_for(results)


def test_empty_tables_pass() -> None:
    assert failed(check({name: table.clear() for name, table in clean().items()})) == []


DEFECTS = [
    # contract
    ("raw.captures", {"http_status": pl.lit(42, pl.Int32)}, "http_status.range"),
    ("raw.captures", {"kind": OTHER}, "kind.values"),
    ("raw.captures", {"url": pl.lit(None, pl.String)}, "url.not_null"),
    # what was found
    ("raw.discoveries", {"item_count": pl.lit(3, pl.Int64)}, "every_item_has_its_row"),
    ("raw.discoveries", {"url": OTHER}, "followed_was_asked"),
    ("raw.crawls", {"discovered_count": pl.lit(3, pl.Int64)}, "every_link_is_in_the_log"),
    # times
    ("raw.captures", {"captured_at": pl.lit(NOON - timedelta(days=1))}, "captured_on_its_day"),
    ("raw.captures", {"captured_at": pl.lit(CHECKED_AT + timedelta(minutes=61))}, "captured_in_the_past"),
    ("raw.captures", {"body_sha256": pl.lit("zz")}, "body_is_hashed"),
    (
        "staging.articles",
        {"published_at": pl.lit(CHECKED_AT + timedelta(hours=37))},
        "published_before_capture",
    ),
    ("staging.articles", {"published_date": pl.lit(DAY - timedelta(days=2))}, "local_day_of_instant"),
    ("staging.articles", {"captured_date": pl.lit(DAY - timedelta(days=1))}, "captured_on_its_day"),
    ("staging.articles", {"body_length": pl.lit(39, pl.Int64)}, "full_body_is_long_enough"),
    ("staging.articles", {"headline": pl.lit("x" * 401)}, "headline_is_a_headline"),
    ("staging.articles", {"headline": pl.lit("")}, "headline_is_a_headline"),
    ("staging.articles", {"content_sha256": pl.lit("zz")}, "content_is_hashed"),
    ("staging.articles", {"capture_id": OTHER}, "has_relevance"),
    # passages and copies
    ("enriched.passages", {"end_offset": pl.lit(0, pl.Int64)}, "passage_has_length"),
    ("enriched.passages", {"terms": pl.lit([], pl.List(pl.String))}, "passage_has_evidence"),
    ("enriched.passages", {"capture_id": OTHER}, "capture_is_known"),
    ("enriched.relevance", {"capture_id": OTHER}, "capture_is_known"),
    ("staging.articles", {"capture_id": OTHER}, "capture_is_known"),
    ("enriched.copies", {"syndicated_from": OTHER}, "first_is_known"),
    ("enriched.copies", {"syndicated_from": pl.lit("a2")}, "copy_is_another_article"),
    ("enriched.copies", {"resemblance": pl.lit(0.95)}, "containment_not_below_resemblance"),
    ("enriched.translations", {"translation_of": OTHER}, "first_is_known"),
    ("enriched.translations", {"translation_of": pl.lit("a2")}, "version_is_another_article"),
    ("enriched.translations", {"translation_score": pl.lit(None, pl.Float64)}, "only_text_has_a_score"),
    # marts
    ("marts.articles", {"published_date": pl.lit(DAY - timedelta(days=9))}, "day_is_covered"),
    ("marts.articles", {"source_id": OTHER}, "source_is_known"),
    ("marts.articles", {"syndicated_from": OTHER}, "first_is_known"),
    ("marts.articles", {"is_copy": pl.lit(False)}, "copy_has_first"),
    (
        "marts.articles",
        {"published_at": pl.lit(CHECKED_AT + timedelta(hours=37))},
        "published_before_capture",
    ),
    ("marts.articles", {"last_captured_at": pl.lit(NOON)}, "captures_in_order"),
    ("marts.articles", {"language_code": pl.lit("eo")}, "language_is_declared"),
    ("marts.articles", {"pair_id": pl.lit("p")}, "pair_has_one_of_a_language"),
    ("marts.coverage_daily", {"copy_count": pl.lit(2, pl.Int64)}, "originals_and_copies_add_up"),
    ("marts.coverage_daily", {"total_count": pl.lit(1, pl.Int64)}, "attention_within_total"),
    ("marts.coverage_daily", {"attention_count": pl.lit(3, pl.Int64)}, "attention_within_originals"),
    ("marts.coverage_daily", {"healthy_source_count": pl.lit(2, pl.Int64)}, "healthy_within_declared"),
    ("marts.coverage_daily", {"attention_share": pl.lit(0.6)}, "share_is_the_quotient"),
    ("enriched.target_tone", {"negative": pl.lit(0.6)}, "probabilities_sum_to_one"),
    ("enriched.target_tone", {"label": pl.lit("neutral")}, "label_is_most_probable"),
    ("enriched.target_tone", {"unscored_reason": pl.lit("beyond_cap")}, "scored_or_says_why"),
    ("enriched.target_tone", {"sentence_end": pl.lit(8, pl.Int64)}, "name_lies_in_its_sentence"),
    ("enriched.document_tone", {"positive": pl.lit(0.1)}, "probabilities_sum_to_one"),
    ("marts.target_tone", {"tone_low": pl.lit(-0.1)}, "score_not_below_interval"),
    ("marts.target_tone", {"scored_count": pl.lit(4, pl.Int64)}, "scored_within_mentions"),
    ("marts.target_tone", {"scored_count": pl.lit(0, pl.Int64)}, "score_rests_on_mentions"),
    ("marts.tone_changes", {"difference_high": pl.lit(0.1)}, "interval_leaves_zero_out"),
    ("marts.tone_changes", {"after_mean": pl.lit(0.4)}, "interval_holds_the_difference"),
    ("marts.tone_changes", {"q_value": pl.lit(0.0)}, "q_not_below_p"),
    ("marts.tone_daily", {"tone_low": pl.lit(-0.1)}, "mean_not_below_interval"),
    ("marts.tone_daily", {"tone_high": pl.lit(-0.3)}, "mean_not_above_interval"),
    ("marts.tone_daily", {"scored_count": pl.lit(5, pl.Int64)}, "scored_within_articles"),
    ("marts.tone_daily", {"scored_share": pl.lit(0.9)}, "share_is_the_quotient"),
    ("marts.tone_daily", {"scored_count": pl.lit(0, pl.Int64)}, "mean_rests_on_scores"),
    ("marts.coverage_spikes", {"expected_count": pl.lit(2.0)}, "observed_above_expected"),
    ("marts.coverage_spikes", {"article_ids": pl.lit([], pl.List(pl.String))}, "has_rows_behind_it"),
    ("marts.coverage_spikes", {"article_ids": pl.lit(["a1", "a9"])}, "rows_behind_it_are_known"),
    ("marts.coverage_spikes", {"article_ids": pl.lit(["a1"])}, "rows_behind_it_add_up"),
    ("marts.coverage_spikes", {"q_value": pl.lit(0.001)}, "q_value_not_below_p_value"),
    ("marts.spike_reasons", {"spike_id": OTHER}, "spike_is_known"),
    ("marts.spike_reasons", {"row_ids": pl.lit([], pl.List(pl.String))}, "has_rows_behind_it"),
    ("marts.spike_reasons", {"row_ids": pl.lit(["a1", "a9"])}, "rows_behind_it_are_known"),
    ("marts.spike_reasons", {"sentence": pl.lit("Two of the harbour")}, "is_a_sentence"),
    ("marts.stories", {"first_article_id": OTHER}, "first_article_is_known"),
    ("marts.stories", {"last_published_date": pl.lit(DAY - timedelta(days=1))}, "ends_not_before_it_begins"),
    ("marts.stories", {"merged_story_ids": pl.lit(["a1"])}, "merged_another"),
    ("marts.stories", {"original_count": pl.lit(3, pl.Int64)}, "originals_within_articles"),
    ("marts.story_documents", {"article_id": OTHER}, "article_is_known"),
    ("marts.story_documents", {"follows": pl.lit(["elsewhere"])}, "followed_are_known"),
    ("marts.story_documents", {"follows": pl.lit(["a2"])}, "follows_another"),
    # ops
    ("ops.fates", {"capture_id": OTHER}, "capture_is_known"),
    ("ops.fates", {"reason": pl.lit("felt odd")}, "reason_is_listed"),
    ("ops.fates", {"article_id": pl.lit(None, pl.String)}, "document_is_named"),
    ("ops.partitions", {"capture_count": pl.lit(4, pl.Int64)}, "captures_are_loaded"),
    ("ops.partitions", {"quarantined_count": pl.lit(0, pl.Int64)}, "quarantine_adds_up"),
    ("ops.partitions", {"source_id": pl.lit("zz_other")}, "captures_are_loaded"),
    ("ops.partitions", {"status": pl.lit("held")}, "held_says_why"),
    ("ops.source_days", {"basis": pl.lit("unknown")}, "healthy_was_looked_at"),
    ("ops.source_days", {"state": pl.lit("challenged")}, "healthy_is_not_down"),
    ("ops.source_days", {"state": pl.lit("down"), "is_healthy": pl.lit(False)}, "unhealthy_says_why"),
    ("ops.source_days", {"day": pl.lit(DAY - timedelta(days=9))}, "day_is_covered"),
    ("ops.source_days", {"source_id": OTHER}, "source_is_known"),
]


@pytest.mark.parametrize(("name", "defect", "check_name"), DEFECTS, ids=[f"{d[0]}-{d[2]}" for d in DEFECTS])
def test_planted_defect_fails_by_name(name: str, defect: dict[str, pl.Expr], check_name: str) -> None:
    world = clean()
    world[name] = world[name].with_columns(**defect)
    context = Context("tables", CHECKED_AT, world.__getitem__, lambda table, column: world[table][column])
    look = check_frame if "." in check_name or check_name == "capture_is_known" else check_suite
    outcomes = {result.check: result.outcome for result in look(TABLES[name], world[name], context)}
    assert outcomes[check_name] == "failed"
    assert "errored" not in outcomes.values()


def test_a_row_that_the_log_lost_breaks_the_accounts() -> None:
    world = clean()
    world["raw.discoveries"] = world["raw.discoveries"].filter(pl.col("discovery_id") != "d2")
    lost = failed(check(world, "raw.discoveries", "raw.crawls"))
    assert lost == [("every_link_is_in_the_log", "failed"), ("every_item_has_its_row", "failed")]
    world["raw.discoveries"] = world["raw.discoveries"].with_columns(item_count=pl.lit(None, pl.Int64))
    world["raw.crawls"] = world["raw.crawls"].with_columns(discovered_count=pl.lit(1, pl.Int64))
    assert failed(check(world, "raw.discoveries", "raw.crawls")) == [], "an older log counted no items"


def plant(name: str, *rows: dict) -> dict[str, pl.DataFrame]:
    world = clean()
    world[name] = pl.concat([world[name], frame(name, *rows).select(world[name].columns)])
    return world


def test_two_fates_of_a_capture_break_key_and_accounts() -> None:
    results = check(plant("ops.fates", fate(1, fate="revision")), "ops.fates", "ops.partitions")
    assert ("primary_key", "failed") in failed(results)
    broken = results.row(by_predicate=pl.col("check_name") == "every_capture_has_one_fate", named=True)
    assert broken["outcome"] == "failed"
    assert broken["failing_rows"] == [f"{DAY}|{RUN}|zz_harbour_news"]


def test_capture_without_fate_breaks_the_accounts() -> None:
    world = clean()
    world["ops.fates"] = world["ops.fates"].filter(pl.col("capture_id") != "c2")
    assert ("every_capture_has_one_fate", "failed") in failed(check(world, "ops.partitions"))


def test_missing_zero() -> None:
    world = clean()
    world["marts.coverage_daily"] = world["marts.coverage_daily"][:-1]
    other = frame("marts.coverage_daily", *(coverage(DAY, t, language_code="ja") for t in ("any", "ships")))
    world["marts.coverage_daily"] = pl.concat([world["marts.coverage_daily"], other])
    assert failed(check(world, "marts.coverage_daily")) == [("every_topic_has_a_row", "failed")]


def test_old_newest_day_is_a_warning() -> None:
    world = clean()
    late = CHECKED_AT + timedelta(days=4)
    results = check_tables(world.__getitem__, ["marts.coverage_daily"], RUN, late)
    assert failed(results) == [("newest_day_is_fresh", "failed")]
    raise_for(results)


def test_unflagged_duplicates_and_late_first_are_warnings() -> None:
    world = clean()
    twin = world["marts.articles"][:1].with_columns(article_id=pl.lit("a3"))
    world["marts.articles"] = pl.concat([world["marts.articles"], twin])
    assert failed(check(world, "marts.articles")) == [("original_is_single", "failed")]
    world = clean()
    earlier = pl.when(article_id="a2").then(pl.lit(NOON - timedelta(hours=3))).otherwise("published_at")
    world["marts.articles"] = world["marts.articles"].with_columns(published_at=earlier)
    results = check(world, "marts.articles")
    assert failed(results) == [("first_is_not_later", "failed")]
    raise_for(results)


def test_references_reach_beyond_the_rows_under_check() -> None:
    world = clean()
    dirty = world | {"marts.articles": world["marts.articles"].filter(article_id="a2")}
    names = ["marts.articles", "enriched.copies", "marts.coverage_spikes"]
    assert failed(check(dirty, *names)) != []
    results = check_tables(
        dirty.__getitem__, names, RUN, CHECKED_AT, keys=lambda name, column: world[name][column]
    )
    assert failed(results) == []


def test_missing_column_is_errored() -> None:
    world = clean()
    for name in SUITES:
        table = world[name]
        results = check(
            world | {name: table.drop("source_id" if "source_id" in table.columns else "method_version")},
            name,
        )
        outcomes = dict(results.select("check_name", "outcome").iter_rows())
        assert outcomes["columns"] == "errored"
        assert "failed" not in outcomes.values()
        with pytest.raises(CheckErrored):
            raise_for(results)


def test_missing_column_takes_the_suite_with_it() -> None:
    world = clean()
    world["marts.coverage_daily"] = world["marts.coverage_daily"].drop("copy_count")
    results = check(world, "marts.coverage_daily")
    outcomes = dict(results.select("check_name", "outcome").iter_rows())
    assert outcomes["copy_count.not_null"] == outcomes["originals_and_copies_add_up"] == "errored"
    assert outcomes["topic_id.not_null"] == "passed"
    assert "copy_count" in results.row(by_predicate=pl.col("check_name") == "columns", named=True)["observed"]


def test_unknown_column_fails() -> None:
    world = clean()
    world["ops.fates"] = world["ops.fates"].with_columns(mood=pl.lit("fine"))
    assert failed(check(world, "ops.fates")) == [("columns", "failed")]


def test_check_that_raises_inside_great_expectations_is_errored() -> None:
    world = clean()
    texts = pl.Series(["many", "few", "some"], dtype=pl.String)  # a range over texts: comparing raises
    world["raw.captures"] = world["raw.captures"].with_columns(body_bytes=texts)
    outcomes = dict(check(world, "raw.captures").select("check_name", "outcome").iter_rows())
    assert outcomes["body_bytes.range"] == "errored"
    assert outcomes["url.not_null"] == "passed"


def test_table_that_cannot_be_read_is_errored_and_the_others_are_told() -> None:
    world = clean()
    del world["marts.tone_daily"]
    results = check(world, "marts.tone_daily", "ops.source_days")
    assert failed(results) == [("read", "errored")]
    assert "ops.source_days" in results["suite"].to_list()


def test_failed_critical_checks_are_named_in_one_line() -> None:
    world = clean()
    world["marts.tone_daily"] = world["marts.tone_daily"].with_columns(tone_low=pl.lit(-0.1))
    with pytest.raises(
        CheckFailed, match=r"^1 table checks failed: marts\.tone_daily mean_not_below_interval → "
    ):
        raise_for(check(world, "marts.tone_daily"))


def test_failing_rows_are_keys_and_at_most_twenty() -> None:
    world = clean()
    many = pl.concat([world["raw.captures"][:1]] * 30).with_columns(
        capture_id=pl.format("c{}", pl.int_range(30)), http_status=pl.lit(42, pl.Int32)
    )
    results = check(world | {"raw.captures": many}, "raw.captures")
    row = results.row(by_predicate=pl.col("check_name") == "http_status.range", named=True)
    assert row["failing_rows"] == [f"c{number}" for number in range(20)]
    assert row["observed"].startswith("30 of 30 rows")
