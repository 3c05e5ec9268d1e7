"""What a platform never gets of an advert sends nothing again when it changes; what it gets does."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from app.adapters.platforms.apec_mapping import position_of
from app.adapters.platforms.api_apprentissage_mapping import offer_write
from app.adapters.platforms.rest_mapping import facts_of
from app.core.identifiers import RomeCode, Siret
from app.domain.diffusion.advert import Advert
from app.domain.diffusion.declared import read_sites
from app.domain.diffusion.platform import Platform
from app.domain.diffusion.platforms.apec import APEC
from app.domain.diffusion.platforms.api_apprentissage import API_APPRENTISSAGE
from app.domain.diffusion.site_emails import SiteAdvert
from app.domain.offers.models import ContractType, Remote
from app.domain.organisations.models import Kind, Organisation
from app.mailing import deliverer_of
from tests.adapters.platforms.cases import APEC_FACTS, advert
from tests.domain.diffusion.test_email_board import DECLARATION
from tests.support.sites import CREDENTIALS, declared

ADVERT = advert()
CHANGED: dict[str, Any] = {
    "siret": Siret("38012986648625"),
    "company": "Au Bon Pain",
    "naf": "10.71D",
    "title": "Responsable qualité",
    "description": "Un autre texte.",
    "tasks": ("Peser",),
    "skills": ("Calme",),
    "about_company": "Une autre maison.",
    "rome_code": RomeCode("D1104"),
    "job_name": "pâtissier ou pâtissière",
    "level": 6,
    "contract_types": (ContractType.PROFESSIONALISATION,),
    "duration_months": 12,
    "start_on": date(ADVERT.last_day.year + 2, 9, 1),
    "openings": 2,
    "rhythm": "une semaine sur deux",
    "remote": Remote.HYBRID,
    "address_line": "1 place de la Cité",
    "postcode": "12100",
    "city": "Millau",
    "commune_code": "12145",
    "lat": 44.1,
    "lon": 3.08,
    "published_at": ADVERT.published_at - timedelta(days=3),
    "last_day": ADVERT.last_day + timedelta(days=7),
    "by_cfa": True,
}
# Those of an offer never change.
IDENTITY = {"offer", "public_id", "short_code", "ending"}


def apec(one: Advert) -> object:
    return position_of(one, APEC_FACTS, reference="DA-7K3M9P", apply_email="", apply_url="")


def lba(one: Advert) -> object:
    return offer_write(one, page_url="", reference="DA-7K3M9P")


def rest(one: Advert) -> object:
    return facts_of(one, reference="DA-7K3M9P", url="")


def never_had(content: Callable[[Advert], object]) -> set[str]:
    """Facts that change nothing of what leaves."""
    return {name for name in CHANGED if content(replace(ADVERT, **{name: CHANGED[name]})) == content(ADVERT)}


@pytest.mark.parametrize(
    ("platform", "content"),
    [
        (APEC, apec),
        (API_APPRENTISSAGE, lba),
        (declared("http://127.0.0.1", CREDENTIALS["api_key"]).platform, rest),
    ],
    ids=lambda given: given.key if isinstance(given, Platform) else "",
)
def test_what_is_ignored_is_what_its_form_does_not_say(
    platform: Platform, content: Callable[[Advert], object]
) -> None:
    assert {one.name for one in fields(Advert)} == set(CHANGED) | IDENTITY
    assert never_had(content) == platform.ignores
    for name, value in CHANGED.items():
        same = platform.has_had(platform.digest_of(ADVERT), replace(ADVERT, **{name: value}))
        assert same is (name in platform.ignores), name
    # What was sent before this was declared isn't sent again for that.
    assert platform.has_had(ADVERT.digest(), ADVERT)


def written(app: Flask, name: str = "") -> str:
    """The letter about an offer of which one fact has changed."""
    mail = SiteAdvert.sample()
    offer = mail.offer
    if name in {"siret", "naf"}:
        setattr(offer.establishment, name, CHANGED[name])
    elif name == "by_cfa":
        offer.organisation = Organisation(kind=Kind.CFA)
    elif name:
        setattr(offer, {"company": "brand"}.get(name, name), CHANGED[name])
    parts = deliverer_of(app).render(mail, None, None)
    return parts.subject + parts.text


def test_so_it_is_of_a_letter(app: Flask, tmp_path: Any) -> None:
    path = tmp_path / "sites.toml"
    path.write_text(DECLARATION, "utf-8")
    [site] = read_sites(path, {})
    with app.test_request_context():
        before = written(app)
        assert {name for name in CHANGED if written(app, name) == before} == site.platform.ignores
