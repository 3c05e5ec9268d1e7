"""P8: e-mails rendered and sent by the outbox, against smtplib sending the same bytes to the same relay."""

import smtplib
import statistics
import time

import sqlalchemy as sa
from flask import Flask

from app.core.database import db
from app.domain.offers.emails import OfferOnline
from app.domain.offers.models import Offer
from app.mailing import deliverer_of
from app.outbox import queue
from bench.results import Row
from bench.scene import Scene
from bench.sink import Sink, relay

SENDER = "bonjour@depot-alternance.example"


def measure(scene: Scene) -> list[Row]:
    """Rates of both, and the processor time of one of ours."""
    number = min(scene.pace.mails, scene.scale)
    ours, theirs, cpu = [], [], []
    with relay() as sink, scene.database() as url:
        with scene.application(url, smtp_host="127.0.0.1", smtp_port=sink.port) as app, app.app_context():
            for _ in range(scene.pace.rounds):
                _write(number)
                before = time.process_time()
                ours.append(number / _drain(app, number))
                cpu.append((time.process_time() - before) / number * 1000)
                received = sink.take()
                assert len(received) == number
                assert all(b"text/calendar" in data and b"/l/" in data for _, data in received)
                theirs.append(number / _send(sink, received))
    return [
        Row.higher(
            f"P8 boîte d’envoi, {number} courriels",
            statistics.median(ours),
            "courriels/s",
            statistics.median(theirs),
            "smtplib, mêmes octets",
            0.6,
            0.85,
        ),
        Row.told("P8 processeur d’un courriel", statistics.median(cpu), "ms"),
    ]


def _write(number: int) -> None:
    """One e-mail « en ligne » for as many contacts: it carries a link and a calendar."""
    one_each = sa.select(sa.func.min(Offer.id)).group_by(Offer.contact_id).limit(number)
    offers = list(db.session.scalars(sa.select(Offer).where(Offer.id.in_(one_each)).order_by(Offer.id)))
    for rank in range(number):
        queue(OfferOnline(offers[rank % len(offers)]))
    db.session.commit()


def _drain(app: Flask, number: int) -> float:
    deliverer = deliverer_of(app)
    start = time.monotonic()
    counts = deliverer.drain(limit=number)
    deliverer.close()
    seconds = time.monotonic() - start
    assert counts.sent == number, counts
    return seconds


def _send(sink: Sink, messages: list[tuple[str, bytes]]) -> float:
    start = time.monotonic()
    with smtplib.SMTP("127.0.0.1", sink.port) as connection:
        for to, data in messages:
            connection.sendmail(SENDER, [to], data)
    seconds = time.monotonic() - start
    assert [to for to, _ in sink.take()] == [to for to, _ in messages]
    return seconds
