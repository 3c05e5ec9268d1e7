"""The stand-ins that the adapters talk to, emptied before each test."""

from collections.abc import Iterator

import pytest

from tests.support.standins import Partner, rome_served


@pytest.fixture(scope="session")
def rome() -> Iterator[Partner]:
    """France Travail's ROME."""
    with rome_served() as partner:
        yield partner


@pytest.fixture(autouse=True)
def _emptied(request: pytest.FixtureRequest) -> None:
    for name in ("annuaire", "rome"):
        if name in request.fixturenames:
            request.getfixturevalue(name).reset()
