"""Pages for everybody, for OPCOs, for portal staff, for development; and the pages of errors."""

import json
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from app.core import clock
from app.core.database import db
from app.domain.accounts.models import Account, Purpose, StaffRole
from app.domain.diffusion.lifecycle import DiffusionStatus
from app.domain.diffusion.registry import turn
from app.domain.employers.models import Verification
from app.domain.opco.determination import opco_by_code
from app.domain.opco.follow_up import follow_up_of
from app.outbox import circuit
from app.outbox.models import OutboxMessage, OutboxStatus, SuppressedAddress
from app.web import errors
from app.web.unsubscribe import unsubscribe_address
from tests.browser.catalogue import Catalogue
from tests.browser.walks.manage import LONG_TITLE
from tests.factories.diffusions import make_diffusion
from tests.factories.offers import given, make_establishment, make_offer, make_offers
from tests.factories.structures import give_factor, make_account, make_member, make_structure
from tests.support.client import CheckedClient
from tests.support.opco_scene import GARAGE, a_company, an_address, an_offer, open_link
from tests.support.sign_in import by_link

ARTICLES = (
    "/accessibilite", "/aide", "/code-source", "/conditions-generales", "/contact", "/cookies",
    "/donnees-personnelles", "/flux", "/mentions-legales", "/nouveautes", "/plan-du-site",
)  # fmt: skip
STAFF = (
    "entreprises", "opco-sans-adresse", "besoins-sans-opco", "offres-retenues", "courriels", "diffusions",
    "adresses", "apercu-courriels", "apercu-courriels/offer_online/exemple", "taches", "fichiers-et-flux",
)  # fmt: skip
OPCO_MAIL = "suivi@ep.example"


def public_pages(kept: Catalogue) -> None:
    """Lists, offers, posters, articles."""
    client = kept.browser()
    kept.keep("offres / aucune", client.get("/offres"))
    with given(kept.app):
        make_offers(21)
        long = make_offer(
            title=LONG_TITLE, brand="Société coopérative des producteurs réunis de l’Aveyron", rhythm="2 + 3",
            about_company="Au four depuis 1921.\n\nÉquipe de quatre.", questions=["Pourquoi ?"], openings=3,
            duration_months=24,
        )  # fmt: skip
        short, ended = make_offer(), make_offer("ended")
        ids = long.public_id, short.public_id, ended.public_id
    kept.keep("offres / liste", client.get("/offres"))
    kept.keep("offres / page 2", client.get("/offres?page=2"))
    kept.keep("offre", client.get(f"/offres/{ids[1]}"))
    kept.keep("offre / longue", client.get(f"/offres/{ids[0]}"))
    kept.keep("erreur / 410 offre", client.get(f"/offres/{ids[2]}"))
    for form in ("a4", "a5", "bandes"):
        drawing = {f"/offres/{ids[0]}/qr.svg": client.get(f"/offres/{ids[0]}/qr.svg").data}
        kept.keep(f"affiche / {form}", client.get(f"/offres/{ids[0]}/affiche?format={form}"), images=drawing)
    for path in ARTICLES:
        kept.keep(f"article / {path[1:]}", client.get(path))


def opco_pages(kept: Catalogue) -> None:
    """What an OPCO opens from its e-mails."""
    with kept.app.app_context():
        an_address("06", OPCO_MAIL)
        company = a_company()
        an_offer(company)
        held = an_offer(a_company(GARAGE, verification=Verification.NOT_LISTED))
        db.session.commit()
        follow_up = follow_up_of(company, opco_by_code("06"))
        assert follow_up is not None
        numbers = follow_up.id, follow_up.public_id, held.id
    client = kept.browser()
    with kept.app.app_context():
        need = open_link(
            client, Purpose.FOLLOW_UP, object_type="follow_up", object_id=numbers[0], email=OPCO_MAIL
        )
    kept.keep("opco / besoin", need)
    url = f"/suivi/{numbers[1]}"
    contact = kept.keep("opco / contact", client.get(f"{url}/contact"))
    kept.keep("opco / contact refusé", client.submit(contact, {"day": "x", "outcome": ""}))
    kept.keep("opco / contact noté", client.submit(contact, {"means": "phone", "outcome": "Rappeler lundi."}))
    kept.keep("opco / étape", client.get(f"{url}/etape"))
    stop = kept.keep("opco / arrêter", client.get(f"{url}/ne-plus-recevoir"))
    kept.keep("opco / arrêté", client.submit(stop))
    hand = kept.keep("opco / pas notre champ", client.get(f"{url}/pas-notre-champ"))
    kept.keep("opco / pas notre champ refusé", client.submit(hand))
    kept.keep("opco / transmis", client.submit(hand, {"other_opco": "01"}))
    _held(kept, numbers[2])
    _unsubscribe(kept)


