"""The feeds of sites: what is in them, under which key, in which form, who reads them; the staff's page."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from lxml import etree

from app.audit.actor import ANONYMOUS
from app.core import clock
from app.core.database import db
from app.domain.accounts.models import Account, StaffRole
from app.domain.diffusion.carried import carried_sentence, read_sentence
from app.domain.diffusion.feed_readings import reader_named
from app.domain.diffusion.files import FILE_LIFECYCLE, FileDelivery, FileStatus
from app.domain.diffusion.lifecycle import DiffusionStatus
from app.domain.diffusion.models import Diffusion
from app.domain.diffusion.orders import take_back
from app.domain.diffusion.registry import PLATFORMS, turn
from app.domain.employers.directory import Outcome
from app.domain.offers import feed_xml
from app.domain.offers.feed_formats import Frame
from app.domain.offers.life import close_offer
from app.domain.offers.lifecycle import EndReason
from app.domain.offers.models import Offer
from app.domain.organisations.roles import Role
from app.scheduling.runner import run_job
from app.web.feed_addresses import feed_token
from tests.factories.offers import given, make_establishment, make_offer, make_offers
from tests.factories.structures import make_member, make_structure
from tests.support.client import CheckedClient
from tests.support.examples import keeps_example
from tests.support.sign_in import by_link

S = DiffusionStatus
# What each form must hold for each offer: the open form, and what each site writes of its own.
REQUIRED = {
    "indeed": (
        "title", "date", "referencenumber", "requisitionid", "url", "company", "city", "state", "country",
        "description",
    ),
    "hellowork": (
        "job_id", "guid", "title", "url", "description", "city", "region", "department", "postal_code",
        "country", "publication_date", "updated_date", "contract", "code_rome", "company_title", "siret",
    ),
    "xml": (
        "reference", "url", "apply_url", "title", "description", "created_at", "updated_at", "expires_at",
        "company", "siret", "siren", "postcode", "city", "latitude", "longitude", "contract", "rome_codes",
        "remote", "openings",
    ),
}  # fmt: skip


@pytest.fixture
def opened(app: Flask) -> Iterator[dict[str, str]]:
    """The sites that read a feed are open; gives the paths of all the XML feeds."""
    with given(app):
        for key in ("indeed", "hellowork"):
            turn(key, on=True)
        paths = {key: f"/flux/sites/{key}/{feed_token(key)}/offres.xml" for key in ("indeed", "hellowork")}
    yield {**paths, "xml": "/flux/offres.xml"}


def jobs(client: CheckedClient, path: str, **headers: str) -> list[Any]:
    response = client.get(path, headers=headers)
    assert (response.status_code, response.mimetype) == (200, "application/xml")
    return list(etree.fromstring(response.data).iter("job"))


@pytest.mark.parametrize("form", REQUIRED)
def test_each_form_holds_every_field_that_its_readers_want(
    app: Flask, client: CheckedClient, opened: dict[str, str], form: str
) -> None:
    odd = "]]> <b>&amp; « pains »"
    with given(app):
        make_offer(title=f"Boulanger {odd}", description=odd)
    [job] = jobs(client, opened[form])
    assert [name for name in REQUIRED[form] if not (job.findtext(name) or "").strip()] == []
    assert job.findtext("title") == f"Boulanger {odd}"
    raw = client.get(opened[form]).text
    assert "@" not in raw
    assert "05 65" not in raw


def test_a_feed_holds_what_goes_to_its_site_alone(
    app: Flask, client: CheckedClient, opened: dict[str, str]
) -> None:
    with given(app):
        here, elsewhere = make_offers(2)
        make_offer(establishment=make_establishment(Outcome.NOT_LISTED))
        kept = here.reference
        diffusion = db.session.scalars(
            sa.select(Diffusion).where(Diffusion.offer_id == elsewhere.id, Diffusion.platform == "indeed")
        ).one()
        take_back(diffusion, by=ANONYMOUS)
    assert [job.findtext("referencenumber") for job in jobs(client, opened["indeed"])] == [kept]
    assert len(jobs(client, opened["hellowork"])) == 2


@pytest.mark.parametrize("path", ["indeed/{wrong}", "france_travail/{right}", "absent/{right}", "indeed/é"])
def test_without_its_key_a_feed_does_not_exist(
    app: Flask, client: CheckedClient, opened: dict[str, str], path: str
) -> None:
    with app.app_context():
        key = path.split("/", maxsplit=1)[0]
        asked = path.format(wrong=feed_token("hellowork"), right=feed_token(key))
    assert client.get(f"/flux/sites/{asked}/offres.xml").status_code == 404


def test_a_closed_site_reads_nothing(app: Flask, client: CheckedClient, opened: dict[str, str]) -> None:
    with given(app):
        turn("indeed", on=False)
    assert client.get(opened["indeed"]).status_code == 404


def test_an_unchanged_feed_of_a_site_is_not_sent_again(
    app: Flask, client: CheckedClient, opened: dict[str, str]
) -> None:
    with given(app):
        offer = make_offer(published=clock.now() - timedelta(minutes=5))
        offer_id = offer.id
    first = client.get(opened["indeed"])
    condition = {"If-None-Match": first.headers["ETag"]}
    assert client.get(opened["indeed"], headers=condition).status_code == 304
    with given(app):
        close_offer(db.session.get_one(Offer, offer_id), by=ANONYMOUS, reason=EndReason.FILLED_HERE)
    after = client.get(opened["indeed"], headers=condition)
    assert (after.status_code, after.text.count("<job>")) == (200, 0)


def test_in_a_feed_since_read_by_then_gone(app: Flask, client: CheckedClient, opened: dict[str, str]) -> None:
    def found() -> Diffusion:
        db.session.expire_all()
        query = sa.select(Diffusion).where(Diffusion.offer_id == number, Diffusion.platform == "indeed")
        return db.session.scalars(query).one()

    with given(app):
        number = make_offer().id
    with app.app_context():
        assert found().status is S.QUEUED
        assert run_job("follow_feeds", dry=False).counts == {"entered": 2}
        assert (found().status, found().detail) == (S.SENDING, "in_feed")
        said = carried_sentence(found(), PLATFORMS["indeed"])
        assert said is not None and said.endswith("Personne ne l’a encore lu.")
    jobs(client, opened["indeed"], **{"User-Agent": "Mozilla/5.0 (compatible; Indeedbot/2.1; +http://x)"})
    jobs(client, opened["indeed"], **{"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"})
    with app.app_context():
        assert "Dernière lecture par Indeedbot le " in (carried_sentence(found(), PLATFORMS["indeed"]) or "")
        assert read_sentence("hellowork") == "Personne ne l’a encore lu."
        close_offer(db.session.get_one(Offer, number), by=ANONYMOUS, reason=EndReason.FILLED_ELSEWHERE)
        # Closed meanwhile by portal staff: it isn't said to be there for ever.
        turn("indeed", on=False)
        db.session.commit()
        assert run_job("follow_feeds", dry=False).counts == {"left": 2}
        assert found().status is S.FILLED


@pytest.mark.parametrize(
    ("agent", "reader"),
    [
        ("curl/8.5.0", "curl"),
        ("Mozilla/5.0 (compatible; HelloWork-Feed/1.0)", "HelloWork-Feed"),
        ("Mozilla/5.0 (Macintosh) Safari/605", "un navigateur"),
        ("", "un lecteur sans nom"),
        ("camille.fabre@exemple.fr lecteur", "un lecteur sans nom"),
        ("<script>alert(1)</script>", "un lecteur sans nom"),
        ("x" * 5000, "un lecteur sans nom"),
    ],
)
def test_a_reader_is_a_programme_never_a_person(agent: str, reader: str) -> None:
    assert reader_named(agent) == reader


def come(app: Flask, client: CheckedClient, number: int) -> None:
    with app.app_context():
        by_link(client, db.session.get_one(Account, number), proven=False)


def test_a_structure_has_its_own_feed_and_its_members_who_deposit_read_its_address(
    app: Flask, client: CheckedClient, opened: dict[str, str]
) -> None:
    with given(app):
        mine, other = make_structure(name="Chambre d’essai"), make_structure(name="Autre chambre")
        make_offer(columns={"organisation_id": other.id})
        make_offer()
        kept = make_offer(columns={"organisation_id": mine.id}).reference
        path = f"/espace/{mine.public_id}"
        recruiter = make_member(mine, Role.RECRUITER, email="recruteuse@chambre.example").account_id
        reader = make_member(mine, Role.READER, email="lecture@chambre.example").account_id
        absent = feed_token("indeed", "absente")
        stolen = feed_token("indeed", other.public_id)
        wrong = f"/flux/sites/indeed/{mine.public_id}/{stolen}/offres.xml"
    come(app, client, reader)
    assert "/flux/sites/" not in client.get(path).text
    come(app, client, recruiter)
    shown = re.findall(r"/flux/sites/indeed/[\w-]+/\w+/offres\.xml", client.get(path).text)
    assert [job.findtext("referencenumber") for job in jobs(client, shown[0])] == [kept]
    for address in (wrong, f"/flux/sites/indeed/absente/{absent}/offres.xml"):
        assert client.get(address).status_code == 404


def test_staff_see_files_addresses_and_readers(
    app: Flask, client: CheckedClient, opened: dict[str, str]
) -> None:
    client.get(opened["indeed"], headers={"User-Agent": "Indeedbot/2.1"})
    with app.app_context():
        account = Account(
            email="agent@portail.example",
            name="Agent",
            staff_role=StaffRole.ADMINISTRATOR,
            created_at=clock.now(),
        )
        delivery = FileDelivery(platform="france_travail", begun_at=clock.now(), offers=12, size=1_500_000)
        FILE_LIFECYCLE.begin(delivery, FileStatus.REFUSED)
        delivery.answer = "Fichier <b>refuse</b>"
        db.session.add_all([account, delivery])
        db.session.commit()
        by_link(client, account)
        address = f"http://127.0.0.1:5000{opened['indeed']}"
    page = client.get("/agents/fichiers-et-flux")
    assert page.status_code == 200
    for shown in (address, "Indeedbot", "Pas accepté", "1,5", "Fichier &lt;b&gt;refuse"):
        assert shown in page.text


def test_the_documentation_shows_each_form() -> None:
    moment = "2026-11-22T09:30:00+00:00"
    facts = {
        "id": "exemple-offre", "reference": "DA-7K3M9P", "title": "Boulanger ou boulangère en apprentissage",
        "rome_code": "D1102", "job": "boulanger ou boulangère", "description": "Vous apprenez le métier.",
        "company": {"name": "Boulangerie Martin", "siret": "73282932000074", "naf": "10.71C"},
        "location": {"postcode": "12000", "city": "Rodez", "commune_code": "12202",
                     "street": "12 rue de l’Embergue", "latitude": 44.3506, "longitude": 2.575},
        "tasks": ["Préparer les pâtes"], "skills": ["Ponctualité"], "contract_types": ["apprenticeship"],
        "level": 3, "duration_months": 24, "start_on": "2027-09-01", "openings": 1, "remote": "onsite",
        "published_at": moment, "updated_at": moment, "last_day": "2026-12-20",
    }  # fmt: skip
    base = "https://depot.exemple.fr"
    frame = Frame(
        "Dépôt Alternance – offres en ligne", "Offres", f"{base}/offres", f"{base}/flux/offres.xml",
        f"{base}/flux", f"{base}/offres/", datetime.fromisoformat(moment),
    )  # fmt: skip
    forms = {"xml": feed_xml.generic_xml, "indeed": feed_xml.indeed_xml, "hellowork": feed_xml.hellowork_xml}
    for name, writer in forms.items():
        text = "".join(writer([[facts]], replace(frame, origin=name)))
        etree.fromstring(text.encode())
        keeps_example(
            "plateformes/flux.md",
            name,
            re.sub(r"(</\w+>|<job>)(?=<\w+><!\[CDATA)", r"\1\n", text),
            language="xml",
        )
