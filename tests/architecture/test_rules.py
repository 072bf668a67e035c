"""Rules that a reader would otherwise have to believe: the clock, the beat, the size and the honesty of the code."""

from __future__ import annotations

import ast
import re
import sys
import tokenize

from tests.architecture.sources import PROJECT, files, modules, tree, where

CLOCKS = {"now", "utcnow", "today", "time_ns", "localtime", "gmtime"}
BINARY = {".npz", ".png", ".gz", ".xz", ".warc", ".ico", ".woff2", ".parquet"}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
VAGUE = {"utils", "util", "helpers", "helper", "manager", "misc", "common", "process", "handle", "handler", "data", "info"}


def test_only_run_reads_the_clock() -> None:
    readers = [
        where(path, node)
        for path in modules("nichiro", "crawlers", "transforms", "warehouse", "expectations", "dags")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and _reads_clock(node) and path != PROJECT / "nichiro" / "run.py"
    ]
    assert readers == []


def _reads_clock(call: ast.Call) -> bool:
    """``datetime.now()``, ``date.today()``, ``time.time()`` …; ``run.now()`` and ``clock.now()`` are the way to ask."""
    if not isinstance(call.func, ast.Attribute):
        return False
    owner = ast.unparse(call.func.value).split(".")[-1]
    return (owner in {"datetime", "date", "time", "dt", "pd", "Timestamp"} and call.func.attr in CLOCKS) or (
        owner == "time" and call.func.attr == "time"
    )


def test_transforms_name_no_country() -> None:
    """Another beat is another file: no code of the two countries in ``transforms/``."""
    named = [
        where(path, node)
        for path in modules("transforms")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        and re.fullmatch(r"(?i)jpn?|rus?|japan|russia", node.value)
        and node.value != "ru"     # in lower case it is a language (ISO 639-1)
    ]
    assert named == []


def test_transforms_do_no_io() -> None:
    """Frames in, frames out: no file is opened, nothing is scanned or written."""
    doors = re.compile(r"(?<![\w.])open\(|\.(scan|read|write|sink)_(parquet|csv|json|ndjson|ipc|database)\(")
    strangers = [
        f"{where(path)}: {match.group()}"
        for path in modules("transforms")
        if path.name not in {"beat.py", "lexicon.py"}         # read their own packaged files
        for match in doors.finditer(path.read_text(encoding="utf-8"))
    ]
    assert strangers == []


# Who may write a file otherwise than by temporary file, fsync and rename, and why.
DIRECT = {
    "warehouse/lake.py": "write_atomically itself, and the writer's lock",
    "warehouse/archive.py": "WARC is appended under another name; fsync, then rename, at its end",
    "warehouse/store.py": "the candidate, which nobody reads before publish has made it durable and renamed it",
    "crawlers/run.py": "crawl.log, a log",
    "crawlers/state.py": "a lock; the state itself is SQLite's to keep whole",
    "crawlers/pace.py": "a few numbers of a host under a lock; a file cut short costs no more than a wait",
    "nichiro/airflow_services.py": "logs of Airflow's services",
    "nichiro/forkserver.py": "the standard streams of a forked step, and a lock",
}
_FILES = {"write_text", "write_bytes", "copy", "copy2", "copyfile", "copytree", "move", "dump", "touch"}
_FRAMES = {"write_parquet", "write_csv", "write_json", "write_ndjson", "write_ipc", "write_excel", "to_parquet", "to_csv", "to_json", "save"}


def test_writes_are_whole_or_not_at_all() -> None:
    """A reader, and whoever comes after a crash, sees the old file or the new one: `warehouse.lake.write_atomically`."""
    direct = [
        f"{where(path, node)} {ast.unparse(node.func)}"
        for path in modules("nichiro", "crawlers", "transforms", "warehouse", "expectations", "dags")
        if where(path).partition(":")[0] not in DIRECT
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and _writes(node)
    ]
    assert direct == []


def _writes(call: ast.Call) -> bool:
    """Frames may be written to an open file, which then is a parameter of that name."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    given = [ast.unparse(each) for each in call.args]
    if name == "open":
        modes = [each.value for each in [*call.args, *(word.value for word in call.keywords)] if isinstance(each, ast.Constant)]
        return any(isinstance(mode, str) and re.fullmatch(r"[rwaxbt+]+", mode) and set(mode) & set("wax+") for mode in modes)
    if name in _FRAMES:
        return bool(given) and given[0] not in ("file", "buffer")
    owner = ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""
    return name in _FILES and (owner in ("shutil", "json", "pickle", "yaml") or name.startswith(("write_", "touch")))


def test_nothing_is_swallowed() -> None:
    """No bare ``except:``, and no broad one that goes on as if nothing had been."""
    swallowed = [
        where(path, node)
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler) and (node.type is None or _hides(node))
    ]
    assert swallowed == []


def _hides(handler: ast.ExceptHandler) -> bool:
    broad = {"Exception", "BaseException", "OSError"} & set(ast.unparse(handler.type or handler).split("."))
    return bool(broad) and all(isinstance(line, ast.Pass | ast.Continue) for line in handler.body)


def test_nothing_is_unfinished() -> None:
    unfinished = []
    for path in files():
        if path.suffix == ".py" and path.parent.name != "architecture":
            with path.open("rb") as file:
                unfinished += [
                    f"{where(path)}: {token.string}"
                    for token in tokenize.tokenize(file.readline)
                    if token.type == tokenize.COMMENT and UNFINISHED.search(token.string)
                ]
    assert unfinished == []


def test_modules_are_small() -> None:
    lines = {where(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {name: count for name, count in lines.items() if count > 300} == {}


def test_modules_say_what_they_are() -> None:
    assert [where(path) for path in modules() if tree(path).body and not ast.get_docstring(tree(path))] == []


def test_modules_are_nouns_of_the_field() -> None:
    assert [where(path) for path in modules() if set(path.stem.split("_")) & VAGUE] == []
    named = re.compile(r"vaderSentiment|SentimentIntensityAnalyzer|\.sentiment\.polarity")   # names of peers' packages
    speech = [where(path) for path in modules() if "sentiment" in named.sub("", path.read_text(encoding="utf-8")).lower()]
    assert speech == [], "the word is tone"


def test_functions_are_typed() -> None:
    """Every public function of the packages says what goes in and what comes out."""
    untyped = [
        f"{where(path, node)} {node.name}"
        for path in modules("nichiro", "crawlers", "transforms", "warehouse", "expectations")
        for node in tree(path).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        and (node.returns is None or any(a.annotation is None for a in node.args.args + node.args.kwonlyargs))
    ]
    assert untyped == []


def test_text_is_utf_8() -> None:
    for path in files():
        if path.suffix not in BINARY and "fixtures" not in path.parts:
            path.read_text(encoding="utf-8")


def test_readme_is_short() -> None:
    readme = PROJECT / "README.md"
    assert len(readme.read_text(encoding="utf-8").splitlines()) <= 200


def test_this_python_is_supported() -> None:
    assert (3, 11) <= sys.version_info < (3, 14)
