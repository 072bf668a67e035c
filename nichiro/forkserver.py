"""A process that keeps what it has imported and forks for every step: a scheduler's many steps pay for imports once.

``python -IS nichiro/forkserver.py nichiro crawl …`` is the client, a stand-in for ``python -m nichiro crawl …`` of the same
environment, descriptors, exit code or signal. It asks the server at the socket NICHIRO_FORKSERVER and starts one where there
is none; without that variable, and wherever the server cannot do it, it becomes the command itself. A client that is
killed takes its step along. The server leaves after ten idle minutes; once a source file has changed it takes nothing on
any more, and leaves when its last step has ended. It computes nothing, so that no thread pool is there to be lost in a fork. Only the standard library is used: a client starts in 20 ms.
"""

from __future__ import annotations

import atexit
import fcntl
import gc
import hashlib
import importlib
import json
import os
import selectors
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

VARIABLE = "NICHIRO_FORKSERVER"
IDLE = 600.0        # seconds
TRIES = 500         # to reach a new server, 20 ms apart; it listens after 100 ms on an idle machine
PROJECT = Path(__file__).resolve().parents[1]
PACKAGES = ("nichiro", "crawlers", "transforms", "warehouse", "expectations")
MAINS = {"nichiro": "nichiro.cli", "crawlers.run": "crawlers.run"}
# What a step imports while it runs, by its name. No module that installs Twisted's reactor: its descriptors are one process's.
IMPORTS = {
    "crawl": ("nichiro.pipeline", "crawlers.run"),
    "crawlers.run": ("scrapy.crawler", "scrapy.spiders", "scrapy.core.downloader.handlers.http11", "aiohttp", "protego", "trafilatura"),
    "parse": ("nichiro.pipeline", "crawlers.parse", "warehouse.archive"),
    "gate": ("nichiro.pipeline", "expectations.gate"),
    "enrich": ("nichiro.pipeline", "transforms.relevance", "transforms.tone", "transforms.target_tone", "transforms.copies", "nichiro.lexicons"),
    "build": ("nichiro.pipeline",),
    "check": ("nichiro.pipeline", "expectations.gate"),
    "publish": ("nichiro.pipeline",),
    "alert": ("nichiro.pipeline", "nichiro.alerts"),
    "report": ("nichiro.pipeline", "nichiro.report"),
}
# Imported while crawls run and nobody asks, as a crawl is followed by all other steps: the heavy first and in pieces, so that
# whoever asks in between waits for one piece.
AHEAD = ("numpy", "pandas", "pyarrow", "altair", "great_expectations", *dict.fromkeys(name for names in IMPORTS.values() for name in names))
LULL = 0.2      # seconds without a request


def address() -> Path:
    """The socket of this installation's server: another interpreter or other sources have another."""
    installation = hashlib.sha256(f"{sys.prefix}\0{PROJECT}".encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir(), f"nichiro-{os.getuid()}", installation)


def command(module: str, *arguments: str) -> list[str]:
    """The command line for ``python -m module arguments`` that is forked where NICHIRO_FORKSERVER is set."""
    if os.environ.get(VARIABLE):
        return [sys.executable, "-IS", __file__, module, *arguments]
    return [sys.executable, "-m", module, *arguments]


def client(module: str, *arguments: str) -> int:
    """Have the server run a module's main; returns its exit code, or dies by the signal that it died of."""
    connection = _connect(Path(path)) if (path := os.environ.get(VARIABLE)) and sys.platform == "linux" else None
    if connection is None or not _asked(connection, [module, *arguments]):
        os.execv(sys.executable, [sys.executable, "-m", module, *arguments])
    try:
        (status,) = struct.unpack("i", connection.recv(4, socket.MSG_WAITALL))
    except (OSError, struct.error):
        print("nichiro: the fork server has died: run again", file=sys.stderr)
        return 75
    if os.WIFSIGNALED(status):
        with suppress(OSError):      # SIGKILL has no other
            signal.signal(os.WTERMSIG(status), signal.SIG_DFL)
        os.kill(os.getpid(), os.WTERMSIG(status))
    return os.waitstatus_to_exitcode(status)


def _connect(path: Path) -> socket.socket | None:
    """A connection to the server, started where there is none; None where that cannot be had."""
    starting: subprocess.Popen[bytes] | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        owned = path.parent.stat()
        if owned.st_uid != os.getuid() or owned.st_mode & 0o077:     # somebody else could answer
            return None
        for _ in range(TRIES):
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(str(path))
            except (FileNotFoundError, ConnectionRefusedError):
                connection.close()
                starting = starting or subprocess.Popen(
                    [sys.executable, "-m", "nichiro.forkserver", str(path)], cwd=PROJECT, start_new_session=True,
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                )
                time.sleep(0.02)
                continue
            return connection
    except OSError:
        return None
    return None


def _asked(connection: socket.socket, arguments: list[str]) -> bool:
    """Hand over the request with our three streams; False where the server declines."""
    request = json.dumps({"arguments": arguments, "folder": str(Path.cwd()), "environment": dict(os.environ)}).encode()
    try:
        socket.send_fds(connection, [struct.pack("i", len(request))], [0, 1, 2])
        connection.sendall(request)
        return connection.recv(1) == b"+"
    except OSError:
        return False


