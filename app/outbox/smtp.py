"""SMTP: one connection kept for many messages, each refusal put in its class."""

import re
import smtplib
import ssl
import time
from collections.abc import Callable

from app.config import Settings
from app.core.failpoints import failpoint, is_armed
from app.outbox.transport import Envelope, Failure, SendFailed

# A stop waits for the message in hand: the whole dialogue must fit in the 30 seconds of a SIGTERM.
TOTAL_MARGIN = 5.0
MESSAGES_PER_CONNECTION = 200
AUTH_REFUSED = frozenset({530, 534, 535, 538})
NO_SUCH_ADDRESS = frozenset({550, 551, 553})

_LEADING_DOT = re.compile(rb"(?m)^\.")
_ENHANCED = re.compile(r"\b[245]\.(\d{1,3})\.\d{1,3}\b")

Reply = tuple[int, bytes]


class SmtpTransport:
    """Hands messages to the relay of the settings. Not shared between threads."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.total_timeout = settings.smtp_timeout + TOTAL_MARGIN
        self._connection: smtplib.SMTP | None = None
        self._sent = 0
        self._awaiting = False
        self._deadline = 0.0

    def begin(self, envelope: Envelope) -> None:
        """Hand one message over without awaiting the relay's last answer, or raise SendFailed."""
        if self._awaiting:
            # The answer to the former message was never read: what follows would be taken for it.
            self._drop()
        self._deadline = time.monotonic() + self.total_timeout
        connection = self._started(envelope)
        code, text = self._ask(lambda: connection.rcpt(envelope.recipient))
        if code not in {250, 251}:
            raise self._refusal(code, text, of_recipient=True)
        code, text = self._ask(lambda: connection.docmd("DATA"))
        if code != 354:
            raise self._refusal(code, text)
        data = _LEADING_DOT.sub(b"..", envelope.data) + b".\r\n"
        self._ask(lambda: _written(connection, data), handed=True)
        self._awaiting = True

    def finish(self) -> None:
        """Await the answer to the message begun: accepted, or SendFailed."""
        connection = self._connection
        if connection is None or not self._awaiting:
            raise SendFailed(Failure.DOUBTFUL, "connexion perdue", relay=True)
        self._awaiting = False
        code, text = self._ask(connection.getreply, handed=True)
        if code != 250:
            raise self._refusal(code, text)
        self._sent += 1
        if self._sent >= MESSAGES_PER_CONNECTION:
            self.close()

    def close(self) -> None:
        """Say goodbye and let go of the connection."""
        if self._awaiting:
            self._drop()
        connection, self._connection, self._sent = self._connection, None, 0
        if connection is None:
            return
        try:
            connection.quit()
        except (OSError, smtplib.SMTPException):
            connection.close()

    def _started(self, envelope: Envelope) -> smtplib.SMTP:
        """A connection on which the relay has accepted the sender."""
        if self._connection is not None:
            try:
                return self._mail_from(self._connection, envelope)
            except SendFailed as failed:
                # A relay closes idle connections when it likes: that says nothing of its health.
                if not failed.relay:
                    raise
        return self._mail_from(self._connect(), envelope)

    def _mail_from(self, connection: smtplib.SMTP, envelope: Envelope) -> smtplib.SMTP:
        code, text = self._ask(lambda: connection.mail(envelope.sender))
        if code == 250:
            return connection
        if code >= 500:
            # The command names our own address alone: every message would meet the same refusal.
            self.close()
            raise SendFailed(Failure.CREDENTIAL, text, code=code, relay=True)
        raise self._refusal(code, text)

    def _connect(self) -> smtplib.SMTP:
        settings = self.settings
        name = settings.mail_sender.rpartition("@")[2]
        kind = smtplib.SMTP_SSL if settings.smtp_tls == "tls" else smtplib.SMTP
        try:
            connection = kind(settings.smtp_host, settings.smtp_port, name, timeout=self._time_left())
            self._connection = connection
            connection.ehlo_or_helo_if_needed()
            if settings.smtp_tls == "starttls":
                connection.starttls(context=ssl.create_default_context())
            if settings.smtp_user:
                connection.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        except smtplib.SMTPNotSupportedError as error:
            self.close()
            raise SendFailed(Failure.CREDENTIAL, str(error), relay=True) from error
        except smtplib.SMTPAuthenticationError as error:
            self.close()
            failure = Failure.CREDENTIAL if error.smtp_code >= 500 else Failure.TRANSIENT
            text = _readable(error.smtp_error)
            raise SendFailed(failure, text, code=error.smtp_code, relay=True) from error
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise SendFailed(Failure.TRANSIENT, _said(error), relay=True) from error
        return connection

    def _ask(self, command: Callable[[], Reply], *, handed: bool = False) -> tuple[int, str]:
        """The reply to one command; a lost connection is doubtful once the text has begun to leave."""
        connection = self._connection
        try:
            if connection is not None and connection.sock is not None:
                connection.sock.settimeout(self._time_left())
            code, reply = command()
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            failure = Failure.DOUBTFUL if handed else Failure.TRANSIENT
            raise SendFailed(failure, _said(error), relay=True) from error
        return code, _readable(reply)

    def _refusal(self, code: int, text: str, *, of_recipient: bool = False) -> SendFailed:
        if code == 421 or not 400 <= code < 600:
            self._drop()
            return SendFailed(Failure.TRANSIENT, text, code=code, relay=True)
        self._reset()
        if code < 500:
            return SendFailed(Failure.TRANSIENT, text, code=code)
        if code in AUTH_REFUSED:
            self.close()
            return SendFailed(Failure.CREDENTIAL, text, code=code, relay=True)
        enhanced = _ENHANCED.search(text)
        unknown = of_recipient and code in NO_SUCH_ADDRESS and (enhanced is None or enhanced[1] == "1")
        return SendFailed(Failure.PERMANENT, text, code=code, address=unknown)

    def _reset(self) -> None:
        connection = self._connection
        if connection is None:
            return
        try:
            connection.rset()
        except (OSError, smtplib.SMTPException):
            self._drop()

    def _drop(self) -> None:
        connection, self._connection, self._sent = self._connection, None, 0
        self._awaiting = False
        if connection is not None:
            connection.close()

    def _time_left(self) -> float:
        return max(0.1, min(self.settings.smtp_timeout, self._deadline - time.monotonic()))


def _written(connection: smtplib.SMTP, data: bytes) -> Reply:
    if is_armed("outbox.mid_data"):
        connection.send(data[: len(data) // 2])
        failpoint("outbox.mid_data")
    connection.send(data)
    return 0, b""


def _readable(reply: bytes | str) -> str:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return " ".join(text.split())


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
