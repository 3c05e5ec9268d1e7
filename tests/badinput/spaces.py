"""Forms and lists of people with an account: structures, OPCOs, portal staff."""

from itertools import count

from flask import Flask
from werkzeug.test import TestResponse

from app.core.database import db
from app.domain.accounts.models import Account, StaffRole
from app.domain.opco.contacts import record_contact
from app.domain.opco.determination import opco_by_code
from app.domain.organisations.lifecycle import OrganisationStatus
from app.domain.organisations.models import Kind, Membership, Organisation
from app.domain.organisations.roles import Role
from tests.badinput.site import Open, Site
from tests.factories.offers import make_contact, make_establishment
from tests.factories.structures import give_factor, make_account, make_member, make_structure
from tests.support.apec import LETTER
from tests.support.client import CheckedClient
from tests.support.opco_space import followed, opco_member
from tests.support.sign_in import by_link

AGENT = "chef@portail.example"
_numbers = count(1)


def _somebody() -> Account:
    return make_account(f"personne{next(_numbers)}@structure.example")


def _member(*, opco: bool = False) -> Membership:
    """The same person each time that a page is made again."""
    name = "OPCO EP" if opco else "Chambre"
    structure = db.session.query(Organisation).filter_by(name=name).first()
    if structure is not None:
        return db.session.query(Membership).filter_by(organisation_id=structure.id).order_by("id").first()  # type: ignore[return-value]
    return opco_member() if opco else make_member(make_structure(name="Chambre"))


def _space(tail: str, *, opco: bool = False) -> Open:
    """A page of a structure's space, for a member who may do everything there."""

    def find(app: Flask, client: CheckedClient) -> TestResponse:
        with app.app_context():
            member = _member(opco=opco)
            other = make_member(member.organisation, Role.READER, account=_somebody()).id
            address = f"/espace/{member.organisation.public_id}{tail}".replace("{autre}", str(other))
            by_link(client, member.account)
        return client.get(address)

    return find


def _company(tail: str) -> Open:
    """A company of an OPCO's field."""

    def find(app: Flask, client: CheckedClient) -> TestResponse:
        with app.app_context():
            public_id = followed().public_id
            db.session.commit()
        return _space(f"/entreprises/{public_id}{tail}", opco=True)(app, client)

    return find


def _board(app: Flask, client: CheckedClient) -> TestResponse:
    with app.app_context():
        followed()
        db.session.commit()
    return _space("/entreprises", opco=True)(app, client)


def _confirm(app: Flask, client: CheckedClient) -> TestResponse:
    page = _board(app, client)
    everything = client.get(f"{page.request.path}?selection=tout&etape=toutes")
    return client.submit(everything, {"acte": "assign:personne"}, form="/lots")


def _agent() -> Account:
    account = db.session.query(Account).filter_by(email=AGENT).first()
    if account is None:
        account = make_account(AGENT)
        account.staff_role = StaffRole.ADMINISTRATOR
        db.session.flush()
    return account


def _staff(address: str, *, factor: bool = False) -> Open:
    """A page of portal staff; `{structure}`, `{place}`, `{personne}` are made for it."""

    def find(app: Flask, client: CheckedClient) -> TestResponse:
        with app.app_context():
            waiting = make_structure(Kind.OTHER, status=OrganisationStatus.TO_VERIFY, name="À vérifier")
            lost = make_member(waiting, account=_somebody()).account
            give_factor(lost)
            made = {
                "{structure}": waiting.public_id,
                "{place}": make_establishment().public_id,
                "{personne}": str(lost.id),
            }
            me = _agent()
            if factor:
                give_factor(me)
            by_link(client, me)
        target = address
        for name, value in made.items():
            target = target.replace(name, value)
        return client.get(target)

    return find


def _code(app: Flask, client: CheckedClient) -> TestResponse:
    """The second factor of somebody who has one, asked at the door."""
    with app.app_context():
        member = _member()
        give_factor(member.account)
        by_link(client, member.account, proven=False)
    return client.get("/connexion/second-facteur")


