"""Bring your own: pages and texts of a person, read and scored without a warehouse."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nichiro import extraction
from nichiro.errors import ConfigError
from nichiro.extraction import extract_all, indexed_in, saved_in
from nichiro.own import score_lines
from nichiro.settings import PROJECT
from tests.nichiro.command import Command

OP_ED = PROJECT.parent / "shared" / "seed" / "op-ed.txt"
PAGE = """<!DOCTYPE html><html lang="en"><head><title>Anchors aweigh</title>
<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Fictional ministers meet",
"datePublished": "2026-05-03T14:30:00+09:00", "author": {"name": "Aiko Example"}}</script></head><body><article>
<h1>Fictional ministers meet</h1>%s</article></body></html>"""
PARAGRAPH = "<p>The fictional foreign ministers of Japan and Russia met in a fictional town and spoke of the Kuril Islands.</p>"


NOW = datetime(2026, 6, 1, tzinfo=UTC)
REAL = PROJECT.parent / "shared" / "realpages" / "index.tsv"


def read(what: Path) -> list[dict]:
    return list(extract_all(saved_in(what, "", NOW), 1))


def index(folder: Path, *lines: str, head: str = "file\turl\tnote\tcaptured_at") -> Path:
    (folder / "index.tsv").write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return folder / "index.tsv"


def test_a_batch_keeps_its_order_and_has_a_line_for_every_file(tmp_path: Path) -> None:
    (tmp_path / "one.html").write_text(PAGE % (PARAGRAPH * 6))
    (tmp_path / "folder.html").mkdir()
    path = index(
        tmp_path, "gone.html\thttps://daily.example/0", "one.html\thttps://daily.example/1\tits \"note\t2026-05-04",
        "one.html\t\t\t2026-05-01T00:00:00Z", "folder.html\thttps://daily.example/3", "nul\0.html\thttps://daily.example/4",
    )  # fmt: skip
    gone, one, early, folder, odd = extract_all(indexed_in(path, NOW), 1)
    assert [row["quarantine_reason"] for row in (gone, folder, odd)] == ["unreadable_file"] * 3 and gone["error"] == "No such file or directory"
    assert (one["url"], one["headline"], one["quarantine_reason"]) == ("https://daily.example/1", "Fictional ministers meet", None)
    assert early["url"].startswith("file://") and early["quarantine_reason"] == "future_date", "it was fetched two days before"


def test_a_batch_reads_on_all_cores_what_it_reads_on_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extraction, "MANY", 1)
    lines = []
    for number in range(8):
        (tmp_path / f"{number}.html").write_text(PAGE.replace("ministers", f"minister {number}") % (PARAGRAPH * 6))
        lines.append(f"{number}.html\thttps://daily.example/{number}")
    pages = indexed_in(index(tmp_path, *lines), NOW)
    alone = list(extract_all(pages, 1))
    assert list(extract_all(pages, 2)) == alone and [row["headline"] for row in alone[:2]] == ["Fictional minister 0 meet", "Fictional minister 1 meet"]


def test_an_index_without_its_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no column url"):
        indexed_in(index(tmp_path, "one.html", head="file\tlink"), NOW)
    with pytest.raises(ConfigError, match="cannot be read"):
        indexed_in(tmp_path / "nothing.tsv", NOW)


@pytest.mark.slow
@pytest.mark.skipif(not REAL.exists(), reason="the real pages of ../shared are not here")
def test_the_real_pages_have_a_line_each(tmp_path: Path) -> None:
    done = Command(tmp_path)("extract", "--batch", str(REAL), "--jsonl")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    files = [line.split("\t")[0] for line in REAL.read_text(errors="replace").splitlines()[1:]]
    assert [row["file"] for row in rows] == files and len(rows) == 559
    assert not [row for row in rows if row["quarantine_reason"] == "unreadable_file"] and f"of {len(files)} pages read" in done.stderr


def test_extract_reads_a_folder(tmp_path: Path) -> None:
    (tmp_path / "one.html").write_text(PAGE % (PARAGRAPH * 6))
    (tmp_path / "notes.txt").write_text("A text of fiction without a headline or a date.\n\nIt has two paragraphs.")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    page, text = sorted(read(tmp_path), key=lambda row: row["file"], reverse=True)
    assert page["headline"] == "Fictional ministers meet" and page["byline"] == "Aiko Example"
    assert (str(page["published_at"]), page["precision"], page["language"]) == ("2026-05-03 05:30:00+00:00", "minute", "en")
    assert (text["headline"], text["published_at"], text["language"]) == (None, None, "en")


def test_extract_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no page in"):
        read(tmp_path)
    with pytest.raises(ConfigError, match="cannot be read"):
        read(tmp_path / "nothing.html")


def score(*rows: object) -> list[dict]:
    return [json.loads(line) for line in score_lines(row if isinstance(row, str) else json.dumps(row) for row in rows)]


def test_score_keeps_order_and_own_keys() -> None:
    on, off, japanese, russian = score(
        {"id": 1, "text": "Japan and Russia resumed talks on a peace treaty and the Kuril Islands. Japan welcomed the progress."},
        {"id": 2, "text": "The football season opened with a dull draw.", "language": "en"},
        {"id": 3, "text": "日本とロシアは北方領土をめぐる平和条約交渉を再開した。日本側は歓迎した。", "headline": "北方領土交渉を再開"},
        {"id": 4, "text": "Россия и Япония обсудили мирный договор и Южные Курилы. Стороны отметили успех."},
    )
    assert [row["id"] for row in (on, off, japanese, russian)] == [1, 2, 3, 4]
    assert [row["relevance"] for row in (on, off, japanese, russian)] == ["strong", "none", "strong", "strong"]
    assert (japanese["language"], russian["language"]) == ("ja", "ru")
    assert "territory" in on["topics"]
    for row in (on, japanese, russian):
        for passage in row["passages"]:
            text = row["text"] if passage["field"] == "body" else row["headline"]
            piece = text[passage["start_offset"] : passage["end_offset"]]
            assert all(term in piece for term in passage["terms"]), (piece, passage)


def test_score_answers_a_bad_line_with_an_error() -> None:
    broken, no_text, good = score("{not json", {"texts": "?"}, {"text": "Something else."})
    assert "no JSON" in broken["error"] and '"text"' in no_text["error"] and good["relevance"] == "none"


@pytest.mark.skipif(not OP_ED.exists(), reason="the seed op-ed of ../shared is not here")
def test_the_op_ed_is_on_the_beat_and_negative() -> None:
    extracted = read(OP_ED)[0]
    assert (extracted["headline"], extracted["published_at"], extracted["language"]) == (None, None, "en")
    (scored,) = score({"text": extracted["body"]})
    assert scored["relevance"] == "strong" and scored["tone_score"] < 0


def test_hostile_lines_come_back_with_an_error_and_odd_keys_do_no_harm() -> None:
    lines = ['{"text": "\\ud800"}', '{"text": "a", "n": ' + "9" * 5000 + "}", "[" * 100_000, '{"text": "fine", "country": 7, "kind": [1], "headline": 5}']
    rows = [json.loads(line) for line in score_lines(lines)]
    assert ["error" in row for row in rows] == [True, True, True, False]
