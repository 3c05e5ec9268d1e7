"""Every form of the portal, open and correctly filled but for one answer; those of spaces: spaces.py."""

from datetime import timedelta

from flask import Flask
from werkzeug.test import TestResponse

from app.core import clock
from app.core.database import db
from app.core.tokens import hash_token
from app.domain.accounts import magic_links
from app.domain.accounts.models import Account, Link, Purpose, StaffRole
from app.domain.diffusion.lifecycle import DiffusionStatus
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Offer
from app.domain.opco.determination import opco_by_code
from app.domain.opco.follow_up import open_follow_up
from app.domain.organisations.models import Membership
from app.domain.organisations.roles import Role
from app.outbox.models import OutboxMessage, OutboxStatus
from tests.badinput.site import Open, Site
from tests.badinput.spaces import SPACE_SITES
from tests.factories.diffusions import make_diffusion
from tests.factories.offers import make_offer
from tests.factories.structures import make_member, make_structure
from tests.factories.training import make_candidate, make_cfa, make_request
from tests.support.client import CheckedClient
from tests.support.deposit import ANSWERS, BAKERY, NOT_PUBLIC, TYPED, publish, to_check, type_company
from tests.support.sign_in import by_link as by_account

# The kind of what is asked, by the name of the field; « text » otherwise.
KINDS = {
    "q": "siret", "siret": "siret", "email": "email", "phone": "phone", "start_date": "date",
    "new_start": "date", "day": "date", "until": "date", "openings": "number", "duration": "number",
    "postcode": "number", **{f"email_{rank}": "email" for rank in range(1, 6)},
}  # fmt: skip


def _draft_page(tail: str) -> Open:
    def find(_app: Flask, client: CheckedClient) -> TestResponse:
        draft_id = to_check(client).request.path.split("/")[2]
        return client.get(f"/deposer/{draft_id}/{tail}")

    return find


def _at(address: str) -> Open:
    return lambda _app, client: client.get(address)


def _typed_company(_app: Flask, client: CheckedClient) -> TestResponse:
    return type_company(client, NOT_PUBLIC)


def _correct(_app: Flask, client: CheckedClient) -> TestResponse:
    page = publish(client)
    return client.get(page.request.path.replace("confirmation", "corriger-adresse"))


def _link(purpose: Purpose, object_type: str, object_id: int, email: str, scope: str = "") -> str:
    token = magic_links.issue(
        purpose, object_type=object_type, object_id=object_id, email=email, scope=scope
    )
    db.session.commit()
    return f"/l/{token}"


def _come_in(client: CheckedClient, path: str) -> TestResponse:
    return client.submit(client.get(path))


def _managed(tail: str, **over: object) -> Open:
    def find(app: Flask, client: CheckedClient) -> TestResponse:
        with app.app_context():
            offer = make_offer(OfferStatus.ONLINE, **over)  # type: ignore[arg-type]
            public_id, contact = offer.public_id, offer.contact
            path = _link(Purpose.MANAGEMENT, "contact", contact.id, contact.email)
        _come_in(client, path)
        return client.get(f"/gestion/offres/{public_id}{tail}")

    return find


def _to_renew(app: Flask, client: CheckedClient) -> TestResponse:
    page = _managed("", published=clock.now() - timedelta(days=10))(app, client)
    with app.app_context():
        offer = db.session.query(Offer).order_by(Offer.id.desc()).first()
        assert offer is not None
        offer.start_on = clock.today() - timedelta(days=1)
        db.session.commit()
    return client.get(f"{page.request.path}/prolonger")


def _contact(app: Flask, client: CheckedClient) -> TestResponse:
    _managed("")(app, client)
    with app.app_context():
        offer = db.session.query(Offer).order_by(Offer.id.desc()).first()
        assert offer is not None
        path = _link(Purpose.LOGIN, "contact", offer.contact_id, offer.contact.email)
    return _come_in(client, path)


def _gestion(tail: str) -> Open:
    def find(app: Flask, client: CheckedClient) -> TestResponse:
        _managed("")(app, client)
        return client.get(f"/gestion{tail}")

    return find


def _follow_up(tail: str) -> Open:
    def find(app: Flask, client: CheckedClient) -> TestResponse:
        with app.app_context():
            offer = make_offer(OfferStatus.ONLINE)
            follow_up = open_follow_up(offer.establishment, opco_by_code("06"))
            db.session.flush()
            public_id = follow_up.public_id
            path = _link(Purpose.FOLLOW_UP, "follow_up", follow_up.id, "suivi@opco.example")
        _come_in(client, path)
        return client.get(f"/suivi/{public_id}{tail}")

    return find


