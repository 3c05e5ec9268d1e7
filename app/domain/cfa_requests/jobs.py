"""Jobs: remind CFAs, suggest them to employers, erase what was proposed and what was said."""

from datetime import timedelta

import sqlalchemy as sa

from app.core import clock
from app.core.database import db
from app.domain.cfa_requests import consent
from app.domain.cfa_requests.emails import CfaReminder
from app.domain.cfa_requests.employer_emails import CfaSuggested
from app.domain.cfa_requests.lifecycle import SILENT
from app.domain.cfa_requests.matching import cfas_near
from app.domain.cfa_requests.models import CfaRequest
from app.domain.cfa_requests.reaching import wants_no_suggestion
from app.domain.offers.models import Offer
from app.domain.offers.queries import visible
from app.outbox import queue
from app.outbox.models import OutboxMessage
from app.scheduling import Counts, Daily, Every, Run, job

REMIND_AFTER = timedelta(days=7)
SUGGEST_AFTER = timedelta(days=10)
BATCH = 100


@job(
    "remind_cfas",
    at=Daily(8, 40),
    title="Relancer les CFA sans réponse",
    words={"queued": ("relance préparée", "relances préparées")},
)
def remind_cfas(run: Run) -> Counts:
    """E22, seven days after E21, once, while the offer is online."""
    reminded = sa.select(OutboxMessage.id).where(
        OutboxMessage.template == CfaReminder.name,
        OutboxMessage.about_type == "cfa_request",
        OutboxMessage.about_id == sa.cast(CfaRequest.id, sa.String),
    )
    query = (
        sa.select(CfaRequest)
        .join(Offer, Offer.id == CfaRequest.offer_id)
        .where(
            CfaRequest.status.in_(SILENT),
            CfaRequest.asked_at <= clock.now() - REMIND_AFTER,
            visible(),
            ~reminded.exists(),
        )
        .order_by(CfaRequest.id)
        .limit(run.limit or 1000)
    )
    for number, request in enumerate(list(db.session.scalars(query).unique()), start=1):
        run.count("queued", queue(CfaReminder(request)) is not None)
        if number % BATCH == 0:
            run.commit()
    run.commit()
    return run.counts


@job(
    "suggest_cfas",
    at=Daily(8, 50),
    title="Proposer les CFA proches aux employeurs",
    words={"queued": ("suggestion préparée", "suggestions préparées")},
)
def suggest_cfas(run: Run) -> Counts:
    """E56, on day 10 of an offer for which no CFA was asked, once; nothing when none is near."""
    today = clock.today()
    asked = sa.select(CfaRequest.id).where(CfaRequest.offer_id == Offer.id)
    suggested = sa.select(OutboxMessage.id).where(
        OutboxMessage.template == CfaSuggested.name,
        OutboxMessage.about_type == "offer",
        OutboxMessage.about_id == sa.cast(Offer.id, sa.String),
    )
    query = (
        sa.select(Offer)
        .where(
            visible(),
            Offer.first_published_on <= today - SUGGEST_AFTER,
            # Later than this an offer that was passed over stays so.
            Offer.first_published_on >= today - 2 * SUGGEST_AFTER,
            ~asked.exists(),
            ~suggested.exists(),
        )
        .order_by(Offer.id)
        .limit(run.limit or 5000)
    )
    for number, offer in enumerate(list(db.session.scalars(query)), start=1):
        run.count("queued", _suggest(offer))
        if number % BATCH == 0:
            run.commit()
    run.commit()
    return run.counts


def _suggest(offer: Offer) -> bool:
    if wants_no_suggestion(offer.contact.email):
        return False
    near = len(cfas_near(offer))
    return near > 0 and queue(CfaSuggested(offer, near)) is not None


@job(
    "erase_proposals",
    at=Every(minutes=60),
    title="Effacer les candidats proposés par les CFA",
    words={
        "lapsed": ("proposition sans accord effacée", "propositions sans accord effacées"),
        "old": ("candidat proposé effacé", "candidats proposés effacés"),
        "blanked": ("demande vidée", "demandes vidées"),
    },
)
def erase_proposals(run: Run) -> Counts:
    """Seven days without an agreement, six months after one; addresses and words of old requests."""
    limit = run.limit or 1000
    for candidate in consent.lapsed(limit=limit):
        consent.lapse(candidate)
        run.count("lapsed")
        run.commit()
    for candidate in consent.old(limit=limit):
        consent.drop(candidate)
        run.count("old")
        run.commit()
    for request in consent.requests_to_forget(limit=limit):
        consent.forget(request)
        run.count("blanked")
        run.commit()
    return run.counts
