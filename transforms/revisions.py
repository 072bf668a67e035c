"""marts.revisions: the words in which a version of a document differs from the one before it.

Lines are compared first, then the words of those that differ (longest matching blocks, Ratcliff and Obershelp 1988,
as difflib has it). Japanese has no blanks between words: there a word is a run of one script.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

import polars as pl

from transforms.articles import EXCERPT_CHARACTERS
from warehouse.tables.marts import REVISIONS

METHOD = "word_diff"
VERSION = "1"

CONTEXT = 40             # characters before a change that are shown with it
BRIDGE = 2               # so few words that stayed between two changes do not part them
MOST_PAIRS = 4_000_000   # words × words that are compared one by one; beyond it a passage changed as a whole
_JAPANESE = r"\u3005\u3040-\u30ff\u3400-\u9fff"
_WORD = re.compile(
    rf"[\u3040-\u309f]+|[\u30a0-\u30ff]+|[\u3005\u3400-\u9fff]+|[^\W{_JAPANESE}]+(?:[-'’.,][^\W{_JAPANESE}]+)*"
)


@dataclass(frozen=True)
class Change:
    """One passage that differs; ``context`` is what stands before it now."""

    removed: str
    added: str
    context: str

    @property
    def counts(self) -> tuple[int, int]:
        """Words removed and added."""
        return _count(self.removed), _count(self.added)


def revisions(versions: pl.DataFrame, documents: pl.DataFrame, sources: pl.DataFrame) -> pl.DataFrame:
    """The changes between versions of one document that follow each other.

    ``versions``: staging.articles with ``body``, all versions of the documents concerned; ``documents``: their
    article_id and present published_date; ``sources``: ops.sources. Only texts that are kept for good are compared: of
    others the older version is gone when all is computed again. Words are served as ``served_text`` serves texts:
    where the terms allow to derive only, as many as an excerpt has.
    """
    kept = sources.filter(pl.col("archive_days").is_null()).select("source_id", "access")
    before = {name: pl.col(name).shift(1).over("article_id") for name in ("content_sha256", "headline", "body", "capture_id", "captured_at")}
    pairs = (
        versions.filter(~pl.col("is_alternate_view"), pl.col("body").str.len_chars() == pl.col("body_length"))   # whole texts
        .drop("published_date")
        .join(kept, on="source_id")
        .join(documents.select("article_id", "published_date"), on="article_id")
        .sort("article_id", "captured_at", "capture_id")
        .with_columns(expression.alias(f"previous_{name}") for name, expression in before.items())
        .filter(pl.col("content_sha256") != pl.col("previous_content_sha256"))
    )
    rows = [row for pair in pairs.iter_rows(named=True) for row in _rows(pair)]
    return REVISIONS.conform(pl.DataFrame(rows, schema=REVISIONS.schema).sort("published_date", "capture_id", "number"))


def changes(old: str, new: str) -> Iterator[Change]:
    """The passages in which two texts differ by a word; other punctuation, blanks or line breaks are no change."""
    lines = old.split("\n"), new.split("\n")
    for kind, i, i_end, j, j_end in SequenceMatcher(None, *lines, autojunk=False).get_opcodes():
        if kind != "equal":
            yield from _changed_words("\n".join(lines[0][i:i_end]), "\n".join(lines[1][j:j_end]))


def _changed_words(old: str, new: str) -> Iterator[Change]:
    words = [list(_WORD.finditer(text)) for text in (old, new)]
    for i, i_end, j, j_end in _differing([word.group() for word in words[0]], [word.group() for word in words[1]]):
        removed = old[words[0][i].start() : words[0][i_end - 1].end()] if i < i_end else ""
        added = new[words[1][j].start() : words[1][j_end - 1].end()] if j < j_end else ""
        yield Change(removed, added, _context(new, words[1][j].start() if j < len(words[1]) else len(new)))


def _differing(old: list[str], new: list[str]) -> Iterator[tuple[int, int, int, int]]:
    """Spans of words that differ, those with hardly a word between them as one."""
    if len(old) * len(new) > MOST_PAIRS:
        yield 0, len(old), 0, len(new)
        return
    open_span: tuple[int, int, int, int] | None = None
    for kind, i, i_end, j, j_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        if open_span and i - open_span[1] <= BRIDGE:
            open_span = open_span[0], i_end, open_span[2], j_end
            continue
        if open_span:
            yield open_span
        open_span = i, i_end, j, j_end
    if open_span:
        yield open_span


def _context(text: str, start: int) -> str:
    """The end of the line before ``start``, from the beginning of a word where there are blanks."""
    line = text[:start].rpartition("\n")[2]
    cut = line[-CONTEXT:]
    return (cut.partition(" ")[2] or cut if len(line) > CONTEXT else cut).strip()


def _count(text: str) -> int:
    return len(_WORD.findall(text))


def _rows(pair: dict) -> Iterator[dict]:
    """The rows of one version; texts beyond what its source's terms allow are null, their counts are not."""
    found = [(part, change) for part in ("headline", "body") for change in changes(pair[f"previous_{part}"], pair[part])]
    left = EXCERPT_CHARACTERS if pair["access"] == "derive" else None
    for number, (part, change) in enumerate(found):
        texts: tuple[str | None, ...] = change.removed, change.added, change.context
        length = sum(map(len, (change.removed, change.added, change.context)))
        is_served = pair["access"] != "feed_only" and (left is None or length <= left)
        if left is not None:
            left -= length if is_served else left
        removed_count, added_count = change.counts
        removed, added, context = (text or None for text in texts) if is_served else (None, None, None)
        yield {
            "capture_id": pair["capture_id"], "number": number, "article_id": pair["article_id"], "source_id": pair["source_id"],
            "published_date": pair["published_date"], "previous_capture_id": pair["previous_capture_id"],
            "previous_at": pair["previous_captured_at"], "revised_at": pair["captured_at"], "part": part,
            "removed": removed, "added": added, "context": context,
            "removed_count": removed_count, "added_count": added_count, "method": METHOD, "method_version": VERSION,
        }
