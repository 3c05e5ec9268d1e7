"""Many people at once: each in a thread, with a browser of its own, all starting together."""

import threading
from collections import Counter
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer

from app.domain.accounts import sessions
from app.domain.accounts.models import Link

PEOPLE = 50
SECRET = "le-meme-navigateur-pour-tous-0123456789"


def browser(app: Flask, links: list[Link]) -> tuple[FlaskClient, str]:
    """A browser with these links open, and its form token; in an application context, doesn't commit."""
    row, token = sessions.open_session(links=links)
    row.data = {"csrf_token": SECRET}
    client = FlaskClient(app, app.response_class)
    client.set_cookie("session", token)
    return client, form_token(app)


def same_browser(app: Flask, client: FlaskClient) -> FlaskClient:
    """Another window of the same browser: the same cookies."""
    window = FlaskClient(app, app.response_class)
    for name in ("session", "pre"):
        cookie = client.get_cookie(name)
        if cookie is not None:
            window.set_cookie(name, cookie.value)
    return window


def form_token(app: Flask) -> str:
    """The token that the pages of these browsers hold."""
    return str(URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").dumps(SECRET))


def all_at_once(acts: list[Callable[[], int]]) -> Counter[int]:
    """Run every act in a thread of its own, together; counts what they give. No thread may raise."""
    barrier = threading.Barrier(len(acts))
    given: list[int] = []
    troubles: list[BaseException] = []

    def play(act: Callable[[], int]) -> None:
        try:
            barrier.wait(60)
            given.append(act())
        except BaseException as trouble:
            troubles.append(trouble)

    threads = [threading.Thread(target=play, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(110)
    assert not troubles, troubles[:3]
    assert len(given) == len(acts), "some never answered"
    return Counter(given)
