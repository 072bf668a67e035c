"""Named queries and statements: what they answer, what they refuse, how they print."""

from __future__ import annotations

import io
import json
from datetime import date

import polars as pl
import pytest
from scipy import stats

from nichiro.errors import ConfigError
from nichiro.query import find_query, list_queries, print_table, run_query, show
from tests.release import FIRST_DAY, FORMULA_HEADLINE, LAST_DAY, make_release
from warehouse.sql import QUERIES, read_query
from warehouse.store import connect


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    make_release(folder)
    return folder


@pytest.fixture
def release(data_dir):
    with connect(data_dir) as connection:
        yield connection


@pytest.mark.parametrize("name", sorted(path.stem for path in QUERIES.glob("*.sql")))
def test_every_named_query_runs_with_its_defaults_and_has_no_duplicate_column(release, name):
    query = find_query(name)
    assert query.description.endswith((".", "?"))
    frame = run_query(release, name)
    assert len(set(frame.columns)) == frame.width
    assert frame.height > 0 or name in {"silent_sources", "spike_observations"}   # nobody is silent, nobody was told yet


def test_a_named_query_gives_the_same_rows_in_the_same_order_twice(data_dir):
    names = list_queries()["name"]
    with connect(data_dir) as first, connect(data_dir) as second:
        for name in names:
            assert run_query(first, name).equals(run_query(second, name)), name


def test_parameters_are_cast_and_their_mistakes_explained(release):
    days = run_query(release, "coverage_by_day", {"since": "2026-06-01", "until": date(2026, 6, 2)})
    assert sorted(set(days["published_date"])) == [date(2026, 6, 1), date(2026, 6, 2)]
    with pytest.raises(ConfigError, match=r"since: .*2026-13-40.* → it is the first day, a DATE"):
        run_query(release, "coverage_by_day", {"since": "2026-13-40"})
    with pytest.raises(ConfigError, match="no parameter form → it has: since, until, topic"):
        run_query(release, "coverage_by_day", {"form": "x"})


def test_a_table_is_a_query(release):
    assert run_query(release, "ops.sources").height == 6


def test_unknown_names_come_with_the_nearest(release):
    with pytest.raises(ConfigError, match="coverage_by_month"):
        run_query(release, "coverage_by_mounth")


def test_a_statement_takes_parameters(release):
    frame = run_query(release, "SELECT count(*) AS n FROM marts.articles WHERE country_code = $country", {"country": "GB"})
    assert frame.item() == run_query(release, "SELECT * FROM marts.articles").filter(country_code="GB").height


def test_explain_and_describe_are_statements_too(release):
    assert "column_name" in run_query(release, "DESCRIBE marts.articles").columns
    assert run_query(release, "EXPLAIN SELECT 1").height > 0


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE marts.articles",
        "SELECT 1; SELECT 2",
        "COPY (SELECT 1) TO '/tmp/nichiro-test.csv'",
        "ATTACH ':memory:' AS other",
        "SET enable_external_access = true",
        "INSTALL httpfs",
        "-- nothing",
        "selec 1",
        "SELECT no_such_column FROM marts.articles",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM '/etc/hostname'",
        "SELECT * FROM glob('/*')",
        "EXPLAIN ANALYZE DELETE FROM marts.articles",
    ],
)
def test_what_is_not_one_reading_statement_is_refused_on_one_line(release, statement):
    with pytest.raises(ConfigError) as caught:
        run_query(release, statement)
    assert "\n" not in str(caught.value)
    assert caught.value.hint


def test_python_variables_are_not_tables(release):
    secrets = pl.DataFrame({"a": [1]})
    with pytest.raises(ConfigError):
        run_query(release, "SELECT * FROM secrets")
    assert secrets.height == 1


def test_a_writable_connection_is_refused():
    import duckdb

    with pytest.raises(ConfigError, match="read-only"):
        run_query(duckdb.connect(), "SELECT 1")


def test_attention_counts_copies_once(release):
    share = run_query(release, "attention_share", {"since": FIRST_DAY, "until": LAST_DAY})
    articles = run_query(release, "marts.articles")
    originals = articles.filter((pl.col("relevance") == "strong") & ~pl.col("is_copy"))
    assert articles.filter("is_copy").height > 0
    assert share["attention_count"].sum() == originals.height


def test_evidence_has_as_many_rows_as_the_number_and_each_leads_to_a_record(release):
    for country in ("JP", "RU"):
        rows = run_query(release, "evidence", {"day": LAST_DAY, "country": country})
        number = run_query(release, "marts.coverage_daily").filter(
            published_date=LAST_DAY, country_code=country, topic_id="any"
        )["original_count"].sum()
        assert rows.height == number > 0
        assert rows.select("warc_path", "warc_offset", "relevance_version", "parser_version").null_count().sum_horizontal().item() == 0


