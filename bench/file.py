"""The nightly file of France Travail: the memory of the process that writes and leaves every offer."""

import json
import subprocess
import sys

import sqlalchemy as sa

from app.core import clock
from app.core.database import db
from app.domain.diffusion.lifecycle import DiffusionStatus
from app.domain.diffusion.models import Diffusion
from app.domain.diffusion.registry import turn
from app.domain.offers.models import Offer
from app.domain.reference.jobs import all_codes
from app.domain.reference.official import OfficialAppellation
from bench.results import Row
from bench.scene import Scene
from standins.rome.server import rome

MEMORY_MB = 200
KEY = "france_travail"


def measure(scene: Scene) -> list[Row]:
    """The whole night: written, left at the stand-in, its receipt written down."""
    partner = rome().start()
    try:
        with scene.database() as url:
            _prepare(scene, url)
            told = _night(scene.variables(url, standin_rome_url=partner.url))
    finally:
        partner.stop()
    assert told["offers"] == scene.scale, told
    rate = scene.scale / told["seconds"]
    return [
        Row.at_most(f"Fichier France Travail, {scene.scale} offres", told["peak_mb"], "Mo", MEMORY_MB),
        Row.told("Fichier France Travail, dont au repos", told["idle_mb"], "Mo"),
        Row.told("Fichier France Travail, nuit entière", rate, "offres/s"),
    ]


def _prepare(scene: Scene, url: str) -> None:
    """Every offer is queued there, and every job has a number."""
    with scene.application(url) as app, app.app_context():
        turn(KEY, on=True)
        now, columns = clock.now(), Diffusion.__table__.c
        names = ("offer_id", "platform", "account", "wanted", "status", "detail", "since", "asked_at")
        rows = sa.select(
            Offer.id,
            *(
                sa.literal(value, columns[name].type)
                for name, value in zip(
                    names[1:], (KEY, "", True, DiffusionStatus.QUEUED, "", now, now), strict=True
                )
            ),
            *(sa.literal("", sa.String) for _ in range(3)),
            *(sa.literal(0, sa.Integer) for _ in range(2)),
        )
        more = ("reason_code", "reason_text", "remote_status", "reads", "revision")
        db.session.execute(sa.insert(Diffusion).from_select([*names, *more], rows, include_defaults=False))
        db.session.add_all(
            OfficialAppellation(ogr=10_000 + rank, label=f"Métier {code}", rome_code=code)
            for rank, code in enumerate(all_codes())
        )
        db.session.commit()


def _night(environment: dict[str, str]) -> dict[str, float]:
    found = subprocess.run(
        [sys.executable, "-m", "bench.file_night"], env=environment, stdout=subprocess.PIPE, check=True
    )
    told: dict[str, float] = json.loads(found.stdout)
    return told
