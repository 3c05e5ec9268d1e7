"""Screen 1: each case of the table has its own message, and what was typed stays."""

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.database import db
from app.domain.offers.models import Draft
from tests.factories.offers import given
from tests.support.client import CheckedClient
from tests.support.deposit import BAKERY, plain, type_company
from tests.support.outages import register_down

REFUSED = [
    ("", "Saisissez votre SIRET ou le nom de votre entreprise."),
    ("   ", "Saisissez votre SIRET ou le nom de votre entreprise."),
    ("9910000190001", "Le SIRET compte 14 chiffres ; vous en avez saisi 13."),
    ("991000019000181", "Le SIRET compte 14 chiffres ; vous en avez saisi 15."),
    ("99100001900017", "Ce SIRET contient une erreur. Vérifiez les chiffres un par un."),
    ("00000000000000", "Ce SIRET contient une erreur. Vérifiez les chiffres un par un."),
    ("991000018", "Ce SIRET contient une erreur. Vérifiez les chiffres un par un."),
    ("9910000190OO18", "Le SIRET ne contient que des chiffres. Vérifiez ce que vous avez saisi."),
    ("٩٩١٠٠٠٠١٩٠٠٠١٨", "Le SIRET ne contient que des chiffres. Vérifiez ce que vous avez saisi."),
    ("99100009200015", "Aucun établissement ne porte ce SIRET. Vérifiez-le ou cherchez par nom."),
    (
        "99100002700011",
        "Cet établissement est fermé depuis le 31 mars 2024. Saisissez le SIRET de celui qui recrute.",
    ),
    (
        "entreprise sans nom connu",
        "Aucune entreprise trouvée pour “entreprise sans nom connu”. Ajoutez la ville ou saisissez le SIRET.",
    ),
    ("MONACOCONFO001", "Aucune entreprise trouvée pour “MONACOCONFO001”."),
]


@pytest.mark.parametrize(("typed", "message"), REFUSED)
def test_each_refusal_says_how_to_go_on(client: CheckedClient, typed: str, message: str) -> None:
    page = type_company(client, typed)
    assert page.status_code == 422
    assert message in plain(page)
    assert "<title>Erreur – Déposez votre offre" in page.text
    if typed.strip():
        assert f'value="{typed}"' in page.text


@pytest.mark.parametrize(
    "typed",
    [
        "99100001900018",
        "991 000 019 00018",
        "991.000.019.00018",
        "991\u00a0000\u00a0019\u202f00018",
        " 991-000-019-00018\n",
        "SIRET : 99100001900018",
        "９９１００００１９０００１８",
    ],
)
def test_a_siret_is_taken_however_it_is_typed(client: CheckedClient, typed: str) -> None:
    page = type_company(client, typed)
    assert page.request.path.endswith("/besoin")
    words = plain(page)
    for known in ("BOULANGERIE DU TOUAT", "Au bon levain", "12 RUE DU TOUAT", "3 à 5 salariés", "OPCO EP"):
        assert known in words


def test_la_poste_follows_its_own_rule(client: CheckedClient) -> None:
    assert type_company(client, "35600000001000").request.path.endswith("/besoin")


def test_nine_digits_give_the_list_of_establishments(client: CheckedClient) -> None:
    page = type_company(client, "991 000 050")
    assert "C’est un SIREN (9 chiffres). Choisissez l’établissement qui recrute." in plain(page)
    assert "991 000 050 00013" in plain(page) and "991 000 050 00021" in plain(page)
    empty = client.submit(page)
    assert empty.status_code == 422 and "Choisissez un établissement" in plain(empty)
    chosen = client.submit(page, {"siret": "99100005000021"})
    assert chosen.request.path.endswith("/besoin") and "VILLEURBANNE" in chosen.text


