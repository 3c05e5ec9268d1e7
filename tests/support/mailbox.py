"""The e-mails of a test: the outbox is drained through a real SMTP server, and read as a person would."""

import re
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from app.core import clock
from app.core.database import database_now, db
from app.mailing import deliverer_of
from app.outbox.models import OutboxMessage, OutboxStatus
from app.outbox.settling import Counts
from app.outbox.smtp import SmtpTransport
from tests.support.smtp_sink import Mail, SmtpSink

_PATH = re.compile(r"https?://[^/\s]+(/l/[\w\-]+)")


@dataclass(frozen=True)
class Letter:
    """One received e-mail."""

    to: str
    subject: str
    text: str
    html: str

    @property
    def link(self) -> str:
        """The path of its one link."""
        found = _PATH.search(self.text)
        assert found, f"no link in {self.subject!r}"
        return found[1]


class Mailbox:
    """Everything that was sent during the test."""

    def __init__(self, app: Flask, sink: SmtpSink) -> None:
        self.app = app
        self.sink = sink
        self.sink.clear()
        settings = app.extensions["settings"].model_copy(
            update={"smtp_host": sink.host, "smtp_port": sink.port}
        )
        self.deliverer = deliverer_of(app)
        self.deliverer.transport = SmtpTransport(settings)

    def deliver(self) -> Counts:
        """Send what is due by the tests' clock; the database's own clock decides of nothing here."""
        with self.app.app_context():
            db.session.execute(
                sa.update(OutboxMessage)
                .where(
                    OutboxMessage.status.in_([OutboxStatus.PENDING, OutboxStatus.RETRY]),
                    OutboxMessage.due_at <= clock.now(),
                )
                .values(due_at=database_now() - timedelta(seconds=5))
            )
            db.session.commit()
            counts = self.deliverer.drain(limit=500)
            self.deliverer.close()
        return counts

    @property
    def letters(self) -> list[Letter]:
        """What was received, oldest first."""
        return [_read(mail) for mail in self.sink.mails]

    def last(self, *, to: str | None = None, subject: str = "") -> Letter:
        """Deliver, then give the newest letter to this address whose subject holds these words."""
        self.deliver()
        found = [
            letter
            for letter in self.letters
            if (to is None or letter.to == to) and subject.casefold() in letter.subject.casefold()
        ]
        assert found, f"no letter {subject!r} to {to}: {[(one.to, one.subject) for one in self.letters]}"
        return found[-1]


def _read(mail: Mail) -> Letter:
    return Letter(
        to=mail.recipients[0],
        subject=mail.subject.replace("\u00a0", " ").replace("\u202f", " "),
        text=mail.part("plain"),
        html=mail.part("html"),
    )
