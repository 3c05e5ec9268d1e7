"""The pages of the deposit, in order, with what a person may get wrong on each."""

from typing import Any

from werkzeug.test import TestResponse

from app.core.identifiers import Siret
from tests.browser.catalogue import Catalogue
from tests.factories.offers import given, make_establishment, make_offer
from tests.support.client import CheckedClient
from tests.support.deposit import ANSWERS, BAKERY, NOT_PUBLIC, to_check, type_company
from tests.support.mailbox import Mailbox

CLOSED = "99100002700011"
TRAINING_BODY = "99100004300018"
LONG = "Anticonstitutionnellement-" * 4
WRONG: dict[str, Any] = {
    "job": "zzzzz qqq", "name": "", "email": "camille@", "phone": "12", "words": "06 12 34 56 78",
    "start": "date", "start_date": "31/02/2027", "openings": "99", "duration": "x",
}  # fmt: skip
FULL: dict[str, Any] = {
    **ANSWERS,
    "level": "4", "start": "date", "start_date": "01/09/2027", "phone": "05 65 00 00 00", "openings": "3",
    "words": f"Équipe de quatre, horaires du matin. {LONG}", "rhythm": "Une semaine sur trois au CFA",
    "about_company": "Au four depuis 1921.", "question_1": "Pourquoi ce métier ?", "duration": "24",
}  # fmt: skip


def walk(kept: Catalogue, mailbox: Mailbox) -> None:
    """Everything before the confirmation by e-mail."""
    _home(kept)
    _choices(kept)
    client = kept.browser()
    need = kept.keep("besoin / vide", type_company(client))
    _need(kept, client, need)
    _apart(kept, client, need)
    _check(kept, mailbox)


def _home(kept: Catalogue) -> None:
    client = kept.browser()
    home = kept.keep("accueil / vide", client.get("/"))
    kept.keep("accueil / refusé", client.submit(home, {"q": ""}))
    kept.keep("accueil / 13 chiffres", client.submit(home, {"q": BAKERY[:13]}))
    kept.keep("accueil / fermé", client.submit(home, {"q": CLOSED}))
    kept.keep("accueil / inconnu par son nom", client.submit(home, {"q": f"zzzz {LONG}"}))


def _choices(kept: Catalogue) -> None:
    client = kept.browser()
    several = kept.keep("établissement / plusieurs", type_company(client, "991000050"))
    kept.keep("établissement / refusé", client.submit(several))
    kept.keep("organisme de formation", type_company(kept.browser(), TRAINING_BODY))
    other = kept.browser()
    typed = kept.keep("entreprise saisie / vide", type_company(other, NOT_PUBLIC))
    kept.keep("entreprise saisie / refusée", other.submit(typed, {"name": "", "postcode": "1"}))


def _need(kept: Catalogue, client: CheckedClient, need: TestResponse) -> None:
    kept.keep("besoin / vide refusé", client.submit(need))
    kept.keep("besoin / tout faux", client.submit(need, WRONG))
    kept.keep("besoin / métiers proposés", client.submit(need, {"job": "mécanicien"}, button="Chercher"))
    kept.keep(
        "besoin / salaire recalculé",
        client.submit(need, {"start": "date", "start_date": "01/09/2027", "act": "salaire"}),
    )
    kept.keep("besoin / tout rempli", client.submit(need, {**FULL, "email": "camille@"}))


def _apart(kept: Catalogue, client: CheckedClient, need: TestResponse) -> None:
    path = need.request.path
    brand = kept.keep("enseigne", client.get(path.replace("besoin", "enseigne")))
    kept.keep("enseigne / refusée", client.submit(brand, {"brand": "Appelez le 06 12 34 56 78"}))
    address = kept.keep("adresse", client.get(path.replace("besoin", "adresse")))
    kept.keep("adresse / refusée", client.submit(address, {"line": "", "postcode": "99"}))
    kept.keep("opco", client.get(path.replace("besoin", "opco")))
    keep = kept.keep("brouillon / adresse", client.get(path.replace("besoin", "enregistrer")))
    kept.keep("brouillon / refusé", client.submit(keep, {"email": ""}))
    kept.keep("brouillon / enregistré", client.submit(keep, {"email": "camille@boulangerie-martin.fr"}))
    stale = client.get(path)
    client.submit(client.get(path), {**ANSWERS, "words": "Premier onglet"})
    kept.keep("besoin / modifié ailleurs", client.submit(stale, {**ANSWERS, "words": "Second onglet"}))


def _check(kept: Catalogue, mailbox: Mailbox) -> None:
    client = kept.browser()
    check = kept.keep("vérifier", to_check(client))
    path = check.request.path
    advert = kept.keep("annonce", client.get(path.replace("verifier", "annonce")))
    kept.keep("annonce / refusée", client.submit(advert, {"title": "", "description": ""}))
    full = kept.browser()
    kept.keep("vérifier / tout rempli", to_check(full, **FULL))
    done = kept.keep("confirmation", client.submit(check, button="Publier"))
    kept.keep("confirmation / renvoyée", client.submit(done, button="Renvoyer"))
    correct = kept.keep("confirmation / corriger", client.get(path.replace("verifier", "corriger-adresse")))
    kept.keep("confirmation / corriger refusé", client.submit(correct, {"email": "x"}))
    for _ in range(4):
        last = client.submit(done, {"submission_id": ""}, button="Renvoyer", follow=True)
    kept.keep("confirmation / trop de renvois", last)
    letter = mailbox.last(to=ANSWERS["email"], subject="confirme")
    live = kept.keep("lien / confirmer", client.get(letter.link))
    kept.keep("en ligne", client.submit(live))
    kept.keep("confirmation / déjà confirmée", client.get(path.replace("verifier", "confirmation")))
    _duplicate(kept)


def _duplicate(kept: Catalogue) -> None:
    with given(kept.app):
        make_offer(establishment=make_establishment(siret=Siret("99100006800015")), start_on=None)
    client = kept.browser()
    check = kept.keep("vérifier / doublon", to_check(client, "99100006800015"))
    kept.keep("vérifier / lien demandé", client.submit(check, button="Recevoir le lien"))
