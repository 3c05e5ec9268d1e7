"""A scene of diffusion: an open platform, its connector, and a worker that is told when to run."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask

from app.core import clock
from app.core.database import database_now, db
from app.domain.diffusion.board import Board
from app.domain.diffusion.engine import Pusher
from app.domain.diffusion.models import Diffusion
from app.domain.diffusion.registry import PLATFORMS, turn
from app.outbox.models import OutboxMessage, OutboxStatus
from app.outbox.settling import Counts
from tests.support.standins import Partner

WAITING = (OutboxStatus.PENDING, OutboxStatus.RETRY)


def command(partner: Partner, **asked: Any) -> dict[str, Any]:
    """Tell a stand-in what to do; gives what it holds."""
    headers = {"Content-Type": "application/json"}
    content = json.dumps(asked).encode()
    request = urllib.request.Request(f"{partner.url}/simulateur", data=content, headers=headers)
    with urllib.request.urlopen(request, timeout=5) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def writes_to(partner: Partner) -> list[str]:
    """The calls received that change something, in order: « POST /api/job/v1/offer »."""
    return [
        f"{entry['method']} {entry['path']}"
        for entry in partner.journal("/api/job")
        if entry["method"] in {"POST", "PUT"}
    ]


class Scene:
    """One platform, open, with its worker."""

    def __init__(self, app: Flask, key: str, board: Board) -> None:
        self.app = app
        self.platform = PLATFORMS[key]
        self.pusher = Pusher(self.platform, board)

    def push(self) -> Counts:
        """Do what is due by the tests' clock, now."""
        return self.pusher.drain(limit=50)

    def push_later(self, minutes: float = 60) -> Counts:
        """The same once this time has passed: what was planned for then is done."""
        with clock.moved_by(timedelta(minutes=minutes)):
            return self.pusher.drain(limit=50)

    def diffusion(self, offer_id: int) -> Diffusion:
        """What is known of an offer there, read again."""
        db.session.rollback()
        db.session.expire_all()
        return db.session.scalars(
            sa.select(Diffusion).where(
                Diffusion.offer_id == offer_id, Diffusion.platform == self.platform.key
            )
        ).one()

    def waiting(self) -> list[OutboxMessage]:
        """Its orders that wait, oldest first."""
        db.session.rollback()
        query = sa.select(OutboxMessage).where(
            OutboxMessage.kind == self.platform.kind, OutboxMessage.status.in_(WAITING)
        )
        return list(db.session.scalars(query.order_by(OutboxMessage.id)))

    def end_leases(self) -> None:
        """The workers that held something are dead."""
        past = database_now() - timedelta(seconds=5)
        claimed = OutboxMessage.status == OutboxStatus.CLAIMED
        db.session.execute(sa.update(OutboxMessage).where(claimed).values(lease_until=past))
        db.session.commit()


@contextmanager
def scene(app: Flask, key: str, board: Board) -> Iterator[Scene]:
    """In a context of the application, the platform open."""
    with app.app_context():
        turn(key, on=True)
        db.session.commit()
        yield Scene(app, key, board)
        db.session.rollback()
