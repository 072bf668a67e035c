"""Real servers on loopback: a mail server, and a web server that answers as it is told."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller

Answer = tuple[int, dict[str, str]]
HANG, RESET = (0, {"do": "hang"}), (0, {"do": "reset"})


class WebServer:
    """Answers POSTs by ``answers`` in turn, 200 after the last; keeps what it got in ``requests`` (headers, JSON)."""

    def __init__(self, *answers: Answer, on_request: Callable[[], None] = lambda: None) -> None:
        self.requests: list[tuple[dict[str, str], dict]] = []
        self.answers = list(answers)
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.requests.append((dict(self.headers), json.loads(body)))
                on_request()
                status, headers = outer.answers.pop(0) if outer.answers else (200, {})
                if headers.get("do") == "hang":
                    time.sleep(1.5)
                    return
                if headers.get("do") == "reset":   # linger 0: close sends RST
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.connection.close()
                    return
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, *arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.handle_error = lambda *arguments: None   # type: ignore[method-assign]
        self.port = self._server.server_port

    @property
    def keys(self) -> list[str]:
        return [headers["Idempotency-Key"] for headers, _ in self.requests]

    def __enter__(self) -> WebServer:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *arguments: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class MailServer:
    """Takes mail, or answers DATA by ``answers`` in turn; keeps what it took in ``letters``."""

    def __init__(self, *answers: str, on_letter: Callable[[], None] = lambda: None) -> None:
        self.letters: list[EmailMessage] = []
        self.answers = list(answers)
        self.farewell = "221 Bye"
        self._on_letter = on_letter
        self._controller = Controller(self, hostname="127.0.0.1", port=_free_port())
        self.port = self._controller.port

    async def handle_QUIT(self, server: object, session: object, envelope: object) -> str:
        return self.farewell

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        letter = message_from_bytes(envelope.content, policy=policy.default)   # type: ignore[attr-defined]
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("2"):
            self.letters.append(letter)
        self._on_letter()
        return answer

    def __enter__(self) -> MailServer:
        self._controller.start()
        return self

    def __exit__(self, *arguments: object) -> None:
        self._controller.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def dead_port() -> int:
    """A port that nobody listens on."""
    return _free_port()
