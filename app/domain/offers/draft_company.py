"""What a register said of a draft's company, kept in the draft as JSON."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any

from app.core import clock
from app.core.geo import Point
from app.core.identifiers import Siret
from app.domain.employers.directory import Address, DirectoryAnswer, LookUp, Outcome
from app.domain.employers.models import Establishment, Verification

OUTCOME_OF = {
    Verification.VERIFIED: Outcome.FOUND,
    Verification.CLOSED: Outcome.CLOSED,
    Verification.NOT_LISTED: Outcome.NOT_LISTED,
    Verification.NON_DIFFUSIBLE: Outcome.NON_DIFFUSIBLE,
    Verification.UNKNOWN: Outcome.UNKNOWN,
    Verification.TO_VERIFY: Outcome.UNAVAILABLE,
    Verification.REJECTED: Outcome.UNAVAILABLE,
}
_KNOWN = frozenset(field.name for field in fields(DirectoryAnswer))


def pack(look_up: LookUp) -> dict[str, Any]:
    """A look-up as JSON."""
    return {
        "outcome": look_up.outcome.value,
        "read_at": look_up.read_at.isoformat(),
        "source": look_up.source,
        "company": _pack_answer(look_up.company) if look_up.company else None,
    }


def _pack_answer(answer: DirectoryAnswer) -> dict[str, Any]:
    return {
        **asdict(answer),
        "siret": str(answer.siret),
        "read_at": answer.read_at.isoformat(),
        "closed_on": answer.closed_on.isoformat() if answer.closed_on else None,
        "idcc": list(answer.idcc),
        "successors": [str(siret) for siret in answer.successors],
    }


def unpack(data: Mapping[str, Any]) -> LookUp:
    """The look-up of a draft; raises KeyError or ValueError on anything that `pack` didn't make."""
    company = data["company"]
    return LookUp(
        outcome=Outcome(data["outcome"]),
        read_at=datetime.fromisoformat(data["read_at"]),
        source=data["source"],
        company=_unpack_answer(company) if company else None,
    )


def _unpack_answer(data: Mapping[str, Any]) -> DirectoryAnswer:
    point, closed_on = data.get("point"), data.get("closed_on")
    # A field that a later version takes away may still be in a draft of last week.
    known = {name: value for name, value in data.items() if name in _KNOWN}
    return DirectoryAnswer(
        **{
            **known,
            "siret": Siret(data["siret"]),
            "address": Address(**data["address"]),
            "read_at": datetime.fromisoformat(data["read_at"]),
            "point": Point(**point) if point else None,
            "closed_on": date.fromisoformat(closed_on) if closed_on else None,
            "idcc": tuple(data.get("idcc") or ()),
            "successors": tuple(Siret(siret) for siret in data.get("successors") or ()),
        }
    )


def known_look_up(establishment: Establishment) -> LookUp:
    """What we already hold of an establishment, in the form of a look-up."""
    read_at = establishment.verified_at or clock.now()
    outcome, source = OUTCOME_OF[establishment.verification], establishment.verification_source
    if establishment.verification is not Verification.VERIFIED:
        return LookUp(outcome, read_at, source)
    company = DirectoryAnswer(
        siret=establishment.siret,
        name=establishment.name,
        brand=establishment.brand,
        address=Address(
            line=establishment.address_line,
            postcode=establishment.postcode,
            city=establishment.city,
            commune_code=establishment.commune_code,
            line2=establishment.address_more,
        ),
        point=establishment.point,
        is_open=True,
        source=source,
        read_at=read_at,
        naf=establishment.naf,
        naf_label=establishment.naf_label,
        headcount_code=establishment.headcount_code,
        firm_headcount_code=establishment.employer.headcount_code,
        idcc=tuple(establishment.employer.idcc or ()),
        is_training_body=establishment.is_training_body,
    )
    return LookUp(outcome, read_at, source, company)
