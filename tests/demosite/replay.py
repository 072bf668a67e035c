"""A forward proxy on loopback that answers from a site in memory, at a chosen instant."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol


class Answer(Protocol):
    """Status 0 closes the connection without an answer."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> dict[str, str]: ...
    @property
    def body(self) -> bytes: ...


class Site(Protocol):
    """Anything that answers a URL as the web would have at an instant."""

    def respond(self, url: str, as_of: datetime, headers: Mapping[str, str] | None = None) -> Any: ...


class ReplayProxy:
    """``with ReplayProxy(site, as_of) as proxy:`` serves on ``proxy.url``; ``as_of`` may be set while it serves."""

    def __init__(self, site: Site, as_of: datetime, port: int = 0) -> None:
        self.site, self.as_of = site, as_of
        self.requests: list[tuple[str, str]] = []
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.proxy = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> ReplayProxy:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    proxy: ReplayProxy


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "DemoWeb"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = 65536  # head and body leave in one packet
    timeout = 60
    server: _Server

    def do_GET(self) -> None:
        proxy = self.server.proxy
        proxy.requests.append((self.command, self.path))
        if not self.path.startswith("http://"):
            self._send(
                400, {"Content-Type": "text/plain"}, b"this is a forward proxy: send an absolute http URL\n"
            )
            return
        answer = proxy.site.respond(self.path, proxy.as_of, dict(self.headers.items()))
        if answer.status == 0:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self._send(answer.status, answer.headers, answer.body)

    do_HEAD = do_GET

    def do_CONNECT(self) -> None:
        self._send(502, {"Content-Type": "text/plain"}, b"the demo web has no TLS\n")

    def _send(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response_only(status, HTTPStatus(status).phrase)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and status != HTTPStatus.NOT_MODIFIED:
            self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the requests are kept on the proxy."""
