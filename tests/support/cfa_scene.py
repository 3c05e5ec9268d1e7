"""CFAs near Rodez and the doors of their pages, for the tests of the web."""

from flask import Flask
from werkzeug.test import TestResponse

from app.core.database import db
from app.domain.accounts import magic_links
from app.domain.accounts.models import Purpose
from app.domain.cfa_requests.models import CfaRequest, ProposedCandidate
from app.domain.offers.models import Offer
from tests.factories.offers import given, make_offer
from tests.factories.training import make_cfa, make_request
from tests.support.client import CheckedClient


def plain(answer: TestResponse) -> str:
    """The words of a page, with ordinary spaces."""
    return " ".join(answer.text.replace("\u00a0", " ").replace("\u202f", " ").split())


def browser(app: Flask) -> CheckedClient:
    """Another device."""
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    return client


def cfas_and_offer(app: Flask, number: int = 3, **over: object) -> str:
    """So many CFAs near an offer online; its public identifier."""
    with given(app):
        for rank in range(number):
            make_cfa(name=f"CFA numéro {rank + 1}")
        return make_offer(**over).public_id  # type: ignore[arg-type]


def link(purpose: Purpose, object_type: str, number: int, email: str, scope: str = "") -> str:
    """The path of a fresh link; commits."""
    token = magic_links.issue(purpose, object_type=object_type, object_id=number, email=email, scope=scope)
    db.session.commit()
    return f"/l/{token}"


def employer(app: Flask, public_id: str) -> CheckedClient:
    """The employer's browser, its management link opened."""
    with app.app_context():
        offer = db.session.query(Offer).filter_by(public_id=public_id).one()
        path = link(Purpose.MANAGEMENT, "contact", offer.contact_id, offer.contact.email)
    client = browser(app)
    client.submit(client.get(path))
    return client


def asked(app: Flask, *, give_phone: bool = False) -> tuple[str, str]:
    """A request sent: its public identifier, and the path of its link."""
    with app.app_context():
        request = make_request(give_phone=give_phone)
        db.session.flush()
        public_id = request.public_id
        return public_id, link(Purpose.CFA_REQUEST, "cfa_request", request.id, request.sent_to)


def cfa(app: Flask, *, give_phone: bool = False) -> tuple[CheckedClient, str]:
    """A CFA's browser, its link opened, and the address of its request."""
    public_id, path = asked(app, give_phone=give_phone)
    client = browser(app)
    client.submit(client.get(path))
    return client, f"/demandes/{public_id}"


def request_of(public_id: str) -> CfaRequest:
    """The row, read again."""
    db.session.expire_all()
    return db.session.query(CfaRequest).filter_by(public_id=public_id.rpartition("/")[2]).one()


def consent_link(candidate: ProposedCandidate) -> str:
    """The path of the link of a proposed person; commits."""
    return link(Purpose.CONSENT, "proposed_candidate", candidate.id, candidate.email)
