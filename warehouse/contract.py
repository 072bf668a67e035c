"""A table's contract: declared once, from which the Polars schema, DDL, comments, checks and docs follow."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from nichiro.errors import ContractError

UTC_INSTANT = pl.Datetime("us", "UTC")

_SQL_TYPES: dict[object, str] = {
    pl.String: "VARCHAR",
    pl.Boolean: "BOOLEAN",
    pl.Int16: "SMALLINT",
    pl.Int32: "INTEGER",
    pl.Int64: "BIGINT",
    pl.UInt64: "UBIGINT",
    pl.Float64: "DOUBLE",
    pl.Date: "DATE",
    UTC_INSTANT: "TIMESTAMPTZ",
    pl.Binary: "BLOB",
}


@dataclass(frozen=True)
class Column:
    """One column. ``values`` closes the list of what may stand in it; ``minimum``/``maximum`` are inclusive."""

    name: str
    dtype: pl.DataType | type[pl.DataType]
    comment: str
    nullable: bool = False
    values: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None

    @property
    def sql_type(self) -> str:
        return _sql_type(self.dtype)


@dataclass(frozen=True)
class Table:
    """A table's contract.

    ``grain`` says in one sentence what a row is. ``partition`` is the column by which the table is replaced, and
    ``window_days`` how far around a dirty day its rows can change (None: a pure function of one log partition).
    ``served`` is False for what stays in the lake and never enters a release.
    """

    zone: str
    noun: str
    grain: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]
    partition: str
    window_days: int | None = None
    version: int = 1
    served: bool = True
    unserved_columns: tuple[str, ...] = field(default=())

    @property
    def name(self) -> str:
        return f"{self.zone}.{self.noun}"

    @property
    def reach(self) -> int:
        """Days around a dirty day in which rows can change. Raises ContractError for a per-partition table."""
        if self.window_days is None:
            raise ContractError(f"{self.name} is a function of one log partition and has no window")
        return self.window_days

    @cached_property
    def schema(self) -> pl.Schema:
        return pl.Schema({column.name: column.dtype for column in self.columns})

    @cached_property
    def served_columns(self) -> tuple[Column, ...]:
        """The columns that enter a release."""
        return tuple(column for column in self.columns if column.name not in self.unserved_columns)

    def ddl(self) -> list[str]:
        """CREATE TABLE and COMMENT ON statements for DuckDB."""
        lines = [
            f"    {column.name} {column.sql_type}{'' if column.nullable else ' NOT NULL'}"
            for column in self.served_columns
        ]
        comments = [f"COMMENT ON TABLE {self.name} IS {_quote(self.grain)}"]
        comments += [
            f"COMMENT ON COLUMN {self.name}.{column.name} IS {_quote(column.comment)}"
            for column in self.served_columns
        ]
        return [f"CREATE TABLE {self.name} (\n" + ",\n".join(lines) + "\n)", *comments]

    def empty(self) -> pl.DataFrame:
        return pl.DataFrame(schema=self.schema)

    def conform(self, frame: pl.DataFrame, *, served: bool = False) -> pl.DataFrame:
        """Return ``frame`` with exactly the contract's columns (with ``served``, those of a release), order and types.

        Raises ContractError for a missing or unknown column, a type that does not cast, or a null where none may be.
        """
        columns = self.served_columns if served else self.columns
        names = [column.name for column in columns]
        missing = [name for name in names if name not in frame.columns]
        unknown = [name for name in frame.columns if name not in self.schema]
        if missing or unknown:
            raise ContractError(f"{self.name}: missing columns {missing}, unknown columns {unknown}")
        try:
            frame = frame.select(pl.col(column.name).cast(column.dtype) for column in columns)
        except pl.exceptions.PolarsError as error:
            raise ContractError(f"{self.name}: {error}") from error
        for column in columns:
            if not column.nullable and (nulls := frame[column.name].null_count()):
                raise ContractError(f"{self.name}.{column.name}: {nulls} rows without a value")
        return frame


def _sql_type(dtype: object) -> str:
    """DuckDB's name of a type; lists and structs are made of their parts."""
    if isinstance(dtype, pl.List):
        return f"{_sql_type(dtype.inner)}[]"
    if isinstance(dtype, pl.Struct):
        return f"STRUCT({', '.join(f'{_identifier(field.name)} {_sql_type(field.dtype)}' for field in dtype.fields)})"
    return _SQL_TYPES[dtype]


def _identifier(name: str) -> str:
    return '"' + name + '"'


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
