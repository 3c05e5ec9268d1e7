"""Criterion 21. What the deposit's pages weigh, whom they talk to, how fast they are on a slow telephone."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page

from tests.support.browser import PageMaker
from tests.support.deposit import ANSWERS, BAKERY

pytestmark = pytest.mark.browser
FIRST, NEXT, REQUESTS = 200_000, 60_000, 25
SLOW_4G = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
_VITALS = """() => new Promise(done => {
  const seen = {lcp: 0, cls: 0};
  new PerformanceObserver(list => { for (const one of list.getEntries()) seen.lcp = one.startTime; })
    .observe({type: 'largest-contentful-paint', buffered: true});
  new PerformanceObserver(list => { for (const one of list.getEntries())
    if (!one.hadRecentInput) seen.cls += one.value; }).observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done(seen), 400);
})"""


@dataclass
class Traffic:
    """What one page asked for, as it went over the wire: compressed, headers included."""

    total: int = 0
    requests: list[str] = field(default_factory=list)

    def listen(self, session: CDPSession) -> None:
        session.on("Network.loadingFinished", self._finished)
        session.on("Network.requestWillBeSent", self._sent)

    def _finished(self, event: dict[str, Any]) -> None:
        self.total += int(event["encodedDataLength"])

    def _sent(self, event: dict[str, Any]) -> None:
        self.requests.append(event["request"]["url"])

    def clear(self) -> None:
        self.total = 0
        self.requests.clear()


@contextmanager
def weighed(page: Page, *, slow: bool = False) -> Iterator[Traffic]:
    """Count what the page receives; `slow` is the telephone network of the reference."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    if slow:
        session.send("Network.emulateNetworkConditions", SLOW_4G)
        session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    traffic = Traffic()
    traffic.listen(session)
    yield traffic


def deposit(page: Page, site: str) -> Iterator[str]:
    """The pages of a deposit, one after the other."""
    page.goto(site)
    yield "accueil"
    page.get_by_label("SIRET").fill(BAKERY)
    page.get_by_role("button", name="Déposer mon offre").click()
    page.wait_for_url("**/besoin")
    yield "besoin"
    page.get_by_label("Métier proposé").fill(ANSWERS["job"])
    page.get_by_label("Votre nom").fill(ANSWERS["name"])
    page.get_by_label("Votre adresse e-mail").fill(ANSWERS["email"])
    page.get_by_role("button", name="Vérifier mon offre").click()
    page.wait_for_url("**/verifier")
    yield "vérifier"
    page.get_by_role("button", name="Publier mon offre").click()
    page.wait_for_url("**/confirmation")
    yield "confirmation"


def test_criterion_21_bytes_and_requests(page: Page, site: str, record_property: Any) -> None:
    with weighed(page) as traffic:
        for rank, name in enumerate(deposit(page, site)):
            page.wait_for_load_state("networkidle")
            assert traffic.total <= (NEXT if rank else FIRST), (name, traffic.total, traffic.requests)
            assert len(traffic.requests) <= REQUESTS, traffic.requests
            record_property(f"octets reçus, {name}", traffic.total)
            traffic.clear()


def test_criterion_21_nobody_else_and_no_cookie_but_necessary_ones(page: Page, site: str) -> None:
    # The `page` fixture fails on any request to someone else.
    page.goto(f"{site}/offres")
    assert page.context.cookies() == []
    for _ in deposit(page, site):
        assert {cookie["name"] for cookie in page.context.cookies()} <= {"pre"}
    cookie = page.context.cookies()[0]
    assert cookie["httpOnly"] and cookie["sameSite"] == "Lax" and cookie["expires"] == -1
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_criterion_21_the_page_keeps_its_place_while_it_loads(page: Page, site: str) -> None:
    for name in deposit(page, site):
        page.wait_for_load_state("networkidle")
        assert page.evaluate(_VITALS)["cls"] <= 0.1, name


@pytest.mark.assurance
def test_criterion_21_fast_on_a_slow_telephone(new_page: PageMaker, site: str, record_property: Any) -> None:
    page = new_page()
    with weighed(page, slow=True):
        for name in deposit(page, site):
            page.wait_for_load_state("networkidle")
            vitals = page.evaluate(_VITALS)
            record_property(f"LCP en 4G lente, {name} (ms)", round(vitals["lcp"]))
            assert vitals["lcp"] <= 2500, (name, vitals)
            assert vitals["cls"] <= 0.1, (name, vitals)
