"""Russian: X заявил, что …; «…», — сказал X; по словам X, …; X обвинил Y в …"""

from __future__ import annotations

import re

from transforms.attributions import FILLED, Attribution, words_of

_SAY = (
    r"(?:за(?:явил|верил|метил)|сообщил|сказал|рассказал|отметил|подчеркнул|добавил|пояснил|объяснил|уточнил|указал|напомнил|признал(?:ся)?|ответил|возразил|спросил|написал|"
    r"утверждал|полагал|считал|предупредил|пообещал|обещал|предложил|потребовал|призвал|констатировал|резюмировал|прокомментировал|предположил|выразил|опроверг(?:нул)?|отверг(?:нул)?|"
    r"пожаловал(?:ся|[аи]сь)|усомнил(?:ся|[аи]сь)|говорил|писал|настаивал|поблагодарил|обвинил|осудил|раскритиковал|похвалил|назвал|приветствовал|одобрил|высмеял|упрекнул|поддержал|"
    r"передал|вспоминал|уверял|анонсировал|объявил|доложил|выступил|допустил|обратил)(?:а|о|и|сь)?"
    r"|считает|считают|говорит|говорят|пишет|пишут|утверждает|утверждают|полагает|полагают|отмечает|отмечают|подчёркивает|подчеркивает|ожидает|ожидают|настаивает|настаивают|"
    r"уверен[аы]?|убежден[аы]?|убеждён|убеждены|вспоминает|передаёт|передает|сообщает|сообщают|говорится|отмечается|подчёркивается|подчеркивается|сказано|надеется|надеются|требует|требуют|"
    r"призывает|призывают|обвиняет|обвиняют|критикует|называет|предлагает|допускает|заявляет|заявляют"
)
_CUE = re.compile(rf"(?<!\w)(?P<cue>{_SAY}|приш(?:ёл|ел|ла|ли) к выводу)(?!\w)", re.I)
_OBJECTS = re.compile(
    r"(?:назвал|обвинил|осудил|раскритиковал|похвалил|поблагодарил|опроверг|отверг|призвал|потребовал|предложил|пообещал|обещал|предупредил|приветствовал|одобрил|высмеял|упрекнул|поддержал"
    r"|обвиня|критику|называ|требу|призыва|предлага|пожалова|усомни)",
    re.I,
)
_BY_WORDS = re.compile(rf"(?:[Пп]о (?:словам|мнению|данным|оценк[еа]м?|информации|сообщению|сведениям)|[Сс]огласно|[Кк]ак (?:{_SAY}))\s+(?P<who>(?:(?!,? что )[^,;:{FILLED}]){{2,120}})")
_INSERTED = re.compile(rf"[,{FILLED}»“”\"?!]\s*[—–-]?\s*$")
_THAT = re.compile(r"[^.,;:" + FILLED + r"]{0,80},\s+(?:что|будто|чтобы)\s+")
_COLON = re.compile(r"[^.,;:" + FILLED + r"]{0,80}:\s*")
_SUBJECT_AFTER = re.compile(r"\s+(?P<who>[^,.;:—–" + FILLED + r"]{2,100})")
_DIALOGUE = re.compile(r"\s*[—–]\s+")
_BOUNDARY = re.compile(rf"[,;:—–()?!{FILLED}]|(?<!\w)(?:и|а|но|что|если|когда|как|поскольку|хотя|который|которая|которые)(?!\w)", re.I)
_CHAINED = re.compile(r"[,;]?\s*(?:и|а|но|а также|при этом)?\s*(?:также\s*)?$", re.I)
_NAME = re.compile(r"(?:[А-ЯЁA-Z][\w-]*\.?)(?:\s+(?:[А-ЯЁA-Z][\w-]*|«[^»]{1,40}»|и(?=\s[А-ЯЁ])))*|[а-яё]+\s+«[^»]{1,40}»|«[^»]{1,40}»")
_NO_NAME = words_of("По Как Согласно На Об В Во При Это Также Он Она Они Однако Но А И Ранее Затем Позже После Накануне Кроме")
_PRONOUN = re.compile(r"(?:он|она|они)\b", re.I)
_HEADLINE = re.compile(rf"((?:[А-ЯЁ][\w.-]+\s?){{1,4}}): (?=[А-ЯЁ«\"{FILLED}])")
_ADVERBS = words_of("также ранее уже затем позже тогда вновь снова ещё еще не прямо официально публично")
_LOOK = 160


