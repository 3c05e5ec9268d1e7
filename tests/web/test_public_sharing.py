"""The poster, its code, the text to send, the dates."""

from datetime import date, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from flask import Flask
from hypothesis import given as for_any
from hypothesis import strategies as st
from icalendar import Calendar
from lxml import html

from app.core import clock
from app.domain.employers.models import Establishment, Verification
from app.domain.offers.models import Offer
from app.domain.offers.sharing import GSM, SMS_LENGTH, share_text, sms_link, to_gsm, whatsapp_link
from tests.factories.offers import given, make_offer
from tests.support.client import CheckedClient
from tests.support.qr import decode_svg

URL = "https://depot-alternance.exemple.fr/o/A2B3C4"


def _offer(**over: object) -> Offer:
    place = Establishment(name="BOULANGERIE", verification=Verification.VERIFIED)
    facts = {"title": "Boulanger en apprentissage", "city": "Rodez", "brand": "Le Fournil", "start_on": None}
    return Offer(establishment=place, **{**facts, **over})


def test_the_text_says_job_town_company_start_and_address() -> None:
    text = share_text(_offer(start_on=date(2027, 9, 1)), URL)
    assert text == f"Boulanger en apprentissage à Rodez (Le Fournil), début le 1er septembre 2027 : {URL}"


def test_without_a_start_the_words_are_left_out() -> None:
    assert share_text(_offer(), URL) == f"Boulanger en apprentissage à Rodez (Le Fournil) : {URL}"


def test_signs_outside_the_alphabet_are_replaced() -> None:
    assert (
        to_gsm("L’été, ça coûte 5 € à Nîmes, « œuf »…\u00a0!")
        == 'L\'été, ca coute 5 EUR à Nimes, "oeuf"... !'
    )


def test_what_does_not_fit_is_left_out_from_the_end() -> None:
    text = share_text(_offer(brand="Entreprise " * 10, start_on=date(2027, 9, 1)), URL)
    assert "Entreprise" not in text
    assert "début le 1er septembre 2027" in text


@for_any(title=st.text(min_size=1, max_size=200), city=st.text(max_size=80), brand=st.text(max_size=120))
def test_any_text_fits_in_one_message_with_its_whole_address(title: str, city: str, brand: str) -> None:
    text = share_text(_offer(title=title, city=city, brand=brand, start_on=date(2027, 9, 1)), URL)
    assert len(text) <= SMS_LENGTH
    assert set(text) <= GSM
    assert text.endswith(URL)


def test_links_carry_the_text_whole() -> None:
    text = 'à 100 % & "mieux" ? #1 +2 https://x.fr/o/A'
    assert parse_qs(urlsplit(whatsapp_link(text)).query)["text"] == [text]
    assert unquote(sms_link(text).removeprefix("sms:?&body=")) == text


def test_the_offer_page_gives_the_text(app: Flask, client: CheckedClient) -> None:
    with given(app):
        offer = make_offer()
        public_id, code = offer.public_id, offer.short_code
    page = html.fromstring(client.get(f"/offres/{public_id}").text)
    links = page.xpath("//aside//a/@href")
    (sms,) = (link for link in links if link.startswith("sms:"))
    assert unquote(sms).endswith(f"http://127.0.0.1:5000/o/{code}")
    assert any(link.startswith("https://wa.me/?text=") for link in links)


@pytest.mark.parametrize(("name", "strips"), [("a4", 0), ("a5", 0), ("bandes", 8), ("autre", 0)])
def test_the_poster_has_a_code_and_the_address_in_clear(
    app: Flask, client: CheckedClient, name: str, strips: int
) -> None:
    with given(app):
        offer = make_offer()
        public_id, code = offer.public_id, offer.short_code
    page = html.fromstring(client.get(f"/offres/{public_id}/affiche?format={name}").text)
    assert page.xpath("//img/@src") == [f"/offres/{public_id}/qr.svg"]
    assert f"127.0.0.1:5000/o/{code}" in page.text_content()
    assert len(page.xpath("//ul[@class='da-strips']/li")) == strips
    assert "recrute en apprentissage" in page.text_content()


def test_the_poster_does_not_promise_what_is_not_there(app: Flask, client: CheckedClient) -> None:
    with given(app):
        offer = make_offer(contract_types=("professionalisation",), brand=None)
        public_id = offer.public_id
    text = html.fromstring(client.get(f"/offres/{public_id}/affiche").text).text_content()
    assert "Pour postuler" not in text
    assert "recrute en contrat de professionnalisation" in text


def test_the_code_decodes_to_the_short_address(app: Flask, client: CheckedClient) -> None:
    with given(app):
        offer = make_offer()
        public_id, code = offer.public_id, offer.short_code
    response = client.get(f"/offres/{public_id}/qr.svg")
    assert response.mimetype == "image/svg+xml"
    assert decode_svg(response.data) == f"http://127.0.0.1:5000/o/{code}"


def test_dates_are_those_that_are_known(app: Flask, client: CheckedClient) -> None:
    day = clock.today() + timedelta(days=100)
    with given(app):
        known = make_offer(start_on=day)
        last_day, with_start = known.last_day, known.public_id
        without = make_offer(start_on=None).public_id
    response = client.get(f"/offres/{with_start}/dates.ics")
    assert response.mimetype == "text/calendar"
    events = Calendar.from_ical(response.data).walk("VEVENT")
    assert [event.decoded("dtstart") for event in events] == [last_day, day]
    again = Calendar.from_ical(client.get(f"/offres/{with_start}/dates.ics").data).walk("VEVENT")
    assert [event["uid"] for event in again] == [event["uid"] for event in events]
    assert len(Calendar.from_ical(client.get(f"/offres/{without}/dates.ics").data).walk("VEVENT")) == 1
