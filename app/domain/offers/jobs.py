"""Jobs of offers: expiry, reminders, erasure of what was never confirmed, clean-up."""

import sys
from datetime import timedelta

import sqlalchemy as sa

from app.audit.models import FormPost
from app.core import clock
from app.core.database import database_now, db
from app.core.failpoints import failpoint
from app.domain.accounts.models import Attempt, Link, WebSession
from app.domain.offers.emails import ERASED_AFTER, ConfirmOfferReminder, OfferExpiresSoon
from app.domain.offers.erasure import erase_deposit
from app.domain.offers.expiry import count_overdue, expire_overdue
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Draft, Offer
from app.domain.offers.partner_emails import DepositNotConfirmed, who_follows
from app.lists.batches import KEPT
from app.lists.models import Batch
from app.outbox import queue
from app.scheduling import Counts, Daily, Every, Run, job

BATCH = 200
EXPIRY_BATCH = 500
REMINDER_DAYS = (7, 1)
CONFIRM_REMINDER_DAYS = (1, 3)


@job(
    "expire_offers",
    at=Every(minutes=5),
    title="Clore les offres échues",
    words={"closed": ("offre close", "offres closes")},
)
def expire_offers(run: Run) -> Counts:
    """End the offers whose last day has passed, in short batches: no row is locked for a second."""
    if run.dry:
        run.count("closed", min(count_overdue(), run.limit or sys.maxsize))
        return run.counts
    left = run.limit or sys.maxsize
    while left > 0:
        wanted = min(EXPIRY_BATCH, left)
        closed = expire_overdue(limit=wanted)
        run.count("closed", closed)
        failpoint("offers.expiry_midway")
        run.commit()
        left = left - closed if closed == wanted else 0
    return run.counts


@job(
    "remind_of_end",
    at=Daily(8, 30),
    title="Annoncer la fin prochaine des offres",
    words={"queued": ("rappel préparé", "rappels préparés")},
)
def remind_of_end(run: Run) -> Counts:
    """E7, seven days and one day before the last day, once each; a late run sends what is still true."""
    today = clock.today()
    query = (
        sa.select(Offer)
        .where(
            Offer.status == OfferStatus.ONLINE,
            Offer.last_day >= today,
            Offer.last_day <= today + timedelta(days=max(REMINDER_DAYS)),
        )
        .order_by(Offer.id)
    )
    for number, offer in enumerate(db.session.scalars(query), start=1):
        if offer.last_day is None:
            continue
        left = (offer.last_day - today).days
        stage = 1 if left <= 1 else 7
        mail = OfferExpiresSoon(offer, offer.last_day, stage)
        run.count("queued", queue(mail, due=clock.now()) is not None)
        failpoint("offers.reminder_midway")
        if number % BATCH == 0:
            run.commit()
    run.commit()
    return run.counts


@job(
    "remind_to_confirm",
    at=Daily(8, 30),
    title="Rappeler de confirmer une offre",
    words={"queued": ("rappel préparé", "rappels préparés")},
)
def remind_to_confirm(run: Run) -> Counts:
    """E2, on days 1 and 3 after E1; E57 on day 3 to the structure that prepared the offer."""
    today = clock.today()
    query = sa.select(Offer).where(Offer.status == OfferStatus.TO_CONFIRM).order_by(Offer.id)
    for offer in db.session.scalars(query):
        age = (today - clock.day_of(offer.deposited_at)).days
        stage = max((day for day in CONFIRM_REMINDER_DAYS if age >= day), default=0)
        if stage:
            run.count("queued", _remind_to_confirm(offer, stage))
            failpoint("offers.confirm_reminder_midway")
    run.commit()
    return run.counts


def _remind_to_confirm(offer: Offer, stage: int) -> bool:
    if offer.organisation_id is None:
        return queue(ConfirmOfferReminder(offer, stage), due=clock.now()) is not None
    told = who_follows(offer) if stage >= max(CONFIRM_REMINDER_DAYS) else None
    if told is None:
        return False
    return queue(DepositNotConfirmed.about_offer(offer, told, erased=False)) is not None


@job(
    "erase_unconfirmed",
    at=Every(minutes=60),
    title="Effacer les dépôts jamais confirmés",
    words={"erased": ("dépôt effacé", "dépôts effacés")},
)
def erase_unconfirmed(run: Run) -> Counts:
    """Seven days after E1, an unconfirmed deposit goes, with its contact when nothing else needs it."""
    query = sa.select(Offer).where(
        Offer.status == OfferStatus.TO_CONFIRM, Offer.deposited_at <= clock.now() - ERASED_AFTER
    )
    for offer in list(db.session.scalars(query.limit(run.limit or 1000))):
        erase_deposit(offer)
        failpoint("offers.erasure_midway")
        run.count("erased")
        run.commit()
    return run.counts


@job(
    "clean_up",
    at=Daily(3, 30),
    title="Effacer brouillons, liens et sessions terminés",
    words={
        "drafts": ("brouillon", "brouillons"),
        "links": ("lien", "liens"),
        "sessions": ("session", "sessions"),
        "traces": ("trace de formulaire", "traces de formulaire"),
    },
)
def clean_up(run: Run) -> Counts:
    """Retention of what lives shortly: drafts 7 days, links and sessions 90 days after their end."""
    now, old = clock.now(), clock.now() - timedelta(days=90)
    rules: tuple[tuple[str, sa.Delete], ...] = (
        ("drafts", sa.delete(Draft).where(Draft.expires_at <= now)),
        ("links", sa.delete(Link).where(Link.expires_at <= database_now() - timedelta(days=90))),
        ("sessions", sa.delete(WebSession).where(WebSession.expires_at <= old)),
        ("traces", sa.delete(FormPost).where(FormPost.created_at <= now - timedelta(days=7))),
        ("traces", sa.delete(Batch).where(Batch.made_at <= now - KEPT)),
        ("traces", sa.delete(Attempt).where(Attempt.at <= now - timedelta(days=2))),
    )
    for name, statement in rules:
        result = db.session.execute(statement)
        run.count(name, result.rowcount)  # type: ignore[attr-defined]  # a DELETE gives a cursor result
        run.commit()
        failpoint("clean_up.between_rules")
    return run.counts
