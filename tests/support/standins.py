"""Stand-ins for tests: real servers on a free port of the loopback, commanded over HTTP as anyone would."""

import json
import socket
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask

from app import wiring
from standins.annuaire.server import annuaire
from standins.apec.server import apec
from standins.apprentissage.server import apprentissage
from standins.rome.server import rome
from standins.server import StandIn


class Partner:
    """A running stand-in, seen from outside."""

    def __init__(self, url: str) -> None:
        self.url = url

    def journal(self, path: str = "/") -> list[dict[str, Any]]:
        """The requests received under a path, oldest first."""
        with urllib.request.urlopen(f"{self.url}/_journal", timeout=5) as answer:
            entries: list[dict[str, Any]] = json.load(answer)
        return [entry for entry in entries if entry["path"].startswith(path)]

    def fails(self, kind: str, *, path: str = "/", **details: Any) -> None:
        """Turn a fault switch on; `times`, `seconds`, `retry_after` as the stand-in says."""
        self._post("/_pannes", {"path": path, "kind": kind, **details})

    def limits(self, per_second: int | None) -> None:
        """Answer 429 beyond so many requests a second."""
        self._post("/_debit", {"par_seconde": per_second})

    def reset(self) -> None:
        """Forget everything."""
        self._post("/_remise-a-zero", {})

    def _post(self, path: str, content: dict[str, Any]) -> None:
        request = urllib.request.Request(
            self.url + path, data=json.dumps(content).encode(), headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=5) as answer:
            assert answer.status == 200


def heal(app: Flask, partner: Partner) -> None:
    """The partner is well again, and the application has forgotten that it wasn't: caches, circuits."""
    partner.reset()
    app.extensions["adapters"] = wiring.adapters(app.extensions["settings"])


@contextmanager
def served(stand_in: StandIn) -> Iterator[Partner]:
    """Start a stand-in, stop it at the end."""
    stand_in.start()
    try:
        yield Partner(stand_in.url)
    finally:
        stand_in.stop()


@contextmanager
def annuaire_served() -> Iterator[Partner]:
    """The directory, Sirene and the geocoder."""
    with served(annuaire()) as partner:
        yield partner


@contextmanager
def rome_served(*, lifetime: int = 1499) -> Iterator[Partner]:
    """France Travail's ROME."""
    with served(rome(lifetime=lifetime)) as partner:
        yield partner


@contextmanager
def apprentissage_served() -> Iterator[Partner]:
    """The national catalogue of courses."""
    with served(apprentissage()) as partner:
        yield partner


@contextmanager
def apec_served() -> Iterator[Partner]:
    """APEC's ADEP."""
    with served(apec()) as partner:
        yield partner


def closed_port() -> str:
    """An address of the loopback where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"
