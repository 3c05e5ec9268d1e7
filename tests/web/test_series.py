"""A series of offers: a table read as it comes, put right line by line, ordered once, followed to its end."""

import copy
import io
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from app.core import clock
from app.core.database import db
from app.domain.deposits.depositing import GIVE_UP_AFTER
from app.domain.deposits.lifecycle import SeriesStatus
from app.domain.deposits.models import Series, SeriesLine
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Offer
from app.domain.organisations.lifecycle import OrganisationStatus
from app.domain.organisations.models import Organisation
from app.domain.organisations.roles import Role
from app.scheduling.runner import run_job
from tests.factories.structures import make_member, make_structure
from tests.support.client import CheckedClient
from tests.support.deposit import plain
from tests.support.mailbox import Mailbox
from tests.support.sign_in import by_link
from tests.support.standins import Partner, heal

pytestmark = pytest.mark.usefixtures("db_session")
BAKERY, OTHER, CLOSED, UNLISTED = "99100001900018", "99100005000013", "99100002700011", "99100003500014"
HEAD = "SIRET;Métier;Diplôme;Début;Nombre de postes;Contact;E-mail;Téléphone"
TABLE = f"""{HEAD}
991 000 019 00018;boulanger;CAP;01/09/2027;1;Camille Fabre;camille@levain.example;05 65 00 00 00
991 000 019 00018;D1106;Bac;;2;Camille Fabre;camille@levain.example;
"""


@pytest.fixture
def chamber() -> Organisation:
    return make_structure(name="CMA d’essai")


def _come(client: CheckedClient, structure: Organisation) -> str:
    member = make_member(structure, Role.RECRUITER, email="dominique@cma.example")
    by_link(client, member.account, proven=False)
    return f"/espace/{structure.public_id}/deposer-en-serie"


def _read(client: CheckedClient, address: str, table: str) -> TestResponse:
    return client.submit(client.get(address), {"table": table})


def _order(client: CheckedClient, page: TestResponse) -> TestResponse:
    return client.submit(page, form="commander")


def _offers() -> list[Offer]:
    db.session.expire_all()
    return list(db.session.scalars(sa.select(Offer).order_by(Offer.id)))


def test_a_pasted_table_is_read_again_then_deposited_line_by_line(
    client: CheckedClient, mailbox: Mailbox, chamber: Organisation
) -> None:
    page = _read(client, _come(client, chamber), TABLE)
    words = plain(page)
    assert "2 lignes lues : 2 prêtes." in words
    assert "Boulanger ou boulangère" in words
    assert "1 septembre 2027" in words or "1er septembre 2027" in words
    assert "Déposer les 2 offres" in words
    assert _offers() == []
    done = _order(client, page)
    assert "2 en attente" in plain(done)
    assert _order(client, page).status_code == 200, "a second click shows the same series"
    run_job("deposit_series", dry=False)
    run_job("deposit_series", dry=False)
    offers = _offers()
    assert [offer.status for offer in offers] == [OfferStatus.ONLINE] * 2
    assert {offer.organisation_id for offer in offers} == {chamber.id}
    assert [offer.openings for offer in offers] == [1, 2]
    result = plain(client.get(done.request.path))
    assert "2 offres déposées." in result
    assert result.count("En ligne") >= 2
    mailbox.deliver()
    told = [one for one in mailbox.letters if one.to == "camille@levain.example"]
    assert len(told) == 2
    assert all("a déposé une offre pour vous" in one.subject for one in told)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(TABLE.encode("utf-8-sig"), id="mark"),
        pytest.param(TABLE.encode("cp1252"), id="windows"),
        pytest.param(TABLE.replace(";", "\t").encode("utf-16"), id="tabs"),
        pytest.param(TABLE.replace(";", ",").encode(), id="commas"),
    ],
)
def test_a_file_is_read_however_a_spreadsheet_wrote_it(
    client: CheckedClient, chamber: Organisation, data: bytes
) -> None:
    page = client.get(_come(client, chamber))
    answer = client.submit(page, {"file": (io.BytesIO(data), "offres.csv")})
    assert "2 prêtes" in plain(answer)


