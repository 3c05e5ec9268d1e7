"""The browser's fixtures, once: two sessions of Playwright can't live in one process."""

import pytest

from tests.support import browser

NAME = "tests.support.browser"


def pytest_configure(config: pytest.Config) -> None:
    """Load them here, unless the whole suite already has."""
    if not config.pluginmanager.has_plugin(NAME):
        config.pluginmanager.register(browser, NAME)