def _held(kept: Catalogue, number: int) -> None:
    client = kept.browser()
    with kept.app.app_context():
        page = open_link(
            client,
            Purpose.HELD_OFFER,
            object_type="offer",
            object_id=number,
            email=OPCO_MAIL,
            scope="opco:06",
        )
    kept.keep("décision", page)
    kept.keep("décision / refusée", client.submit(page, button="Voir le message"))
    asked = {"decision": "correct", "motive": "content", "text": "Précisez les horaires, s’il vous plaît."}
    preview = kept.keep("décision / message", client.submit(page, asked, button="Voir le message"))
    kept.keep("décision / enregistrée", client.submit(preview, button="Enregistrer"))


def _unsubscribe(kept: Catalogue) -> None:
    client = kept.browser()
    key = kept.app.extensions["settings"].secret_key.get_secret_value()
    page = client.get("/desinscription/" + unsubscribe_address(OPCO_MAIL, "opco_new_need", key=key))
    kept.keep("désinscription", page)
    kept.keep("désinscription / faite", client.submit(page))
    kept.keep("mes courriels", client.get(f"{page.request.path}/choix"))
    other = "/desinscription/" + unsubscribe_address("personne@ep.example", "opco_new_need", key=key)
    kept.keep("mes courriels / aucun", client.get(f"{other}/choix"))


def staff_pages(kept: Catalogue) -> None:
    """Portal staff: queues, held offers, e-mails, addresses, jobs."""
    client = kept.browser()
    with given(kept.app):
        held = make_offer("held", establishment=make_establishment(name="ATELIER RETENU")).public_id
        letter = _dead_letter()
        doubtful = make_diffusion(make_offer(), status=DiffusionStatus.UNCERTAIN).id
        db.session.add(SuppressedAddress(address="perdu@exemple.fr", reason="hard_bounce", since=clock.now()))
    _sign_in(kept.app, client)
    kept.keep("agents / accueil", client.get("/agents"))
    for path in STAFF:
        kept.keep(f"agents / {path}", client.get(f"/agents/{path}"))
    kept.keep("agents / offre retenue", client.get(f"/agents/offres-retenues/{held}"))
    mail = kept.keep("agents / courriel", client.get(f"/agents/courriels/{letter}"))
    kept.keep("agents / courriel refusé", client.submit(mail, form="abandonner"))
    doubt = kept.keep("agents / diffusion", client.get(f"/agents/diffusions/{doubtful}"))
    kept.keep("agents / diffusion sans motif", client.submit(doubt, form="abandonner"))
    with given(kept.app):
        turn("api_apprentissage", on=True)
        circuit.stop_for_credentials("push:api_apprentissage", "401")
    kept.keep("agents / site arrêté", client.get("/agents/diffusions"))
    with given(kept.app):
        turn("api_apprentissage", on=False)
    _accounts(kept, client)
    pause = kept.keep("agents / suspendre", client.get("/agents/courriels/suspendre"))
    kept.keep("agents / suspendre refusé", client.submit(pause))


