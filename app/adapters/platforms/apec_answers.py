"""APEC: what each of its answers comes to."""

from app.adapters.platforms.apec_mapping import STATUSES
from app.adapters.platforms.apec_reading import Acknowledged, SoapFault
from app.adapters.platforms.calling import Called
from app.domain.diffusion.board import Act, Exchange, Order, Reply, Verdict
from app.domain.diffusion.platforms.apec import APEC

V = Verdict
KEY_REFUSED, TAKEN, SAME, NOT_NOW, CONSULTANT = "102", "390", "353", "352", "399"
ABSENT = frozenset({"391", "392"})
# Nothing was created: the message itself, the tracking id, the recruiter or the agreement was refused. A
# tracking id already used (108) isn't among them: somebody has sent our request twice.
_CERTAIN = frozenset({"023", "103", "105", "106", "329", "330"})


def asked_for(order: Order) -> str:
    """The status that a change asks for."""
    return "PUBLIEE" if order.act is Act.RESUME else "SUSPENDUE"


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
        return called.reply(V.CONFLICT if writes else V.TRANSIENT, code=code)
    if 400 <= called.status < 500:
        return called.reply(V.REFUSED if writes else V.BROKEN, code=code, message="demande refusée")
    return called.unreadable(writes=writes)


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
    if code in _CERTAIN:
        return called.reply(V.BROKEN, code=code, message=said.message)
    if not code:
        return None
    return called.reply(V.DOUBTFUL if writes else V.TRANSIENT, code=code, message=said.message)


def fatal(called: Called, said: Acknowledged) -> Reply:
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
