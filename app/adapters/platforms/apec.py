"""APEC by ADEP V5: one creation, never repeated; what is in doubt is read; the content can't change."""

import secrets
from collections.abc import Callable, Iterator

from sqlalchemy.exc import DBAPIError

from app.adapters.http import HttpClient
from app.adapters.platforms.apec_answers import (
    ABSENT,
    CONSULTANT,
    KEY_REFUSED,
    SAME,
    TAKEN,
    asked_for,
    fatal,
    no,
    refused,
    said_of,
    unchanged,
    without_identifier,
)
from app.adapters.platforms.apec_checks import problems_of, problems_with
from app.adapters.platforms.apec_envelope import (
    SEP,
    Credentials,
    new_status,
    open_position,
    position_status,
)
from app.adapters.platforms.apec_key import KeyParameters, key_of
from app.adapters.platforms.apec_mapping import STATUSES, position_of
from app.adapters.platforms.apec_reading import Acknowledged, Positions, SoapFault
from app.adapters.platforms.calling import Called, Caller, PayloadTooLarge
from app.core import clock
from app.domain.diffusion.advert import Advert
from app.domain.diffusion.apec.source import ApecFacts
from app.domain.diffusion.board import Act, Listed, Order, Problem, Reply, Trial, Verdict
from app.domain.diffusion.lifecycle import DiffusionStatus

S, V = DiffusionStatus, Verdict
_LONGEST_REFERENCE = 20
_PATH = "/v5/positions"
_NOBODY = "0"
FactsOf = Callable[[Advert], ApecFacts | None]


