"""Texts: what is on the beat, what only looks like it, what says it in other words, and edits of wire copy."""

from __future__ import annotations

import re
from random import Random

from tests.demosite.articles import TOPICS, Label
from tests.demosite.grammar import Writer, sections

TRAPS = ("far_north", "weather", "quake", "sport", "participants", "other_treaty", "history", "names")
SUBJECTS = ("politics", "economy", "science", "culture", "society")
TONES = ("negative", "negative", "negative", "neutral", "neutral", "positive", "positive")
SHINGLE = {"ja": 8}  # characters; words elsewhere
EDITS = (
    "verbatim",
    "new_lede",
    "cut",
    "inserted",
    "respelled",
    "cut+new_lede",
    "cut+respelled",
    "new_lede+inserted+respelled",
)


def draw_label(rng: Random, beat_share: float, genre: str) -> Label:
    """Draw what an article is about. Of the rest, a third looks like the beat and is not."""
    if rng.random() < beat_share:
        if genre == "press_conference" or rng.random() < 0.08:
            return Label("passage", (rng.choice(TOPICS),), tone=None, subject=rng.choice(SUBJECTS))
        topics = tuple(rng.sample(TOPICS, 2 if rng.random() < 0.25 else 1))
        if rng.random() < 0.24:
            return Label("strong", ("territory",), "paraphrase", rng.choice(TONES), "paraphrase")
        return Label("strong", topics, "plain", rng.choice(TONES), topics[0])
    if rng.random() < 0.32:
        return Label(kind="trap", subject=rng.choice(TRAPS))
    return Label(subject=rng.choice(SUBJECTS))


def compose(label: Label, language: str, genre: str, rng: Random) -> tuple[str, list[str]]:
    """Headline and paragraphs of a new text."""
    writer = Writer(language, rng)
    if label.kind == "paraphrase":
        headline, first, rest = _paraphrase(writer, label)
    elif label.on_beat == "strong":
        headline, first, rest = _strong(writer, label)
    else:
        headline, first, rest = _other(writer, label)
    openings = writer.sections.get(f"opening/{genre}")
    if openings:
        first.insert(0, writer.sentence(f"opening/{genre}"))
    rng.shuffle(rest)
    paragraphs = _paragraphs(first, rest, language, rng)
    if label.on_beat == "passage":
        topic = label.topics[0]
        passage = [writer.sentence(f"lede/{topic}"), _said(writer, f"neutral/{topic}")]
        paragraphs.insert(rng.randint(1, len(paragraphs)), _join(passage, language))
    if f"closing/{genre}" in writer.sections:
        paragraphs.append(writer.sentence(f"closing/{genre}"))
    return headline, paragraphs


def _said(writer: Writer, section: str, frame: str = "frame") -> str:
    return writer.sentence(frame, prop=writer.line(section))


def _strong(writer: Writer, label: Label) -> tuple[str, list[str], list[str]]:
    rng, topic = writer.rng, label.topics[0]
    first = [writer.sentence(f"lede/{topic}"), _said(writer, f"neutral/{topic}")]
    rest = [_said(writer, f"neutral/{topic}") for _ in range(rng.randint(2, 3))]
    if label.tone != "neutral":
        rest += [_said(writer, f"{label.tone}/{topic}") for _ in range(rng.randint(2, 3))]
    rest += [writer.sentence(f"comment/{label.tone}") for _ in range(rng.randint(1, 2))]
    rest += [writer.sentence("background") for _ in range(rng.randint(1, 2))]
    rest += [writer.sentence("comment/neutral") for _ in range(rng.randint(0, 2))]
    for other in label.topics[1:]:
        rest += [writer.sentence(f"lede/{other}")] + [_said(writer, f"neutral/{other}") for _ in range(2)]
        if label.tone != "neutral":
            rest.append(_said(writer, f"{label.tone}/{other}"))
    if label.story:
        first.insert(0, writer.sentence(label.story))
        rest += [writer.sentence(label.story) for _ in range(rng.randint(1, 3))]
        return writer.sentence(f"headline/{label.story}"), first, rest
    if rng.random() < 0.3:  # longer pieces add another lede as context
        rest += [writer.sentence(f"lede/{topic}"), writer.sentence("background")]
    return writer.sentence(f"headline/{topic}"), first, rest