class Server:
    """Forks for whoever asks at its socket; ``yield_place`` lets another server take it."""

    def __init__(self, listener: socket.socket, yield_place: Callable[[], None]) -> None:
        self._listener, self._yield_place = listener, yield_place
        self._is_open = True
        self._changed: dict[str, int] = {}      # by module: when its file was changed, as first seen
        self._connections: dict[int, socket.socket] = {}     # by the child's pid
        self._ahead: list[str] | None = None      # what is left of AHEAD, once a crawl has come
        self._ended, ended = socket.socketpair()
        ended.setblocking(False)
        signal.set_wakeup_fd(ended.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._selector = selectors.DefaultSelector()
        self._selector.register(listener, selectors.EVENT_READ)
        self._selector.register(self._ended, selectors.EVENT_READ)
        self._other_end = ended

    def serve(self) -> list[str] | None:
        """Returns None when the server is to end, and in each child the arguments that it is to run."""
        while self._is_open or self._connections:
            ahead = self._ahead if self._connections else None
            ready = self._selector.select(LULL if ahead else IDLE)
            if not ready and ahead:
                _imported(ahead.pop(0))
            elif not ready and not self._connections:
                break
            for key, _ in ready:
                if key.fileobj is self._listener:
                    connection, _ = self._listener.accept()
                    if self._is_stale():
                        connection.close()      # the client then runs the command itself
                        self._close()
                    elif (arguments := self._take(connection)) is not None:
                        return arguments
                elif key.fileobj is self._ended:
                    self._ended.recv(1024)
                    self._reap()
                elif key.data in self._connections:      # its client has gone
                    os.kill(key.data, signal.SIGKILL)
                    self._selector.unregister(key.fileobj)
        self._close()
        return None

    def _close(self) -> None:
        if self._is_open:
            self._is_open = False
            self._selector.unregister(self._listener)
            self._listener.close()
            self._yield_place()

    def _take(self, connection: socket.socket) -> list[str] | None:
        connection.settimeout(5)
        try:
            size, streams, _, _ = socket.recv_fds(connection, 4, 3)
            request = json.loads(connection.recv(struct.unpack("i", size)[0], socket.MSG_WAITALL))
            connection.sendall(b"+")
        except (OSError, ValueError, struct.error):
            connection.close()      # the client then runs the command itself
            return None
        module, *words = request["arguments"]
        for name in (MAINS[module], *IMPORTS.get(module, ()), *IMPORTS.get(words[0] if words else "", ())):
            _imported(name)
        if words[:1] == ["crawl"] and self._ahead is None:
            self._ahead = list(AHEAD)
        self._is_stale()      # notes when what is new here was changed
        gc.freeze()      # else a child's first collection copies every page of what was imported: 0.3 s
        pid = os.fork()
        if pid == 0:
            self._become(connection, streams, request)
            return request["arguments"]
        for stream in streams:
            os.close(stream)
        self._connections[pid] = connection
        self._selector.register(connection, selectors.EVENT_READ, pid)
        return None

    def _become(self, connection: socket.socket, streams: list[int], request: dict) -> None:
        """The child: nothing of the server's stays, the client's world is ours."""
        gc.enable()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._selector.close()
        for ours in (self._listener, self._ended, self._other_end, connection, *self._connections.values()):
            ours.close()
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        # Ours were of the null device, which can seek; a line at a time, as a task's log is read while it grows.
        sys.stdin, sys.stdout, sys.stderr = (
            open(number, "w" if number else "r", buffering=1, encoding="utf-8", closefd=False)  # noqa: SIM115
            for number in range(3)
        )
        os.environ.clear()
        os.environ.update(request["environment"])
        time.tzset()
        os.chdir(request["folder"])

    def _reap(self) -> None:
        with suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                pid, status = ended
                connection = self._connections.pop(pid)
                with suppress(KeyError):
                    self._selector.unregister(connection)
                with suppress(OSError):     # nobody waits any more
                    connection.sendall(struct.pack("i", status))
                connection.close()

    def _is_stale(self) -> bool:
        """A source file of ours has changed since it was first seen here."""
        for name, module in list(sys.modules.items()):
            if name.partition(".")[0] in PACKAGES and module.__file__:
                with suppress(FileNotFoundError):
                    changed = Path(module.__file__).stat().st_mtime_ns
                    if self._changed.setdefault(name, changed) != changed:
                        return True
        return False


def _imported(name: str) -> None:
    with suppress(Exception):      # the step will meet the same and say it
        importlib.import_module(name)


def serve(path: Path) -> int:
    """Listen at a socket until idle; in a child, run what was asked for. One server per socket: a second leaves at once."""
    lock = path.with_suffix(".lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return 0
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen(64)

    def yield_place() -> None:
        path.unlink(missing_ok=True)
        lock.close()

    gc.disable()
    arguments = Server(listener, yield_place).serve()
    lock.close()
    if arguments is not None:
        sys.argv = arguments
        run_to_end(importlib.import_module(MAINS[arguments[0]]).main)
    return 0


def run_to_end(main: Callable[[], int | None]) -> None:
    """Run a main and end the process as an interpreter would, without taking its modules apart: that is up to 0.7 s."""
    code: object
    try:
        code = main() or 0
    except SystemExit as stop:
        code = stop.code or 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    if not isinstance(code, int):
        print(code, file=sys.stderr)
        code = 1
    threading._shutdown()  # type: ignore[attr-defined] # tells executors' threads to go, waits for all others
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):     # its reader has gone
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    sys.exit(serve(Path(sys.argv[1])) if sys.argv[1].startswith("/") else client(*sys.argv[1:]))
