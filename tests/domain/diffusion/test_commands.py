"""`flask platforms`: a platform opens after a test that succeeds, and closes by one word."""

from collections.abc import Iterator

import pytest
from flask import Flask

from app.domain.diffusion.registry import open_platforms
from tests.domain.diffusion.conftest import board_of
from tests.factories.offers import given, make_offer
from tests.support.diffusion import writes_to
from tests.support.standins import Partner, closed_port

LBA = "api_apprentissage"


@pytest.fixture
def reached(app: Flask, lba: Partner) -> Iterator[Flask]:
    """The application whose La bonne alternance is the stand-in."""
    former = app.extensions["boards"]
    app.extensions["boards"] = {LBA: board_of(lba)}
    yield app
    app.extensions["boards"] = former


def said(app: Flask, *words: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["platforms", *words])
    return result.exit_code, result.output


def test_opening_needs_a_test_that_succeeds(reached: Flask, lba: Partner) -> None:
    code, text = said(reached, "open", LBA, "--option", "accepts_cfa_offers")
    assert (code, text.strip()) == (0, "La clé est acceptée.")
    with reached.app_context():
        assert open_platforms()[LBA] == {"accepts_cfa_offers": True}
    assert "ouvert" in said(reached, "list")[1]
    assert said(reached, "close", LBA)[1].strip() == "Site fermé."
    for board in (board_of(lba, token="jeton-perime"), board_of(Partner(closed_port()))):
        reached.extensions["boards"] = {LBA: board}
        code, text = said(reached, "open", LBA)
        assert code == 1 and "reste fermé" in text
    with reached.app_context():
        assert LBA not in open_platforms()
    # Nothing was published by all these tests.
    assert writes_to(lba) == []


def test_what_is_not_set_up_or_does_not_exist_is_said(reached: Flask) -> None:
    reached.extensions["boards"] = {}
    assert "n’est pas configuré" in said(reached, "open", LBA)[1]
    assert "n’existe pas" in said(reached, "open", "minitel")[1]
    assert "non configuré" in said(reached, "list")[1]


def test_sending_now_what_is_due(reached: Flask, lba: Partner) -> None:
    said(reached, "open", LBA)
    with given(reached):
        make_offer()
    code, text = said(reached, "drain")
    assert code == 0 and "sent=1" in text
    assert writes_to(lba) == ["POST /api/job/v1/offer"]
