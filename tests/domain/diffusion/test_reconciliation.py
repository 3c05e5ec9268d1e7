"""The nightly comparison: what it looks at, and nothing that can't have changed."""

from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from app.core import clock
from app.core.database import db
from app.domain.diffusion import feeds
from app.domain.diffusion.lifecycle import DiffusionStatus
from app.domain.diffusion.models import Diffusion
from app.domain.diffusion.orders import sync_offer
from app.domain.diffusion.reconciliation import offers_never_asked
from app.domain.diffusion.registry import PLATFORMS, open_platforms, turn
from app.domain.employers.models import Verification
from app.domain.offers.models import Offer
from app.domain.organisations.models import Kind
from app.scheduling.runner import run_job
from tests.factories.offers import make_offer
from tests.factories.structures import make_structure
from tests.support.apec import give_identifier, member_with_offer

SITES = ("api_apprentissage", "apec", "france_travail", "indeed")


def test_only_what_a_site_may_take_is_asked_for_and_once(app: Flask) -> None:
    with app.app_context():
        member, executive = member_with_offer()
        give_identifier(member)
        offers = {
            "baker": make_offer(),
            "unverified": make_offer(),
            "nowhere": make_offer(),
            "of_a_cfa": make_offer(),
            "executive": executive,
        }
        offers["nowhere"].commune_code = None
        offers["unverified"].establishment.verification = Verification.TO_VERIFY
        offers["of_a_cfa"].organisation = make_structure(Kind.CFA)
        for key in SITES:
            turn(key, on=True)
        db.session.commit()
        named = {offer.id: name for name, offer in offers.items()}
        found = [named[offer.id] for batch in offers_never_asked() for offer in batch]
        assert sorted(found) == ["baker", "executive", "of_a_cfa"]
        # Whatever a rule lets through is found, and asking for it leaves nothing to find.
        for key, options in open_platforms().items():
            may = {one.id for one in offers.values() if not PLATFORMS[key].obstacles(one, options)}
            among = PLATFORMS[key].among
            if among is not None:
                assert may == set(db.session.scalars(sa.select(Offer.id).where(among(options)))), key
        for offer in offers.values():
            sync_offer(offer)
        assert list(offers_never_asked()) == []


def test_what_left_a_feed_long_ago_is_found_by_the_night_alone(app: Flask) -> None:
    with app.app_context():
        turn("indeed", on=True)
        lately, before = make_offer().id, make_offer().id
        db.session.commit()
        run_job("follow_feeds", dry=False)
        for number, days in ((lately, 0), (before, 3)):
            moved = {"commune_code": None, "changed_at": clock.now() - timedelta(days=days)}
            db.session.execute(sa.update(Offer).where(Offer.id == number).values(**moved))
        db.session.commit()
        left = sa.select(Diffusion.offer_id).where(Diffusion.status == DiffusionStatus.CANCELLED)
        assert run_job("follow_feeds", dry=False).counts == {"left": 1}
        assert db.session.scalars(left).all() == [lately]
        assert run_job("reconcile_diffusions", dry=False).counts["left"] == 1
        assert list(feeds.leave(PLATFORMS["indeed"])) == []