def _cfa_request(tail: str) -> Open:
    def find(app: Flask, client: CheckedClient) -> TestResponse:
        with app.app_context():
            request = make_request()
            public_id = request.public_id
            path = _link(Purpose.CFA_REQUEST, "cfa_request", request.id, request.sent_to)
        _come_in(client, path)
        return client.get(f"/demandes/{public_id}{tail}")

    return find


def _consent(app: Flask, client: CheckedClient) -> TestResponse:
    with app.app_context():
        candidate = make_candidate()
        path = _link(Purpose.CONSENT, "proposed_candidate", candidate.id, candidate.email)
    return _come_in(client, path)


def _cfas(app: Flask, client: CheckedClient) -> TestResponse:
    with app.app_context():
        make_cfa()
        db.session.commit()
    return _managed("/cfa")(app, client)


def _held(app: Flask, client: CheckedClient) -> TestResponse:
    with app.app_context():
        offer = make_offer(OfferStatus.HELD)
        path = _link(Purpose.HELD_OFFER, "offer", offer.id, "suivi@opco.example", scope="opco:06")
    return _come_in(client, path)


def _sign_in(app: Flask, client: CheckedClient) -> None:
    with app.app_context():
        account = db.session.query(Account).first()
        if account is None:
            account = Account(
                email="agent@portail.example",
                name="Agent",
                staff_role=StaffRole.OPERATOR,
                created_at=clock.now(),
            )
            db.session.add(account)
            db.session.flush()
        by_account(client, account)


def _staff(address: str) -> Open:
    def find(app: Flask, client: CheckedClient) -> TestResponse:
        _sign_in(app, client)
        return client.get(address)

    return find


def _staff_held(app: Flask, client: CheckedClient) -> TestResponse:
    _sign_in(app, client)
    with app.app_context():
        public_id = make_offer(OfferStatus.HELD).public_id
        db.session.commit()
    return client.get(f"/agents/offres-retenues/{public_id}")


def _staff_mail(app: Flask, client: CheckedClient) -> TestResponse:
    _sign_in(app, client)
    with app.app_context():
        make_offer(OfferStatus.TO_CONFIRM)
        message = db.session.query(OutboxMessage).order_by(OutboxMessage.id.desc()).first()
        assert message is not None
        db.session.execute(
            OutboxMessage.__table__.update()
            .where(OutboxMessage.id == message.id)
            .values(status=OutboxStatus.DEAD, last_error="550 non")
        )
        number = message.id
        db.session.commit()
    return client.get(f"/agents/courriels/{number}")


def _staff_diffusion(app: Flask, client: CheckedClient) -> TestResponse:
    _sign_in(app, client)
    with app.app_context():
        number = make_diffusion(make_offer(), status=DiffusionStatus.UNCERTAIN).id
        db.session.commit()
    return client.get(f"/agents/diffusions/{number}")


def _code(app: Flask, client: CheckedClient) -> TestResponse:
    """A login link opened in another browser than the one that asked: it asks for the code of the e-mail."""
    with app.app_context():
        offer = make_offer(OfferStatus.ONLINE)
        path = _link(Purpose.LOGIN, "contact", offer.contact_id, offer.contact.email)
        link = db.session.query(Link).order_by(Link.id.desc()).first()
        assert link is not None
        link.nonce_hash = hash_token("nonce", "autre navigateur")
        db.session.commit()
    return client.get(path)


def _space(tail: str) -> Open:
    def find(app: Flask, client: CheckedClient) -> TestResponse:
        return client.get(f"{_home(app, client)}{tail}")

    return find


def _home(app: Flask, client: CheckedClient) -> str:
    with app.app_context():
        member = db.session.query(Membership).first()
        if member is None:
            member = make_member(make_structure(), Role.RECRUITER)
            db.session.commit()
        by_account(client, member.account, proven=False)
        return f"/espace/{member.organisation.public_id}"


def _series_line(app: Flask, client: CheckedClient) -> TestResponse:
    page = client.get(f"{_home(app, client)}/deposer-en-serie/meme-entreprise")
    review = client.submit(page, {**PARTNER, "jobs": "boulanger\nfleuriste"})
    return client.get(f"{review.request.path}/lignes/2")


NEED = {**ANSWERS, "start": "asap", "openings": "1", "contract_types": "apprenticeship", "remote": "onsite"}
TOLD = {"decision": "correct", "motive": "content", "text": "Précisez les horaires."}

