"""Screen 2: each message of the table, what « Modifier » keeps, the pay panel."""

from datetime import datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from app.core import clock
from app.core.database import db
from app.domain.offers.models import Draft
from tests.factories.offers import given
from tests.support.client import CheckedClient
from tests.support.deposit import ANSWERS, plain, to_check, type_company

DAY = "Cette date n’existe pas. Vérifiez le jour et le mois."
RANGE = "Choisissez une date entre aujourd’hui et le 2 mars 2029."
ADDRESS = "Saisissez une adresse complète, par exemple nom@entreprise.fr."
PHONE = "Saisissez un numéro français (05 65 00 00 00) ou international (+33 5 65 00 00 00)."
REFUSED = [
    ("job", "", "Choisissez un métier dans la liste."),
    ("job", "vendeur", "Choisissez un métier dans la liste."),
    ("job", "zzzzzzz", "Aucun métier ne correspond à “zzzzzzz”. Essayez un mot plus courant."),
    ("start_date", "31/04/2028", DAY),
    ("start_date", "29/02/2027", DAY),
    ("start_date", "bientôt", DAY),
    ("start_date", "01/01/0000", DAY),
    ("start_date", "01/09/9999", RANGE),
    ("start_date", "01/03/2027", RANGE),
    ("start_date", "03/03/2029", RANGE),
    ("openings", "0", "Indiquez un nombre entre 1 et 10."),
    ("openings", "11", "Indiquez un nombre entre 1 et 10."),
    ("openings", "-1", "Indiquez un nombre entre 1 et 10."),
    ("openings", "1e309", "Indiquez un nombre entre 1 et 10."),
    ("openings", "NaN", "Indiquez un nombre entre 1 et 10."),
    ("openings", "²", "Indiquez un nombre entre 1 et 10."),
    ("words", "x" * 1501, "Votre texte compte 1501 caractères ; la limite est de 1500."),
    (
        "words",
        "Appelez le 05 65 12 34 56",
        "Retirez le numéro de téléphone : les candidats vous joindront par le service.",
    ),
    ("words", "Écrivez à a@b.fr", "Retirez l’adresse e-mail"),
    ("name", "", "Saisissez votre nom."),
    ("email", "", ADDRESS),
    ("email", "camille@", ADDRESS),
    ("email", 'A" <x@y.fr>, "B', ADDRESS),
    ("email", "x@yopmail.com", "Cette adresse est temporaire. Saisissez une adresse que vous gardez."),
    ("phone", "12", PHONE),
    ("phone", "téléphone", PHONE),
]
DATES = ["01/09/2027", "1/9/2027", "01-09-2027", "2027-09-01", "1 septembre 2027", "1er septembre 2027"]


def _need(client: CheckedClient) -> TestResponse:
    return type_company(client)


@pytest.mark.parametrize(("field", "value", "message"), REFUSED)
def test_each_refusal_has_its_message_and_keeps_every_answer(
    client: CheckedClient, at_noon: datetime, field: str, value: str, message: str
) -> None:
    typed = {**ANSWERS, "words": "Ambiance calme", "phone": "05 65 00 00 00", field: value}
    page = client.submit(_need(client), typed)
    assert page.status_code == 422
    words = plain(page)
    assert message in words and "1 réponse est à corriger" in words
    assert "<title>Erreur – Étape 2 sur 3 – Votre besoin" in page.text
    mended = {"start": "asap", "start_date": "", "openings": "1", "words": "", "phone": ""}
    again = client.submit(page, ANSWERS | mended)
    assert again.request.path.endswith("/verifier")
    for name, kept in typed.items():
        assert kept == "" or kept in words or f'value="{_escaped(kept)}"' in page.text, name


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&#34;").replace("<", "&lt;").replace(">", "&gt;")


def test_an_empty_form_names_its_three_missing_answers(client: CheckedClient) -> None:
    page = client.submit(_need(client))
    assert page.status_code == 422 and "3 réponses sont à corriger" in plain(page)
    for anchor in ("#job", "#name", "#email"):
        assert f'href="{anchor}"' in page.text


@pytest.mark.parametrize("typed", DATES)
def test_a_date_is_read_however_it_is_written(client: CheckedClient, at_noon: datetime, typed: str) -> None:
    assert "1er septembre 2027" in plain(to_check(client, start="date", start_date=typed))


def test_a_date_typed_counts_until_as_soon_as_possible_is_put_back(
    client: CheckedClient, at_noon: datetime
) -> None:
    page = to_check(client, start_date="01/09/2027")
    assert "1er septembre 2027" in plain(page)
    need = client.get(page.request.path.replace("verifier", "besoin"))
    assert "1er septembre 2027" not in plain(client.submit(need, {"start": "asap"}))


def test_a_precise_date_has_to_be_given(client: CheckedClient) -> None:
    page = to_check(client, start="date")
    assert page.status_code == 422 and "Saisissez la date de début" in plain(page)


def test_a_mistake_in_the_folded_part_opens_it(client: CheckedClient) -> None:
    assert '<details class="da-details">' in _need(client).text
    page = to_check(client, openings="12")
    assert '<details class="da-details" open>' in page.text


def test_a_job_is_chosen_in_the_list_when_its_words_are_common(client: CheckedClient) -> None:
    page = client.submit(_need(client), {"job": "vendeur"}, button="Chercher ce métier")
    assert page.status_code == 200 and "<title>Étape 2" in page.text
    assert page.text.count('name="job_key"') == 10
    done = client.submit(page, {**ANSWERS, "job": "vendeur", "job_key": "vendeur-boulangerie"})
    assert "Vendeur ou vendeuse en boulangerie" in plain(done)


