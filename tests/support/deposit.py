"""Going through the deposit as a person without script does."""

import html
import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.client import CheckedClient, check_headers
from tests.support.html import page_problems
from tests.support.typography import text_problems

BAKERY = "99100001900018"
NOT_PUBLIC = "99100003500014"
ANSWERS: dict[str, Any] = {
    "job": "boulanger",
    "name": "Camille Martin",
    "email": "camille@boulangerie-martin.fr",
}
TYPED = {"name": "Atelier Neuf", "line": "4 rue des Lilas", "postcode": "44000"}


def plain(page: TestResponse) -> str:
    """The words of a page, with ordinary spaces."""
    text = html.unescape(re.sub(r"<[^>]+>", " ", page.text))
    return " ".join(re.sub(r"[\u00a0\u202f]", " ", text).split())


def type_company(client: CheckedClient, text: str = BAKERY) -> TestResponse:
    """Screen 1."""
    return client.submit(client.get("/"), {"q": text})


def to_check(client: CheckedClient, siret: str = BAKERY, **answers: Any) -> TestResponse:
    """Screens 1 and 2; the check page, unless an answer is refused."""
    page = type_company(client, siret)
    if page.request.path.endswith("/entreprise"):
        page = client.submit(page, TYPED)
    return client.submit(page, {**ANSWERS, **answers})


def publish(client: CheckedClient, siret: str = BAKERY, **answers: Any) -> TestResponse:
    """The three screens."""
    return client.submit(to_check(client, siret, **answers), button="Publier")


class HostileClient(CheckedClient):
    """Pages that show what hostile people type: their structure is checked, not the words shown in them."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = FlaskClient.open(self, *args, **kwargs)
        check_headers(response)
        if response.mimetype == "text/html" and not 300 <= response.status_code < 400:
            shown = {problem.partition(" : «")[0] for problem in text_problems(plain(response))}
            problems = [
                problem
                for problem in page_problems(response.text)
                if not problem.startswith("reste de gabarit") and problem.partition(" : «")[0] not in shown
            ]
            assert not problems, f"{response.request.path}: {problems}"
        return response
