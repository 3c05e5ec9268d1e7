"""Whatever is typed in a field of the deposit: accepted or refused with words, kept, never a 500."""

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from app.core.database import db
from app.domain.offers.models import Draft, Offer
from tests.factories.offers import given
from tests.support.deposit import (
    ANSWERS,
    NOT_PUBLIC,
    HostileClient,
    plain,
    publish,
    to_check,
    type_company,
)

INVISIBLE = "Retirez les caractères invisibles collés avec votre texte."
LONG_FIELDS = {
    "job": 100, "words": 1500, "name": 80, "email": 254, "phone": 40, "rhythm": 200, "about_company": 1000,
    "question_1": 200, "start_date": 30,
}  # fmt: skip
HOSTILE = [
    "<script>alert(1)</script>", "\"><svg onload=alert(1)>", "javascript:alert(1)", "[x](javascript:1)",
    "{{7*7}}", "{% raw %}", "${7*7}", "%s%n", "' OR 1=1 --", "a%_\\b", "=1+1", "+33", "-2", "@SUM(A1)",
    "\u202eegnardesuor", "zero\u200bwidth", "\ufeffbom", "👩‍🍳 boulangère", "e\u0301", "Z" + "\u0301" * 80,
    "مخبز السلام", "日本", "Ⅳ", "ﬁ", "\u00a0", "\t", "a\u2028b", "A\" <x@y>, \"B",
]  # fmt: skip
CONTROL = ["a\x00b", "a\x07b", "a\x1bb", "a\x7fb", "a\x85b", "a\ufffeb"]
TEXTS = ("job", "words", "name", "email", "phone", "start_date", "openings", "duration", "rhythm")
MORE = ("about_company", "question_1", "question_2", "question_3", "level", "start", "remote", "job_key")


@pytest.fixture
def client(app: Flask) -> HostileClient:
    """A browser that checks pages, whatever words they show."""
    return HostileClient(app, app.response_class)


def _forget_limits(app: Flask) -> None:
    for limiter in app.extensions["limiter"]:
        limiter.reset()


def _ends_well(page: TestResponse) -> None:
    assert page.status_code in {200, 303, 409, 422}, page.status_code
    assert "Traceback" not in page.text
    if page.status_code == 422:
        assert "à corriger" in plain(page)


@pytest.mark.parametrize("field", [*TEXTS, *MORE])
def test_no_text_breaks_a_field(client: HostileClient, field: str) -> None:
    need = type_company(client)
    for value in [*HOSTILE, *CONTROL]:
        page = client.submit(need, {**ANSWERS, field: value}, follow=False)
        _ends_well(page)
        if page.status_code == 303:
            page = client.get(page.location)
        assert "<script>alert" not in page.text and "<svg onload" not in page.text and ">49<" not in page.text


@pytest.mark.parametrize("field", ["words", "name", "rhythm", "about_company", "question_1"])
@pytest.mark.parametrize("value", CONTROL)
def test_control_characters_are_refused_and_the_rest_stays(
    client: HostileClient, field: str, value: str
) -> None:
    page = to_check(client, **{field: value})
    assert page.status_code == 422
    assert INVISIBLE in plain(page) or "sur une seule ligne" in plain(page)
    assert 'value="boulanger"' in page.text


@pytest.mark.parametrize("field", sorted(LONG_FIELDS))
def test_one_character_over_the_limit_is_said(client: HostileClient, field: str) -> None:
    limit = LONG_FIELDS[field]
    page = to_check(client, **{field: "x" * (limit + 1)})
    assert page.status_code == 422
    if field not in {"email", "phone", "start_date"}:
        assert f"la limite est de {limit}" in plain(page)
    assert "x" * (limit + 1) in page.text


@pytest.mark.parametrize("button", ["l’enseigne", "Enregistrer et reprendre plus tard"])
def test_what_is_saved_unfinished_fits_both_databases(client: HostileClient, app: Flask, button: str) -> None:
    need = type_company(client)
    for value in [*CONTROL, *HOSTILE, "x" * 30_000]:
        apart = client.submit(need, {"words": value, "name": value}, button=button, follow=False)
        assert apart.status_code == 303
        need = client.get(need.request.path)
    with given(app):
        draft = db.session.scalars(sa.select(Draft)).one()
        assert len(draft.answers["need"]["words"]) == 20_000


