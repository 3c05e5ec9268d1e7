"""What the crash tests share."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.crash.stage import Stage
from tests.support.mailbox import Mailbox
from tests.support.standins import Partner, apprentissage_served, rome_served


@pytest.fixture(scope="session")
def training() -> Iterator[Partner]:
    """API Apprentissage, which processes come and go around."""
    with apprentissage_served() as partner:
        yield partner


@pytest.fixture(scope="session")
def rome() -> Iterator[Partner]:
    """France Travail."""
    with rome_served() as partner:
        yield partner


@pytest.fixture
def stage(app: Flask, mailbox: Mailbox, training: Partner, rome: Partner) -> Stage:
    """A person, a mailbox, partners, and processes that can die."""
    training.reset()
    rome.reset()
    return Stage(app, mailbox, training, rome)
