"""APEC: what each of its answers comes to."""

from collections.abc import Callable
from dataclasses import replace

from app.adapters.platforms.apec_mapping import STATUSES
from app.adapters.platforms.apec_reading import Acknowledged, Said, SoapFault, read
from app.adapters.platforms.calling import Called
from app.domain.diffusion.board import Act, Exchange, Order, Reply, Verdict
from app.domain.diffusion.lifecycle import DiffusionStatus
from app.domain.diffusion.platforms.apec import APEC

S, V = DiffusionStatus, Verdict
KEY_REFUSED, TAKEN, SAME, NOT_NOW, CONSULTANT = "102", "390", "353", "352", "399"
_HOUR = 3600.0
ABSENT = frozenset({"391", "392"})
# Nothing was created: the message itself, the tracking id, the recruiter or the agreement was refused. A
# tracking id already used (108) isn't among them: somebody has sent our request twice.
_CERTAIN = frozenset({"023", "103", "105", "106", "329", "330"})


def asked_for(order: Order) -> str:
    """The status that a change asks for."""
    return "PUBLIEE" if order.act is Act.RESUME else "SUSPENDUE"


def said_of(called: Called, operation: str) -> Said | None:
    """The answer, read; None without one."""
    return read(called.answer.body, operation) if called.answer is not None else None


def no(called: Called, said: object, order: Order, *, writes: bool = True) -> Reply:
    """Every answer that isn't the one expected: a fault is read before its HTTP status is judged."""
    if isinstance(said, SoapFault) and (reply := _of_fault(called, said, order, writes=writes)):
        return reply
    trouble = called.trouble(writes=writes)
    if trouble is not None:
        return trouble
    code = str(called.status)
    if called.status == 404:
        return called.reply(V.BROKEN if writes else V.ABSENT, code=code, message="adresse inconnue")
    if called.status == 409:
        return called.reply(_by_act(order, V.CONFLICT, read=V.TRANSIENT), code=code)
    if 400 <= called.status < 500:
        return called.reply(_by_act(order, V.REFUSED), code=code, message="demande refusée")
    return called.unreadable(writes=writes)


def _by_act(order: Order, creating: Verdict, *, read: Verdict = V.BROKEN) -> Verdict:
    """A change refused for a reason that isn't the offer's would only be asked again: portal staff see it."""
    if order.act is Act.READ:
        return read
    return creating if order.act.creates else V.BROKEN


def _of_fault(called: Called, said: SoapFault, order: Order, *, writes: bool) -> Reply | None:
    """None: the fault says nothing certain."""
    code = said.code
    if code in ABSENT and not writes:
        return called.reply(V.ABSENT)
    if code == KEY_REFUSED:
        return called.reply(V.CREDENTIAL, code=code, message="clé refusée")
    if code == SAME and order.act in {Act.SUSPEND, Act.RESUME}:
        return called.reply(V.ACCEPTED, status=STATUSES[asked_for(order)], remote_status=asked_for(order))
    if code in {"103", "329", "330"} and order.act.creates:
        return refused(code, said.message, exchanges=(called.exchange,))
    if code in _CERTAIN or (code in ABSENT and not order.act.creates):
        return called.reply(V.BROKEN, code=code, message=said.message)
    if not code:
        return None
    return called.reply(V.DOUBTFUL if writes else V.TRANSIENT, code=code, message=said.message)


def unchanged(called: Called, said: Acknowledged, order: Order, *, read: Callable[[], Reply]) -> Reply:
    """A change that was refused: what may not come back is over, what can't leave is for portal staff."""
    code = said.fatal.code if said.fatal else ""
    if code == KEY_REFUSED or order.act is Act.RESUME:
        return fatal(called, said)
    if code == NOT_NOW:
        return _not_now(called, read())
    return called.reply(V.BROKEN, code=code or "?", message=said.fatal.message if said.fatal else "")


def _not_now(called: Called, seen: Reply) -> Reply:
    """It can't be taken offline in the state in which it is: that state says what is to be done."""
    both = (called.exchange, *seen.exchanges)
    if seen.verdict is V.REFUSED:
        # Sent back by its consultant: it isn't online, and nobody here will put it there.
        return Reply(verdict=V.ACCEPTED, status=S.CANCELLED, remote_status=seen.remote_status, exchanges=both)
    if seen.verdict is V.ACCEPTED and seen.status in {S.SUSPENDED, S.CLOSED}:
        return replace(seen, exchanges=both)
    # Its consultant hasn't decided yet: that isn't trouble of APEC’s.
    waits = "l’APEC relit encore l’annonce"
    return Reply(verdict=V.LATER, code=NOT_NOW, message=waits, retry_after=_HOUR, exchanges=both)


def without_identifier(order: Order) -> Reply:
    """Nothing leaves without one; what is there already can't be reached any more."""
    if order.act.creates:
        return refused("identifiant", "aucun identifiant APEC")
    return Reply(verdict=V.BROKEN, code="identifiant", message="identifiant APEC retiré")


def fatal(called: Called, said: Acknowledged) -> Reply:
    """The refusal of an acknowledgement."""
    remark = said.fatal
    code = remark.code if remark else ""
    if code == KEY_REFUSED:
        return called.reply(V.CREDENTIAL, code=code, message="clé refusée")
    return refused(code or "?", remark.message if remark else "", exchanges=(called.exchange,))


def refused(code: str, said: str, *, exchanges: tuple[Exchange, ...] = (), remote_status: str = "") -> Reply:
    """A refusal in our words when the code has some, else in APEC's."""
    known = APEC.refusals.get(code)
    return Reply(
        verdict=V.REFUSED,
        code=code,
        message=known.sentence if known else said,
        field=known.field if known else None,
        remote_status=remote_status,
        exchanges=exchanges,
    )
