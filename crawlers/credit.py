"""Credits: an author as a byline names him -> name without office, role, given and family name. Own rules.

A name is split only where its form says where: a blank in a Japanese name, a patronymic, initials or the ending of a
surname in a Russian one, capitals or the order of Latin script elsewhere. Else both parts are None.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_WIRE = re.compile(
    r"(?:一般社団法人)?共同(?:通信(?:社)?)?|時事(?:通信(?:社)?)?|(?:ＡＰ|AP)(?:通信)?|(?:ＡＦＰ|AFP)(?:[=＝・]時事|通信|BB News)?|ロイター(?:通信)?|新華社"
    r"|ブルームバーグ|タス通信|インタファクス通信|聯合ニュース|(?:the )?associated press|ap(?: news)?|afpbb news|canadian press|pti|tnn|ians|ani|ukrinform|reuters staff|agence france[- ]presse|(?:thomson )?reuters|bloomberg(?: news)?"
    r"|kyodo(?: news)?|jiji(?: press)?|xinhua|dpa|efe|upi|yonhap|tass|interfax|ria novosti|тасс|итар-тасс|риа «?новости»?|интерфакс|рейтер|агентство .+|информагентство .+|.+通信社|.+ (?:news agency|newswire|wire(?: service)?|press agency)|укринформ|унн|унiан|уніан",
    re.I,
)  # fmt: skip
_ROLES = {
    "academic": r"(?:名誉|特任|客員|准|助)?教授|講師|(?:上席|主任|主席)?研究員|(?:emeritus |associate |assistant )?prof(?:essor|\.)|(?:senior )?(?:lecturer|fellow|researcher)"
                r"|профессор|доцент|(?:старший |ведущий )?научный сотрудник|политолог|академик",
    "columnist": r"論説(?:副?委員長|委員|主幹)|編集委員|コラムニスト|columnist|колумнист|(?:политический )?обозреватель",
    "official": r"(?:外務|防衛|経産|財務|総理|内閣総理)?大臣|外相|首相|(?:官房)?長官|大使|報道官|知事|(?:prime |foreign )?minister|ambassador|president|spokes(?:man|woman|person)"
                r"|(?:премьер-)?министр(?: иностранных дел)?|посол|президент|пресс-секретарь|официальный представитель|губернатор",
    "staff": r"(?:専門|政治部)?記者|(?:モスクワ|東京|ワシントン)?(?:特派員|支局長?)|編集部|(?:special |staff |senior |chief |political )*(?:correspondent|reporter|writer|editor|newsroom)"
             r"|(?:специальный |собственный |наш )?корреспондент|корр\.|спецкор|редактор|редакция",
    "contributor": r"寄稿|ジャーナリスト|作家|評論家|guest (?:writer|contributor)|contributor|журналист|писатель",
}  # fmt: skip
_BEFORE = [(role, re.compile(rf"(?:{words})(?:[\s\u3000:：・]+)", re.I)) for role, words in _ROLES.items()]
_AFTER = [(role, re.compile(rf"[\s\u3000,(（・]*(?:{words})[)）]?", re.I)) for role, words in _ROLES.items()]
_HOUSE = re.compile(r".+新聞(?:社|デジタル|ニュース|オンライン|編集局)?|.+(?:放送|現代|編集部|支局)|(?:the )?editorial(?: (?:board|team))?|.+ (?:staff|bureau|desk|newsroom|team|news|times|tribune|gazette|media|network|magazine|online|radio|tv|television|reporters)|the (?:\w+ )+(?:post|herald|press|journal|chronicle|observer|guardian|telegraph)|редакция(?: .+)?|газета .+|телеканал .+", re.I)
_BODY = re.compile(r".+ (?:institute|university|ministry|council|foundation|association|committee|agency|office|department|service|group|society|union|party|company|center|centre)|(?:институт|университет|министерство|совет|фонд|комитет|посольство|пресс-служба)\b.*|.+(?:事務所|委員会|協会|研究所|大学|省|庁|機構|財団)", re.I)  # no person either
_SHELL = re.compile(r"^the |\.(?:com?|net|org)\b.*$|\W")
_AFFILIATION = re.compile(r"(?<=\S)[\s\u3000]+\S+(?:大学(?:院)?|研究所|研究院|大|新聞|省)$")
_TITLE = re.compile(r"(?:mr|mrs|ms|dr|sir|г-н|г-жа)\.?\s+", re.I)
_KANJI = re.compile(r"[\u3005\u3400-\u9fff\u3040-\u30ffヶ々]+")
_PATRONYMIC = re.compile(r"[А-ЯЁ][а-яё]+(?:вич|ьич|мич|вна|чна|шна)")
_INITIAL = re.compile(r"(?:[A-ZА-ЯЁ]\.-?)+")
_SURNAME = re.compile(r"[А-ЯЁ][а-яё-]+(?:ов|ев|ёв|ин|ын|ский|цкий|ской|ова|ева|ёва|ина|ына|ская|цкая|енко|чук|юк|ых|их|ян|швили|дзе)")
_GIVEN = frozenset(["Константин", "Валентин", "Мартин", "Августин", "Никитин", "Лев", "Марина", "Ирина", "Екатерина", "Полина", "Галина", "Нина", "Арина", "Кристина", "Алина", "Карина", "Ангелина", "Валентина", "Регина", "Христина", "Ульяна"])
_PARTICLES = frozenset(["de", "da", "di", "du", "del", "der", "den", "van", "von", "bin", "ibn", "al", "el", "la", "le", "ter", "st"])


_WORDS = [(role, re.compile(rf"(?<![a-zа-я])(?:{words})(?![a-zа-я])", re.I)) for role, words in {
    "columnist": r"columnist|колумнист|обозреватель|編集委員|論説委員",
    "academic": r"professor|lecturer|researcher|research (?:associate|fellow|scientist)|postdoctoral|university|профессор|доцент",
    "contributor": r"contributor|special to|contributing writer|freelance[a-z]*|guest",
    "staff": r"reporter|correspondent|editor|journalist|staff(?: writer)?|producer|корреспондент|редактор|記者|特派員",
    "official": r"minister|ambassador|spokes(?:man|woman|person)|special assistant to the president|deputy director",
}.items()]  # fmt: skip


@dataclass(frozen=True)
class Credit:
    """One author. ``name`` is as given, without office and title; ``role`` of AUTHOR_ROLES or None where nothing tells."""

    name: str
    role: str | None = None
    given_name: str | None = None
    family_name: str | None = None


def is_agency(name: str) -> bool:
    """Whether a name is that of a news agency."""
    return bool(_WIRE.fullmatch(name.strip(" ()（）「」【】")))


def is_body(name: str) -> bool:
    """Whether a name is of the form of an institution."""
    return bool(_BODY.fullmatch(name))


def is_newsroom(name: str) -> bool:
    """Whether a name is of the form of an outlet or its staff."""
    return bool(_HOUSE.fullmatch(name))


def is_house(name: str, outlets: Iterable[str]) -> bool:
    """Whether a name is the outlet's own, as one of ``outlets`` begins or begun by one: "The Paper Business", of The Paper."""
    given, *own = (_SHELL.sub("", text.casefold()) for text in (name, *outlets))
    return len(given) > 1 and any(len(one) > 1 and (given.startswith(one) or one.startswith(given)) for one in own)


