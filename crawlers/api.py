"""A site's JSON API -> the items of one answer, by the mapping in the source's YAML. Pure; hostile input is expected."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from crawlers.source import Items

_FIELD = re.compile(r"\{([\w.]+)\}")


@dataclass(frozen=True)
class Item:
    link: str
    headline: str
    published: str | None


def items_of(text: str, mapping: Items) -> tuple[list[Item], str | None]:
    """The items that ``only`` lets pass, ``link`` empty where one has none, and the address of the next answer.

    Raises ValueError where it is not that kind of JSON.
    """
    try:
        answer = json.loads(text)
    except RecursionError as error:
        raise ValueError("JSON nested without end") from error
    listed = _at(answer, mapping.path)
    if not isinstance(listed, list):
        raise ValueError(f"no list at {mapping.path or 'its root'!r}")
    items = []
    for each in listed:
        if not all(re.search(pattern, _text(each, path) or "") for path, pattern in mapping.only.items()):
            continue
        fields = {name: _text(each, name) for name in _FIELD.findall(mapping.link)}
        is_linked = all(fields.values())
        link = _FIELD.sub(lambda field: fields[field[1]] or "", mapping.link) if is_linked else ""  # noqa: B023 - used at once
        published = _text(each, mapping.published) if mapping.published else None
        items.append(Item(link, (_text(each, mapping.headline) if mapping.headline else None) or "", published))
    return items, _text(answer, mapping.next) if mapping.next else None


def _at(value: Any, path: str) -> Any:
    for key in filter(None, path.split(".")):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _text(value: Any, path: str) -> str | None:
    found = _at(value, path)
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) and str(found) else None
