"""An OPCO's own space: board, company, addresses, exports; and the list that an e-mail opens."""

from datetime import timedelta

import pytest

from app.core import clock
from app.core.database import db
from app.domain.accounts.models import Account, Purpose
from app.domain.opco.contacts import record_contact
from app.domain.opco.determination import opco_by_code
from app.domain.opco.sent_lists import ListKind, make_list
from app.domain.organisations.roles import Role
from app.scheduling.runner import run_job
from tests.browser.catalogue import Catalogue
from tests.factories.offers import given
from tests.support.client import CheckedClient
from tests.support.opco_scene import open_link
from tests.support.opco_space import followed, opco_member
from tests.support.sign_in import by_link

MAIL = "suivi@ep.example"


def walk(kept: Catalogue) -> None:
    """Every page of an OPCO's space."""
    with given(kept.app):
        late = followed(brand="Boulangerie de l’Église", offers=3)
        late.moved_at = clock.now() - timedelta(days=9)
        followed(brand="Pâtisserie Zoë & Noël")
        gone = followed(brand="Fournil transmis")
        member, reader = opco_member(), opco_member(Role.READER, name="OPCO EP, lecture")
        base = f"/espace/{member.organisation.public_id}"
        reading = f"/espace/{reader.organisation.public_id}"
        company, left = (f"{base}/entreprises/{one.public_id}" for one in (late, gone))
        seen = f"{reading}/entreprises/{late.public_id}"
        people = member.account_id, reader.account_id
    client = _enter(kept, people[0])
    kept.keep("espace opco / vide", client.get(f"{base}/entreprises?q=personne"))
    kept.keep("espace opco / entreprises", client.get(f"{base}/entreprises"))
    _company(kept, client, company, left)
    kept.keep("espace opco / toutes", client.get(f"{base}/entreprises?etape=toutes"))
    kept.keep("espace opco / lecture", _enter(kept, people[1]).get(seen))
    _addresses(kept, client, base)
    _exports(kept, client, base)
    _batches(kept, client, base)
    _views(kept, client, base)
    _list(kept)


def _enter(kept: Catalogue, number: int) -> CheckedClient:
    client = kept.browser()
    with kept.app.app_context():
        by_link(client, db.session.get_one(Account, number))
    return client


def _company(kept: Catalogue, client: CheckedClient, company: str, left: str) -> None:
    kept.keep("espace opco / entreprise", client.get(company))
    form = kept.keep("espace opco / contact", client.get(f"{company}/contact"))
    kept.keep("espace opco / contact refusé", client.submit(form, {"day": "x"}))
    answers = {"means": "visit", "outcome": "Rencontre", "reached": "interview"}
    kept.keep("espace opco / contact noté", client.submit(form, answers))
    kept.keep("espace opco / étape", client.get(f"{company}/etape"))
    note = kept.keep("espace opco / suivi", client.get(f"{company}/suivi"))
    kept.keep("espace opco / suivi refusé", client.submit(note, {"note": "x" * 1001}))
    kept.keep("espace opco / suivi noté", client.submit(note, {"note": "Rappeler en mars."}))
    hand = kept.keep("espace opco / pas notre champ", client.get(f"{left}/pas-notre-champ"))
    kept.keep("espace opco / transmise", client.submit(hand, {"other_opco": "01"}))


def _addresses(kept: Catalogue, client: CheckedClient, base: str) -> None:
    kept.keep("espace opco / aucune adresse", client.get(f"{base}/adresses"))
    form = kept.keep("espace opco / adresse", client.get(f"{base}/adresses/ajouter"))
    kept.keep("espace opco / adresse refusée", client.submit(form, {"email": "suivi@"}))
    address = {"email": MAIL, "department": "12", "mode": "digest"}
    kept.keep("espace opco / adresses", client.submit(form, address))


def _exports(kept: Catalogue, client: CheckedClient, base: str) -> None:
    kept.keep("espace opco / aucun export", client.get(f"{base}/exports"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.web.recruiter.opco_exports.AT_ONCE", 0)
        fresh = client.get(f"{base}/entreprises?etape=toutes")
        asked = kept.keep("espace opco / export demandé", client.submit(fresh, form="/exporter"))
        again = client.submit(client.get(f"{base}/entreprises?etape=contacted"), form="/exporter")
    kept.keep("espace opco / export arrêté", client.submit(again, button="Arrêter"))
    with kept.app.app_context():
        run_job("write_exports", dry=False)
    kept.keep("espace opco / export prêt", client.get(asked.request.path))
    kept.keep("espace opco / exports", client.get(f"{base}/exports"))


def _batches(kept: Catalogue, client: CheckedClient, base: str) -> None:
    board = f"{base}/entreprises?etape=toutes"
    kept.keep("espace opco / page cochée", client.get(f"{board}&selection=page&tri=-entreprise"))
    chosen = kept.keep("espace opco / tout coché", client.get(f"{board}&selection=tout"))
    kept.keep("espace opco / sans action", client.submit(chosen, form="/lots"))
    confirm = client.submit(chosen, {"acte": "step:contacted"}, form="/lots")
    kept.keep("espace opco / lot à confirmer", confirm)
    kept.keep("espace opco / lot fait", client.submit(confirm))


def _views(kept: Catalogue, client: CheckedClient, base: str) -> None:
    form = client.get(f"{base}/entreprises/vues/enregistrer?etape=toutes&tri=lieu")
    kept.keep("espace opco / vue à enregistrer", form)
    kept.keep("espace opco / vue refusée", client.submit(form, {"title": ""}))
    answers = {"title": "Boulangeries de l’Aveyron, par lieu", "is_shared": "y"}
    kept.keep("espace opco / vue enregistrée", client.submit(form, answers))
    kept.keep("espace opco / vues", client.get(f"{base}/entreprises/vues"))


def _list(kept: Catalogue) -> None:
    with given(kept.app):
        companies = [followed(brand="Fournil du Lac").id, followed(brand="Fournil du Puy").id]
        contact = record_contact(opco_by_code("06"), "liste@ep.example")
        number = make_list(contact, ListKind.REMINDER, companies).id
    client = kept.browser()
    with kept.app.app_context():
        page = open_link(
            client,
            Purpose.FOLLOW_UP,
            object_type="opco_list",
            object_id=number,
            email="liste@ep.example",
        )
    kept.keep("opco / liste", page)
