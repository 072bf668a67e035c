"""English: X said that …; "…," said X; … , according to X; X blamed Y for …"""

from __future__ import annotations

import heapq
import re

from transforms.attributions import FILLED, Attribution, words_of

_CLAUSE = words_of("""said says say saying added adds adding noted notes noting argued argues argue arguing claimed claims claim claiming wrote writes explained explains explaining
 insisted insists insist insisting suggested suggests suggest suggesting stated states stating announced announces announcing acknowledged acknowledges acknowledging
 admitted admits admitting concluded concludes declared declares declaring asserted asserts asserting contended contends warned warns warning predicted predicts
 believes believe believed thinks think thought replied replies responded responds recalled recalls recalling revealed reveals revealing reported reports reporting
 confirmed confirms testified tweeted tweets remarked remarks observed complained complains alleged alleges alleging maintained maintains vowed vows vowing
 pledged pledges promised promises promising hopes hoped hoping fears feared estimates estimated told tells telling reiterated reiterates repeated stressed stresses
 stressing emphasised emphasized underlined underscored indicated indicates continued commented cautioned conceded concedes joked joking quipped urged urges urging
 asked asks asking pointed acknowledges proposed proposes demanded demands demanding agreed agrees mentioned cited cites citing signaled testifies answered
 called calls calling remarking disclosed discloses worried worries chanted assured assures assuring described describes describing denied denies denying questioned questions questioning wondered wonders read reads emailed blogged expressed expresses
 voiced showed shows show found charged""")
_OBJECT = words_of("""accused accuses accusing blamed blames blaming denounced denounces denouncing condemned condemns condemning criticized criticised criticizes criticizing
 criticising praised praises praising dismissed dismisses dismissing rejected rejects defended defends defending mocked mocks mocking decried decries slammed slams slamming
 blasted blasts lauded lauds lamented laments hailed hails hailing welcomed welcomes welcoming rebuked thanked thanking congratulated ridiculed touted endorsed
 apologized ripped chided""")
