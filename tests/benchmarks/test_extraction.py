"""The scorers of extraction and dates, and the figures of ours that cost a second; peers run in the benchmark alone."""

from __future__ import annotations

from statistics import fmean

import pytest

from benchmarks import dates, extraction, pages
from benchmarks.pages import Sample
from benchmarks.shingles import Overlap, f1, overlap

needs_shared = pytest.mark.skipif(not pages.REAL.exists(), reason="reads real pages in ../shared, which is not here")


def test_overlap_counts_runs_of_four_words() -> None:
    assert overlap("a b c d e", "a b c d x") == Overlap(both=1, extra=1, missed=1)
    assert overlap("昆布が戻る", "昆布が 戻った", characters=True) == Overlap(both=1, extra=2, missed=1)
    assert overlap("", "a b c d") == Overlap(0, 1, 0)


def test_f1_is_of_mean_precision_and_mean_recall() -> None:
    assert f1([Overlap(1, 0, 0), Overlap(0, 0, 4)]) == pytest.approx(2 * 1 * 0.5 / 1.5)
    assert f1([]) == 0


@pytest.mark.parametrize(
    ("title", "found", "is_exact"),
    [
        ("Kelp returns - Harbour Post", "Kelp returns", True),
        ("昆布が戻る：港日報", "昆布が戻る", True),
        ("‘Kelp’ returns | Opinion | Post", "'Kelp' returns", True),
        ("Kelp returns - Harbour Post", "Kelp", False),
        ("Kelp returns", "", False),
        ("Kelp returns Paper", "Kelp returns", True),
        ("Paper Kelp returns", "Kelp returns", True),
        ("Kelp returns Paper News", "Kelp returns", False),
        ("Kelp returns to Paper Bay", "Kelp returns to", False),
        ("Kelp returns Harbour", "Kelp returns", False),
        ("昆布が戻る　写真1枚　国内：Paper News", "昆布が戻る", True),
        ("昆布　戻る　写真1枚　国内：Paper News", "昆布　戻る", True),
        ("昆布　戻る｜港日報", "昆布", False),
    ],
)
def test_a_headline_is_the_title_or_what_a_separator_parts_from_it(title: str, found: str, is_exact: bool) -> None:
    sample = Sample("x", "https://paper.example/", b"<p>x</p>", headline=title)
    assert extraction.is_exact(sample, found) is is_exact


def test_a_title_cut_short_is_completed_from_the_page() -> None:
    sample = Sample("x", "https://paper.example/", b"<title>Kelp returns to the bay</title><p>x</p>", headline="Kelp returns t&#x")
    assert extraction.gold_title(sample) == "Kelp returns to the bay"


@needs_shared
def test_rules_read_the_japanese_press() -> None:
    samples = [sample for sample in pages.press() if sample.name in extraction.RULES]
    read = extraction.ruled_reader()
    assert f1(overlap(sample.body or "", read(sample), characters=True) for sample in samples) >= 0.97


@needs_shared
def test_every_kremlin_page_is_of_its_day() -> None:
    assert fmean(dates.kremlin_days()) == 1.0
