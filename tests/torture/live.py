"""Crawls without a proxy: names that do not resolve, a server that is silent, TLS with and without its whole chain.

127.0.0.2 plays the internet (tests/crawlers/turning.py).
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from crawlers.run import Assignment
from nichiro.run import start_run
from nichiro.settings import PROJECT, Settings
from tests.crawlers.test_crawl import XML, logged
from tests.crawlers.web import Answer, Web
from tests.torture.web import source

INTERNET = "127.0.0.2"
SILENT = "silent"    # takes connections and says nothing
UNNAMED = "unnamed"  # no name server knows it
FEED = b"<rss version='2.0'><channel><item><title>Fiction</title><link>/a/1</link></item></channel></rss>"

Server = str | Path  # SILENT, UNNAMED, or the file of a TLS server's certificates and key


def crawl(folder: Path, servers: Mapping[str, Server], trusted: Path | None = None) -> dict[str, tuple[str, str]]:
    """Crawl one source for each name at its own server; returns state and reason by name.

    ``trusted``: the certificates that SSL_CERT_FILE names.
    """
    settings = Settings(_env_file=None, data_dir=folder, contact="https://nichiro.example/about", proxy="")
    run = start_run(settings)
    with ExitStack() as stack:
        ports = {name: stack.enter_context(_serving(server)) for name, server in servers.items()}
        sources = [
            source(
                f"xx_{name}", {"kind": "rss", "url": f"https://{name}.example:{port}/feed"},
                language=["en"], politeness={"delay_seconds": 0, "timeout_seconds": 1 if servers[name] == SILENT else 30},
            )
            for name, port in ports.items()
        ]  # fmt: skip
        assignment = Assignment(
            settings=settings, run_id=run.run_id, run_date=run.run_date, started_at=run.started_at,
            directory=run.directory, sources=sources, first_date=None, last_date=None,
        )  # fmt: skip
        answers = {f"{name}.example": [INTERNET] for name, server in servers.items() if server != UNNAMED}
        done = subprocess.run(
            [sys.executable, "-m", "tests.crawlers.turning", json.dumps(answers)],
            input=assignment.model_dump_json(exclude={"settings": {"ping_url"}}),
            env=os.environ | ({"SSL_CERT_FILE": str(trusted)} if trusted else {}),
            capture_output=True, text=True, cwd=PROJECT, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows = {name: logged(folder, run, f"xx_{name}")["crawls"].row(0, named=True) for name in servers}
    return {name: (row["state"], row["reason"] or "") for name, row in rows.items()}


@contextmanager
def _serving(server: Server) -> Iterator[int]:
    if server == UNNAMED:
        yield 443
    elif server == SILENT:
        with closing(socket.create_server((INTERNET, 0))) as listening:
            yield listening.getsockname()[1]
    else:
        pages = {"/feed": Answer(FEED, headers=XML), "/a/1": Answer(b"<h1>Fiction</h1>")}
        with Web(pages, host=INTERNET, certificate=Path(server)) as web:
            yield web.port


@dataclass(frozen=True)
class Chain:
    """A fictional authority: what a server sends (with its key), and what a client trusts."""

    leaf_only: Path
    whole: Path
    root: Path
    root_and_intermediate: Path

    @classmethod
    def make(cls, folder: Path) -> Chain:
        root_key, middle_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
        root = _signed("Fictional Root", root_key, "Fictional Root", root_key)
        middle = _signed("Fictional Intermediate", middle_key, "Fictional Root", root_key)
        leaf = _signed("*.example", key, "Fictional Intermediate", middle_key, is_authority=False)
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return cls(
            _write(folder / "leaf.pem", secret, leaf), _write(folder / "whole.pem", secret, leaf, middle),
            _write(folder / "root.pem", root), _write(folder / "both.pem", root, middle),
        )  # fmt: skip


def _signed(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: str, signer: ec.EllipticCurvePrivateKey, is_authority: bool = True
) -> bytes:
    now = datetime.now(UTC)
    names = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in (name, issuer))
    certificate = (
        x509.CertificateBuilder().subject_name(next(names)).issuer_name(next(names)).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(1))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("*.example")]), critical=False)
        .sign(signer, hashes.SHA256())
    )  # fmt: skip
    return certificate.public_bytes(serialization.Encoding.PEM)


def _write(path: Path, *parts: bytes) -> Path:
    path.write_bytes(b"".join(parts))
    return path