_INVERTIBLE = words_of("said says wrote writes added adds asked asks explained explains noted notes argued argues tweeted replied recalled concluded declared")
_ADDRESSED = words_of("told tells telling asked asks asking urged urges urging warned warns warning reminded")
_NOUNS = words_of("claim claims reports report calls call hopes fears estimates questions demands promises pledges remarks vows notes tweets thought warning states read reads thanks show shows charged found questions questioned alleged supports")
_BARE_NOUNS = words_of("questions reports claims calls claim call report fears hopes estimates promises pledges demands notes")
_BEFORE_VERB = re.compile(r"(?:[A-Z][\w.’'-]*|\b(?:he|she|they|it|who|that|which|officials?|critics|experts|people|others|\w+ists?|\w+ers?|also|now|still|often))\s+$")
_STRICT = words_of("reported responded responds replied replies continued commented agreed agrees repeated mentioned confirmed observed maintained maintains read reads found showed shows show indicated indicates demanded demands")   # told barely they are no words
_FINDERS = re.compile(r"\b(?:polls?|stud(?:y|ies)|surveys?|reports?|data|research(?:ers)?|documents?|emails?|records|results|analysis|investigators?|experts?)\b", re.I)
_FINDS = words_of("showed shows show found read reads suggests suggest suggested indicates indicated reveals revealed")
_CUES = re.compile(r"(?<![\w-])(?:" + "|".join(sorted(_CLAUSE | _OBJECT, key=lambda word: (-len(word), word))) + r")\b(?!-)")
_ACCORDING = re.compile(r"\b[Aa]ccording to ([^,;:" + FILLED + r"]{2,120})")
_BOUNDARY = re.compile(r"[,;:—–()“”\"?!" + FILLED + r"]|\b(?:that|and|but|when|while|as|because|if|after|before|which|who|where|since|though|although|whether|or|than|so)\b", re.I)
_CLAUSE_BEGIN = re.compile(r"[;:—–“”\"?!" + FILLED + r"]|\b(?:that|but|when|while|because|and)\b")
_ADVERBIAL = re.compile(r"(?:On|In|At|During|After|Before|But|And|Meanwhile|Still|Yet|Also|However|Indeed|As|For|Last|This|Earlier|Later)\b")
_HEADLINE = re.compile(r"(?=[^:]{3})((?:[A-Z][\w.’'-]*\s?){1,5}): (?=[A-Z‘“\"'" + FILLED + "])")
_NOUN = re.compile(r"\b(?:claims?|assurances?|beliefs?|allegations?|accusations?|arguments?|assertions?|statements?|suggestions?|promises?|pledges?|warnings?|views?|fears?|concerns?|hopes?|contentions?|complaints?|insistence)(?=\s+that\b)")
_POSSESSIVE = re.compile(r"((?:[A-Z][\w.-]*\s)*[A-Z][\w.-]*)[’']s?\s+(?:\w+\s+){0,2}$|\b(his|her|their|its)\s+(?:\w+\s+){0,2}$")
_AUXILIARY = re.compile(
    r"(?:\s*\b(?:has|have|had|did|does|do|not|also|later|then|still|once|even|always|never|just|often|would|will|could|should|may|might|must|can|n[’']t|didn[’']t|\w+ly)\b)+\s*$"
)
_PASSIVE = re.compile(r"\b(?:is|was|are|were|be|been|being|get|got|to|by)\s+(?:\w+ly\s+|not\s+|also\s+|often\s+)?$")
_NOMINAL = re.compile(r"\b(?:the|a|an|his|her|their|its|my|our|your|these|those|this|of|no|any|some|many|such|in|for|with|new|[\w]+[’']s?)\s+(?:\w+\s+)?$", re.I)
_PERSON = re.compile(r"(?:\b(?:he|she|they|who|officials?)|[A-Z][\w.’'-]+)$")
_PRONOUN = re.compile(r"\b(?:he|she|they|it)\b", re.I)
_NAME = re.compile(r"(?:U\.S\.|[A-Z][\w’'-]*\.?|[A-Z]\.)(?:\s+(?:[A-Z][\w.’'-]*|of|the|for|de|van|von|al|and(?=\s+[A-Z])))*")
_NO_NAME = words_of("On In At But And Instead During Despite Under In By With For Because Of The A An Yet Still As When While After Before Since However Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August September October November December Indeed What Even If Although Though Last This That These Those His Her Their Its He She They It I We You There")
_TRAILING = re.compile(r"(?:\s+(?:in|on|at|to|during|of|about|after|before|from|by|via|through|last|this|earlier|later|today|yesterday|tonight|recently|when|while|as|with|a|upon|following|\w+day|reporters|\w+ly)\b[^,;:.“" + FILLED + r"]{0,80}?)?\s*[.,;!?]?\s*$")
_RESUMED = re.compile(r"(?:\s+(?!that\b)[^,;:“" + FILLED + r"]{0,60})?[,.:]\s*[“\"" + FILLED + "]")
_THAT = re.compile(r"(?:\s+(?!that\b)[^\s,;:" + FILLED + r"]+){0,8}?,?\s+(?=that\b)")
_MARKED = re.compile(r"(?:\s+[^\s,;:" + FILLED + r"]+){0,9}?\s*[,:]\s*(?=[“\"" + FILLED + "])")
_ADDRESSEE = re.compile(r"\s+(?:(?:the|a|an|his|her|their)\s+)?(?:[A-Z][\w.’'-]*(?:\s+(?:[A-Z][\w.’'-]*|of|on|the))*|[\w’'-]+)(?=[\s,])")
_JOINED = re.compile(r"[,;]\s+(?:and|but|while|though|although|whereas)?\s*$|;\s*$")
_LOOK = 160   # characters before a word of saying in which its subject is looked for