def _accounts(kept: Catalogue, client: CheckedClient) -> None:
    with given(kept.app):
        member = make_member(make_structure(name="Chambre d’essai"), email="camille@chambre.example")
        give_factor(member.account)
        other = make_account("zoe.roux@portail.example", role=StaffRole.OPERATOR)
        numbers = member.account_id, other.id
    search = kept.keep("agents / comptes", client.get("/agents/comptes"))
    kept.keep("agents / comptes refusé", client.submit(search, {"q": ""}))
    kept.keep("agents / comptes trouvés", client.submit(search, {"q": "camille"}))
    kept.keep("agents / aucun compte", client.submit(search, {"q": "inconnue"}))
    kept.keep("agents / compte", client.get(f"/agents/comptes/{numbers[0]}"))
    lost = client.get(f"/agents/comptes/{numbers[0]}/second-facteur")
    kept.keep("agents / second facteur", lost)
    kept.keep("agents / second facteur refusé", client.submit(lost, {"word": "oui"}))
    kept.keep("agents / compte d’un agent", client.get(f"/agents/comptes/{numbers[1]}"))
    suspend = kept.keep("agents / suspendre un compte", client.get(f"/agents/comptes/{numbers[0]}/suspendre"))
    kept.keep("agents / suspendre un compte, refusé", client.submit(suspend))
    kept.keep("agents / fermer un accès", client.get(f"/agents/comptes/{numbers[1]}/retirer"))
    invite = kept.keep("agents / inviter", client.get("/agents/comptes/inviter"))
    kept.keep("agents / inviter refusé", client.submit(invite, {"email": "zoe@"}))


def _dead_letter() -> int:
    row = db.session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id)).first()
    assert row is not None
    db.session.execute(
        sa.update(OutboxMessage)
        .where(OutboxMessage.id == row.id)
        .values(status=OutboxStatus.DEAD, last_error="550 boîte inconnue", attempts=2)
    )
    return row.id


def _sign_in(app: Flask, client: CheckedClient) -> None:
    with given(app):
        account = Account(
            email="agent@portail.example", name="Agent", staff_role=StaffRole.ADMINISTRATOR,
            created_at=clock.now(),
        )  # fmt: skip
        db.session.add(account)
        db.session.flush()
        by_link(client, account)


def development_pages(kept: Catalogue) -> None:
    """The mailbox, signing in with one click, the gallery of components."""
    client = kept.browser()
    folder = Path(kept.app.extensions["settings"].data_dir) / "courriels"
    kept.keep("dev / boîte vide", client.get("/dev/courriels"))
    folder.mkdir(parents=True, exist_ok=True)
    letter = {
        "id": 1, "received_at": "2027-03-02T09:00:00+00:00", "to": ["camille@boulangerie.example"],
        "subject": "Confirmez votre offre", "text": "Bonjour,\nvoici votre lien.", "html": "<p>Bonjour</p>",
        "links": ["http://127.0.0.1:5000/l/exemple"],
    }  # fmt: skip
    index = folder / "courriels.jsonl"
    index.write_text(json.dumps(letter) + "\n", "utf-8")
    try:
        kept.keep("dev / boîte", client.get("/dev/courriels"))
        kept.keep("dev / courriel", client.get("/dev/courriels/1"))
    finally:
        index.unlink()
    kept.keep("dev / connexion", client.get("/dev/connexion"))
    kept.keep("dev / composants", client.get("/dev/composants"))
    for family in ("formulaires", "blocs", "listes"):
        for state in ("vide", "rempli", "erreur", "long"):
            kept.keep(f"dev / {family} {state}", client.get(f"/dev/composants/{family}/{state}"))


def error_pages(kept: Catalogue) -> None:
    """Each status, as its handler writes it."""
    client = kept.browser()
    kept.keep("erreur / 404", client.get("/n-existe-pas"))
    for status in sorted(errors.PAGES - {404}):
        kept.keep(f"erreur / {status}", _error(kept, client, status))


def _error(kept: Catalogue, client: CheckedClient, status: int):  # type: ignore[no-untyped-def]  # a response
    """The page of a status answered in a real request: the view that fails is the test's own."""
    view = kept.app.view_functions["public.help_page"]
    fail = _failing(status)
    fail.__dict__.update(view.__dict__)
    kept.app.view_functions["public.help_page"] = fail
    try:
        return client.get("/aide")
    finally:
        kept.app.view_functions["public.help_page"] = view


def _failing(status: int):  # type: ignore[no-untyped-def]  # a view
    def fail() -> tuple[str, int]:
        return errors.page(status)

    return fail
