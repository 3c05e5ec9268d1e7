"""A CFA deposits for a company and shows one of its own courses with the offer."""

import json

import pytest
import sqlalchemy as sa

from app.core.database import db
from app.core.identifiers import RomeCode, Siret
from app.domain.offers.models import Offer
from app.domain.organisations.models import Kind, Organisation
from app.domain.organisations.roles import Role
from tests.factories.structures import make_member, make_structure
from tests.factories.training import course, store
from tests.support.client import CheckedClient
from tests.support.deposit import plain
from tests.support.sign_in import by_link

pytestmark = pytest.mark.usefixtures("db_session")
OWN = Siret("99100004300018")
NEED = {"job": "boulanger", "name": "Camille Fabre", "email": "camille@levain.example"}
PAGE = "https://onisep.example/formation/cap-boulanger"


@pytest.fixture
def cfa() -> Organisation:
    space = make_structure(Kind.CFA, name="CFA d’essai")
    space.siret = OWN
    store(
        course(siret=OWN, name="CFA d’essai", key="own", url=PAGE),
        course(siret=OWN, name="CFA d’essai", key="bp", title="BP Boulanger", level=4),
        course(
            siret=OWN, name="CFA d’essai", key="hair", title="CAP Coiffure", rome_codes=(RomeCode("D1202"),)
        ),
        course(title="CAP Boulanger d’à côté", key="other"),
    )
    db.session.commit()
    return space


def _come(client: CheckedClient, space: Organisation) -> None:
    member = make_member(space, Role.RECRUITER, email="dominique@cfa.example")
    by_link(client, member.account, proven=False)


def test_its_course_is_chosen_shown_fed_and_changed(client: CheckedClient, cfa: Organisation) -> None:
    _come(client, cfa)
    start = client.get(f"/espace/{cfa.public_id}/deposer")
    check = client.submit(client.submit(start, {"q": "99100001900018"}), NEED)
    assert "Vous préparez à ce métier" in plain(check)
    page = client.get(check.request.path.replace("verifier", "formation"))
    words = plain(page)
    assert "CAP Boulanger – CAP (niveau 3), CFA d’essai, Rodez" in words
    assert "BP Boulanger" in words
    assert "CAP Coiffure" not in words
    assert "d’à côté" not in words
    check = client.submit(page, {"training": "own"})
    assert "Montrée avec l’offre : CAP Boulanger, Rodez." in plain(check)
    client.submit(check, button="Publier l’offre")
    offer = db.session.scalars(sa.select(Offer)).one()
    public_id = offer.public_id
    shown = client.get(f"/offres/{public_id}")
    assert "Proposée par CFA d’essai" in plain(shown)
    assert PAGE in shown.text
    (fed,) = json.loads(client.get("/flux/offres.json").text)["offers"]
    assert fed["training"] == {
        "title": "CAP Boulanger", "cfa": "CFA d’essai", "city": "Rodez", "level": 3, "url": PAGE,
    }  # fmt: skip
    change = client.get(f"/gestion/offres/{public_id}/formation")
    assert client.submit(change, {"training": "hair"}).status_code == 422
    assert "BP Boulanger" in plain(client.submit(change, {"training": "bp"}))
    assert "BP Boulanger" in plain(client.get(f"/offres/{public_id}"))
    again = client.get(f"/gestion/offres/{public_id}/formation")
    assert "Aucune formation n’est montrée" in plain(client.submit(again, {"training": "aucune"}))
    assert "La formation qui va avec" not in plain(client.get(f"/offres/{public_id}"))


def test_another_job_puts_the_course_aside_and_others_have_none(
    client: CheckedClient, cfa: Organisation
) -> None:
    _come(client, cfa)
    start = client.get(f"/espace/{cfa.public_id}/deposer")
    check = client.submit(client.submit(start, {"q": "99100001900018"}), NEED)
    page = client.get(check.request.path.replace("verifier", "formation"))
    client.submit(page, {"training": "own"})
    need = client.get(check.request.path.replace("verifier", "besoin"))
    other = client.submit(need, {"job": "coiffeur", "job_seen": ""})
    assert "CAP Boulanger" not in plain(other)
    client.submit(other, button="Publier l’offre")
    assert db.session.scalars(sa.select(Offer.training)).all() == [None]
    chamber = make_structure(name="CMA d’essai")
    db.session.commit()
    other_member = make_member(chamber, Role.RECRUITER, email="sam@cma.example")
    by_link(client, other_member.account, proven=False)
    start = client.get(f"/espace/{chamber.public_id}/deposer")
    check = client.submit(client.submit(start, {"q": "99100005000013"}), {**NEED, "job": "boulanger"})
    assert "La formation de votre CFA" not in plain(check)
    nothing = client.get(check.request.path.replace("verifier", "formation"))
    assert nothing.location == check.request.path