def test_a_name_gives_ten_establishments_at_most_and_none_of_them(client: CheckedClient) -> None:
    page = type_company(client, "boulangerie rodez")
    assert "Choisissez votre établissement" in plain(page)
    assert "Aucun de ceux-là" in plain(page)
    assert page.text.count('type="radio"') <= 11
    home = client.submit(page, {"siret": "aucun"})
    assert home.request.path == "/" and 'value="boulangerie rodez"' in home.text
    refused = client.submit(page, {"siret": "99100001900019"})
    assert refused.status_code == 422


def test_a_closed_establishment_proposes_the_one_that_took_over(client: CheckedClient) -> None:
    page = type_company(client, "99100027400019")
    assert "NOUVELLE BRASSERIE DU QUAI" in plain(page)
    need = client.submit(page, form=1)
    assert need.request.path.endswith("/besoin") and "NOUVELLE BRASSERIE DU QUAI" in need.text


def test_a_training_body_says_for_whom_it_recruits(client: CheckedClient) -> None:
    page = type_company(client, "99100004300018")
    assert "Cet établissement est un organisme de formation." in plain(page)
    for_itself = client.submit(page, button="Je recrute pour mon organisme")
    assert for_itself.request.path.endswith("/besoin")
    assert "INSTITUT DES METIERS DU ROUERGUE" in for_itself.text
    partner = client.submit(page, {"q": BAKERY}, button="Continuer pour cette entreprise")
    assert partner.request.path.endswith("/besoin") and "BOULANGERIE DU TOUAT" in partner.text


def test_a_company_that_is_not_public_is_typed(client: CheckedClient) -> None:
    page = type_company(client, "99100003500014")
    assert page.request.path.endswith("/entreprise")
    assert (
        "Les informations de cet établissement ne sont pas publiques. "
        "Continuez : saisissez le nom et l’adresse." in plain(page)
    )
    assert "PERSONNE NON DIFFUSIBLE" not in page.text


def test_the_register_being_down_stops_nobody(app: Flask, client: CheckedClient) -> None:
    with register_down(app):
        page = type_company(client)
        assert (
            "Le registre des entreprises ne répond pas. Continuez : saisissez le nom et l’adresse, "
            "nous vérifierons plus tard." in plain(page)
        )
        by_name = type_company(client, "boulangerie")
        assert by_name.status_code == 422 and "ne répond pas" in plain(by_name)


def test_the_typed_company_asks_for_each_missing_answer(client: CheckedClient, app: Flask) -> None:
    page = type_company(client, "99100003500014")
    empty = client.submit(page)
    assert empty.status_code == 422
    for message in ("Saisissez le nom de l’entreprise.", "Saisissez l’adresse", "Saisissez le code postal"):
        assert message in plain(empty)
    wrong = client.submit(page, {"name": "Chez Zoé", "line": "1 rue Haute", "postcode": "99999"})
    assert wrong.status_code == 422 and "Aucune commune n’a ce code postal." in plain(wrong)
    several = client.submit(wrong, {"postcode": "12000"})
    assert several.status_code == 422 and "Choisissez la commune." in plain(several)
    done = client.submit(several, {"commune": "12202"})
    assert done.request.path.endswith("/besoin") and "1 rue Haute, 12000 Rodez" in plain(done)
    with given(app):
        assert db.session.scalars(sa.select(Draft)).one().answers["typed"]["lat"] is not None


def test_another_site_can_send_a_siret(client: CheckedClient) -> None:
    page = client.get(f"/deposer?q={BAKERY}&origine=partenaire")
    assert f'value="{BAKERY}"' in page.text
    assert client.submit(page).request.path.endswith("/besoin")


def test_job_names_are_suggested_to_browsers_with_script(client: CheckedClient) -> None:
    answer = client.get("/deposer/metiers.json?q=boulangere")
    assert answer.json["metiers"][0]["nom"] == "Boulanger / Boulangère"
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert client.get("/deposer/metiers.json").json == {"metiers": []}
