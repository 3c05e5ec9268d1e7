"""France Travail: the nightly file (multipart upload, fixed acknowledgement), and the search."""

import csv
import secrets as random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.adapters.http import Answer, HttpClient, HttpFault
from app.adapters.payload import mapping, mappings, text
from app.adapters.platforms.france_travail_columns import columns, faults, headings, written
from app.adapters.platforms.france_travail_mapping import nature_of, values_of
from app.adapters.platforms.redaction import masked
from app.adapters.platforms.tokens import TokenRefused, Tokens, TokenUnavailable
from app.core.identifiers import RomeCode
from app.domain.diffusion.advert import Advert
from app.domain.diffusion.board import Listed, Order, Problem, Reply, Trial, Verdict
from app.domain.diffusion.files import Delivered, Receipt, SearchUnavailable, Sheet

# The whole body of a success, to the sign. Anything else is a failure, and its text the reason.
ACKNOWLEDGEMENT = b"Votre fichier a bien ete envoye\n"
SCOPES = "api_offresdemploiv2 o2dsoffre"
_SEARCH = "/offres/search"
_PAGE, _LAST = 150, 3149
# Seconds: ten questions a second at most; one whose pages are slow leaves the last ones to the others.
_PACE, _LONGEST_SEARCH = 0.1, 60.0
_CHUNK, _ANSWER = 1 << 16, 500
_MOVE = next(rank for rank, column in enumerate(columns()) if column.name == "Type_mouvement")


@dataclass(frozen=True, slots=True, repr=False)
class Account:
    """What France Travail has given: access to the deposit, name of the flow, who we are there."""

    login: str
    password: str
    flow: str
    partner_key: str
    partner_name: str