def role_in(text: str) -> str | None:
    """The role that a few words say: "senior political correspondent"."""
    return next((role for role, pattern in _WORDS if pattern.search(text)), None)


def credit_of(written: str, default: str | None = None) -> Credit:
    """One name as the byline has it; ``default`` is the role where the name itself tells none."""
    name = _TITLE.sub("", written.strip(), count=1) if _TITLE.match(written.strip()) else written.strip()
    if _WIRE.fullmatch(name.strip("()（）「」【】")):
        return Credit(name.strip("()（）「」【】"), "wire")
    if is_newsroom(name):
        return Credit(name, "staff")
    role = None
    for pattern_role, pattern in _BEFORE:
        if (match := pattern.match(name)) and match.end() < len(name):
            role, name = pattern_role, name[match.end() :]
            break
    for pattern_role, pattern in _AFTER:
        match = next((match for match in pattern.finditer(name) if match.end() == len(name)), None)
        if match and len(before := name[: match.start()].strip(" \u3000,")) > 1 and (not match[0].isascii() or " " in before):
            role, name = role or pattern_role, before
            break
        if pattern.fullmatch(name):  # an office without a name, such as an editorial board's
            return Credit(name, role or pattern_role)
    if role is None and is_body(name):
        return Credit(name, default)
    name = _AFFILIATION.sub("", name) if role else name
    given, family = split_name(name)
    return Credit(name, role or default, given, family)


def split_name(name: str) -> tuple[str | None, str | None]:
    """(given, family) of a name in Japanese, Cyrillic or Latin script; (None, None) where the order is not certain."""
    words = name.replace("\u3000", " ").split()
    if not 2 <= len(words) <= 5 or any(re.search(r"\d|[@/]", word) for word in words):
        return None, None
    if all(_KANJI.fullmatch(word) for word in words):
        return (words[1], words[0]) if len(words) == 2 and "ー" not in words[0] else (None, None)
    if re.search(r"[А-Яа-яЁё]", name):
        return _russian(words)
    return _latin(words) if re.fullmatch(r"[^\W\d_]+(?:[ .'’-]+[^\W\d_]+)*\.?", name) else (None, None)


def _russian(words: list[str]) -> tuple[str | None, str | None]:
    initials = [bool(_INITIAL.fullmatch(word)) for word in words]
    if any(initials) and not all(initials):
        given = " ".join(word for word, is_initial in zip(words, initials, strict=True) if is_initial)
        rest = [word for word, is_initial in zip(words, initials, strict=True) if not is_initial]
        return (given, rest[0]) if len(rest) == 1 else (None, None)
    if len(words) == 3 and _PATRONYMIC.fullmatch(words[2]):
        return f"{words[1]} {words[2]}", words[0]
    if len(words) == 3 and _PATRONYMIC.fullmatch(words[1]):
        return f"{words[0]} {words[1]}", words[2]
    if len(words) != 2:
        return None, None
    first, last = (bool(_SURNAME.fullmatch(word)) and word not in _GIVEN for word in words)
    if first == last:
        return None, None
    return (words[1], words[0]) if first else (words[0], words[1])


def _latin(words: list[str]) -> tuple[str | None, str | None]:
    capitals = [word for word in words if len(word) > 1 and word.isupper() and "." not in word]
    if len(capitals) == 1:  # "ABE Shinzo": capitals mark the family name
        return " ".join(word for word in words if word != capitals[0]), capitals[0]
    if not words[0][0].isupper() or not words[-1][0].isupper() or words[0].lower() in ("the", "by"):
        return None, None
    start = next((at for at, word in enumerate(words) if at and word.lower() in _PARTICLES), len(words) - 1)
    return " ".join(words[:start]), " ".join(words[start:])
