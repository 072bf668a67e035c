"""Genre by source rules, by address and section, and by the form of the text; all texts are fiction."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from crawlers.genre import guess_genre
from crawlers.marks import FILE, genre_by_form, marks, points
from warehouse.columns import GENRES

SYNTHETIC = Path(__file__).parents[2] / "benchmarks" / "labels" / "genre_synthetic.tsv"
REPORT = (
    "The port of Fogmouth will be widened by June, the town said on Tuesday. Officials found that 300 ships had waited. "
    "“We expected fewer,” said Ada Invented, who runs the port. The work was announced in March and costs $4 million, according to "
    "a statement. Police closed two roads near the quay, and a spokesman told reporters that more would follow on Friday."
)
ARGUMENT = (
    "The truth is that Fogmouth never needed a wider port. Why should anyone pay for it? The real question is who gains. "
    "It would be simple to repair the old quay, yet the council can't even say what that would cost. But perhaps the answer is clear: "
    "it's not the ships that matter, it's the power of those who own the cranes. We should not be surprised. The idea is still very bad."
)
SPEECH = "President of Foggia Bo Fictional: Friends, we are here today to open the bridge.\nI wish you success. Thank you."


@pytest.mark.parametrize(
    ("genre", "headline", "byline", "body"),
    [
        ("news", "Fogmouth port to be widened", "Cy Madeup", REPORT),
        ("op_ed", "The port that nobody needs", "Cy Madeup", ARGUMENT),
        ("op_ed", "Column: The port", "Cy Madeup", REPORT),
        ("editorial", "The port that nobody needs", "Editorial", ARGUMENT),
        ("wire", "Fogmouth port to be widened", "Cy Madeup", f"FOGMOUTH (Reuters) - {REPORT}"),
        ("wire", "Fogmouth port to be widened", "Associated Press", REPORT),
        ("readout", "Telephone conversation with Prime Minister of Mistland", None, "The two leaders discussed bilateral cooperation."),
        ("official_statement", "Condolences to the President of Mistland", None, "The message reads, in part: “I share your grief.”"),
        ("official_statement", "Opening of the bridge in Fogmouth", None, SPEECH),
        ("press_conference", "Answers to journalists’ questions", None, "Question: When?\nBo Fictional: Soon.\nQuestion: Where?\nBo Fictional: Here."),
        ("interview", "Interview to the Fogmouth Lantern", None, "Editor: Why?\nBo Fictional: Because.\nEditor: When?\nBo Fictional: Now."),
        ("diet_speech", "Policy Speech by the Prime Minister to the 900th Session of the Diet", None, "I shall speak of five things."),
    ],
)
def test_form_tells_the_genre(genre: str, headline: str, byline: str | None, body: str) -> None:
    assert genre_by_form(headline, byline, body) == genre


def test_japanese_and_russian_marks() -> None:
    with SYNTHETIC.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    wrong = [row["headline"] for row in rows if genre_by_form(row["headline"], row["byline"], row["body"].replace(" / ", "\n")) != row["genre"]]
    assert len(rows) >= 40
    assert {row["genre"] for row in rows} == set(GENRES)
    assert not wrong


def test_nothing_known_is_news() -> None:
    assert genre_by_form(None, None, "") == "news"
    assert points(None, None, "") == {"news": 2.0}


def test_marks_are_of_known_genres_and_places(tmp_path: Path) -> None:
    assert {mark.genre for mark in marks()} == set(GENRES)
    broken = tmp_path / "marks.yml"
    broken.write_text("news:\n  - [1, nowhere, x]\n", encoding="utf-8")
    with pytest.raises(ValueError, match="nowhere"):
        marks(broken)
    assert FILE.exists()


@pytest.mark.parametrize(
    ("genre", "url", "sections"),
    [
        ("op_ed", "https://paper.example/opinion/port", []),
        ("op_ed", "https://paper.example/1", ["Commentary"]),
        ("editorial", "https://paper.example/editorials/port", []),
        ("wire", "https://www.reuters.com/world/port", []),
        ("op_ed", "https://theconversation.com/port-1", []),
        ("news", "https://reuters.com.paper.example/port", []),
    ],
)
def test_address_and_section_go_before_form(genre: str, url: str, sections: list[str]) -> None:
    assert guess_genre(url, sections, "Fogmouth port to be widened", "Cy Madeup", REPORT) == genre


def test_an_editorial_among_opinions_stays_one() -> None:
    assert guess_genre("https://paper.example/opinion/port", [], "The Lantern view on the port", "Editorial", ARGUMENT) == "editorial"


@pytest.mark.parametrize(
    ("genre", "url", "headline", "body"),
    [
        ("official_statement", "https://www.ministry.go.jp/speech/2026/port.html", "Opening of the quay", "Two ships came."),
        ("press_conference", "https://www.ministry.go.jp/press/kaiken/port.html", "The port", "Two ships came."),
        ("readout", "https://www.kremlin.ru/events/1", "Meeting with the Governor of Mistland", "The two leaders discussed cooperation."),
        ("news", "https://paper.example/news/port", "Opening of the quay", REPORT),
        ("diet_speech", "https://kokkai.ndl.go.jp/txt/1", "The port", "Two ships came."),
    ],
)
def test_address_and_host_say_what_a_form_leaves_open(genre: str, url: str, headline: str, body: str) -> None:
    assert guess_genre(url, [], headline, None, body) == genre


@pytest.mark.parametrize(
    ("genre", "declared", "headline", "byline", "body"),
    [
        ("op_ed", "op_ed", "Fogmouth port to be widened", "Cy Madeup", REPORT),  # a column that reports
        ("news", "news", "The port that nobody needs", "Cy Madeup", ARGUMENT),  # a report that argues
        ("op_ed", "news", "Column: The port", "Cy Madeup", REPORT),  # a newspaper of several genres
        ("editorial", "op_ed", "The port that nobody needs", "Editorial", ARGUMENT),
        ("wire", "op_ed", "Fogmouth port to be widened", "Cy Madeup", f"FOGMOUTH (Reuters) - {REPORT}"),
        ("readout", "official_statement", "Telephone conversation with Prime Minister of Mistland", None, "The leaders discussed fish."),
        ("official_statement", "official_statement", "The quay", None, "Two ships came."),
    ],
)
def test_a_declared_genre_stands_unless_the_page_says_otherwise(
    genre: str, declared: str, headline: str, byline: str | None, body: str
) -> None:
    assert guess_genre("https://paper.example/1", [], headline, byline, body, declared) == genre


def test_a_path_of_reports_speaks_against_an_op_ed() -> None:
    plain, sport = (points(None, None, ARGUMENT, f"https://paper.example/{part}/1")["op_ed"] for part in ("pages", "sport"))
    assert sport < plain


def test_turns_are_those_of_the_recogniser() -> None:
    asked = "Question: When?\nBo Fictional: Soon.\nQuestion: Where?\nBo Fictional: Here.\nQuestion: Why?\nBo Fictional: Because."
    assert points(None, None, asked)["press_conference"] > 0
    assert "press_conference" not in points(None, None, asked.replace("Question", "The result"))


@pytest.mark.parametrize(("headline", "genre"), [("The quay", "official_statement"), ("Meeting with the Governor of Mistland", "readout")])
def test_a_declared_authority_is_one_under_any_address(headline: str, genre: str) -> None:
    assert guess_genre("https://authority.example/commentary/1", ["News"], headline, None, ARGUMENT, "official_statement") == genre
