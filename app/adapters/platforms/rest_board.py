"""A board declared in the file of sites: POST, PUT, DELETE and GET of jobs, whatever its credentials."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from app.adapters.http import HttpClient
from app.adapters.payload import clean, text
from app.adapters.platforms.calling import Called, Caller, PayloadTooLarge
from app.adapters.platforms.credentials import Credential
from app.adapters.platforms.rest_mapping import STATUSES, count_in, facts_of, size_of
from app.adapters.platforms.tokens import TokenRefused, TokenUnavailable
from app.core.french import number_fr
from app.domain.diffusion.advert import FIELD_LABELS, Advert
from app.domain.diffusion.board import Act, Listed, Order, Problem, Reply, Trial, Verdict
from app.domain.diffusion.declared import DeclaredSite
from app.domain.diffusion.lifecycle import DiffusionStatus
from app.domain.diffusion.platform import Ability

S, V = DiffusionStatus, Verdict
_NOBODY = "essai-de-connexion"


class RestBoard:
    """One declared board. `page_url` gives our public page of an offer from its public identifier."""

    def __init__(self, site: DeclaredSite, credential: Credential, *, page_url: Callable[[str], str]) -> None:
        timeout = site.platform.timeout.total_seconds()
        self._site = site
        self._credential = credential
        self._page_url = page_url
        self._caller = Caller(HttpClient(site.url, timeout=timeout), secrets=credential.secrets)
        self._statuses = {**STATUSES, **site.statuses}
        self._ours = {theirs: ours for ours, theirs in site.fields.items()}

    def __repr__(self) -> str:
        return f"RestBoard({self._site.platform.key!r}, {self.host!r})"

    @property
    def host(self) -> str:
        """The host that is called."""
        return self._caller.host

    def problems(self, advert: Advert) -> tuple[Problem, ...]:
        """By the limits of the declaration, in signs for texts and in units for numbers."""
        found = (
            (name, size_of(getattr(advert, name, None)), *most) for name, most in self._site.limits.items()
        )
        return tuple(
            Problem(name, f"« {FIELD_LABELS[name]} » : de {number_fr(low)} à {number_fr(high)} chez ce site.")
            for name, size, low, high in found
            if size is not None and not low <= size <= high
        )

    def perform(self, order: Order) -> Reply:
        """One act, one request; with an ended token, one more."""
        try:
            if order.act is Act.READ:
                return self._read(order)
            if order.act is Act.PUBLISH:
                return self._write("POST", self._site.path, self._body(order))
            number = order.remote_id
            if number is None:
                # In doubt since its creation: its number is asked for by our reference.
                found = self._read(order)
                if found.remote_id is None:
                    return found
                number = found.remote_id
            address = self._address(number)
            if order.act is Act.WITHDRAW:
                return self._remove(address)
            return self._write("PUT", address, self._body(order), remote_id=number)
        except PayloadTooLarge:
            said = "L’annonce est trop longue pour ce site."
            return Reply(verdict=V.REFUSED, code="413", message=said, field="description")
        except TokenRefused as refused:
            return Reply(verdict=V.CREDENTIAL, code=str(refused), message="identifiants refusés")
        except TokenUnavailable:
            return Reply(verdict=V.TRANSIENT, code="jeton", message="le site ne donne pas de jeton")

    def inventory(self) -> Iterator[Listed]:
        """It isn't asked for its list."""
        return iter(())

    def test(self) -> Trial:
        """Reads a job that doesn't exist: a good key answers 404."""
        if not self._site.platform.may(Ability.READ):
            return Trial(
                False, "Ce site n’a rien à lire : la connexion ne peut pas être essayée.", untestable=True
            )
        try:
            called = self._call("GET", f"{self._site.path}/{_NOBODY}")
        except TokenRefused:
            return Trial(False, "Les identifiants sont refusés.")
        except TokenUnavailable:
            return Trial(False, "Le site ne donne pas de jeton.")
        if called.status in {200, 404}:
            return Trial(True, "La connexion est acceptée.")
        if called.status in {401, 403}:
            return Trial(False, "Les identifiants sont refusés.")
        return Trial(False, f"Le site ne répond pas ({called.status or 'aucune réponse'}).")

    def _call(
        self, method: str, path: str, content: Any = None, params: Mapping[str, str] | None = None
    ) -> Called:
        headers = self._credential.headers()
        called = self._once(method, path, content, headers, params)
        # 401 says that nothing was done: asking again with another token can't do it twice.
        if called.status == 401 and self._credential.refused(headers):
            called = self._once(method, path, content, self._credential.headers(), params)
        return called

    def _once(
        self,
        method: str,
        path: str,
        content: Any,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None,
    ) -> Called:
        asked = {**self._credential.params(), **(params or {})}
        return self._caller.call(method, path, content=content, headers=headers, params=asked or None)

    def _write(
        self, method: str, path: str, body: Mapping[str, Any], *, remote_id: str | None = None
    ) -> Reply:
        called = self._call(method, path, body)
        found = called.json()
        content = found if isinstance(found, dict) else {}
        given = remote_id if called.status == 204 else text(content, "id", limit=100)
        if called.status in ({201} if remote_id is None else {200, 204}) and given is not None:
            said = text(content, "status", limit=40) or ""
            status = self._statuses.get(said, S.SENDING)
            url = text(content, "url", limit=500)
            return called.reply(V.ACCEPTED, remote_id=given, status=status, url=url, remote_status=said)
        return self._no(called, creating=remote_id is None)

    def _remove(self, path: str) -> Reply:
        called = self._call("DELETE", path)
        if called.status in {202, 204} or (called.status == 200 and isinstance(called.json(), dict)):
            status = None if self._site.platform.may(Ability.READ) else S.CANCELLED
            return called.reply(V.ACCEPTED, status=status, detail="withdrawing" if status is None else "")
        return self._no(called, creating=False)

    def _no(self, called: Called, *, creating: bool) -> Reply:
        """Every other answer to an act. 409 is « already there » of a creation alone."""
        trouble = called.trouble(writes=True)
        if trouble is not None:
            return trouble
        if called.status in {404, 410} or (called.status == 409 and creating):
            return called.reply(V.CONFLICT, code=str(called.status))
        if called.status == 413:
            said = "L’annonce est trop longue pour ce site."
            return called.reply(V.REFUSED, code="413", message=said, field="description")
        if called.status in {400, 422}:
            return self._refused(called)
        if 400 <= called.status < 500:
            return called.reply(V.BROKEN, code=str(called.status))
        return called.unreadable(writes=True)

    def _refused(self, called: Called) -> Reply:
        found = called.json()
        content = found if isinstance(found, dict) else {}
        said = clean(text(content, "message", limit=300) or "", limit=300)
        theirs = text(content, "field", limit=60) or ""
        field = self._ours.get(theirs, theirs)
        known = field if field in FIELD_LABELS else None
        where = f"le champ « {FIELD_LABELS[known]} »" if known else "l’annonce"
        message = f"{self._site.platform.name} n’accepte pas {where}{f' ({said})' if said else ''}."
        code = text(content, "code", limit=60) or str(called.status)
        return called.reply(V.REFUSED, code=code, message=message, field=known)

    def _read(self, order: Order) -> Reply:
        """By its number there, else by our reference."""
        if order.remote_id is not None:
            called = self._call("GET", self._address(order.remote_id))
        else:
            called = self._call("GET", self._site.path, params={"reference": order.reference})
        if called.status in {404, 410}:
            return called.reply(V.ABSENT)
        trouble = called.trouble(writes=False)
        if trouble is not None:
            return trouble
        if called.status != 200:
            return called.unreadable(writes=False)
        found = called.json()
        content = found if isinstance(found, dict) else {}
        said = text(content, "status", limit=40) or ""
        if not said:
            return called.unreadable(writes=False)
        if said not in self._statuses:
            message = f"statut inconnu : {said}"
            return called.reply(V.TRANSIENT, code="statut_inconnu", message=message)
        if self._statuses[said] is S.REFUSED:
            return self._refused(called)
        status = self._statuses[said]
        return called.reply(
            V.ACCEPTED,
            status=status,
            remote_id=text(content, "id", limit=100),
            url=text(content, "url", limit=500),
            remote_status=said,
            detail="withdrawing" if order.withdrawing and status is S.PUBLISHED else "",
            views=count_in(content, "views"),
            applications=count_in(content, "applications"),
        )

    def _address(self, number: str) -> str:
        """Of one job; its number is whatever the board has given."""
        return f"{self._site.path}/{quote(number, safe='')}"

    def _body(self, order: Order) -> dict[str, Any]:
        """Our facts, under the names of the declaration; what isn't known isn't said."""
        facts = facts_of(order.advert, reference=order.reference, url=self._page_url(order.advert.public_id))
        if order.act in {Act.SUSPEND, Act.RESUME}:
            facts["status"] = "suspended" if order.act is Act.SUSPEND else "online"
        return {self._site.fields.get(name, name): value for name, value in facts.items()}
