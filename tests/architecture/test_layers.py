"""Who may import whom: import-linter's contracts of pyproject.toml, and the exact doors into ``warehouse``."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.architecture.sources import PROJECT, imports, modules, tree, where

FOUNDATION = ("nichiro.errors", "nichiro.settings", "nichiro.run", "nichiro.steps", "nichiro.__version__")
CONTRACTS = ("warehouse.contract", "warehouse.columns", "warehouse.tables")
# What each folder may import of ours, itself aside.
DOORS = {
    "transforms": ("nichiro.errors", *CONTRACTS),
    "expectations": (*FOUNDATION, *CONTRACTS),
    "crawlers": (*FOUNDATION, *CONTRACTS, "nichiro.forkserver", "warehouse.archive", "warehouse.lake"),
    "warehouse": FOUNDATION,
    "dags": ("nichiro.airflow_task", "nichiro.steps"),
}
# Libraries that only one place may know.
KEEPERS = {
    "duckdb": ("warehouse/",),
    "warcio": ("warehouse/",),
    "scrapy": ("crawlers/",),
    "twisted": ("crawlers/",),
    "great_expectations": ("expectations/",),
    "airflow": ("dags/", "nichiro/airflow_task.py"),
    "typer": ("nichiro/",),
}
OURS = ("nichiro", "crawlers", "transforms", "warehouse", "expectations")


def test_import_linter() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    if not command.exists():
        pytest.skip("import-linter is not installed: make setup")
    done = subprocess.run([command, "--no-cache"], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("folder", DOORS)
def test_doors(folder: str) -> None:
    allowed = (folder, *DOORS[folder])
    strangers = [
        f"{where(path, node)} imports {name}"
        for path in modules(folder)
        for name, node in imports(path)
        if name.split(".")[0] in OURS and not any(name == door or name.startswith(f"{door}.") for door in allowed)
    ]
    assert strangers == []


@pytest.mark.parametrize("library", KEEPERS)
def test_one_keeper_per_library(library: str) -> None:
    strangers = [
        where(path, node)
        for path in modules(*OURS, "dags")
        for name, node in imports(path)
        if name.split(".")[0] == library and not _is_typing_only(path, node)
        and not where(path).startswith(KEEPERS[library])
    ]
    assert strangers == []


def _is_typing_only(path: Path, node: ast.AST) -> bool:
    """Below ``if TYPE_CHECKING:`` nothing is imported at run time."""
    return any(
        isinstance(block, ast.If) and ast.unparse(block.test).endswith("TYPE_CHECKING") and node in ast.walk(block)
        for block in ast.walk(tree(path))
    )


def test_what_is_imported_is_declared() -> None:
    """No library reaches us by way of another: what a package imports stands in pyproject.toml."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {re.split(r"[>=<\[; ]", entry)[0].lower() for entry in project["dependencies"]}
    installed = packages_distributions()
    undeclared = {
        f"{where(path, node)} imports {name.split('.')[0]}"
        for path in modules(*OURS)
        for name, node in imports(path)
        if name.split(".")[0] not in {*sys.stdlib_module_names, *OURS, "tests", "airflow"}
        and not declared & {owner.lower().replace("_", "-") for owner in installed.get(name.split(".")[0], [])}
    }
    assert undeclared == set()


def test_the_command_line_starts_without_the_slow_libraries() -> None:
    """Great Expectations costs 5 s to import, airflow.sdk 2.7 s: neither at the top of the CLI."""
    program = (
        "import sys, nichiro.cli; "
        "sys.exit(', '.join(sorted({'great_expectations', 'airflow', 'scrapy', 'altair'} & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
