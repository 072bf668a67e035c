"""The two gates: sources before the build, tables before the publish. Passed, failed and errored are three things."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache

import polars as pl

from expectations import learned, sources
from expectations.baseline import baseline, mentioned, slim
from expectations.context import Context, Keys, Read
from expectations.measures import History
from expectations.references import check_reference
from expectations.sources import SourcePartition
from expectations.suites import suite_of
from expectations.thresholds import load
from expectations.validation import Result, errored, short, told_apart, validate
from nichiro.errors import CheckErrored, CheckFailed
from warehouse.contract import Table
from warehouse.tables import TABLES
from warehouse.tables.ops import CHECK_RESULTS

__all__ = ["SourcePartition", "Verdict", "check_sources", "check_tables", "raise_for"]

PARSED = ("staging.articles", "staging.quarantine", "staging.outcomes")
FAILING_ROWS = 20


@dataclass
class Verdict:
    """What the source gate says of one partition; ``reasons`` name what holds it, or warn of an accepted one."""

    captured_date: object
    run_id: str
    source_id: str
    status: str = "accepted"
    reasons: list[str] = field(default_factory=list)

    def add(self, result: Result, reason: str) -> None:
        if result.outcome == "errored":
            reason = f"errored: {reason}"
        if result.outcome == "errored" or result.severity == "critical":
            self.status = "held"
        self.reasons.append(reason)


def check_sources(
    batch: Sequence[SourcePartition], run_id: str, checked_at: datetime
) -> tuple[list[Verdict], pl.DataFrame]:
    """Gate 1: what parsing made of each partition. Returns verdicts in the order of ``batch``, and check results.

    Partitions of one shape are checked in one frame and their rows told apart afterwards. A broken contract, a broken
    declared minimum, an unreadable layout or an errored check holds the partition; a broken maximum or another
    warning is a reason on an accepted one. The results name a table or a source as their suite.
    """
    verdicts = [Verdict(part.captured_date, part.run_id, part.source_id) for part in batch]
    context = Context("sources", checked_at)
    rows = []
    for name in PARSED:
        for members, frame, owners in _stacked(batch, name):
            for result in check_frame(TABLES[name], frame, context):
                rows.append(_row(name, result, _keys(TABLES[name], frame, result)))
                if result.outcome == "passed":
                    continue
                for member in members if not result.rows else owners[result.rows].unique(maintain_order=True):
                    verdicts[member].add(result, f"{name} {result.check}: {_said(result, owners, member)}")
    for members, frame, bounds in _measured(batch):
        measured = frame.to_dicts()
        for result in validate(frame, sources.expectations(bounds)):
            for member, row, mine in zip(members, measured, told_apart(result, frame.height), strict=True):
                part, bound = batch[member], sources.threshold(result.check, row)
                said = sources.reason(result.check, row, part) if mine.outcome == "failed" else mine.observed
                mine = replace(mine, observed=said, threshold=bound)
                if mine.outcome != "passed":
                    verdicts[member].add(mine, said or result.check)
                broken = sources.culprits(result.check, part) if mine.outcome == "failed" else []
                rows.append(_row(part.source_id, mine, broken[:FAILING_ROWS]))
    return verdicts, _results(rows, run_id, "sources", checked_at)


def check_tables(
    read: Read,
    names: Iterable[str],
    run_id: str,
    checked_at: datetime,
    keys: Keys | None = None,
    history: History | None = None,
) -> pl.DataFrame:
    """Gate 2: the candidate's tables, as rows of ops.check_results.

    ``read(name)`` gives a table's served columns, whole or restricted to the dirty partitions (raw.captures,
    ops.fates and the staging and enriched tables to the same ones). ``keys(name, column)`` gives all values of a
    column, where ``read`` is restricted: a reference may point outside. What cannot be read is errored. With
    ``history``, the last days are compared with those before by the thresholds of thresholds.yml; these results name a
    source, a language or "all" as their suite.
    """
    read = cache(read)
    keys = cache(keys) if keys else lambda name, column: read(name)[column]
    context = Context("tables", checked_at, read, keys, history)
    rows = []
    for name in names:
        table = TABLES[name]
        try:
            frame = read(name)
        except Exception as error:  # the outcome is errored, and the other tables are still told of
            rows.append(_row(name, Result("read", "critical", "errored", short(error)), []))
            continue
        for result in check_frame(table, frame, context):
            rows.append(_row(name, result, _keys(table, frame, result)))
    if history is not None:
        rows += _learned(history)
    return _results(rows, run_id, "tables", checked_at)


def check_frame(table: Table, frame: pl.DataFrame, context: Context) -> list[Result]:
    """Contract, reference and suite of one table on its rows."""
    contract = baseline(table, served=context.gate == "tables")
    checked = validate(slim(frame), contract)
    return checked + check_reference(table, frame, context) + check_suite(table, frame, context)


def check_suite(table: Table, frame: pl.DataFrame, context: Context) -> list[Result]:
    """What the contract cannot say of a table's rows; nothing where it has no suite."""
    if (suite := suite_of(table)) is None:
        return []
    expectations = suite.expectations(context)
    try:
        derived = suite.derived(frame, context)
        if derived.height != frame.height:
            raise ValueError(f"{derived.height} derived rows for {frame.height}: a join key is not unique")
    except Exception as error:  # the suite's columns cannot be made: none of its checks was computed
        return [errored(one, error) for one in expectations]
    return validate(slim(derived.select(mentioned(expectations, derived.columns))), expectations)