def _set_up(app: Flask, client: CheckedClient) -> TestResponse:
    with app.app_context():
        by_link(client, _member().account, proven=False)
    return client.submit(client.get("/connexion/second-facteur/activer"), button="Commencer")


def _choices(app: Flask, client: CheckedClient) -> TestResponse:
    with app.app_context():
        account = _somebody()
        make_contact(email=account.email)
        record_contact(opco_by_code("06"), account.email)
        by_link(client, account)
    return client.get("/compte/courriels")


def _at(address: str) -> Open:
    return lambda _app, client: client.get(address)


NEW = {"siret": "99100001900018", "kind": "employer", "name": "Zoé", "email": "zoe@levain.example"}
PERSON = {"name": "Zoé Roux", "email": "zoe@structure.example", "role": "reader"}
CONTACT = {"means": "phone", "outcome": "Appel"}
PARTNER = {"label": "Partenaire", "code": "partenaire", "hosts": "www.exemple.fr"}

SPACE_SITES: dict[str, Site] = {
    "se connecter": Site(_at("/connexion"), answers={"email": "camille@exemple.fr"}),
    "second facteur": Site(_code, answers={"code": "000000"}),
    "second facteur à installer": Site(_set_up, answers={"code": "000000"}),
    "créer un espace": Site(_at("/espace/creer"), answers=NEW),
    "inviter un membre": Site(_space("/membres/inviter"), answers=PERSON),
    "changer un rôle": Site(_space("/membres/{autre}/role"), answers={"role": "reader"}),
    "mes courriels": Site(_choices),
    "entreprises cochées": Site(_board, form=1, answers={"acte": "step:contacted"}),
    "lot à confirmer": Site(_confirm, reopen=True),
    "vue à enregistrer": Site(
        _space("/entreprises/vues/enregistrer", opco=True), answers={"title": "Vue"}
    ),
    "espace, noter un contact": Site(_company("/contact"), answers=CONTACT),
    "espace, changer l’étape": Site(_company("/etape"), answers={"step": "contacted"}),
    "espace, suivi par": Site(_company("/suivi"), answers={"note": "Rappeler"}),
    "espace, pas notre champ": Site(_company("/pas-notre-champ"), answers={"other_opco": ""}),
    "espace, adresse": Site(_space("/adresses/ajouter", opco=True), answers={"email": "suivi@ep.example"}),
    "apec, identifiant": Site(_space("/apec/identifiant"), answers={"value": "x"}),
    "apec, présentation": Site(_space("/apec/presentation"), answers={"about": "trop court"}),
    "apec, demande": Site(_space("/apec/convention"), answers=LETTER),
    "agents, structure": Site(_staff("/agents/structures/{structure}"), answers={"decision": ""}),
    "agents, corriger un opco": Site(
        _staff("/agents/besoins-sans-opco/{place}"), answers={"opco": "", "reason": "Convention vérifiée"}
    ),
    "agents, adresse d’un opco": Site(_staff("/agents/opco/06"), answers={"email": "suivi@ep.example"}),
    "agents, partenaires": Site(_staff("/agents/partenaires"), answers=PARTNER),
    "agents, chercher un compte": Site(_staff("/agents/comptes"), answers={"q": "zoé"}),
    "agents, second facteur": Site(
        _staff("/agents/comptes/{personne}/second-facteur", factor=True),
        answers={"reason": "lost", "word": "RETIRER", "code": "000000"},
    ),
    "agents, inviter": Site(
        _staff("/agents/comptes/inviter", factor=True), answers={**PERSON, "role": "operator", "code": "0"}
    ),
}
# Addresses that take words in their query, and the page that leads there.
SPACE_QUERIES: dict[str, tuple[Open, tuple[str, ...]]] = {
    "tableau": (
        _board,
        (
            "etape", "departement", "metier", "origine", "anciennete", "q", "tri", "lignes", "page",
            "selection",
        ),
    ),
    "besoins sans opco": (_staff("/agents/besoins-sans-opco"), ("q",)),
}  # fmt: skip
