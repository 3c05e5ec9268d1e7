"""The macros in each of their states, the built style sheets, the error pages, the frame of e-mails."""

import gzip
import json
import re
from pathlib import Path

import lxml.html
import pytest
from flask import Flask, render_template

from app.web import jinja
from app.web.gallery.forms import FILLED
from app.web.gallery.views import FAMILIES, STATES
from tests.support.client import CheckedClient
from tests.support.html import check_html, page_problems

DIST = Path(jinja.DIST)
KILOBYTE = 1024
PAGES = [f"/dev/composants/{family}/{state}" for family in FAMILIES for state in STATES]
ERRORS = (400, 403, 404, 405, 409, 410, 413, 422, 429, 500, 503)


def built(brand: str, name: str) -> Path:
    names: dict[str, str] = json.loads((DIST / brand / "manifest.json").read_text("utf-8"))
    return DIST / brand / names[name]


def sheet(brand: str, name: str = "css/app.css") -> str:
    return built(brand, name).read_text("utf-8")


@pytest.mark.parametrize("path", ["/dev/composants", *PAGES])
def test_every_component_state_is_a_sound_page(client: CheckedClient, path: str) -> None:
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("family", FAMILIES)
def test_components_are_strict_html(client: CheckedClient, family: str) -> None:
    assert check_html(client.get(f"/dev/composants/{family}/erreur").text) == []


def test_a_refused_form_says_so_first_and_links_to_each_field(client: CheckedClient) -> None:
    page = lxml.html.document_fromstring(client.get("/dev/composants/formulaires/erreur").text)
    assert str(page.findtext(".//title")).startswith("Erreur – Étape 2 sur 3 – ")
    [summary] = page.xpath("//*[@role='alert']")
    assert summary.get("tabindex") == "-1"
    # Nothing of the page's content comes before it.
    assert page.xpath("//h1/preceding::*[@role='alert']") == [summary]
    targets = [link.get("href")[1:] for link in summary.iter("a")]
    assert targets == ["company", "job", "name", "start", "when-0", "rhythm-0"]
    for target in targets:
        [field] = page.xpath(f"//*[@id='{target}']")
        assert field.tag in {"input", "select", "textarea"}
        group = target.removesuffix("-0")
        assert page.xpath(f"//*[@id='{group}-messages']//p"), f"no message at {target}"


def test_each_field_points_to_its_help_and_its_messages(client: CheckedClient) -> None:
    page = lxml.html.document_fromstring(client.get("/dev/composants/formulaires/vide").text)
    described = {
        field.get("id"): field.get("aria-describedby") for field in page.xpath("//input|//select|//textarea")
    }
    assert described["company"] == "company-hint company-messages"
    assert described["level"] == "level-messages"
    for block in page.xpath("//*[contains(@class, 'fr-messages-group')]"):
        assert block.get("aria-live") == "polite"
        assert not block.text_content().strip()
    assert not page.xpath("//*[@required or @disabled]"), "a form is never held by the browser"


def test_optional_fields_say_so_and_errors_are_marked(client: CheckedClient) -> None:
    page = lxml.html.document_fromstring(client.get("/dev/composants/formulaires/erreur").text)
    [label] = page.xpath("//label[@for='text']")
    assert " ".join(label.text_content().split()) == "Quelques mots sur le poste (facultatif)"
    [name] = page.xpath("//input[@id='name']")
    assert (name.get("aria-invalid"), name.get("aria-required")) == ("true", "true")
    assert name.get("autocomplete") == "name"


def test_what_was_typed_is_kept(client: CheckedClient) -> None:
    page = lxml.html.document_fromstring(client.get("/dev/composants/formulaires/rempli").text)
    assert page.xpath("//input[@id='name']/@value") == [FILLED["name"]]
    assert page.xpath("//textarea[@id='text']/text()")[0].strip() == FILLED["text"]
    assert page.xpath("//select[@id='level']/option[@selected]/@value") == [FILLED["level"]]
    assert page.xpath("//input[@name='when'][@checked]/@value") == [FILLED["when"]]
    assert page.xpath("//input[@name='rhythm'][@checked]/@value") == [FILLED["rhythm"]]
    assert page.xpath("//input[@id='remote']/@checked")


def test_the_frame_is_the_same_on_every_page(client: CheckedClient) -> None:
    page = lxml.html.document_fromstring(client.get("/dev/composants").text)
    links = page.xpath("//div[contains(@class, 'fr-skiplinks')]//a/@href")
    assert links == ["#contenu", "#menu", "#pied"]
    for target in links:
        [place] = page.xpath(f"//*[@id='{target[1:]}']")
        assert place.get("tabindex") == "-1"
    first = page.xpath("//body//a")[0]
    assert first.get("href") == "#contenu", "the skip link is the first stop"
    footer = page.xpath("string(//footer)")
    assert "Accessibilité\u00a0: non conforme" in footer
    assert "Démonstration" in page.xpath("string(//header)")