def _learned(history: History) -> list[dict[str, object]]:
    """The checks of thresholds.yml, one row each check and subject that has enough history."""
    thresholds = load()
    figures = learned.judged(history, thresholds)
    told = {(figure["suite"], figure["check"]): figure for figure in figures.iter_rows(named=True)}
    frame = learned.wide(figures, thresholds)
    rows = []
    for result in validate(frame.drop("suite"), learned.expectations(thresholds)):
        for suite, mine in zip(frame["suite"], told_apart(result, frame.height), strict=True):
            if (figure := told.get((suite, result.check))) is None:
                continue
            broken, observed = [], mine.observed
            if mine.outcome == "failed":
                broken = learned.failing(history, thresholds, figure, FAILING_ROWS)
                observed = learned.said(figure, history.until)
            rows.append(_row(suite, replace(mine, observed=observed, threshold=figure["bound"]), broken))
    return rows


def raise_for(results: pl.DataFrame) -> None:
    """Raise CheckErrored where a table check errored, CheckFailed where a critical one failed; warnings pass."""
    tables = results.filter(gate="tables")
    failed = _named(tables.filter(outcome="failed", severity="critical"))
    if errored := _named(tables.filter(outcome="errored")):
        also = f"; failed: {', '.join(failed)}" if failed else ""
        raise CheckErrored(
            f"{len(errored)} table checks could not be computed: {', '.join(errored)}{also}",
            "yesterday's release stays; `nichiro status` shows what was met",
        )
    if failed:
        raise CheckFailed(
            f"{len(failed)} table checks failed: {', '.join(failed)}",
            "yesterday's release stays; `nichiro status` shows the rows",
        )


def _named(results: pl.DataFrame) -> list[str]:
    return [f"{suite} {check}" for suite, check in results.select("suite", "check_name").iter_rows()]


def _said(result: Result, owners: pl.Series, member: int) -> str | None:
    """What was found in one partition, whatever else was checked with it: a rebuild must say the same."""
    if not result.rows:
        return result.observed
    return f"{(owners[result.rows] == member).sum()} of {(owners == member).sum()} rows"


def _stacked(
    batch: Sequence[SourcePartition], name: str
) -> Iterable[tuple[list[int], pl.DataFrame, pl.Series]]:
    """The partitions' frames of a table, those of one schema in one; with the partition of every row."""
    shapes: dict[tuple, list[int]] = {}
    for member, part in enumerate(batch):
        shapes.setdefault(tuple(part.frames[name].schema.items()), []).append(member)
    for members in shapes.values():
        frames = [batch[member].frames[name] for member in members]
        lengths = pl.DataFrame({"member": members, "length": [frame.height for frame in frames]})
        owners = lengths.select(pl.col("member").repeat_by("length").explode(empty_as_null=False))["member"]
        yield members, pl.concat(frames), owners


def _measured(batch: Sequence[SourcePartition]) -> Iterable[tuple[list[int], pl.DataFrame, sources.Declared]]:
    """The partitions' measures, those with the same bounds declared in one frame."""
    shapes: dict[tuple, list[tuple[int, pl.DataFrame]]] = {}
    for member, part in enumerate(batch):
        row = sources.measures(part)
        shapes.setdefault(tuple(row.columns), []).append((member, row))
    for rows in shapes.values():
        members = [member for member, _ in rows]
        yield members, pl.concat([row for _, row in rows]), batch[members[0]].bounds


def _keys(table: Table, frame: pl.DataFrame, result: Result) -> list[str]:
    """Primary keys of the rows that break a check, parts joined by a bar."""
    key = [name for name in table.primary_key if name in frame.columns]
    return ["|".join(map(str, row)) for row in frame[result.rows[:FAILING_ROWS]].select(key).iter_rows()]


def _row(suite: str, result: Result, failing_rows: list[str]) -> dict[str, object]:
    return {
        "suite": suite,
        "check_name": result.check,
        "severity": result.severity,
        "outcome": result.outcome,
        "observed": result.observed,
        "threshold": result.threshold,
        "failing_rows": failing_rows,
    }


def _results(rows: list[dict], run_id: str, gate: str, checked_at: datetime) -> pl.DataFrame:
    """One row a check: where several partitions were checked by it, the worst outcome and what breaks it in all."""
    given = [name for name in CHECK_RESULTS.schema if name not in ("run_id", "gate", "checked_at")]
    schema = {name: CHECK_RESULTS.schema[name] for name in given}
    worst = pl.col("outcome").replace_strict({"errored": 0, "failed": 1, "passed": 2}, return_dtype=pl.Int8)
    merged = (
        pl.DataFrame(rows, schema=schema)
        .sort(worst, maintain_order=True)
        .group_by("suite", "check_name", maintain_order=True)
        .agg(
            pl.col("severity", "outcome", "threshold").first(),
            pl.when(pl.col("outcome").first() == "passed")
            .then(pl.col("observed").first())
            .otherwise(
                pl.col("observed")
                .filter(pl.col("outcome") != "passed")
                .unique(maintain_order=True)
                .str.join("; ")
            ),
            pl.col("failing_rows").explode().drop_nulls().head(FAILING_ROWS),
        )
        .sort("suite", "check_name")
    )
    return CHECK_RESULTS.conform(
        merged.with_columns(
            run_id=pl.lit(run_id),
            gate=pl.lit(gate),
            checked_at=pl.lit(checked_at, CHECK_RESULTS.schema["checked_at"]),
        )
    )
