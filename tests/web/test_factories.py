"""The factory gives every state, through the services."""

import pytest

from app.core.database import db
from app.domain.employers.directory import Outcome
from app.domain.offers.lifecycle import EndReason, OfferStatus
from tests.factories.offers import make_establishment, make_offer, make_offers


@pytest.mark.parametrize("status", [status for status in OfferStatus if status is not OfferStatus.DRAFT])
def test_an_offer_is_made_in_each_state(db_session: object, status: OfferStatus) -> None:
    offer = make_offer(status)
    db.session.commit()
    assert offer.status is status


@pytest.mark.parametrize("reason", list(EndReason))
def test_an_offer_ends_for_each_reason(db_session: object, reason: EndReason) -> None:
    offer = make_offer("ended", end_reason=reason)
    assert (offer.status, offer.end_reason) == (OfferStatus.ENDED, reason)


@pytest.mark.parametrize("outcome", list(Outcome))
def test_only_a_register_makes_an_identity_publishable(db_session: object, outcome: Outcome) -> None:
    assert make_establishment(outcome).is_publishable is (outcome is Outcome.FOUND)


def test_several_offers_share_a_contact(db_session: object) -> None:
    offers = make_offers(3)
    assert len({offer.contact_id for offer in offers}) == 1
    assert [offer.published_at for offer in offers] == sorted(offer.published_at for offer in offers)
