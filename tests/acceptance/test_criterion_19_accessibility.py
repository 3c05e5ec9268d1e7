"""Criterion 19. By keyboard alone, with a focus that is seen; what a screen reader is given (A6 A7 A15 A23).

The two engines, strict HTML, reflow, zoom and spacing are in tests/browser/test_every_page.py, page by page.
"""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page

from tests.browser.catalogue import Catalogue, show
from tests.support.browser import opened

pytestmark = pytest.mark.browser
SNAPSHOTS = Path(__file__).with_name("aria")
# Deposit and renewal, in order.
READ_ALOUD = {
    "accueil": "accueil / vide",
    "accueil-refuse": "accueil / refusé",
    "besoin": "besoin / vide",
    "besoin-refuse": "besoin / vide refusé",
    "verifier": "vérifier",
    "confirmation": "confirmation",
    "lien-confirmer": "lien / confirmer",
    "echeance": "échéance",
    "prolonger-debut-passe": "prolonger / début passé",
    "prolonger-fait": "prolonger / fait",
}
WALKED = (
    "accueil / vide", "besoin / tout faux", "vérifier / doublon", "confirmation", "lien / confirmer",
    "gérer / en ligne", "échéance", "modifier", "offre / longue", "offres / liste", "décision", "lien perdu",
    "agents / accueil", "opco / besoin", "erreur / 404",
)  # fmt: skip
# Each control once, in the order of the document; radios are one stop a group.
_STOPS = """() => {
  const groups = new Set();
  return [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
    .filter(one => one.type !== 'hidden' && one.tabIndex >= 0 && !one.disabled
      && one.checkVisibility({visibilityProperty: true}))
    .filter(one => one.type !== 'radio' || !groups.has(one.name) && groups.add(one.name)).length;
}"""
_WHERE = """async () => {
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  const one = document.activeElement;
  if (one === document.body) return null;
  const box = one.getBoundingClientRect(), style = getComputedStyle(one);
  const near = one.closest('.da-card, .da-tile, .fr-radio-group, .fr-checkbox-group') || one;
  const label = one.labels && one.labels[0] ? getComputedStyle(one.labels[0], '::before') : style;
  const ringed = [style, getComputedStyle(near), label].some(
    each => each.outlineStyle !== 'none' && parseFloat(each.outlineWidth) >= 1.5);
  const top = document.elementFromPoint(
    Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1),
    Math.min(Math.max(box.top + box.height / 2, 0), innerHeight - 1));
  const seen = box.bottom > 0 && box.top < innerHeight && top
    && (one.contains(top) || top.contains(one) || near.contains(top) || (one.labels && one.labels[0]
        && one.labels[0].contains(top)));
  return {html: one.outerHTML.slice(0, 90), ringed, seen: !!seen,
    order: [...document.querySelectorAll('*')].indexOf(one)};
}"""


def walk(page: Page) -> tuple[list[dict[str, object]], int]:
    """Every stop of the Tab key until it leaves the page, and how many there should be."""
    stops: list[dict[str, object]] = []
    wanted: int = page.evaluate(_STOPS)
    for _ in range(wanted + 8):
        page.keyboard.press("Tab")
        where = page.evaluate(_WHERE)
        if where is None or (stops and where["order"] == stops[0]["order"]):
            break
        stops.append(where)
    return stops, wanted


@pytest.mark.parametrize("name", WALKED)
def test_criterion_19_keyboard_walk_without_trap(
    browser: Browser, static_site: str, catalogue: Catalogue, name: str
) -> None:
    with opened(browser, reduced_motion="reduce") as page:
        show(page, static_site, catalogue.states[name])
        page.evaluate(
            "() => { document.activeElement.blur(); getSelection().removeAllRanges(); scrollTo(0, 0) }"
        )
        stops, wanted = walk(page)
    # After a refused form the focus stands in the summary: the walk begins there.
    late = catalogue.states[name].status == 422
    assert late or len(stops) >= wanted, (len(stops), wanted)
    orders = [stop["order"] for stop in stops]
    assert len(set(map(str, orders))) == len(orders), "the same control twice: a trap"
    assert orders == sorted(orders, key=lambda order: int(str(order)))
    assert [stop["html"] for stop in stops if not stop["ringed"]] == []
    assert [stop["html"] for stop in stops if not stop["seen"]] == []


@pytest.mark.parametrize("name", ["accueil / vide", "besoin / vide", "offre", "gérer / en ligne"])
def test_criterion_19_the_skip_link_comes_first_and_leads_somewhere(
    browser: Browser, static_site: str, catalogue: Catalogue, name: str
) -> None:
    with opened(browser) as page:
        show(page, static_site, catalogue.states[name])
        page.keyboard.press("Tab")
        first: Locator = page.locator(":focus")
        assert first.inner_text() == "Contenu"
        targets = page.locator(".fr-skiplinks a").evaluate_all("all => all.map(one => one.hash.slice(1))")
        assert all(page.locator(f"[id='{target}']").count() == 1 for target in targets)
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "contenu"


def test_criterion_19_a_folded_part_opens_and_closes_by_keyboard(
    browser: Browser, static_site: str, catalogue: Catalogue
) -> None:
    with opened(browser) as page:
        show(page, static_site, catalogue.states["besoin / vide"])
        fold = page.locator("details").last
        fold.locator("summary").focus()
        for key, state in (("Enter", True), ("Space", False), ("Space", True)):
            page.keyboard.press(key)
            assert fold.evaluate("one => one.open") is state


@pytest.mark.parametrize("name", READ_ALOUD)
def test_criterion_19_what_a_screen_reader_is_given(
    browser: Browser, static_site: str, catalogue: Catalogue, name: str
) -> None:
    with opened(browser) as page:
        show(page, static_site, catalogue.states[READ_ALOUD[name]])
        seen = steady(page.locator("main").aria_snapshot())
    kept = SNAPSHOTS / f"{name}.yml"
    if not kept.exists():
        # Written once, then read by a person and committed: from then on a change is a diff to review.
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(seen, "utf-8")
    assert seen == kept.read_text("utf-8")


def steady(snapshot: str) -> str:
    """The snapshot without what changes: numbers, dates, hours, addresses, and pay, which follows the law."""
    snapshot = re.sub(r'\n +- complementary "Salaire minimum":\n(?: {4,}.*\n?)*', "\n", snapshot)
    text = re.sub(r"DA-[A-Z0-9]{6}", "DA-XXXXXX", snapshot)
    text = re.sub(r"/url: .*", "/url: …", text)
    text = re.sub(r"\d{1,2}(?:er)? [a-zéû]+ 20\d\d", "JOUR", text)
    text = re.sub(r"\d\d/\d\d/20\d\d", "JOUR", text)
    text = re.sub(r"(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche) JOUR", "JOUR", text)
    text = re.sub(r"\d{1,2}\s?h\s?\d\d", "HEURE", text)
    text = re.sub(r"\b98\d \d{3} \d{3} \d{5}\b", "SIRET", re.sub("[\u00a0\u202f]", " ", text))
    return re.sub(r"/o/[A-Z0-9]+", "/o/CODE", text) + "\n"
