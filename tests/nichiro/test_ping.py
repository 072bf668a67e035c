"""The dead-man's switch hears how a run ended, and never stops one."""

from __future__ import annotations

import logging
import socket
from datetime import UTC, date, datetime

import pytest

from nichiro.ping import ping
from nichiro.settings import Settings
from nichiro.status import Status
from tests.nichiro.wire import monitor


def status(what: str) -> Status:
    return Status(run_id="r", run_date=date(2026, 5, 4), started_at=datetime(2026, 5, 4, tzinfo=UTC), status=what)   # type: ignore[arg-type]


def settings(url: str, **more: str) -> Settings:
    return Settings(_env_file=None, ping_url=url, **more)   # type: ignore[arg-type, call-arg]


@pytest.mark.parametrize(
    ("what", "path"),
    [("published", "/geheim?n=1"), ("unchanged", "/geheim?n=1"), ("blocked", "/geheim/fail?n=1"), ("failed", "/geheim/fail?n=1"), ("running", "/geheim/fail?n=1")],
)
def test_it_hears(what: str, path: str) -> None:
    with monitor() as (url, asked):
        assert ping(settings(f"{url}/geheim?n=1"), status(what))
    assert asked == [path]


def test_a_replay_is_no_sign_of_life() -> None:
    with monitor() as (url, asked):
        assert not ping(settings(url, proxy="http://127.0.0.1:9"), status("published"))
    assert asked == []


def test_nobody_to_tell() -> None:
    assert not ping(settings(""), status("published"))


def test_a_deaf_monitor_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        with monitor(status=404) as (url, _):
            assert not ping(settings(f"{url}/geheim"), status("published"))
        with socket.create_server(("127.0.0.1", 0)) as mute:   # accepts, says nothing
            assert not ping(settings(f"http://127.0.0.1:{mute.getsockname()[1]}/geheim"), status("failed"), timeout_seconds=0.3)
        assert not ping(settings("http://127.0.0.1:1/geheim"), status("failed"))
        assert not ping(settings("http://geheim.invalid/geheim"), status("failed"), timeout_seconds=2)
    assert len(caplog.messages) == 4 and "404" in caplog.messages[0]
    assert "geheim" not in caplog.text
