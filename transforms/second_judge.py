"""The second judge: whether a short text is about the relation of a beat's two countries, by how each of its sentences speaks of them.

A text is ``strong`` where half of its statements or more are on the relation. The model has the form of that rule: each sentence has
a share of being on it, a logistic function of the sentence's features; the text's score is logistic in the mean share, sentences
weighed by the root of their length, and in a few features of the text (multiple-instance learning with a mean: Foulds and Frank 2010).
Terms know subjects that somebody listed; most of what is looked at here (named in one clause, as a place, who acts, third
countries) is the same in every language, so passages of all the beat's languages train one model.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from pydantic import BaseModel, ConfigDict, Field

from transforms.terms import LanguageTerms, Located
from transforms.text import sentences

SENTENCES = 8      # of a brief: texts of no more were labelled, so nothing is said of longer ones
CHARACTERS = 1500
STEEPNESS = 16     # logits between a text without a sentence on the relation and one of nothing else; chosen by cross-validation

# A name after these (or, where words do not part, before these) is a place or an origin, rather than one who acts.
_PLACE_BEFORE = re.compile(r"(?:\b(?:in|at|from|near|outside|в|во|из|под|на|у|по|близ)\s+|\bthe\s)$", re.IGNORECASE)
_PLACE_AFTER = re.compile(r"(?:で|から|産|製|各地|市|県|沖)")
# Between a country's name and who acts for it: Japanese industrial leaders, the Government of Japan, врачи из Ниигаты.
NAME_TO_AGENT, AGENT_TO_NAME = 20, 12   # characters
_PAUSE = re.compile(r"[.;:!?。、,]")
_QUOTE = re.compile('[«"“「]')
# By these a sentence that names nobody goes on with those of the one before it.
_PRONOUN = re.compile(
    r"\b(?:they|their|them|our|we|us|both|bilateral|two countries|it|its|he|his|him)\b|両|双方|相手|互い|同国|同社"
    r"|\b(?:они|их|им|наш\w*|мы|нас|нам|обе|оба|стороны|там|он|его|ему|та|тот)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Brief:
    """What the judge looks at in a text, by name: of each sentence, with its weight (all add up to 1), and of the whole."""

    sentences: list[tuple[float, dict[str, float]]]
    whole: dict[str, float]


class SecondJudge(BaseModel):
    """Weights by name of feature, learnt on labelled passages; features without a weight count for nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str
    trained_on: str = Field(description="sets and their sizes, in words")
    bias: float
    weights: dict[str, float] = Field(description="of the text's features")
    sentence_bias: float
    sentence_weights: dict[str, float]
    threshold: float = Field(0.5, ge=0, le=1, description="a brief of this probability and more is strong")

    def probability(self, brief: Brief) -> float:
        """0 to 1: how likely a reader would say that the text is about the relation."""
        share = sum(weight * _logistic(self.sentence_bias, self.sentence_weights, found) for weight, found in brief.sentences)
        return _logistic(self.bias + STEEPNESS * (share - 0.5), self.weights, brief.whole)


@dataclass(frozen=True)
class Publisher:
    """Which of the two countries the publisher is of (``home``), and whether it speaks for it (``implied``)."""

    home: set[str]
    implied: set[str]


