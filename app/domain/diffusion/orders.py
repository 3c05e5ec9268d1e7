"""Orders to platforms, written in the transaction of the fact that asks for them. Nothing here commits."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from app.audit import journal
from app.audit.actor import SYSTEM, Actor
from app.core import clock
from app.core.database import db, is_sqlite
from app.core.failpoints import failpoint
from app.domain.diffusion.lifecycle import DIFFUSION_LIFECYCLE, DiffusionStatus, SubmissionStatus
from app.domain.diffusion.models import Diffusion
from app.domain.diffusion.planning import is_wanted, next_act, next_reading
from app.domain.diffusion.platform import Options, Platform
from app.domain.diffusion.registry import PLATFORMS, open_platforms, switches
from app.domain.offers.models import Offer
from app.domain.offers.queries import is_visible, visible
from app.outbox.lanes import is_anything_waiting, supersede
from app.outbox.models import OutboxMessage
from app.outbox.queueing import enqueue
from app.outbox.rhythm import Rhythm

S = DiffusionStatus
# The templates that wait in a lane; None: to be asked of the database.
Waiting = frozenset[str] | None


def sync_offer(offer: Offer, *, due: datetime | None = None) -> list[Diffusion]:
    """Make every open platform agree with an offer, from `due` on; gives the diffusions that move."""
    db.session.flush()
    opened = open_platforms()
    known = [found for found in diffusions_of(offer) if found.platform in PLATFORMS]
    for key in opened.keys() - {found.platform for found in known}:
        new = _first_time(offer, PLATFORMS[key], opened[key])
        known += [new] if new is not None else []
    # A platform closed by portal staff gets nothing new; what is there can still be withdrawn.
    return [
        found
        for found in known
        if (found.platform in opened or not is_visible(offer))
        and sync(found, PLATFORMS[found.platform], opened.get(found.platform, {}), due=due)
    ]


def diffusions_of(offer: Offer) -> list[Diffusion]:
    """Everything that is known of an offer elsewhere; nothing while no platform was ever opened."""
    if not switches():
        return []
    return list(db.session.scalars(sa.select(Diffusion).where(Diffusion.offer_id == offer.id)))


def whole(number: int) -> Diffusion | None:
    """A diffusion with its offer and its sendings, as they are now: one reading."""
    query = (
        sa.select(Diffusion)
        .where(Diffusion.id == number)
        .options(joinedload(Diffusion.offer), joinedload(Diffusion.submissions))
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(query).unique().one_or_none()


def sync(
    diffusion: Diffusion,
    platform: Platform,
    options: Options,
    *,
    due: datetime | None = None,
    waiting: Waiting = None,
) -> bool:
    """Queue the order that this diffusion needs now, in place of the one that waits. False: none is."""
    wanted = is_wanted(diffusion, platform, options)
    if not platform.transport.is_pushed:
        return _carry(diffusion, platform, wanted=wanted)
    act = next_act(diffusion, platform, wanted=wanted)
    if act is None:
        _nothing_to_send(diffusion, wanted=wanted, waiting=waiting)
        return False
    if wanted and DIFFUSION_LIFECYCLE.may(diffusion, "ask") and diffusion.status is not S.SUSPENDED:
        move(diffusion, "ask", detail="")
    if not wanted and diffusion.withdrawal_asked_at is None:
        diffusion.withdrawal_asked_at = due or clock.now()
    elif wanted:
        diffusion.withdrawal_asked_at = None
    order(diffusion, platform, act.value, due=due, waiting=waiting)
    return True


def order(
    diffusion: Diffusion,
    platform: Platform,
    act: str,
    *,
    due: datetime | None = None,
    waiting: Waiting = None,
) -> OutboxMessage:
    """Write one order; whatever waited in its lane is superseded. `act` only names what was meant."""
    lane = lane_of(diffusion)
    if waiting is None or waiting:
        supersede([lane], why="remplacé par un ordre plus récent")
    diffusion.revision += 1
    db.session.flush()
    failpoint("push.superseded_before_order")
    message = _queued(diffusion, platform, act, lane, due or clock.now())
    if message is None:
        # Another process has just counted one at the same time: what it wrote may have left already.
        diffusion.revision += 1
        db.session.flush()
        message = _queued(diffusion, platform, act, lane, due or clock.now())
    if message is None:
        raise RuntimeError("a revision has one order")
    return message


def _queued(
    diffusion: Diffusion, platform: Platform, act: str, lane: str, due: datetime
) -> OutboxMessage | None:
    return enqueue(
        kind=platform.kind,
        template=act,
        refs={"diffusion": diffusion.id},
        recipient="",
        rhythm=Rhythm.NOW if platform.repeatable else Rhythm.ONCE,
        dedupe_key=f"push:{platform.key}:{diffusion.id}:{diffusion.revision}:{act}",
        about=("diffusion", str(diffusion.id)),
        due=due,
        lane=lane,
    )


def watch(diffusion: Diffusion, platform: Platform, *, waiting: Waiting = None) -> None:
    """Queue the next reading of its state, if there is something left to learn."""
    due = next_reading(diffusion, platform)
    if due is not None:
        order(diffusion, platform, "read", due=due, waiting=waiting)


def lane_of(diffusion: Diffusion) -> str:
    """What concerns one offer at one platform leaves in order."""
    return f"push:{diffusion.platform}:{diffusion.id}"


def never_asked(platform: Platform, options: Options) -> sa.ColumnElement[bool]:
    """Offers online that may go there and that nobody has looked at for it yet, as a condition."""
    known = sa.exists().where(Diffusion.offer_id == Offer.id, Diffusion.platform == platform.key)
    may = [] if platform.among is None else [platform.among(options)]
    return sa.and_(visible(), sa.not_(known), *may)


def ask(offer: Offer, key: str, *, by: Actor, account: str = "") -> Diffusion:
    """« Diffuser ici »: a person wants the offer there; a refused sending is tried again."""
    diffusion = next(
        (one for one in diffusions_of(offer) if (one.platform, one.account) == (key, account)), None
    )
    if diffusion is None:
        diffusion = _new(offer, key, account=account)
    diffusion.wanted = True
    last = diffusion.submission
    over = {SubmissionStatus.REFUSED, SubmissionStatus.OVER}
    if last is not None and (last.status in over or diffusion.status is S.REFUSED):
        last.sent_digest = ""
    journal.record("diffusion_asked", diffusion, by=by, facts={"platform": key})
    sync(diffusion, PLATFORMS[key], open_platforms()[key])
    return diffusion


def ask_again(offer: Offer) -> None:
    """Somebody renews the offer: it may go again where the platform has ended it by itself meanwhile."""
    for diffusion in diffusions_of(offer):
        last = diffusion.submission
        if last is not None and last.status is SubmissionStatus.OVER:
            last.sent_digest = ""


def take_back(diffusion: Diffusion, *, by: Actor, due: datetime | None = None) -> None:
    """« Retirer »: nobody wants it there any more."""
    diffusion.wanted = False
    journal.record("diffusion_withdrawn", diffusion, by=by, facts={"platform": diffusion.platform})
    options: Mapping[str, bool] = open_platforms().get(diffusion.platform, {})
    sync(diffusion, PLATFORMS[diffusion.platform], options, due=due)


def move(diffusion: Diffusion, name: str, *, detail: str) -> None:
    """One move of its life, dated; the reason of a former refusal goes with it."""
    DIFFUSION_LIFECYCLE.apply(diffusion, name)
    diffusion.since = clock.now()
    diffusion.detail = detail
    diffusion.reads = 0
    diffusion.reason_code = diffusion.reason_text = ""
    diffusion.reason_field = None


def _first_time(offer: Offer, platform: Platform, options: Options) -> Diffusion | None:
    """The diffusion of an offer that goes there by itself; none while it can't."""
    relayed = platform.relayed_by is not None
    if relayed or not platform.automatic or not is_visible(offer) or platform.obstacles(offer, options):
        return None
    if not platform.takes_by_itself(offer):
        return None
    diffusion = _new(offer, platform.key)
    journal.record("diffusion_asked", diffusion, by=SYSTEM, facts={"platform": platform.key})
    return diffusion


