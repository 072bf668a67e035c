"""Airflow's processes on this machine: on loopback only, with a password that was made for it, until they are stopped.

The same parts as `airflow standalone`, each a process of its own, for two reasons: standalone's two log servers listen on
all interfaces (here there are none, as the web page reads the log files itself), and one part can be stopped and
started again. The metadata lie in SQLite, or where AIRFLOW__DATABASE__SQL_ALCHEMY_CONN says.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import requests

from nichiro.airflow_task import WRITER_POOL
from nichiro.errors import ConfigError, TransientError
from nichiro.settings import PROJECT

PARTS = {
    "api-server": ["api-server"],
    "scheduler": ["scheduler", "--skip-serve-logs"],
    "dag-processor": ["dag-processor"],
    "triggerer": ["triggerer", "--skip-serve-logs"],
}
PASSWORDS = "simple_auth_manager_passwords.json.generated"
WITHIN = 120.0     # seconds until healthy; about 20 on two idle cores


class AirflowServices:
    """``with AirflowServices(home, port) as airflow:`` is a running Airflow on ``airflow.url``; its logs lie in ``home``.

    ``settings`` are environment variables on top of ours; ``python`` is the interpreter that has Airflow.
    """

    def __init__(
        self, home: Path, port: int = 0, settings: Mapping[str, str] | None = None, python: str = sys.executable
    ) -> None:
        self.home, self._python = home.absolute(), python
        port = port or free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.environment = os.environ | {
            "AIRFLOW_HOME": str(self.home),
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(port),
            "AIRFLOW__API__BASE_URL": self.url,
            "AIRFLOW__API__WORKERS": "1",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self.url}/execution/",
            "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "dags"),
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__PARALLELISM": "4",      # tasks at once: each is two processes of about 200 MB
            "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "30",
            "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
            "PATH": f"{Path(python).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        } | dict(settings or {})
        self._parts: dict[str, subprocess.Popen[bytes]] = {}
        self._token = ""

    def __enter__(self) -> AirflowServices:
        self.home.mkdir(parents=True, exist_ok=True)
        self.command("db", "migrate")
        self.command("pools", "set", WRITER_POOL, "1", "one writer at a time")
        try:
            for part in PARTS:
                self.start(part)
            self._wait_until_healthy()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def command(self, *arguments: str) -> str:
        """Run ``airflow <arguments>`` and return what it printed. Raises ConfigError with its last line where it fails."""
        done = subprocess.run(
            [self._python, "-m", "airflow", *arguments], env=self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            last = (done.stderr.strip() or done.stdout.strip() or "no word").splitlines()[-1]
            raise ConfigError(f"airflow {' '.join(arguments)} failed: {last}", "make .venv-airflow/.stamp installs Airflow")
        return done.stdout

    def start(self, part: str) -> None:
        """Start one of the parts; what it says goes to ``home/<part>.log``."""
        with (self.home / f"{part}.log").open("ab") as log:
            self._parts[part] = subprocess.Popen(
                [self._python, "-m", "airflow", *PARTS[part]], env=self.environment, stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, start_new_session=True,
            )

    def kill(self, part: str) -> None:
        """Kill a part and all its children at once, as a machine that dies would."""
        process = self._parts.pop(part)
        _signal(process, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        """Stop all parts: asked first, killed after 20 seconds."""
        for process in self._parts.values():
            process.terminate()
        end = monotonic() + 20
        for process in self._parts.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, end - monotonic()))
            _signal(process, signal.SIGKILL)     # and children that outlived it
            process.wait()
        self._parts.clear()

    @property
    def password(self) -> str:
        """The password of the user ``admin``, made by Airflow at its first start."""
        return json.loads((self.home / PASSWORDS).read_text(encoding="utf-8"))["admin"]

    def get(self, path: str, **parameters: object) -> dict[str, Any]:
        """GET of Airflow's REST API below ``/api/v2/``."""
        return self._ask("GET", path, params=parameters)

    def post(self, path: str, **body: object) -> dict[str, Any]:
        """POST to Airflow's REST API below ``/api/v2/``."""
        return self._ask("POST", path, json=body)

    def wait(self) -> None:
        """Return when a part has ended. Raises TransientError with its name and log."""
        while True:
            for part, process in self._parts.items():
                if process.poll() is not None:
                    raise TransientError(f"Airflow's {part} ended with exit {process.returncode}", f"see {self.home / part}.log")
            sleep(1)

    def _ask(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        if not self._token:
            login = {"username": "admin", "password": self.password}
            self._token = requests.post(f"{self.url}/auth/token", json=login, timeout=30).json()["access_token"]
        headers = {"Authorization": f"Bearer {self._token}"}
        answer = requests.request(method, f"{self.url}/api/v2/{path}", headers=headers, timeout=30, **arguments)
        answer.raise_for_status()
        return answer.json()

    def _wait_until_healthy(self) -> None:
        end = monotonic() + WITHIN
        while monotonic() < end:
            for part, process in self._parts.items():
                if process.poll() is not None:
                    raise TransientError(f"Airflow's {part} ended with exit {process.returncode}", f"see {self.home / part}.log")
            try:
                health = requests.get(f"{self.url}/api/v2/monitor/health", timeout=5).json()
                if all(health[name]["status"] == "healthy" for name in ("metadatabase", "scheduler", "dag_processor", "triggerer")):
                    return
            except (requests.RequestException, KeyError, ValueError):
                pass     # not yet
            sleep(0.5)
        raise TransientError(f"Airflow is not healthy after {WITHIN:g} s", f"see the logs in {self.home}")


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return       # the whole group has ended


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