def features(text: str, located: Located, terms: LanguageTerms, publisher: Publisher, language: str) -> Brief | None:
    """What the judge looks at; None where a country is not named that is not the publisher's.

    ``text``: normalised, traps blanked out.
    """
    implied, both = publisher.implied, set(terms.countries)
    anchors = _anchors(located, terms, implied, len(text))
    sides = located.sides(0, len(text)).keys() | implied
    sides |= {code for number in anchors for code in terms.anchors[number].names}
    if sides | publisher.home != both or not sides - publisher.home:
        return None
    marks = sorted(_marks(located))
    spans = [span for line in sentences(text) for span in line] or [(0, len(text))]
    acts, agents = terms.acts_in(text), terms.agents_in(text)
    found: list[dict[str, float]] = []
    goes_on = False
    for start, end in spans:
        part = text[start:end]
        here = [mark for mark in marks if start <= mark[0] < end]
        foreign = [mark for mark in here if mark[2] not in implied]
        named = {mark[2] for mark in here}
        both_named = named | implied == both and bool(foreign)
        found.append({
            f"language_{language}": 1.0,
            "both_named": float(both_named),
            "both_named_officially": float(both_named and bool(implied)),
            "foreign_named": float(bool(foreign)),
            "in_one_clause": float(_in_one_clause(text, here)),
            "agent_sides": float(len({mark[2] for mark in foreign if _has_agent(text, mark, agents)})),
            "joint_agent": float(named | publisher.home == both and bool(named - publisher.home) and _holds((start, end), agents)),
            "acts": math.log1p(sum(start <= first < end for first, _ in acts)),
            "subjects": math.log1p(sum(map(len, terms.topics_in(part).values()))),
            "anchor": float(bool(located.anchors_between(start, end).keys() & anchors)),
            "goes_on": float(goes_on and not named and bool(_PRONOUN.search(part))),
            "length": math.log1p(end - start),
            "quotes": float(bool(_QUOTE.search(part))),
            "is_last": float(len(spans) > 1 and end == spans[-1][1]),
        })
        goes_on = both_named
    roots = [math.sqrt(max(1, end - start)) for start, end in spans]
    others, abroad = terms.others_in(text), [mark for mark in marks if mark[2] not in implied]
    return Brief([(root / sum(roots), of) for root, of in zip(roots, found, strict=True)], {
        "is_one_sentence": float(len(spans) == 1),
        "sentences_implied": math.log1p(len(spans)) if implied else 0.0,
        "acts": math.log1p(len(acts)),
        "others_share": others / (1 + len(marks) + others),
        "negatives_share": terms.negatives_in(text) / len(spans),
        "place_share": sum(_is_place(text, mark) for mark in abroad) / max(1, len(abroad)),
    })


def is_brief(text: str) -> bool:
    """Whether the text is of the length of those that were labelled."""
    return len(text) <= CHARACTERS and sum(map(len, sentences(text))) <= SENTENCES


def _logistic(bias: float, weights: Mapping[str, float], found: Mapping[str, float]) -> float:
    total = bias + sum(weights.get(name, 0.0) * value for name, value in found.items())
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, total))))


def _anchors(located: Located, terms: LanguageTerms, implied: set[str], end: int) -> set[int]:
    sides = located.sides(0, end).keys() | implied
    return {number for number in located.anchors_between(0, end) if terms.anchors[number].needs <= sides}


def _marks(located: Located) -> Iterator[tuple[int, int, str]]:
    """(start, end, country code) of every name."""
    for code, places in located.countries.items():
        for offset, words in places:
            yield offset, offset + len(words), code


def _in_one_clause(text: str, marks: list[tuple[int, int, str]]) -> bool:
    """Whether names of the two follow each other without a pause between."""
    return any(before[2] != after[2] and not _PAUSE.search(text, before[1], after[0]) for before, after in pairwise(marks))


def _is_place(text: str, mark: tuple[int, int, str]) -> bool:
    return bool(_PLACE_BEFORE.search(text, max(0, mark[0] - 12), mark[0]) or _PLACE_AFTER.match(text, mark[1]))


def _has_agent(text: str, mark: tuple[int, int, str], agents: list[tuple[int, int]]) -> bool:
    """Whether who acts stands next to the name, without a pause between."""
    return any(
        (0 <= start - mark[1] <= NAME_TO_AGENT and not _PAUSE.search(text, mark[1], start))
        or (0 <= mark[0] - end <= AGENT_TO_NAME and not _PAUSE.search(text, end, mark[0]))
        for start, end in agents
    )


def _holds(span: tuple[int, int], words: list[tuple[int, int]]) -> bool:
    return any(span[0] <= start < span[1] for start, _ in words)
