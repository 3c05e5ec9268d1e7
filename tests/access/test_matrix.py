"""G7: every route, for every actor, with its own object and with another's: nothing opens that shouldn't."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from pydantic import SecretStr
from werkzeug.test import TestResponse

from app.core.database import db
from tests.access import world as worlds
from tests.access.actors import ACTORS, Visit, browser
from tests.access.routes import (
    ASK,
    FORBIDDEN,
    HIDDEN,
    OPEN,
    PROVE,
    PUBLIC,
    ROWS,
    SIGN_IN,
    UNAUTHORISED,
    Row,
    expected,
    objects_of,
)
from tests.access.world import World

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
# Forms of machines, which hold no token: a signed address, a secret, a report.
NO_TOKEN = frozenset({"webhooks.mail_facts", "webhooks.unsubscribe", "public.csp_report"})
REFUSED = "formulaire refusé"
READERS = frozenset({"anonyme", "employeur A", "responsable 1", "administrateur du portail", "agent OPCO 1"})
# The same right as another actor, on the other object: what each may not open is tried from the other side.
MIRRORS = frozenset(
    {
        "employeur B",
        "brouillon B par cookie",
        "OPCO 2, suivi",
        "OPCO 2, offre retenue",
        "OPCO 2, liste",
        "CFA 2",
        "candidat proposé 2",
        "responsable 2",
        "recruteur 2",
        "vérificateur 2",
        "lecteur 2",
        "agent OPCO 2, responsable",
        "agent OPCO 2",
        "agent OPCO 2, lecture",
    }
)
Cell = tuple[str, str, Row, str, str]
Record = Callable[[str, object], None]


@pytest.fixture
def world(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    settings = app.extensions["settings"].model_copy(
        update={"mail_webhook_secret": SecretStr("secret-du-relais")}
    )
    monkeypatch.setitem(app.extensions, "settings", settings)
    # As where ProConnect isn't set up; tests/web/test_proconnect.py has it.
    outside = replace(app.extensions["adapters"], identity=None)
    monkeypatch.setitem(app.extensions, "adapters", outside)
    limiters = app.extensions["limiter"]
    for one in limiters if isinstance(limiters, set) else {limiters}:
        monkeypatch.setattr(one, "enabled", False)
    with app.app_context():
        yield worlds.build()
        db.session.remove()


def _rules(app: Flask) -> list[tuple[str, str]]:
    """(method, endpoint) of every route, what changes most last."""
    found = {
        (method, rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    return sorted(found, key=lambda pair: (ROWS[pair[1]].last, pair[0] in UNSAFE, pair))


def _cells(app: Flask, world: World) -> list[Cell]:
    """(method, endpoint, row, owner, address) for each cell of an actor's line."""
    with app.test_request_context():
        return [
            (method, endpoint, ROWS[endpoint], owner, url_for(endpoint, **parameters))
            for method, endpoint in _rules(app)
            for owner, parameters in objects_of(ROWS[endpoint], world)
        ]


def form_token(app: Flask, secret: str) -> str:
    """The token that a page would have given to this browser."""
    return str(URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").dumps(secret))


def _ask(client: FlaskClient, method: str, address: str, token: str) -> TestResponse:
    if method == "GET":
        return client.get(address)
    data = {"csrf_token": token} if token else {}
    return client.open(address, method=method, data=data)


def outcome_of(endpoint: str, response: TestResponse) -> str:
    """The word of the table for an answer."""
    status, target = response.status_code, response.headers.get("Location", "")
    if status in {301, 302, 303} and "/lien-perdu" in target:
        return ASK
    if status == 302 and target.endswith("/connexion"):
        return SIGN_IN
    if status == 302 and target.endswith("/second-facteur"):
        return PROVE
    if status == 400 and endpoint not in NO_TOKEN:
        return REFUSED
    words = {404: HIDDEN, 403: FORBIDDEN, 401: UNAUTHORISED}
    broken = status >= 500 and not (endpoint == "public.health" and status == 503)
    return f"erreur {status}" if broken else words.get(status, OPEN)


def test_each_route_has_its_row(app: Flask, world: World, record_property: Record) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    record_property("routes sans ligne", len(endpoints - set(ROWS)))
    assert endpoints - set(ROWS) == set()
    routes = set(_rules(app))
    played = {(method, endpoint) for method, endpoint, *_ in _cells(app, world)}
    record_property("routes", len(routes))
    record_property("routes dans la table", len(played))
    assert played == routes


def test_the_matrix_is_large_enough(app: Flask, world: World, record_property: Record) -> None:
    cells = len(_cells(app, world)) * len(ACTORS)
    record_property("acteurs", len(ACTORS))
    record_property("cases de la matrice", cells)
    assert len(ACTORS) >= 24
    assert MIRRORS < set(ACTORS)
    assert cells >= 2000


def _is_played(cell: Cell, name: str, request: pytest.FixtureRequest) -> bool:
    """Pages for everybody are asked by a few, unless the whole matrix is: nobody's right opens them."""
    whole = "not assurance" not in request.config.getoption("markexpr", "")
    return whole or name in READERS or cell[2] is not PUBLIC


def _actors() -> list[object]:
    """All of them; those who only mirror another are played by `make assurance`."""
    return [pytest.param(name, marks=[pytest.mark.assurance] * (name in MIRRORS)) for name in ACTORS]


@pytest.mark.parametrize("name", _actors())
def test_nothing_opens_that_should_not(
    app: Flask, world: World, name: str, record_property: Record, request: pytest.FixtureRequest
) -> None:
    actor = ACTORS[name]
    visit: Visit = actor.come(world)
    client = browser(app, visit)
    db.session.commit()
    token = form_token(app, visit.secret) if visit.secret else ""
    cells = [cell for cell in _cells(app, world) if _is_played(cell, name, request)]
    mine = {right.partition(":")[2] for right in actor.rights}
    before = worlds.guarded(world)
    wrong: list[str] = []
    unexpected = 0
    for method, endpoint, row, owner, address in cells:
        db.session.rollback()
        answer = _ask(client, method, address, token)
        wanted = expected(row, actor.rights, owner)
        if method in UNSAFE and not token and endpoint not in NO_TOKEN:
            wanted = REFUSED
        got = outcome_of(endpoint, answer)
        answer.close()
        if got != wanted:
            wrong.append(f"{method} {endpoint} [{owner}]: {wanted}, got {got} ({answer.status_code})")
            unexpected += got == OPEN
    record_property("cases jouées", len(cells))
    record_property("accès inattendus", unexpected)
    assert not wrong, "\n".join(wrong)
    after = worlds.guarded(world)
    changed = [owner for owner in after if owner not in mine and after[owner] != before[owner]]
    assert changed == []
