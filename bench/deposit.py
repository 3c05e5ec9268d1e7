"""P6: an employer deposits an offer, from the SIRET to the confirmed address; each offer for another job."""

import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from typing import Any

from flask import Flask
from sqlalchemy import event
from sqlalchemy.engine import Engine
from werkzeug.serving import make_server

from app.domain.reference.jobs import JobHit
from app.mailing import deliverer_of
from app.web.forms.job import choose_job
from bench.browser import Browser
from bench.data import some_jobs
from bench.elsewhere import LES_EMPLOIS_STATEMENTS
from bench.results import ELSEWHERE, Row
from bench.scene import Scene
from bench.sink import Sink, relay
from bench.web import portal
from scripts.services import free_port

SIRET = "99100001900018"
PEOPLE = 4
PER_REQUEST = 6
# Of the session and its links; read by whoever comes in by a link, whatever the page.
_OF_SESSION = re.compile(r"\b(web_session|session_link|link|clock_timestamp|form_post)\b")


class Recorder:
    """The statements of each request, in order; the bounds of transactions left out."""

    def __init__(self, app: Flask) -> None:
        self.requests: list[list[str]] = []
        self.paused = False
        self._inner = app.wsgi_app
        app.wsgi_app = self._serve  # type: ignore[method-assign]

    def note(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        """A listener of SQLAlchemy's `before_cursor_execute`."""
        if self.requests and not self.paused:
            self.requests[-1].append(statement)

    def _serve(self, environ: Any, start: Any) -> Any:
        self.requests.append([])
        return self._inner(environ, start)


@dataclass(frozen=True)
class Journey:
    """One person's deposit."""

    number: int
    job: JobHit

    @property
    def email(self) -> str:
        return f"mesure{self.number}@boulangerie.example"


def measure(scene: Scene) -> list[Row]:
    """Statements of one journey, then journeys a second with four people at once."""
    jobs = [hit for hit in some_jobs() if choose_job(hit.appellation, key="", seen="").is_exact]
    number = min(scene.pace.journeys, len(jobs) - 2)
    sent, requests = statements_of(scene, jobs[:2])
    rate = _rate(scene, [Journey(rank, job) for rank, job in enumerate(jobs[2 : number + 2])])
    said = f"les-emplois, 8 requêtes ({ELSEWHERE})"
    total = sum(len(each) for each in sent)
    beside = max(len([text for text in each if not _OF_SESSION.search(text)]) for each in sent)
    return [
        Row.lower("P6 dépôt, ordres en tout", total, "ordres", LES_EMPLOIS_STATEMENTS, said, 0.4, 0.25),
        Row.told("P6 dépôt, requêtes", requests, "requêtes"),
        Row.at_most("P6 dépôt, ordres d’une requête hors session", beside, "ordres", PER_REQUEST),
        Row.told("P6 dépôt", rate, "parcours/s"),
    ]


def _deposit(person: Browser, journey: Journey) -> None:
    """The three screens."""
    page = person.submit(person.get("/"), {"q": SIRET})
    answers = {"job": journey.job.appellation, "name": "Camille Martin", "email": journey.email}
    page = person.submit(page, answers)
    page = person.submit(page, {}, button="Publier")
    assert page.path.partition("?")[0].endswith("/confirmation"), page.path


def _confirm(person: Browser, path: str) -> None:
    """The link of the e-mail, and its button."""
    page = person.submit(person.get(path), {})
    assert page.path.endswith("/en-ligne"), page.path


def statements_of(scene: Scene, jobs: list[JobHit]) -> tuple[list[list[str]], int]:
    """The statements of each request of a journey; a first one fills the caches."""
    port = free_port()
    with (
        relay() as sink,
        scene.database() as url,
        scene.application(url, smtp_port=sink.port, base_url=f"http://127.0.0.1:{port}") as app,
        _listening(app, port) as recorder,
    ):
        for rank, job in enumerate(jobs):
            journey = Journey(rank, job)
            with Browser(port, number=rank) as person:
                recorder.requests.clear()
                _deposit(person, journey)
                recorder.paused = True
                path = _sent(app, sink)[journey.email]
                recorder.paused = False
                _confirm(person, path)
        return recorder.requests, person.requests


@contextmanager
def _listening(app: Flask, port: int) -> Iterator[Recorder]:
    """The application served from a thread of this process, where statements can be seen."""
    recorder = Recorder(app)
    event.listen(Engine, "before_cursor_execute", recorder.note)
    server = make_server("127.0.0.1", port, app, threaded=True)
    # Its own log would fill the screen.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield recorder
    finally:
        server.shutdown()
        server.server_close()
        event.remove(Engine, "before_cursor_execute", recorder.note)


def _sent(app: Flask, sink: Sink) -> dict[str, str]:
    """Send what waits; the path of the link in each person's e-mail."""
    with app.app_context():
        deliverer = deliverer_of(app)
        deliverer.drain()
        deliverer.close()
    found = {}
    for to, data in sink.take():
        text = message_from_bytes(data, policy=policy.default).get_body(("plain",))
        link = re.search(r"/l/[\w-]+", text.get_content() if text else "")
        if link:
            found[to] = link[0]
    return found


def _rate(scene: Scene, journeys: list[Journey]) -> float:
    """Journeys a second, the sending of e-mails left out."""
    with relay() as sink, scene.database() as url, portal(scene, url) as server:
        persons = [Browser(server.port, number=1000 + journey.number) for journey in journeys]
        seconds = _together(list(zip(persons, journeys, strict=True)), _deposit)
        with scene.application(url, smtp_port=sink.port) as app:
            links = _sent(app, sink)
        paths = [links[journey.email] for journey in journeys]
        seconds += _together(list(zip(persons, paths, strict=True)), _confirm)
        for person in persons:
            person.leave()
    return len(journeys) / seconds


def _together(tasks: list[tuple[Browser, object]], act: Callable[..., None]) -> float:
    """Seconds that four people take to do all the tasks."""
    left, failures = iter(tasks), []
    lock = threading.Lock()

    def work() -> None:
        while not failures:
            with lock:
                task = next(left, None)
            if task is None:
                return
            try:
                act(*task)
            except Exception as error:
                failures.append(error)

    start = time.monotonic()
    threads = [threading.Thread(target=work) for _ in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return time.monotonic() - start
