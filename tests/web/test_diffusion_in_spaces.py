"""A structure's dashboard: how many sites show each offer, and what is to be mended first."""

from flask import Flask

from app.core.database import db
from app.domain.diffusion.lifecycle import DiffusionStatus
from app.domain.diffusion.orders import diffusions_of, move
from app.domain.diffusion.registry import turn
from app.domain.organisations.models import Kind
from app.domain.organisations.roles import Role
from tests.browser.walks.structures import enter
from tests.factories.offers import given, make_offer
from tests.factories.structures import make_member, make_structure
from tests.support.client import CheckedClient
from tests.support.deposit import plain

S = DiffusionStatus


def test_the_dashboard_counts_the_sites_and_leads_to_what_is_refused(
    app: Flask, client: CheckedClient
) -> None:
    with given(app):
        turn("api_apprentissage", on=True)
        space = make_structure(Kind.CHAMBER)
        member = make_member(space, Role.RECRUITER)
        number, address = member.account_id, f"/espace/{space.public_id}"
        offers = [make_offer() for _ in range(3)]
        for offer, move_name in zip(offers, ("publish", "refuse", None), strict=True):
            offer.organisation = space
            [found] = diffusions_of(offer)
            if move_name:
                move(found, move_name, detail="")
            if move_name == "refuse":
                found.reason_field = "description"
        db.session.flush()
        refused = offers[1].public_id
    enter(app, client, number)
    page = client.get(address)
    words = plain(page)
    assert "1 publié sur 1" in words
    assert "0 publié sur 1, 1 à corriger" in words
    assert "1 diffusion à corriger (la plus ancienne depuis le" in words
    assert f"/gestion/offres/{refused}#sites" in page.text
