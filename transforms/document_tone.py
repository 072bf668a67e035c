"""Document tone, learnt: how favourable a text sounds as a whole, toward nothing in particular.

A multinomial logistic regression on hashed runs of characters, and in English and Russian of words and the praise and blame that the
dictionary counts, one per language, trained by `python -m benchmarks.tone.train_document`; presence of a run, over the root of how many
there are (as in Wang and Manning 2012, https://aclanthology.org/P12-2018). The dictionary (``transforms.tone``) stays as the baseline.

What it was validated on: Japanese, shopkeepers' judgements of the economy, not press; English and Russian, held-out news sentences,
whose tone is the sum of that toward their targets. In no language was it validated on documents.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np

from transforms.text import sentences
from transforms.tone import NEGATION, polarity_of

METHOD = "character_runs"
LANGUAGES = frozenset({"en", "ja", "ru"})
WINDOW = 300       # characters: sentences are judged together up to here, about what the models were trained on
WINDOWS = 48       # of a document at most, evenly over its length: some 14,000 characters
_BLANKS = re.compile(r"\s+")
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"\w+|[^\w\s]")
_LISTED = re.compile(r"\w+(?:[-'’]\w+)*")      # as the dictionary cuts words
_PRIME = np.uint32(16777619)    # FNV's


@dataclass(frozen=True)
class Model:
    """``weights``: buckets × 3, int8, to be multiplied by ``scale``; ``sharpness`` and ``bias`` calibrate the classes' logits.

    ``listed``: the dictionary as it was when the model was trained, with ``listed_weights`` (5 × 3) of what ``praise_and_blame`` counts.
    """

    version: str
    orders: tuple[int, ...]     # lengths of the runs of characters
    words: int                  # longest run of words, 0 for none
    weights: np.ndarray
    scale: float
    sharpness: float
    bias: np.ndarray
    language: str
    listed: dict[str, int]
    listed_weights: np.ndarray

    def probabilities(self, windows: Sequence[str]) -> np.ndarray:
        """windows × 3: negative, neutral, positive; each window is judged by itself."""
        found, sizes = features(windows, self.orders, self.words, len(self.weights))
        until = np.concatenate([np.zeros((1, 3), np.int64), np.cumsum(self.weights[found], axis=0, dtype=np.int64)])   # whole: in no order other sums
        ends = np.cumsum(sizes)
        logits = self.sharpness * self.scale * (until[ends] - until[ends - sizes]) / np.sqrt(np.maximum(sizes, 1))[:, None] + self.bias
        if self.listed:
            counted = np.array([praise_and_blame(window, self.language, self.listed) for window in windows]).reshape(-1, 5)
            logits += self.sharpness * (counted[:, :, None] * self.listed_weights).sum(axis=1)
        return softmax(logits)


def scores(texts: Sequence[str], languages: Sequence[str]) -> np.ndarray:
    """texts × 3 probabilities of negative, neutral and positive, rounded to 4 decimals: the mean over the windows of each text.

    A row of NaN for a language without a model and for a text without a letter.
    """
    result = np.full((len(texts), 3), np.nan)
    for number, (text, language) in enumerate(zip(texts, languages, strict=True)):
        if language in LANGUAGES and (found := windows(text)):
            result[number] = np.round(packaged(language).probabilities(found).mean(axis=0), 4)
    return result


def version_of(language: str) -> str | None:
    """Method version of rows in that language; None where there is no model."""
    return packaged(language).version if language in LANGUAGES else None


@lru_cache(maxsize=len(LANGUAGES))
def packaged(language: str) -> Model:
    """The weights that come with this package. Raises FileNotFoundError for a language without any."""
    with resources.files("transforms").joinpath("models", f"document_{language}.npz").open("rb") as file, np.load(file, allow_pickle=False) as given:
        return Model(
            str(given["version"]), tuple(int(order) for order in given["orders"]), int(given["words"]), given["weights"],
            float(given["scale"]), float(given["sharpness"]), given["bias"], language,
            dict(zip(given["patterns"].tolist(), given["polarities"].tolist(), strict=True)), given["listed_weights"],
        )


def windows(text: str) -> list[str]:
    """What is judged: whole sentences together up to WINDOW characters, a longer one in pieces; WINDOWS of them evenly over the text."""
    found = [window for window in _windows(text) if any(character.isalnum() for character in window)]
    if len(found) <= WINDOWS:
        return found
    return [found[place * (len(found) - 1) // (WINDOWS - 1)] for place in range(WINDOWS)]


def _windows(text: str) -> Iterator[str]:
    start = end = 0
    for paragraph in sentences(text):
        for first, last in paragraph:
            if end > start and last - start > WINDOW:
                yield text[start:end]
                start = first
            elif end == start:
                start = first
            while last - start > WINDOW:
                yield text[start : start + WINDOW]
                start += WINDOW
            end = last
    if end > start:
        yield text[start:end]


def plainly(text: str) -> str:
    """NFKC in small letters, ё as е."""
    return unicodedata.normalize("NFKC", text).lower().replace("ё", "е")


def features(texts: Sequence[str], orders: Sequence[int], words: int, buckets: int) -> tuple[np.ndarray, np.ndarray]:
    """Sorted distinct buckets, a power of two of them, of each text's runs of characters and words, text after text; how many each text has."""
    plain = [f" {_BLANKS.sub(' ', _DIGIT.sub('0', plainly(text))).strip()} " for text in texts]
    codes = np.frombuffer("".join(plain).encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint32)
    found = _runs(codes, np.array([len(text) for text in plain], int), orders, 0)
    if words:
        cut = [_WORD.findall(text) for text in plain]
        named = np.array([zlib.crc32(word.encode("utf-8", "surrogatepass")) for text in cut for word in text], np.uint32)
        found += _runs(named, np.array([len(text) for text in cut], int), range(1, words + 1), 100)
    rows = np.sort(np.concatenate([np.zeros(0, np.uint64), *(text << np.uint64(32) | run & np.uint64(buckets - 1) for text, run in found)]))
    rows = rows[np.append(True, rows[1:] != rows[:-1])] if len(rows) else rows
    return (rows & np.uint64(0xFFFFFFFF)).astype(np.int64), np.bincount((rows >> np.uint64(32)).astype(np.int64), minlength=len(texts))