def _paraphrase(writer: Writer, label: Label) -> tuple[str, list[str], list[str]]:
    rng = writer.rng
    first = [writer.sentence("lede/paraphrase"), _said(writer, "paraphrase/neutral", "frame/oblique")]
    rest = [writer.sentence("lede/paraphrase")]
    rest += [_said(writer, "paraphrase/neutral", "frame/oblique") for _ in range(rng.randint(3, 4))]
    if label.tone != "neutral":
        rest += [_said(writer, f"paraphrase/{label.tone}", "frame/oblique") for _ in range(rng.randint(2, 3))]
    rest += [writer.sentence("frame/offbeat") for _ in range(rng.randint(0, 2))]
    return writer.sentence("headline/paraphrase"), first, rest


def _other(writer: Writer, label: Label) -> tuple[str, list[str], list[str]]:
    rng = writer.rng
    section = ("trap/" if label.kind == "trap" else "offbeat/") + label.subject
    lines = [writer.sentence(section) for _ in range(rng.randint(4, 6))]
    rest = lines[1:] + [writer.sentence("frame/offbeat") for _ in range(rng.randint(2, 5))]
    if label.kind != "trap" and rng.random() < 0.35:
        further = rng.choice([subject for subject in SUBJECTS if subject != label.subject])
        rest += [writer.sentence(f"offbeat/{further}") for _ in range(rng.randint(2, 4))]
    return writer.sentence(f"{section}/headline"), lines[:1], rest


def _join(sentences: list[str], language: str) -> str:
    return ("" if language == "ja" else " ").join(sentences)


def _paragraphs(first: list[str], rest: list[str], language: str, rng: Random) -> list[str]:
    paragraphs = [_join(first, language)]
    longest = 3 if len(rest) > 6 else 2  # four paragraphs or more
    while rest:
        size = rng.randint(1, longest)
        paragraphs.append(_join(rest[:size], language))
        rest = rest[size:]
    return paragraphs


def edit(headline: str, paragraphs: list[str], how: str, language: str, rng: Random) -> tuple[str, list[str]]:
    """A reprint of wire copy, edited as newsrooms do; ``how`` joins the edits with ``+``."""
    writer = Writer(language, rng)
    for one in how.split("+"):
        if one == "cut":  # the last 40 % of the paragraphs
            paragraphs = paragraphs[: max(2, round(len(paragraphs) * 0.6))]
        elif one == "new_lede":
            headline, paragraphs = (
                writer.sentence("reprint/headline"),
                [writer.sentence("reprint/lede"), *paragraphs[1:]],
            )
        elif one == "inserted":
            place = rng.randint(1, len(paragraphs))
            extra = _join([writer.sentence("frame/offbeat"), writer.sentence("comment/neutral")], language)
            paragraphs = [*paragraphs[:place], extra, *paragraphs[place:]]
        elif one == "respelled":
            headline, paragraphs = (
                _respell(headline, language),
                [_respell(text, language) for text in paragraphs],
            )
    return headline, list(paragraphs)


def _respell(text: str, language: str) -> str:
    for pair in sections(language)["respelled"]:
        old, new = pair.split(" > ")
        text = text.replace(old, new)
    return text


def shingles(text: str, language: str) -> set[int]:
    """Hashes of all runs of five words, in Japanese of eight characters, without case and punctuation."""
    tokens = re.findall(r"\w", text) if language == "ja" else re.findall(r"\w+", text.casefold())
    size = SHINGLE.get(language, 5)
    return {hash(tuple(tokens[at : at + size])) for at in range(max(1, len(tokens) - size + 1))}
