"""E-mails in words, rendered as the sending worker does."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from app.mailing import deliverer_of
from app.outbox.compose import Rendered
from app.outbox.message import Mail

BASE = "http://127.0.0.1:5000"
LINK = f"{BASE}/l/h8N2vYq0sXo3pJ6kLmT9wRz1bC4dE5fG7aBcDeFgHiJ"
STOP = f"{BASE}/desinscription/exemple"
Render = Callable[[Mail], Rendered]


@pytest.fixture
def render(built_app: Flask) -> Iterator[Render]:
    """The real renderer, with an example of link."""
    deliverer = deliverer_of(built_app)

    def words(mail: Mail) -> Rendered:
        return deliverer.render(mail, LINK if mail.link() else None, STOP if mail.unsubscribable else None)

    with built_app.app_context():
        yield words