@pytest.mark.parametrize("step", ["enseigne", "adresse", "opco", "annonce", "enregistrer"])
def test_no_text_breaks_the_pages_apart(client: HostileClient, app: Flask, step: str) -> None:
    check = to_check(client)
    path = check.request.path.replace("verifier", step)
    names = {
        "enseigne": ("brand",), "adresse": ("line", "postcode", "commune"), "opco": ("opco",),
        "annonce": ("title", "description", "tasks", "skills"), "enregistrer": ("email",),
    }[step]  # fmt: skip
    page = client.get(path)
    for name in names:
        for value in [*HOSTILE, *CONTROL, "x" * 5_000, ""]:
            _forget_limits(app)
            _ends_well(client.submit(page, {name: value}, follow=False))
    _ends_well(client.get(check.request.path))


def test_no_text_breaks_the_typed_company(client: HostileClient) -> None:
    page = type_company(client, NOT_PUBLIC)
    for name in ("name", "brand", "line", "postcode", "commune"):
        for value in [*HOSTILE, *CONTROL, "x" * 5_000]:
            answers = {"name": "Chez Zoé", "line": "1 rue Haute", "postcode": "44000", name: value}
            _ends_well(client.submit(page, answers, follow=False))
    assert client.get(page.request.path.replace("entreprise", "besoin")).status_code == 200


@pytest.mark.parametrize("value", [*HOSTILE, *CONTROL, "x" * 201, "9" * 150, "a" * 200, "?" * 50])
def test_no_text_breaks_the_first_field(client: HostileClient, value: str) -> None:
    _ends_well(type_company(client, value))
    assert client.get("/", query_string={"q": value}).status_code in {200, 400}
    found = client.get("/deposer/etablissement", query_string={"q": value}, follow_redirects=True)
    assert found.status_code in {200, 400}
    assert client.get("/deposer/metiers.json", query_string={"q": value}).status_code in {200, 400}


@pytest.mark.parametrize("version", ["", "x", "-1", "0", "99999999999999999999", "²", "1.5", "\x00", "١"])
def test_a_forged_version_is_a_conflict_or_nothing(client: HostileClient, version: str) -> None:
    page = to_check(client, version=version)
    assert page.status_code in ({400} if "\0" in version else {200, 409})


def test_too_big_too_many_or_doubled_is_refused_by_its_status(client: HostileClient) -> None:
    page = type_company(client)
    path = page.request.path
    assert client.submit(page, {"words": "x" * 300_000}).status_code == 413
    assert client.submit(page, {f"f{rank}": "1" for rank in range(201)}).status_code in {400, 413}
    assert client.submit(page, {"name": ["A", "B"]}).status_code == 400
    assert client.post(path, data=ANSWERS).status_code == 400
    assert client.post(path, data=b"\xff\xfe", content_type="application/json").status_code in {400, 415}


def test_texts_are_inert_wherever_they_go(client: HostileClient, app: Flask) -> None:
    words = "<b>Gras</b> {{7*7}} {% if %} & 'pain'"
    page = publish(client, words=words, about_company=words, question_1=words, name="Zoé <i>")
    assert page.request.path.endswith("/confirmation")
    with given(app):
        offer = db.session.scalars(sa.select(Offer)).one()
        assert offer.words == words and offer.questions == [words]


@pytest.mark.parametrize(
    "email",
    ["camille+pain@exemple.fr", "CAMILLE@EXEMPLE.FR", "camille@été.fr", "c@sous.domaine.exemple.fr"],
)
def test_unusual_addresses_are_taken(client: HostileClient, email: str) -> None:
    assert to_check(client, email=email).request.path.endswith("/verifier")


@pytest.mark.parametrize("email", ["camille@exemple", "camille@exemple.fr.", "a@b@c.fr", "a b@c.fr", "@c.fr"])
def test_broken_addresses_are_refused(client: HostileClient, email: str) -> None:
    page = to_check(client, email=email)
    assert page.status_code == 422 and "Saisissez une adresse complète" in plain(page)


@pytest.mark.parametrize(
    "phone",
    [
        "05 65 00 00 00",
        "+33 5 65 00 00 00",
        "0033565000000",
        "0262123456",
        "+32 2 555 12 12",
        "05.65.12.34.56",
    ],
)
def test_telephones_of_here_and_elsewhere_are_taken(client: HostileClient, phone: str) -> None:
    assert to_check(client, phone=phone).request.path.endswith("/verifier")
