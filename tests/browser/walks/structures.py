"""Spaces of structures: asked for, opened, protected by a code, shared; and their check by an agent."""

from flask import Flask

from app.core.database import db
from app.domain.accounts.models import Account, StaffRole
from app.domain.offers.lifecycle import OfferStatus
from app.domain.organisations.lifecycle import OrganisationStatus
from app.domain.organisations.models import Kind
from app.domain.organisations.roles import Role
from tests.browser.catalogue import Catalogue
from tests.factories.offers import given, make_offer
from tests.factories.structures import code_now, give_factor, make_account, make_member, make_structure
from tests.support.client import CheckedClient
from tests.support.mailbox import Mailbox
from tests.support.sign_in import by_link

ASKED = {
    "siret": "991 000 019 00018",
    "kind": "employer",
    "name": "Camille",
    "email": "camille@levain.example",
}


def enter(app: Flask, client: CheckedClient, number: int, *, proven: bool = True) -> None:
    """Sign in as an account."""
    with app.app_context():
        by_link(client, db.session.get_one(Account, number), proven=proven)


def walk(kept: Catalogue, mailbox: Mailbox) -> None:
    """Every page of a structure."""
    _created(kept, mailbox)
    _protected(kept)
    _shared(kept)
    _checked(kept)


def _created(kept: Catalogue, mailbox: Mailbox) -> None:
    client = kept.browser()
    form = kept.keep("espace / créer", client.get("/espace/creer"))
    kept.keep("espace / créer refusé", client.submit(form, {**ASKED, "siret": "123", "email": "camille@"}))
    kept.keep("espace / demandé", client.submit(form, ASKED))
    page = kept.keep("espace / activer", client.get(mailbox.last(to=ASKED["email"], subject="Activez").link))
    begin = kept.keep("second facteur / commencer", client.submit(page))
    kept.keep("second facteur / à scanner", client.submit(begin, button="Commencer"))
    asked = kept.keep("connexion", kept.browser().get("/connexion"))
    kept.keep("connexion / refusée", kept.browser().submit(asked, {"email": "camille@"}))
    kept.keep("connexion / demandée", kept.browser().get("/connexion/lien-envoye"))


def _protected(kept: Catalogue) -> None:
    with given(kept.app):
        member = make_member(make_structure(name="Chambre à deux facteurs"), email="deux@chambre.example")
        key, number = give_factor(member.account), member.account.id
    client = kept.browser()
    enter(kept.app, client, number, proven=False)
    page = kept.keep("second facteur / code", client.get("/connexion/second-facteur"))
    kept.keep("second facteur / refusé", client.submit(page, {"code": "000000"}))
    enter(kept.app, client, number)
    again = kept.keep("codes de secours / refaire", client.get("/compte/codes-de-secours"))
    kept.keep("codes de secours", client.submit(again))
    assert code_now(key)


def _shared(kept: Catalogue) -> None:
    with given(kept.app):
        structure = make_structure(name="Chambre de métiers et de l’artisanat de l’Aveyron")
        second = make_structure(Kind.CFA, status=OrganisationStatus.TO_VERIFY, name="CFA d’essai")
        chief = make_member(structure, email="chef@cma.example")
        make_member(second, account=chief.account)
        reader = make_member(structure, Role.READER, email="lea-martin@cma.example")
        for status in (OfferStatus.ONLINE, OfferStatus.HELD, OfferStatus.ENDED):
            make_offer(status.value).organisation_id = structure.id
        number, lea = chief.account.id, reader.id
        home, other = f"/espace/{structure.public_id}", f"/espace/{second.public_id}"
    client = kept.browser()
    enter(kept.app, client, number)
    kept.keep("espace / structures", client.get("/espace"))
    kept.keep("espace / offres", client.get(home))
    kept.keep("espace / à vérifier", client.get(other))
    invite = kept.keep("espace / inviter", client.get(f"{home}/membres/inviter"))
    kept.keep("espace / inviter refusé", client.submit(invite))
    person = {"name": "Noé Roux", "email": "noe@cma.example", "role": "recruiter"}
    kept.keep("espace / membres", client.submit(invite, person))
    kept.keep("espace / rôle", client.get(f"{home}/membres/{lea}/role"))
    kept.keep("espace / retirer", client.get(f"{home}/membres/{lea}/retirer"))
    leave = kept.keep("espace / quitter", client.get(f"{home}/quitter"))
    kept.keep("espace / quitter refusé", client.submit(leave))


def _checked(kept: Catalogue) -> None:
    with given(kept.app):
        structure = make_structure(Kind.CFA, status=OrganisationStatus.TO_VERIFY, name="CFA à vérifier")
        make_member(structure, email="chef@cfa.example")
        number = make_account("agente@portail.example", role=StaffRole.OPERATOR).id
        path = f"/agents/structures/{structure.public_id}"
    client = kept.browser()
    enter(kept.app, client, number)
    kept.keep("agents / structures", client.get("/agents/structures"))
    page = kept.keep("agents / structure", client.get(path))
    kept.keep("agents / structure refusée", client.submit(page, {"decision": "refuse"}))
