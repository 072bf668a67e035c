"""A forked command is the command: streams, environment, folder, exit code, signals; and where it cannot be, it runs anyway."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nichiro import forkserver

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the client is the command")

Ask = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("forkserver")
    folder.chmod(0o700)
    yield folder / "socket"
    for pid in servers(folder / "socket"):
        os.kill(pid, signal.SIGKILL)


def servers(address: Path) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue      # it has ended
        if b"nichiro.forkserver" in words and bytes(address) in words:
            found.append(int(folder.name))
    return found


def client(address: Path, *arguments: str, **more: object) -> subprocess.Popen[str]:
    environment = os.environ | {forkserver.VARIABLE: str(address)} | more.pop("environment", {})  # type: ignore[operator]
    command = [sys.executable, "-IS", forkserver.__file__, *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)  # type: ignore[call-overload]


def ask(address: Path, *arguments: str, **more: object) -> tuple[int, str, str]:
    with client(address, *arguments, **more) as child:
        out, err = child.communicate(timeout=120)
    return child.returncode, out, err


def test_a_forked_command_is_the_command(address: Path, tmp_path: Path) -> None:
    """Folder, environment, exit code and both streams are the client's; a second one is forked by the same server."""
    (tmp_path / "here").mkdir()
    for data_dir in ("here", "here"):
        environment = {"NICHIRO_DATA_DIR": data_dir, "NICHIRO_TIMEZONE": "Europe/Oslo"}
        code, out, err = ask(address, "nichiro", "publish", cwd=tmp_path, environment=environment)
        assert (code, out) == (78, "")
        assert err.startswith("nichiro: there is no candidate")
        assert "Europe/Oslo" in ask(address, "nichiro", "config", "show", cwd=tmp_path, environment=environment)[1]
    assert (tmp_path / "here" / "runs").is_dir()
    assert len([pid for pid in servers(address) if Path(f"/proc/{pid}").exists()]) == 1


def test_it_is_much_faster_than_a_process_of_its_own(address: Path, tmp_path: Path) -> None:
    def seconds(where: str) -> float:
        start = time.perf_counter()
        ask(Path(where), "nichiro", "publish", "--data-dir", str(tmp_path))
        return time.perf_counter() - start

    ask(address, "nichiro", "publish", "--data-dir", str(tmp_path))      # imports what the step needs
    assert min(seconds(str(address)) for _ in range(3)) < 0.7 * min(seconds("") for _ in range(2))


def test_a_killed_client_takes_its_step_along(address: Path) -> None:
    """The child of a client that dies is killed at once, as a process of its own would have been."""
    ask(address, "nichiro", "--help")
    held = client(address, "crawlers.run", stdin=subprocess.PIPE)      # waits for its assignment
    assert wait_for(lambda: len(servers(address)) == 2)
    held.kill()
    assert wait_for(lambda: len(servers(address)) == 1)
    held.communicate()


def test_a_step_that_dies_by_a_signal_says_so(address: Path) -> None:
    held = client(address, "crawlers.run", stdin=subprocess.PIPE)
    assert wait_for(lambda: len(servers(address)) == 2)
    os.kill(max(servers(address)), signal.SIGTERM)
    held.communicate(timeout=30)
    assert held.returncode == -signal.SIGTERM


def test_a_changed_source_file_ends_the_server(address: Path, tmp_path: Path) -> None:
    """Nothing runs as it was written before: the server leaves, and the step runs by itself."""
    assert ask(address, "nichiro", "publish", "--data-dir", str(tmp_path))[0] == 78
    (before,) = servers(address)
    Path(forkserver.__file__).touch()
    assert ask(address, "nichiro", "publish", "--data-dir", str(tmp_path))[0] == 78
    assert wait_for(lambda: before not in servers(address))


def test_a_changed_source_file_ends_no_step_that_runs(address: Path, tmp_path: Path) -> None:
    """A new version is laid while the crawl of the old one goes on: that one ends as it would have, once."""
    assert ask(address, "nichiro", "publish", "--data-dir", str(tmp_path))[0] == 78
    (before,) = servers(address)
    with client(address, "crawlers.run", stdin=subprocess.PIPE) as held:      # waits for its assignment
        assert wait_for(lambda: len(servers(address)) == 2)
        Path(forkserver.__file__).touch()
        assert ask(address, "nichiro", "publish", "--data-dir", str(tmp_path))[0] == 78
        assert before in servers(address)
        _, err = held.communicate("no assignment", timeout=60)
    assert "JSON" in err
    assert "fork server has died" not in err
    assert wait_for(lambda: before not in servers(address))


def test_a_folder_that_others_may_enter_is_not_trusted(tmp_path: Path) -> None:
    """Somebody else could answer there: the command runs by itself."""
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    assert ask(shared / "socket", "nichiro", "publish", "--data-dir", str(tmp_path))[0] == 78
    assert not servers(shared / "socket")


def wait_for(holds: Callable[[], bool], seconds: float = 30) -> bool:
    for _ in range(int(seconds * 20)):
        if holds():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize(
    ("ending", "code", "said"),
    [("return", 0, ""), ("return 3", 3, ""), ("sys.exit('no such day')", 1, "no such day"), ("1 / 0", 1, "ZeroDivisionError")],
)
def test_a_child_ends_as_an_interpreter_does(ending: str, code: int, said: str) -> None:
    """Its threads are waited for, what was registered for the end is done, its streams are written out."""
    program = f"""
import atexit, sys, threading, time
from concurrent.futures import ThreadPoolExecutor
from nichiro import forkserver
def main():
    atexit.register(print, "end")
    ThreadPoolExecutor(1).submit(int).result()      # its idle thread would never end by itself
    threading.Thread(target=lambda: (time.sleep(0.1), print("thread"))).start()
    {ending}
forkserver.run_to_end(main)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=forkserver.PROJECT, timeout=60)
    assert (done.returncode, done.stdout.split()) == (code, ["thread", "end"])
    assert said in done.stderr
