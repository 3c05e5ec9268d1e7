"""G5: pages are as fast while every partner is down, since none of them waits for a partner."""

import statistics
import time
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.database import db
from app.domain.accounts.models import Purpose
from app.domain.offers.lifecycle import OfferStatus
from tests.access.world import link_for
from tests.concurrency.crowd import browser
from tests.factories.offers import make_offer
from tests.support.deposit import BAKERY
from tests.support.mailbox import Mailbox
from tests.support.standins import Partner, heal

Record = Callable[[str, object], None]
ROUNDS, TURNS = 5, 40
SLOWER_AT_MOST = 1.1
# What a page takes by itself on a busy machine, in seconds.
OWN_TIME = 1.0


def _asked(app: Flask) -> list[Callable[[], int]]:
    """What people do: read pages, manage an offer, look a company up."""
    with app.app_context():
        offer = make_offer(OfferStatus.ONLINE)
        link = link_for(Purpose.MANAGEMENT, "contact", offer.contact_id, offer.contact.email)
        client, token = browser(app, [link])
        db.session.commit()
        public_id = offer.public_id
    visitor = FlaskClient(app, app.response_class)
    addresses = ("/", "/offres", f"/offres/{public_id}", f"/offres/{public_id}/affiche", "/flux/offres.json")
    own = ("/gestion", f"/gestion/offres/{public_id}", f"/gestion/offres/{public_id}/modifier")
    acts = [lambda address=address: visitor.get(address).status_code for address in addresses]
    acts += [lambda address=address: client.get(address).status_code for address in own]
    form = {"csrf_token": token, "q": BAKERY}
    return [*acts, lambda: client.post("/", data=form).status_code]


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


@pytest.mark.assurance
@pytest.mark.usefixtures("fault")
def test_pages_are_as_fast_while_every_partner_is_down(
    app: Flask, partner: Partner, mailbox: Mailbox, record_property: Record
) -> None:
    """One round with all of them, one round without, in turn: what slows the machine slows both.

    Each round has its own p95 and the median round speaks: a burst of other work spoils a few rounds.
    A round is long enough for the circuits to open, after the five calls of each that find it dead. Those
    calls are too few to move a p95, so that the slowest request of all is bounded by itself.
    """
    acts = _asked(app)
    rounds: dict[bool, list[float]] = {False: [], True: []}
    slowest = 0.0
    mailbox.sink.slow_down(banner=30)
    for number in range(ROUNDS * 2):
        down = bool(number % 2)
        heal(app, partner)
        if down:
            partner.fails("down")
        times = []
        for _ in range(TURNS):
            for act in acts:
                start = time.perf_counter()
                assert act() in {200, 303}
                times.append(time.perf_counter() - start)
        rounds[down].append(_p95(times))
        slowest = max(slowest, *times) if down else slowest
    mailbox.sink.slow_down()
    normal, worst = statistics.median(rounds[False]), statistics.median(rounds[True])
    record_property("p95 des pages (ms), tout va bien", round(normal * 1000, 1))
    record_property("p95 des pages (ms), partenaires en panne", round(worst * 1000, 1))
    record_property("lenteur des pages, au plus (rapport des p95)", round(worst / normal, 3))
    record_property("requête la plus lente, partenaires en panne (ms)", round(slowest * 1000, 1))
    assert worst <= normal * SLOWER_AT_MOST
    # Before the circuits open: once the delay of a partner, never one after the other.
    assert slowest <= app.extensions["settings"].lookup_timeout + OWN_TIME
