"""enriched.tone: document tone by word lists in English, Japanese and Russian; a transparent baseline and no more."""

from __future__ import annotations

import hashlib
import re

import polars as pl

from warehouse.tables.enriched import TONE

METHOD = "dictionary"
VERSION = "1"

# Without blanks between words they are looked for as substrings, and "words looked at" are runs of one script.
UNSPACED = frozenset({"ja"})
_WORD = r"\w+(?:[-'’]\w+)*"
_RUN = r"\p{Han}+|\p{Hiragana}+|\p{Katakana}+|[A-Za-z0-9]+"
# A negation turns a word round: one or two words before it; in Japanese it follows (協力しない, 協力できず).
NEGATION = {
    "en": re.compile(r"not|no|never|nor|neither|without|cannot|\w+n['’]t"),
    "ru": re.compile(r"не|ни|без|нет"),
}
_NEGATIVE_ENDING = r"(?:\p{Hiragana}{0,2}(?:ない|なかった|なく|ません|ずに))?"


def tone(articles: pl.DataFrame, lexicons: pl.DataFrame) -> pl.DataFrame:
    """Score headline and body of staging.articles: (positive - negative) / (positive + negative).

    ``lexicons``: language_code, pattern (``*`` is any ending), polarity (1, -1, or 0 for a word that hides others in
    it). A body that is not full is never scored: a lead is not the piece. The method version carries the lists' hash.
    """
    lists = lexicons.partition_by("language_code", as_dict=True)
    full = articles.filter(pl.col("body_state") == "full").partition_by("language_code", as_dict=True)
    counted = [_counts(full[key], key[0], lists[key]) for key in sorted(full.keys() & lists.keys())]
    marked = pl.col("positive_count") + pl.col("negative_count")
    result = (
        articles.join(pl.concat([_NO_COUNTS, *counted]), on="capture_id", how="left")
        .with_columns(pl.col("positive_count", "negative_count", "token_count").fill_null(0).cast(pl.Int64))
        .with_columns(
            tone_score=pl.when(marked > 0).then((pl.col("positive_count") - pl.col("negative_count")) / marked),
            unscored_reason=pl.when(pl.col("body_state") != "full").then(pl.lit("body_not_full"))
            .when(~pl.col("language_code").is_in([language for (language,) in lists])).then(pl.lit("no_dictionary"))
            .when(marked == 0).then(pl.lit("no_tone_words")),
            method=pl.lit(METHOD),
            method_version=pl.lit(f"{VERSION}+{_hash(lexicons)}"),
        )
    )
    return TONE.conform(result.select(TONE.schema.names()).sort("capture_id"))


_NO_COUNTS = pl.DataFrame(
    schema={"capture_id": pl.String} | dict.fromkeys(("positive_count", "negative_count", "token_count"), pl.UInt32)
)


def _counts(articles: pl.DataFrame, language: str, lexicon: pl.DataFrame) -> pl.DataFrame:
    """capture_id, positive_count, negative_count, token_count of one language's articles."""
    text = pl.concat_str("headline", pl.lit("\n"), "body").str.normalize("NFKC").str.to_lowercase().str.replace_all("ё", "е")
    patterns = dict(lexicon.select("pattern", "polarity").iter_rows())
    if language in UNSPACED:
        found = text.str.extract_all(_substrings(patterns))
        tokens = text.str.count_matches(_RUN)
    else:
        found = text.str.extract_all(_WORD)
        tokens = found.list.len()
    words = articles.select("capture_id", word=found).explode("word", empty_as_null=True).drop_nulls("word")
    vocabulary = words["word"].unique().sort()
    # A join, for a mapping of no words at all would leave the column a string.
    polarity = pl.Series("polarity", [polarity_of(word, language, patterns) for word in vocabulary], pl.Int32)
    words = words.join(pl.DataFrame([vocabulary, polarity]), on="word", how="left", maintain_order="left")
    if language in NEGATION:
        turns = pl.col("word").is_in([word for word in vocabulary if NEGATION[language].fullmatch(word)])
        before = pl.any_horizontal(turns.shift(step, fill_value=False).over("capture_id") for step in (1, 2))
        words = words.with_columns(polarity=pl.when(before).then(-pl.col("polarity")).otherwise("polarity"))
    summed = words.group_by("capture_id").agg(
        positive_count=(pl.col("polarity") > 0).sum(), negative_count=(pl.col("polarity") < 0).sum()
    )
    return articles.select("capture_id", token_count=tokens).join(summed, on="capture_id", how="left").select(
        "capture_id", "positive_count", "negative_count", "token_count"
    )


def polarity_of(word: str, language: str, patterns: dict[str, int]) -> int:
    """Polarity of a word as found: the whole word, else its longest listed beginning."""
    if word in patterns:
        return patterns[word]
    for end in range(len(word), 0, -1):
        if language in UNSPACED and word[:end] in patterns:
            return -patterns[word[:end]]   # more than the listed word was found: its negative ending
        if f"{word[:end]}*" in patterns:
            return patterns[f"{word[:end]}*"]
    return 0


def _substrings(patterns: dict[str, int]) -> str:
    """One regex of all words, the longest first, each with a negative ending where it has one."""
    ordered = sorted(patterns, key=lambda pattern: (-len(pattern), pattern))
    return f"(?:{'|'.join(re.escape(pattern) for pattern in ordered)}){_NEGATIVE_ENDING}"


def _hash(lexicons: pl.DataFrame) -> str:
    rows = lexicons.sort("language_code", "pattern").iter_rows()
    return hashlib.sha256(repr(list(rows)).encode()).hexdigest()[:12]
