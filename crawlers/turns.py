"""Speaker turns of transcripts, press conferences and interviews: who spoke, as what, and where in the body. Own rules.

Where a source's rules mark the elements that hold speakers' names, a line that begins with one of them begins a turn.
Elsewhere a label must look like a speaker by itself, and a text needs two of them: a question, or two speakers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

LONGEST_LABEL = 160  # characters, of which an office may take most
_COLON = re.compile(r"[:：](?:[\s\u3000]+|$)")
_BRACKETED = re.compile(r"(?:【(?P<square>[^】\n]{1,40})】|[（(](?P<round>[^）)\n]{1,30})[）)])[\s\u3000]*")
_MINUTES = re.compile(r"[○〇◯]\s*(?P<speaker>[^\s\u3000、。]{2,20}(?:（[^）]{1,20}）|\([^)]{1,20}\))?)[\s\u3000]+")
_SHORT = re.compile(r"(?P<speaker>[問答ＱＡQA])[\s\u3000．.：:)）]+")
_DASHES, _COLONS = " –—-\u00a0", " :：\u00a0"  # what stands around a label
_BEFORE = _DASHES + _COLONS
_SIGNS = frozenset("【（(○〇◯問答ＱＡQA")
_QUESTION = re.compile(
    r"(?:next |another )?question|q|вопрос|(?:реплика )?журналист\w*|корреспондент|question from [\w ]+|питання"
    r"|問|Ｑ|質問(?:者)?|.*(?:記者|新聞|通信|テレビ|放送)|記者.*|幹事社.*",
    re.I,
)  # fmt: skip
_ANSWER = re.compile(r"answer|response|reply|a|ответ|答|Ａ|відповідь", re.I)
_OTHER = re.compile(r"remark|operator|moderator|interviewer|реплика|ведущ(?:ий|ая)|модератор|司会(?:者)?", re.I)
_OFFICE_JA = re.compile(
    r".*(?:大臣|長官|副長官|総理|首相|報道官|議員|委員|委員長|議長|君|次官|局長|審議官|官房長官|大統領|大使|知事|教授|代表|氏|さん)"
    r"(?:（[^）]*）|\([^)]*\))?"
)
_ASIDE = re.compile(r"\s*[（(\[][^）)\]]*[）)\]]\s*$")
_NAME = re.compile(r"(?:[A-ZÀ-ÝА-ЯЁІЇЄ][\w’'-]*|[A-ZА-ЯЁ]\.|(?:al|el|de|von|van|der|bin|ibn)(?:-[\w’'-]+)?)$")
_OPENERS = frozenset(
    ["the", "a", "an", "and", "but", "so", "as", "in", "on", "to", "at", "my", "our", "your", "his", "her", "its", "this", "that", "these", "those", "there", "here", "it", "i", "we", "you", "he", "she", "they", "for", "from", "of", "let", "let’s", "и", "а", "но", "в", "на", "о", "об", "к", "по", "с", "у", "как", "это", "вот", "мы", "я", "вы", "он", "она", "они", "что", "если", "наш", "мой"]
)


@dataclass(frozen=True)
class Turn:
    """One speaker's words: ``body[start:end]`` without the label; ``role`` is question, answer, statement or None."""

    speaker: str
    role: str | None
    start: int
    end: int


def turns_of(body: str, marked: Collection[str] | None = None) -> list[Turn]:
    """The turns of a body, in order; none where it is no exchange.

    ``marked``: texts of the elements that the rules name as speakers', or None where no rules do. Offsets are in
    characters of ``body``.
    """
    marks = None if marked is None else {_bare(text) for text in marked} - {""}
    found = _labelled(body, marks)
    if marks is None and (len(found) < 2 or (len({item[2] for item in found}) < 2 and not _QUESTION.fullmatch(found[0][2]))):
        return []
    return _turns(body, found)


def speakers_of(body: str) -> list[str]:
    """Who speaks in a body without marks, as often as they do, in order; one alone, too, who makes no exchange."""
    return [speaker for _, _, speaker in _labelled(body, None)]