class ApecBoard:
    """APEC. `facts_of` gives what goes with an offer (see `ApecFacts`), None without identifier; `page_url`
    our page of an offer; `apply_email` the address for an offer's applications, by reference.
    """

    def __init__(
        self,
        base_url: str,
        *,
        integrator: str,
        parameters: KeyParameters,
        facts_of: FactsOf,
        page_url: Callable[[str], str],
        apply_email: Callable[[str], str],
        timeout: float = 30.0,
    ) -> None:
        self._integrator = integrator
        self._parameters = parameters
        self._facts_of = facts_of
        self._page_url = page_url
        self._apply_email = apply_email
        # Addresses, names and numbers of a recruiter are masked by their elements.
        client = HttpClient(base_url, timeout=timeout)
        self._caller = Caller(client, secrets=lambda: (key_of(parameters), parameters.password))

    def __repr__(self) -> str:
        return f"ApecBoard({self.host!r})"

    @property
    def host(self) -> str:
        """The host that is called."""
        return self._caller.host

    def problems(self, advert: Advert) -> tuple[Problem, ...]:
        """By its own validator, before anything leaves."""
        return problems_of(advert)

    def perform(self, order: Order) -> Reply:
        """One act. A creation is followed by one reading of the state, which never undoes it."""
        try:
            facts = self._facts_of(order.advert)
        except DBAPIError as error:
            # Nothing has left yet: it isn't a doubt.
            return Reply(verdict=V.TRANSIENT, code="base", message=type(error).__name__)
        if facts is None:
            return without_identifier(order)
        who = self._who(facts.recruiter)
        try:
            if order.act is Act.READ:
                return self._read(order, who)
            if order.act is Act.PUBLISH:
                return self._open(order, who, facts)
            return self._change(order, who)
        except PayloadTooLarge:
            return refused("331", "annonce trop longue")

    def inventory(self) -> Iterator[Listed]:
        """Not asked: it is one recruiter's at a time, and each offer is read every day."""
        return iter(())

    def test(self) -> Trial:
        """The key alone: an unknown recruiter is refused after it."""
        trial, code = self._tried(_NOBODY)
        return Trial(True, "La clé est acceptée.") if code == "103" else trial

    def check(self, recruiter: str) -> Trial:
        """Does APEC know this recruiter? A reading of an offer that doesn't exist."""
        return self._tried(recruiter)[0]

    def _tried(self, recruiter: str) -> tuple[Trial, str]:
        who = self._who(recruiter)
        body = position_status(who, tracking=_tracking(), reference=f"essai-{secrets.token_hex(4)}")
        called = self._call("getPositionStatus", body)
        said = said_of(called, "getPositionStatus")
        code = said.code if isinstance(said, SoapFault) else ""
        if code in ABSENT or isinstance(said, Positions):
            return Trial(True, "L’APEC reconnaît cet identifiant."), code
        if code == "103":
            return Trial(False, "L’APEC ne reconnaît pas cet identifiant."), code
        if code == KEY_REFUSED or called.status in {401, 403}:
            return Trial(False, "L’APEC refuse la clé du portail.", untestable=recruiter != _NOBODY), code
        return Trial(False, "L’APEC ne répond pas.", untestable=recruiter != _NOBODY), code

    def _who(self, recruiter: str) -> Credentials:
        return Credentials(self._integrator, recruiter, key_of(self._parameters))

    def _call(self, operation: str, body: bytes) -> Called:
        headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "Accept": "text/xml",
            "SOAPAction": f"{SEP}/{operation}",
        }
        return self._caller.call("POST", _PATH, body=body, headers=headers)

    def _open(self, order: Order, who: Credentials, facts: ApecFacts) -> Reply:
        problem = next((one for one in problems_with(order.advert, facts) if one.blocking), None)
        if problem is not None:
            return refused(problem.code, problem.message)
        if len(order.reference) > _LONGEST_REFERENCE:
            return Reply(verdict=V.BROKEN, code="309", message="référence de plus de 20 caractères")
        position = position_of(
            order.advert,
            facts,
            reference=order.reference,
            apply_email=self._apply_email(order.reference),
            apply_url=self._page_url(order.advert.public_id),
        )
        tracking = _tracking()
        called = self._call("openPosition", open_position(who, tracking=tracking, position=position))
        said = said_of(called, "openPosition")
        if isinstance(said, Acknowledged) and said.tracking in {None, tracking}:
            return self._opened(order, who, called, said)
        return no(called, said, order)

    def _opened(self, order: Order, who: Credentials, called: Called, said: Acknowledged) -> Reply:
        """One fatal remark refuses all; a success without number is a doubt, which a reading settles."""
        if said.fatal is not None:
            code = said.fatal.code
            if code == TAKEN:
                return self._taken_before(order, who, called)
            if code == CONSULTANT:
                return called.reply(V.DOUBTFUL, code=code, message=said.fatal.message)
            return fatal(called, said)
        if said.number is None:
            return called.reply(V.DOUBTFUL, code="?", message="accusé sans numéro")
        remark = "; ".join(f"{one.code} {one.message}".strip() for one in said.remarks)
        seen = self._read(order, who)
        both = (called.exchange, *seen.exchanges)
        if seen.verdict is V.ACCEPTED:
            return Reply(
                verdict=V.ACCEPTED, status=seen.status, remote_id=said.number, url=seen.url,
                remote_status=seen.remote_status, message=remark, exchanges=both,
            )  # fmt: skip
        waits = any(one.code == CONSULTANT for one in said.remarks)
        return Reply(
            verdict=V.ACCEPTED,
            status=S.AWAITING_MODERATION if waits else S.SENDING,
            detail="" if waits else "processing",
            remote_id=said.number,
            message=remark,
            exchanges=both,
        )

    def _taken_before(self, order: Order, who: Credentials, called: Called) -> Reply:
        """Already used: ours, if the reading finds it; else another's that we can't see."""
        seen = self._read(order, who)
        both = (called.exchange, *seen.exchanges)
        if seen.verdict is V.ABSENT:
            return refused(TAKEN, "référence déjà utilisée", exchanges=both)
        if seen.verdict is V.TRANSIENT:
            return Reply(verdict=V.DOUBTFUL, code=TAKEN, message=seen.message, exchanges=both)
        return Reply(
            verdict=seen.verdict, status=seen.status, remote_id=seen.remote_id, url=seen.url, code=seen.code,
            message=seen.message, field=seen.field, remote_status=seen.remote_status, exchanges=both,
        )  # fmt: skip

    def _read(self, order: Order, who: Credentials) -> Reply:
        tracking = _tracking()
        body = position_status(who, tracking=tracking, reference=order.reference)
        called = self._call("getPositionStatus", body)
        said = said_of(called, "getPositionStatus")
        if not isinstance(said, Positions) or said.tracking not in {None, tracking}:
            return no(called, said, order, writes=False)
        known = next((one for one in said.found if one.reference == order.reference), None)
        if known is None:
            return called.reply(V.ABSENT)
        status = STATUSES.get(known.status)
        if status is None:
            return called.reply(
                V.TRANSIENT, code="statut_inconnu", message=f"statut inconnu : {known.status}"
            )
        if status is S.REFUSED:
            return refused(
                known.status, "renvoyée par l’APEC", exchanges=(called.exchange,), remote_status=known.status
            )
        return called.reply(
            V.ACCEPTED,
            status=status,
            remote_id=known.number or None,
            url=known.url if status is S.PUBLISHED else None,
            remote_status=known.status,
        )

    def _change(self, order: Order, who: Credentials) -> Reply:
        """Off or on again. May be asked twice: « already so » is a success."""
        wanted = asked_for(order)
        tracking = _tracking()
        body = new_status(who, tracking=tracking, reference=order.reference, status=wanted)
        called = self._call("updatePositionStatus", body)
        said = said_of(called, "updatePositionStatus")
        if not isinstance(said, Acknowledged) or said.tracking not in {None, tracking}:
            return no(called, said, order)
        code = said.fatal.code if said.fatal else ""
        if not said.fatal or code == SAME:
            return called.reply(V.ACCEPTED, status=STATUSES[wanted], remote_status=wanted)
        return unchanged(called, said, order, read=lambda: self._read(order, who))


def _tracking() -> str:
    """Different for every request: seconds since 1970 and chance, in signs that APEC accepts."""
    return f"{int(clock.now().timestamp())}-{secrets.token_hex(8)}"
