"""Criterion 22. E-mails on a narrow telephone, in the dark, and without a spy.

Parts, subject, preheader, button, address in clear, weight, why-line and headers: tests/emails.
"""

import re

import pytest
from playwright.sync_api import Browser, Page

from app.outbox.message import MAILS
from app.web.operator.samples import sample_of, variants_of
from tests.emails.conftest import Render, render
from tests.support.accessibility import CONTRAST_RULES, axe_violations
from tests.support.browser import opened
from tests.support.geometry import lost_text, width

__all__ = ["render"]
OURS = sorted(name for name, kind in MAILS.items() if kind.__module__.startswith("app."))
EXAMPLES = [(name, variant) for name in OURS for variant in variants_of(name)]
_DARK = "@media (prefers-color-scheme: dark)"


def html_of(name: str, variant: str, words: Render) -> str:
    mail = sample_of(name, variant)
    assert mail is not None
    return words(mail).html


def shown(page: Page, html: str) -> None:
    """The e-mail alone in its page."""
    page.route(
        "http://127.0.0.1:9/courriel", lambda route: route.fulfill(body=html, content_type="text/html")
    )
    page.goto("http://127.0.0.1:9/courriel")


@pytest.mark.browser
def test_criterion_22_every_mail_holds_at_320_px(browser: Browser, render: Render) -> None:
    found = []
    with opened(browser, viewport={"width": 320, "height": 640}) as page:
        for name, variant in EXAMPLES:
            shown(page, html_of(name, variant, render))
            if width(page) > 320 or lost_text(page):
                found.append((name, variant, width(page), lost_text(page)))
    assert found == []


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_criterion_22_every_mail_is_read_in_light_and_in_the_dark(
    browser: Browser, render: Render, scheme: str
) -> None:
    found = []
    with opened(browser, color_scheme=scheme) as page:
        for name in OURS:
            shown(page, html_of(name, next(iter(variants_of(name))), render))
            found += [f"{name} : {said}" for said in axe_violations(page, only=CONTRAST_RULES)]
    assert found == []


@pytest.mark.browser
@pytest.mark.assurance
def test_criterion_22_every_mail_passes_axe(browser: Browser, render: Render) -> None:
    found = []
    with opened(browser) as page:
        for name, variant in EXAMPLES:
            shown(page, html_of(name, variant, render))
            found += [f"{name} : {said}" for said in axe_violations(page)]
    assert found == []


def test_criterion_22_no_mail_follows_who_reads_it(render: Render) -> None:
    for name, variant in EXAMPLES:
        html = html_of(name, variant, render)
        assert not re.search(r"<img|<link|<script|<iframe|background=|url\(", html), name
        # Nothing but our own addresses, without a mark of campaign or of opening.
        hosts = set(re.findall(r'href="https?://([^/"]+)', html))
        assert hosts <= {"127.0.0.1:5000"}, (name, hosts)
        assert not re.search(r"utm_|[?&](?:mtm|pk|open|click|track)[_=]", html), name


def test_criterion_22_the_dark_sheet_can_be_forced_for_the_preview(render: Render) -> None:
    assert all(_DARK in html_of(name, variant, render) for name, variant in EXAMPLES)
