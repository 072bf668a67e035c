"""A private Postgres on loopback, as an unprivileged user, for Airflow's metadata."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nichiro.airflow_services import free_port

USER = "nichiro_airflow"


@contextmanager
def private_postgres() -> Iterator[str]:
    """Yields the SQLAlchemy URL of an empty database; its password is made for it. Skips where Postgres is missing."""
    programs = _programs()
    port, password = free_port(), secrets.token_hex(16)
    with tempfile.TemporaryDirectory(prefix="nichiro-postgres-") as folder:
        secret, cluster = Path(folder) / "password", Path(folder) / "cluster"
        secret.write_text(password, encoding="utf-8")
        if os.geteuid() == 0:
            for path in (folder, secret):
                shutil.chown(path, "postgres")
        _run(programs / "initdb", "-D", cluster, "-U", USER, "-A", "scram-sha-256", "--pwfile", secret, "-E", "UTF8", "--no-sync")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        _run(programs / "pg_ctl", "-D", cluster, "-l", Path(folder) / "log", "-o", options, "-w", "start")
        try:
            yield f"postgresql+psycopg2://{USER}:{password}@127.0.0.1:{port}/postgres"
        finally:
            _run(programs / "pg_ctl", "-D", cluster, "-m", "immediate", "-w", "stop")


def _programs() -> Path:
    """Debian keeps them off PATH, one folder per version."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    path = found[-1] if found else shutil.which("pg_ctl")
    if not path:
        pytest.skip("Postgres is not installed: apt-get install postgresql")
    return Path(path).parent


def _run(*command: object) -> None:
    """As the user postgres where we are root: Postgres refuses root."""
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        words = ["runuser", "-u", "postgres", "--", *words]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, cwd="/")