def role_of(speaker: str) -> str | None:
    """What a label says by itself: question, answer, other (a remark, a moderator's words) or None."""
    name = _ASIDE.sub("", speaker)
    if _QUESTION.fullmatch(name):
        return "question"
    if _ANSWER.fullmatch(name):
        return "answer"
    return "other" if _OTHER.fullmatch(name) else None


def _labelled(body: str, marks: set[str] | None) -> list[tuple[int, int, str]]:
    """Where the line begins, where the words begin, who; without marks only evident speakers and those of several turns."""
    names = tuple(marks or ())
    starts = tuple(f"{mark} " for mark in names)
    found, bare, at = [], [], 0
    for line in body.split("\n") if names or marks is None else ():
        may_begin = not names or line.lstrip(_BEFORE).startswith(names)  # of most lines the colons need no look
        if may_begin and (label := _label(line, marks)):
            found.append((at, at + label[1], label[0]))
        elif starts and line.startswith(starts):
            name = max((mark for mark in names if line.startswith(f"{mark} ")), key=len)
            bare.append((at, at + len(name) + 1, name))
        at += len(line) + 1
    counts = Counter(speaker for _, _, speaker in found)
    if marks is None:
        return [item for item in found if counts[item[2]] > 1 or _is_evident(item[2])]
    # a name that a colon marks elsewhere is a label without one, too
    return sorted(found + [item for item in bare if item[2] in counts])


def _turns(body: str, found: list[tuple[int, int, str]]) -> list[Turn]:
    roles = {speaker: role_of(speaker) for speaker in {speaker for _, _, speaker in found}}
    has_questions = "question" in roles.values()
    was_asked = False
    turns: list[Turn] = []
    for number, (_, start, speaker) in enumerate(found):
        end = found[number + 1][0] if number + 1 < len(found) else len(body)
        words = body[start:end]
        start += len(words) - len(words.lstrip())
        end = start + len(words.strip())
        role = roles[speaker]
        if role is None and has_questions:
            role = "answer" if was_asked else "statement"
        was_asked = was_asked or role == "question"
        turns.append(Turn(speaker, None if role == "other" else role, start, end))
    return [turn for turn in turns if turn.end > turn.start]


def _label(line: str, marks: set[str] | None) -> tuple[str, int] | None:
    """The speaker whom a line begins with, and how long the label is; None for an ordinary line."""
    if marks is None and line[:1] in _SIGNS:
        for pattern in (_BRACKETED, _MINUTES, _SHORT):
            if match := pattern.match(line):
                speaker = next(value for value in match.groupdict().values() if value).strip()
                known = pattern is not _BRACKETED or any(form.fullmatch(speaker) for form in (_QUESTION, _ANSWER, _OFFICE_JA))
                return (speaker, match.end()) if known else None
    colon = _COLON.search(line, 1, LONGEST_LABEL)
    if colon is None:
        return None
    speaker = line[: colon.start()].strip(_DASHES)
    is_known = _may_speak(speaker) if marks is None else _bare(speaker) in marks or _bare(_ASIDE.sub("", speaker)) in marks
    return (speaker, colon.end()) if speaker and is_known else None


def _bare(mark: str) -> str:
    return mark.strip(_COLONS)


def _is_evident(speaker: str) -> bool:
    """Whether a label tells a speaker where it stands once: a role, an office, a name of two words or more."""
    name = _ASIDE.sub("", speaker)
    return bool(
        _QUESTION.fullmatch(name) or _ANSWER.fullmatch(name) or _OTHER.fullmatch(name) or _OFFICE_JA.fullmatch(speaker)
        or len(name.split()) > 1
    )


def _may_speak(label: str) -> bool:
    name = _ASIDE.sub("", label)
    if any(pattern.fullmatch(name) for pattern in (_QUESTION, _ANSWER, _OTHER, _OFFICE_JA)):
        return True
    words = name.partition(",")[0].split()
    if not words or words[0].lower() in _OPENERS or re.search(r"[.!?;…«»“”\"]\s+\w{4}", name):
        return False
    return all(_NAME.match(word) for word in words[-2:]) and words[-1][0].isupper()