def attributions(sentence: str, carried: str | None = None) -> list[Attribution]:
    """What a sentence tells as somebody's; ``carried`` is who *он* is. Quotations are filled (FILLED)."""
    found: list[Attribution] = []
    last = carried
    taken = -1
    if headline := _HEADLINE.match(sentence):
        return [Attribution(headline.end(), len(sentence), headline[1].strip())]
    for by in _BY_WORDS.finditer(sentence):
        last = named(by["who"], last) or last
        taken = max(taken, by.end())
        before = sentence[: by.start()].rstrip(" ,—–")
        if len(before) < 4:
            if sentence.startswith(",", by.end()):
                found.append(Attribution(by.end() + 1, len(sentence), last))
        else:
            found.append(Attribution(found[-1].end if found else 0, len(before), last))
    for cue in _CUE.finditer(sentence):
        if cue.start() < taken:
            continue
        word, at, end = cue["cue"], cue.start(), cue.end()
        before = sentence[max(0, at - _LOOK) : at]
        offset = at - len(before)
        dialogue = _DIALOGUE.match(sentence)
        floor = found[-1].end if found and found[-1].end < at else (dialogue.end() if dialogue else 0)
        if _INSERTED.search(before) and not (sentence.startswith(", что ", end) or re.search(r"(?:котор\w+|кто),?\s*$", before)):
            start = offset + len(_INSERTED.sub("", before))
            if len(sentence[floor:start].strip()) >= 3 and not (found and found[-1].end > at):
                if (who := _SUBJECT_AFTER.match(sentence, end)) is not None:
                    last = named(who["who"], last) or last
                found.append(Attribution(floor, start + (sentence[start : start + 1] == FILLED), last))
                rest = who.end() if who else end
                if sentence.startswith(", ", rest) and FILLED not in sentence[:start] and len(sentence) - rest > 12:
                    found.append(Attribution(rest + 2, len(sentence), last))
                continue
        stretch, gap, sign = _subject(before)
        is_object = _OBJECTS.match(word) is not None
        that = _THAT.match(sentence, end) or (_COLON.match(sentence, end) if not is_object or FILLED in sentence[end:] else None)
        if that is None and not is_object and word.lower() not in {"выразил", "выразила", "выразили"}:
            continue
        if found and found[-1].end > at:
            if sign not in {"и", "а", "но", ";", ","} or (stretch and sign not in {";"} and not that):
                continue
            cut = offset + gap - (len(sign) if sign else 0)
            if cut <= found[-1].start:
                continue
            found[-1] = Attribution(found[-1].start, len(sentence[:cut].rstrip(" ,;")), found[-1].speaker)
        after = _SUBJECT_AFTER.match(sentence, end)
        speaker = named(stretch, last)
        if speaker is None and that is not None and after is not None:
            speaker = named(after["who"], last)
        last = speaker or last
        found.append(Attribution(that.end() if that else end + 1, len(sentence), last))
    return [item for item in found if item.end > item.start]


def _subject(before: str) -> tuple[str, int, str]:
    """The stretch of words before a cue, its offset in ``before``, and what stands before it."""
    bare = before.rstrip()
    end = len(bare)
    if bare.endswith(","):
        inner = bare.rfind(",", 0, end - 1)
        end = inner if inner >= 0 else end - 1
    at, sign = 0, ""
    for match in _BOUNDARY.finditer(bare, 0, end):
        at, sign = match.end(), match.group().lower()
    return bare[at:end].strip(), at, sign


def named(words: str, carried: str | None) -> str | None:
    """The name among a subject's words as it is printed, with the office before it; who ``carried`` is for a pronoun."""
    words = words.strip(" ,—–«")
    if _PRONOUN.match(words) and len(words.split()) == 1:
        return carried
    words = re.sub(r"^(?:В|На|Во|в|на|во|по|от)\s+", "", words)
    best = ""
    for match in _NAME.finditer(words):
        parts = match.group().split()
        while parts and parts[0] in _NO_NAME:
            parts = parts[1:]
        if len(" ".join(parts)) > len(best):
            best = " ".join(parts)
    if best and words.startswith(best + " ") and " " not in best:      # Глава комиссии, житель посёлка
        rest = [word for word in words.split()[1:4] if word not in _ADVERBS]
        return " ".join([best, *rest])
    if best:
        return best
    tail = words.split()[-4:]
    return " ".join(tail) if tail and re.search(r"[а-яё]{3}", tail[-1]) else (carried if _PRONOUN.search(words) else None)
