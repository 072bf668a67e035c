"""What grew: log odds with an informative Dirichlet prior (Monroe, Colaresi and Quinn 2008, doi:10.1093/pan/mpn018, section 3.5).

Counted per article, so that a long text weighs no more than a short one: an article has a thing or it has not. The prior is the
share of all articles compared, before and now, as if of PRIOR_ARTICLES more in each of the two groups: it draws what is rare
towards no difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import log, sqrt

PRIOR_ARTICLES = 20.0    # about as many as a spike has
Z_SCORE = 1.96           # below it a difference is what one draws from noise
FEWEST = 2               # what a single article has is no reason
WALLPAPER = 0.4          # what so many of the articles before had tells nothing of a day
OVERLAP = 0.5            # of their articles: two phrases that share words and so many are one
EXTENDED = 0.6           # of its articles: a phrase that is part of a longer one in so many is told as the longer one
_UNSPACED = "\u3041"     # from kana and ideographs on, words are written without blanks


@dataclass(frozen=True)
class Grown:
    """What grew: in how many of the articles now, and the share of those before that had it."""

    key: str
    article_ids: frozenset[str]
    count: int
    usual_share: float
    z_score: float


def log_odds(count: int, total: int, before: int, before_total: int) -> float:
    """The z-score of the difference between ``count`` of ``total`` articles and ``before`` of ``before_total``.

    The variance has both tails, which Monroe et al. leave out for a vocabulary in which each word is rare (their eq. 19, 20).
    """
    prior = PRIOR_ARTICLES * (count + before + 0.5) / (total + before_total + 1)
    with_, without = count + prior, total - count + PRIOR_ARTICLES - prior
    had, had_not = before + prior, before_total - before + PRIOR_ARTICLES - prior
    return (log(with_ / without) - log(had / had_not)) / sqrt(1 / with_ + 1 / without + 1 / had + 1 / had_not)


def growth(now: Mapping[str, Collection[str]], before: Mapping[str, Collection[str]], sources: Mapping[str, str]) -> list[Grown]:
    """What the articles ``now`` (article_id -> what it has) have more often than those ``before``, the most certain first.

    ``sources``: article_id -> source_id; where the articles now come from several, what a single one of them writes is its habit and
    does not count. Nothing has grown where nothing was before.
    """
    counts = Counter(key for has in now.values() for key in set(has))
    chosen = {key for key, count in counts.items() if count >= FEWEST}
    usual = Counter(key for has in before.values() for key in chosen.intersection(has))
    several = len({sources[article_id] for article_id in now}) > 1
    found = []
    for key in chosen if before else ():
        if max(usual[key], *(usual[part] for part in key.split())) > WALLPAPER * len(before):
            continue
        z_score = log_odds(counts[key], len(now), usual[key], len(before))
        if z_score < Z_SCORE:
            continue
        article_ids = frozenset(article_id for article_id, has in now.items() if key in has)
        if not several or len({sources[article_id] for article_id in article_ids}) > 1:
            found.append(Grown(key, article_ids, counts[key], usual[key] / len(before), z_score))
    return sorted(found, key=lambda each: (-round(each.z_score, 9), each.key))


def distinct(found: Iterable[Grown], most: int) -> list[Grown]:
    """The first ``most`` phrases that do not repeat each other; each in its longest form. ``found`` as ``growth`` gives it."""
    ranked = sorted(found, key=lambda each: (-round(each.z_score, 9), -len(each.key), each.key))
    kept: list[Grown] = []
    for each in ranked:
        if len(kept) == most:
            break
        if _is_told(each, kept):
            continue
        longer = [
            other for other in ranked
            if _within(each.key, other.key) and len(each.article_ids & other.article_ids) >= EXTENDED * each.count
        ]
        told = max(longer, key=lambda other: (len(other.key), round(other.z_score, 9), other.key))
        if not _is_told(told, kept):
            kept.append(told)
    return kept


def _is_told(phrase: Grown, kept: list[Grown]) -> bool:
    return any(_shares(phrase.key, other.key) and _overlap(phrase, other) >= OVERLAP for other in kept)


def _shares(one: str, other: str) -> bool:
    """Whether two phrases share a word, or one is part of the other."""
    return _within(one, other) or _within(other, one) or not set(one.split()).isdisjoint(other.split())


def _within(one: str, other: str) -> bool:
    """Whether a phrase is part of another: whole words, or any signs of a Japanese one."""
    return one in other if one >= _UNSPACED else f" {one} " in f" {other} "


def _overlap(one: Grown, other: Grown) -> float:
    return len(one.article_ids & other.article_ids) / len(one.article_ids | other.article_ids)
