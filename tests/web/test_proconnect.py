"""Signing in by ProConnect: discovery, signed answers, every lie refused, the same account as by link."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from app.adapters.identity_provider import HttpIdentityProvider
from app.core.database import db
from app.domain.accounts.identity import Identity
from app.domain.accounts.models import Account, WebSession
from app.domain.organisations.roles import Role
from standins.proconnect.server import CLIENT_ID, CLIENT_SECRET, proconnect
from tests.factories.structures import make_account, make_member, make_structure
from tests.support.client import CheckedClient
from tests.support.standins import Partner, closed_port, served

pytestmark = pytest.mark.usefixtures("db_session")
EMAIL = "responsable@structure.example"


def _provider(url: str) -> HttpIdentityProvider:
    return HttpIdentityProvider(
        f"{url}/api/v2/.well-known/openid-configuration",
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        algorithm="RS256",
        timeout=3.0,
    )


@pytest.fixture(scope="module")
def partner() -> Iterator[Partner]:
    with served(proconnect()) as found:
        yield found


@pytest.fixture(autouse=True)
def wired(app: Flask, partner: Partner) -> None:
    partner.reset()
    app.extensions["adapters"] = replace(app.extensions["adapters"], identity=_provider(partner.url))


def _say(partner: Partner, **told: object) -> None:
    assert httpx.post(f"{partner.url}/personne", json=told, trust_env=False).status_code == 200


def _go(client: CheckedClient, partner: Partner) -> str:
    """Leave, say who one is at the provider's; gives the address of return."""
    left = client.get("/connexion/proconnect")
    assert left.status_code == 302
    asked = {name: values[0] for name, values in parse_qs(urlsplit(left.location).query).items()}
    answer = httpx.post(f"{partner.url}/api/v2/authorize", data=asked, trust_env=False)
    assert answer.status_code == 302, answer.text
    target = urlsplit(answer.headers["Location"])
    return f"{target.path}?{target.query}"


def _come(client: CheckedClient, partner: Partner) -> TestResponse:
    return client.get(_go(client, partner))


def _sessions() -> int:
    db.session.expire_all()
    return len(db.session.scalars(sa.select(WebSession)).all())


def test_the_page_offers_proconnect_where_it_is_set_up(client: CheckedClient, app: Flask) -> None:
    assert "S’identifier avec ProConnect" in client.get("/connexion").text
    app.extensions["adapters"] = replace(app.extensions["adapters"], identity=None)
    assert "ProConnect" not in client.get("/connexion").text
    assert client.get("/connexion/proconnect").status_code == 404


def test_a_member_comes_in_then_gives_a_code(client: CheckedClient, partner: Partner) -> None:
    make_member(make_structure(), email=EMAIL)
    db.session.commit()
    arrived = _come(client, partner)
    assert arrived.status_code == 303
    # ProConnect doesn't take the place of the second factor.
    assert "Protégez votre espace" in client.get("/espace", follow_redirects=True).text
    assert db.session.scalars(sa.select(Identity)).one().idp_id == "idp-d-essai"


def test_a_recruiter_comes_in_and_leaves_both(client: CheckedClient, partner: Partner) -> None:
    structure = make_structure(name="CMA d’essai")
    make_member(structure, Role.RECRUITER, email=EMAIL)
    db.session.commit()
    _come(client, partner)
    assert "CMA d’essai" in client.get("/espace", follow_redirects=True).text
    page = client.get("/connexion")
    csrf = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    gone = client.post("/deconnexion", data={"csrf_token": csrf})
    assert f"{partner.url}/api/v2/session/end" in gone.text
    assert _sessions() == 0


def test_nobody_gets_an_account_by_signing_in(client: CheckedClient, partner: Partner) -> None:
    answer = _come(client, partner)
    assert answer.status_code == 403
    assert "Aucun espace pour cette adresse" in answer.text
    assert _sessions() == 0
    assert db.session.scalars(sa.select(Account)).all() == []


def test_a_new_number_is_attached_by_the_same_address(client: CheckedClient, partner: Partner) -> None:
    account = make_account(EMAIL)
    db.session.commit()
    for sub in ("premier", "second"):
        _say(partner, personne={"sub": sub})
        assert _come(client, partner).status_code == 303
    subs = {one.sub for one in db.session.scalars(sa.select(Identity))}
    assert subs == {"premier", "second"}
    # A known number opens its account whatever address the provider gives today.
    _say(partner, personne={"sub": "premier", "email": "autre@structure.example"})
    assert _come(client, partner).status_code == 303
    account.disabled_at = account.created_at
    db.session.commit()
    assert _come(client, partner).status_code == 403


@pytest.mark.parametrize(
    "lie",
    ["nonce", "aud", "iss", "perime", "alg_none", "hs256", "cle_inconnue", "expire", "autre_personne"],
)
def test_a_lie_is_refused(client: CheckedClient, partner: Partner, lie: str) -> None:
    make_account(EMAIL)
    db.session.commit()
    _say(partner, mensonge=lie)
    answer = _come(client, partner)
    assert answer.status_code == 400
    assert "La connexion n’a pas abouti" in answer.text.replace("\u00a0", " ")
    assert _sessions() == 0


def test_a_person_without_siret_comes_in(client: CheckedClient, partner: Partner) -> None:
    make_account(EMAIL)
    db.session.commit()
    _say(partner, mensonge="sans_siret")
    assert _come(client, partner).status_code == 303


def test_a_code_serves_once_and_a_return_needs_its_departure(
    client: CheckedClient, partner: Partner, app: Flask
) -> None:
    make_account(EMAIL)
    db.session.commit()
    back = _go(client, partner)
    other = app.test_client()
    assert other.get(back).status_code == 400, "no cookie of departure"
    assert client.get(back.replace("state=", "state=x")).status_code == 400
    assert client.get(back).status_code == 400, "the cookie has gone with the failed return"
    assert _come(client, partner).status_code == 303
    assert _come(client, partner).status_code == 303
    for made_up in ("/connexion/proconnect/retour", "/connexion/proconnect/retour?code=%00&state=é"):
        assert client.get(made_up).status_code == 400


def test_the_provider_refuses_what_it_does_not_document(partner: Partner) -> None:
    asked = {"response_type": "code", "client_id": CLIENT_ID, "state": "s" * 32, "nonce": "n" * 32}
    asked |= {"redirect_uri": "http://127.0.0.1/connexion/proconnect/retour", "scope": "openid"}
    url = f"{partner.url}/api/v2/authorize"
    assert httpx.get(url, params=asked, trust_env=False).status_code == 200
    refused = httpx.get(url, params={**asked, "code_challenge": "x"}, trust_env=False)
    assert (refused.status_code, refused.json()["error"]) == (400, "Y000400")


@pytest.mark.parametrize("fault", ["500", "garbage", "closed"])
def test_a_provider_in_trouble_leaves_the_link(
    client: CheckedClient, partner: Partner, app: Flask, fault: str
) -> None:
    if fault == "closed":
        app.extensions["adapters"] = replace(app.extensions["adapters"], identity=_provider(closed_port()))
    else:
        partner.fails({"500": "500", "garbage": "garbage"}[fault])
    answer = client.get("/connexion/proconnect")
    assert answer.status_code == 503
    assert "ProConnect ne répond pas" in answer.text.replace("\u00a0", " ")
    assert client.get("/connexion").status_code == 200
