"""Sirene 3.11 (Insee), behind a key: the only register that tells unknown from non-diffusible."""

import logging
from datetime import datetime
from typing import Any

from app.adapters.circuit import Circuit
from app.adapters.directory_reading import (
    TRAINING_NAFS,
    activity,
    commune,
    french_postcode,
    headcount,
    open_state,
    siret_of,
    year,
)
from app.adapters.http import Answer, HttpClient, HttpFault
from app.adapters.payload import SchemaDrift, day, mapping, mappings, number, text
from app.core import clock
from app.core.identifiers import Siret
from app.domain.employers.directory import Address, DirectoryAnswer, LookUp, Outcome
from app.domain.employers.headcount import HEADCOUNT_LABELS
from app.domain.reference.naf import naf_label

SOURCE = "sirene"
_log = logging.getLogger(__name__)
_SETTLED = {403: Outcome.NON_DIFFUSIBLE, 404: Outcome.UNKNOWN}


class SireneClient:
    """One establishment at a time. `key` is shown nowhere."""

    def __init__(self, base_url: str, *, key: str, timeout: float = 4.0) -> None:
        self._client = HttpClient(
            base_url, timeout=timeout, secret_headers=lambda: {"X-INSEE-Api-Key-Integration": key}
        )
        self._circuit = Circuit()

    def __repr__(self) -> str:
        return f"SireneClient({self._client.base_url!r})"

    def look_up(self, siret: Siret, *, timeout: float) -> LookUp:
        """FOUND, CLOSED, NON_DIFFUSIBLE, UNKNOWN, or UNAVAILABLE on any trouble; `timeout` in seconds."""
        if not self._circuit.allows():
            return _ended(Outcome.UNAVAILABLE)
        try:
            answer = self._client.get(f"/siret/{siret}", timeout=timeout)
            look_up = self._read(answer, siret)
        except (HttpFault, SchemaDrift) as trouble:
            self._circuit.failed()
            _log.warning("sirene.unavailable reason=%s", trouble)
            return _ended(Outcome.UNAVAILABLE)
        if answer.status == 429 or answer.status >= 500:
            self._circuit.failed(retry_after=answer.retry_after)
        else:
            self._circuit.succeeded()
        return look_up

    def _read(self, answer: Answer, siret: Siret) -> LookUp:
        if answer.status == 200:
            place = mapping(answer.json(), "etablissement")
            if siret_of(place, "siret") != siret:
                raise SchemaDrift("siret")
            return _look_up(place, read_at=clock.now())
        if answer.status in _SETTLED:
            _check_form(answer)
            return _ended(_SETTLED[answer.status])
        _log.warning("sirene.unavailable reason=status_%d", answer.status)
        return _ended(Outcome.UNAVAILABLE)


def _check_form(answer: Answer) -> None:
    # A proxy or a changed address also says 404: only Sirene's own words prove anything.
    header = mapping(answer.json(), "header")
    if header.get("statut") != answer.status:
        raise SchemaDrift("header.statut")


def _ended(outcome: Outcome) -> LookUp:
    return LookUp(outcome, clock.now(), SOURCE)


def _look_up(place: dict[str, Any], *, read_at: datetime) -> LookUp:
    firm = mapping(place, "uniteLegale")
    periods = mappings(place, "periodesEtablissement")
    if not periods:
        raise SchemaDrift("periodesEtablissement")
    if text(place, "statutDiffusionEtablissement") in {"P", "N"}:
        return _ended(Outcome.NON_DIFFUSIBLE)
    company = _company(place, firm, periods[0], read_at=read_at)
    return LookUp(Outcome.FOUND if company.is_open else Outcome.CLOSED, read_at, SOURCE, company)


def _company(
    place: dict[str, Any], firm: dict[str, Any], period: dict[str, Any], *, read_at: datetime
) -> DirectoryAnswer:
    person = " ".join(
        part for part in (text(firm, "prenomUsuelUniteLegale"), text(firm, "nomUniteLegale")) if part
    )
    name = text(firm, "denominationUniteLegale", limit=160) or person[:160]
    if not name:
        raise SchemaDrift("denominationUniteLegale")
    naf = activity(text(period, "activitePrincipaleEtablissement"))
    code = headcount(text(place, "trancheEffectifsEtablissement"))
    is_open = open_state(period, "etatAdministratifEtablissement")
    return DirectoryAnswer(
        siret=siret_of(place, "siret"),
        name=name,
        address=_address(mapping(place, "adresseEtablissement")),
        is_open=is_open and firm.get("etatAdministratifUniteLegale") != "C",
        source=SOURCE,
        read_at=read_at,
        brand=text(period, "enseigne1Etablissement", limit=120),
        naf=naf,
        naf_label=naf_label(naf) if naf else None,
        headcount_code=code,
        headcount_label=HEADCOUNT_LABELS[code] if code else None,
        headcount_year=year(number(place, "anneeEffectifsEtablissement")),
        firm_headcount_code=headcount(text(firm, "trancheEffectifsUniteLegale")),
        closed_on=None if is_open else day(period, "dateDebut"),
        is_training_body=naf in TRAINING_NAFS,
        is_head_office=place.get("etablissementSiege") is True,
    )


def _address(source: dict[str, Any]) -> Address:
    parts = [
        text(source, f"{name}Etablissement")
        for name in ("numeroVoie", "indiceRepetition", "typeVoie", "libelleVoie")
    ]
    town = text(source, "libelleCommuneEtablissement", limit=80)
    return Address(
        line=" ".join(part for part in parts if part)[:200],
        postcode=french_postcode(text(source, "codePostalEtablissement")),
        city=town or text(source, "libelleCommuneEtrangerEtablissement", limit=80) or "",
        commune_code=commune(text(source, "codeCommuneEtablissement")),
        line2=text(source, "complementAdresseEtablissement", limit=200),
    )
