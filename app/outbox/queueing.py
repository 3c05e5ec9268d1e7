"""Writing messages in the transaction of their fact, and taking back those that haven't left."""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from app.core import clock
from app.core.database import db, is_sqlite
from app.core.given import Given
from app.outbox.message import Entry, Mail
from app.outbox.models import OutboxMessage, OutboxStatus
from app.outbox.rhythm import Rhythm, next_due

REMINDER_INTERVAL = timedelta(days=7)
REMINDERS_AT_MOST = 3
WAITING = (OutboxStatus.PENDING, OutboxStatus.RETRY)


def queue(mail: Mail, *, due: datetime | None = None) -> OutboxMessage | None:
    """Write an e-mail in the present transaction, to leave at `due` or as its rhythm says. Never commits.

    None when its key already exists, or when its subject has had its reminders: nothing is written.
    """
    # The object may be new: its identifier exists from the flush on.
    db.session.flush()
    about = mail.about()
    if mail.rhythm is Rhythm.REMINDER and about and _has_had_its_reminders(mail.to, about):
        return None
    return enqueue(
        kind="mail",
        template=mail.name,
        refs=mail.refs(),
        recipient=mail.to,
        rhythm=mail.rhythm,
        dedupe_key=mail.dedupe_key(),
        about=about,
        due=due or next_due(mail.rhythm, clock.now()),
    )


def queue_all(kind: type[Mail], entries: Sequence[Entry], *, due: datetime | None = None) -> None:
    """Write many e-mails of one kind in one statement; those whose key exists are left out. Never commits.

    Not for reminders, which are counted one by one.
    """
    if kind.rhythm is Rhythm.REMINDER:
        raise ValueError(f"{kind.name}: reminders are queued one by one")
    given = Given(
        [
            {
                "refs": entry.refs,
                "to": entry.to,
                "key": entry.dedupe_key,
                "message_id": secrets.token_hex(16),
                "about": entry.about or (None, None),
            }
            for entry in entries
        ]
    )
    values = {
        **_constants("mail", kind.name, kind.rhythm, due or next_due(kind.rhythm, clock.now())),
        "refs": given.json("refs"),
        "recipient": given.text("to"),
        "dedupe_key": given.text("key"),
        "message_id": given.text("message_id"),
        "about_type": given.text(("about", 0)),
        "about_id": given.text(("about", 1)),
    }
    columns = OutboxMessage.__table__.c
    rows = sa.select(
        *(
            value if isinstance(value, sa.ColumnElement) else sa.literal(value, columns[name].type)
            for name, value in values.items()
        )
    )
    # SQLite reads « ON CONFLICT » as part of a join, unless there is a condition before it.
    rows = rows.select_from(given.table).where(sa.literal(True))
    insert = sqlite.insert if is_sqlite() else postgresql.insert
    statement = insert(OutboxMessage).from_select(list(values), rows, include_defaults=False)
    db.session.execute(statement.on_conflict_do_nothing(index_elements=[OutboxMessage.dedupe_key]))


def _constants(kind: str, template: str, rhythm: Rhythm, due: datetime) -> dict[str, Any]:
    """What is the same for every new message of a kind."""
    return {
        "kind": kind,
        "template": template,
        "rhythm": rhythm.value,
        "status": OutboxStatus.PENDING,
        "created_at": clock.now(),
        "due_at": due,
        "attempts": 0,
        "worker_deaths": 0,
        "possible_duplicate": False,
    }


def enqueue(
    *,
    kind: str,
    template: str,
    refs: dict[str, Any],
    recipient: str,
    rhythm: Rhythm,
    dedupe_key: str | None,
    about: tuple[str, str] | None,
    due: datetime,
    lane: str | None = None,
) -> OutboxMessage | None:
    """Write one message of any kind; None when its key exists, which doesn't break the transaction."""
    insert = sqlite.insert if is_sqlite() else postgresql.insert
    about_type, about_id = about or (None, None)
    statement = (
        insert(OutboxMessage)
        .values(
            **_constants(kind, template, rhythm, due),
            refs=refs,
            recipient=recipient,
            dedupe_key=dedupe_key,
            message_id=secrets.token_hex(16),
            about_type=about_type,
            about_id=about_id,
            lane=lane,
        )
        .on_conflict_do_nothing(index_elements=[OutboxMessage.dedupe_key])
        .returning(OutboxMessage)
    )
    return db.session.scalars(statement).one_or_none()


def cancel(about_type: str, about_id: str, templates: Collection[str] | None = None) -> int:
    """Take back what hasn't left about an object; its keys are free again. Gives the number taken back."""
    # The key is freed because the same act, done again after an undo, has the same key.
    freed = OutboxMessage.dedupe_key + "#" + sa.cast(OutboxMessage.id, sa.String)
    statement = (
        sa.update(OutboxMessage)
        .where(
            OutboxMessage.about_type == about_type,
            OutboxMessage.about_id == str(about_id),
            OutboxMessage.status.in_(WAITING),
        )
        .values(status=OutboxStatus.CANCELLED, dedupe_key=freed)
    )
    if templates is not None:
        statement = statement.where(OutboxMessage.template.in_(list(templates)))
    statement = statement.returning(OutboxMessage.id).execution_options(synchronize_session="fetch")
    return len(db.session.scalars(statement).all())


def _has_had_its_reminders(recipient: str, about: tuple[str, str]) -> bool:
    """At most one reminder a subject every seven days, three in all."""
    rows = db.session.scalars(
        sa.select(OutboxMessage.created_at).where(
            OutboxMessage.rhythm == Rhythm.REMINDER.value,
            OutboxMessage.recipient == recipient,
            OutboxMessage.about_type == about[0],
            OutboxMessage.about_id == about[1],
            OutboxMessage.status != OutboxStatus.CANCELLED,
        )
    ).all()
    recent = clock.now() - REMINDER_INTERVAL
    return len(rows) >= REMINDERS_AT_MOST or any(created > recent for created in rows)
