"""A person whom a CFA proposes gives or refuses an agreement, and can take it back."""

from flask import Flask

from app.core.database import db
from app.domain.cfa_requests.models import ProposedCandidate
from app.domain.offers.life import close_offer
from app.domain.offers.lifecycle import EndReason
from tests.factories.offers import given
from tests.factories.training import EMPLOYER, make_candidate
from tests.support.cfa_scene import browser, consent_link, plain
from tests.support.client import CheckedClient


def proposed(app: Flask) -> tuple[CheckedClient, str, str]:
    """A person's browser at the page of the agreement, its address, and the path of its link."""
    with app.app_context():
        candidate = make_candidate(email="lea@exemple.example")
        db.session.flush()
        address, path = f"/accord/{candidate.public_id}", consent_link(candidate)
    client = browser(app)
    page = client.submit(client.get(path))
    assert page.request.path == address
    return client, address, path


def people(app: Flask) -> list[ProposedCandidate]:
    with app.app_context():
        return db.session.query(ProposedCandidate).all()


def test_opening_changes_nothing_and_says_what_would_be_shown(app: Flask) -> None:
    client, address, _ = proposed(app)
    page = client.get(address)
    assert "Donner ou refuser mon accord" in plain(page)
    assert "Léa, lea@exemple.example" in plain(page)
    assert "Rien n’est transmis avant votre accord." in plain(page)
    assert people(app)[0].consent_at is None


def test_an_answer_must_be_chosen(app: Flask) -> None:
    client, address, _ = proposed(app)
    assert client.submit(client.get(address)).status_code == 422


def test_agreeing_then_taking_it_back(app: Flask) -> None:
    client, address, _ = proposed(app)
    done = client.submit(client.get(address), {"answer": "agree"})
    assert "Accord donné. L’entreprise peut vous écrire." in plain(done)
    assert people(app)[0].consent_at is not None
    assert "Vous avez donné votre accord le" in plain(client.get(address))
    gone = client.submit(client.get(address), {"answer": "refuse"})
    assert gone.request.path == "/accord-refuse"
    assert people(app) == []


def test_refusing_erases_at_once_and_the_link_dies(app: Flask) -> None:
    client, address, path = proposed(app)
    page = client.get(address)
    first = client.submit(page, {"answer": "refuse"}, follow=False)
    second = client.submit(page, {"answer": "refuse"}, follow=False)
    assert first.location == "/accord-refuse"
    assert second.status_code in {302, 303}
    assert people(app) == []
    assert "n’est plus valable" in browser(app).get(path).text


def test_no_agreement_for_an_offer_that_is_over(app: Flask) -> None:
    client, address, _ = proposed(app)
    page = client.get(address)
    with given(app):
        candidate = db.session.query(ProposedCandidate).one()
        close_offer(candidate.request.offer, by=EMPLOYER, reason=EndReason.GIVEN_UP)
    refused = client.submit(page, {"answer": "agree"})
    assert refused.status_code == 409
    assert "Rien n’est transmis." in plain(refused)
    assert client.submit(client.get(address), {"answer": "refuse"}).status_code == 200


def test_somebody_else_finds_nothing(app: Flask) -> None:
    client, _, _ = proposed(app)
    with app.app_context():
        other = make_candidate().public_id
        db.session.commit()
    assert client.get(f"/accord/{other}").status_code == 404
    assert "/lien-perdu" in browser(app).get(f"/accord/{other}").location
