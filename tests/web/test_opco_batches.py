"""The board's order, saved views and acts on many companies: what is said is what is done, to the unit."""

import csv
import io
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from app.audit.models import JournalEntry
from app.core import clock
from app.core.database import db
from app.domain.opco.follow_up import end_follow_up
from app.domain.opco.lifecycle import FollowUpStatus
from app.domain.opco.models import FollowUp
from app.domain.organisations.roles import Role
from app.lists.models import Batch, BatchItem, SavedView
from app.scheduling.runner import run_job
from tests.factories.offers import AGENT
from tests.factories.structures import make_member
from tests.support.client import CheckedClient
from tests.support.opco_space import enter, followed, opco_member

pytestmark = pytest.mark.usefixtures("db_session", "at_noon")
S = FollowUpStatus


def words(text: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", text).replace("\u00a0", " ").replace("\u202f", " ").split())


def shown(page: TestResponse) -> list[str]:
    return re.findall(r'translate="no">(Fournil [^<]+)</a>', page.text)


def statuses() -> dict[str, S]:
    db.session.rollback()
    db.session.expire_all()
    return {one.establishment.shown_name: one.status for one in db.session.scalars(sa.select(FollowUp))}


def test_columns_sort_by_links_that_say_the_order(client: CheckedClient) -> None:
    for name, postcode, city in (("b", "12000", "Rodez"), ("a", "75001", "Paris"), ("c", "12000", "Olemps")):
        company = followed(brand=f"Fournil {name}").establishment
        company.postcode, company.city = postcode, city
    base = f"{enter(client, opco_member())}/entreprises"
    assert shown(client.get(base)) == ["Fournil b", "Fournil a", "Fournil c"]
    page = client.get(f"{base}?tri=entreprise&etape=toutes&lignes=50")
    assert shown(page) == ["Fournil a", "Fournil b", "Fournil c"]
    assert page.text.count("aria-sort=") == 1
    assert 'aria-sort="ascending"' in page.text
    other = re.search(r'href="([^"]+tri=-entreprise[^"]*)"', page.text)
    assert other
    assert {"etape=toutes", "lignes=50"} <= set(re.split("[?&]", other[1].replace("&amp;", "&")))
    back = client.get(other[1].replace("&amp;", "&"))
    assert shown(back) == ["Fournil c", "Fournil b", "Fournil a"]
    assert 'aria-sort="descending"' in back.text
    assert shown(client.get(f"{base}?tri=lieu")) == ["Fournil c", "Fournil b", "Fournil a"]
    assert shown(client.get(f"{base}?tri=-echange")) == ["Fournil c", "Fournil a", "Fournil b"]
    assert shown(client.get(f"{base}?tri=inconnu")) == shown(client.get(base))


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"acte": "assign:" + "9" * 81}, 422),
        ({"acte": "step:contacted", "selection": "tout", "total": "9" * 5000}, 303),
        ({"acte": "step:contacted", "choix": ["\x00"]}, 400),
        ({"acte": "step:contacted\x00"}, 400),
    ],
)
def test_what_no_page_posts_is_refused_without_an_incident(
    client: CheckedClient, more: dict[str, object], status: int
) -> None:
    company = followed(brand="Fournil")
    base = f"{enter(client, opco_member())}/entreprises"
    ticked = {"choix": [company.public_id], **more}
    assert client.submit(client.get(base), ticked, form="/lots", follow=False).status_code == status
    for number in (2**31, 2**63, "9" * 5000):
        assert client.get(f"{base}/vues/{number}").status_code == 404
    assert client.get(f"{base}?page={'9' * 5000}").status_code == 200


