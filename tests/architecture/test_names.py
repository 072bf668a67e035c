"""One name in five places: table, constant, function, suite, golden; and the steps, wherever they are spelled."""

from __future__ import annotations

import ast

import pytest

from nichiro.steps import STEPS
from tests.architecture.sources import PROJECT, modules, tree
from warehouse import tables
from warehouse.contract import Table
from warehouse.tables import TABLES, ZONES

# Computed by transforms under the table's own name.
COMPUTED = [name for name in TABLES if name.startswith(("enriched.", "marts."))]
# One reading of a text gives the verdict and the passages that it rests on.
TOGETHER = {"enriched.relevance": "judge", "enriched.passages": "judge"}


def test_zones_are_modules() -> None:
    assert {name.split(".")[0] for name in TABLES} == set(ZONES)


@pytest.mark.parametrize("name", TABLES)
def test_constants(name: str) -> None:
    """``marts.coverage_daily`` is ``COVERAGE_DAILY``; ``…_TABLE`` where a closed list already has the name."""
    zone, noun = name.split(".")
    module = getattr(tables, zone)
    constants = {key for key, value in vars(module).items() if isinstance(value, Table) and value.name == name}
    assert constants & {noun.upper(), f"{noun.upper()}_TABLE"}


def test_suites_are_named_after_tables() -> None:
    suites = {path.stem for path in (PROJECT / "expectations" / "suites").glob("*.py")} - {"__init__"}
    assert suites <= {name.replace(".", "_") for name in TABLES}


@pytest.mark.parametrize("name", COMPUTED)
def test_functions_are_named_after_tables(name: str) -> None:
    functions = {
        node.name for path in modules("transforms") for node in tree(path).body if isinstance(node, ast.FunctionDef)
    }
    assert TOGETHER.get(name, name.split(".")[1]) in functions


def test_goldens_are_named_after_tables() -> None:
    goldens = {path.stem for path in (PROJECT / "tests" / "golden").glob("*.csv")}
    assert goldens <= set(TABLES)


def test_steps_are_commands() -> None:
    from typer.main import get_command

    from nichiro import cli as command_line

    assert set(STEPS) <= set(get_command(command_line.app).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_columns_keep_their_suffixes(table: Table) -> None:
    """``_at`` is a UTC instant, ``_date`` a day, ``_count`` a whole number, ``_share`` within 0–1, ``is_`` a truth."""
    import polars as pl

    from warehouse.contract import UTC_INSTANT

    suffixes = {"_at": UTC_INSTANT, "_date": pl.Date, "_count": pl.Int64, "_share": pl.Float64, "_score": pl.Float64,
                "_sha256": pl.String, "_url": pl.String, "_id": pl.String}
    for column in table.columns:
        for suffix, dtype in suffixes.items():
            if column.name.endswith(suffix) and not column.name.startswith("expected_"):   # an expectation is no integer
                assert column.dtype == dtype, f"{table.name}.{column.name}"
        if column.name.startswith(("is_", "has_")):
            assert column.dtype == pl.Boolean
        if column.name.endswith("_share"):
            assert (column.minimum, column.maximum) == (0, 1), f"{table.name}.{column.name}"
    assert set(table.primary_key) <= set(table.schema)
    assert table.partition in table.schema
