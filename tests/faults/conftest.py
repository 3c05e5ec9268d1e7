"""A service whose outside fails: fresh look-ups at each test, limits put aside."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from app import wiring
from tests.support.standins import Partner


@pytest.fixture(autouse=True)
def _without_limits(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    limiters = app.extensions["limiter"]
    for one in limiters if isinstance(limiters, set) else {limiters}:
        monkeypatch.setattr(one, "enabled", False)
    yield


@pytest.fixture
def partner(app: Flask, annuaire: Partner, monkeypatch: pytest.MonkeyPatch) -> Iterator[Partner]:
    """The directory, Sirene and the geocoder; what they remember, and what we remember of them, is new."""
    annuaire.reset()
    fresh = app.extensions["settings"].model_copy(update={"lookup_timeout": 0.6})
    monkeypatch.setitem(app.extensions, "adapters", wiring.adapters(fresh))
    yield annuaire
    annuaire.reset()


@pytest.fixture
def fault(record_property: Callable[[str, object], None]) -> None:
    """One fault more is played, and must end in its documented state."""
    record_property("pannes jouées", 1)
