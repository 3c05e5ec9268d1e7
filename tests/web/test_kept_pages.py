"""Pages kept by the process: never an old one of an offer that has changed, never beyond the room given."""

from datetime import timedelta

from flask import Flask

from app.audit.actor import Actor, ActorKind
from app.core import clock
from app.core.database import db
from app.domain.employers.models import Establishment, Verification
from app.domain.offers.life import close_offer
from app.domain.offers.lifecycle import EndReason
from app.domain.offers.models import Offer
from app.web.kept_pages import KeptPages
from tests.factories.offers import given, make_offer
from tests.support.client import CheckedClient
from tests.support.queries import statements


def test_a_page_read_again_asks_only_whether_it_has_changed(client: CheckedClient, app: Flask) -> None:
    with given(app):
        path = f"/offres/{make_offer().public_id}"
    first = client.get(path)
    with statements() as sent:
        again = client.get(path)
    assert (again.data, again.headers["Cache-Control"]) == (first.data, first.headers["Cache-Control"])
    assert len(sent) == 1


def test_a_change_of_the_offer_or_of_its_company_is_seen_at_once(client: CheckedClient, app: Flask) -> None:
    with given(app):
        offer = make_offer()
        path, number, place = f"/offres/{offer.public_id}", offer.id, offer.establishment_id
    client.get(path)
    with given(app):
        db.session.get_one(Offer, number).title = "Pâtissier de nuit"
    assert "Pâtissier de nuit" in client.get(path).text
    street = "rue des Écoles"
    with given(app):
        db.session.get_one(Offer, number).address_line = street
        db.session.get_one(Establishment, place).verification = Verification.VERIFIED
    assert street in client.get(path).text
    with given(app):
        db.session.get_one(Establishment, place).verification = Verification.TO_VERIFY
    assert street not in client.get(path).text
    with given(app):
        ended = db.session.get_one(Offer, number)
        close_offer(ended, by=Actor(ActorKind.SYSTEM), reason=EndReason.FILLED_HERE)
    assert client.get(path).status_code == 410


def test_the_rest_of_a_page_is_never_older_than_what_caches_keep(client: CheckedClient, app: Flask) -> None:
    with given(app):
        path = f"/offres/{make_offer().public_id}"
    client.get(path)
    with clock.set_to(clock.now() + timedelta(seconds=61)), statements() as sent:
        client.get(path)
    assert len(sent) > 1


def test_the_pages_read_last_stay_within_the_room_given(app: Flask) -> None:
    pages = KeptPages(most=250)
    for name in ("a", "b", "a", "c"):
        if pages.find(("", name), (1,)) is None:
            pages.keep(("", name), (1,), b"x" * 100, seconds=60)
    assert [name for name in "abc" if pages.find(("", name), (1,))] == ["a", "c"]
    assert pages.find(("", "a"), (2,)) is None
    assert pages.find(("", "a"), (1,)) is None, "an old page is let go"
