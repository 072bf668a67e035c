"""The first minutes: a data folder, ``.env`` and the alert rules, written once and never over what is there."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from nichiro.errors import ConfigError, TransientError
from nichiro.settings import PROJECT, Settings
from warehouse.lake import write_atomically

DOTENV = Path(".env")
RULES = "alerts.yml"   # beside the data folder, where the pipeline looks for it
RULES_TEMPLATE = PROJECT / "alerts.example.yml"
OWNER_ONLY = 0o600   # secrets will stand in it
_PLAIN = re.compile(r"[\w./:@%+~-]*")
NO_RULES = "# Who is told of what: docs/alerts.md. Secrets are written as ${NAME} and stand in .env.\n"


@dataclass
class Installed:
    """What ``init`` did: files written, files that were there and stay, variables set in ``.env``."""

    data_dir: Path
    written: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)


def check_contact(text: str) -> str:
    """The contact as the user agent will show it. Raises ConfigError for anything that reaches nobody."""
    try:
        contact = Settings(_env_file=None, contact=text).contact   # type: ignore[call-arg]
    except ValidationError as error:
        raise ConfigError(error.errors()[0]["msg"].removeprefix("Value error, "), "give --contact https://…") from error
    if not contact:
        raise ConfigError("a live crawl says who it is", "give --contact with a URL or mail address that reaches you")
    return contact


def init(folder: Path, contact: str, data_dir: Path, may_change: Callable[[str, str, str], bool]) -> Installed:
    """Make ``folder`` ready for `nichiro run`.

    ``may_change(variable, old, new)`` is asked before a value that stands in ``.env`` is replaced; whatever else stands
    there stays, byte for byte. Raises ConfigError for a contact that reaches nobody, TransientError where nothing can be
    written.
    """
    wanted = {"NICHIRO_CONTACT": check_contact(contact), "NICHIRO_DATA_DIR": str(data_dir)}
    done = Installed(folder / data_dir)
    try:
        (folder / data_dir).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TransientError(f"cannot make {folder / data_dir}: {error.strerror}", "choose another --data-dir") from error
    _write_dotenv(folder / DOTENV, wanted, may_change, done)
    rules = (folder / data_dir).parent / RULES
    if rules.exists():
        done.kept.append(os.path.relpath(rules, folder))
    else:
        text = _as_comments(RULES_TEMPLATE.read_text(encoding="utf-8")) if RULES_TEMPLATE.exists() else NO_RULES
        write_atomically(rules, lambda file: file.write(text.encode()))
        done.written.append(os.path.relpath(rules, folder))
    return done


def _as_comments(yaml: str) -> str:
    """The example as comments: nobody is written to before somebody has chosen whom."""
    return "".join(line if not line.strip() or line.startswith("#") else f"# {line}" for line in yaml.splitlines(keepends=True))


def _write_dotenv(path: Path, wanted: dict[str, str], may_change: Callable[[str, str, str], bool], done: Installed) -> None:
    try:
        before = path.read_text(encoding="utf-8") if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}", "mend or move it") from error
    after = before
    for variable, value in wanted.items():
        line = f"{variable}={value if _PLAIN.fullmatch(value) else _quoted(value)}"
        pattern = re.compile(rf"^[ \t]*(?:export[ \t]+)?{variable}[ \t]*=[ \t]*(.*?)[ \t]*$", re.M)
        found = list(pattern.finditer(after))
        old = found[-1][1].strip("'\"") if found else ""   # the last one counts
        if old == value:
            continue
        if old and not may_change(variable, old, value):
            continue
        if found:
            after = after[: found[-1].start()] + line + after[found[-1].end() :]
        else:
            after += ("\n" if after and not after.endswith("\n") else "") + line + "\n"
        done.variables[variable] = value
    if after == before:
        done.kept.append(str(path.name))
        return
    mode = path.stat().st_mode & OWNER_ONLY if path.exists() else OWNER_ONLY

    def write(file: BinaryIO) -> None:
        os.fchmod(file.fileno(), mode)
        file.write(after.encode())

    write_atomically(path, write)
    done.written.append(str(path.name))


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
