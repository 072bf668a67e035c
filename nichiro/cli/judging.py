"""Commands that judge a person's own texts, without a warehouse, and say how good the judgement is on labelled ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nichiro.cli.options import Json, output, say

if TYPE_CHECKING:
    from nichiro.texts import Text

BATCH = 256   # texts that are judged at once where each is judged by itself: an answer comes while a long input comes in
PANEL = "Your own texts"

File = Annotated[Path | None, typer.Argument(help="JSON lines, or - for standard input.", show_default="standard input")]
JsonLines = Annotated[bool, typer.Option("--jsonl", help="One JSON object per text.")]


def add_to(app: typer.Typer) -> None:
    app.command("relevance", rich_help_panel=PANEL, epilog="Example: nichiro relevance texts.jsonl --jsonl   ·   cat texts.jsonl | nichiro relevance --jsonl")(relevance)
    app.command("tone", rich_help_panel=PANEL, epilog="Example: nichiro tone texts.jsonl --jsonl   ·   nichiro tone --jsonl < texts.jsonl")(tone)
    app.command("copies", rich_help_panel=PANEL, epilog="Example: nichiro copies texts.jsonl --jsonl")(copies)
    app.command("stories", rich_help_panel=PANEL, epilog="Example: nichiro stories texts.jsonl --jsonl")(stories)
    app.command("validate", rich_help_panel=PANEL, epilog="Example: nichiro validate relevance labelled.jsonl   ·   nichiro validate language labelled.jsonl --json")(validate)


def relevance(file: File = None, as_json: JsonLines = False) -> None:
    """Say of each text whether it is on the beat, with topics and passages.

    A line is `{"id": …, "text": …}` with, where known, `headline`, `language`, `country` and `kind` of the publisher. A line
    that is no text is told on standard error by its number; the others are judged, and the command ends with 65.
    """
    from nichiro import judging

    _judge(file, judging.relevance, BATCH, as_json=as_json)


def tone(file: File = None, as_json: JsonLines = False) -> None:
    """Say of each text how favourable it sounds, and how favourable it is toward each target given, in whose voice.

    A line is `{"text": …, "target": {"start": 0, "end": 5}}`, or with `targets`, a list of such; offsets count characters of
    the text, the end is not among them. A line that is no text, or whose target lies outside it, is told on standard error
    by its number; the others are judged, and the command ends with 65.
    """
    from nichiro import judging

    _judge(file, judging.tone, BATCH, as_json=as_json)


def copies(file: File = None, as_json: JsonLines = False) -> None:
    """Say of each text which earlier one it repeats, edited or not, and how much of it is kept.

    A line is `{"id": …, "text": …}` with, where known, `published_date` or `published_at` (with its offset), `source`,
    `language`. Texts are compared over 30 days; of one day without times the earlier line is the earlier text, and texts
    without a date are compared among themselves. A line that is no text is told on standard error; the others are judged,
    and the command ends with 65.
    """
    from nichiro import judging

    _judge(file, judging.copies, None, as_json=as_json)


def stories(
    file: File = None,
    as_json: JsonLines = False,
    every: Annotated[bool, typer.Option("--all", help="Texts off the beat too.")] = False,
) -> None:
    """Put reports of one event together, across languages; texts off the beat are in no story.

    Lines are those of `nichiro copies`, with `headline` where there is one.
    """
    from functools import partial

    from nichiro import judging

    _judge(file, partial(judging.stories, every=every), None, as_json=as_json)


def _judge(file: Path | None, judge: Callable[[Sequence[Text]], list[dict[str, Any]]], batch: int | None, *, as_json: bool) -> None:
    """Judge the texts of a file, ``batch`` of them at a time or all together. Raises ContractError at the end where lines were none."""
    import json
    from itertools import islice

    from nichiro import texts
    from nichiro.errors import ContractError

    faults = 0

    def told() -> Iterator[Text]:
        nonlocal faults
        for line in texts.read(source):
            if isinstance(line, texts.Fault):
                faults += 1
                say("skipped", str(line))
            else:
                yield line

    with texts.opened(file) as source:
        good = told()
        while part := list(islice(good, batch)):
            for row in judge(part):
                if as_json:
                    print(json.dumps(row, ensure_ascii=False), flush=batch is not None)
                else:
                    output.print(_line(row), markup=False)
    if faults:
        raise ContractError(f"{faults} lines are no texts; all others are judged", 'mend them: a line is {"id": "1", "text": "…"}')


def _line(row: dict[str, Any]) -> str:
    """A row for a person: verdict, score, id, and what it is tied to."""
    score = "" if row["score"] is None else f"{row['score']:.2f}"
    named = row.get("topics") or [f"{target['text']}: {target['verdict']} ({target['voice']})" for target in row.get("targets", ())]
    named = ["".join(character if character.isprintable() else " " for character in name) for name in named]
    tied = ", ".join(named) or row.get("copy_of") or row.get("story") or ""
    return f"{row['verdict']:<10}{score:>7}  {row['id']}  {tied}".rstrip()


def validate(
    task: Annotated[str, typer.Argument(help="relevance, tone, genre, language, copies or stories.")],
    file: File = None,
    as_json: Json = False,
) -> None:
    """Hold answers against labels: precision, recall and F1 of each class with their 95 % intervals and n, per language.

    A line is a text with its `gold`: the class (of tone: toward its `target`, or of the whole text where none is given), or for
    copies and stories any name of its group. With an `answer` in every
    line those are judged, else nichiro's own. Nothing is printed of a file with a line that is wrong: it ends with 65.
    """
    import json

    from nichiro import texts, validation

    with texts.opened(file) as source:
        found = validation.validate(task, texts.read(source))
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return
    output.print(f"{found['task']}, answers of {found['answers']}, n = {found['n']}", markup=False)
    for row in found["rows"]:
        low, high = row["interval"]
        output.print(
            f"{row['language']:<9}{row['class']:<22}{row['metric']:<18}{row['value']:.3f}  [{low:.3f}, {high:.3f}]  n = {row['n']}", markup=False
        )
