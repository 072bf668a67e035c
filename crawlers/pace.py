"""How often a host is asked, over all sources and processes: one small file per host under ``state/hosts``.

Between two starts lies the declared rest, or more where the host answers slowly, says Retry-After or too many requests.
A host that does not answer is left alone for a while, and for longer each time. Deleting a file forgets, no more.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import quote

from nichiro.errors import TransientError
from nichiro.run import Clock

SLOWNESS = 2  # a host rests at least twice as long as its last answer took
LONGEST_REST = 60
AFTER_TOO_MANY = 30
LONGEST_WAIT = 300  # whoever asks for more is left for this run
FAILURES = 6  # in a row: two pages with their retries
FIRST_SLEEP = 600
LONGEST_SLEEP = 12 * 3600  # so that a daily run always asks once
LONGEST_RETRY_AFTER = 24 * 3600


class Asleep(Exception):
    """The host is not asked now; the words say why and until when."""


@dataclass
class Slot:
    """What is remembered of a host; instants are seconds of the epoch, UTC."""

    free_at: float = 0.0
    asleep_until: float = 0.0
    why: str = ""
    failures: int = 0
    sleeps: int = 0


class Pace:
    """Turns of hosts; ``clock`` gives real time, also in a replay. Raises TransientError where a file cannot be written."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder = folder
        self.clock = clock
        self._waiting: dict[str, asyncio.Lock] = {}
        self._latency: dict[str, float] = {}

    async def turn(self, host: str, rest: float) -> None:
        """Wait until ``host`` may be asked, and take the turn: the next is ``rest`` seconds later at least.

        Raises Asleep where the host is left alone.
        """
        async with self._waiting.setdefault(host, asyncio.Lock()):
            while (seconds := self.take(host, rest)) > 0:
                await asyncio.sleep(seconds)

    def take(self, host: str, rest: float) -> float:
        """Take the turn and return 0, or return the seconds to wait before trying again."""
        now = self._now()
        rest = max(rest, min(SLOWNESS * self._latency.get(host, 0), LONGEST_REST))
        with self._slot(host) as slot:
            if now < slot.asleep_until <= now + LONGEST_RETRY_AFTER:
                raise Asleep(
                    f"{host} {slot.why}: not asked before {datetime.fromtimestamp(slot.asleep_until, UTC):%Y-%m-%d %H:%MZ}"
                )
            if now < slot.free_at <= now + max(LONGEST_WAIT, rest):  # later ones are of a clock that was set back
                return slot.free_at - now
            slot.free_at = now + rest
            return 0

    def answered(self, host: str, http_status: int, retry_after: str | None, latency: float) -> None:
        """Note an answer: how long its head took, and what it asks for."""
        self._latency[host] = latency
        now = self._now()
        with self._slot(host) as slot:
            slot.failures = slot.sleeps = 0
            if http_status not in (429, 503):
                return
            seconds = max(seconds_of(retry_after, now), AFTER_TOO_MANY if http_status == 429 else 0)
            if seconds > LONGEST_WAIT:
                slot.asleep_until = now + min(seconds, LONGEST_RETRY_AFTER)
                slot.why = "asks for a pause by Retry-After"
            else:
                slot.free_at = max(slot.free_at, now + seconds)

    def failed(self, host: str) -> None:
        """Note that the host did not answer."""
        with self._slot(host) as slot:
            slot.failures += 1
            if slot.failures >= FAILURES:
                slot.asleep_until = self._now() + min(FIRST_SLEEP * 2**slot.sleeps, LONGEST_SLEEP)
                slot.why = f"has not answered {slot.failures} times in a row"
                slot.sleeps += 1

    def forgive(self, host: str) -> None:
        """Forget that the host was silent; a pause that it asked for stays."""
        with self._slot(host) as slot:
            if slot.failures >= FAILURES:
                slot.asleep_until = 0.0
            slot.failures = slot.sleeps = 0

    def _now(self) -> float:
        return self.clock.now().timestamp()

    @contextmanager
    def _slot(self, host: str) -> Iterator[Slot]:
        path = self.folder / f"{quote(host, safe='')[:200]}.json"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with path.open("a+", encoding="utf-8") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                file.seek(0)
                before = file.read()
                slot = _read(before)
                yield slot
                after = json.dumps(asdict(slot))
                if after != before:
                    file.seek(0)
                    file.truncate()
                    file.write(after)
        except OSError as error:
            raise TransientError(f"cannot write {path}: {error.strerror}", "check rights and free space") from error


def forgive(folder: Path, hosts: Iterable[str]) -> None:
    """Forget the silence of these hosts: it was our own network's. Raises TransientError where a file cannot be written."""
    pace = Pace(folder, Clock())
    for host in hosts:
        pace.forgive(host)


def seconds_of(retry_after: str | None, now: float) -> float:
    """Retry-After, seconds or a date (RFC 9110 10.2.3), as seconds from ``now``; 0 where there is none or it is past."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        instant = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    return max(0.0, instant.replace(tzinfo=instant.tzinfo or UTC).timestamp() - now)


def _read(text: str) -> Slot:
    try:
        return Slot(**json.loads(text))
    except (ValueError, TypeError):
        return Slot()  # new, or cut by a full disk: nothing is lost but a wait
