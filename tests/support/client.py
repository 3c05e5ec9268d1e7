"""A test client that behaves as a person with a browser, and checks every answer it gets."""

import contextvars
import re
from functools import partial
from typing import Any

from flask import has_app_context
from flask.testing import FlaskClient
from lxml import html as lxml_html
from werkzeug.test import TestResponse

from app.core.database import db
from app.web.headers import CSP, MAIL_CSP, PERMISSIONS
from tests.support.html import page_problems

# Routes that show an e-mail as it is sent: it isn't a page of ours, and has a policy of its own.
_MAIL_PATHS = re.compile(r"/agents/apercu-courriels/[^/]+/[^/]+/(?:clair|sombre)|/dev/courriels/\d+/html")
_FRAME_PATHS = re.compile(r"/integration/[^/]+")


class CheckedClient(FlaskClient):
    """Checks headers and markup of every answer; `submit` fills and posts the form of a page."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if has_app_context():
            # A test that reads the database in a context of its own must neither lend its session to the
            # request, nor keep an old snapshot after it. What it hasn't committed is lost, as it would be.
            db.session.rollback()
        response: TestResponse = contextvars.Context().run(partial(super().open, *args, **kwargs))
        check_headers(response)
        check_length(response)
        is_page = not 300 <= response.status_code < 400 and response.data
        is_page = is_page and response.headers.get("Content-Security-Policy") != MAIL_CSP
        if response.mimetype == "text/html" and is_page:
            problems = page_problems(response.text)
            assert not problems, f"{response.request.path}: {problems}"
        return response

    def submit(
        self,
        page: TestResponse,
        answers: dict[str, Any] | None = None,
        *,
        button: str | None = None,
        form: int | str = 0,
        follow: bool = True,
    ) -> TestResponse:
        """Post a form of `page` as a browser would: hidden and kept values, `answers` typed over them.

        `form` is its position, or a part of its action; `button` is the text of the button pressed.
        """
        element = _form_of(page, form, button)
        data = {**_values(element), **_pressed(element, button), **(answers or {})}
        method = (element.get("method") or "get").lower()
        action = element.get("action") or page.request.path
        if method == "get":
            return self.get(action, query_string=data, follow_redirects=follow)
        return self.post(action, data=data, follow_redirects=follow)


def check_headers(response: TestResponse) -> None:
    """Security headers are exact on every answer of ours."""
    if response.request.path.startswith("/static/"):
        return
    headers = response.headers
    is_mail = _MAIL_PATHS.fullmatch(response.request.path) and response.status_code == 200
    policy = headers["Content-Security-Policy"]
    if _FRAME_PATHS.fullmatch(response.request.path) and response.status_code == 200:
        # Declared partners may show this page; nothing else of the policy changes, and no cookie is set.
        sites = re.search(r"frame-ancestors (https://[^;]+);", policy)
        assert sites, policy
        policy = policy.replace(sites[1], "'none'")
        assert "Set-Cookie" not in headers
    assert policy == (MAIL_CSP if is_mail else CSP)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Permissions-Policy"] == PERMISSIONS
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] in {"same-origin", "no-referrer"}
    cache = headers["Cache-Control"]
    assert cache == "no-store" or cache.startswith("public, max-age="), cache
    if cache != "no-store":
        assert "Set-Cookie" not in headers


def check_length(response: TestResponse) -> None:
    """A server sends no more than the length that is announced; the test client doesn't mind."""
    announced = response.headers.get("Content-Length")
    if announced is not None and response.request.method != "HEAD" and response.status_code != 304:
        assert int(announced) == len(response.data), f"{response.request.path}: Content-Length {announced}"


def links_in(text: str) -> list[str]:
    """Paths of mailed links in a text, in order, without doubles."""
    return list(dict.fromkeys(re.findall(r"/l/[\w\-]+", text)))


def _form_of(page: TestResponse, form: int | str, button: str | None) -> Any:
    forms = lxml_html.fromstring(page.text).xpath("//main//form")
    if isinstance(form, str):
        forms = [found for found in forms if form in (found.get("action") or "")]
        form = 0
    if button is not None:
        forms = [found for found in forms if _button_of(found, button) is not None] or forms
    assert forms, f"no form on {page.request.path}"
    return forms[form]


def _button_of(form: Any, text: str) -> Any:
    for found in form.xpath(".//button"):
        label = " ".join(found.text_content().split()).replace("\u00a0", " ").replace("\u202f", " ")
        if text in label:
            return found
    return None


def _pressed(form: Any, button: str | None) -> dict[str, str]:
    if button is None:
        found = next(iter(form.xpath(".//button")), None)
    else:
        found = _button_of(form, button)
        assert found is not None, f"no button {button!r}"
    if found is None or not found.get("name"):
        return {}
    return {found.get("name"): found.get("value") or ""}


def _values(form: Any) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field in form.xpath(".//input|.//select|.//textarea"):
        name = field.get("name")
        kind = (field.get("type") or "text").lower()
        if not name or kind in {"submit", "button"}:
            continue
        if kind in {"radio", "checkbox"}:
            if field.get("checked") is not None:
                _add(values, name, field.get("value", "on"))
        elif field.tag == "select":
            chosen = field.xpath(".//option[@selected]") or field.xpath(".//option")[:1]
            values[name] = chosen[0].get("value") if chosen else ""
        elif field.tag == "textarea":
            values[name] = (field.text or "").removeprefix("\n")
        else:
            values[name] = field.get("value") or ""
    return values


def _add(values: dict[str, Any], name: str, value: str) -> None:
    if name in values:
        former = values[name]
        values[name] = [*former, value] if isinstance(former, list) else [former, value]
    else:
        values[name] = value
