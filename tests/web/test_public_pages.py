"""Articles, site map, health, what machines ask: each page is checked by the client that fetches it."""

import json
import re
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree, html

from app import create_app
from app.config import Settings, SettingsProblem, read_settings
from app.core import clock
from app.core.database import db
from app.scheduling.models import JobRun
from app.web.public import crawlers
from app.web.public.conformity import RECORD, Conformity
from app.web.public.register import DURATIONS, SUBJECTS, personal_columns
from app.web.public.site import ENDPOINTS, SITE
from tests.factories.offers import given, make_offer, make_offers
from tests.support.client import CheckedClient
from tests.support.qr import decode_svg
from tests.support.queries import statements

ARTICLES = (
    "/aide", "/contact", "/plan-du-site", "/accessibilite", "/mentions-legales", "/donnees-personnelles",
    "/cookies", "/conditions-generales", "/code-source", "/nouveautes", "/flux",
)  # fmt: skip


@pytest.mark.parametrize("path", ARTICLES)
def test_an_article_is_a_good_page_that_sets_no_cookie(client: CheckedClient, path: str) -> None:
    with statements() as sent:
        response = client.get(path)
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
    assert response.headers["Cache-Control"] == "public, max-age=300"
    assert len(sent) == 0


def test_titles_are_unique(client: CheckedClient) -> None:
    titles = [html.fromstring(client.get(path).text).findtext(".//title") for path in (*ARTICLES, "/offres")]
    assert len(set(titles)) == len(titles)


def test_every_public_page_is_in_the_site_map_and_answers(client: CheckedClient, app: Flask) -> None:
    page = html.fromstring(client.get("/plan-du-site").text)
    links = set(page.xpath("//main//a/@href"))
    with app.test_request_context():
        expected = {app.url_for(endpoint) for group in SITE for _, endpoint in group.pages}
    assert {path.removeprefix("http://127.0.0.1:5000") for path in expected} <= links
    for path in links - {"#contenu"}:
        assert client.get(path).status_code == 200, path


def test_the_footer_links_the_required_pages_with_the_status_of_the_record(client: CheckedClient) -> None:
    footer = html.fromstring(client.get("/aide").text).xpath("//footer")[0]
    paths = set(footer.xpath(".//a/@href"))
    assert {"/plan-du-site", "/accessibilite", "/mentions-legales", "/donnees-personnelles"} <= paths
    assert {"/cookies", "/conditions-generales", "/contact", "/code-source", "/nouveautes"} <= paths
    assert f"Accessibilité\u00a0: {RECORD.status}" in footer.text_content()


@pytest.mark.parametrize(
    ("rate", "external", "word"),
    [
        (None, False, "non conforme"),
        (49, True, "non conforme"),
        (50, False, "partiellement conforme"),
        (100, False, "partiellement conforme"),
        (100, True, "totalement conforme"),
    ],
)
def test_the_word_follows_from_the_audit(rate: int | None, external: bool, word: str) -> None:
    day = clock.today()
    record = Conformity(rate, day if rate is not None else None, "nous", external, day, day)
    assert record.status == word


def test_the_register_says_all_that_the_models_hold(client: CheckedClient) -> None:
    marks = {table: found for table, found in personal_columns().items() if found}
    assert set(marks) <= set(SUBJECTS)
    assert {mark["kept"] for found in marks.values() for mark in found} <= set(DURATIONS)
    text = html.fromstring(client.get("/donnees-personnelles").text).text_content().replace("\u202f", " ")
    for table in marks:
        assert SUBJECTS[table] in text
    assert "Constructys" in text


def test_cookies_are_named_as_this_portal_names_them(client: CheckedClient) -> None:
    text = html.fromstring(client.get("/cookies").text).text_content()
    assert "session" in text
    assert "pre" in text
    assert "2 heures sans activité" in text


@pytest.mark.parametrize("name", ["legal_publisher", "legal_director", "legal_host"])
def test_a_real_portal_names_who_answers_for_it(name: str) -> None:
    real = {
        "base_url": "https://depot.exemple.fr",
        "brand": "neutre",
        "lookups": "real",
        "secret_key": "x" * 40,
        "data_key": "y" * 40,
        "legal_publisher": "Organisme | 1 rue X, 75001 Paris | 01 02 03 04 05",
        "legal_director": "Prénom Nom",
        "legal_host": "Hébergeur | 2 rue Y, 75002 Paris | 01 02 03 04 06",
    }
    assert read_settings(**real).legal_host.startswith("Hébergeur")
    with pytest.raises(SettingsProblem, match=name.upper()):
        read_settings(**{key: value for key, value in real.items() if key != name})


def test_the_demonstration_says_that_it_is_one(client: CheckedClient) -> None:
    assert client.get("/mentions-legales").text.count("Démonstration") >= 3


def test_security_txt_expires_within_the_year(client: CheckedClient, at_noon: datetime) -> None:
    text = client.get("/.well-known/security.txt").text
    assert re.search(r"^Contact: mailto:\S+@\S+$", text, re.M)
    found = re.search(r"^Expires: (.+)$", text, re.M)
    assert found
    ahead = datetime.fromisoformat(found[1].replace("Z", "+00:00")) - at_noon
    assert timedelta(days=30) < ahead < timedelta(days=365)


def test_a_demonstration_asks_not_to_be_indexed(client: CheckedClient) -> None:
    assert "Disallow: /\n" in client.get("/robots.txt").text


