"""Bad requests rather than bad answers: sizes, repeated names, methods, hosts, paths (T02, A03, A07, A11)."""

import json
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from pydantic import SecretStr
from werkzeug.test import TestResponse

from app.core.database import db
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Offer
from tests.badinput.inputs import REDIRECTIONS
from tests.badinput.kit import Browser, problem
from tests.badinput.sites import SITES
from tests.factories.offers import make_offer
from tests.support.client import CheckedClient
from tests.support.deposit import to_check
from tests.support.mailbox import Mailbox

ADDRESSES = ("/", "/lien-perdu", "/deconnexion")
FORM = "application/x-www-form-urlencoded"
BODIES: dict[str, tuple[bytes, str]] = {
    "un champ de 1 Mio": (b"q=" + b"a" * 1_048_576, FORM),
    "10 001 champs": (b"&".join(b"c%d=1" % n for n in range(10_001)), FORM),
    "500 champs": (b"&".join(b"c%d=1" % n for n in range(500)), FORM),
    "champ répété": (b"q=1&q=2", FORM),
    "jeton répété": (b"csrf_token=a&csrf_token=b", FORM),
    "nom vide": (b"=&=&==", FORM),
    "esperluettes": (b"&" * 10_000, FORM),
    "pour cent seuls": (b"q=%%%&%=%zz", FORM),
    "octets bruts": (bytes(range(256)) * 4, FORM),
    "utf-16": ("q=boulanger".encode("utf-16"), FORM),
    "latin-1": ("q=pâtissière".encode("latin-1"), FORM),
    "jeu inconnu": (b"q=1", f"{FORM}; charset=utf-7"),
    "jeu absent": (b"q=1", f"{FORM}; charset=nulle-part"),
    "json": (b'{"q": "1"}', "application/json"),
    "json profond": (b"[" * 20_000 + b"]" * 20_000, "application/json"),
    "texte": (b"q=1", "text/plain"),
    "xml": (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "application/xml"),
    "sans type": (b"q=1", ""),
    "type faux": (b"q=1", "multipart/form-data"),
    "limite absente": (b"--x\r\n\r\n", "multipart/form-data; boundary="),
    "1 001 parties": (
        b"".join(b'--x\r\nContent-Disposition: form-data; name="c%d"\r\n\r\n1\r\n' % n for n in range(1_001))
        + b"--x--\r\n",
        "multipart/form-data; boundary=x",
    ),
    "fichier": (
        b'--x\r\nContent-Disposition: form-data; name="q"; filename="../../a.exe"\r\n\r\nMZ\r\n--x--\r\n',
        "multipart/form-data; boundary=x",
    ),
    "partie coupée": (
        b'--x\r\nContent-Disposition: form-data; name="q"\r\n\r\n1',
        "multipart/form-data; boundary=x",
    ),
    "en-tête de partie géant": (
        b"--x\r\nContent-Disposition: form-data; name=" + b"a" * 100_000 + b"\r\n\r\n1\r\n--x--",
        "multipart/form-data; boundary=x",
    ),
}
PATHS = (
    "/%00", "/offres/%00", "/l/%00", "/%2e%2e/etc/passwd", "/..%2f..%2fetc/passwd", "/static/../wsgi.py",
    "/static/%2e%2e/wsgi.py", "/static/..%5cwsgi.py", "//", "//evil.example", "///offres", "/offres//",
    "/offres/" + "a" * 3_000, "/l/" + "a" * 3_000, "/%ff%fe", "/%c0%ae%c0%ae/", "/offres/é", "/%E2%80%AE",
    "/offres/%0d%0aSet-Cookie:a=b", "/offres/%0a", "/o/%27", "/o/<script>", "/deposer/%25/besoin",
    "/deposer/x'%20or%201=1/besoin", "/suivi/%5c", "/verification/..", "/gestion/offres/%20",
    "/sitemap-offres-99999999999999999999.xml", "/sitemap-offres--1.xml", "/desinscription/%00",
    "/desinscription/" + "a" * 5_000, "/dev/courriels/99999999999999999999", "/agents/courriels/0",
    "/.env", "/.git/config", "/wp-login.php", "/static/", "/?" + "a=1&" * 5_000, "/;a=b", "/.", "/..",
)  # fmt: skip
HOSTS = ("evil.example", "evil.example:80", "127.0.0.1:5000@evil.example", "[::1]", "a" * 300, "localhost\t")


