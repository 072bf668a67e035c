"""Where a text names the actors of a directory, before it is settled who of several is meant.

In English and Russian a name is a capitalised word that is some family name, with what stands before and behind it: given
names, initials, patronymics. In Japanese it is a family name between characters that leave it one. What shows a namesake (another
given name, another word grown together with it) makes it no mention at all. Office words beside the name are noted.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from transforms.actors import Directory
from transforms.spelling import cases, fold, spelled

_WORD = re.compile(r"[^\W\d_]+")
_START = re.compile(r"(?:^|[.!?…:;«»\"“”(\n—–-])[\s«»\"“”(]*$")
_KANJI, _KATAKANA = "一-龥々", "ァ-ヴー"
_BEFORE, _BEHIND = 70, 60   # characters in which an office word is looked for
_LONGEST = 4                # words of a name before the family name
_PATRONYMIC = re.compile(r"(?:[ою]?vich|[oe]vna|[io]chna)$")
_LESSER = re.compile(r"(?:deputy|vice|acting|assistant|副|заместител\w+|вице|зам|и\.о\.)[\s-]*$", re.IGNORECASE)


@dataclass(frozen=True)
class Named:
    """A place in a text: who it can be, whether by more than the family name, and the offices of words beside it."""

    start: int
    end: int
    candidates: tuple[str, ...]
    is_full: bool
    offices: frozenset[str] = field(default=frozenset())


@dataclass(frozen=True)
class Names:
    """A directory's names in one language, compiled once. All methods take normalised text of one field."""

    directory: Directory
    language: str

    def find(self, text: str, *, is_headline: bool = False) -> list[Named]:
        """Everything named in a text, in order; of places that overlap, the first and longer one."""
        text = self._traps.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)
        people = self._unspaced(text) if self.language == "ja" else self._spaced(text, is_headline=is_headline)
        found = [*people, *self._bodies_in(text)]
        kept: list[Named] = []
        for each in sorted(found, key=lambda named: (named.start, -named.end)):
            if not kept or each.start >= kept[-1].end:
                kept.append(each)
        return kept

    @cached_property
    def _traps(self) -> re.Pattern[str]:
        return _any_of(self.directory.traps.get(self.language, []))

    # -- organisations and countries

    @cached_property
    def _bodies(self) -> dict[str, re.Pattern[str]]:
        edges = ("", "") if self.language == "ja" else (r"(?<!\w)", r"(?!\w)")
        bodies = self.directory.organisations | self.directory.countries
        return {actor_id: re.compile(edges[0] + _any_of(body.names[self.language]).pattern + edges[1]) for actor_id, body in bodies.items() if body.names.get(self.language)}

    def _bodies_in(self, text: str) -> Iterator[Named]:
        for actor_id, pattern in self._bodies.items():
            for match in pattern.finditer(text):
                yield Named(match.start(), match.end(), (actor_id,), is_full=True)

    # -- English and Russian

    def _forms(self, spellings: Iterable[str], sex: str, *, is_family: bool) -> set[str]:
        if self.language != "ru":
            return {fold(each, self.language) for each in spellings}
        return {fold(form, "ru") for each in spellings for form in cases(each, sex=sex, is_family=is_family)}

    @cached_property
    def _families(self) -> dict[str, list[str]]:
        """Folded family name, in any case -> actors."""
        families: dict[str, list[str]] = defaultdict(list)
        for actor_id, person in self.directory.people.items():
            for form in self._forms(person.named(self.language).family, person.sex, is_family=True):
                families[form].append(actor_id)
        return families

    @cached_property
    def _given(self) -> dict[str, set[str]]:
        """Actor -> folded given names and patronymic, in any case."""
        return {
            actor_id: self._forms([*name.given, *filter(None, [name.patronymic])], person.sex, is_family=False)
            for actor_id, person in self.directory.people.items() for name in [person.named(self.language)]
        }

    @cached_property
    def _initials(self) -> dict[str, set[str]]:
        """Actor -> first letters of the given names as spelled."""
        return {actor_id: {each[0].lower() for each in person.named(self.language).given} for actor_id, person in self.directory.people.items()}

    @cached_property
    def _known_given(self) -> set[str]:
        others = self._forms(self.directory.given_names.get(self.language, []), "m", is_family=False)
        return others.union(*self._given.values())

    @cached_property
    def _plain(self) -> set[str]:
        return {fold(word, self.language) for word in self.directory.before_names.get(self.language, [])} | set(self._families)

    def _spaced(self, text: str, *, is_headline: bool) -> Iterator[Named]:
        words = list(_WORD.finditer(text))
        for place, word in enumerate(words):
            if not word.group()[0].isupper():
                continue
            actors = self._families.get(fold(word.group(), self.language))
            if not actors:
                continue
            named = self._person(text, words, place, actors, is_headline=is_headline)
            if named:
                yield named

    def _person(self, text: str, words: list[re.Match[str]], place: int, actors: list[str], *, is_headline: bool) -> Named | None:
        first, given, initials = self._before(text, words, place)
        start, end = words[first].start(), words[place].end()
        following = words[place + 1] if place + 1 < len(words) and text[end : words[place + 1].start()] == " " else None
        behind = fold(following.group(), self.language) if following and following.group()[0].isupper() else ""
        if not given and not initials:
            mine = [actor for actor in actors if behind and behind in self._given[actor]]
            if following and mine:   # the family name first, as in Japan
                return Named(start, following.end(), tuple(sorted(mine)), is_full=True, offices=self._offices(text, start, following.end()))
            if self._is_strange(text, words, first, is_headline=is_headline) or (
                behind and not is_headline and self.language == "en" and behind not in self._plain and not _is_office_word(behind)
            ):
                return None
            return Named(start, end, tuple(sorted(actors)), is_full=False, offices=self._offices(text, start, end))
        matching = [actor for actor in actors if self._agrees(actor, given, initials)]
        if not matching:
            return None
        return Named(start, end, tuple(sorted(matching)), is_full=True, offices=self._offices(text, start, end))

    def _before(self, text: str, words: list[re.Match[str]], place: int) -> tuple[int, list[str], str]:
        """The first word of the name, the given names (folded) and the initials before the family name."""
        first, initials = place, ""
        given: list[str] = []
        while first and place - first < _LONGEST:
            word, gap = words[first - 1].group(), text[words[first - 1].end() : words[first].start()]
            folded = fold(word, self.language)
            if len(word) == 1 and word.isupper() and gap in (".", ". "):
                initials = word + initials
            elif gap == " " and word[0].isupper() and (folded in self._known_given or _PATRONYMIC.search(folded)) and folded not in self._families:
                given.insert(0, folded)
            else:
                break
            first -= 1
        return first, given, initials

    def _agrees(self, actor: str, given: list[str], initials: str) -> bool:
        """A patronymic that the directory does not know, as in English, says nothing against."""
        known = self._given[actor]
        names = [each for each in given if each in known or not _PATRONYMIC.search(each)]
        if names:
            return all(each in known for each in names)
        return bool(initials) and initials[0].lower() in self._initials[actor]

    def _is_strange(self, text: str, words: list[re.Match[str]], first: int, *, is_headline: bool) -> bool:
        """A capitalised word that is no title stands before the family name: the given name of somebody else."""
        if not first or text[words[first - 1].end() : words[first].start()] != " ":
            return False
        before = words[first - 1]
        word = before.group()
        folded = fold(word, self.language)
        if not word[0].isupper() or folded in self._plain or _is_office_word(word):
            return folded in self._known_given and folded not in self._plain
        if folded in self._known_given:
            return True
        return not is_headline and not word.isupper() and not _START.search(text[: before.start()][-20:])

    # -- Japanese

    @cached_property
    def _japanese(self) -> dict[str, tuple[re.Pattern[str], re.Pattern[str], bool]]:
        """Actor -> family name, given names, and whether the given name stands first."""
        return {
            actor_id: (_any_of(map(spelled, person.ja.family)), _any_of(map(spelled, person.ja.given)), bool(re.match(f"[{_KATAKANA}]", person.ja.family[0])))
            for actor_id, person in self.directory.people.items()
        }

    @cached_property
    def _japanese_families(self) -> re.Pattern[str]:
        spellings = {spelled(each) for person in self.directory.people.values() for each in person.ja.family}
        return re.compile("|".join(sorted(spellings, key=lambda each: (-len(each), each))) or r"(?!)")

    @cached_property
    def _others_given(self) -> set[str]:
        return set(self.directory.given_names.get("ja", []))

    @cached_property
    def _grown(self) -> tuple[re.Pattern[str], re.Pattern[str]]:
        """What may stand, without a gap, before a name and behind it."""
        office_words = [word for office in self.directory.offices.values() for word in office.words.get("ja", [])]
        behind = [*map(re.escape, self.directory.after_names.get("ja", [])), *office_words]
        before = "".join(map(re.escape, self.directory.before_family.get("ja", [])))
        return re.compile(f"[{before}]$" if before else "(?!)"), re.compile("|".join(behind) or "(?!)")

    def _unspaced(self, text: str) -> Iterator[Named]:
        for match in self._japanese_families.finditer(text):
            actors = [actor for actor, (family, _, _) in self._japanese.items() if family.fullmatch(match.group())]
            katakana = bool(re.match(f"[{_KATAKANA}]", match.group()))
            named = self._in_katakana(text, match, actors) if katakana else self._in_kanji(text, match, actors)
            if named:
                yield named

    def _in_kanji(self, text: str, match: re.Match[str], actors: list[str]) -> Named | None:
        rest = text[match.end() :][:12]
        for actor in actors:
            if given := re.match(f"[ ・]?(?:{self._japanese[actor][1].pattern})", rest):
                end = match.end() + given.end()
                return Named(match.start(), end, (actor,), is_full=True, offices=self._offices(text, match.start(), end))
        before, behind = self._grown
        is_word = len(match.group()) == 1   # a shore, a wood: without a title or an office it is no name
        if (is_word or re.match(f"[{_KANJI}]", rest)) and not behind.match(rest):
            return None
        if re.search(f"[{_KANJI}]$", text[: match.start()][-1:]) and not before.search(text[: match.start()][-1:]):
            return None
        return Named(match.start(), match.end(), tuple(sorted(actors)), is_full=False, offices=self._offices(text, match.start(), match.end()))

    def _in_katakana(self, text: str, match: re.Match[str], actors: list[str]) -> Named | None:
        grown = re.match(f"[{_KATAKANA}]", text[match.end() :][:1]) and not self._grown[1].match(text[match.end() :][:12])
        if grown or re.search(f"[{_KATAKANA}]$", text[: match.start()][-1:]):
            return None   # a longer word
        lead = re.search(f"(?:[{_KATAKANA}A-Z]+[・=.])+$", text[: match.start()][-40:])
        parts = [part for part in re.split(r"[・=.]", lead.group()) if part] if lead else []
        if parts and self._japanese_families.fullmatch(parts[-1]):
            parts = []   # two people side by side
        if not parts:
            return Named(match.start(), match.end(), tuple(sorted(actors)), is_full=False, offices=self._offices(text, match.start(), match.end()))
        start = match.start() - len(lead.group()) if lead else match.start()
        mine = [actor for actor in actors if any(self._japanese[actor][1].fullmatch(part) for part in parts)]
        if not mine:
            return None
        return Named(start, match.end(), tuple(sorted(mine)), is_full=True, offices=self._offices(text, start, match.end()))

    # -- offices beside a name

    @cached_property
    def _office_words(self) -> list[tuple[str, re.Pattern[str], re.Pattern[str]]]:
        """Office, its words up to the end of what stands before a name, its words at the beginning of what stands behind."""
        found = []
        for office_id, office in self.directory.offices.items():
            words = _any_of(office.words.get(self.language, [])).pattern
            if self.language == "ja":
                before, behind = rf"({words})(?:の|だった|を務める)?$", rf"^(?:氏|さん)?[（(、・]?(?:[前元現]|当時の)?(?:[{_KATAKANA}]{{2,4}}|[露英米仏独日ロ]|日本)?の?[前元]?({words})"
            elif self.language == "en":
                before = rf"(?i:\b({words}))(?:,? (?:of|to|for) (?:the )?[A-Z]\w+(?:(?: of)?(?: the)? [A-Z]\w+){{0,3}})?,? ?$"
                behind = rf"^(?:['’]s)?(?:, | \()(?:(?:who|is|was|the|as|then|a|[A-Z]\w+(?:['’]s)?|former|current|ex|new)[ -]+)*(?i:({words}))\b"
            else:
                before = rf"(?i:\b({words}))(?: [А-ЯЁ]\w+| (?:области|края|по делам)){{0,3}},? ?$"
                behind = rf"^(?:, | \()(?:(?:тогдашн\w+|бывш\w+|нынешн\w+|новый|новая|который|занима\w+|пост|[А-ЯЁ]\w+) )*(?i:({words}))\b"
            found.append((office_id, re.compile(before), re.compile(behind)))
        return found

    def _offices(self, text: str, start: int, end: int) -> frozenset[str]:
        """Offices whose words stand on the side of a name on which the language has them, else on the other; of those that lie
        within one another the longest, or none for a deputy's."""
        left, right = text[max(0, start - _BEFORE) : start], text[end : end + _BEHIND]
        left, right = left[left.rfind("\n") + 1 :], right.partition("\n")[0]
        sides: list[dict[str, tuple[int, bool]]] = [{}, {}]
        for office_id, *patterns in self._office_words:
            for found, pattern, side in zip(sides, patterns, (left, right), strict=True):
                if match := pattern.search(side):
                    found[office_id] = match.end(1) - match.start(1), bool(_LESSER.search(side[: match.start(1)]))
        told = (sides[1] or sides[0]) if self.language == "ja" else (sides[0] or sides[1])   # else the next one in a list of people
        longest = max((length for length, _ in told.values()), default=0)
        return frozenset(office_id for office_id, (length, is_lesser) in told.items() if length == longest and not is_lesser)


def _is_office_word(word: str) -> bool:
    return word.lower() in {"secretary", "minister", "president", "administration", "cabinet", "government", "premier"}


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    parts = list(patterns)
    return re.compile(f"(?:{'|'.join(parts)})" if parts else "(?!)")
