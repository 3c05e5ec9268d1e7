"""Is an offer of the file really seen at the platform? Looked for by its search, where there is one."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from app.core import clock
from app.core.database import db
from app.core.identifiers import RomeCode
from app.domain.diffusion.advert import advert_of
from app.domain.diffusion.board import Act, Order, Reply, Verdict
from app.domain.diffusion.file_recording import ACKNOWLEDGED
from app.domain.diffusion.files import FileBoard
from app.domain.diffusion.lifecycle import DiffusionStatus
from app.domain.diffusion.models import Diffusion
from app.domain.diffusion.platform import Platform
from app.domain.diffusion.recording import Recorder
from app.domain.offers.models import Offer

SEEN = "vue dans la recherche"


@dataclass(frozen=True, slots=True)
class Place:
    """One question to the search, and the offers that it may show: public identifier → diffusion."""

    rome_code: RomeCode
    commune_code: str
    offers: dict[str, int]


def to_look_for(platform: Platform, *, limit: int) -> list[Place]:
    """Offers received and not seen yet, those looked for longest ago first, by job and commune."""
    query = (
        sa.select(Diffusion.id, Offer.public_id, Offer.rome_code, Offer.commune_code)
        .join(Offer, Offer.id == Diffusion.offer_id)
        .where(
            Diffusion.platform == platform.key,
            Diffusion.status == DiffusionStatus.SENDING,
            Diffusion.detail == ACKNOWLEDGED,
            Offer.commune_code.is_not(None),
        )
        .order_by(Diffusion.read_at.nulls_first(), Diffusion.id)
        .limit(limit)
    )
    places: dict[tuple[RomeCode, str], dict[str, int]] = defaultdict(dict)
    for number, public_id, rome_code, commune_code in db.session.execute(query):
        places[rome_code, commune_code or ""][public_id] = number
    return [Place(rome_code, commune, offers) for (rome_code, commune), offers in places.items()]


def look(place: Place, board: FileBoard, platform: Platform) -> int:
    """Ask once and write what was seen; not seen proves nothing. Raises SearchUnavailable. Never commits."""
    found = dict(board.seen(place.rome_code, place.commune_code, tuple(place.offers)))
    seen = 0
    for diffusion in _still_waiting(place.offers.values()):
        diffusion.read_at = clock.now()
        url = found.get(diffusion.offer.public_id)
        if url is not None:
            _published(diffusion, platform, url)
            seen += 1
    return seen


def _still_waiting(numbers: Iterable[int]) -> Iterable[Diffusion]:
    query = sa.select(Diffusion).where(
        Diffusion.id.in_(list(numbers)), Diffusion.status == DiffusionStatus.SENDING
    )
    return db.session.scalars(query)


def _published(diffusion: Diffusion, platform: Platform, url: str) -> None:
    submission = diffusion.submission
    if submission is None:
        return
    order = Order(
        act=Act.READ,
        advert=advert_of(diffusion.offer),
        reference=submission.reference,
        remote_id=None,
        known=diffusion.status,
    )
    reply = Reply(
        verdict=Verdict.ACCEPTED, status=DiffusionStatus.PUBLISHED, url=url or None, remote_status=SEEN
    )
    Recorder(platform, order).take(diffusion, reply)
