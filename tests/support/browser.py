"""A real browser: Debian's Chromium driven by Playwright, on a small phone in French, kept on this machine.

Load it as a plugin: `pytest_plugins = ["tests.support.browser"]`. Fixtures: `page`, `page_nojs`, `new_page`.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

from tests.support.run_services import unavailable

VIEWPORT = {"width": 360, "height": 800}
_LOOPBACK = {"127.0.0.1", "localhost", "::1", ""}
# The first has no windows to keep: a third less processor for the same pages.
_PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
_INSTALL = (
    ["apt-get", "update", "-q"],
    ["apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium-headless-shell"],
)
_INSTALL_LIMIT = 300
# Nothing of the browser's own leaves the machine, and no name is looked up.
_FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
PageMaker = Callable[..., Page]


@dataclass
class Watch:
    """What pages did that none may do."""

    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        """Note requests to others, script errors and refusals of the security policy."""
        page.on("request", self._request)
        page.on("pageerror", lambda error: self.errors.append(f"{page.url} : {error}"))
        page.on("console", lambda said: self._said(page, said.type, said.text))

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in _LOOPBACK:
            self.foreign.append(request.url)

    def _said(self, page: Page, kind: str, text: str) -> None:
        if kind == "error" and "Content Security Policy" in text:
            self.errors.append(f"{page.url} : {text}")

    def problems(self) -> list[str]:
        """Sentences, empty when all is well."""
        return [*(f"requête vers un tiers : {url}" for url in self.foreign), *self.errors]


def chromium() -> str | None:
    """Path of a Chromium; installed by apt where it is missing and we may."""
    found = next((path for name in _PROGRAMS if (path := shutil.which(name))), None)
    if found or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return found
    for command in _INSTALL:
        try:
            subprocess.run(command, capture_output=True, check=True, timeout=_INSTALL_LIMIT)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            return None
    return shutil.which(_PROGRAMS[0])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A page looks the same whatever the database: the pass on PostgreSQL leaves the browser out."""
    if os.environ.get("TEST_DATABASE") == "postgresql":
        seen = [item for item in items if item.get_closest_marker("browser")]
        items[:] = [item for item in items if not item.get_closest_marker("browser")]
        config.hook.pytest_deselected(items=seen)


@contextmanager
def launched() -> Iterator[Browser]:
    """A browser for the length of the block."""
    program = chromium()
    if program is None:
        unavailable("Chromium", "absent (apt-get install chromium)")
    # Chromium's sandbox refuses root, which CI often is; pages are our own.
    flags = [*_FLAGS, "--no-sandbox"] if os.geteuid() == 0 else list(_FLAGS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(browser: Browser, *, problems: bool = True, **options: Any) -> Iterator[Page]:
    """A page in a context of its own; at the end, `problems` makes forbidden doings a failure."""
    settings = {"viewport": VIEWPORT, "locale": "fr-FR", "timezone_id": "Europe/Paris", **options}
    context = browser.new_context(**settings)
    watch = Watch()
    context.on("page", watch.follow)
    try:
        yield context.new_page()
        if problems and watch.problems():
            raise AssertionError("\n".join(watch.problems()))
    finally:
        context.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for the process."""
    with launched() as started:
        yield started


@pytest.fixture
def new_page(browser: Browser) -> Iterator[PageMaker]:
    """Makes pages with options of a Playwright context: `new_page(color_scheme="dark")`."""
    with ExitStack() as stack:

        def make(**options: Any) -> Page:
            return stack.enter_context(opened(browser, **options))

        yield make


@pytest.fixture
def page(new_page: PageMaker) -> Page:
    """A phone, 360 × 800, in French."""
    return new_page()


@pytest.fixture
def page_nojs(new_page: PageMaker) -> Page:
    """The same without script."""
    return new_page(java_script_enabled=False)
