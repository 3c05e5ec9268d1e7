"""Criteria 3 and 4. What a SIRET fills in by itself, and every way of typing it."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.database import db
from app.domain.offers.models import Offer
from tests.factories.offers import given
from tests.support.client import CheckedClient
from tests.support.deposit import ANSWERS, BAKERY, TYPED, plain, publish, to_check, type_company
from tests.support.outages import register_down
from tests.support.standins import Partner

PREFILLED = {
    "name": "BOULANGERIE DU TOUAT",
    "enseigne": "Au bon levain",
    "address": "12 RUE DU TOUAT, 12000 RODEZ",
    "NAF": "Boulangerie et boulangerie-pâtisserie",
    "OPCO": "OPCO EP",
    "workforce": "3 à 5 salariés",
}
ACCEPTED = (
    "99100001900018", "991 000 019 00018", "991.000.019.00018", "991\u00a0000\u00a0019\u202f00018",
    "991-000-019-00018", "  SIRET : 991 000 019 00018\t\n", "N° SIRET 99100001900018",
)  # fmt: skip
# No register lists it; while Sirene is silent, nothing says that it doesn’t exist.
UNLISTED = "98012345900011"
# Each case, what is typed, where it ends, and the words that name the way out.
CASES = {
    "13 digits": ("9910000190001", "/", "vous en avez saisi 13"),
    "wrong key": ("99100001900017", "/", "Vérifiez les chiffres un par un"),
    "closed": ("99100002700011", "/", "Saisissez le SIRET de celui qui recrute"),
    "unknown to Sirene": ("99100009200015", "/", "Vérifiez-le ou cherchez par nom"),
    "non-diffusible": ("99100003500014", "/entreprise", "saisissez le nom et l’adresse."),
    "not in the directory": (UNLISTED, "/entreprise", "continuez : saisissez le nom et l’adresse"),
    "training body": ("99100004300018", "/organisme-de-formation", "organisme de formation"),
}


def test_criterion_03_everything_known_appears_untyped(client: CheckedClient) -> None:
    words = plain(type_company(client))
    assert {name: text for name, text in PREFILLED.items() if text not in words} == {}


@pytest.mark.parametrize(
    ("page", "answer", "shown"),
    [
        ("enseigne", {"brand": "Le fournil de Zoé"}, "Le fournil de Zoé"),
        ("adresse", {"line": "3 place d’Armes", "postcode": "12000", "commune": "12202"}, "3 place d’Armes"),
        ("opco", {"opco": "inconnu"}, "OPCO à déterminer"),
    ],
)
def test_criterion_03_enseigne_address_and_opco_can_be_changed(
    client: CheckedClient, page: str, answer: dict[str, str], shown: str
) -> None:
    need = type_company(client)
    apart = client.submit(need, {"act": page})
    assert apart.request.path.endswith(page)
    back = client.submit(apart, answer)
    assert back.request.path.endswith("/besoin") and shown in plain(back)


def test_criterion_03_wrong_data_is_reported_in_one_click(client: CheckedClient) -> None:
    page = type_company(client)
    link = page.text.split("Une information est fausse")[0].rpartition('href="')[2].partition('"')[0]
    assert link.startswith("mailto:") and BAKERY in link.replace("%20", "")


def test_criterion_03_with_the_registry_down_the_journey_still_ends(
    app: Flask, client: CheckedClient
) -> None:
    with register_down(app):
        page = type_company(client)
        assert "Le registre des entreprises ne répond pas" in plain(page)
        check = client.submit(client.submit(page, TYPED), ANSWERS)
        done = client.submit(check, button="Publier")
    assert "Encore une étape" in plain(done)


@pytest.fixture
def silent_sirene(app: Flask, annuaire: Partner) -> Iterator[None]:
    """Sirene answers 500 for the one number that no register lists."""
    annuaire.fails("500", path=f"/api-sirene/3.11/siret/{UNLISTED}")
    yield
    annuaire.reset()


@pytest.mark.parametrize("typed", ACCEPTED)
def test_criterion_04_a_siret_is_taken_however_it_is_typed(client: CheckedClient, typed: str) -> None:
    assert type_company(client, typed).request.path.endswith("/besoin")


@pytest.mark.usefixtures("silent_sirene")
@pytest.mark.parametrize("case", CASES)
def test_criterion_04_each_problem_has_its_message(client: CheckedClient, case: str) -> None:
    typed, path, words = CASES[case]
    page = type_company(client, typed)
    assert page.request.path.endswith(path)
    assert words in plain(page)
    if path == "/":
        assert page.status_code == 422 and f'value="{typed}"' in page.text


@pytest.mark.usefixtures("silent_sirene")
def test_criterion_04_no_two_problems_share_their_message(client: CheckedClient) -> None:
    said = set()
    for typed, _, words in CASES.values():
        text = plain(type_company(client, typed))
        said.add(next(sentence for sentence in text.split(". ") if words.split(".")[0] in sentence))
    assert len(said) == len(CASES)


@pytest.mark.usefixtures("silent_sirene")
def test_criterion_04_only_sirene_s_unknown_refuses(client: CheckedClient, app: Flask) -> None:
    typed, *_ = CASES["not in the directory"]
    assert "Encore une étape" in plain(publish(client, typed))
    with given(app):
        offer = db.session.scalars(sa.select(Offer)).one()
        assert offer.establishment.verification.value == "not_listed"
    refused = type_company(client, CASES["unknown to Sirene"][0])
    assert refused.status_code == 422
    assert to_check(client, BAKERY).status_code == 200