def test_the_site_map_of_machines_lists_pages_and_offers(app: Flask, client: CheckedClient) -> None:
    with given(app):
        online, closed = make_offer().public_id, make_offer("ended").public_id
    index = etree.fromstring(client.get("/sitemap.xml").data)
    files = [node.text.removeprefix("http://127.0.0.1:5000") for node in index.iter("{*}loc")]
    assert files == ["/sitemap-pages.xml", "/sitemap-offres-0.xml"]
    found = [node.text for path in files for node in etree.fromstring(client.get(path).data).iter("{*}loc")]
    assert f"http://127.0.0.1:5000/offres/{online}" in found
    assert not any(closed in url for url in found)
    assert len(found) == len(ENDPOINTS) + 1
    assert client.get("/sitemap-offres-7.xml").status_code == 404


def test_a_file_of_the_site_map_never_holds_too_many(
    app: Flask, client: CheckedClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with given(app):
        make_offers(5)
    monkeypatch.setattr(crawlers, "PER_FILE", 2)
    monkeypatch.setattr(crawlers, "BATCH", 1)
    index = etree.fromstring(client.get("/sitemap.xml").data)
    counts = []
    for node in list(index.iter("{*}loc"))[1:]:
        slice_ = etree.fromstring(client.get(node.text.removeprefix("http://127.0.0.1:5000")).data)
        counts.append(len(list(slice_.iter("{*}loc"))))
    assert sum(counts) == 5
    assert max(counts) <= 2


def _finished_run(app: Flask, age: timedelta) -> None:
    now = clock.now()
    run = JobRun(
        job="expire_offers",
        business_slot="essai",
        started_at=now - age,
        ended_at=now - age,
        owner="essai",
        lease_until=now,
    )
    with given(app):
        db.session.add(run)


def test_health_is_well_when_the_jobs_have_just_run(app: Flask, client: CheckedClient) -> None:
    _finished_run(app, timedelta(minutes=4))
    response = client.get("/sante")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    said = response.get_json()
    assert (said["status"], said["database"]["ok"], said["jobs"]["ok"], said["mail"]["ok"]) == (
        "ok", True, True, True,
    )  # fmt: skip
    settings: Settings = app.extensions["settings"]
    secrets = (settings.secret_key.get_secret_value(), settings.database_url, settings.smtp_host)
    assert not any(secret in response.text for secret in secrets)


@pytest.mark.parametrize("age", [None, timedelta(minutes=16)])
def test_health_tells_of_late_jobs(app: Flask, client: CheckedClient, age: timedelta | None) -> None:
    if age is not None:
        _finished_run(app, age)
    response = client.get("/sante")
    assert response.status_code == 503
    assert response.get_json()["jobs"]["ok"] is False


def test_health_tells_of_mail_that_does_not_leave(app: Flask, client: CheckedClient) -> None:
    with given(app):
        make_offer(published=clock.now() - timedelta(hours=1))
    _finished_run(app, timedelta(minutes=1))
    response = client.get("/sante")
    assert response.status_code == 503
    assert response.get_json()["mail"]["waiting"] > 0


def _report(client: FlaskClient, body: object, mimetype: str = "application/csp-report") -> int:
    return client.post("/rapports-csp", data=json.dumps(body), content_type=mimetype).status_code


def test_reports_on_the_content_policy_are_counted_without_addresses(
    client: CheckedClient, capsys: pytest.CaptureFixture[str]
) -> None:
    address = "https://ailleurs.example/l/SECRET?jeton=SECRET"
    body = [{"body": {"effectiveDirective": "img-src", "blockedURL": address, "documentURL": address}}] * 3
    assert _report(client, body, "application/reports+json") == 204
    assert _report(client, {"csp-report": {"violated-directive": "script-src 'self'"}}) == 204
    assert "SECRET" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "body", [[], {}, "texte", 3, None, [1, "a", None], {"csp-report": "x"}, [{"body": {"blockedURL": 4}}]]
)
def test_any_json_is_a_harmless_report(client: CheckedClient, body: object) -> None:
    assert _report(client, body) == 204


def test_a_report_is_refused_when_large_or_of_another_type(client: CheckedClient) -> None:
    assert _report(client, {"csp-report": {"blocked-uri": "x" * 17_000}}) == 413
    assert _report(client, {}, "text/plain") == 415
    assert client.post("/rapports-csp", data="{", content_type="application/csp-report").status_code == 400


def test_reports_are_limited(client: CheckedClient) -> None:
    assert [_report(client, {}) for _ in range(31)][-1] == 429


def test_absolute_addresses_keep_the_prefix_of_a_proxy(app: Flask) -> None:
    with given(app):
        offer = make_offer()
        public_id, code = offer.public_id, offer.short_code
    root = "https://portail.exemple.fr/depot"
    known: Settings = app.extensions["settings"]
    settings = known.model_copy(update={"base_url": root, "brand": "neutre"})
    behind_proxy = create_app(settings)
    client = behind_proxy.test_client()
    page = html.fromstring(client.get(f"/depot/offres/{public_id}").text)
    assert page.xpath("//link[@rel='canonical']/@href") == [f"{root}/offres/{public_id}"]
    assert decode_svg(client.get(f"/depot/offres/{public_id}/qr.svg").data) == f"{root}/o/{code}"
    assert client.get(f"/o/{code}").headers["Location"] == f"/depot/offres/{public_id}"
    feed = client.get("/depot/flux/offres.json").get_json()
    assert feed["offers"][0]["url"] == f"{root}/offres/{public_id}?via=json"
    assert f"Sitemap: {root}/sitemap.xml" in client.get("/depot/robots.txt").text
    assert f"{root}/offres" in client.get("/depot/sitemap-pages.xml").text
    with behind_proxy.app_context():
        db.engine.dispose()
