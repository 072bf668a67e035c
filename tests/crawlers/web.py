"""A fictional web of a few pages on loopback, asked as a forward proxy or as the server itself, for the crawler's tests."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType


@dataclass
class Answer:
    """One answer; ``status`` 0 closes the connection, ``pause`` is in seconds, before it and between its bytes (``drip``)."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "text/html; charset=utf-8"})
    pause: float = 0.0
    drip: float = 0.0


class Web:
    """``pages`` maps a URL to its answer, or to a function of the request's headers; anything else is 404."""

    def __init__(
        self,
        pages: dict[str, Answer | Callable[[dict[str, str]], Answer]],
        host: str = "127.0.0.1",
        port: int = 0,
        certificate: Path | None = None,
    ) -> None:
        self.pages = pages
        self.asked: list[str] = []
        self.headers: dict[str, dict[str, str]] = {}
        web = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                web.asked.append(self.path)
                headers = {name.lower(): value for name, value in self.headers.items()}
                web.headers[self.path] = headers
                answer = web.pages.get(self.path, Answer(b"not found", 404))
                answer = answer(headers) if callable(answer) else answer
                time.sleep(answer.pause)
                if not answer.status:
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                if answer.status != 304:
                    self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                if answer.drip:
                    for position in range(len(answer.body)):
                        self.wfile.write(answer.body[position : position + 1])
                        time.sleep(answer.drip)
                elif answer.status != 304:
                    self.wfile.write(answer.body)

            def log_message(self, *_: object) -> None:
                return

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:
                return  # a client that gave up is part of the tests

        self._server = Server((host, port), Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self.url = f"http://{host}:{self.port}"

    def __enter__(self) -> Web:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
