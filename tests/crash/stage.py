"""Where a crash is played: a person, a server that dies, another that takes over, and the commands."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from app.core.database import database_now, db
from app.domain.accounts import magic_links
from app.domain.accounts.models import Purpose
from app.outbox.models import Circuit, OutboxMessage, OutboxStatus
from app.scheduling.models import JobRun
from tests.crash.invariants import Seen
from tests.crash.processes import WebProcess, run
from tests.support.client import CheckedClient
from tests.support.mailbox import Mailbox
from tests.support.standins import Partner

# At most so many turns of « time passes, the worker runs » before the outbox must be empty.
TURNS = 6


class Stage:
    """One database, one SMTP server, one person with a browser. Pages are asked of this process's
    application, or of a server process while one is up.
    """

    def __init__(
        self, app: Flask, mailbox: Mailbox, training: Partner | None = None, rome: Partner | None = None
    ) -> None:
        self.app = app
        self.mailbox = mailbox
        self.training = training
        self.rome = rome
        self.saved: list[tuple[str, str]] = []
        self.client: CheckedClient = app.test_client()  # type: ignore[assignment]  # set in conftest.py

    def environment(self, failpoint: str = "") -> dict[str, str]:
        """The settings of a process."""
        settings = self.app.extensions["settings"]
        return {
            "DATABASE_URL": settings.database_url,
            "DATA_DIR": str(settings.data_dir),
            "BASE_URL": settings.base_url,
            "STANDIN_DIRECTORY_URL": settings.standin_directory_url,
            "STANDIN_TRAINING_URL": self.training.url if self.training else settings.standin_training_url,
            "STANDIN_ROME_URL": self.rome.url if self.rome else settings.standin_rome_url,
            "LOOKUPS": "standin",
            "LOOKUP_TIMEOUT": "5",
            "SMTP_HOST": self.mailbox.sink.host,
            "SMTP_PORT": str(self.mailbox.sink.port),
            "SMTP_TIMEOUT": "5",
            "LOG_LEVEL": "ERROR",
            "FAILPOINT": f"{failpoint}:exit" if failpoint else "",
        }

    @contextmanager
    def server(self, failpoint: str = "") -> Iterator[WebProcess]:
        """The person's requests go to a process of their own meanwhile."""
        process = WebProcess(self.environment(failpoint))
        self.client.application = process.relay()
        try:
            yield process
        finally:
            self.client.application = self.app
            process.stop()

    def run(self, command: str, *arguments: Any, failpoint: str = "") -> int:
        """Run a command in a process; gives its exit code."""
        with self.app.app_context():
            db.session.rollback()
        return run(self.environment(failpoint), command, *arguments)

    def save(self, response: TestResponse) -> TestResponse:
        """Remember an answer « saved »."""
        if response.status_code == 303 and response.request.method == "POST":
            where = urlsplit(response.headers["Location"])
            target = where.path + (f"?{where.query}" if where.query else "")
            self.saved.append((response.request.path, target))
        return response

    def open_link(
        self, purpose: Purpose, object_type: str, object_id: int, email: str, scope: str = ""
    ) -> str:
        """Make a link; gives its path. Commits."""
        token = magic_links.issue(
            purpose, object_type=object_type, object_id=object_id, email=email, scope=scope
        )
        db.session.commit()
        return f"/l/{token}"

    def let_time_pass(self) -> None:
        """Leases of the dead are over, messages are due, the relay may be asked again."""
        with self.app.app_context():
            past = database_now() - timedelta(seconds=5)
            changes = (
                sa.update(OutboxMessage)
                .where(OutboxMessage.status == OutboxStatus.CLAIMED)
                .values(lease_until=past),
                sa.update(OutboxMessage)
                .where(OutboxMessage.status.in_([OutboxStatus.PENDING, OutboxStatus.RETRY]))
                .values(due_at=past),
                sa.update(JobRun).where(JobRun.ended_at.is_(None)).values(lease_until=past),
                sa.update(Circuit).where(Circuit.open_until.is_not(None)).values(open_until=past),
            )
            for change in changes:
                db.session.execute(change)
            db.session.commit()

    def settle(self) -> None:
        """Workers take over until nothing waits."""
        for _ in range(TURNS):
            self.let_time_pass()
            self.mailbox.deliver()
            with self.app.app_context():
                waiting = sa.select(sa.func.count()).where(
                    OutboxMessage.kind == "mail",
                    OutboxMessage.status.in_(
                        [OutboxStatus.PENDING, OutboxStatus.CLAIMED, OutboxStatus.RETRY]
                    ),
                )
                if not db.session.scalar(waiting):
                    return
        raise AssertionError("the outbox doesn't empty")

    def seen(self, *, gaps: int) -> Seen:
        """What was told and received."""
        return Seen(saved=self.saved, mails=tuple(self.mailbox.sink.mails), gaps=gaps)
