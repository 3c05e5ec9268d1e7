"""A real SMTP server that records what it is sent, and misbehaves on demand as real ones do.

with SmtpSink() as sink:
    sink.refuse(Stage.RECIPIENT, 550, "5.1.1 inconnu", only="bob@example.fr", times=1)
    …
    assert [mail.subject for mail in sink.mails] == ["Confirmez votre adresse"]
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import Enum
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

ACCEPTED = "250 2.0.0 Message pris en charge"


class Stage(Enum):
    """The moment of the dialogue at which the server answers."""

    SENDER = "MAIL FROM"
    RECIPIENT = "RCPT TO"
    CONTENT = "DATA"


@dataclass(frozen=True, slots=True)
class Mail:
    """One message received whole. `answered` is False when the connection was cut before our answer."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage
    raw: bytes
    answered: bool = True

    @property
    def subject(self) -> str:
        return str(self.message["subject"])

    def part(self, kind: str = "plain") -> str:
        """Text of the plain or html part, empty when there is none."""
        body = self.message.get_body((kind,))
        return "" if body is None else str(body.get_content())


@dataclass(slots=True)
class _Refusal:
    stage: Stage
    answer: str
    only: str | None
    left: int | None

    def takes(self, stage: Stage, address: str) -> bool:
        if self.stage is not stage or self.left == 0 or (self.only and self.only != address):
            return False
        if self.left is not None:
            self.left -= 1
        return True


@dataclass(slots=True)
class _Faults:
    refusals: list[_Refusal] = field(default_factory=list)
    cuts: int = 0
    banner_delay: float = 0.0
    content_delay: float = 0.0

    def answer(self, stage: Stage, address: str) -> str | None:
        return next((each.answer for each in self.refusals if each.takes(stage, address)), None)


class SmtpSink:
    """The server, on a free loopback port; `mails` are those received, in order.

    `user` and `password` make it ask for authentication; `accepts_login` False refuses whoever comes.
    """

    def __init__(self, *, user: str | None = None, password: str = "", accepts_login: bool = True) -> None:
        self.mails: list[Mail] = []
        self.connections = 0
        self._lock = threading.Lock()
        self._faults = _Faults()
        self._login = (user, password) if user else None
        self._accepts_login = accepts_login
        self._controller = _SinkController(self)

    def __enter__(self) -> "SmtpSink":
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    @property
    def host(self) -> str:
        return self._controller.hostname

    @property
    def port(self) -> int:
        return self._controller.port

    def clear(self) -> None:
        """Forget mails, counts and faults."""
        with self._lock:
            self.mails.clear()
            self.connections = 0
            self._faults = _Faults()

    def refuse(
        self,
        stage: Stage,
        code: int,
        text: str = "refus",
        *,
        only: str | None = None,
        times: int | None = None,
    ) -> None:
        """Answer `code` at that stage, to one address or all, `times` times or always; 421 also hangs up."""
        self._faults.refusals.append(_Refusal(stage, f"{code} {text}", only, times))

    def cut_after_content(self, *, times: int = 1) -> None:
        """Take the message, then close without a word: the sender can't know whether it was delivered."""
        self._faults.cuts = times

    def slow_down(self, *, banner: float = 0.0, content: float = 0.0) -> None:
        """Seconds before the greeting, and before the answer to the message."""
        self._faults.banner_delay = banner
        self._faults.content_delay = content

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._login and not session.authenticated:
            return "530 5.7.0 Authentification demandée"
        refused = self._refused(server, Stage.SENDER, address)
        if refused is None:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return refused or "250 2.1.0 Ok"

    async def handle_RCPT(
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        refused = self._refused(server, Stage.RECIPIENT, address)
        if refused is None:
            envelope.rcpt_tos.append(address)
        return refused or "250 2.1.5 Ok"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(self._faults.content_delay)
        refused = self._refused(server, Stage.CONTENT, envelope.rcpt_tos[0])
        if refused:
            return refused
        raw = envelope.original_content or b""
        with self._lock:
            cut = self._faults.cuts > 0
            self._faults.cuts -= cut
            message = message_from_bytes(raw, policy=policy.default)
            mail = Mail(envelope.mail_from or "", tuple(envelope.rcpt_tos), message, raw, answered=not cut)
            self.mails.append(mail)
        if cut:
            server.transport.abort()
        return ACCEPTED

    def _refused(self, server: SMTP, stage: Stage, address: str) -> str | None:
        answer = self._faults.answer(stage, address)
        if answer and answer.startswith("421"):
            asyncio.get_running_loop().call_soon(server.transport.close)
        return answer

    async def _greet(self) -> None:
        with self._lock:
            self.connections += 1
        await asyncio.sleep(self._faults.banner_delay)

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: Any
    ) -> AuthResult:
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=self._accepts_login and given == self._login, handled=False)


class _SinkSmtp(SMTP):
    def __init__(self, sink: SmtpSink, opened: set[asyncio.BaseTransport], **options: Any) -> None:
        super().__init__(sink, **options)
        self._sink = sink
        self._opened = opened

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._opened.add(transport)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._opened.discard(self.transport)
        super().connection_lost(error)

    async def _handle_client(self) -> None:
        await self._sink._greet()
        await super()._handle_client()


class _SinkController(Controller):
    def __init__(self, sink: SmtpSink) -> None:
        self._sink = sink
        self._opened: set[asyncio.BaseTransport] = set()
        super().__init__(sink, hostname="127.0.0.1", port=0)

    def factory(self) -> SMTP:
        login = self._sink._login
        return _SinkSmtp(
            self._sink,
            self._opened,
            hostname="essai.example",
            enable_SMTPUTF8=True,
            authenticator=self._sink._authenticate if login else None,
            auth_require_tls=False,
        )

    def _trigger_server(self) -> None:
        # The parent connects once to the port it was given; 0 is not one until the system has chosen.
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()
        self._sink.connections = 0

    def stop(self, no_assert: bool = False) -> None:
        asyncio.run_coroutine_threadsafe(self._cut(), self.loop).result(5)
        super().stop(no_assert)

    async def _cut(self) -> None:
        # Connections left open would outlive the loop, and warn when they are collected.
        while self._opened:
            for transport in tuple(self._opened):
                transport.abort()
            await asyncio.sleep(0.005)


@contextmanager
def smtp_sink() -> Iterator[SmtpSink]:
    """A sink for the length of the block."""
    with SmtpSink() as sink:
        yield sink