def test_a_choice_made_for_other_words_isnt_an_answer(client: CheckedClient) -> None:
    page = client.submit(_need(client), {"job": "vendeur"}, button="Chercher ce métier")
    other = client.submit(page, {**ANSWERS, "job": "coiffeur", "job_key": "vendeur-boulangerie"})
    assert "Coiffeur ou coiffeuse" in plain(other)
    forged = client.submit(page, {**ANSWERS, "job": "vendeur", "job_key": "n’existe pas"})
    assert forged.status_code == 422


@pytest.mark.parametrize("typed", ["boulangère", "Boulanger / Boulangère", "boulanger ou boulangère"])
def test_a_job_named_as_the_list_names_it_is_chosen_at_once(client: CheckedClient, typed: str) -> None:
    assert to_check(client, job=typed).request.path.endswith("/verifier")


@pytest.mark.parametrize(
    ("button", "answers", "shown"),
    [
        ("l’enseigne", {"brand": "Le Fournil d’Élise"}, "Le Fournil d’Élise"),
        ("l’adresse du poste", {"line": "1 place Foch", "postcode": "44000"}, "1 place Foch, 44000 Nantes"),
        ("l’OPCO", {"opco": "inconnu"}, "OPCO à déterminer : nous nous en occupons."),
    ],
)
def test_modifier_leads_apart_and_back_with_every_answer(
    client: CheckedClient, button: str, answers: dict[str, str], shown: str
) -> None:
    typed = {"job": "boul", "name": "Zoé", "email": "pas fini", "words": "Horaires\nde jour", "openings": "3"}
    apart = client.submit(_need(client), typed, button=f"Modifier {button}")
    assert apart.request.path.rpartition("/")[2] in {"enseigne", "adresse", "opco"}
    back = client.submit(apart, answers)
    assert back.request.path.endswith("/besoin")
    assert shown in plain(back)
    for value in ("boul", "Zoé", "pas fini"):
        assert f'value="{value}"' in back.text
    assert "Horaires\nde jour" in back.text


def test_another_tab_is_asked_which_version_to_keep(client: CheckedClient) -> None:
    first = _need(client)
    second = client.get(first.request.path)
    assert client.submit(first, ANSWERS).request.path.endswith("/verifier")
    page = client.submit(second, {**ANSWERS, "job": "coiffeur"})
    assert page.status_code == 409
    assert "Deux versions existent. Laquelle garder ?" in plain(page)
    assert "coiffeur" in plain(page) and "boulanger" in plain(page)
    kept = client.submit(page)
    assert "Coiffeur ou coiffeuse" in plain(kept)


def test_going_back_and_posting_again_keeps_the_last_answers(client: CheckedClient) -> None:
    page = _need(client)
    client.submit(page, ANSWERS)
    changed = client.submit(page, {**ANSWERS, "job": "coiffeur"})
    assert "Coiffeur ou coiffeuse" in plain(changed)
    assert client.submit(page, {**ANSWERS, "job": "coiffeur"}).request.path.endswith("/verifier")


def test_a_stranger_and_a_late_comer_dont_see_a_draft(client: CheckedClient, app: Flask) -> None:
    page = _need(client)
    stranger = client.application.test_client()
    assert stranger.get(page.request.path).status_code == 404
    assert client.get("/deposer/inconnu/besoin").status_code == 404
    with given(app):
        db.session.scalars(sa.select(Draft)).one().expires_at = clock.now()
    assert client.get(page.request.path).status_code == 410


def test_a_step_cannot_be_skipped(client: CheckedClient) -> None:
    need = _need(client).request.path
    assert client.get(need.replace("besoin", "verifier"), follow_redirects=True).request.path == need
    assert client.get(need.replace("besoin", "annonce"), follow_redirects=True).request.path == need
    typed = type_company(client, "99100003500014").request.path
    assert client.get(typed.replace("entreprise", "besoin"), follow_redirects=True).request.path == typed


def test_the_minimum_pay_follows_the_start_date(client: CheckedClient) -> None:
    with clock.set_to(datetime.fromisoformat("2026-05-20T09:00:00+00:00")):
        page = _need(client)
        assert "783,90 €" in plain(page)
        later = client.submit(page, {"start_date": "02/06/2026", "act": "salaire"})
        assert later.status_code == 200
        for amount in ("504,10 €", "802,82 €", "989,52 €", "1 867,02 €", "1 456,28 €"):
            assert amount in plain(later)
        assert "Source : " in plain(later) and "Relevé le" in plain(later)
        assert "Le SMIC du 1er septembre 2027 n’est pas encore connu." in plain(
            client.submit(page, {"start_date": "01/09/2027", "act": "salaire"})
        )


def test_at_most_nine_fields_and_five_mandatory_empty_ones(client: CheckedClient) -> None:
    visible = client.get("/").text.count('<input class="fr-input')
    mandatory = visible
    page = _need(client).text
    shown = page.partition("<details")[0]
    visible += sum(f'id="{name}-group"' in shown for name in ("job", "level", "start", "words"))
    visible += sum(f'id="{name}-group"' in shown for name in ("name", "email", "phone", "openings"))
    mandatory += shown.count('aria-required="true"')
    assert visible <= 9
    assert mandatory <= 5
    assert " disabled" not in page
