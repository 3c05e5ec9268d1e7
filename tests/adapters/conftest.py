"""One stand-in for all tests of a process, emptied before each."""

from collections.abc import Iterator

import pytest

from tests.support.standins import Partner, annuaire_served, rome_served


@pytest.fixture(scope="session")
def _annuaire() -> Iterator[Partner]:
    with annuaire_served() as partner:
        yield partner


@pytest.fixture
def annuaire(_annuaire: Partner) -> Partner:
    """The directory, Sirene and the geocoder."""
    _annuaire.reset()
    return _annuaire


@pytest.fixture(scope="session")
def _rome() -> Iterator[Partner]:
    with rome_served() as partner:
        yield partner


@pytest.fixture
def rome(_rome: Partner) -> Partner:
    """France Travail's ROME."""
    _rome.reset()
    return _rome
