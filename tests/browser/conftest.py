"""The real application behind a port, and the catalogue of its pages."""

import os
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests.browser.catalogue import Catalogue
from tests.browser.walks import deposit, manage, others
from tests.conftest import _empty_tables
from tests.support.mailbox import Mailbox
from tests.support.site import served
from tests.support.smtp_sink import SmtpSink


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A page looks the same whatever the database: once is enough."""
    if os.environ.get("TEST_DATABASE") == "postgresql":
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason="vu sur SQLite : une page ne dépend pas de la base"))


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
def catalogue(built_app: Flask, sink: SmtpSink) -> Catalogue:
    """Every page in every state, walked through once a worker."""
    mailbox = Mailbox(built_app, sink)
    walks: tuple[Callable[[Catalogue], None], ...] = (
        others.public_pages,
        lambda kept: deposit.walk(kept, mailbox),
        lambda kept: manage.walk(kept, mailbox),
        others.opco_pages,
        others.staff_pages,
        others.development_pages,
        others.error_pages,
    )
    with Catalogue(built_app) as kept:
        for walk in walks:
            with built_app.app_context():
                _empty_tables()
            walk(kept)
    return kept
