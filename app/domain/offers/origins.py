"""Where deposits come from: the portal itself, or a declared partner that shows its first screen."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Mapped, mapped_column

from app.audit import journal
from app.audit.actor import Actor
from app.core import clock
from app.core.database import Model, UtcDateTime, db
from app.core.errors import Refused
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Offer

SITE = "site"
_CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_HOST = re.compile(r"(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
_SALT = "origine"


class Origin(Model):
    """A partner whose site shows the first screen in a frame; `hosts` are its sites, without scheme."""

    __tablename__ = "origin"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    label: Mapped[str] = mapped_column(sa.String(120))
    hosts: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def declare_origin(code: str, *, label: str, hosts: Sequence[str], by: Actor) -> Origin:
    """Let a partner show the form; raises Refused on a code or a host that can't be."""
    code = code.strip().lower()
    if not _CODE.fullmatch(code) or len(code) > 40 or code in {SITE, "demo"}:
        raise Refused("Choisissez un code en minuscules, chiffres et tirets, par exemple « cma-12 ».")
    if db.session.scalar(sa.select(Origin.id).where(Origin.code == code)) is not None:
        raise Refused("Ce code sert déjà à un autre partenaire.")
    origin = Origin(code=code, label=label, hosts=hosts_of(hosts), created_at=clock.now())
    db.session.add(origin)
    journal.record("origin_declared", origin, by=by)
    return origin


def hosts_of(typed: Sequence[str]) -> list[str]:
    """Names of sites, in lower case, one each; raises Refused on what isn't one."""
    hosts = list(dict.fromkeys(host.strip().lower() for host in typed if host.strip()))
    wrong = next((host for host in hosts if not _HOST.fullmatch(host) or len(host) > 253), None)
    if not hosts or wrong is not None or len(hosts) > 20:
        shown = f" « {wrong[:60]} » n’en est pas un." if wrong else ""
        raise Refused(f"Indiquez un à vingt noms de site, par exemple www.cma12.fr.{shown}")
    return hosts


def end_origin(origin: Origin, *, by: Actor) -> None:
    """The frame stops at once; offers already deposited keep their origin."""
    if origin.ended_at is None:
        origin.ended_at = clock.now()
        journal.record("origin_ended", origin, by=by)


def living_origin(code: str) -> Origin | None:
    """The partner of a code, while it may show the form."""
    query = sa.select(Origin).where(Origin.code == code, Origin.ended_at.is_(None))
    return db.session.scalar(query)


def sign(code: str, *, key: str) -> str:
    """The `origine` of an address: a code that nobody else can write."""
    return str(URLSafeSerializer(key, salt=_SALT).dumps(code))


def read_signed(signed: str, *, keys: Sequence[str]) -> str | None:
    """The code behind an `origine`; None when it isn't ours. `keys`: oldest first, as itsdangerous wants."""
    try:
        code = URLSafeSerializer(list(keys), salt=_SALT).loads(signed)
    except BadSignature:
        return None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else None


def counts_by_origin(*, days: int = 365) -> dict[str, tuple[int, int]]:
    """Code → (offers deposited, of which confirmed) over so many days."""
    since = clock.now() - timedelta(days=days)
    confirmed = sa.func.count().filter(Offer.status != OfferStatus.TO_CONFIRM)
    query = (
        sa.select(Offer.origin, sa.func.count(), confirmed)
        .where(Offer.deposited_at >= since)
        .group_by(Offer.origin)
    )
    return {code: (total, sure) for code, total, sure in db.session.execute(query)}


def all_origins() -> list[Origin]:
    """Every partner, those that may show the form first."""
    query = sa.select(Origin).order_by(Origin.ended_at.is_not(None), Origin.label)
    return list(db.session.scalars(query))