def _well(answer: TestResponse, *, allowed: tuple[int, ...] = ()) -> None:
    wrong = "" if answer.status_code in allowed else problem(answer)
    assert not wrong, f"{answer.request.path[:60]}: {wrong}"


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app, app.response_class)


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_no_browser_sends_is_refused(browser: Browser, name: str, address: str) -> None:
    body, kind = BODIES[name]
    answer = browser.post(address, data=body, content_type=kind)
    _well(answer, allowed=(415,))
    assert answer.status_code in {400, 413, 415}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "method", ["GET", *(pytest.param(name, marks=pytest.mark.assurance) for name in ("HEAD", "POST"))]
)
def test_an_address_that_leads_nowhere_says_so(app: Flask, browser: Browser, path: str, method: str) -> None:
    answer = browser.open(path, method=method)
    _well(answer, allowed=(301, 308, 401, 405, 429))
    if answer.status_code in {301, 302, 303, 308}:
        target = answer.headers["Location"]
        ours = app.extensions["settings"].base_url
        inside = target.startswith("/") and not target.startswith(("//", "/\\"))
        assert inside or target.startswith(f"{ours}/"), target


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "BREW"])
@pytest.mark.parametrize("address", ["/", "/offres", "/lien-perdu", "/gestion"])
def test_an_unknown_method_is_refused(browser: Browser, method: str, address: str) -> None:
    answer = browser.open(address, method=method, data={"_method": "POST"})
    assert answer.status_code in {400, 405}


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"])
def test_the_method_isn_t_taken_from_a_header(browser: Browser, header: str) -> None:
    answer = browser.get("/lien-perdu", headers={header: "POST"})
    assert answer.status_code == 200 and "Recevoir" in answer.text


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("name", ["Host", "X-Forwarded-Host", "X-Forwarded-Server", "Forwarded"])
def test_another_host_changes_no_address(browser: Browser, host: str, name: str) -> None:
    value = f"host={host}" if name == "Forwarded" else host
    answer = browser.get("/offres", headers={name: value})
    _well(answer)
    assert "evil.example" not in answer.text
    sent = browser.get("/gestion", headers={name: value})
    assert "evil.example" not in sent.headers.get("Location", "")


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Real-Ip", "X-Forwarded-Proto", "X-Forwarded-Prefix"])
@pytest.mark.parametrize("value", ["127.0.0.1", "'; DROP TABLE offer", "a" * 5_000, "::1, évil", ""])
def test_forged_forwarding_headers_change_nothing(browser: Browser, name: str, value: str) -> None:
    plain = browser.get("/offres")
    forged = browser.get("/offres", headers={name: value.encode("utf-8").decode("latin-1")})
    assert (forged.status_code, forged.data) == (plain.status_code, plain.data)


def test_mailed_links_have_the_configured_address(
    app: Flask, client: CheckedClient, mailbox: Mailbox
) -> None:
    page = to_check(client)
    client.environ_base["HTTP_X_FORWARDED_HOST"] = client.environ_base["HTTP_HOST"] = "evil.example"
    client.submit(page, button="Publier")
    letter = mailbox.last()
    assert "evil.example" not in letter.text + letter.html
    assert app.extensions["settings"].base_url in letter.text


EXTRA: dict[str, str] = {
    "status": "online", "role": "administrator", "opco_id": "1", "owner_id": "1", "id": "999",
    "validated_at": "2020-01-01", "version_id": "1", "contact_id": "1", "offer_id": "1",
    "staff_role": "operator", "confirmed_at": "2020-01-01", "published_at": "2020-01-01",
    "last_day": "2099-01-01", "public_id": "x", "owner_hash": "x", "is_admin": "1",
    "__class__": "x", "_fields": "x", "data": "x", "errors": "x",
}  # fmt: skip