def attributions(sentence: str, carried: str | None = None) -> list[Attribution]:
    """What a sentence tells as somebody's; ``carried`` is who *he* or *they* is. Quotations are filled (FILLED)."""
    found: list[Attribution] = []
    last = carried
    for according in _ACCORDING.finditer(sentence):
        speaker = named(according[1], last)
        last = speaker or last
        before = sentence[: according.start()].rstrip(" ,")
        if len(before) < 4:
            after = sentence.find(",", according.end())
            if after >= 0:
                found.append(Attribution(after + 1, len(sentence), speaker))
        else:
            found.append(Attribution(_floor(found), len(before), speaker))
    if headline := _HEADLINE.match(sentence):
        last = headline[1].strip()
        return [Attribution(headline.end(), len(sentence), last)]
    for cue in heapq.merge(_CUES.finditer(sentence), _NOUN.finditer(sentence), key=lambda match: match.start()):
        if cue.re is _NOUN:
            if not (found and found[-1].end > cue.start()):
                holder = _POSSESSIVE.search(sentence, max(0, cue.start() - 80), cue.start())
                found.append(Attribution(cue.end() + 1, len(sentence), (holder[1] or last) if holder else None))
            continue
        word, at, end = cue.group(), cue.start(), cue.end()
        before = sentence[max(0, at - _LOOK) : at]
        is_object = word in _OBJECT
        if (word in _NOUNS and _NOMINAL.search(before)) or (word in _BARE_NOUNS and not _BEFORE_VERB.search(before)):
            continue
        last_sign = before.rstrip()[-1:]
        if word in _INVERTIBLE and FILLED in sentence[_floor(found) : at] and last_sign and last_sign in f",”\"’?!—–{FILLED}" and not sentence.startswith((" that", ":"), end):
            subject = re.compile(r"\s+([^,.;:“" + FILLED + r"]{2,90}(?:\.[^,.;:“" + FILLED + r"]{0,60})?)").match(sentence, end)
            if subject and (_PRONOUN.match(subject[1]) or re.match(r"(?:the|a|an|one|his|her)\s|[A-Z]", subject[1])):
                last = named(subject[1], last) or last
                found.append(Attribution(_floor(found), at - (len(before) - len(before.rstrip(" ,—–"))), last))
                continue
        chunk, gap, sign = _subject(before)
        if word.endswith("ing"):
            if not (last_sign and last_sign in f",—–{FILLED}") and not _AUXILIARY.search(before) and not re.search(r"\b(?:is|was|are|were|been|be|keep|kept|by|in|of)\s+$", before):
                continue
            if last_sign and last_sign in f",—–{FILLED}":
                speaker = last if found else named(_subject_of(sentence), last)
            else:
                speaker = named(re.sub(r"\b(?:is|was|are|were|been|be|keep|kept|by|in|of)\s*$", "", chunk), last)
        else:
            if before.endswith("to ") and _THAT.match(sentence, end):
                if not (found and found[-1].end > at):
                    found.append(Attribution(end + 1, len(sentence), last))
                continue
            if _PASSIVE.search(before):
                if word in _CLAUSE and sentence.startswith(" that ", end) and not found:
                    found.append(Attribution(end + 1, len(sentence), None))
                continue
            if not chunk:
                continue
            if word in _FINDS and not (_FINDERS.search(chunk) or _PERSON.search(chunk)):
                continue
            speaker = named(chunk, last)
        if last_sign == "," and FILLED not in before:     # an apposition, not what is said
            sign = ""
        if not is_object and sign and sign in f",”\"’?!—–{FILLED}" and at - gap > 3 and not word.endswith("ing"):
            start = at - len(before) + gap
            is_after_quotation = sentence[:start].rstrip()[-1:] in "”\"’" or sentence[:start].rstrip(" ”\"’?!.,")[-1:] == FILLED
            tail = _TRAILING.match(sentence, end) or (FILLED in sentence[:start] and _RESUMED.match(sentence, end)) or (
                is_after_quotation and not _THAT.match(sentence, end) and not _MARKED.match(sentence, end)
            )
            closed = [item for item in found if item.end <= at]      # Tokyo hopes for more, Vint said: all of it is Vint's
            if tail and len(sentence[_floor(closed) : start].split()) >= (1 if FILLED in sentence[:start] else 3):
                found = closed
                last = speaker or last
                found.append(Attribution(_floor(found), start, last))
                continue
        begin = _content(sentence, word, end, is_object)
        if begin is None or len(sentence) - begin < 4:
            continue
        if found and found[-1].end > at:
            joint = _JOINED.search(sentence[max(0, at - len(before) + gap - 12) : at - len(before) + gap].rstrip() + " ")
            if not joint and sign not in {";"} and not (sign in {"and", "but", "while"} and word in _CLAUSE):
                continue   # somebody's words of what another says
            found[-1] = Attribution(found[-1].start, max(found[-1].start, at - len(before) + gap), found[-1].speaker)
        last = speaker or last
        found.append(Attribution(begin, len(sentence), speaker))
    return [item for item in found if item.end > item.start]


