"""The hooks of .pre-commit-config.yaml: local ones, and they run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.architecture.sources import PROJECT

CONFIG = PROJECT / ".pre-commit-config.yaml"


def run(*arguments: object, cwd: Path = PROJECT) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}     # a hook's own
    return subprocess.run(list(map(str, arguments)), cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def test_hooks_need_no_network() -> None:
    """A hook of ``language: system`` runs what is there; any other would be built from a registry first."""
    pytest.importorskip("pre_commit", reason="make setup")
    checked = run(sys.executable, "-m", "pre_commit", "validate-config", CONFIG)
    assert checked.returncode == 0, checked.stdout
    repositories = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["repos"]
    assert [repository["repo"] for repository in repositories] == ["local"]
    assert {hook["language"] for repository in repositories for hook in repository["hooks"]} == {"system"}


@pytest.mark.slow
def test_hooks_run_in_a_clone(tmp_path: Path) -> None:
    """All hooks but the rules of the house, which run these tests, on what is committed; then one that must refuse."""
    pytest.importorskip("pre_commit", reason="make setup")
    clone = tmp_path / "clone"
    assert run("git", "clone", "--quiet", PROJECT, clone).returncode == 0
    (clone / ".venv").symlink_to(PROJECT / ".venv")
    hooks = (sys.executable, "-m", "pre_commit", "run", "--all-files")
    whole = subprocess.run(hooks, cwd=clone, env=os.environ | {"SKIP": "architecture"}, capture_output=True, text=True, check=False)
    assert whole.returncode == 0, whole.stdout
    (clone / "transforms" / "stranger.py").write_text('"""A stranger."""\n\nimport crawlers.spider\n\n__all__ = ["crawlers"]\n', encoding="utf-8")
    run("git", "add", "transforms/stranger.py", cwd=clone)
    refused = run(*hooks[:4], "layers", "--all-files", cwd=clone)
    assert refused.returncode == 1, "a forbidden import passes"
    assert "transforms.stranger" in refused.stdout
