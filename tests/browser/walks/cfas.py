"""The pages of CFAs and of the people they propose, and the employer's side of them."""

from flask import Flask

from app.audit.actor import Actor, ActorKind
from app.core.database import db
from app.domain.cfa_requests import consent, services
from app.domain.cfa_requests.models import ProposedCandidate
from app.domain.offers.life import close_offer
from app.domain.offers.lifecycle import EndReason
from app.domain.offers.models import Offer
from tests.browser.catalogue import Catalogue
from tests.factories.offers import given, make_offer
from tests.factories.training import CFA_ACTOR, EMPLOYER, make_candidate, make_cfa, make_request
from tests.support.cfa_scene import asked, consent_link, employer, request_of

PERSON = Actor(ActorKind.CANDIDATE, 1, "link")
LONG = (
    "Centre de formation d’apprentis interprofessionnel des métiers de bouche et de l’hôtellerie du Rouergue"
)
WRONG = {
    "first_name_1": "", "email_1": "lea@", "first_name_2": "Noé", "email_2": "noe@exemple.example",
}  # fmt: skip


def walk(kept: Catalogue) -> None:
    """Everything that an offer sent to CFAs shows to each."""
    _employer(kept)
    _cfa(kept)
    _closed(kept)
    _person(kept)


def _employer(kept: Catalogue) -> None:
    with given(kept.app):
        make_cfa(name=LONG)
        make_cfa()
        public_id, ended = make_offer().public_id, make_offer("ended").public_id
        nobody = make_offer(columns={"lat": 48.39, "lon": -4.49}).public_id
    client = employer(kept.app, public_id)
    page = kept.keep("cfa / choisir", client.get(f"/gestion/offres/{public_id}/cfa"))
    kept.keep("cfa / aucun choisi", client.submit(page))
    first = page.text.split('name="cfas" value="')[1].split('"')[0]
    kept.keep("gérer / cfa contacté", client.submit(page, {"cfas": first}))
    kept.keep("cfa / déjà contacté", client.get(f"/gestion/offres/{public_id}/cfa"))
    over, alone = employer(kept.app, ended), employer(kept.app, nobody)
    kept.keep("cfa / offre terminée", over.get(f"/gestion/offres/{ended}/cfa"))
    kept.keep("cfa / aucun connu", alone.get(f"/gestion/offres/{nobody}/cfa"))
    with given(kept.app):
        _every_state(public_id)
    kept.keep("gérer / réponses des cfa", client.get(f"/gestion/offres/{public_id}"))


def _every_state(public_id: str) -> None:
    offer = db.session.query(Offer).filter_by(public_id=public_id).one()
    candidate = make_candidate(make_request(offer))
    consent.agree(candidate, by=PERSON)
    make_candidate(make_request(offer))
    services.decline(make_request(offer), by=CFA_ACTOR)
    talking = make_request(offer)
    services.ask_to_talk(
        talking, message="Bonjour,\nquels horaires ?", give_address="cfa@cfa.example", by=CFA_ACTOR
    )


def _cfa(kept: Catalogue) -> None:
    public_id, path = asked(kept.app, give_phone=True)
    address = f"/demandes/{public_id}"
    client = kept.browser()
    page = kept.keep("demande / lue", client.submit(kept.keep("lien / demande", client.get(path))))
    kept.keep("demande / refusée", client.submit(page))
    people = kept.keep("demande / candidats", client.get(f"{address}/candidats"))
    kept.keep("demande / candidats refusés", client.submit(people, WRONG))
    message = kept.keep("demande / message", client.get(f"{address}/message"))
    kept.keep("demande / message refusé", client.submit(message))
    right = {"first_name_1": "Léa", "email_1": "lea@exemple.example", "agreed_1": "y", "message": "Motivée."}
    kept.keep("demande / répondue", client.submit(people, right))
    kept.keep("demande / déjà répondue", client.get(address))
    kept.keep("demande / à changer", client.get(f"{address}?modifier=oui"))
    stop = kept.keep("demande / ne plus recevoir", client.get(f"{address}/ne-plus-recevoir"))
    kept.keep("demande / arrêtée", client.submit(stop))


def _closed(kept: Catalogue) -> None:
    public_id, path = asked(kept.app)
    with given(kept.app):
        close_offer(request_of(public_id).offer, by=EMPLOYER, reason=EndReason.FILLED_HERE)
    client = kept.browser()
    kept.keep("demande / offre close", client.submit(kept.keep("lien / demande close", client.get(path))))


def _person(kept: Catalogue) -> None:
    address, path = _proposed(kept.app)
    client = kept.browser()
    page = kept.keep("accord / demandé", client.submit(kept.keep("lien / accord", client.get(path))))
    kept.keep("accord / sans réponse", client.submit(page))
    kept.keep("accord / donné", client.submit(page, {"answer": "agree"}))
    kept.keep("accord / refusé", client.submit(client.get(address), {"answer": "refuse"}))


def _proposed(app: Flask) -> tuple[str, str]:
    with app.app_context():
        candidate: ProposedCandidate = make_candidate()
        return f"/accord/{candidate.public_id}", consent_link(candidate)