def test_each_wrong_line_says_why_and_is_mended_without_losing_the_rest(
    client: CheckedClient, chamber: Organisation
) -> None:
    table = f"""{HEAD}
{BAKERY};boulanger;CAP;;1;Camille;camille@levain.example;
9,91E+13;boulanger;CAP;;1;Camille;camille@levain.example;
{CLOSED};boulanger;CAP;;1;Camille;camille@levain.example;
{BAKERY};vendeur;Bac + 9;31/02/2027;12;Camille;dominique@cma.example;12
{BAKERY};boulangère;CAP;;1;Camille;camille@levain.example;
{UNLISTED};coiffeur;;;1;=1+1;camille@levain.example;
"""
    page = _read(client, _come(client, chamber), table)
    words = plain(page)
    assert "6 lignes lues : 1 prête, 5 à corriger." in words
    assert "Ligne 3 : Le tableur a abrégé ce SIRET" in words
    assert "Ligne 4 : Cet établissement est fermé" in words
    for problem in ("peut être plusieurs métiers", "Diplôme “Bac + 9” non reconnu", "Cette date n’existe pas",
                    "entre 1 et 10", "celle de votre structure", "Saisissez un numéro"):  # fmt: skip
        assert problem in words
    assert "Ligne 6 : Une offre de boulanger existe déjà" in words
    assert "Ligne 7 : Le registre ne montre pas cette entreprise" in words
    line = f"{page.request.path}/lignes/5"
    shown = client.get(line)
    assert shown.status_code == 200
    asked = client.submit(shown, {"job": "vendeur"}, button="Chercher ce métier")
    key = re.search(r'name="job_key" value="([^"]+)"', asked.text)
    assert key
    right = {"job_key": key[1], "level": "4", "start": "", "openings": "2",
             "email": "camille@levain.example", "phone": ""}  # fmt: skip
    fixed = plain(client.submit(asked, right, button="Enregistrer la ligne"))
    assert "2 prêtes, 4 à corriger" in fixed
    twin = client.submit(client.get(f"{page.request.path}/lignes/6"), {"anyway": "y"})
    assert "3 prêtes, 3 à corriger" in plain(twin)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token
    removed = client.post(
        f"{page.request.path}/lignes/4/retirer", data={"csrf_token": token[1]}, follow_redirects=True
    )
    assert "5 lignes lues : 3 prêtes, 2 à corriger" in plain(removed)
    _order(client, removed)
    run_job("deposit_series", dry=False)
    assert len(_offers()) == 3
    result = client.get(page.request.path)
    assert "3 offres déposées, 2 lignes non déposées." in plain(result)
    file = client.get(f"{page.request.path}/lignes-ignorees")
    assert file.text.startswith("\ufeffSIRET;")
    assert "Le tableur a abrégé" in file.text
    again = client.submit(result, button="Réessayer ces 2")
    assert "2 lignes lues : 0 prête, 2 à corriger." in plain(again)
    assert "Déposer les" not in plain(again)
    assert client.submit(result, button="Réessayer ces 2").request.path == again.request.path


def test_a_job_chosen_once_serves_every_line_that_says_the_same(
    client: CheckedClient, chamber: Organisation
) -> None:
    line = f"{BAKERY};vendeur;;;1;Camille;camille@levain.example;\n"
    page = _read(client, _come(client, chamber), f"{HEAD}\n{line}{line.replace(BAKERY, OTHER)}")
    shown = client.get(f"{page.request.path}/lignes/2")
    assert "1 autre ligne dit “vendeur”" in plain(shown)
    key = re.search(r'name="job_key" value="([^"]+)"', shown.text)
    assert key
    review = client.submit(shown, {"job_key": key[1], "same": "y"})
    assert "2 lignes lues : 2 prêtes." in plain(review)


def test_a_silent_register_loses_nothing(
    app: Flask, client: CheckedClient, chamber: Organisation, annuaire: Partner
) -> None:
    annuaire.fails("503")
    page = _read(client, _come(client, chamber), TABLE)
    assert "2 prêtes" in plain(page)
    assert "nous interrogeons le registre" in plain(page)
    done = _order(client, page)
    run_job("deposit_series", dry=False)
    assert _offers() == []
    assert "Le registre des entreprises ne répond pas" in plain(client.get(done.request.path))
    heal(app, annuaire)
    run_job("deposit_series", dry=False)
    assert _offers() == [], "not before its time"
    with clock.set_to(clock.now() + GIVE_UP_AFTER / 3):
        run_job("deposit_series", dry=False)
    assert len(_offers()) == 2
    assert db.session.scalars(sa.select(Series.status)).all() == [SeriesStatus.DONE]


