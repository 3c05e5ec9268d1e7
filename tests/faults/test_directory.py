"""R01, R08, B09: whatever the registers and the geocoder do, the deposit goes on, and is verified later."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core import clock
from app.core.database import db
from app.domain.employers.models import Establishment, Verification
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Draft, Offer
from app.scheduling.runner import run_job
from tests.support.client import CheckedClient
from tests.support.deposit import ANSWERS, BAKERY, TYPED, plain, type_company
from tests.support.mailbox import Mailbox
from tests.support.standins import Partner

Record = Callable[[str, object], None]
# The catalogue of the stand-in, each kind once or with its variants.
FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("down", {}), ("slow", {"seconds": 8}), ("429", {"retry_after": 60}), ("garbage", {}),
    ("429", {}), ("reset", {}), ("500", {}), ("502", {}), ("503", {}), ("401", {}), ("403", {}), ("html", {}),
    ("empty", {}), ("drift", {}), ("deep", {}), ("huge", {}), ("truncated", {}), ("drip", {}),
    ("drip_headers", {}), ("redirect", {}),
]  # fmt: skip
SHORT = 4
CASES = [
    pytest.param(kind, details, id=f"{kind}-{number}", marks=() if number < SHORT else pytest.mark.assurance)
    for number, (kind, details) in enumerate(FAULTS)
]
# A page never waits for a partner longer than this: two registers, and what the machine adds.
PATIENCE = 6.0


def _timed(act: Callable[[], Any]) -> Any:
    start = time.monotonic()
    answer = act()
    assert time.monotonic() - start < PATIENCE
    return answer


def _only(model: Any) -> Any:
    db.session.expire_all()
    return db.session.scalars(sa.select(model)).one()


def test_there_are_enough_faults(record_property: Record) -> None:
    # By SIRET through to publication, by name, by SIREN, at the address.
    record_property("pannes des registres et du géocodeur", 4 * len(FAULTS))
    assert 4 * len(FAULTS) >= 60


@pytest.mark.usefixtures("fault")
@pytest.mark.parametrize(("kind", "details"), CASES)
def test_a_deposit_by_siret_goes_on_and_is_verified_later(
    app: Flask, client: CheckedClient, partner: Partner, mailbox: Mailbox, kind: str, details: dict[str, Any]
) -> None:
    partner.fails(kind, **details)
    page = _timed(lambda: type_company(client))
    assert page.request.path.endswith("/entreprise"), plain(page)[:300]
    assert "ne répond pas" in plain(page) or "ne trouvons pas" in plain(page)
    need = _timed(lambda: client.submit(page, TYPED))
    check = client.submit(need, ANSWERS)
    assert check.request.path.endswith("/verifier"), plain(check)[:300]
    done = _timed(lambda: client.submit(check, button="Publier"))
    assert done.request.path.endswith("/confirmation")
    confirmed = client.submit(client.get(mailbox.last(subject="confirm").link))
    assert confirmed.status_code == 200
    with app.app_context():
        offer = _only(Offer)
        assert offer.status in {OfferStatus.ONLINE, OfferStatus.HELD}
        assert _only(Establishment).verification in {Verification.TO_VERIFY, Verification.NOT_LISTED}
    partner.reset()
    with app.app_context(), clock.moved_by(timedelta(minutes=11)):
        run_job("verify_companies", dry=False)
        assert _only(Establishment).verification is Verification.VERIFIED
        assert _only(Offer).status is OfferStatus.ONLINE


@pytest.mark.usefixtures("fault")
@pytest.mark.parametrize(("kind", "details"), CASES)
@pytest.mark.parametrize("typed", ["boulangerie du touat", "991000050"], ids=["nom", "siren"])
def test_a_search_says_to_type_the_siret(
    client: CheckedClient, partner: Partner, kind: str, details: dict[str, Any], typed: str
) -> None:
    partner.fails(kind, **details)
    answer = _timed(lambda: type_company(client, typed))
    assert answer.status_code == 422
    assert "Continuez : saisissez le SIRET" in plain(answer)
    assert typed in answer.text


@pytest.mark.usefixtures("fault")
@pytest.mark.parametrize(("kind", "details"), CASES)
def test_an_address_is_taken_without_the_geocoder(
    app: Flask, client: CheckedClient, partner: Partner, kind: str, details: dict[str, Any]
) -> None:
    page = type_company(client, BAKERY)
    partner.fails(kind, path="/geocodage", **details)
    address = client.get(page.request.path.replace("besoin", "adresse"))
    done = _timed(lambda: client.submit(address, {"line": "1 place Foch", "postcode": "44000"}))
    assert done.status_code == 200 and done.request.path.endswith("/besoin"), plain(done)[:400]
    with app.app_context():
        place = _only(Draft).answers["place"]
        assert (place["line"], place["city"]) == ("1 place Foch", "Nantes")
        # The centre of the commune, when nobody gives the point.
        assert place["lat"] is not None


@pytest.mark.usefixtures("fault")
def test_everything_down_at_publication_changes_nothing(
    app: Flask, client: CheckedClient, partner: Partner
) -> None:
    """An answer of yesterday is asked again; a register that doesn't answer then doesn't stop anybody."""
    need = type_company(client)
    check = client.submit(need, ANSWERS)
    partner.fails("down")
    with clock.moved_by(timedelta(hours=11, minutes=59)):
        assert client.submit(check, button="Publier").request.path.endswith("/confirmation")
    with app.app_context():
        assert _only(Establishment).verification is Verification.VERIFIED


@pytest.mark.usefixtures("fault")
def test_a_stale_answer_is_kept_when_the_register_is_down(
    app: Flask, client: CheckedClient, partner: Partner
) -> None:
    check = client.submit(type_company(client), ANSWERS)
    with app.app_context():
        draft = _only(Draft)
        old = (clock.now() - timedelta(hours=13)).isoformat()
        draft.answers = {**draft.answers, "look_up": {**draft.answers["look_up"], "read_at": old}}
        db.session.commit()
    partner.fails("down")
    assert _timed(lambda: client.submit(check, button="Publier")).request.path.endswith("/confirmation")
    with app.app_context():
        assert _only(Offer).status is OfferStatus.TO_CONFIRM


@pytest.mark.usefixtures("fault")
def test_pages_don_t_wait_once_the_circuit_is_open(client: CheckedClient, partner: Partner) -> None:
    partner.fails("slow", seconds=8)
    for _ in range(6):
        type_company(client)
    start = time.monotonic()
    assert type_company(client).status_code == 200
    assert time.monotonic() - start < 1.5
