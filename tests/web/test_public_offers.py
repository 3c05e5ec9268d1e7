"""The list, an offer's page, its end, its short address."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from lxml import html

from app.core import clock
from app.core.geo import Point
from app.core.identifiers import RomeCode
from app.domain.employers.directory import Outcome
from app.domain.offers.deposit import Workplace
from app.domain.offers.lifecycle import EndReason
from app.domain.offers.models import Remote
from tests.factories.offers import given, make_contact, make_establishment, make_offer, make_offers
from tests.support.client import CheckedClient
from tests.support.queries import statements

HOSTILE = "<script>alert(1)</script></script> {{7*7}} {% x %} ${1} %s javascript:x [a](http://b) \"'&]]>"
CEILING = 15


def _spoken(text: str) -> str:
    return " ".join(
        html.fromstring(text).text_content().replace("\u00a0", " ").replace("\u202f", " ").split()
    )


def _posting(text: str) -> dict[str, object]:
    (block,) = html.fromstring(text).xpath("//script[@type='application/ld+json']/text()")
    found: dict[str, object] = json.loads(block)
    return found


def test_an_empty_list_says_what_to_do(client: CheckedClient) -> None:
    page = client.get("/offres")
    assert "Aucune offre en ligne" in _spoken(page.text)
    assert html.fromstring(page.text).xpath("//main//a[text()='Déposer une offre']")


def test_the_list_shows_the_newest_first_twenty_a_page(app: Flask, client: CheckedClient) -> None:
    with given(app):
        make_offers(45)
        make_offer(title="La dernière", published=clock.now() + timedelta(seconds=1))
    page = html.fromstring(client.get("/offres").text)
    titles = page.xpath("//article//h2/a/text()")
    assert (len(titles), titles[0]) == (20, "La dernière")
    assert "46 offres" in _spoken(html.tostring(page, encoding="unicode"))
    last = client.get("/offres?page=3")
    assert len(html.fromstring(last.text).xpath("//article")) == 6
    assert "page 3 sur 3" in html.fromstring(last.text).findtext(".//title")


@pytest.mark.parametrize("page", ["0", "-1", "abc", "99999999999999999999", "1e9", "٣", ""])
def test_any_page_number_shows_a_page(client: CheckedClient, page: str) -> None:
    assert client.get("/offres", query_string={"page": page}).status_code == 200


def test_the_list_says_where_the_feeds_are(client: CheckedClient) -> None:
    page = html.fromstring(client.get("/offres").text)
    assert page.xpath("//link[@rel='alternate']/@href") == ["/flux/offres.rss", "/flux/offres.json"]


@pytest.mark.parametrize("path", ["/offres", "/offres/{}", "/offres/{}/affiche"])
def test_a_page_asks_as_much_with_10_offers_as_with_60(
    app: Flask, client: CheckedClient, at_noon: datetime, path: str
) -> None:
    counts = []
    for number in (10, 50):
        with given(app):
            public_id = make_offers(number)[-1].public_id
        # Once before, since the values of the legal pay are kept a minute.
        client.get(path.format(public_id))
        with statements() as sent:
            assert client.get(path.format(public_id)).status_code == 200
        counts.append(len(sent))
    assert counts[0] == counts[1] <= CEILING


def test_a_page_of_offers_may_be_cached_and_sets_no_cookie(app: Flask, client: CheckedClient) -> None:
    with given(app):
        public_id = make_offer().public_id
    for path in ("/offres", f"/offres/{public_id}"):
        response = client.get(path)
        assert response.headers["Cache-Control"] == "public, max-age=60"
        assert "Set-Cookie" not in response.headers


def test_a_waiting_message_is_not_shown_on_a_cached_page(app: Flask, client: CheckedClient) -> None:
    with client.session_transaction() as session:
        session["_flashes"] = [("success", "Pour vous seul")]
    assert "Pour vous seul" not in client.get("/offres").text


@pytest.fixture
def in_march() -> Iterator[datetime]:
    """Before the day on which a new SMIC is expected."""
    with clock.set_to(datetime(2026, 9, 1, 8, 0, tzinfo=clock.PARIS)) as _:
        yield clock.now()


def test_an_offer_says_what_is_known(app: Flask, client: CheckedClient, in_march: datetime) -> None:
    with given(app):
        offer = make_offer(
            start_on=date(2026, 10, 1),
            rhythm="3 semaines en entreprise, 1 au centre",
            duration_months=24,
            openings=2,
            remote=Remote.HYBRID,
            about_company="Au four depuis 1921.",
            contract_types=("apprenticeship", "professionalisation"),
        )
        public_id, reference = offer.public_id, offer.reference
    page = _spoken(client.get(f"/offres/{public_id}").text)
    for words in (
        "Boulanger ou boulangère en apprentissage", "12 rue de l’Embergue, 12000 Rodez", "1er octobre 2026",
        "CAP (niveau 3)", "Contrat d’apprentissage ou contrat de professionnalisation", "24 mois",
        "3 semaines en entreprise", "En partie à distance", "Préparer les pâtes", "Ponctualité",
        "Au four depuis 1921.", "En ligne jusqu’au 29 septembre 2026", "Publiée le 1er septembre 2026",
        reference, "On ne peut pas encore postuler", "802,82 €", "au moins", "Source :", "Relevé le",
    ):  # fmt: skip
        assert words in page, words


def test_pay_is_not_announced_for_a_smic_not_known_yet(
    app: Flask, client: CheckedClient, in_march: datetime
) -> None:
    with given(app):
        public_id = make_offer(start_on=date(2027, 9, 1)).public_id
    page = _spoken(client.get(f"/offres/{public_id}").text)
    assert "Le SMIC du 1er septembre 2027 n’est pas encore connu" in page
    assert "salaire brut par mois est d’au moins" not in page


@pytest.mark.parametrize("outcome", [Outcome.UNAVAILABLE, Outcome.NOT_LISTED, Outcome.NON_DIFFUSIBLE])
def test_what_no_register_shows_is_not_published(app: Flask, client: CheckedClient, outcome: Outcome) -> None:
    with given(app):
        offer = make_offer(establishment=make_establishment(outcome, name="NOM CACHÉ"))
        if not offer.published_at:
            offer.published_at, offer.last_day = clock.now(), clock.today()
            offer.first_published_on = clock.today()
        held, public_id = offer.open_hold is not None, offer.public_id
    response = client.get(f"/offres/{public_id}")
    assert response.status_code == (404 if held else 200)
    for text in (response.text, client.get("/flux/offres.json").text, client.get("/offres").text):
        assert "NOM CACH" not in text
        assert "Embergue" not in text


def test_no_contact_data_is_published_anywhere(app: Flask, client: CheckedClient) -> None:
    with given(app):
        contact = make_contact(email="marque@secret.example", name="Zzmarque", phone="06 39 98 12 34")
        offer = make_offer(contact=contact, questions=("Question marquée ?",))
        public_id, code = offer.public_id, offer.short_code
    paths = ["", "/affiche", "/affiche?format=a5", "/affiche?format=bandes", "/dates.ics", "/qr.svg"]
    pages = [f"/offres/{public_id}{path}" for path in paths]
    for path in [*pages, "/offres", f"/o/{code}", "/flux/offres.json", "/flux/offres.rss", "/sitemap.xml"]:
        text = client.get(path).get_data(as_text=True)
        for mark in ("secret.example", "Zzmarque", "06 39", "0639981234", "639981234", "Question marquée"):
            assert mark not in text, (path, mark)


def test_structured_data_hold_what_engines_require(app: Flask, client: CheckedClient) -> None:
    with given(app):
        offer = make_offer(published=date(2026, 11, 22), remote=Remote.REMOTE)
        offer.last_day = clock.today() + timedelta(days=3)
        public_id, reference, last_day = offer.public_id, offer.reference, offer.last_day
    data = _posting(client.get(f"/offres/{public_id}").text)
    assert data["@type"] == "JobPosting"
    assert data["hiringOrganization"] == {"@type": "Organization", "name": "BOULANGERIE DE L'ÉGLISE"}
    assert data["jobLocation"]["address"]["addressCountry"] == "FR"  # type: ignore[index]
    assert data["identifier"]["value"] == reference  # type: ignore[index]
    assert data["directApply"] is False
    assert data["employmentType"] == "OTHER"
    assert str(data["validThrough"]).startswith(f"{last_day.isoformat()}T23:59:59+")
    assert data["url"] == f"http://127.0.0.1:5000/offres/{public_id}"
    assert "baseSalary" not in data


def test_typed_text_stays_text(app: Flask, client: CheckedClient) -> None:
    with given(app):
        offer = make_offer(
            title=f"Titre {HOSTILE}", description=HOSTILE, tasks=(HOSTILE,), skills=(HOSTILE,),
            brand=HOSTILE, rhythm=HOSTILE, about_company=HOSTILE,
        )  # fmt: skip
        public_id = offer.public_id
    # The page shows the very signs that the checker takes for a forgotten template: it is read as bytes.
    with app.test_client() as plain:
        plain.__class__ = app.test_client_class.__mro__[1]
        for path in (f"/offres/{public_id}", "/offres", f"/offres/{public_id}/affiche"):
            page = html.fromstring(plain.get(path).text)
            assert not page.xpath("//script[not(@src) and @type != 'application/ld+json']")
            assert "49" not in page.text_content().replace("2049", "")
            assert "{{7*7}}" in page.text_content()
        text = plain.get(f"/offres/{public_id}").text
    data = _posting(text)
    assert data["title"] == f"Titre {HOSTILE}"
    assert "<script" not in str(data["description"])
    assert text.count("</script>") == 2


@pytest.mark.parametrize("status", ["to_confirm", "held", "suspended"])
def test_what_the_public_has_never_seen_is_unknown(app: Flask, client: CheckedClient, status: str) -> None:
    with given(app):
        offer = make_offer(status)
        public_id, code = offer.public_id, offer.short_code
    for path in ("", "/affiche", "/qr.svg", "/dates.ics"):
        assert client.get(f"/offres/{public_id}{path}").status_code == 404
    assert client.get(f"/o/{code}").status_code == 404
    assert client.get("/offres/inconnue").status_code == 404


@pytest.mark.parametrize("reason", [EndReason.FILLED_HERE, EndReason.EXPIRED])
def test_an_ended_offer_shows_what_is_like_it_nearby(
    app: Flask, client: CheckedClient, reason: EndReason
) -> None:
    here, far = Point(44.35, 2.57), Point(48.85, 2.35)
    with given(app):
        ended = make_offer("ended", end_reason=reason).public_id
        make_offer(title="Même métier, 2 km", workplace=Workplace("", "12000", "Rodez", "12202", here))
        make_offer(title="Métier voisin", rome_code=RomeCode("D1104"))
        make_offer(title="Autre métier", rome_code=RomeCode("F1703"))
        make_offer(title="Trop loin", workplace=Workplace("", "75001", "Paris", "75101", far))
    response = client.get(f"/offres/{ended}")
    assert response.status_code == 410
    titles = html.fromstring(response.text).xpath("//main//h3/a/text()")
    assert titles == ["Métier voisin", "Même métier, 2\u00a0km"]
    assert client.get(f"/offres/{ended}/affiche").status_code == 410


def test_without_a_place_similar_offers_are_of_the_same_departement(
    app: Flask, client: CheckedClient
) -> None:
    with given(app):
        nowhere = Workplace("", "12000", "Rodez")
        ended = make_offer("ended", workplace=nowhere).public_id
        make_offer(title="Millau", workplace=Workplace("", "12100", "Millau"))
        make_offer(title="Albi", workplace=Workplace("", "81000", "Albi"))
    assert html.fromstring(client.get(f"/offres/{ended}").text).xpath("//h3/a/text()") == ["Millau"]


def test_nothing_is_online_after_its_last_day_whatever_the_job_does(
    app: Flask, client: CheckedClient
) -> None:
    with given(app):
        # Not 29: late in the evening, a change of clock in between makes 29 days one less in Paris.
        offer = make_offer(published=clock.now() - timedelta(days=30))
        public_id, title = offer.public_id, offer.title
    assert client.get(f"/offres/{public_id}").status_code == 410
    assert title not in client.get("/offres").text
    assert public_id not in client.get("/flux/offres.json").text


def test_an_offer_refused_before_it_was_online_stays_unknown(app: Flask, client: CheckedClient) -> None:
    with given(app):
        establishment = make_establishment(Outcome.NOT_LISTED)
        public_id = make_offer("held", establishment=establishment).public_id
    assert client.get(f"/offres/{public_id}").status_code == 404


def test_the_short_address_leads_to_the_offer_in_capitals_or_not(app: Flask, client: CheckedClient) -> None:
    with given(app):
        offer = make_offer()
        code, target = offer.short_code, f"/offres/{offer.public_id}"
        over = make_offer("ended").short_code
    for typed in (code, code.lower()):
        assert client.get(f"/o/{typed}").headers["Location"] == target
    assert client.get(f"/o/{over}", follow_redirects=True).status_code == 410
    for unknown in ("ZZZZZZ", "x", "%00", "é" * 300):
        assert client.get(f"/o/{unknown}").status_code in (400, 404)
