"""Reading a release with SQL: the named queries of ``queries/*.sql`` and single statements, never a write.

A named query begins with one comment line that says what it answers, then one line per parameter::

    -- param since DATE = (SELECT max(day) - 27 FROM ops.source_days): first day

The default is an SQL expression; a given value is cast to the type by DuckDB.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl
import polars.selectors as cs

from nichiro.errors import ConfigError
from warehouse.tables import TABLES

Connection = duckdb.DuckDBPyConnection

QUERIES = Path(__file__).parent / "queries"
_PARAMETER = re.compile(r"^-- param (?P<name>[a-z_]+) (?P<type>[A-Z]+(?:\[\])?) = (?P<default>.+): (?P<meaning>[^:]+)$")


@dataclass(frozen=True)
class Parameter:
    name: str
    type: str
    default: str
    meaning: str


@dataclass(frozen=True)
class NamedQuery:
    name: str
    description: str
    parameters: tuple[Parameter, ...]
    sql: str


def read_query(path: Path) -> NamedQuery:
    """Read one ``.sql`` file. Raises ConfigError where its head is not as declared above."""
    sql = path.read_text(encoding="utf-8")
    head = [line for line in sql.splitlines() if line.startswith("--")]
    if not head or head[0].startswith("-- param"):
        raise ConfigError(f"{path}: the first line says nothing of the query", "begin with `-- One sentence.`")
    parameters = []
    for line in head[1:]:
        if line.startswith("-- param"):
            match = _PARAMETER.match(line)
            if match is None:
                raise ConfigError(f"{path}: {line!r} is no parameter", "write `-- param name TYPE = default: meaning`")
            parameters.append(Parameter(**match.groupdict()))
    return NamedQuery(path.stem, head[0].removeprefix("-- ").strip(), tuple(parameters), sql)


def named_queries(folder: Path = QUERIES) -> dict[str, NamedQuery]:
    """Every named query, by name; the served tables come with them, each as a query of all its rows."""
    queries = {
        table.name: NamedQuery(table.name, table.grain, (), f"FROM {table.name}")
        for table in TABLES.values()
        if table.served
    }
    return queries | {path.stem: read_query(path) for path in sorted(folder.glob("*.sql"))}


def bind(connection: Connection, query: NamedQuery, given: Mapping[str, object]) -> dict[str, object]:
    """The query's parameters: given values cast to the declared types, defaults for the rest.

    Raises ConfigError for an unknown parameter or a value that does not cast.
    """
    known = [parameter.name for parameter in query.parameters]
    if unknown := sorted(set(given) - set(known)):
        raise ConfigError(f"{query.name} has no parameter {', '.join(unknown)}", f"it has: {', '.join(known) or 'none'}")
    values: dict[str, object] = {}
    for parameter in query.parameters:
        try:
            if parameter.name in given:
                cursor = connection.execute(f"SELECT CAST(? AS {parameter.type})", [given[parameter.name]])
            else:
                cursor = connection.execute(f"SELECT CAST({parameter.default} AS {parameter.type})")
            ((values[parameter.name],),) = cursor.fetchall()
        except duckdb.Error as error:
            hint = f"it is the {parameter.meaning}, a {parameter.type}"
            raise ConfigError(f"{query.name}: {parameter.name}: {one_line(error)}", hint) from error
    return values


def lock_down(connection: Connection) -> None:
    """Take files, network and settings away from this database for good: a free statement reads its tables only.

    Raises ConfigError where the connection could write.
    """
    settings = "SELECT current_setting('access_mode'), current_setting('lock_configuration')"
    ((mode, locked),) = connection.execute(settings).fetchall()
    if str(mode).lower() != "read_only":
        raise ConfigError("statements run on a read-only connection", "open it with `nichiro.connect()`")
    if not locked:
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")


def require_one_select(connection: Connection, sql: str) -> None:
    """Raise ConfigError unless ``sql`` is one SELECT, WITH, FROM, DESCRIBE, SHOW, SUMMARIZE or EXPLAIN."""
    try:
        statements = connection.extract_statements(sql)
    except duckdb.Error as error:
        raise ConfigError(one_line(error), "mend the statement; `nichiro query` lists the named ones") from error
    if len(statements) != 1:
        raise ConfigError(f"{len(statements)} statements where one is asked for", "give one SELECT")
    if statements[0].type.name not in ("SELECT", "EXPLAIN"):
        raise ConfigError(f"{statements[0].type.name} is not run here", "give a SELECT: releases are read-only")


def select(connection: Connection, sql: str, parameters: Mapping[str, object] | None = None) -> pl.DataFrame:
    """Run one reading statement. Instants come in UTC, whole sums as Int64. Raises ConfigError with DuckDB's words."""
    try:
        relation = connection.sql(sql, params=dict(parameters) if parameters else None)
        table = relation.to_arrow_table()
    except duckdb.Error as error:
        raise ConfigError(one_line(error), "`DESCRIBE marts.articles` shows a table's columns") from error
    frame = pl.DataFrame(pl.from_arrow(table))
    whole = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Decimal) and dtype.scale == 0]
    return frame.with_columns(
        cs.datetime(time_zone="*").dt.convert_time_zone("UTC"),   # DuckDB calls it Etc/UTC
        *(pl.col(name).cast(pl.Int64) for name in whole),   # sum() of integers is a HUGEINT
    )


def one_line(error: Exception) -> str:
    """DuckDB's message without the excerpt of the statement, on one line."""
    return " ".join(str(error).split("\nLINE ")[0].split())
