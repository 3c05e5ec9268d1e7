"""G6, generated inputs: whatever is typed, forms and identifiers answer, and both databases keep it."""

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import app.web as web
from app.core import identifiers
from app.core.database import db
from app.core.identifiers import InvalidIdentifier, Siret
from app.domain.accounts.models import Account
from app.domain.offers.models import Draft
from app.domain.reference.jobs import search_jobs
from app.domain.reference.places import communes_by_postcode, search_communes
from app.web.deposit.company_search import read
from app.web.deposit.draft_access import storable
from app.web.forms.base import PostForm
from app.web.forms.fields import tidy
from tests.badinput.kit import Browser, fields_of, forms_of, post_raw, problem, values_of
from tests.badinput.sites import KINDS, SITES
from tests.badinput.strategies import BY_KIND, anything, unlikely
from tests.support.client import CheckedClient

Record = Callable[[str, object], None]
LONG = [pytest.mark.assurance, pytest.mark.timeout(3600)]
# (examples of each form, texts of each value, posts of each page)
DEPTHS = [pytest.param(1, id="extrait"), pytest.param(100, id="tout", marks=LONG)]
# Somebody without a second factor: the field of its code, absent then, is typed in by the listed inputs.
AGENT = {"agent": Account(email="agent@portail.example", name="Agent d’essai")}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "HandOverForm": {"own_code": "06"},
    "DecisionForm": {"own_code": "06"},
    "InviteStaffForm": AGENT,
    "NeedForm": {"has_contact": False},
    "ProofForm": AGENT,
    "RemoveFactorForm": AGENT,
    "SuspendForm": AGENT,
}


def _forms() -> list[type[PostForm]]:
    """Every form of the web."""
    for module in pkgutil.walk_packages(web.__path__, "app.web."):
        importlib.import_module(module.name)
    found: list[type[PostForm]] = []
    waiting = list(PostForm.__subclasses__())
    while waiting:
        form = waiting.pop()
        waiting += form.__subclasses__()
        found.append(form)
    ours = {form for form in found if form.__module__.startswith("app.")}
    return sorted(ours, key=lambda form: form.__name__)


FORMS = _forms()


def _quiet(examples: int) -> Any:
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("kind", FORMS, ids=lambda kind: kind.__name__)
def test_a_form_answers_whatever_is_typed(
    app: Flask, kind: type[PostForm], depth: int, record_property: Record
) -> None:
    arguments = ARGUMENTS.get(kind.__name__, {})
    counted = 0
    with app.test_request_context("/"):
        names = list(kind(**arguments, meta={"csrf": False})._fields)
    one = {name: BY_KIND[KINDS.get(name, "text")] for name in names}
    examples = 12 * depth

    @_quiet(examples)
    @given(st.fixed_dictionaries(one))
    def answer(typed: dict[str, str]) -> None:
        nonlocal counted
        # As bytes, which is how a form comes: lone surrogates are already replaced.
        clean = {name: text.encode("utf-8", "replace").decode() for name, text in typed.items()}
        with app.test_request_context("/", method="POST", data=clean):
            form = kind(**arguments, meta={"csrf": False})
            form.validate()
            for field in form:
                assert all(isinstance(str(error), str) for error in field.errors)
        counted += len(names)

    answer()
    if depth > 1:
        record_property("saisies engendrées", counted)


@pytest.mark.parametrize("depth", DEPTHS)
def test_identifiers_accept_only_what_they_say(depth: int, record_property: Record) -> None:
    counted = 0

    @_quiet(100 * depth)
    @given(BY_KIND["siret"])
    def check(text: str) -> None:
        nonlocal counted
        counted += 1
        for name in ("Siret", "Siren", "RomeCode", "Uai", "CommuneCode", "Naf"):
            try:
                value = getattr(identifiers, name)(text)
            except InvalidIdentifier:
                continue
            assert value.isascii() and value == value.strip()
            assert getattr(identifiers, name)(str(value)) == value
        read(text)

    check()
    if depth > 1:
        record_property("saisies engendrées", counted)


@pytest.mark.parametrize("depth", DEPTHS)
def test_words_are_searched_whatever_they_are(app: Flask, depth: int, record_property: Record) -> None:
    counted = 0

    @_quiet(20 * depth)
    @given(unlikely)
    def check(text: str) -> None:
        nonlocal counted
        counted += 1
        assert len(search_jobs(text)) <= 10
        assert len(search_communes(text)) <= 10
        communes_by_postcode(text)
        assert tidy(tidy(text)) == tidy(text)

    check()
    if depth > 1:
        record_property("saisies engendrées", counted)


@pytest.mark.parametrize("depth", DEPTHS)
def test_what_a_draft_keeps_both_databases_keep(app: Flask, depth: int, record_property: Record) -> None:
    """What is stored of a text comes back as it was, on SQLite as on PostgreSQL."""
    counted = 0
    with app.app_context():
        table = Draft.__table__

        @_quiet(10 * depth)
        @given(st.lists(anything, min_size=5, max_size=5))
        def keep(texts: list[str]) -> None:
            nonlocal counted
            counted += len(texts)
            kept = storable([text.encode("utf-8", "replace").decode() for text in texts])
            with db.engine.connect() as connection:
                shown = connection.execute(sa.select(sa.cast(sa.literal("\n".join(kept)), sa.Text))).scalar()
                assert shown == "\n".join(kept)
                connection.execute(sa.select(table.c.id).where(table.c.email == kept[0])).all()

        keep()
    if depth > 1:
        record_property("saisies engendrées", counted)


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("name", ["accueil", "besoin", "lien perdu", "modifier", "noter un contact"])
def test_a_page_answers_whatever_is_typed(
    app: Flask, client: CheckedClient, name: str, depth: int, record_property: Record
) -> None:
    site = SITES[name]
    page = site.open(app, client)
    form = forms_of(page)[site.form]
    browser = Browser(app, app.response_class)
    for cookie_name in ("session", "pre"):
        cookie = client.get_cookie(cookie_name)
        if cookie is not None:
            browser.set_cookie(cookie_name, cookie.value)
    one = {
        field: BY_KIND[KINDS.get(field, "text")]
        for field, widget in fields_of(form).items()
        if widget != "act"
    }
    counted, broken = 0, 0

    @_quiet(2 * depth)
    @given(st.fixed_dictionaries(one))
    def post(typed: dict[str, str]) -> None:
        nonlocal counted, broken
        values = {**values_of(form), **{field: [text] for field, text in typed.items()}}
        values |= {"version": [""]} if "version" in values else {}
        answer = post_raw(browser, form.get("action") or page.request.path, values)
        broken += answer.status_code >= 500
        wrong = problem(answer)
        assert not wrong, wrong
        counted += len(typed)

    post()
    if depth > 1:
        record_property("saisies engendrées", counted)
        record_property("saisies engendrées envoyées par HTTP", counted)
        record_property("erreurs 5xx", broken)


def test_a_siret_with_one_wrong_sign_is_refused() -> None:
    """Luhn sees every change of one digit."""
    right = "73282932000074"
    for place, good in enumerate(right):
        for digit in "0123456789":
            if digit != good:
                with pytest.raises(InvalidIdentifier):
                    Siret(right[:place] + digit + right[place + 1 :])
