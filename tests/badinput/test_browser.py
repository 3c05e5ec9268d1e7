"""T03 in a real browser: of all that hostile people type, nothing runs; the policy has nothing to refuse."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Dialog, Page

from app.core.database import db
from app.domain.accounts import magic_links
from app.domain.accounts.models import Purpose
from tests.badinput.test_outputs import HOSTILE, hostile_offer
from tests.support.browser import PageMaker

Record = Callable[[str, object], None]
pytestmark = [pytest.mark.browser, pytest.mark.assurance]


def _watched(new_page: PageMaker) -> tuple[Page, list[str]]:
    """A page, and what scripts of others make it say; a refusal of the policy fails the test as well."""
    page, said = new_page(), []

    def hear(dialog: Dialog) -> None:
        said.append(f"{page.url} : {dialog.message}")
        dialog.dismiss()

    page.on("dialog", hear)
    return page, said


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_typed_never_runs(
    app: Flask, site: str, new_page: PageMaker, text: str, record_property: Record
) -> None:
    with app.app_context():
        offer = hostile_offer(text)
        public_id, contact = offer.public_id, offer.contact
        token = magic_links.issue(
            Purpose.MANAGEMENT, object_type="contact", object_id=contact.id, email=contact.email
        )
        db.session.commit()
    page, said = _watched(new_page)
    page.goto(f"{site}/l/{token}")
    page.locator("main form button").first.click()
    paths = [f"/offres/{public_id}", f"/offres/{public_id}/affiche", "/offres", "/gestion"]
    paths += [f"/gestion/offres/{public_id}{tail}" for tail in ("", "/modifier", "/prolonger", "/cloturer")]
    for path in paths:
        answer = page.goto(site + path, wait_until="load")
        assert answer is not None and answer.status == 200, path
    for path, name in (("/", "q"), ("/lien-perdu", "email")):
        page.goto(site + path)
        page.locator(f"main [name={name}]").first.fill(text)
        page.locator(f"main form:has([name={name}]) button[type=submit], main form button").first.click()
        page.wait_for_load_state("load")
    record_property("pages hostiles ouvertes dans un navigateur", len(paths) + 2)
    record_property("scripts exécutés", len(said))
    assert said == []