def test_the_spike_is_explained_by_its_articles(release):
    spikes = run_query(release, "spikes", {"since": LAST_DAY, "until": LAST_DAY})
    rows = run_query(release, "spike_reasons", {"day": LAST_DAY})
    assert set(rows["spike_id"]) == set(spikes["spike_id"])
    assert rows["row_ids"].list.len().min() > 0, "every sentence has rows"
    one = spikes.row(0, named=True)
    told = run_query(release, "spike_reasons", {"spike_id": one["spike_id"]})
    assert told["number"].to_list() == list(range(1, told.height + 1))
    articles = run_query(release, "spike_articles", {"spike_id": one["spike_id"]})
    assert set(told.filter(kind="count")["row_ids"][0]) == set(articles["article_id"])
    stories = run_query(release, "spike_stories", {"spike_id": one["spike_id"]})
    assert stories["behind_count"].sum() == articles.height
    assert set(told.filter(kind="story")["row_ids"][0]) == set(stories["article_ids"][0])


def test_only_sources_that_were_seen_healthy_are_called_silent(data_dir, tmp_path):
    """On the last day GB is challenged and a Russian wire is down: neither is silent, whatever was counted."""
    with connect(data_dir) as connection:
        assert run_query(connection, "silent_sources").is_empty()
        trouble = run_query(connection, "sources_in_trouble")["source_id"].to_list()
        assert trouble == ["ru_volna_wire", "gb_harbour_review"]


def test_a_healthy_source_without_a_word_is_silent(tmp_path):
    from warehouse.store import Candidate, publish
    from warehouse.tables import marts

    make_release(tmp_path)
    candidate = Candidate.start(tmp_path)
    articles = candidate.read(marts.ARTICLES).filter(source_id="jp_minato_news", published_date=LAST_DAY)
    candidate.delete(marts.ARTICLES, articles.select("article_id"))
    candidate.close()
    publish(tmp_path, "20260630T000000Z-001", keep=2)
    with connect(tmp_path) as connection:
        silent = run_query(connection, "silent_sources")
    assert silent["source_id"].to_list() == ["jp_minato_news"]
    assert silent["usual_per_day"].item() > 0


def test_announced_events_know_only_what_was_fetched_by_then(release):
    early = run_query(release, "announced_events", {"known_on": FIRST_DAY})
    late = run_query(release, "announced_events", {"known_on": LAST_DAY})
    assert 0 < early.height < late.height
    assert (late["days_ahead"] > 0).all()


def test_the_tone_interval_is_students(release):
    week = run_query(release, "tone_by_week").filter(pl.col("scored_count").is_between(3, 30)).row(0, named=True)
    scores = run_query(release, "marts.articles").filter(
        (pl.col("relevance") == "strong") & ~pl.col("is_copy"),
        pl.col("language_code") == week["language_code"],
        pl.col("published_date").dt.truncate("1w") == week["week_date"],
    )["tone_score"].drop_nulls()
    half = stats.t.ppf(0.95, len(scores) - 1) * scores.std() / len(scores) ** 0.5
    assert week["scored_count"] == len(scores)
    assert week["tone_mean"] == pytest.approx(scores.mean())
    assert week["tone_high"] == pytest.approx(min(1, scores.mean() + half), abs=1e-3)


def test_tone_before_and_after_share_no_day(release):
    row = run_query(release, "tone_before_after", {"date": "2026-05-01", "days": "10"}).row(0, named=True)
    assert row["difference"] == pytest.approx(row["after_mean"] - row["before_mean"])
    official = run_query(release, "marts.articles").filter(
        (pl.col("relevance") == "strong") & (pl.col("genre") == "official_statement") & pl.col("tone_score").is_not_null(),
        pl.col("published_date").is_between(date(2026, 4, 21), date(2026, 5, 10)),
    )
    assert row["before_count"] + row["after_count"] == official.height


def test_the_permutation_test_agrees_with_scipys(release):
    given = {"date": "2026-05-20", "days": 40, "genres": "['news', 'op_ed', 'editorial', 'wire', 'official_statement']"}
    rows = run_query(release, "tone_before_after", given)
    assert rows.equals(run_query(release, "tone_before_after", given)), "drawn by a hash"
    tones = run_query(release, "SELECT a.country_code, a.language_code, a.published_date >= DATE '2026-05-20' AS late, t.tone_score FROM marts.target_tone t "
                               "JOIN marts.articles a USING (article_id) WHERE t.target_id = 'document' AND a.genre IN ('news', 'op_ed', 'editorial', 'wire', 'official_statement') AND a.relevance = 'strong' AND NOT a.is_copy "
                               "AND t.tone_score IS NOT NULL AND a.published_date BETWEEN DATE '2026-04-10' AND DATE '2026-06-28'")
    tested = 0
    for row in rows.drop_nulls("p_value").iter_rows(named=True):
        mine = tones.filter(country_code=row["country_code"], language_code=row["language_code"])
        sides = [mine.filter(late=late)["tone_score"].to_numpy() for late in (True, False)]
        assert (len(sides[0]), len(sides[1])) == (row["after_count"], row["before_count"])
        expected = stats.permutation_test(sides, lambda x, y, axis: abs(x.mean(axis=axis) - y.mean(axis=axis)), vectorized=True, n_resamples=4000, random_state=1, alternative="greater")
        assert row["p_value"] == pytest.approx(expected.pvalue, abs=0.05)
        tested += 1
    assert tested >= 2


