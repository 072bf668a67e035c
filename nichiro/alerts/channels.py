"""Channels: mail and webhooks sent by ourselves, everything else by Apprise; each answers in the same words.

Apprise reads every URL. It says yes or no to a message, but neither the status nor Retry-After, and gives each try of
a mail a new Message-ID; so that a repeat can be told from a second message, mail goes through smtplib and ``json(s)://``
through requests, with an Idempotency-Key.
"""

from __future__ import annotations

import json
import logging
import smtplib
import ssl
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.headerregistry import Address as MailAddress
from email.message import EmailMessage
from email.utils import format_datetime, parsedate_to_datetime
from http.client import responses
from ipaddress import ip_address
from typing import Any

import requests
from apprise import Apprise, NotifyBase, NotifyFormat, NotifyType, logger
from apprise.plugins.custom_json import NotifyJSON
from apprise.plugins.email import NotifyEmail

from nichiro.alerts.inert import inert
from nichiro.alerts.message import Message
from nichiro.alerts.rules import Address
from nichiro.errors import ConfigError

SECONDS = 10.0   # patience with one connection


@dataclass(frozen=True)
class Answer:
    """What a channel said.

    ``is_transient``: another try may help; ``is_doubtful``: it failed after the message was on its way, so it may have
    arrived; ``retry_after``: seconds, where the channel says so.
    """

    is_sent: bool
    reason: str | None = None
    is_transient: bool = False
    is_doubtful: bool = False
    retry_after: float | None = None


@dataclass(frozen=True)
class Channel:
    """One way to a recipient. ``can_tell``: its receiver can tell a repeat by its key, so that none is ever counted."""

    address: Address
    label: str
    can_tell: bool
    is_on_loopback: bool
    deliver: Callable[[Message, datetime], Answer]

    def send(self, message: Message, now: datetime) -> Answer:
        """Send once. Never raises for the channel's trouble; the reason holds no secret."""
        answer = self.deliver(message, now)
        reason = None if answer.reason is None else inert(self.address.redact(answer.reason))
        return replace(answer, reason=reason)


def open_channel(address: Address) -> Channel:
    """Read the URL. Raises ConfigError, without the URL, where Apprise does not know it."""
    logger.disabled = True   # it writes hosts and targets
    logging.getLogger("urllib3").setLevel(logging.INFO)   # at DEBUG it writes paths, which hold tokens
    service: Any = Apprise.instantiate(address.url, suppress_exceptions=True)
    if not isinstance(service, NotifyBase):
        raise ConfigError(f"alert rules: a channel of {address.recipient} is no Apprise URL", "see https://github.com/caronc/apprise/wiki")
    scheme = address.url.split(":", 1)[0]
    if isinstance(service, NotifyEmail):
        host, can_tell, deliver = service.smtp_host, False, lambda message, now: _mail(service, message, now)
    elif isinstance(service, NotifyJSON):
        host, can_tell, deliver = service.host, True, lambda message, now: _webhook(service, message, now)
    else:
        host, can_tell, deliver = "", False, lambda message, now: _apprise(service, message)
    label = address.redact(f"{scheme}://{host}")
    return Channel(address, label, can_tell, _is_loopback(host), deliver)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def mail(service: Any, message: Message, now: datetime) -> EmailMessage:
    """The mail: plain text and HTML, the same Message-ID at every try."""
    name, sender = service.from_addr
    domain = sender.rpartition("@")[2]
    letter = EmailMessage()
    letter["Subject"] = message.subject
    letter["From"] = MailAddress(inert(name or "nichiro"), addr_spec=sender)
    letter["To"] = ", ".join(target for _, target in service.targets)
    if service.cc:
        letter["Cc"] = ", ".join(sorted(service.cc))
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = f"<{message.message_id}@{domain}>"
    letter["Auto-Submitted"] = "auto-generated"   # RFC 3834: no out-of-office answers
    letter.set_content(message.text, cte="base64")
    letter.add_alternative(message.html, subtype="html", cte="base64")
    return letter


