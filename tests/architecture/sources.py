"""The project's files, as the rules look at them: what git tracks or would track."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PACKAGES = ("nichiro", "crawlers", "transforms", "warehouse", "expectations", "dags", "benchmarks")


@cache
def files() -> tuple[Path, ...]:
    """Every file that is, or would be, in the repository; all files below the project where there is no git."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
            cwd=PROJECT, capture_output=True, check=True,
        ).stdout.decode().split("\0")
        paths = [PROJECT / name for name in listed if name]
    except (OSError, subprocess.CalledProcessError):
        hidden = {".venv", ".venv-airflow", ".duckdb-oldest", ".git", "__pycache__", "data"}
        paths = [path for path in PROJECT.rglob("*") if not hidden & set(path.relative_to(PROJECT).parts)]
    return tuple(sorted(path for path in paths if path.is_file()))


@cache
def modules(*packages: str) -> tuple[Path, ...]:
    """The Python modules of some packages, or of all."""
    wanted = packages or PACKAGES
    return tuple(path for path in files() if path.suffix == ".py" and path.relative_to(PROJECT).parts[0] in wanted)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def where(path: Path, node: ast.AST | None = None) -> str:
    """File and line, as an editor wants them."""
    return f"{path.relative_to(PROJECT)}:{getattr(node, 'lineno', 1)}"


def imports(path: Path) -> list[tuple[str, ast.AST]]:
    """Every module that a file imports, anywhere in it, by dotted name; ``from a import b`` counts as ``a.b``."""
    found: list[tuple[str, ast.AST]] = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found += [(name.name, node) for name in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found += [(f"{node.module}.{name.name}", node) for name in node.names]
    return found
