"""API Apprentissage (La bonne alternance): upsert by our reference, then reading of the state."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from app.adapters.http import HttpClient
from app.adapters.payload import mapping, text
from app.adapters.platforms.api_apprentissage_mapping import (
    OFFER_STATUSES,
    PUBLISHING,
    ending_of,
    offer_write,
    problems_of,
    slug,
)
from app.adapters.platforms.api_apprentissage_reading import (
    error_of,
    invalid,
    key_end,
    message_of,
    refusal,
    unknown,
)
from app.adapters.platforms.calling import Called, Caller, PayloadTooLarge
from app.core import clock
from app.core.french import date_fr
from app.domain.diffusion.advert import Advert
from app.domain.diffusion.board import Act, Listed, Order, Problem, Reply, Trial, Verdict
from app.domain.diffusion.lifecycle import DiffusionStatus

S = DiffusionStatus
_OFFER = "/job/v1/offer"
_PAGES = "/emploi/offres_emploi_partenaires"
_NOBODY = "0" * 24
# Not yet published, the offer is in a staging area: only another POST reaches it.
_STAGING = frozenset({S.QUEUED, S.SENDING, S.AWAITING_MODERATION, S.REFUSED, S.UNCERTAIN})
_NOT_ACTIVE = "must be active"


class ApiApprentissageBoard:
    """La bonne alternance. `page_url` gives our public page of an offer from its public identifier;
    `pages_url` is the site where people read what is published.
    """

    def __init__(
        self,
        base_url: str,
        *,
        token: str,
        page_url: Callable[[str], str],
        pages_url: str,
        timeout: float = 20.0,
    ) -> None:
        def secret_headers() -> Mapping[str, str]:
            return {"Authorization": f"Bearer {token}"}

        self._token = token
        client = HttpClient(base_url, timeout=timeout, secret_headers=secret_headers)
        self._caller = Caller(client, secrets=lambda: (token,))
        self._page_url = page_url
        self._pages_url = pages_url.rstrip("/")

    def __repr__(self) -> str:
        return f"ApiApprentissageBoard({self.host!r})"

    @property
    def host(self) -> str:
        """The host that is called."""
        return self._caller.host

    def problems(self, advert: Advert) -> tuple[Problem, ...]:
        """By its own validator, before anything leaves."""
        return problems_of(advert)

    def perform(self, order: Order) -> Reply:
        """One act; a PUT that finds the offer still in staging is followed by the POST that reaches it."""
        try:
            if order.act is Act.READ:
                return self._read(order)
            if order.act is Act.PUBLISH or order.remote_id is None or order.known in _STAGING:
                return self._post(order)
            return self._put(order)
        except PayloadTooLarge:
            said = "L’annonce est trop longue pour ce site."
            return Reply(verdict=Verdict.REFUSED, code="413", message=said, field="description")

    def inventory(self) -> Iterator[Listed]:
        """It can't list our offers: each is read by its own number."""
        return iter(())

    def test(self) -> Trial:
        """Reads an offer that doesn't exist: a good key answers 404."""
        called = self._caller.call("GET", f"{_OFFER}/{_NOBODY}/publishing-informations")
        if called.status == 404:
            end = key_end(self._token)
            until = f" Elle expire le {date_fr(end)}." if end else ""
            return Trial(True, f"La clé est acceptée.{until}")
        if called.status in {401, 403}:
            return Trial(False, f"La clé est refusée : {message_of(called) or called.status}.")
        return Trial(False, f"La bonne alternance ne répond pas ({called.status or 'aucune réponse'}).")

    def _post(self, order: Order) -> Reply:
        body = self._body(order, reference=order.reference)
        called = self._caller.call("POST", _OFFER, content=body)
        found = called.json() if called.status == 200 else None
        remote_id = text(found, "id", limit=100) if isinstance(found, dict) else None
        if remote_id:
            return self._taken(order, called, remote_id)
        return self._no(called, writes=True)

    def _put(self, order: Order) -> Reply:
        called = self._caller.call("PUT", f"{_OFFER}/{order.remote_id}", content=self._body(order))
        if called.status == 204:
            return self._taken(order, called, order.remote_id)
        if called.status == 404:
            return self._post(order)
        if called.status == 400 and _NOT_ACTIVE in message_of(called):
            # Already over there: reading it says how.
            return called.reply(Verdict.CONFLICT, code="400")
        if called.status == 403 and error_of(called) == "Forbidden":
            return called.reply(Verdict.BROKEN, code="403", message="offre d’un autre partenaire")
        return self._no(called, writes=True)

    def _body(self, order: Order, *, reference: str | None = None) -> dict[str, Any]:
        status = ending_of(order.advert) if order.act is Act.WITHDRAW else "Active"
        page = self._page_url(order.advert.public_id)
        return offer_write(order.advert, page_url=page, reference=reference, status=status)

    def _taken(self, order: Order, called: Called, remote_id: str | None) -> Reply:
        """Received: what is online stays as it was until the partner has examined it."""
        if order.act is Act.WITHDRAW:
            return called.reply(Verdict.ACCEPTED, remote_id=remote_id, detail="withdrawing")
        status, detail = (
            (S.PUBLISHED, "updating") if order.known is S.PUBLISHED else (S.SENDING, "processing")
        )
        return called.reply(Verdict.ACCEPTED, remote_id=remote_id, status=status, detail=detail)

    def _read(self, order: Order) -> Reply:
        if order.remote_id is None:
            return Reply(verdict=Verdict.ABSENT)
        called = self._caller.call("GET", f"{_OFFER}/{order.remote_id}/publishing-informations")
        if called.status == 404:
            return called.reply(Verdict.ABSENT)
        trouble = called.trouble(writes=False)
        if trouble is not None:
            return trouble
        publishing = mapping(called.json(), "publishing")
        said = text(publishing, "status", limit=40) or ""
        if said not in PUBLISHING:
            return unknown(called, said)
        if PUBLISHING[said] is S.REFUSED:
            return refusal(order, called, said, mapping(publishing, "error"))
        if PUBLISHING[said] is S.SENDING:
            status, detail = (
                (S.PUBLISHED, "updating") if order.known is S.PUBLISHED else (S.SENDING, "processing")
            )
            detail = "withdrawing" if order.withdrawing else detail
            return called.reply(Verdict.ACCEPTED, status=status, detail=detail, remote_status=said)
        return self._published(order, called, said)

    def _published(self, order: Order, informed: Called, said: str) -> Reply:
        """The update was taken; the offer itself says whether it is still there."""
        called = self._caller.call("GET", f"{_OFFER}/{order.remote_id}")
        both = (informed.exchange, called.exchange)
        if called.status == 404:
            return Reply(
                verdict=Verdict.ACCEPTED,
                status=S.SENDING,
                detail="processing",
                remote_status=said,
                exchanges=both,
            )
        trouble = called.trouble(writes=False)
        if trouble is not None:
            return trouble
        status = text(mapping(called.json(), "offer"), "status", limit=40) or ""
        if status not in OFFER_STATUSES:
            return unknown(called, status)
        found, detail, url = OFFER_STATUSES[status], "", None
        if found is S.PUBLISHED:
            url = f"{self._pages_url}{_PAGES}/{order.remote_id}/{slug(order.advert.title)}"
        if found is S.PUBLISHED and order.withdrawing:
            detail = "withdrawing"
        if found is S.CANCELLED and order.advert.last_day < clock.today():
            found = S.EXPIRED
        return Reply(
            verdict=Verdict.ACCEPTED,
            status=found,
            detail=detail,
            url=url,
            remote_status=f"{said} {status}",
            exchanges=both,
        )

    def _no(self, called: Called, *, writes: bool) -> Reply:
        """Every other answer."""
        trouble = called.trouble(writes=writes)
        if trouble is not None:
            return trouble
        if called.status in {400, 422}:
            return invalid(called)
        if called.status == 413:
            said = "L’annonce est trop longue pour ce site."
            return called.reply(Verdict.REFUSED, code="413", message=said, field="description")
        if called.status in {404, 409}:
            return called.reply(Verdict.CONFLICT, code=str(called.status))
        if 400 <= called.status < 500:
            return called.reply(Verdict.BROKEN, code=str(called.status), message=message_of(called))
        return called.unreadable(writes=writes)