def test_evidence_is_as_many_rows_as_mentions_were_counted(release):
    daily = run_query(release, "marts.tone_daily").filter(pl.col("target_id") == "JP")
    day = daily["published_date"].max()
    found = run_query(release, "tone_evidence", {"day": day})
    assert found.height == daily.filter(published_date=day)["mention_count"].sum() > 0
    assert found["sentence"].null_count() == 0 and set(found["label"]) == {"negative"}
    assert run_query(release, "tone_evidence", {"day": day, "voice": "quoted"}).height == found.filter(voice="quoted").height


def test_drift_pairs_the_same_mentions(release):
    row = run_query(release, "tone_drift").filter(target_id="any", language_code="ja").row(0, named=True)
    assert (row["old_version"], row["new_version"], row["agreement_share"]) == ("fiction", "later fiction", 1.0)
    assert row["mean_shift"] == pytest.approx(0.1)
    whole = run_query(release, "tone_drift").filter(target_id="document", language_code="ja").row(0, named=True)
    assert (whole["old_version"], whole["new_version"], whole["agreement_share"]) == ("fiction", "later fiction", 0.0)
    assert whole["mean_shift"] == pytest.approx(0.2)


def test_tone_toward_a_target_by_week(release):
    author, quoted, both = (run_query(release, "tone_by_week", {"target": "JP", "voice": voice}) for voice in ("author", "quoted", "any"))
    assert author["tone_mean"].to_list() == pytest.approx([-0.1] * author.height)
    assert both["tone_mean"].to_list() == pytest.approx([(-0.1 - 0.7) / 2] * both.height)
    assert (both["tone_high"] - both["tone_low"] < author["tone_high"] - author["tone_low"]).all(), "two mentions tell more than one"
    assert quoted.height == author.height
    assert run_query(release, "tone_by_week", {"target": "nobody"}).is_empty()


def test_a_head_without_a_sentence_is_a_mistake_of_the_file(tmp_path):
    (tmp_path / "broken.sql").write_text("SELECT 1\n")
    with pytest.raises(ConfigError, match="first line"):
        read_query(tmp_path / "broken.sql")
    (tmp_path / "broken.sql").write_text("-- One.\n-- param since: x\nSELECT 1\n")
    with pytest.raises(ConfigError, match="no parameter"):
        read_query(tmp_path / "broken.sql")


HOSTILE = pl.DataFrame({"headline": [FORMULA_HEADLINE, "\x1b[31mred\x07", "[bold]not bold[/bold]", None], "n": [1, -2, 3, 4]})


def test_the_table_prints_no_escape_and_no_markup():
    out = io.StringIO()
    print_table(HOSTILE, out)
    assert "\x1b" not in out.getvalue() and "\x07" not in out.getvalue()
    assert "[bold]not bold[/bold]" in out.getvalue()


def test_what_is_too_wide_is_printed_row_by_row(release):
    out = io.StringIO()
    print_table(run_query(release, "evidence").head(2), out)
    lines = out.getvalue().splitlines()
    assert lines[-1] == "2 rows" and any(line.startswith("warc_offset") for line in lines)
    assert sum(line.startswith("headline ") for line in lines) == 2
    out = io.StringIO()
    print_table(run_query(release, "coverage_by_month"), out)
    lines = out.getvalue().splitlines()
    assert len(lines) < 20 and all(len(line) <= 80 for line in lines)


def test_csv_on_the_screen_holds_no_formula():
    out = io.StringIO()
    show(HOSTILE, "csv", stream=out)
    assert "'=HYPERLINK" in out.getvalue()
    assert "\n\x1b[31mred\x07,-2\n" in out.getvalue()   # numbers stay numbers


def test_json_is_the_rows(release):
    out = io.StringIO()
    show(run_query(release, "ops.topics"), "json", stream=out)
    assert json.loads(out.getvalue()) == run_query(release, "ops.topics").to_dicts()


def test_a_file_is_written_whole(release, tmp_path):
    frame = run_query(release, "evidence")
    show(frame, "parquet", tmp_path / "deep" / "rows.parquet")
    assert pl.read_parquet(tmp_path / "deep" / "rows.parquet").equals(frame)
    for form, out in (("table", tmp_path / "x"), ("parquet", None), ("xml", None)):
        with pytest.raises(ConfigError):
            show(frame, form, out)