PARTNER = {"siret": BAKERY, "name": "Camille Martin", "email": "camille@boulangerie-martin.fr"}
SERIES_TABLE = f"SIRET;Métier;Contact;E-mail\n{BAKERY};boulanger;Camille;camille@boulangerie-martin.fr"
CANDIDATE = {"first_name_1": "Léa", "email_1": "lea@exemple.fr", "agreed_1": "y"}

SITES: dict[str, Site] = {
    "accueil": Site(_at("/")),
    "établissements": Site(_at("/deposer/etablissement?q=991000050"), answers={"siret": "99100005000013"}),
    "organisme de formation": Site(_at("/deposer/organisme-de-formation?siret=99100004300018")),
    "entreprise tapée": Site(_typed_company, answers=TYPED),
    "besoin": Site(_draft_page("besoin"), answers=NEED),
    "enseigne": Site(_draft_page("enseigne"), answers={"brand": "Chez Zoé"}),
    "adresse": Site(_draft_page("adresse"), answers={"line": "1 place Foch", "postcode": "44000"}),
    "opco": Site(_draft_page("opco")),
    "annonce": Site(_draft_page("annonce")),
    "enregistrer": Site(_draft_page("enregistrer"), answers={"email": "camille@exemple.fr"}),
    "vérifier": Site(_draft_page("verifier"), reopen=True),
    "corriger l’adresse": Site(_correct, answers={"email": "camille@exemple.fr"}),
    "lien perdu": Site(_at("/lien-perdu"), answers={"email": "camille@exemple.fr"}),
    "code": Site(_code, reopen=True),
    "prolonger": Site(_to_renew, reopen=True),
    "clôturer": Site(_managed("/cloturer"), answers={"reason": ""}),
    "modifier": Site(_managed("/modifier")),
    "contact": Site(_contact, answers={"name": "Alex Roux", "email": "alex@exemple.fr"}),
    "ajouter": Site(_gestion("/ajouter")),
    "contacts": Site(_gestion("/contact")),
    "noter un contact": Site(_follow_up("/contact"), answers={"means": "phone", "outcome": "Appel"}),
    "changer l’étape": Site(_follow_up("/etape"), answers={"step": "contacted"}),
    "cfa proches": Site(_cfas, reopen=True),
    "réponse d’un cfa": Site(_cfa_request(""), answers={"answer": "propose"}),
    "candidats d’un cfa": Site(_cfa_request("/candidats"), answers=CANDIDATE),
    "message d’un cfa": Site(_cfa_request("/message"), answers={"message": "Bonjour"}),
    "accord": Site(_consent, answers={"answer": "agree"}),
    "pas notre champ": Site(_follow_up("/pas-notre-champ"), answers={"other_opco": ""}),
    "offre retenue": Site(_held, answers=TOLD),
    "offre retenue, agent": Site(_staff_held, answers=TOLD),
    "tableau d’une série": Site(_space("/deposer-en-serie"), answers={"table": SERIES_TABLE}),
    "série d’une entreprise": Site(
        _space("/deposer-en-serie/meme-entreprise"), answers={**PARTNER, "jobs": "boulanger"}
    ),
    "ligne d’une série": Site(_series_line, answers={"job": "fleuriste"}),
    "entreprise partenaire": Site(_space("/partenaires/ajouter"), answers=PARTNER),
    "suspendre": Site(_staff("/agents/courriels/suspendre"), answers={"template": "", "reason": "Essai"}),
    "courriel non remis": Site(_staff_mail, form=0, reopen=True),
    "courriel abandonné": Site(_staff_mail, form=1, reopen=True),
    "diffusion vue": Site(_staff_diffusion, form=1, reopen=True),
    "diffusion abandonnée": Site(_staff_diffusion, form=3, reopen=True),
    **SPACE_SITES,
}
# Addresses that take words in their query.
QUERIES: dict[str, tuple[str, ...]] = {
    "/": ("q",),
    "/deposer": ("q",),
    "/deposer/etablissement": ("q",),
    "/deposer/organisme-de-formation": ("siret",),
    "/deposer/metiers.json": ("q",),
    "/offres": ("page",),
    "/lien-perdu": ("acces", "suite"),
    "/flux/offres.json": ("departement", "rome", "depuis", "page"),
    "/flux/offres.rss": ("departement", "rome"),
    "/flux/offres.xml": ("departement", "metier"),
}
