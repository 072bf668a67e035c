"""What stands in a document's text and is none of it: tooltips, counters and ages, which differ from visit to visit."""

from __future__ import annotations

import re

from lxml import etree

_NUMBER = r"[\d０-９][\d０-９.,\s]*(?:[kKmM]|тыс\.?|万)?"
_COUNTED = (
    r"(?:page |total )?(?:views?|reads?|hits|shares?|likes?|comments?|downloads?)"
    r"|просмотр\w*|прочтени\w*|прочитан\w*|комментари\w*|скачиван\w*|репост\w*|нравится"
    r"|閲覧(?:数|回数)?|アクセス数?|ページビュー|PV|表示回数|コメント数?|シェア数?|いいね[!！]?|ダウンロード数?"
)
_UNIT = r"(?:\s*(?:times?|раза?|回|件|人|PV))?"
_AGO = r"(?:\S+ )?(?:seconds?|minutes?|hours?|days?|weeks?) ago|(?:секунд|минут|час|день|дн|недел)\w* назад|(?:秒|分|時間|日|週間)前"
_FURNITURE = re.compile(
    rf"(?:(?:number of|количество|всего)\s+)?(?:{_COUNTED})\s*[:：]?\s*{_NUMBER}{_UNIT}"
    rf"|{_NUMBER}(?:件の|回の?|人が)?\s*(?:{_COUNTED}){_UNIT}"
    rf"|(?:\w+[:：]?\s*)?{_NUMBER}\s*(?:{_AGO})",
    re.I,
)
_TOOLTIP = re.compile(r"(?:^|\s)tooltip[-_]*(?:text|content|inner|body)(?:\s|$)", re.I)
LONGEST = 60  # characters; a longer line says more than a number


def is_furniture(line: str) -> bool:
    """Whether a line is a counter of visits, shares or comments, or an age such as "3 hours ago", and nothing else."""
    return len(line) <= LONGEST and _FURNITURE.fullmatch(line.strip()) is not None


def is_tooltip(element: etree._Element) -> bool:
    """Whether an element's text shows only where the pointer rests: its role says so, or the class that is usual for it."""
    classes = element.get("class", "")
    return element.get("role") == "tooltip" or ("tooltip" in classes.lower() and _TOOLTIP.search(classes) is not None)
