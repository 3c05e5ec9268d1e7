"""Posting what no browser would: raw bytes in a form, and reading what the page kept of it."""

import contextvars
import re
import secrets
import unicodedata
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask.testing import FlaskClient
from lxml import html as lxml_html
from werkzeug.test import TestResponse

from tests.support.client import check_headers

Form = Any
# What a tidy form may take away: it isn't lost, it has no meaning.
_IGNORED = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp", "Co", "Cn", "Mn", "Me"})
_PLUMBING = frozenset({"csrf_token", "submission_id", "version", "seen", "job_seen", "suite", "act"})
# A date typed chooses « à une date précise » by itself.
_FOLLOWING = frozenset({"start"})
_BYTES = re.compile("(?:%[89A-F][0-9A-F])+")
# Longer texts may be kept in part.
KEPT_WHOLE = 4_000


def forms_of(page: TestResponse) -> list[Form]:
    """The forms of the main part of a page."""
    return list(_tree(page).xpath("//main//form"))


def _tree(page: TestResponse) -> Any:
    # The parser stops at NUL, which browsers show as a replacement sign.
    return lxml_html.fromstring(page.text.replace("\x00", ""))


def values_of(form: Form) -> dict[str, list[str]]:
    """What a browser would post of a form, as lists."""
    values: dict[str, list[str]] = {}
    for field in form.xpath(".//input|.//select|.//textarea"):
        name, kind = field.get("name"), (field.get("type") or "text").lower()
        if not name or kind in {"submit", "button"}:
            continue
        if kind in {"radio", "checkbox"}:
            if field.get("checked") is not None:
                values.setdefault(name, []).append(field.get("value") or "on")
        elif field.tag == "select":
            chosen = field.xpath(".//option[@selected]") or field.xpath(".//option")[:1]
            values[name] = [(chosen[0].get("value") or "") if chosen else ""]
        elif field.tag == "textarea":
            values[name] = [(field.text or "").removeprefix("\n")]
        else:
            values[name] = [field.get("value") or ""]
    return values


def fields_of(form: Form) -> dict[str, str]:
    """Each question of a form, and its kind of widget: choice, hidden or typed; buttons with a name too."""
    found: dict[str, str] = {}
    for field in form.xpath(".//input|.//select|.//textarea|.//button[@name]"):
        name, kind = field.get("name"), (field.get("type") or "text").lower()
        if not name or name in _PLUMBING:
            continue
        is_choice = field.tag == "select" or kind in {"radio", "checkbox"}
        found[name] = "act" if field.tag == "button" else "choice" if is_choice else "typed"
    return found


def post_raw(client: FlaskClient, address: str, values: dict[str, list[str]]) -> TestResponse:
    """Post a form whose texts may hold what UTF-8 forbids; each posting is a new one."""
    values = {**values, "submission_id": [secrets.token_urlsafe(12)]}
    body = urlencode(values, doseq=True, encoding="utf-8", errors="surrogatepass")
    return client.post(address, data=body.encode(), content_type="application/x-www-form-urlencoded")


def get_raw(client: FlaskClient, address: str, query: dict[str, str]) -> TestResponse:
    """Ask an address with such texts in its query."""
    return client.get(address, query_string=urlencode(query, encoding="utf-8", errors="surrogatepass"))


def essence(text: str) -> str:
    """A text without what a tidy form may take away."""
    # What isn't UTF-8 comes in as U+FFFD, or as the percent signs it was sent with.
    flat = _BYTES.sub("", unicodedata.normalize("NFKC", text).replace("\ufffd", ""))
    return "".join(sign for sign in flat if unicodedata.category(sign) not in _IGNORED)[:KEPT_WHOLE]


def problem(answer: TestResponse) -> str:
    """What is wrong with an answer, whatever was typed; empty when it is well."""
    if answer.status_code >= 500:
        return f"status {answer.status_code}"
    if answer.status_code not in {200, 302, 303, 400, 404, 409, 410, 413, 422}:
        return f"status {answer.status_code}"
    if answer.mimetype != "text/html" or not answer.data or 300 <= answer.status_code < 400:
        return ""
    if "Traceback" in answer.text or "werkzeug" in answer.text or "sqlalchemy" in answer.text.lower():
        return "technical trace"
    return live_code(answer) if '<html lang="fr"' in answer.text else "not in French"


def live_code(page: TestResponse) -> str:
    """What a browser would run, or follow as code, in a page; our own script apart. Empty: all is inert."""
    for element in _tree(page).iter():
        if not isinstance(element.tag, str):
            continue
        source = element.get("src") or ""
        is_ours = source.startswith("/static/") or element.get("type") == "application/ld+json"
        if element.tag in {"script", "iframe", "object", "embed", "base"} and not is_ours:
            return f"live <{element.tag}>"
        for name, value in element.attrib.items():
            reached = value.strip().casefold().startswith(("javascript:", "data:text", "vbscript:"))
            if name.startswith("on") or (reached and name in {"href", "src", "action", "formaction"}):
                return f"live {name} on <{element.tag}>"
    return ""


class Browser(FlaskClient):
    """A client that checks the headers of each answer; its markup is judged by `problem`, since what is typed
    on purpose here would pass for ours.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response: TestResponse = contextvars.Context().run(partial(super().open, *args, **kwargs))
        check_headers(response)
        return response


def lost(answer: TestResponse, typed: dict[str, list[str]]) -> list[str]:
    """Names of the answers that a page which refuses hasn't kept."""
    if answer.status_code != 422:
        return []
    kept: dict[str, list[str]] = {}
    for form in forms_of(answer):
        kept |= values_of(form)
    return [
        name
        for name, values in typed.items()
        if name in kept and name not in _PLUMBING | _FOLLOWING and _differs(values, kept[name])
    ]


def _differs(typed: list[str], kept: list[str]) -> bool:
    return essence("".join(typed)) != essence("".join(kept))
