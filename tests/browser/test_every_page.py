"""Every template in a real browser: two engines of accessibility, strict HTML, narrow, enlarged, spaced out.

`make test` sees one state a template; `make assurance` sees them all, and their contrast in the dark.
"""

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.catalogue import Catalogue, State, page_templates, show
from tests.support.accessibility import CONTRAST_RULES, axe_violations, codesniffer_errors
from tests.support.browser import VIEWPORT, opened
from tests.support.geometry import reflow_problems, small_targets, width
from tests.support.html import check_html

pytestmark = pytest.mark.browser


def problems(page: Page, site: str, state: State) -> list[str]:
    """Everything that is wrong with a state, in sentences."""
    page.set_viewport_size(VIEWPORT)
    show(page, site, state)
    # What is folded is part of the page: it is looked at open.
    page.evaluate("() => document.querySelectorAll('details').forEach(one => { one.open = true })")
    found = [*check_html(state.html), *axe_violations(page), *codesniffer_errors(page)]
    if width(page) > VIEWPORT["width"]:
        found.append(f"la page fait {width(page)} px de large sur un téléphone")
    return [f"{state.name} : {said}" for said in (*found, *small_targets(page), *reflow_problems(page))]


@pytest.mark.parametrize("template", page_templates())
def test_one_state_of_each_template_is_accessible(
    page: Page, static_site: str, catalogue: Catalogue, template: str
) -> None:
    states = catalogue.of(template)
    assert states, f"no walk shows {template}"
    assert problems(page, static_site, states[0]) == []


@pytest.mark.assurance
@pytest.mark.parametrize("template", page_templates())
def test_every_other_state_is_accessible(
    browser: Browser, static_site: str, catalogue: Catalogue, template: str
) -> None:
    found: list[str] = []
    with opened(browser) as page:
        for state in catalogue.of(template)[1:]:
            found.extend(problems(page, static_site, state))
    assert found == []


@pytest.mark.assurance
@pytest.mark.parametrize("template", page_templates())
def test_contrast_holds_in_the_dark(
    browser: Browser, static_site: str, catalogue: Catalogue, template: str
) -> None:
    found: list[str] = []
    with opened(browser, color_scheme="dark") as page:
        for state in catalogue.of(template):
            show(page, static_site, state)
            found.extend(f"{state.name} : {said}" for said in axe_violations(page, only=CONTRAST_RULES))
    assert found == []


def test_the_walks_answer_with_every_status(catalogue: Catalogue, record_property: object) -> None:
    seen = {state.status for state in catalogue.states.values()}
    assert seen >= {200, 400, 403, 404, 405, 409, 410, 413, 422, 429, 500, 503}
    assert len(catalogue.states) >= 150
