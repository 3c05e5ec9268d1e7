"""A person without script, over HTTP: keeps cookies, fills the forms that pages hold, follows redirects."""

import http.client
import time
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from lxml import html

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Page:
    """What the person sees, and where."""

    path: str
    status: int
    text: str


class Browser:
    """One person, at an address of the loopback of their own: limits count them apart."""

    def __init__(self, port: int, *, number: int) -> None:
        self.requests = 0
        self._last = 0.0
        self._cookies: dict[str, str] = {}
        # Linux answers on all of 127.0.0.0/8.
        source = f"127.{1 + number // 62_500 % 250}.{number // 250 % 250}.{number % 250 + 2}"
        self._connection = http.client.HTTPConnection(
            "127.0.0.1", port, timeout=60, source_address=(source, 0)
        )

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    def leave(self) -> None:
        """Close the connection."""
        self._connection.close()

    def get(self, path: str) -> Page:
        """Follow an address."""
        return self._ask("GET", path)

    def submit(
        self, page: Page, answers: dict[str, str], *, button: str = "", accepted: tuple[int, ...] = (200,)
    ) -> Page:
        """Type the answers in the first form with this button (any one when it is « »), and press it."""
        for form in html.fromstring(page.text).xpath("//main//form"):
            for pressed in form.xpath(".//button"):
                if button in " ".join(pressed.text_content().split()):
                    values = {**_values(form), **_named(pressed), **answers}
                    action = form.get("action") or page.path
                    return self._ask("POST", action, urlencode(values), accepted=accepted)
        raise AssertionError(f"no button « {button} » on {page.path}: {_words(page)}")

    def _ask(
        self, method: str, path: str, body: str | None = None, *, accepted: tuple[int, ...] = (200,)
    ) -> Page:
        for _ in range(6):
            answer, text = self._exchange(method, path, body)
            self.requests += 1
            if answer.status not in {301, 302, 303}:
                assert answer.status in accepted, f"{method} {path}: {answer.status}"
                return Page(path, answer.status, text)
            parts = urlsplit(urljoin(path, answer.headers["Location"]))
            method, path, body = "GET", f"{parts.path}?{parts.query}".rstrip("?"), None
        raise AssertionError(f"too many redirections: {path}")

    def _exchange(self, method: str, path: str, body: str | None) -> tuple[http.client.HTTPResponse, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"Cookie": cookies} if cookies else {}
        # The server closes a connection that rests for two seconds.
        if time.monotonic() - self._last > 1.0:
            self._connection.close()
        self._connection.request(method, path, body=body, headers={**headers, **(FORM if body else {})})
        answer = self._connection.getresponse()
        for line in answer.headers.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(line).items():
                self._cookies[name] = morsel.value
        text = answer.read().decode()
        self._last = time.monotonic()
        return answer, text


def _values(form: Any) -> dict[str, str]:
    values: dict[str, str] = {}
    for field in form.xpath(".//input[@name]|.//textarea[@name]|.//select[@name]"):
        kind = (field.get("type") or "").lower()
        if kind in {"submit", "button"} or (kind in {"radio", "checkbox"} and field.get("checked") is None):
            continue
        if field.tag == "select":
            chosen = field.xpath(".//option[@selected]") or field.xpath(".//option")[:1]
            values[field.get("name")] = chosen[0].get("value") if chosen else ""
        elif field.tag == "textarea":
            values[field.get("name")] = field.text or ""
        else:
            values[field.get("name")] = field.get("value") or ""
    return values


def _named(button: Any) -> dict[str, str]:
    return {button.get("name"): button.get("value") or ""} if button.get("name") else {}


def _words(page: Page) -> str:
    return " ".join(html.fromstring(page.text).text_content().split())[:300]
