"""Copies: a sample of each text's shingles, and from it the earliest article that a text repeats, edited or not.

FracMinHash (Irber et al. 2022, doi:10.1101/2022.01.11.475838): keep the hashes that are divisible by a scale, so that the
samples of two texts of any length are comparable and containment can be estimated from them.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import polars as pl

from warehouse.tables.enriched import COPIES, SIGNATURES

METHOD = "fracminhash"
VERSION = "2"

SCALE = 2                # every other shingle: a brief of 65 words keeps about 30
WORD_SHINGLE = 5
CHARACTER_SHINGLE = 8
UNSPACED = ("ja", "zh", "th")   # scripts without blanks between words: shingles of characters
WINDOW_DAYS = COPIES.reach
CONTAINMENT = 0.5        # a reprint with a new lede, a paragraph put in and the last 40 % cut keeps 0.55 and more
PART = 4_000_000         # samples that are compared in one go: some 150 MB
PAIRS = 8_000_000        # samples in common that are looked at in one go: some 200 MB
WORDS = 1 << 17          # whose hashes are remembered
SHARED_WORDS = 8         # shared samples below which the estimate is chance, or one stock sentence
SHARED_CHARACTERS = 24   # the same for shingles of characters: a word is about three of them

_WORD = re.compile(r"\w+")


def signatures(articles: pl.DataFrame) -> pl.DataFrame:
    """enriched.signatures of staging.articles: the body's shingles, without marks and punctuation.

    What begins with a capital is its initial, so that a name may be spelled otherwise; case counts in nothing else. A text
    without a whole shingle (nothing, a word, emoji, control characters) has no samples and is nobody's copy.
    """
    rows = []
    for capture_id, source_id, language, body, day in articles.select(
        "capture_id", "source_id", "language_code", "body", "captured_date"
    ).iter_rows():
        hashes = _shingles(body, language)
        rows.append((capture_id, source_id, hashes[hashes % SCALE == 0].tolist(), len(hashes), day, METHOD, VERSION))
    return SIGNATURES.conform(pl.DataFrame(rows, schema=SIGNATURES.schema, orient="row"))


def copies(articles: pl.DataFrame, targets: pl.Series) -> pl.DataFrame:
    """enriched.copies of the ``targets`` (article_ids): each copy among them with the earliest article that it repeats.

    ``articles``: article_id, source_id, language_code, published_at, published_date, signature. A pure pairwise rule: an
    article is a copy where another document of its language, published earlier (ties by source_id, article_id) and at
    most WINDOW_DAYS days before, shares CONTAINMENT of the shorter sample. So a row depends on articles within the
    window alone, and the result is the same whatever else is in the frame.
    """
    found = pairs(articles, later=pl.col("article_id").is_in(targets.implode()), earlier=pl.lit(value=True))
    earliest = found.sort("article_id", "published_at_earlier", "source_id_earlier", "article_id_earlier")
    return COPIES.conform(
        earliest.unique("article_id", keep="first", maintain_order=True).select(
            "article_id",
            pl.col("article_id_earlier").alias("syndicated_from"),
            "containment",
            resemblance=pl.col("shared") / (pl.col("samples") + pl.col("samples_earlier") - pl.col("shared")),
            published_date="published_date",
            method=pl.lit(METHOD),
            method_version=pl.lit(VERSION),
        )
    )


def repeating(articles: pl.DataFrame, origins: pl.Series) -> pl.Series:
    """The other articles that repeat one of ``origins`` (article_ids): those whose row can change with these."""
    is_origin = pl.col("article_id").is_in(origins.implode())
    return pairs(articles, later=~is_origin, earlier=is_origin)["article_id"].unique().sort()


def pairs(articles: pl.DataFrame, later: pl.Expr, earlier: pl.Expr) -> pl.DataFrame:
    """Each text of those ``later`` with every one of those ``earlier`` that it repeats: their columns, ``_earlier`` too.

    ``articles`` as in ``copies``; ``later`` and ``earlier`` are true of rows. ``containment`` is of the shorter sample.
    """
    minimum = pl.when(pl.col("language_code").is_in(UNSPACED)).then(SHARED_CHARACTERS).otherwise(SHARED_WORDS)
    texts = (
        articles.select("article_id", "source_id", "language_code", "published_at", "published_date", "signature", later=later, earlier=earlier)
        .with_columns(samples=pl.col("signature").list.len(), minimum=minimum)
        .filter(pl.col("samples") >= pl.col("minimum"))
        .with_row_index("number")
    )
    shared = _shared(texts)
    texts = texts.drop("signature", "later", "earlier")
    days_before = (pl.col("published_date") - pl.col("published_date_earlier")).dt.total_days()
    return (
        shared.join(texts, on="number")
        .join(texts, left_on="number_earlier", right_on="number", suffix="_earlier")
        .filter(
            pl.col("language_code") == pl.col("language_code_earlier"),
            days_before.is_between(-1, WINDOW_DAYS),   # an earlier instant can bear a later local date farther east
            pl.col("shared") >= pl.col("minimum"),
            _is_earlier(),
        )
        .with_columns(containment=pl.col("shared") / pl.min_horizontal("samples", "samples_earlier"))
        .filter(pl.col("containment") >= CONTAINMENT)
    )


def _shared(texts: pl.DataFrame) -> pl.DataFrame:
    """How many samples (``shared``) each later text (``number``) has in common with an earlier one (``number_earlier``).

    Samples are compared in parts, by the upper bits of the hash, so that what is held beside the samples themselves does
    not grow with them.
    """
    hashes = texts["signature"].explode(empty_as_null=True).to_numpy()
    owners = np.repeat(np.arange(texts.height, dtype=np.uint32), texts["samples"].to_numpy())
    later, earlier = (texts[side].to_numpy() for side in ("later", "earlier"))
    parts = 1 + len(hashes) // PART
    bounds = [number * 2**64 // parts for number in range(parts + 1)]
    counted = texts.select("number", number_earlier="number", shared=pl.lit(0, pl.UInt32)).clear()
    for low, high in pairwise(bounds):
        mine = np.flatnonzero((hashes >= np.uint64(low)) & (hashes <= np.uint64(high - 1)))
        mine = mine[_repeated(hashes[mine])]
        number, signature = owners[mine], hashes[mine]
        asked, found = (pl.DataFrame({"number": number[side[number]], "signature": signature[side[number]]}) for side in (later, earlier))
        counted = pl.concat([counted, *_counted(asked, found)]).group_by("number", "number_earlier").agg(pl.col("shared").sum())
    return counted


def _counted(asked: pl.DataFrame, found: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The samples that texts of ``asked`` have in common with those of ``found``, PAIRS or so of them at a time."""
    expected = asked.group_by("signature").len().join(found.group_by("signature").len(), on="signature")
    slices = 1 + int((expected["len"].cast(pl.UInt64) * expected["len_right"]).sum()) // PAIRS
    for rows in asked.iter_slices(max(1, -(-asked.height // slices))):
        yield (
            rows.join(found, on="signature", suffix="_earlier")
            .filter(pl.col("number") != pl.col("number_earlier"))
            .group_by("number", "number_earlier")
            .agg(shared=pl.len())
        )


def _repeated(hashes: np.ndarray) -> np.ndarray:
    """The places of the hashes that are there more than once: few are, and no join wants the others."""
    order = np.argsort(hashes)
    ordered = hashes[order]
    same = ordered[1:] == ordered[:-1]
    kept = np.zeros(len(hashes), bool)
    kept[1:] |= same
    kept[:-1] |= same
    return order[kept]


def least(language: str) -> int:
    """The samples that a text of a language needs to be compared at all."""
    return SHARED_CHARACTERS if language in UNSPACED else SHARED_WORDS


def _is_earlier() -> pl.Expr:
    """The other article is the earlier one: by instant, then source, then id."""
    instant, source = pl.col("published_at"), pl.col("source_id")
    other_instant, other_source = pl.col("published_at_earlier"), pl.col("source_id_earlier")
    return (other_instant < instant) | (
        (other_instant == instant)
        & ((other_source < source) | ((other_source == source) & (pl.col("article_id_earlier") < pl.col("article_id"))))
    )


def _shingles(text: str, language: str) -> np.ndarray:
    """Distinct 64-bit hashes of a text's shingles, sorted; the same in every process and on every machine."""
    folded = unicodedata.normalize("NFKD", text)
    if not folded.isascii():
        folded = "".join(mark for mark in folded if not unicodedata.combining(mark))
    words = _WORD.findall(folded)
    if language in UNSPACED:
        tokens = np.array([ord(character) for character in "".join(words).casefold()], dtype=np.uint64)
        size = CHARACTER_SHINGLE
    else:
        tokens = np.fromiter(map(_HASHES.__getitem__, words), np.uint64, len(words))
        size = WORD_SHINGLE
    if len(tokens) < size:
        return np.array([], dtype=np.uint64)
    hashes = np.zeros(len(tokens) - size + 1, dtype=np.uint64)
    for place in range(size):
        hashes = _mix(hashes * np.uint64(0x100000001B3) + tokens[place : len(tokens) - size + 1 + place])
    hashes.sort()
    return hashes[np.append(True, hashes[1:] != hashes[:-1])]


class _Hashes(dict[str, int]):
    """The hash of each word met of late: a dictionary that fills itself, and begins anew where it is large."""

    def __missing__(self, word: str) -> int:
        if len(self) >= WORDS:
            self.clear()
        is_name = word[0].isupper() and not word.isupper()   # first words of sentences too; a text all in capitals has none
        folded = (word[0] if is_name else word).casefold()
        self[word] = int.from_bytes(hashlib.blake2b(folded.encode(), digest_size=8).digest())
        return self[word]


_HASHES = _Hashes()


def _mix(values: np.ndarray) -> np.ndarray:
    """The finaliser of SplitMix64 (Steele et al. 2014): each bit in depends on each bit of the input."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
