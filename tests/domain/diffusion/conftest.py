"""La bonne alternance as a stand-in, and a scene that plays with it."""

from collections.abc import Iterator

import pytest
from flask import Flask

from app.adapters.platforms.api_apprentissage import ApiApprentissageBoard
from standins.apprentissage.server import TOKEN
from tests.support.diffusion import Scene, command, scene
from tests.support.standins import Partner, apprentissage_served


@pytest.fixture(scope="module")
def served_lba() -> Iterator[Partner]:
    """API Apprentissage."""
    with apprentissage_served() as partner:
        yield partner


@pytest.fixture
def lba(served_lba: Partner) -> Partner:
    """The same, empty and well; it examines an offer when the test says so."""
    served_lba.reset()
    command(served_lba, delai=10_000)
    return served_lba


def board_of(partner: Partner, *, token: str = TOKEN, timeout: float = 1.5) -> ApiApprentissageBoard:
    """The connector, at the stand-in."""
    return ApiApprentissageBoard(
        f"{partner.url}/api",
        token=token,
        page_url=lambda public_id: f"https://depot.exemple.fr/offres/{public_id}",
        pages_url=partner.url,
        timeout=timeout,
    )


@pytest.fixture
def play(app: Flask, lba: Partner) -> Iterator[Scene]:
    """La bonne alternance, open."""
    with scene(app, "api_apprentissage", board_of(lba)) as ready:
        yield ready
