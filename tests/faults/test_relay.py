"""R02: whatever the relay answers, the deposit is done; the message leaves later, or a person sees why."""

import smtplib
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from flask import Flask
from pydantic import SecretStr

from app.core.database import db
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Offer
from app.outbox import circuit
from app.outbox.models import Circuit, OutboxMessage, OutboxStatus
from app.outbox.smtp import SmtpTransport
from tests.crash.stage import Stage
from tests.support.client import CheckedClient
from tests.support.deposit import publish
from tests.support.mailbox import Mailbox
from tests.support.smtp_sink import SmtpSink
from tests.support.smtp_sink import Stage as Dialogue
from tests.support.standins import closed_port

Record = Callable[[str, object], None]
S = OutboxStatus


@dataclass(frozen=True)
class Refusal:
    """An answer of the relay at a moment of the dialogue, and the state in which it leaves the message."""

    stage: Dialogue
    code: int
    text: str
    state: OutboxStatus


LATER = ((421, "4.3.2 fermé"), (450, "4.2.1 occupé"), (451, "4.3.0 erreur"), (452, "4.2.2 pleine"))
NEVER = (
    (550, "5.1.1 inconnu"), (551, "5.1.6 ailleurs"), (552, "5.2.2 pleine"), (553, "5.1.3 mal écrite"),
    (554, "5.7.1 refusé"),
)  # fmt: skip
NOT_YOU = ((530, "5.7.0 authentification"), (535, "5.7.8 identifiants"))


def _refusals() -> list[Refusal]:
    found = []
    for stage in Dialogue:
        found += [Refusal(stage, code, text, S.RETRY) for code, text in LATER]
        # Of the sender, it concerns every message: the relay refuses us, nothing is lost.
        never = S.PENDING if stage is Dialogue.SENDER else S.DEAD
        found += [Refusal(stage, code, text, never) for code, text in NEVER]
        found += [Refusal(stage, code, text, S.PENDING) for code, text in NOT_YOU]
    return found


REFUSALS = _refusals()
BROKEN = [
    "fermé", "coupé après le texte", "accueil lent", "réponse lente", "identifiants refusés", "sans STARTTLS",
]  # fmt: skip


def test_there_are_enough_faults(record_property: Record) -> None:
    record_property("pannes du relais de courriel", len(REFUSALS) + len(BROKEN))


@pytest.fixture
def stage(app: Flask, mailbox: Mailbox) -> Stage:
    return Stage(app, mailbox)


def _first() -> OutboxMessage:
    db.session.expire_all()
    return db.session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id).limit(1)).one()


def _deposited(app: Flask) -> None:
    with app.app_context():
        assert db.session.scalars(sa.select(Offer)).one().status is OfferStatus.TO_CONFIRM


def _comes_back(stage: Stage, client: CheckedClient) -> None:
    """The relay is well again: the message leaves, and its link works."""
    stage.settle()
    with stage.app.app_context():
        assert _first().status is S.SENT
        assert circuit.trouble("mail") is None
    page = client.get(stage.mailbox.letters[-1].link)
    assert client.submit(page).status_code == 200


# One answer of each class at each moment; the others in the long proofs.
SHORT = {421, 451, 550, 535}


@pytest.mark.usefixtures("fault")
@pytest.mark.parametrize(
    "refusal",
    [
        pytest.param(
            one,
            id=f"{one.stage.name}-{one.code}",
            marks=() if one.code in SHORT else pytest.mark.assurance,
        )
        for one in REFUSALS
    ],
)
def test_a_refusal_ends_in_its_state(
    app: Flask, client: CheckedClient, stage: Stage, refusal: Refusal
) -> None:
    stage.mailbox.sink.refuse(refusal.stage, refusal.code, refusal.text, times=1)
    assert publish(client).request.path.endswith("/confirmation")
    _deposited(app)
    stage.mailbox.deliver()
    with app.app_context():
        message = _first()
        assert message.status is refusal.state, message.last_error
        if refusal.state is S.DEAD:
            assert str(refusal.code) in (message.last_error or "")
            assert message.recipient not in (message.last_error or "")
        if refusal.state is S.PENDING:
            assert message.attempts == 0, "a refusal of ourselves counts no try"
    if refusal.state is not S.DEAD:
        _comes_back(stage, client)


@pytest.mark.usefixtures("fault")
@pytest.mark.parametrize("fault", BROKEN)
def test_a_relay_in_trouble_delays_and_loses_nothing(
    app: Flask, client: CheckedClient, stage: Stage, fault: str
) -> None:
    sink, deliverer = stage.mailbox.sink, stage.mailbox.deliverer
    settings = app.extensions["settings"].model_copy(
        update={"smtp_host": sink.host, "smtp_port": sink.port, "smtp_timeout": 0.5}
    )
    good = deliverer.transport
    if fault == "fermé":
        settings = settings.model_copy(update={"smtp_port": int(closed_port().rpartition(":")[2])})
    elif fault == "coupé après le texte":
        sink.cut_after_content(times=1)
    elif fault == "accueil lent":
        sink.slow_down(banner=2.0)
    elif fault == "réponse lente":
        sink.slow_down(content=2.0)
    elif fault == "identifiants refusés":
        settings = settings.model_copy(update={"smtp_user": "moi", "smtp_password": SecretStr("faux")})
    else:
        settings = settings.model_copy(update={"smtp_tls": "starttls"})
    deliverer.transport = SmtpTransport(settings)
    assert publish(client).request.path.endswith("/confirmation")
    _deposited(app)
    stage.mailbox.deliver()
    with app.app_context():
        message = _first()
        assert message.status in {S.RETRY, S.PENDING}
        doubtful = fault in {"coupé après le texte", "réponse lente"}
        assert message.possible_duplicate is doubtful
        assert db.session.get(Circuit, "mail") is not None
    sink.slow_down()
    deliverer.transport = good
    _comes_back(stage, client)


@pytest.mark.usefixtures("fault")
def test_one_recipient_refused_stops_no_other(app: Flask, stage: Stage) -> None:
    one, two = app.test_client(), app.test_client()
    assert isinstance(one, CheckedClient) and isinstance(two, CheckedClient)
    stage.mailbox.sink.refuse(Dialogue.RECIPIENT, 550, "5.1.1 inconnu", only="perdue@exemple.fr")
    publish(one, email="perdue@exemple.fr")
    publish(two, email="bonne@exemple.fr", job="coiffeur")
    stage.mailbox.deliver()
    assert [letter.to for letter in stage.mailbox.letters] == ["bonne@exemple.fr"]


def test_pages_are_as_fast_while_the_relay_is_down(app: Flask, client: CheckedClient, stage: Stage) -> None:
    """No page speaks to the relay: nothing of smtplib is reached during a request."""
    opened: list[object] = []

    class Watched(smtplib.SMTP):
        def __init__(self, *args: object, **kwargs: object) -> None:
            opened.append(args)
            raise OSError("no page may come here")

    original = smtplib.SMTP
    smtplib.SMTP = Watched  # type: ignore[misc]  # the standard library's own name, put back below
    try:
        assert publish(client).status_code == 200
    finally:
        smtplib.SMTP = original  # type: ignore[misc]  # put back
    assert opened == []


def test_the_sink_is_the_only_relay(sink: SmtpSink) -> None:
    assert sink.host == "127.0.0.1"