def test_numbers_on_the_button_the_confirm_page_and_the_result_are_the_same(client: CheckedClient) -> None:
    for number in range(23):
        followed(brand=f"Fournil {number:02d}")
    base = f"{enter(client, opco_member())}/entreprises"
    page = client.get(f"{base}?q=fournil")
    assert "Tout sélectionner sur cette page (20)" in words(page.text)
    assert "Sélectionner les 23 résultats" in words(page.text)
    assert "Continuer avec 20 entreprises" in words(client.get(f"{base}?q=fournil&selection=page").text)
    everything = client.get(f"{base}?q=fournil&selection=tout")
    assert "Continuer avec 23 entreprises" in words(everything.text)
    confirm = client.submit(everything, {"acte": "step:contacted"}, form="/lots")
    said = words(confirm.text)
    assert said.count("Passer 23 entreprises à l’étape « Contactée »") >= 2
    assert "les 10 premières" in said
    assert "et 13 autres" in said
    assert len(re.findall(r"<li><span translate=\"no\">Fournil", confirm.text)) == 10
    assert set(statuses().values()) == {S.TO_CONTACT}
    done = client.submit(confirm)
    assert "23 faites" in words(done.text)
    assert "ignorée" not in words(done.text)
    assert set(statuses().values()) == {S.CONTACTED}
    # The button pressed again, and the confirm page read again, change nothing more.
    assert "23 faites" in words(client.submit(confirm).text)
    moves = sa.select(sa.func.count()).where(JournalEntry.action == "follow_up_moved")
    assert db.session.scalar(moves) == 23
    line = db.session.scalars(sa.select(JournalEntry).where(JournalEntry.action == "batch_run")).one()
    assert line.facts == {"act": "step", "done": 23, "skipped": 0}


