"""The dead-man's switch: a monitor elsewhere hears of every run, and misses us when no run comes.

``NICHIRO_PING_URL`` is asked after a published live run and, with ``/fail`` behind its path, after a blocked or failed
one: the form that healthchecks.io and its kin understand. The URL is a secret; nothing here shows it.
"""

from __future__ import annotations

import logging
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from nichiro import __version__
from nichiro.settings import Settings
from nichiro.status import Status

TIMEOUT_SECONDS = 10.0

logger = logging.getLogger(__name__)


def ping(settings: Settings, status: Status, timeout_seconds: float = TIMEOUT_SECONDS) -> bool:
    """Tell the monitor how a run ended; returns whether it heard. Never raises: a deaf monitor stops no run."""
    url = settings.ping_url.get_secret_value()
    if not url or settings.is_replay:
        return False
    if status.status not in ("published", "unchanged"):
        parts = urlsplit(url)
        url = parts._replace(path=f"{parts.path.rstrip('/')}/fail").geturl()
    request = Request(url, headers={"User-Agent": f"nichiro/{__version__}"})
    try:
        with urlopen(request, timeout=timeout_seconds):
            return True
    except HTTPError as error:
        logger.warning("the ping URL answered HTTP %s: is NICHIRO_PING_URL right?", error.code)
    except (URLError, HTTPException, OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or type(error).__name__
        logger.warning("the ping URL could not be reached: %s", reason)
    return False