def _new(offer: Offer, key: str, *, account: str = "") -> Diffusion:
    """A row of its own, or the one that another process has just written: a job goes through them all."""
    insert = sqlite.insert if is_sqlite() else postgresql.insert
    now = clock.now()
    asked = {"wanted": True, "status": S.DRAFT, "since": now, "asked_at": now}
    statement = (
        insert(Diffusion)
        .values(offer_id=offer.id, platform=key, account=account, **asked)
        .on_conflict_do_nothing(index_elements=["offer_id", "platform", "account"])
        .returning(Diffusion)
    )
    new = db.session.scalars(statement).one_or_none()
    if new is None:
        return next(one for one in diffusions_of(offer) if (one.platform, one.account) == (key, account))
    # Known without asking the database.
    set_committed_value(new, "offer", offer)
    set_committed_value(new, "submissions", [])
    return new


def _carry(diffusion: Diffusion, platform: Platform, *, wanted: bool) -> bool:
    """A file or a feed takes it at its next turn, and lets go of it by its absence."""
    name = "ask" if wanted else "take_back"
    if not DIFFUSION_LIFECYCLE.may(diffusion, name):
        return False
    move(diffusion, name, detail="")
    return True


def _nothing_to_send(diffusion: Diffusion, *, wanted: bool, waiting: Waiting) -> None:
    """What waited has no object left; nothing was ever there, or both agree already."""
    submission = diffusion.submission
    if wanted and (submission is None or submission.withdrawal_asked_at is None):
        diffusion.withdrawal_asked_at = None
    lane = lane_of(diffusion)
    # A reading that waits keeps its hour.
    if is_anything_waiting(lane, besides="read") if waiting is None else waiting - {"read"}:
        supersede([lane], why="sans objet")
        watch(diffusion, PLATFORMS[diffusion.platform])
    if not wanted and diffusion.status is S.QUEUED:
        move(diffusion, "take_back", detail="")
