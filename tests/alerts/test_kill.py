"""kill -9 between the send and the ledger: the real command in a child, killed by the server that got its message."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.alerts.conftest import MORNING, World
from tests.alerts.servers import MailServer, WebServer

PROJECT = Path(__file__).resolve().parents[2]


class Child:
    """`nichiro alert` as a process of its own; ``kill`` ends it as a power cut would."""

    def __init__(self, world: World) -> None:
        self.environment = os.environ | {
            "NICHIRO_DATA_DIR": str(world.data_dir), "NICHIRO_ALERTS": str(world.rules_path), "NICHIRO_CLOCK": MORNING,
            "NICHIRO_PROXY": "http://127.0.0.1:9", "PYTHONPATH": str(PROJECT),
        }
        self.process: subprocess.Popen | None = None
        self.is_doomed = True

    def run(self) -> int:
        self.process = subprocess.Popen([sys.executable, "-m", "nichiro", "alert"], env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        _, printed = self.process.communicate(timeout=60)
        assert b"Traceback" not in printed, printed.decode()
        return self.process.returncode

    def kill(self) -> None:
        if self.is_doomed and self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()


def mail(post: MailServer) -> str:
    return f"mailto://127.0.0.1:{post.port}?from=nichiro@nichiro.example&to=desk@nichiro.example"


def test_a_webhook_can_tell_the_repeat(world: World) -> None:
    child = Child(world)
    with WebServer(on_request=child.kill) as web:
        world.rules({"desk": [f"json://127.0.0.1:{web.port}/"]})
        assert child.run() == -signal.SIGKILL
        assert world.outcomes() == ["sending"]
        child.is_doomed = False
        assert child.run() == 0
        assert world.at().watch() == {}
    assert len(web.requests) == 2
    assert len(set(web.keys)) == 1, "by its key the receiver counts one"
    assert world.outcomes() == ["sending", "sending", "sent"]


def test_mail_is_repeated_once(world: World) -> None:
    child = Child(world)
    with MailServer(on_letter=child.kill) as post:
        world.rules({"desk": [mail(post)]})
        assert child.run() == -signal.SIGKILL
        child.is_doomed = False
        assert child.run() == 0
        assert world.at().watch() == {}
    assert len(post.letters) == 2
    assert len({letter["Message-ID"] for letter in post.letters}) == 1
    assert world.outcomes() == ["sending", "sending", "sent"]


@pytest.mark.slow
def test_two_kills_and_mail_is_given_up_while_a_webhook_goes_on(world: World) -> None:
    child = Child(world)
    with MailServer(on_letter=child.kill) as post, WebServer(on_request=child.kill) as web:
        for channel, arrived in ((mail(post), post.letters), (f"json://127.0.0.1:{web.port}/", web.requests)):
            child.is_doomed = True
            world.rules({"desk": [channel]})
            assert [child.run(), child.run()] == [-signal.SIGKILL] * 2
            child.is_doomed = False
            world.at().watch()
            assert world.at().watch() == {}
            assert len(arrived) == (2 if arrived is post.letters else 3)
    assert world.outcomes() == ["sending", "sending", "given_up", "sending", "sending", "sending", "sent"]
    assert len(set(web.keys)) == 1
