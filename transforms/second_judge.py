"""The second judge: a logistic regression that says whether a short text is about the relation of a beat's two countries.

Terms know subjects that somebody listed. The judge looks at how a text speaks of the two: in one sentence or apart, by name
or as an adjective, as a place, among third countries, with what share of the sentences. Most of that is the same in every
language, so passages of all the beat's languages train one model. Features that gave nothing in cross-validation are not kept.
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

# A name after these (or, where words do not part, before these) is a place or an origin, rather than one who acts.
_PLACE_BEFORE = re.compile(r"(?:\b(?:in|at|from|near|outside|в|во|из|под|на|у|по|близ)\s+|\bthe\s)$", re.IGNORECASE)
_PLACE_AFTER = re.compile(r"(?:で|から|産|製|各地|市|県|沖)")
# Between a country's name and who acts for it: Japanese industrial leaders, the Government of Japan, врачи из Ниигаты.
NAME_TO_AGENT, AGENT_TO_NAME = 20, 12   # characters
_PAUSE = re.compile(r"[.;:!?。、,]")


class SecondJudge(BaseModel):
    """Weights by name of feature, learnt on labelled passages; features without a weight count for nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str
    trained_on: str = Field(description="sets and their sizes, in words")
    bias: float
    weights: dict[str, float]
    threshold: float = Field(0.5, ge=0, le=1, description="a brief of this probability and more is strong")

    def probability(self, found: Mapping[str, float]) -> float:
        """0 to 1: how likely a reader would say that the text is about the relation."""
        total = self.bias + sum(self.weights.get(name, 0.0) * value for name, value in found.items())
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, total))))


@dataclass(frozen=True)
class Publisher:
    """Which of the two countries the publisher is of (``home``), and whether it speaks for it (``implied``)."""

    home: set[str]
    implied: set[str]


def features(
    text: str, located: Located, terms: LanguageTerms, publisher: Publisher, uncut: str,
) -> dict[str, float] | None:
    """What the judge looks at, by name; None where a country is not named that is not the publisher's.

    ``text``: normalised, traps blanked out; ``uncut``: the same before that.
    """
    implied, both = publisher.implied, set(terms.countries)
    anchors = _anchors(located, terms, implied, len(text))
    sides = located.sides(0, len(text)).keys() | implied
    sides |= {code for number in anchors for code in terms.anchors[number].names}
    if sides | publisher.home != both or not sides - publisher.home:
        return None
    marks = sorted(_marks(located))
    counts = {code: sum(mark[2] == code for mark in marks) for code in terms.countries}
    foreign = [mark for mark in marks if mark[2] not in implied]
    spans = [span for line in sentences(text) for span in line] or [(0, len(text))]
    named = [located.sides(first, last).keys() for first, last in spans]
    joint = [span for span, keys in zip(spans, named, strict=True) if keys | publisher.home == both and keys - publisher.home]
    others, words, negatives = terms.others_in(text), terms.topics_in(text), terms.negatives_in(text)
    acts, agents = terms.acts_in(text), terms.agents_in(text)
    return {
        "both_in_sentence_share": _share(keys | implied == both for keys in named),
        "foreign_in_sentence_share": _share(bool(keys - implied) for keys in named),
        "named_in_sentence_share": _share(bool(keys) for keys in named),
        "is_one_sentence": float(len(spans) == 1),
        "sentences": math.log1p(len(spans)),
        "sentences_implied": math.log1p(len(spans)) if implied else 0.0,
        "named_least": math.log1p(min((count for code, count in counts.items() if code not in implied), default=0)),
        "named_most": math.log1p(max(counts.values())),
        "others": math.log1p(others),
        "others_share": others / (1 + len(marks) + others),
        "negatives_share": negatives / len(spans),
        "acts": math.log1p(len(acts)),
        "agents": math.log1p(len(agents)),
        "agent_sides": float(len({mark[2] for mark in foreign if _has_agent(text, mark, agents)})),
        "joint_act_share": sum(_holds(span, acts) for span in joint) / len(spans),
        "joint_agent_share": sum(_holds(span, agents) for span in joint) / len(spans),
        "topics": math.log1p(len(words)),
        "subjects": math.log1p(sum(map(len, words.values()))),
        "anchors": math.log1p(sum(len(each) for each in anchors.values())),
        "trap": float(text != uncut),
        "nearness": _nearness(marks),
        "is_implied": float(bool(implied)),
        "is_home": float(bool(publisher.home)),
        "is_home_unnamed": float(sides != both),
        "earliness": 1 - min((mark[0] for mark in foreign), default=len(text)) / max(1, len(text)),
        "commas": text.count(",") / (1 + len(text) / 50) + text.count("、") / (1 + len(text) / 25),
        "place_share": _share(_is_place(text, mark) for mark in foreign),
    }


def is_elsewhere(found: Mapping[str, float]) -> bool:
    """Whether a brief speaks, sentence for sentence, of what the beat weighs against (sport, quakes), and of no topic."""
    return found["topics"] == 0 and found["negatives_share"] >= 1


def is_brief(text: str) -> bool:
    """Whether the text is of the length of those that were labelled."""
    return len(text) <= CHARACTERS and sum(map(len, sentences(text))) <= SENTENCES


def _anchors(located: Located, terms: LanguageTerms, implied: set[str], end: int) -> dict[int, list[str]]:
    sides = located.sides(0, end).keys() | implied
    return {number: words for number, words in located.anchors_between(0, end).items() if terms.anchors[number].needs <= sides}


def _marks(located: Located) -> Iterator[tuple[int, int, str]]:
    """(start, end, country code) of every name."""
    for code, places in located.countries.items():
        for offset, words in places:
            yield offset, offset + len(words), code


def _share(which: Iterator[bool]) -> float:
    held = [*which]
    return sum(held) / len(held) if held else 0.0


def _nearness(marks: list[tuple[int, int, str]]) -> float:
    """1 where the two stand side by side, falling with the characters between the nearest; 0 where one is not named."""
    gaps = [after[0] - before[0] for before, after in pairwise(marks) if before[2] != after[2]]
    return 1 / (1 + min(gaps) / 40) if gaps else 0.0


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