@pytest.mark.parametrize("status", ERRORS)
def test_error_pages_stand_alone(app: Flask, status: int) -> None:
    with app.test_request_context("/absente"):
        html = render_template(f"errors/{status}.html", message="", reference="a1b2c3", minutes=3)
        told = render_template(f"errors/{status}.html", message="Relisez l'offre.", reference="", minutes=1)
    assert page_problems(html) == []
    assert "a1b2c3" in html
    assert "Relisez l’offre." in told
    assert "Nous contacter" in html


@pytest.mark.parametrize(("brand", "limit"), [("demo", 45), ("etat", 45), ("neutre", 45)])
def test_the_sheet_is_light(brand: str, limit: int) -> None:
    assert len(gzip.compress(sheet(brand).encode(), 9)) <= limit * KILOBYTE


def test_the_first_view_is_light(client: CheckedClient) -> None:
    page = client.get("/dev/composants/formulaires/erreur")
    files = [built("demo", name) for name in ("css/app.css", "js/app.js", "icons/favicon.svg")]
    icons = list((DIST / "demo" / "icons" / "dsfr").glob("*.svg"))
    total = sum(len(gzip.compress(one, 9)) for one in [page.data, *(f.read_bytes() for f in files)])
    total += sum(icon.stat().st_size for icon in icons)
    assert total <= 110 * KILOBYTE


@pytest.mark.parametrize("brand", ["demo", "etat", "neutre"])
def test_sheets_point_only_to_files_beside_them(brand: str) -> None:
    path = built(brand, "css/app.css")
    for target in re.findall(r"url\(([^)]*)\)", path.read_text("utf-8")):
        assert target.startswith("../"), f"{target} would be lost behind a proxy prefix"
        assert (path.parent / target).is_file()


def test_the_dark_theme_needs_no_script() -> None:
    dark = "@media (prefers-color-scheme:dark){:root:not([data-fr-theme])"
    assert dark in sheet("demo")
    assert dark in sheet("neutre").replace(" :root", ":root").replace("scheme: dark", "scheme:dark")


def test_only_the_state_shows_its_emblem_and_fonts() -> None:
    for brand in ("demo", "neutre"):
        assert "marianne" not in sheet(brand).lower()
        assert ".fr-logo" not in sheet(brand)
        assert not list((DIST / brand).rglob("*.woff2"))
    assert ".fr-logo" in sheet("etat")
    assert len(list((DIST / "etat").rglob("*.woff2"))) == 2


def test_the_neutral_brand_holds_no_file_of_the_state() -> None:
    assert not (DIST / "neutre" / "icons" / "dsfr").exists()
    assert "--blue-france" not in sheet("neutre")


def test_built_files_are_named_by_their_content(app: Flask) -> None:
    with app.test_request_context("/"):
        address = jinja.asset_url("css/app.css", brand="demo")
        assert re.fullmatch(r"/static/dist/demo/css/app\.[0-9a-f]{10}\.css", address)
        with pytest.raises(jinja.AssetsNotBuilt):
            jinja.asset_url("css/absent.css", brand="demo")


def test_icons_are_silent_unless_named() -> None:
    assert 'aria-hidden="true"' in jinja.icon("place")
    assert 'role="img" aria-label="Lieu &lt;1&gt;"' in jinja.icon("place", label="Lieu <1>")


MAIL = """{% extends "emails/_layout.html" %}{% from "emails/_parts.html" import p %}
{% set button = "Confirmer et mettre en ligne" %}{% set details = [("Référence", "DA-1"), ("Vide", "")] %}
{% block preheader %}Un appui, et votre offre est en ligne.{% endblock %}
{% block heading %}Confirmez l'offre de {{ job }}{% endblock %}
{% block sentences %}{{ p("C'est presque fini.") }}{% endblock %}
{% block why %}Vous avez déposé une offre.{% endblock %}"""


def test_the_frame_of_emails_is_strict_and_complete(app: Flask) -> None:
    given = {
        "subject": "Confirmez",
        "service_name": "Dépôt",
        "base_url": "https://depot.example",
        "support_phone": "0565000000",
        "link_url": "https://depot.example/l/jeton-1",
        "unsubscribe_url": None,
        "job": "l'été <b>",
    }
    environment = app.jinja_env.overlay(autoescape=True)
    html = environment.from_string(MAIL).render(**given)
    assert check_html(html) == []
    page = lxml.html.document_fromstring(html)
    assert page.get("lang") == "fr"
    assert [link.get("href") for link in page.xpath("//main//a | //*[@role='main']//a")].count(
        given["link_url"]
    ) == 2
    assert page.findtext(".//h1") == "Confirmez l’offre de l’été <b>"
    assert "Vide" not in html
    assert "max-width:600px" in html
    layouts = [table for table in page.iter("table") if table.find(".//th") is None]
    assert layouts
    assert {table.get("role") for table in layouts} == {"presentation"}
    assert len(html.encode()) < 100 * KILOBYTE
