"""Messages: what a person reads of alerts or trouble, as plain text, HTML, chat text and fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from nichiro.alerts.inert import calm, inert
from nichiro.wording import FILTERS

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Message:
    """``message_id`` is the same for the same subjects over the same channel; ``level``: info or warning."""

    message_id: str
    kind: str
    level: str
    subject: str
    text: str
    html: str
    chat_subject: str
    chat: str
    content: dict[str, Any]


def compose(kind: str, message_id: str, content: dict[str, Any]) -> Message:
    """Write a message of ``kind`` news, tone, trouble or test; ``content`` is what its templates ask for."""
    subject = subject_line(kind, content)
    return Message(
        message_id=message_id, kind=kind, level="info" if kind == "test" else "warning",
        subject=subject,
        text=_render(f"{kind}.txt.j2", inert, content),
        html=_render("page.html.j2", inert, content | {"body": f"{kind}.html.j2", "subject": subject}),
        chat_subject=calm(subject, 200),
        chat=_render(f"{kind}.txt.j2", calm, content),
        content=content["fields"],
    )


def subject_line(kind: str, content: dict[str, Any]) -> str:
    return inert(_render(f"{kind}.subject.j2", inert, content), 200)


def entry_html(kind: str, content: dict[str, Any]) -> str:
    """The body of a message alone, for a feed."""
    return _render(f"{kind}.html.j2", inert, content)


def _render(template: str, crawled: Callable[..., str], content: dict[str, Any]) -> str:
    environment = _environment(crawled)
    return environment.get_template(template).render(content).strip() + "\n"


@cache
def _environment(crawled: Callable[..., str]) -> Environment:
    """HTML is escaped; ``crawled`` is the filter through which every text of others goes."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        autoescape=lambda name: bool(name and name.endswith(".html.j2")),
    )
    environment.filters |= FILTERS | {"crawled": crawled}
    return environment
