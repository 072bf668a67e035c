"""Tables and named queries as files for other tools: Parquet, CSV, Excel. Cells of crawled text stay text there."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO

import polars as pl
import polars.selectors as cs
import xlsxwriter

from nichiro.errors import ConfigError
from warehouse.lake import write_atomically
from warehouse.sql import Connection, bind, named_queries, select

# What a spreadsheet takes for a formula, full-width forms too (a Japanese Excel reads them), after
# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = r"^[=+\-@\t\r\n＝＋－＠]"
_CELL_LIMIT = 32_767   # Excel's, in UTF-16 units
_ROW_LIMIT = 1_048_576
_CUT = " … [cut here: Excel's cells end; the Parquet export has the whole]"


def export(connection: Connection, names: Sequence[str], format: str, folder: Path) -> list[Path]:
    """Write each table or named query (with its defaults) to ``<folder>/<name>.<format>``, whole or not at all.

    Raises ConfigError for an unknown name or format, before anything is written; TransientError where the disk fails.
    """
    if format not in WRITERS:
        raise ConfigError(f"{format!r} is no export format", f"take one of {', '.join(WRITERS)}")
    queries = named_queries()
    if unknown := [name for name in names if name not in queries]:
        raise ConfigError(f"no query or table is called {', '.join(unknown)}", "`nichiro query` lists them")
    paths = []
    for name in names:
        frame = select(connection, queries[name].sql, bind(connection, queries[name], {}))
        path = folder / f"{name}.{format}"
        if format == "xlsx" and frame.height >= _ROW_LIMIT:
            raise ConfigError(f"{name} has {frame.height} rows, Excel holds {_ROW_LIMIT - 1}", "export it as parquet or csv")
        write_atomically(path, partial(WRITERS[format], frame))
        paths.append(path)
    return paths


def flat(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with lists joined by "; ", structs in them as JSON, for formats that know no lists."""
    structs = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.List) and isinstance(dtype.inner, pl.Struct)]
    frame = frame.with_columns(pl.col(name).list.eval(pl.element().struct.json_encode()) for name in structs)
    lists = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.List)]
    return frame.with_columns(pl.col(name).cast(pl.List(pl.String)).list.join("; ") for name in lists)


def csv_cells(frame: pl.DataFrame) -> pl.DataFrame:
    """The flat frame whose text cells and column names begin with ' where a spreadsheet would see a formula."""
    safe = flat(frame).with_columns(cs.string().str.replace(_FORMULA, "'$0"))
    return safe.rename({name: re.sub(_FORMULA, r"'\g<0>", name) for name in safe.columns})


def write_csv(frame: pl.DataFrame, file: BinaryIO) -> None:
    csv_cells(frame).write_csv(file)


def write_parquet(frame: pl.DataFrame, file: BinaryIO) -> None:
    frame.write_parquet(file, compression="zstd")


def write_xlsx(frame: pl.DataFrame, file: BinaryIO) -> None:
    """Write one sheet, row by row; text is written as text: no formula, no link. Instants are UTC."""
    frame = flat(frame)
    with xlsxwriter.Workbook(file, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        bold = book.add_format({"bold": True})
        instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet = book.add_worksheet("rows")
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(frame.columns):
            sheet.write_string(0, column, name, bold)
        for number, row in enumerate(frame.iter_rows(), start=1):
            for column, value in enumerate(row):
                match value:
                    case None:
                        pass
                    case bool():
                        sheet.write_boolean(number, column, value)
                    case int() | float():
                        sheet.write_number(number, column, value)
                    case datetime():
                        sheet.write_datetime(number, column, value.replace(tzinfo=None), instant)
                    case date():
                        sheet.write_datetime(number, column, value)
                    case _:
                        sheet.write_string(number, column, _fitting(str(value)))


def _fitting(text: str) -> str:
    """Excel counts UTF-16 units: two for each character beyond the basic plane."""
    if len(text.encode("utf-16-le")) // 2 <= _CELL_LIMIT:
        return text
    room = (_CELL_LIMIT - len(_CUT)) * 2
    return text.encode("utf-16-le")[:room].decode("utf-16-le", errors="ignore") + _CUT


WRITERS: dict[str, Callable[[pl.DataFrame, BinaryIO], None]] = {
    "parquet": write_parquet,
    "csv": write_csv,
    "xlsx": write_xlsx,
}
