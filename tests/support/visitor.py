"""A person without script, over real HTTP: a cookie jar, forms filled as a browser would, nothing else."""

import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlsplit

from tests.support.client import _form_of, _pressed, _values
from tests.support.html import page_problems

_LIMIT = 30.0


@dataclass(frozen=True)
class Request:
    """Where an answer comes from."""

    path: str


@dataclass(frozen=True)
class Answer:
    """A page as it was received."""

    request: Request
    status: int
    text: str

    @property
    def words(self) -> str:
        """Its words, with ordinary spaces."""
        return " ".join(re.sub("[\u00a0\u202f]", " ", re.sub(r"<[^>]+>", " ", self.text)).split())


class Visitor:
    """One person at one address."""

    def __init__(self, base: str) -> None:
        self.base = base
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        # No proxy: nothing leaves this machine.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar)

    def get(self, path: str) -> Answer:
        """Follow a link."""
        return self._ask(path, None)

    def submit(
        self, page: Answer, answers: dict[str, Any] | None = None, *, button: str | None = None
    ) -> Answer:
        """Fill the form that holds this button, and press it."""
        form: Any = _form_of(page, 0, button)  # type: ignore[arg-type]  # it reads `text` and `request.path`
        data = {**_values(form), **_pressed(form, button), **(answers or {})}
        body = urllib.parse.urlencode(data, doseq=True)
        action = form.get("action") or page.request.path
        if (form.get("method") or "get").lower() == "get":
            return self._ask(f"{action}?{body}", None)
        return self._ask(action, body.encode())

    def json(self, path: str) -> Any:
        """What a machine reads."""
        return json.loads(self._ask(path, None, checked=False).text)

    def letter(self, to: str, subject: str, *, seconds: float = 60.0) -> dict[str, Any]:
        """The newest e-mail to this address with these words in its subject, once it has arrived."""

        def look() -> dict[str, Any] | None:
            found = [
                one
                for one in self.json("/dev/courriels.json")
                if one["to"] == to and subject.casefold() in one["subject"].casefold().replace("\u00a0", " ")
            ]
            return found[-1] if found else None

        letter: dict[str, Any] = wait_for(look, seconds, f"no e-mail « {subject} » to {to}")
        return letter

    def link(self, letter: dict[str, Any]) -> str:
        """The path of its own link."""
        return next(urlsplit(url).path for url in letter["links"] if "/l/" in url)

    def _ask(self, path: str, body: bytes | None, *, checked: bool = True) -> Answer:
        url = path if path.startswith("http") else self.base + path
        request = urllib.request.Request(url, data=body, headers={"Accept-Language": "fr-FR"})
        try:
            response = self._opener.open(request, timeout=_LIMIT)
        except urllib.error.HTTPError as refused:
            response = refused
        with response:
            text = response.read().decode()
            answer = Answer(Request(urlsplit(response.url).path), response.status, text)
            is_page = response.headers.get_content_type() == "text/html"
        problems = page_problems(text) if checked and is_page else []
        assert not problems, f"{path}: {problems}"
        return answer


def wait_for(look: Callable[[], Any], seconds: float, otherwise: str) -> Any:
    """What `look` gives once it gives something."""
    limit = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < limit, otherwise
        time.sleep(0.3)
