"""The first screen in a partner's site: no cookie, its sites alone, a signed origin that is counted."""

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit.actor import SYSTEM
from app.core.database import db
from app.core.errors import Refused
from app.domain.accounts.models import StaffRole
from app.domain.offers.models import Offer
from app.domain.offers.origins import Origin, counts_by_origin, declare_origin, end_origin, read_signed, sign
from tests.factories.structures import make_account
from tests.support.client import CheckedClient
from tests.support.deposit import ANSWERS, BAKERY
from tests.support.sign_in import by_link

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def partner() -> Origin:
    origin = declare_origin("cma-12", label="CMA 12", hosts=["www.cma12.example", "cma12.example"], by=SYSTEM)
    db.session.commit()
    return origin


def test_the_frame_shows_one_field_to_its_sites_alone(client: CheckedClient, partner: Origin) -> None:
    page = client.get("/integration/cma-12")
    policy = page.headers["Content-Security-Policy"]
    assert "frame-ancestors https://www.cma12.example https://cma12.example;" in policy
    assert "Set-Cookie" not in page.headers
    assert "<script" not in page.text
    assert 'target="_blank"' in page.text
    assert "frame-ancestors 'none'" in client.get("/").headers["Content-Security-Policy"]
    end_origin(partner, by=SYSTEM)
    db.session.commit()
    for code in ("cma-12", "inconnu"):
        gone = client.get(f"/integration/{code}")
        assert gone.status_code == 404
        assert "frame-ancestors 'none'" in gone.headers["Content-Security-Policy"]


@pytest.mark.parametrize("typed", [BAKERY, "boulangerie du touat"])
def test_an_offer_keeps_the_partner_it_came_from(client: CheckedClient, partner: Origin, typed: str) -> None:
    frame = client.get("/integration/cma-12")
    home = client.submit(frame, {"q": typed})
    assert home.request.path == "/deposer"
    page = client.submit(home, follow=True)
    if "etablissement" in page.request.path:
        page = client.submit(page, {"siret": BAKERY})
    client.submit(client.submit(page, ANSWERS), button="Publier")
    assert db.session.scalars(sa.select(Offer.origin)).one() == "cma-12"
    assert counts_by_origin() == {"cma-12": (1, 0)}


@pytest.mark.parametrize("signed", ["cma-12", "ImNtYS0xMiI.faux", "", "x" * 500, "é’"])
def test_an_origin_that_we_did_not_sign_counts_for_nothing(client: CheckedClient, signed: str) -> None:
    home = client.get("/deposer", query_string={"q": BAKERY, "origine": signed})
    assert 'name="origine"' not in home.text
    page = client.submit(home, {"origine": signed}, follow=True)
    client.submit(client.submit(page, ANSWERS), button="Publier")
    assert db.session.scalars(sa.select(Offer.origin)).one() == "site"


def test_a_key_that_has_changed_still_reads_what_it_signed() -> None:
    signed = sign("cma-12", key="ancienne")
    assert read_signed(signed, keys=["ancienne", "nouvelle"]) == "cma-12"
    assert read_signed(signed, keys=["nouvelle"]) is None


@pytest.mark.parametrize("host", ["https://x.fr", "x", "a b.fr", "x.fr;script-src *", "*.fr/chemin", ""])
def test_a_host_that_isnt_one_is_refused(host: str) -> None:
    with pytest.raises(Refused):
        declare_origin("essai", label="Essai", hosts=[host], by=SYSTEM)


def test_an_administrator_declares_and_stops_a_partner(app: Flask, client: CheckedClient) -> None:
    by_link(client, make_account("admin@portail.example", role=StaffRole.ADMINISTRATOR))
    page = client.get("/agents/partenaires")
    assert client.submit(page).status_code == 422
    answers = {"label": "CMA 12", "code": "cma-12", "hosts": "www.cma12.example\ncma12.example"}
    wrong = client.submit(page, {**answers, "hosts": "pas un site"})
    assert wrong.status_code == 422
    assert "n’en est pas un" in wrong.text
    snippet = client.submit(wrong, answers)
    assert "/integration/cma-12" in snippet.text
    assert client.submit(page, {**answers, "submission_id": "autre-envoi"}).status_code == 422
    stopped = client.submit(snippet, button="Arrêter")
    assert "Arrêté le" in stopped.text