class FranceTravailFile:
    """The port FileBoard. `deposit_url` is the whole address; without `tokens` nothing can be searched."""

    def __init__(
        self,
        deposit_url: str,
        account: Account,
        *,
        page_url: Callable[[str], str],
        search_url: str = "",
        tokens: Tokens | None = None,
        timeout: float = 600.0,
    ) -> None:
        self._client = HttpClient(deposit_url, timeout=timeout)
        self._account = account
        self._page_url = page_url
        self._tokens = tokens
        self._search = HttpClient(search_url, timeout=20.0) if tokens is not None else None

    def __repr__(self) -> str:
        return f"FranceTravailFile({self.host!r})"

    @property
    def host(self) -> str:
        """The host that is called."""
        return self._client.host

    @property
    def can_search(self) -> bool:
        """Are the credentials of the search set?"""
        return self._tokens is not None

    # The lines.

    def headings(self) -> str:
        """The header row."""
        return headings()

    def inspected(self, sheet: Sheet) -> tuple[str, tuple[Problem, ...]]:
        """The row, and what would be refused of it."""
        values = values_of(
            sheet,
            page_url=self._page_url,
            partner_key=self._account.partner_key,
            partner_name=self._account.partner_name,
        )
        found = faults(values)
        if sheet.ogr is None:
            found = (*found, Problem("", "métier sans numéro", code="metier"))
        return written(values), found

    def problems(self, advert: Advert) -> tuple[Problem, ...]:
        """The same, of an offer whose line isn't written yet: its job is taken as known."""
        day = advert.published_at.date()
        sheet = Sheet(
            advert=advert,
            reference=self.reference_for(advert, 1),
            ogr=0,
            job_label=advert.job_name,
            naf_label=None,
            created_on=day,
            changed_on=day,
        )
        return self.inspected(sheet)[1]

    def reference_in(self, line: str) -> str | None:
        """The first column, unless the row asks for a removal."""
        cells = next(csv.reader([line], delimiter="|"))
        return cells[0] if cells[_MOVE] == "C" else None

    def reference_for(self, advert: Advert, rank: int) -> str:
        """« E2-DA-7K3M9P », then « E2-DA-7K3M9P-2 »: it begins with the nature of the contract."""
        return f"{nature_of(advert)}-{advert.offer}{f'-{rank}' if rank > 1 else ''}"

    # The file.

    def deliver(self, archive: Path) -> Delivered:
        """One upload, read from the disk as it goes: memory doesn't grow with the file."""
        boundary = random.token_hex(16)
        head, tail = self._around(boundary, archive.name)
        size = len(head) + archive.stat().st_size + len(tail)
        headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Content-Length": str(size),
            "Accept": "text/plain",
        }
        try:
            answer = self._client.send("POST", "", body=_body(head, archive, tail), headers=headers)
        except HttpFault as fault:
            receipt = Receipt.UNCERTAIN if fault.may_have_arrived else Receipt.UNAVAILABLE
            return Delivered(receipt, f"pas de réponse ({fault})", self.host)
        return self._read(answer)

    def _around(self, boundary: str, name: str) -> tuple[bytes, bytes]:
        """What is before and after the file: the parts, in the order that the partner wants."""
        account = self._account
        fields = (("login", account.login), ("password", account.password), ("nomFlux", account.flow))
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
            for field, value in fields
        ]
        parts.append(
            f'--{boundary}\r\nContent-Disposition: form-data; name="fichierAenvoyer"; filename="{name}"\r\n'
            "Content-Type: application/zip\r\n\r\n"
        )
        last = f'Content-Disposition: form-data; name="periodeRef"\r\n\r\n\r\n--{boundary}--\r\n'
        return "".join(parts).encode(), f"\r\n--{boundary}\r\n{last}".encode()

    def _read(self, answer: Answer) -> Delivered:
        hidden = (self._account.login, self._account.password)
        said = masked(answer.body, secrets=hidden)[:_ANSWER].strip() or f"réponse vide ({answer.status})"
        if answer.status // 100 == 2 and answer.body == ACKNOWLEDGEMENT:
            return Delivered(Receipt.ACKNOWLEDGED, said, self.host)
        if answer.status in {401, 403}:
            return Delivered(Receipt.CREDENTIAL, said, self.host)
        if answer.status in {408, 419, 425, 429}:
            return Delivered(Receipt.UNAVAILABLE, said, self.host)
        if answer.status >= 500 or answer.status // 100 == 3:
            return Delivered(Receipt.UNCERTAIN, said, self.host)
        return Delivered(Receipt.REFUSED, said, self.host)

    # The search.

    def seen(self, rome_code: RomeCode, commune_code: str, pages: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Reads the result page by page until every one of ours is found or nothing is left."""
        # What says by which link people came may be lost there; the page stays the same.
        wanted = {_bare(self._page_url(public_id)): public_id for public_id in pages}
        asked = {"codeROME": str(rome_code), "commune": commune_code, "natureContrat": "E2,FS", "sort": "1"}
        begun = time.monotonic()
        for start in range(0, _LAST, _PAGE):
            if not wanted or time.monotonic() - begun > _LONGEST_SEARCH:
                return
            answer = self._ask({**asked, "range": f"{start}-{min(start + _PAGE - 1, _LAST)}"})
            if answer.status == 204:
                return
            content = _content(answer)
            for offer in mappings(content, "resultats"):
                origin = mapping(offer, "origineOffre")
                for partner in mappings(origin, "partenaires"):
                    public_id = wanted.pop(_bare(str(partner.get("url", ""))), None)
                    if public_id is not None:
                        yield public_id, text(origin, "urlOrigine", limit=300) or ""
            if answer.status == 200:
                return

    def _ask(self, params: Mapping[str, str]) -> Answer:
        if self._tokens is None or self._search is None:
            raise SearchUnavailable("sans identifiants")
        try:
            for _ in range(2):
                time.sleep(_PACE)
                token = self._tokens.current()
                headers = {"Authorization": f"Bearer {token}"}
                answer = self._search.get(_SEARCH, params=params, headers=headers)
                if answer.status != 401:
                    break
                # It may end in the middle of a night: another is asked for, once.
                self._tokens.forget(token)
        except (HttpFault, TokenRefused, TokenUnavailable) as trouble:
            raise SearchUnavailable(f"{type(trouble).__name__} {trouble}") from None
        if answer.status not in {200, 204, 206}:
            raise SearchUnavailable(f"statut {answer.status}")
        return answer

    # What the port wants of every platform.

    def perform(self, order: Order) -> Reply:
        """Nothing is sent one by one."""
        return Reply(verdict=Verdict.BROKEN, message="France Travail ne reçoit que le fichier de la nuit.")

    def inventory(self) -> Iterator[Listed]:
        """It can't list our offers."""
        return iter(())

    def test(self) -> Trial:
        """The deposit has nothing to read; the credentials of the search are tried when they are set."""
        if self._tokens is None:
            said = "Le dépôt de France Travail ne peut pas être essayé sans y laisser un fichier."
            return Trial(False, said, untestable=True)
        try:
            self._tokens.current()
        except TokenRefused:
            return Trial(False, "France Travail refuse les identifiants de la recherche.")
        except TokenUnavailable:
            return Trial(False, "France Travail ne répond pas.")
        return Trial(True, "Recherche : accès accepté. Le dépôt lui-même ne s’essaie pas.")


def _body(head: bytes, archive: Path, tail: bytes) -> Iterator[bytes]:
    yield head
    with archive.open("rb") as file:
        while piece := file.read(_CHUNK):
            yield piece
    yield tail


def _content(answer: Answer) -> dict[str, object]:
    try:
        content = answer.json()
    except HttpFault:
        raise SearchUnavailable("réponse illisible") from None
    if not isinstance(content, dict):
        raise SearchUnavailable("réponse illisible")
    return content


def _bare(address: str) -> str:
    return address.partition("?")[0]
