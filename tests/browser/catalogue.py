"""Every page in every state, as answers of the real application, to be shown again in a browser.

A walk goes through the pages over HTTP and keeps what it gets under a name. The template of each answer is
told by Flask itself, so that a template nobody shows is seen.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask, template_rendered
from playwright.sync_api import Page, Route
from werkzeug.test import TestResponse

from tests.support.client import CheckedClient

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
# Parts, layouts, and documents which are no page.
_NO_PAGE = {"components", "layout", "emails"}


@dataclass(frozen=True)
class State:
    """One page as it was answered; `images` are the drawings that it asks of the application."""

    name: str
    template: str
    path: str
    status: int
    html: str
    csp: str
    images: dict[str, bytes] = field(default_factory=dict)


class Catalogue:
    """What the walks have kept, in order."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.states: dict[str, State] = {}
        self._rendered: list[str] = []

    def __enter__(self) -> "Catalogue":
        template_rendered.connect(self._note, self.app)
        return self

    def __exit__(self, *_: object) -> None:
        template_rendered.disconnect(self._note, self.app)

    def _note(self, _sender: Flask, template: Any, **_: Any) -> None:
        if template.name and template.name.endswith(".html") and not template.name.startswith("emails/"):
            self._rendered.append(template.name)

    def browser(self) -> CheckedClient:
        """Somebody new."""
        client = self.app.test_client()
        assert isinstance(client, CheckedClient)
        return client

    def keep(
        self, name: str, answer: TestResponse, *, images: dict[str, bytes] | None = None
    ) -> TestResponse:
        """Keep an answer under « family / state »; gives it back."""
        assert name not in self.states, f"twice: {name}"
        assert answer.mimetype == "text/html" and answer.status_code not in {301, 302, 303}, (name, answer)
        query = answer.request.query_string.decode()
        self.states[name] = State(
            name=name,
            template=self._rendered[-1],
            path=answer.request.path + (f"?{query}" if query else ""),
            status=answer.status_code,
            html=answer.text,
            csp=answer.headers["Content-Security-Policy"],
            images=images or {},
        )
        return answer

    def of(self, template: str) -> list[State]:
        """Its states, first the ordinary one."""
        return [state for state in self.states.values() if state.template == template]


def page_templates() -> list[str]:
    """Every template that is a page of its own."""
    found = (path.relative_to(TEMPLATES) for path in TEMPLATES.rglob("*.html"))
    return sorted(str(path) for path in found if path.parts[0] not in _NO_PAGE and path.name[0] != "_")


def show(page: Page, site: str, state: State, *, then: Callable[[], None] | None = None) -> None:
    """Open the kept answer at its own address, with its own headers and the real style sheets."""

    def answer(route: Route) -> None:
        wanted = route.request.url.removeprefix(site)
        if wanted == state.path and route.request.resource_type == "document":
            headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": state.csp}
            route.fulfill(status=state.status, headers=headers, body=state.html)
        elif wanted in state.images:
            route.fulfill(status=200, content_type="image/svg+xml", body=state.images[wanted])
        else:
            route.continue_()

    page.unroute_all(behavior="ignoreErrors")
    page.route("**/*", answer)
    page.goto(site + state.path)
    if then:
        then()
