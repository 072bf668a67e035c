"""A web of the real catalog's hosts inside a network namespace: a live run, TLS and all, that reaches nobody.

``python -m tests.end_to_end.namespace FOLDER MODE COMMAND…`` inside ``unshare --net --mount``: every host of the catalog
is this machine. MODE ``web`` serves each source's fictional fixtures, ``portal`` a captive portal.
"""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from tests.crawlers.test_sources import CATALOG, article_url, discovery, fixture
from tests.nichiro.wire import certificate

PORTAL = "login.hotel.example"
ADDRESS = "192.88.99.1"    # not of a private network, which is never asked; a relay's that is no more
REFUSING = "mainichi.jp"   # answers 403, as it does to data centres
Pages = dict[tuple[str, str], tuple[bytes, str]]


def web() -> tuple[list[str], Pages]:
    """Hosts of the catalog, and their pages by host and address: one discovery document and its one article each."""
    pages: Pages = {}
    hosts = set()
    for source in CATALOG.values():
        entry, document = discovery(source)
        url = article_url(source)
        hosts |= {urlsplit(address).netloc for address in (url, *(entry.url for entry in source.discover))}
        media_type = {"listing": "text/html", "api": "application/json"}.get(entry.kind, "application/xml")
        pages[_key(entry.url)] = (document, media_type)
        pages[_key(url)] = (fixture(source.source_id, "article.html"), "text/html")
    return sorted(hosts), pages


def _key(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.netloc, parts._replace(scheme="", netloc="").geturl()


def serve(mode: str, pages: Pages, port: int, context: ssl.SSLContext | None) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host = self.headers["Host"]
            status, (body, kind) = (200, pages[host, self.path]) if (host, self.path) in pages else (404, (b"none", "text/plain"))
            if mode == "portal":
                status, body, kind = (200, b"<html>Sign in", "text/html") if host == PORTAL else (302, b"", "text/html")
            elif host == REFUSING:
                status, body = 403, b"no"
            self.send_response(status)
            self.send_header("Content-Type", kind)
            if status == 302:
                self.send_header("Location", f"http://{PORTAL}/")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer((ADDRESS, port), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def main() -> int:
    folder, mode, *command = Path(sys.argv[1]), *sys.argv[2:]
    hosts, pages = web()
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["ip", "address", "add", f"{ADDRESS}/32", "dev", "lo"], check=True)
    (folder / "hosts").write_text("".join(f"{ADDRESS} {host}\n" for host in [*hosts, PORTAL]))
    subprocess.run(["mount", "--bind", folder / "hosts", "/etc/hosts"], check=True)
    pem = certificate(folder, hosts if mode == "web" else [PORTAL])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    serve(mode, pages, 80, None)
    serve(mode, pages, 443, context)
    trusted = {"SSL_CERT_FILE": str(pem)} if mode == "web" else {}   # nobody vouches for a portal
    return subprocess.run(command, env=os.environ | trusted, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
