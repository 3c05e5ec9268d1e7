"""Files left at platforms and feeds that they read: what left, what came back, who reads."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from flask import render_template

from app.core.database import db
from app.core.french import NBSP, number_fr
from app.domain.diffusion.feed_readings import readings
from app.domain.diffusion.files import FileDelivery, FileStatus
from app.domain.diffusion.registry import PLATFORMS
from app.web.access import Permission, requires
from app.web.feed_addresses import open_feeds
from app.web.operator import blueprint

FILES_SHOWN = 30
_OPEN_FEEDS: Mapping[str, str] = {
    "json": "Flux ouvert JSON",
    "rss": "Flux ouvert RSS",
    "xml": "Flux ouvert XML",
}
_BADGES = {
    FileStatus.RECORDED: "success",
    FileStatus.ACKNOWLEDGED: "success",
    FileStatus.REFUSED: "error",
    FileStatus.UNCERTAIN: "warning",
}


@dataclass(frozen=True, slots=True)
class FileLine:
    """One file; `weight` as « 1,2 Mo »."""

    site: str
    delivery: FileDelivery
    weight: str
    badge: str


@blueprint.get("/agents/fichiers-et-flux")
@requires(Permission.JOBS_READ)
def carriers() -> str:
    """The last files, the feeds of the sites that are open, their readers."""
    newest = sa.select(FileDelivery).order_by(FileDelivery.id.desc()).limit(FILES_SHOWN)
    files = [
        FileLine(_site(one.platform), one, _weight(one.size), _BADGES.get(one.status, "info"))
        for one in db.session.scalars(newest)
    ]
    readers = [(_site(one.feed), one) for one in readings()]
    return render_template("operator/carriers.html", files=files, feeds=open_feeds(), readers=readers)


def _site(key: str) -> str:
    return _OPEN_FEEDS.get(key) or (PLATFORMS[key].name if key in PLATFORMS else key)


def _weight(size: int) -> str:
    if size < 1_000_000:
        return f"{number_fr(-(-size // 1000))}{NBSP}ko"
    return f"{number_fr(round(size / 1_000_000, 1), decimals=1)}{NBSP}Mo"