def test_what_changed_meanwhile_is_left_told_downloaded_and_tried_again(client: CheckedClient) -> None:
    companies = [followed(brand=f"Fournil {number}") for number in range(4)]
    companies[0].status = S.SUPPORTED
    db.session.flush()
    numbers = [one.id for one in companies]
    ticked = [one.public_id for one in companies]
    base = f"{enter(client, opco_member())}/entreprises"
    page = client.get(f"{base}?etape=toutes")
    confirm = client.submit(page, {"choix": ticked, "acte": "step:supported"}, form="/lots")
    assert "1 sur 4 : Elle est déjà à l’étape « Accompagnée »." in words(confirm.text)
    db.session.get_one(FollowUp, numbers[1]).status = S.CONTACTED
    end_follow_up(db.session.get_one(FollowUp, numbers[2]), by=AGENT)
    db.session.commit()
    done = client.submit(confirm)
    assert "1 faite, 3 ignorées" in words(done.text)
    for reason in ("déjà à l’étape", "a changé depuis votre choix", "transmis à un autre OPCO"):
        assert reason in done.text
    found = re.search(r'href="([^"]+ignorees\.csv)"', done.text)
    assert found
    file = client.get(found[1])
    rows = list(csv.reader(io.StringIO(file.data.decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == ["Ligne", "Détail", "Raison"]
    assert [row[0] for row in rows[1:]] == ["Fournil 0", "Fournil 1", "Fournil 2"]
    again = client.submit(done, button="Réessayer ces 3")
    assert "Passer 3 entreprises" in words(again.text)
    assert "2 sur 3" not in words(again.text)
    assert "1 faite, 2 ignorées" in words(client.submit(again).text)
    assert statuses()["Fournil 1"] is S.SUPPORTED


def test_companies_are_given_to_a_colleague_or_to_nobody(client: CheckedClient) -> None:
    first, second = followed(brand="Fournil un"), followed(brand="Fournil deux")
    ticked, numbers = [first.public_id, second.public_id], (first.id, second.id)
    me = opco_member()
    colleague = make_member(me.organisation, Role.RECRUITER, email="camille@opco.example").account
    person = colleague.id
    base = f"{enter(client, me)}/entreprises"
    page = client.get(base)
    confirm = client.submit(page, {"choix": ticked, "acte": f"assign:{person}"}, form="/lots")
    assert "Confier 2 entreprises" in words(confirm.text)
    assert "2 faites" in words(client.submit(confirm).text)
    db.session.expire_all()
    assert {db.session.get_one(FollowUp, one).assignee_id for one in numbers} == {person}
    left = client.submit(client.get(base), {"choix": ticked[:1], "acte": "assign:personne"}, form="/lots")
    assert "1 faite" in words(client.submit(left).text)
    assert db.session.get_one(FollowUp, numbers[0]).assignee_id is None


def test_nothing_ticked_no_act_or_what_is_not_ours(client: CheckedClient) -> None:
    followed(brand="Fournil du Lac")
    theirs = followed("01", brand="Menuiserie").public_id
    other = opco_member(code="01", name="OPCO voisin")
    me = opco_member()
    reader = make_member(me.organisation, Role.READER, email="lecture@opco.example")
    base = f"{enter(client, me)}/entreprises"
    page = client.get(base)
    for answers in ({}, {"acte": "step:contacted"}, {"choix": [theirs], "acte": "step:contacted"}):
        assert client.submit(page, answers, form="/lots").status_code == 422
    refused = client.submit(page, {}, form="/lots")
    assert 'aria-describedby="acte-messages" aria-invalid="true"' in refused.text
    assert 'href="#acte"' in refused.text
    for act in ("step:not_ours", "step:x", "assign:x", "erase:1", "é" * 500):
        assert client.submit(page, {"acte": act, "choix": ["x"]}, form="/lots").status_code == 422
    everything = client.get(f"{base}?selection=tout")
    confirm = client.submit(everything, {"acte": "step:dropped"}, form="/lots")
    address = confirm.request.path
    assert db.session.scalar(sa.select(sa.func.count()).select_from(BatchItem)) == 1
    enter(client, other)
    assert client.get(address).status_code == 404
    foreign = address.replace(me.organisation.public_id, other.organisation.public_id)
    assert client.get(foreign).status_code == 404
    enter(client, reader)
    assert client.get(address).status_code == 403
    assert "Choisir une action" not in client.get(base).text


def test_a_list_that_changed_since_is_told_and_batches_are_forgotten(client: CheckedClient) -> None:
    followed(brand="Fournil un")
    base = f"{enter(client, opco_member())}/entreprises"
    page = client.get(f"{base}?selection=tout")
    followed(brand="Fournil deux")
    db.session.commit()
    confirm = client.submit(page, {"acte": "step:contacted"}, form="/lots")
    assert "2 entreprises maintenant, au lieu de 1" in words(confirm.text)
    old = sa.select(Batch.id).limit(1).scalar_subquery()
    last_week = clock.now() - timedelta(days=8)
    db.session.execute(sa.update(Batch).values(made_at=last_week).where(Batch.id == old))
    db.session.commit()
    run_job("clean_up", dry=False)
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(BatchItem)) == 0


def test_views_are_kept_for_oneself_or_the_team(client: CheckedClient) -> None:
    followed(brand="Fournil du Lac")
    me = opco_member(Role.ADMINISTRATOR)
    colleague = make_member(me.organisation, Role.RECRUITER, email="camille@opco.example")
    reader = make_member(me.organisation, Role.READER, email="lecture@opco.example")
    base = f"{enter(client, colleague)}/entreprises"
    page = client.get(f"{base}?etape=toutes&departement=12&tri=-lieu&lignes=50&page=1")
    link = re.search(r'href="([^"]+vues/enregistrer[^"]*)"', page.text)
    assert link
    form = client.get(link[1].replace("&amp;", "&"))
    assert client.submit(form, {"title": ""}).status_code == 422
    mine = client.submit(form, {"title": "À moi"})
    assert "Vue enregistrée" in words(mine.text)
    assert dict(mine.request.args) == {
        "etape": "toutes", "departement": "12", "tri": "-lieu", "lignes": "50",
    }  # fmt: skip
    again = client.get(form.request.path)
    assert client.submit(again, {"title": "à MOI"}).status_code == 422
    client.submit(again, {"title": "Pour tous", "is_shared": "y"})
    enter(client, reader)
    board = client.get(base).text
    assert "Pour tous" in board
    assert "À moi" not in board
    assert "is_shared" not in client.get(form.request.path).text
    numbers = {view.title: view.id for view in db.session.scalars(sa.select(SavedView))}
    assert client.get(f"{base}/vues/{numbers['Pour tous']}").status_code == 404
    enter(client, me)
    assert client.get(f"{base}/vues/{numbers['À moi']}").status_code == 404
    change = client.get(f"{base}/vues/{numbers['Pour tous']}")
    assert "Équipe" in client.submit(change, {"title": "Équipe", "is_shared": "y"}).text
    listed = client.get(f"{base}/vues")
    assert "Équipe" not in client.submit(listed, button="Supprimer").text.split("<main")[1]
    enter(client, colleague)
    left = client.submit(client.get(f"{base}/vues"), button="Supprimer")
    assert "Aucune vue" in left.text