def test_a_line_that_cant_be_written_stops_nobody_else(client: CheckedClient, chamber: Organisation) -> None:
    page = _read(client, _come(client, chamber), TABLE)
    first, second = db.session.scalars(sa.select(SeriesLine).order_by(SeriesLine.number))
    assert first.clean and second.company
    first.clean = {**first.clean, "name": None}
    told = copy.deepcopy(second.company)
    told["look_up"]["company"]["address"] |= {"line": "rue " * 100, "city": "Rodez " * 20}
    second.company = told
    db.session.commit()
    done = _order(client, page)
    run_job("deposit_series", dry=False)
    assert [(len(offer.address_line), len(offer.city)) for offer in _offers()] == [(200, 80)]
    words = plain(client.get(done.request.path))
    assert "1 en attente" in words
    assert "Un incident de notre côté. Nous réessayons." in words
    assert "registre" not in words
    for day in range(1, 6):
        with clock.set_to(clock.now() + timedelta(hours=2 * day)):
            run_job("deposit_series", dry=False)
    ended = plain(client.get(done.request.path))
    assert "Non déposée" in ended
    assert "Cette ligne n’a pas pu être déposée." in ended


def test_lines_are_given_up_with_their_reason_and_can_be_stopped(
    client: CheckedClient, chamber: Organisation, annuaire: Partner
) -> None:
    annuaire.fails("503")
    address = _come(client, chamber)
    done = _order(client, _read(client, address, TABLE))
    with clock.set_to(clock.now() + GIVE_UP_AFTER):
        run_job("deposit_series", dry=False)
    assert "n’a pas répondu pendant trois jours" in plain(client.get(done.request.path))
    other = _order(client, _read(client, address, TABLE))
    stopped = client.submit(other, button="Arrêter")
    assert "Série arrêtée" in plain(stopped)
    run_job("deposit_series", dry=False)
    assert _offers() == []


def test_what_a_series_left_out_is_a_task_until_somebody_has_seen_it(
    client: CheckedClient, chamber: Organisation
) -> None:
    line = f"{CLOSED};boulanger;CAP;;1;Camille;camille@levain.example;\n"
    address = _come(client, chamber)
    home = address.removesuffix("/deposer-en-serie")
    _order(client, _read(client, address, f"{TABLE}{line}{line}"))
    assert "de votre série" not in plain(client.get(home)), "not before its end"
    run_job("deposit_series", dry=False)
    page = client.get(home)
    assert "2 lignes de votre série n’ont pas été déposées (série du " in plain(page)
    result = re.search(r'href="([^"]+/series/[^"]+)"', page.text)
    assert result
    noted = client.submit(client.get(result[1]), button="Retirer ce rappel")
    assert "C’est noté" in plain(noted)
    assert "de votre série" not in plain(noted)
    assert "Retirer ce rappel" not in plain(client.get(result[1]))


def test_deposit_anyway_is_kept_when_a_line_is_tried_again(
    client: CheckedClient, chamber: Organisation
) -> None:
    line = f"{BAKERY};boulanger;CAP;;1;Camille;camille@levain.example;\n"
    page = _read(client, _come(client, chamber), f"{HEAD}\n{line}{line}")
    review = client.submit(client.get(f"{page.request.path}/lignes/3"), {"anyway": "y"})
    assert "2 prêtes" in plain(review)
    stopped = client.submit(_order(client, review), button="Arrêter")
    again = client.submit(stopped, button="Réessayer ces 2")
    assert "2 lignes lues : 2 prêtes." in plain(again)


def test_an_unverified_structure_waits_for_each_company(client: CheckedClient, mailbox: Mailbox) -> None:
    structure = make_structure(status=OrganisationStatus.TO_VERIFY, name="Mission d’essai")
    done = _order(client, _read(client, _come(client, structure), TABLE))
    run_job("deposit_series", dry=False)
    assert {offer.status for offer in _offers()} == {OfferStatus.TO_CONFIRM}
    assert plain(client.get(done.request.path)).count("Attend la confirmation de l’entreprise") == 2
    mailbox.last(to="camille@levain.example", subject="a préparé une offre pour vous")


