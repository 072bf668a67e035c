"""Peers run in an environment of their own: their pins must not meet ours. ``python()`` makes it from the lock, once."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
LOCK = FOLDER / "requirements.txt"
ENVIRONMENT = FOLDER / ".venv"


def python() -> str:
    """The peers' interpreter; their environment is made with uv where it is there, with pip otherwise."""
    interpreter = ENVIRONMENT / "bin" / "python"
    stamp = ENVIRONMENT / ".lock"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return str(interpreter)
    if uv := shutil.which("uv"):
        commands = [
            [uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(ENVIRONMENT)],
            [uv, "pip", "sync", "--quiet", "--python", str(interpreter), "--require-hashes", str(LOCK)],
        ]
    else:  # the lock is whole, and pip's resolver fails on lxml's extra asked for twice
        commands = [
            [sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)],
            [str(interpreter), "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--requirement", str(LOCK)],
        ]
    for command in commands:
        subprocess.run(command, check=True, stdout=sys.stderr)
    stamp.write_text(wanted, encoding="utf-8")
    return str(interpreter)
