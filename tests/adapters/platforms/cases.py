"""The connectors that the contract suite plays. A new one joins by one `Case` in `CASES`."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from app.adapters.platforms.apec import ApecBoard
from app.adapters.platforms.apec_key import KeyParameters
from app.adapters.platforms.api_apprentissage import ApiApprentissageBoard
from app.core import clock
from app.core.identifiers import RomeCode, Siret
from app.domain.diffusion.advert import Advert
from app.domain.diffusion.apec.source import ApecFacts
from app.domain.diffusion.board import Act, Board, Order
from app.domain.diffusion.lifecycle import DiffusionStatus
from app.domain.offers.models import ContractType, Remote
from standins.apec.positions import INTEGRATOR, ITERATIONS, PARALLELISM, PASSWORD, SALT
from standins.apprentissage.server import TOKEN
from standins.sites.server import KEY
from tests.support.diffusion import command, writes_to
from tests.support.sites import SITE, rest_board, sites_served
from tests.support.standins import Partner, apec_served, apprentissage_served

SIRET = Siret("73282932000074")


@dataclass(frozen=True)
class Case:
    """One connector against its stand-in.

    `board(url, secret, timeout)` makes the connector; `live(partner)` gives the references that readers see
    there; `creations(partner)` counts the requests received that could create; `examine` makes it
    examine what it holds; `refuse` makes it refuse the adverts of `SIRET`, by a reason on `refused_field`;
    `unknown` makes it answer a status that no table knows. `invalid`: facts that our own validator lets pass
    and the partner doesn't.
    """

    key: str
    serve: Callable[[], AbstractContextManager[Partner]]
    board: Callable[[str, str, float], Board]
    secret: str
    path: str
    live: Callable[[Partner], list[str]]
    creations: Callable[[Partner], int]
    examine: Callable[[Partner], None]
    refuse: Callable[[Partner], None]
    refused_field: str | None
    unknown: Callable[[Partner], None] | None
    invalid: dict[str, Any] = field(default_factory=dict)
    account: str = ""


def advert(**over: Any) -> Advert:
    """A baker's offer in Rodez; `over` changes any fact."""
    today = clock.today()
    values: dict[str, Any] = {
        "offer": "DA-7K3M9P",
        "public_id": "exemple-offre",
        "short_code": "7K3M9P",
        "siret": SIRET,
        "company": "Boulangerie R&D « L’Église »",
        "naf": "10.71C",
        "title": "Boulanger ou boulangère en apprentissage",
        "description": "Vous apprenez le métier de boulanger.\n\nContrat d’apprentissage en CAP.",
        "tasks": ("Préparer les pâtes", "Cuire au four"),
        "skills": ("Ponctualité",),
        "about_company": "Une boulangerie de quartier.",
        "rome_code": RomeCode("D1102"),
        "job_name": "boulanger ou boulangère",
        "level": 5,
        "contract_types": (ContractType.APPRENTICESHIP,),
        "duration_months": 24,
        "start_on": date(today.year + 1, 9, 1),
        "openings": 1,
        "rhythm": None,
        "remote": Remote.ONSITE,
        "address_line": "12 rue de l’Embergue",
        "postcode": "12000",
        "city": "Rodez",
        "commune_code": "12202",
        "lat": 44.3506,
        "lon": 2.5750,
        "published_at": clock.now(),
        "last_day": today + timedelta(days=28),
        "by_cfa": False,
    }
    return Advert(**{**values, **over})


def order(act: Act, *, known: DiffusionStatus, **over: Any) -> Order:
    """An order about that offer."""
    values: dict[str, Any] = {"advert": advert(), "reference": "DA-7K3M9P", "remote_id": None}
    return Order(act=act, known=known, **{**values, **over})


def _lba(url: str, secret: str, timeout: float) -> Board:
    return ApiApprentissageBoard(
        f"{url}/api",
        token=secret,
        page_url=lambda public_id: f"https://depot.exemple.fr/offres/{public_id}",
        pages_url=url,
        timeout=timeout,
    )


def _lba_live(partner: Partner) -> list[str]:
    held = command(partner)["offres"]
    return [one["reference"] for one in held if one["statut"] == "Active"]


def _lba_examine(partner: Partner) -> None:
    command(partner, publier=True)


def _lba_refuse(partner: Partner) -> None:
    command(partner, refus={str(SIRET): "CFA_BLACKLISTED"})


def _lba_unknown(partner: Partner) -> None:
    command(partner, statut="EN_ORBITE")


LBA = Case(
    key="api_apprentissage",
    serve=apprentissage_served,
    board=_lba,
    secret=TOKEN,
    path="/api/job/v1/offer",
    live=_lba_live,
    creations=lambda partner: writes_to(partner).count("POST /api/job/v1/offer"),
    examine=_lba_examine,
    refuse=_lba_refuse,
    refused_field=None,
    unknown=_lba_unknown,
    invalid={"duration_months": -1},
)


def _apec(url: str, secret: str, timeout: float) -> Board:
    return ApecBoard(
        url,
        integrator=INTEGRATOR,
        parameters=KeyParameters(secret, SALT, ITERATIONS, PARALLELISM),
        facts_of=lambda _: APEC_FACTS,
        page_url=lambda public_id: f"https://depot.exemple.fr/offres/{public_id}",
        apply_email=lambda reference: f"candidatures+{reference}@depot.exemple.fr",
        timeout=timeout,
    )


APEC_FACTS = ApecFacts(
    recruiter="123456789W",
    about="La boulangerie R&D « L’Église » fait son pain sur place depuis 1998, avec des farines d’ici.",
    for_another=False,
    may_for_others=False,
    pay_min=6053,
    pay_max=22404,
)
APEC = Case(
    key="apec",
    serve=apec_served,
    board=_apec,
    secret=PASSWORD,
    path="/v5/positions",
    live=lambda partner: [
        one["reference"] for one in command(partner)["offres"] if one["statut"] == "PUBLIEE"
    ],
    creations=lambda partner: sum(one["operation"] == "openPosition" for one in command(partner)["appels"]),
    examine=lambda partner: None,
    refuse=lambda partner: _told(partner, fatal="337"),
    refused_field="description",
    unknown=lambda partner: _told(partner, statut="EN_ORBITE"),
)


def _told(partner: Partner, **asked: Any) -> None:
    command(partner, **asked)


SITE_CASE = Case(
    key=SITE,
    serve=sites_served,
    board=lambda url, secret, timeout: rest_board(url, timeout=timeout, key=secret),
    secret=KEY,
    path="/api/jobs",
    live=lambda partner: [
        one["reference"] for one in command(partner)["offres"] if one["status"] == "online"
    ],
    creations=lambda partner: sum(
        (one["method"], one["path"]) == ("POST", "/api/jobs") for one in partner.journal("/api")
    ),
    examine=_lba_examine,
    refuse=lambda partner: _told(partner, refus=str(SIRET)),
    refused_field="title",
    unknown=_lba_unknown,
    invalid={"duration_months": -1},
)
CASES = (LBA, APEC, SITE_CASE)