def _mail(service: Any, message: Message, now: datetime) -> Answer:
    letter = mail(service, message, now)
    everyone = [target for _, target in service.targets] + sorted(service.cc | service.bcc)
    context = ssl.create_default_context() if service.verify_certificate else ssl._create_unverified_context()   # verify=no
    is_on_its_way = False
    try:
        if service.secure_mode == "ssl":
            server: smtplib.SMTP = smtplib.SMTP_SSL(service.smtp_host, service.port, timeout=SECONDS, context=context)
        else:
            server = smtplib.SMTP(service.smtp_host, service.port, timeout=SECONDS)
        with closing(server):
            if service.secure_mode == "starttls":
                server.starttls(context=context)
            if service.user and service.password:
                server.login(service.user, service.password)
            is_on_its_way = True
            refused = server.send_message(letter, service.from_addr[1], everyone)
            with suppress(smtplib.SMTPException, OSError):   # it was taken, whatever is said at parting
                server.quit()
    except smtplib.SMTPRecipientsRefused as error:
        codes = sorted({code for code, _ in error.recipients.values()})
        return Answer(False, f"every recipient refused, SMTP {', '.join(map(str, codes))}", is_transient=codes[-1] < 500)
    except smtplib.SMTPResponseException as error:
        return Answer(False, f"SMTP {error.smtp_code}", is_transient=400 <= error.smtp_code < 500 or error.smtp_code < 0)
    except (smtplib.SMTPException, OSError) as error:
        return Answer(False, _connection_trouble(error), is_transient=True, is_doubtful=is_on_its_way)
    return Answer(True, f"{len(refused)} of {len(everyone)} recipients refused" if refused else None)


def payload(message: Message) -> dict[str, object]:
    """Apprise's JSON fields, so that its receivers read it, and the alerts as fields under ``nichiro``."""
    return {
        "version": "1.0", "title": message.subject, "message": message.text, "type": message.level,
        "nichiro": {"message_id": message.message_id, "kind": message.kind, **message.content},
    }


def _webhook(service: Any, message: Message, now: datetime) -> Answer:
    url = f"{'https' if service.secure else 'http'}://{service.host}{f':{service.port}' if service.port else ''}{service.fullpath}"
    headers = {"Content-Type": "application/json", "User-Agent": "nichiro", "Idempotency-Key": f'"{message.message_id}"'}
    try:
        answer = requests.request(
            service.method, url, data=json.dumps(payload(message) | service.payload_extras, ensure_ascii=True),
            params=service.params, headers=headers | service.headers, timeout=SECONDS, allow_redirects=False,
            auth=(service.user, service.password or "") if service.user else None, verify=service.verify_certificate,
        )
    except requests.RequestException as error:
        return Answer(False, _connection_trouble(error), is_transient=True, is_doubtful=not isinstance(error, requests.ConnectTimeout))
    if answer.ok and not answer.is_redirect:
        return Answer(True)
    phrase = responses.get(answer.status_code, "")
    return Answer(
        False, f"HTTP {answer.status_code} {phrase}".strip(), is_transient=answer.status_code in (408, 425, 429) or answer.status_code >= 500,
        retry_after=_retry_after(answer.headers.get("Retry-After"), now),
    )


def _retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds, from seconds or an HTTP date (RFC 9110, 10.2.3)."""
    if value is None:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds())


def _apprise(service: NotifyBase, message: Message) -> Answer:
    kind = {"info": NotifyType.INFO, "warning": NotifyType.WARNING}[message.level]
    basket = Apprise()
    basket.add(service)
    if basket.notify(title=message.chat_subject, body=message.chat, notify_type=kind, body_format=NotifyFormat.TEXT):
        return Answer(True)
    return Answer(False, "Apprise says no, without a reason", is_transient=True)


def _connection_trouble(error: Exception) -> str:
    """In our own words: the libraries' hold URLs."""
    if isinstance(error, requests.Timeout | TimeoutError):
        return f"no answer in {SECONDS:g} s"
    if isinstance(error, requests.exceptions.SSLError | ssl.SSLError):
        return "TLS failed"
    if isinstance(error, smtplib.SMTPServerDisconnected | ConnectionResetError) or "reset" in str(error).lower() or "aborted" in str(error).lower():
        return "connection was cut"
    return "no connection"