def praise_and_blame(text: str, language: str, listed: dict[str, int]) -> np.ndarray:
    """Five numbers: log counts of words of praise and of blame, their balance, and whether there are any; a negation before turns a word."""
    words = _LISTED.findall(plainly(text))
    counts = [0, 0]
    for place, word in enumerate(words):
        if polarity := polarity_of(word, language, listed):
            turned = any(NEGATION[language].fullmatch(other) for other in words[max(0, place - 2) : place])
            counts[(polarity < 0) != turned] += 1
    praise, blame = counts
    return np.array([np.log1p(praise), np.log1p(blame), (praise - blame) / (praise + blame + 1), praise > 0, blame > 0], float)


def _runs(codes: np.ndarray, lengths: np.ndarray, orders: Sequence[int], salt: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each order the text and the number of every run of so many codes; ``lengths`` cuts the codes into texts, which no run crosses."""
    text = np.repeat(np.arange(len(lengths), dtype=np.uint64), lengths)
    left = np.repeat(np.cumsum(lengths), lengths) - np.arange(len(codes))       # codes from here to the end of the text
    result, run = [], np.zeros(len(codes), np.uint32)
    for order in range(1, max(orders, default=0) + 1):
        if order > len(codes):
            break
        run = run[: len(codes) - order + 1] * _PRIME + codes[order - 1 :]
        if order in orders:
            whole = np.flatnonzero(left[: len(run)] >= order)
            result.append((text[whole], _mixed(run[whole] + np.uint32(salt + order)).astype(np.uint64)))
    return result


def _mixed(numbers: np.ndarray) -> np.ndarray:
    """All bits of each number over all bits of the result (Wellons 2018, "lowbias32")."""
    numbers = (numbers ^ (numbers >> np.uint32(16))) * np.uint32(0x7FEB352D)
    numbers = (numbers ^ (numbers >> np.uint32(15))) * np.uint32(0x846CA68B)
    return numbers ^ (numbers >> np.uint32(16))


def softmax(logits: np.ndarray) -> np.ndarray:
    """Rows of probabilities."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
