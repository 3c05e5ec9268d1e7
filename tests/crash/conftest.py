"""What the crash tests share."""

import pytest
from flask import Flask

from tests.crash.stage import Stage
from tests.support.mailbox import Mailbox


@pytest.fixture
def stage(app: Flask, mailbox: Mailbox) -> Stage:
    """A person, a mailbox, and processes that can die."""
    return Stage(app, mailbox)
