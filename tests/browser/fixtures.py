"""The real application behind a port, and the catalogue of its pages: fixtures for the whole suite."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests.browser.catalogue import Catalogue
from tests.browser.walks import (
    apec,
    cfas,
    collecting,
    deposit,
    diffusion,
    manage,
    opcos,
    others,
    series,
    structures,
)
from tests.support.mailbox import Mailbox
from tests.support.site import served
from tests.support.smtp_sink import SmtpSink
from tests.support.standins import Partner, heal
from tests.support.tables import empty


@pytest.fixture(scope="session")
def static_site(built_app: Flask) -> Iterator[str]:
    """Its address, whatever is in the tables."""
    with served(built_app) as address:
        yield address


@pytest.fixture
def site(app: Flask, static_site: str) -> str:
    """Its address, with empty tables."""
    return static_site


@pytest.fixture(scope="session")
def catalogue(built_app: Flask, sink: SmtpSink, annuaire: Partner) -> Catalogue:
    """Every page in every state, walked through once a worker."""
    heal(built_app, annuaire)
    mailbox = Mailbox(built_app, sink)
    walks: tuple[Callable[[Catalogue], None], ...] = (
        others.public_pages,
        lambda kept: deposit.walk(kept, mailbox),
        lambda kept: manage.walk(kept, mailbox),
        others.opco_pages,
        others.staff_pages,
        lambda kept: structures.walk(kept, mailbox),
        opcos.walk,
        cfas.walk,
        collecting.walk,
        series.walk,
        apec.walk,
        diffusion.walk,
        others.development_pages,
        others.error_pages,
    )
    with Catalogue(built_app) as kept:
        for walk in walks:
            with built_app.app_context():
                empty(built_app)
            walk(kept)
    return kept
