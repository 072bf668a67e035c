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
        logits = np.empty((len(windows), 3))
        for number, window in enumerate(windows):
            found = features(window, self.orders, self.words, len(self.weights))
            total = self.weights[found].sum(axis=0, dtype=np.int64)   # whole numbers: no order of adding matters
            logits[number] = self.sharpness * self.scale * total / np.sqrt(max(len(found), 1)) + self.bias
            if self.listed:
                logits[number] += self.sharpness * (praise_and_blame(window, self.language, self.listed) @ self.listed_weights)
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


def features(text: str, orders: Sequence[int], words: int, buckets: int) -> np.ndarray:
    """Sorted distinct buckets, a power of two of them, of the text's runs of characters and words."""
    plain = f" {_BLANKS.sub(' ', _DIGIT.sub('0', plainly(text))).strip()} "
    codes = np.frombuffer(plain.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint32)
    found = [np.zeros(0, np.uint32)]
    for order in orders:
        if len(codes) >= order:
            found.append(_mixed(_runs(codes, order) + np.uint32(order)))
    if words:
        named = np.array([zlib.crc32(word.encode("utf-8", "surrogatepass")) for word in _WORD.findall(plain)], np.uint32)
        found += [_mixed(_runs(named, order) + np.uint32(100 + order)) for order in range(1, words + 1) if len(named) >= order]
    return np.unique(np.concatenate(found) & np.uint32(buckets - 1))


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


def _runs(codes: np.ndarray, order: int) -> np.ndarray:
    """A number for each run of ``order`` codes."""
    result = np.zeros(len(codes) - order + 1, np.uint32)
    for step in range(order):
        result = result * _PRIME + codes[step : len(codes) - order + 1 + step]
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