def test_extra_fields_are_ignored(app: Flask, client: CheckedClient) -> None:
    page = SITES["modifier"].open(app, client)
    review = client.submit(page, {**EXTRA, "title": "Apprenti boulanger"})
    saved = client.submit(review, EXTRA, button="Enregistrer")
    assert saved.status_code == 200
    with app.app_context():
        offer = db.session.scalars(sa.select(Offer)).one()
        assert offer.title == "Apprenti boulanger"
        assert offer.status is OfferStatus.ONLINE
        assert offer.public_id != "x" and offer.id != 999
        assert offer.last_day is not None and offer.last_day.year < 2099


@pytest.mark.parametrize("name", EXTRA)
def test_each_extra_field_is_ignored_at_deposit(app: Flask, client: CheckedClient, name: str) -> None:
    page = to_check(client)
    done = client.submit(page, {name: EXTRA[name]}, button="Publier")
    assert done.request.path.endswith("/confirmation")
    with app.app_context():
        offer = db.session.scalars(sa.select(Offer)).one()
        assert offer.status is OfferStatus.TO_CONFIRM and offer.confirmed_at is None


@pytest.mark.parametrize(("code", "target"), REDIRECTIONS)
@pytest.mark.parametrize("name", ["suite", "next", "url", "retour", "redirect", "acces", "location"])
def test_no_address_sends_people_elsewhere(browser: Browser, code: str, target: str, name: str) -> None:
    for address in ("/", "/lien-perdu", "/gestion", "/deposer/etablissement"):
        answer = browser.get(address, query_string={name: target, "q": "boulangerie"})
        _well(answer)
        assert "evil.example" not in answer.headers.get("Location", ""), code


WEBHOOK: list[Any] = [
    {}, [], [1], "texte", None, 1e308, {"event": "hard_bounce"}, {"event": 1, "email": [], "ts": {}},
    {"event": "hard_bounce", "email": "a@b.fr", "ts": "jamais"},
    {"event": "delivered", "email": "a@b.fr", "ts": 1e30},
    {"event": "hard_bounce", "email": "a\u0000@b.fr", "ts": 1},
    {"event": "x" * 9_999, "email": "a@b.fr", "ts": 1},
    {"event": "hard_bounce", "email": "x" * 400 + "@b.fr", "ts": 1}, [{}] * 300,
    {"event": "spam", "email": "a@b.fr", "ts": -1}, {"event": "spam", "email": "a@b.fr", "ts": True},
    {"event": "hard_bounce", "email": "a@b.fr", "ts": 1, "message-id": "\ud800", "reason": "\u0000"},
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(WEBHOOK)))
def test_a_relay_that_says_nonsense_is_heard_without_harm(
    app: Flask, browser: Browser, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = app.extensions["settings"].model_copy(update={"mail_webhook_secret": SecretStr("secret")})
    monkeypatch.setitem(app.extensions, "settings", changed)
    body = json.dumps(WEBHOOK[number])
    answer = browser.post("/rappels/courriel/brevo", data=body, headers={"X-Webhook-Secret": "secret"})
    assert answer.status_code in {200, 400, 422}


@pytest.mark.parametrize("number", range(len(WEBHOOK)))
def test_a_browser_s_report_that_says_nonsense_is_read_without_harm(browser: Browser, number: int) -> None:
    for body in (WEBHOOK[number], {"csp-report": WEBHOOK[number]}, [{"body": WEBHOOK[number]}]):
        answer = browser.post("/rapports-csp", data=json.dumps(body), content_type="application/csp-report")
        assert answer.status_code in {204, 400, 413}


def test_an_offer_s_page_takes_no_question(app: Flask, browser: Browser) -> None:
    with app.app_context():
        offer = make_offer(OfferStatus.ONLINE)
        db.session.commit()
        path = f"/offres/{offer.public_id}"
    assert browser.get(path, query_string={"a": "<script>alert(1)</script>"}).status_code == 200
