"""`nichiro … | head`: the reader of our output may have seen enough."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("arguments", [("source", "list"), ("query",), ("query", "--json")])
def test_a_closed_pipe_is_no_failure(arguments: tuple[str, ...]) -> None:
    run = subprocess.Popen([sys.executable, "-m", "nichiro", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    run.stdout.close()
    assert run.wait(timeout=60) == 0
    assert run.stderr.read() == b""
