"""What a run says: JSON lines in its ``log.jsonl`` and, with NICHIRO_LOG=json, on standard error; without secrets."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from nichiro.errors import TransientError
from nichiro.settings import Settings

FILE = "log.jsonl"
FIELDS = ("run_id", "step", "source_id")   # what a record may carry besides its message
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")
# Control characters, line ends that only some programs know, marks that turn the direction of writing.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
OURS = ("nichiro", "crawlers", "transforms", "warehouse", "expectations")
SHORTEST_SECRET = 4   # a shorter one stands in half of all words
_hidden: set[str] = set()


def hide(*secrets: str) -> None:
    """Make ``redact`` show these texts as ***; whoever reads a secret from the environment says so here."""
    _hidden.update(secret for secret in secrets if len(secret) >= SHORTEST_SECRET)


def redact(text: str) -> str:
    """``text`` without hidden secrets and without the user part of any URL."""
    for secret in sorted(_hidden, key=len, reverse=True):
        text = text.replace(secret, "***")
    return _CREDENTIALS.sub("***@", text)


def shown(text: str) -> str:
    """``text`` redacted and on one line, fit for a terminal: what a crawled page slipped in is written as \\uXXXX."""
    return _visible(redact(text))


def _visible(text: str) -> str:
    return _UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def hide_secrets_of(settings: Settings) -> None:
    """Hide what is secret in the settings and in the proxies of the environment."""
    hide(settings.ping_url.get_secret_value())
    for proxy in (settings.proxy, *(os.environ.get(name, "") for name in _PROXIES)):
        credentials, at, _ = proxy.rpartition("@")
        if at:
            credentials = credentials.rpartition("/")[2]
            hide(credentials, credentials.partition(":")[2])


class JsonLines(logging.Formatter):
    """One JSON object a line: at (UTC), level, logger, run_id, step, message, traceback."""

    def format(self, record: logging.LogRecord) -> str:
        line = {"at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")}
        line |= {"level": record.levelname.lower(), "logger": record.name}
        line |= {name: value for name in FIELDS if (value := getattr(record, name, None))}
        line["message"] = redact(record.getMessage())
        if record.exc_info:
            line["traceback"] = redact(self.formatException(record.exc_info))
        return _visible(json.dumps(line, ensure_ascii=False, default=str))   # \uXXXX is JSON's way, too


class Lines(logging.Formatter):
    """For people: the message alone."""

    def format(self, record: logging.LogRecord) -> str:
        return shown(f"nichiro: {record.getMessage()}")


class _Stderr(logging.StreamHandler):
    """Writes to what standard error is by then, not to what it was."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


class _File(logging.FileHandler):
    def handleError(self, record: logging.LogRecord) -> None:
        """A full disk: the step that meets it says so; the log only falls silent."""
        self.setLevel(logging.CRITICAL + 1)


class _Stamp(logging.Filter):
    """Adds the run's id; of libraries only warnings pass."""

    def __init__(self, run_id: str) -> None:
        super().__init__()
        self.run_id = run_id

    def filter(self, record: logging.LogRecord) -> bool:
        record.run_id = self.run_id
        return record.levelno >= logging.WARNING or record.name.partition(".")[0] in OURS


def is_json() -> bool:
    """Whether standard error carries JSON lines, and therefore nothing else."""
    return any(each.get_name() == "nichiro" and isinstance(each.formatter, JsonLines) for each in logging.getLogger().handlers)


def to_stderr(settings: Settings) -> None:
    """Send the log to standard error: everything as JSON, or only warnings, as lines for people."""
    hide_secrets_of(settings)
    root = logging.getLogger()
    for handler in [each for each in root.handlers if each.get_name() == "nichiro"]:
        root.removeHandler(handler)
    handler = _Stderr()
    handler.set_name("nichiro")
    handler.setFormatter(JsonLines() if settings.log == "json" else Lines())
    handler.setLevel(logging.INFO if settings.log == "json" else logging.WARNING)
    if settings.log == "text":   # the command line itself shows people a run's progress and its error
        handler.addFilter(lambda record: record.name != "nichiro.pipeline")
    root.addHandler(handler)
    logging.getLogger("nichiro").setLevel(logging.INFO)


@contextmanager
def recorded(directory: Path, run_id: str) -> Iterator[None]:
    """Stamp what is logged meanwhile with the run's id and append it to ``directory/log.jsonl``, under a lock.

    The lock falls with the process, however it ends. Raises TransientError where the file cannot be opened.
    """
    root, stamp = logging.getLogger(), _Stamp(run_id)
    try:
        file = _File(directory / FILE, encoding="utf-8")
        fcntl.flock(file.stream, fcntl.LOCK_EX)   # type: ignore[arg-type]   # without delay the stream is open
    except OSError as error:
        raise TransientError(f"cannot write {directory / FILE}: {error.strerror}", "check rights and free space") from error
    file.setFormatter(JsonLines())
    logging.getLogger("nichiro").setLevel(logging.INFO)
    root.addHandler(file)
    stamped = list(root.handlers)
    for handler in stamped:
        handler.addFilter(stamp)
    try:
        yield
    finally:
        for handler in stamped:
            handler.removeFilter(stamp)
        root.removeHandler(file)
        with suppress(OSError):   # what a full disk left in the buffer
            file.close()


def is_recorded(directory: Path) -> bool:
    """Whether a live process records its run in this folder. No pid is asked: those come again, and differ in containers."""
    try:
        with (directory / FILE).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
