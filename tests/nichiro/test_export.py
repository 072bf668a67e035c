"""Exports: the same rows in three formats, and no cell that a spreadsheet would execute."""

from __future__ import annotations

import csv
import re
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nichiro.errors import ConfigError, TransientError
from nichiro.export import csv_cells, export, flat, write_xlsx
from nichiro.query import run_query
from tests.release import FORMULA_HEADLINE, make_release
from warehouse.store import connect


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    make_release(folder)
    with connect(folder) as connection:
        yield connection


def test_parquet_is_the_table(release, tmp_path):
    (path,) = export(release, ["marts.articles"], "parquet", tmp_path)
    assert path == tmp_path / "marts.articles.parquet"
    assert pl.read_parquet(path).equals(run_query(release, "marts.articles"))


def test_csv_is_read_back_by_pythons_reader_without_a_formula(release, tmp_path):
    articles, spikes = export(release, ["marts.articles", "spikes"], "csv", tmp_path / "new")
    with articles.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == run_query(release, "marts.articles").height
    assert [row["headline"] for row in rows if "HYPERLINK" in row["headline"]] == ["'" + FORMULA_HEADLINE]
    assert not [cell for row in rows for name, cell in row.items() if name != "tone_score" and re.match(r"[=+\-@\t\r]", cell)]
    assert spikes.read_text().count("\n") == 1 + run_query(release, "spikes").height


@given(st.text(max_size=8))
def test_no_text_cell_begins_like_a_formula(text):
    cell = csv_cells(pl.DataFrame({"a": [text]}))["a"].item()
    assert cell in (text, "'" + text)
    assert not cell or cell[0] not in "=+-@\t\r\n＝＋－＠"


def test_lists_and_column_names_are_guarded_too():
    frame = pl.DataFrame({"=cmd": [["-1", "b"], []], "n": [1, None]})
    assert flat(frame)["=cmd"].to_list() == ["-1; b", ""]
    assert csv_cells(frame).to_dict(as_series=False) == {"'=cmd": ["'-1; b", ""], "n": [1, None]}


def _sheet(path):
    with zipfile.ZipFile(path) as book:
        return book.read("xl/worksheets/sheet1.xml").decode()


def test_xlsx_holds_text_not_formulas_and_no_link(release, tmp_path):
    (path,) = export(release, ["marts.articles"], "xlsx", tmp_path)
    sheet = _sheet(path)
    assert "=HYPERLINK(" in sheet and "<f>" not in sheet and "<hyperlinks" not in sheet
    assert sheet.count("<row ") == 1 + run_query(release, "marts.articles").height


def test_xlsx_keeps_types_and_marks_what_excel_cannot_hold(tmp_path):
    long = "長" * 40_000
    frame = pl.DataFrame({
        "day": [date(2026, 6, 29)], "at": [datetime(2026, 6, 29, 23, 30, tzinfo=UTC)], "n": [3], "x": [0.5], "yes": [True],
        "none": [None], "text": [long], "odd": ["a\x00b\x1b"], "formula": ["=1+1"], "url": ["https://a.example/"],
    })
    with (tmp_path / "rows.xlsx").open("wb") as file:
        write_xlsx(frame, file)
    sheet = _sheet(tmp_path / "rows.xlsx")
    assert "<v>46202</v>" in sheet   # 2026-06-29 in Excel's days
    assert "cut here" in sheet and "長" * 32_000 in sheet and long not in sheet
    assert "=1+1" in sheet and "<f>" not in sheet
    assert "\x00" not in sheet and "\x1b" not in sheet


def test_unknown_names_and_formats_write_nothing(release, tmp_path):
    for names, form in ((["marts.articles", "marts.no"], "csv"), (["marts.articles"], "ods")):
        with pytest.raises(ConfigError):
            export(release, names, form, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_transient(release):
    with pytest.raises(TransientError):
        export(release, ["ops.topics"], "csv", Path("/proc/nichiro"))
