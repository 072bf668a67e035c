"""Japanese: Xは…と述べた; 「…」とXは話した; Xによると…; XはYを非難した."""

from __future__ import annotations

import re

from transforms.attributions import FILLED, Attribution

_SAY = (
    r"述べ|語[っりる]|話[しすさ]|言[いっうわ]|発表|説明|指摘|強調|主張|批判|反論|非難|訴え|伝え|報[じず]|明らかに|警告|約束|否定|提案|答え|繰り返|たたえ|称え|称賛|呼び(?:か|掛)け|"
    r"結論|判断|求め|嘆|憤|認め|明か|釈明|書[いきく]|期待|懸念|予測|予想|推測|証言|回答|断言|言い切|力説|表明|歓迎|感謝|抗議|糾弾|問[いう]|み(?:て|る|られ)|見(?:て|る|込|られ)|"
    r"考え(?:て|る|を)|思[いうっ]|評[しす価]|叫[びん]|振り返|つぶや|皮肉|胸を張|語気|吐き捨て|説[いく]|記し|記[さす]|強弁|要求|促[しす]|応じ|語調|笑顔|涙|怒|喜"
)
_TOLD = re.compile(
    rf"(?:(?<!こ)と(?:の|して|する|も|は)?|ように)(?:[^、。{FILLED}と]{{0,16}}?)(?:{_SAY})"
    r"|との?(?:認識|見方|考え|見解|見通し|立場|方針|意向|懸念|姿勢|意見|声明|評価|談話)[^、。]{0,12}"
    r"|という[。、]?$|とする(?=[^、。]{1,12}を(?:出|採択|発表|公表|まとめ))|としている|とした(?:うえで|上で)?(?=[、。]|$)|とし(?:つつ|ながら(?:も)?)?(?=、)"
    r"|(?:考え|方針|意向|見通し|構え)(?:だ(?=[。、]|$)|を(?:示|明らか|表明|固)|で(?=、))|ことを(?:明らかに|認め|発表|明か|確認)"
)
_OBJECT = re.compile(
    r"(?:を|に)(?:[^、。をにと]{0,8})(?:非難|批判|糾弾|称賛|絶賛|歓迎|高く評価|評価し|たたえ|称え|感謝|抗議|深い感謝|謝意|礼を|責め|支持|擁護)(?!したい|すべき|しよう|され|に値)"
    r"|への?(?:深い)?(?:感謝|謝意|非難|抗議|批判)(?=を)|の[^、。のをはが]{1,12}を(?:称え|たたえ|批判|非難|指摘|糾弾|高く評価|評価|歓迎)"
)
_BY = re.compile(r"(?:^|(?<=[、。]))(?P<who>[^、。「」]{1,40}?)(?:に(?:よると|よれば|よりますと)|の(?:証言|話|説明|発表)(?:では|によると))、?")
_TOPIC = re.compile(rf"(?P<who>[^、。「」はが{FILLED}]{{1,90}}?)(?P<mark>は|が)(?=[、「\u3000-\u9fff\uff00-\uffefA-Za-z0-9{FILLED}])、?")
_ADJUNCT = re.compile(r"(?:[^、。「」をはがと]{1,14}(?:で|日|後|前|中|に対し|に対して|に関し|について|ため|時|朝|夜|午後|午前)(?:、|(?=[「" + FILLED + r"]))|これに対し、|また、|一方、|さらに、)")
_PLACE = re.compile(r"(?:著書|会見|声明|演説|社説|記者会見|談話|取材|講演)(?:『[^』]{1,30}』)?で、?")
_AFTER = re.compile(r"^」?と[、]?(?P<who>[^、。「」はが]{1,30})(?:は|が)[^、。]{0,12}(?:" + _SAY + ")")
_NEXT = re.compile(r"(?P<who>[^、。「」はが]{1,30})(?:は|が)(?:[^。]{0,10})?(?:こう|そう|このように)")
_CLAUSE = re.compile(r"(?:してい[るた]|した|する|られる|られた|いる|った|れた)(?=[一-龥ァ-ヴA-Za-z])")
_LINK = re.compile(r"^(?:そして|また|しかし|一方|さらに|このため|だが|ただ)、?")
_LOOK = 200   # characters before a word of saying in which its subject is looked for


def attributions(sentence: str, carried: str | None = None) -> list[Attribution]:
    """What a sentence tells as somebody's; ``carried`` is who a sentence without a subject goes on with. Quotations are filled (FILLED)."""
    found: list[Attribution] = []
    speaker: str | None = None
    floor = 0
    by = _BY.match(sentence)
    if by:
        speaker, floor = by["who"], by.end()
    for told in sorted([*_TOLD.finditer(sentence), *_OBJECT.finditer(sentence)], key=lambda match: (match.start(), -match.end())):
        if told.start() < floor:
            continue
        if told.re is _TOLD and told.start() >= 1 and sentence[told.start() - 1] == FILLED:
            after = _AFTER.match(sentence, told.start())
        else:
            after = _after_mark(sentence, told.start())
        begin = _skip(sentence, max(floor, told.start() - _LOOK), told.start())
        topic = _TOPIC.match(sentence, begin, told.start()) if not after else None
        if after:
            speaker = after["who"]
        elif topic and (not by or begin > by.end()) and not (speaker and floor and not by and "」" not in sentence[floor:begin] and not _is_actor(topic["who"])):
            speaker, begin = _named(topic["who"], topic["mark"], speaker), _skip(sentence, topic.end(), told.start())
        elif speaker is None and not by:
            speaker = carried
            if told.re is _OBJECT or not carried:
                floor = told.end()
                continue
        if begin < told.start():
            keep = told.start() + (1 if told.group()[0] in "かをに" and told.re is _OBJECT else 0)
            found.append(Attribution(begin, keep, speaker))
        comma = sentence.find("、", told.end())
        floor = comma + 1 if 0 <= comma <= told.end() + 12 else told.end()
    if by and not found:
        end = len(sentence.rstrip("。"))
        found.append(Attribution(by.end(), end, by["who"]))
    return found


def next_speaker(sentence: str) -> str | None:
    """Who is named by a sentence that only says who said what stood before it: 浜田組合長はこう言った."""
    told = _NEXT.match(sentence)
    return told["who"] if told else None


def _after_mark(sentence: str, at: int) -> re.Match[str] | None:
    return _AFTER.match(sentence[at : at + 60]) if at and sentence[at - 1] == "」" else None


def _skip(sentence: str, begin: int, end: int) -> int:
    """Past adjuncts of time, place and occasion and blanks."""
    while True:
        match = _ADJUNCT.match(sentence, begin, end) or _PLACE.match(sentence, begin, end)
        if match is None or match.end() >= end or match.end() == begin:
            return begin
        begin = match.end()


def _named(topic: str, mark: str, before: str | None) -> str | None:
    """Who a topic names: without the clause that tells of them; nobody where it is a time or a thing that something happens to."""
    who = _CLAUSE.split(_LINK.sub("", topic))[-1]
    if who.endswith("に") or (mark == "が" and not _is_actor(who)):
        return before
    return who.removesuffix("で") or before


def _is_actor(words: str) -> bool:
    return re.search(r"(?:氏|さん|相|官|長|員|授|使|筋|者|紙|社|会|府|省|局|団|側|部|通信|日報|新聞)$", words) is not None