def _content(sentence: str, word: str, end: int, is_object: bool) -> int | None:
    """Where the words begin that a cue ending at ``end`` introduces."""
    if is_object:
        return end + 1
    if word in {"pointed"}:
        return end + 5 if sentence.startswith(" out", end) else None
    for pattern in (_THAT, _MARKED):
        if match := pattern.match(sentence, end):
            return match.end()
    if word in _ADDRESSED and (match := _ADDRESSEE.match(sentence, end)):
        return match.end() + 1
    if sentence.startswith((".", ",", ";"), end):
        return None
    if word in _STRICT and not re.compile(r"\s+(?:as\s+)?[“\"" + FILLED + "]").match(sentence, end):
        return None
    return end + 1


def _subject(before: str) -> tuple[str, int, str]:
    """The last stretch of words before a cue, the offset in ``before`` at which it begins, and the sign or word that stands before it."""
    before = _AUXILIARY.sub("", before).rstrip()
    end = len(before)
    if before.endswith(","):                        # Kono, 54, the foreign minister, said
        at, sign = 0, ""
        for match in _CLAUSE_BEGIN.finditer(before):
            at, sign = match.end(), match.group()
        comma = before.find(",", at)
        stretch = before[at:comma].strip()
        if _ADVERBIAL.match(stretch) and comma < end - 1:
            at = comma + 1
            stretch = before[at : before.find(",", at)].strip()
        return stretch, at, sign
    at, sign = 0, ""
    for match in _BOUNDARY.finditer(before, 0, end):
        at, sign = match.end(), match.group().lower()
        start = match.start()
    if sign in {"who", "which", "that"} and not before[at:end].strip():
        previous = list(_BOUNDARY.finditer(before, 0, start))
        stretch = before[previous[-1].end() if previous else 0 : start].strip()
        if not stretch and len(previous) > 1:
            stretch = before[previous[-2].end() : previous[-1].start()].strip()
        return stretch, at, sign
    stretch = before[at:end].strip()
    if not stretch and sign == ")":                 # Gov. Phil Bryant (R) said
        opening = before.rfind("(", 0, at)
        return _subject(before[: max(0, opening)])
    if sign == "," and re.match(r"(?:on|in|at|during|after|before|earlier|last|this|for|with|by)\b|$", stretch):   # Kono, of the cabinet, on Monday said
        stretch = before[:at].rsplit(",", 2)[0][-60:].strip() if before[:at].count(",") > 1 else before[: at - 1][-60:].strip()
    return stretch, at, sign


def _subject_of(sentence: str) -> str:
    boundary = _BOUNDARY.search(sentence, 1)
    return sentence[: boundary.start() if boundary else 80][:80]


def named(words: str, carried: str | None) -> str | None:
    """The name in a subject as it is printed; who ``carried`` is for a pronoun; a short noun phrase as it stands."""
    words = words.strip(" ,")
    if _PRONOUN.fullmatch(words) or re.fullmatch(r"(?:[Bb]ut|[Aa]nd|[Ii]nstead|[Tt]hen)?\s*(?:he|she|they|it)", words, re.I):
        return carried
    best = ""
    for match in _NAME.finditer(words):
        parts = match.group().split()
        while parts and parts[0] in _NO_NAME:
            parts = parts[1:]
        while parts and parts[-1] in {"of", "the", "for", "and", "de", "van", "von", "al"}:
            parts = parts[:-1]
        name = " ".join(parts).rstrip(".").removesuffix("’s").removesuffix("'s")
        if len(name) > len(best):
            best = name
    if best:
        return best
    if _PRONOUN.search(words):
        return carried
    tail = words.split()[-4:]
    for place in range(len(tail) - 1, 0, -1):
        if tail[place] in {"the", "a", "an", "his", "her", "their", "its", "some", "many", "one", "two", "several"}:
            tail = tail[place:]
            break
    return " ".join(tail) if tail and tail[-1].isalpha() and tail[-1].lower() not in {"i", "we", "you", "who", "there", "this", "that"} else None


def _floor(found: list[Attribution]) -> int:
    return found[-1].end if found else 0
