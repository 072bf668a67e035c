"""The errors of nichiro: each has an exit code and says what to do next.

They are raised where trouble enters and printed once, as one line, by the command line. A bad *page* is never an
error: it is a quarantine row. A source that is down is an outcome row.
"""

from __future__ import annotations


class NichiroError(Exception):
    """Trouble of our own. ``hint`` says what the person can do next."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} → {self.hint}" if self.hint else self.message


class CheckFailed(NichiroError):
    """A table check failed: the candidate was not published, yesterday's release stays."""

    exit_code = 1


class ContractError(NichiroError):
    """Rows or files do not have the shape that was declared (EX_DATAERR)."""

    exit_code = 65


class CheckErrored(NichiroError):
    """A check could not be computed: neither passed nor failed, and it blocks (EX_SOFTWARE)."""

    exit_code = 70


class Bug(NichiroError):
    """What should never have happened; the traceback is in the run's log (EX_SOFTWARE)."""

    exit_code = 70


class TransientError(NichiroError):
    """Try again later: a lock, a full disk, a network (EX_TEMPFAIL). Airflow retries this one only."""

    exit_code = 75


class ConfigError(NichiroError):
    """A setting, a YAML or an argument is wrong (EX_CONFIG)."""

    exit_code = 78