def test_the_number_ordered_is_the_number_shown(client: CheckedClient, chamber: Organisation) -> None:
    page = _read(client, _come(client, chamber), TABLE)
    line = db.session.scalars(sa.select(SeriesLine).order_by(SeriesLine.number.desc())).first()
    assert line is not None
    db.session.delete(line)
    db.session.commit()
    answer = _order(client, page)
    assert answer.status_code == 409
    assert "a changé depuis" in plain(answer)
    assert "Déposer l’offre" in plain(answer)
    assert db.session.scalars(sa.select(Series.status)).all() == [SeriesStatus.PREPARING]


def test_what_is_ordered_is_what_was_read(client: CheckedClient, chamber: Organisation) -> None:
    page = _read(client, _come(client, chamber), TABLE)
    other = client.submit(client.get(f"{page.request.path}/lignes/2"), {"openings": "9"})
    assert "2 prêtes" in plain(other), "as many as before"
    answer = _order(client, page)
    assert answer.status_code == 409
    assert "Rien n’est déposé : relisez-la" in plain(answer)
    assert "9 postes" in plain(answer)
    assert "2 en attente" in plain(_order(client, answer))


def test_a_line_asks_the_register_so_often_and_no_more(
    client: CheckedClient, chamber: Organisation
) -> None:
    page = _read(client, _come(client, chamber), TABLE)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token
    gone = f"{page.request.path}/lignes/99"
    answers = [client.post(gone, data={"csrf_token": token[1]}).status_code for _ in range(61)]
    assert answers == [303] * 60 + [429]
    assert client.get(f"{page.request.path}/lignes/2").status_code == 200, "reading it isn't counted"


def test_several_jobs_of_one_company(client: CheckedClient, chamber: Organisation) -> None:
    page = client.get(f"{_come(client, chamber)}/meme-entreprise")
    assert client.submit(page).status_code == 422
    answers = {"siret": BAKERY, "jobs": "boulanger\n\nD1106\nfleuriste", "name": "Camille",
               "email": "camille@levain.example"}  # fmt: skip
    ours = plain(client.submit(page, {**answers, "email": "dominique@cma.example"}))
    assert "celle de votre structure" in ours
    answer = client.submit(page, answers)
    assert "3 lignes lues : 3 prêtes." in plain(answer)


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("", "Le tableau est vide"),
        (HEAD, "n’a que sa ligne de titres"),
        ("bonjour", "La première ligne doit porter les titres"),
        ("SIRET;Diplôme\n1;2", "Il manque une colonne : Métier ou code ROME, Nom du contact, E-mail"),
        (HEAD + "\n" + f"{BAKERY};boulanger\n" * 201, "Le tableau compte 201 lignes ; la limite est de 200"),
        ('a;"b' + "x" * 140_000, "ne se lit pas"),
    ],
)
def test_what_isnt_a_table_is_told_in_words(
    client: CheckedClient, chamber: Organisation, table: str, sentence: str
) -> None:
    answer = _read(client, _come(client, chamber), table)
    assert answer.status_code == 422
    assert sentence in plain(answer)


@pytest.mark.parametrize(
    ("data", "pasted", "sentence"),
    [
        (b"", "", "Le tableau est vide"),
        (b"PK\x03\x04", "", "classeur de tableur"),
        (b"x" * 200_001, "", "trop gros"),
        (TABLE.encode(), TABLE, "un fichier et des lignes collées"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_under_the_file(
    client: CheckedClient, chamber: Organisation, data: bytes, pasted: str, sentence: str
) -> None:
    page = client.get(_come(client, chamber))
    answer = client.submit(page, {"file": (io.BytesIO(data), "offres.csv"), "table": pasted})
    assert answer.status_code == 422
    under = answer.text.partition('id="file-messages"')[2].partition("</div>")[0]
    assert sentence in under
    assert db.session.scalar(sa.select(Series)) is None


def test_the_model_is_read_back_and_its_example_left_out(
    client: CheckedClient, chamber: Organisation
) -> None:
    address = _come(client, chamber)
    model = client.get(f"{address}/modele")
    assert "modele-offres.csv" in model.headers["Content-Disposition"]
    answer = client.submit(client.get(address), {"file": (io.BytesIO(model.data), "modele.csv")})
    assert "n’a que sa ligne de titres" in plain(answer)
    with clock.set_to(clock.now()):
        assert run_job("forget_series", dry=False).error is None
