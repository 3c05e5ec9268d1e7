"""G6, listed inputs: each one in each field of each form, over HTTP. No breakdown, nothing typed is lost."""

import zlib
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.badinput.inputs import BY_KIND, Input
from tests.badinput.kit import Browser, Form, fields_of, forms_of, get_raw, lost, post_raw, problem, values_of
from tests.badinput.site import Site
from tests.badinput.sites import KINDS, QUERIES, SITES
from tests.badinput.spaces import SPACE_QUERIES
from tests.support.client import CheckedClient

Record = Callable[[str, object], None]
# In the short run, one input of so many in each field.
ONE_OF = 31
DEPTHS = [
    pytest.param(ONE_OF, id="extrait"),
    pytest.param(1, id="tout", marks=[pytest.mark.assurance, pytest.mark.timeout(3600)]),
]
# An address in the lost-link form, a SIRET there, are asked of nobody else: their forms answer the same.
UNTYPED = {"choice": "choice", "act": "act"}


def _some(inputs: list[Input], one_of: int, salt: str) -> Iterator[Input]:
    """All the inputs, or some that differ from a field to the next but never from a run to the next."""
    start = zlib.crc32(salt.encode()) % one_of
    yield from inputs[start % len(inputs) :: one_of]


def _try_all(
    app: Flask, client: CheckedClient, name: str, site: Site, one_of: int
) -> tuple[int, int, list[str]]:
    """(inputs tried, answers 5xx, troubles)."""
    page = site.open(app, client)
    assert page.status_code == 200, f"{name}: {page.status_code} on {page.request.path}"
    form = forms_of(page)[site.form]
    tried, broken, troubles = 0, 0, []
    for field, widget in fields_of(form).items():
        kind = UNTYPED.get(widget) or KINDS.get(field, "text")
        for code, text in _some(BY_KIND[kind], one_of, f"{name} {field}"):
            good = {key: [value] for key, value in site.answers.items()}
            typed = {**values_of(form), **good, field: [text]}
            # A version that says nothing: what was saved before is no conflict here.
            typed |= {"version": [""]} if "version" in typed else {}
            answer = post_raw(_twin(app, client), _target(form, page), typed)
            tried += 1
            broken += answer.status_code >= 500
            wrong = problem(answer)
            if wrong:
                troubles.append(f"{name}, {field}, {code}: {wrong}")
            missing = lost(answer, typed) if widget == "typed" else []
            if missing:
                troubles.append(f"{name}, {field}, {code}: lost {missing}")
            if site.reopen and answer.status_code in {200, 303}:
                page = site.open(app, client)
                form = forms_of(page)[site.form]
    return tried, broken, troubles


def _target(form: Form, page: TestResponse) -> str:
    return str(form.get("action") or page.request.full_path.rstrip("?"))


def _twin(app: Flask, client: CheckedClient) -> Browser:
    """The same browser, whose pages hold what is typed on purpose."""
    twin = Browser(app, app.response_class)
    for name in ("session", "pre"):
        cookie = client.get_cookie(name)
        if cookie is not None:
            twin.set_cookie(name, cookie.value)
    return twin


@pytest.mark.parametrize("one_of", DEPTHS)
@pytest.mark.parametrize("name", SITES)
def test_no_answer_breaks_a_form(
    app: Flask, client: CheckedClient, name: str, one_of: int, record_property: Record
) -> None:
    tried, broken, troubles = _try_all(app, client, name, SITES[name], one_of)
    if one_of == 1:
        record_property("saisies listées", tried)
        record_property("erreurs 5xx", broken)
    assert not troubles, "\n".join([f"{len(troubles)} of {tried}", *troubles[:40]])


@pytest.mark.parametrize("one_of", DEPTHS)
def test_no_question_breaks_an_address(
    app: Flask, client: CheckedClient, one_of: int, record_property: Record
) -> None:
    tried, broken, troubles = 0, 0, []
    asked = dict(QUERIES)
    for find, names in SPACE_QUERIES.values():
        asked[find(app, client).request.path] = names
    for address, names in asked.items():
        for name in names:
            kind = KINDS.get(name, "text")
            for code, text in _some(BY_KIND[kind], one_of, f"{address} {name}"):
                if len(text) > 20_000:
                    continue  # the server refuses such a line before us
                answer = get_raw(_twin(app, client), address, {name: text})
                tried += 1
                broken += answer.status_code >= 500
                wrong = problem(answer)
                if wrong:
                    troubles.append(f"{address}, {name}, {code}: {wrong}")
    if one_of == 1:
        record_property("saisies listées", tried)
        record_property("erreurs 5xx", broken)
    assert not troubles, "\n".join(troubles[:40])
