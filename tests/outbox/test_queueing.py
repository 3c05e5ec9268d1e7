"""An e-mail is a row in the transaction of its fact."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Self

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core import clock
from app.core.database import db
from app.outbox import MAILS, Mail, cancel, queue
from app.outbox.message import DuplicateMail
from app.outbox.models import OutboxMessage, OutboxStatus
from tests.outbox.letters import Letter, Notice, Nudge


def count() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(OutboxMessage)) or 0


def test_a_queued_message_keeps_references_only(app: Flask) -> None:
    message = queue(Letter("bob@exemple.fr", 3))
    assert message is not None
    assert (message.template, message.refs, message.recipient) == (
        "essai_lettre",
        {"number": 3},
        "bob@exemple.fr",
    )
    assert (message.about_type, message.about_id) == ("offer", "3")
    assert len(message.message_id) == 32


def test_the_message_goes_with_its_transaction(app: Flask) -> None:
    queue(Letter("bob@exemple.fr"))
    db.session.rollback()
    assert count() == 0


def test_a_known_key_writes_nothing_and_breaks_nothing(app: Flask) -> None:
    assert queue(Letter("bob@exemple.fr")) is not None
    assert queue(Letter("bob@exemple.fr")) is None
    assert queue(Letter("eve@exemple.fr")) is not None
    db.session.commit()
    assert queue(Letter("bob@exemple.fr")) is None
    db.session.commit()
    assert count() == 2


def test_messages_without_key_are_as_many_as_asked(app: Flask) -> None:
    assert queue(Nudge("bob@exemple.fr", 1)) and queue(Nudge("bob@exemple.fr", 2))


def test_a_subject_has_one_reminder_a_week_and_three_in_all(app: Flask) -> None:
    start = clock.paris(clock.today(), 10)
    written = []
    for day in range(40):
        with clock.set_to(start + timedelta(days=day)):
            written.append(queue(Nudge("bob@exemple.fr")) is not None)
    assert [day for day, done in enumerate(written) if done] == [0, 7, 14]
    assert queue(Nudge("eve@exemple.fr")) is not None


def test_an_undo_takes_back_what_has_not_left_and_the_act_can_be_done_again(app: Flask) -> None:
    first = queue(Letter("bob@exemple.fr", 1))
    other = queue(Letter("bob@exemple.fr", 2))
    notice = queue(Notice("bob@exemple.fr", 1))
    db.session.commit()
    assert first and other and notice
    assert cancel("offer", "1", [Letter.name]) == 1
    assert first.status is OutboxStatus.CANCELLED
    assert notice.status is other.status is OutboxStatus.PENDING
    again = queue(Letter("bob@exemple.fr", 1))
    assert again is not None and again.id != first.id
    assert cancel("offer", "1") == 2


def test_what_has_left_cannot_be_taken_back(app: Flask) -> None:
    message = queue(Letter("bob@exemple.fr", 1))
    assert message
    db.session.execute(sa.update(OutboxMessage).values(status=OutboxStatus.SENT))
    assert cancel("offer", "1") == 0


def test_two_emails_cannot_bear_the_same_name(app: Flask) -> None:
    with pytest.raises(DuplicateMail):

        @dataclass(frozen=True)
        class Other(Mail):
            code: ClassVar[str] = "T9"
            name: ClassVar[str] = Letter.name
            to: str

            def refs(self) -> dict[str, Any]:
                return {}

            @classmethod
            def restore(cls, refs: Mapping[str, Any]) -> Self | None:
                return None

            def context(self) -> dict[str, Any]:
                return {}

            @classmethod
            def sample(cls) -> Self:
                return cls("")

    assert MAILS[Letter.name] is Letter
