"""From the answers of a draft to what pages show and what is deposited."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from app.core.geo import Point
from app.core.identifiers import Siret
from app.domain.employers.directory import LookUp, Outcome
from app.domain.employers.headcount import HEADCOUNT_LABELS
from app.domain.employers.services import TypedCompany
from app.domain.offers.deposit import Need, Workplace
from app.domain.offers.draft_company import unpack
from app.domain.offers.models import UNNAMED, Draft, Remote
from app.domain.offers.training import OfferTraining
from app.domain.reference.adverts import Advert, write_advert
from app.domain.reference.jobs import JobHit, job_by_key
from app.domain.reference.official import official_sheet

ADVERT_FIELDS = ("title", "description", "tasks", "skills")


@dataclass(frozen=True, slots=True)
class DraftCompany:
    """The company card. `name` is empty until it is typed, when no register gives it."""

    siret: Siret
    look_up: LookUp
    name: str
    registered_brand: str | None
    brand: str | None
    workplace: Workplace | None
    naf: str | None = None
    activity: str | None = None
    headcount: str | None = None
    idcc: tuple[int, ...] = ()

    @property
    def is_listed(self) -> bool:
        """Does a register give its identity?"""
        return self.look_up.company is not None

    @property
    def is_complete(self) -> bool:
        """Are its name and its address known?"""
        return bool(self.name) and self.workplace is not None

    @property
    def shown_name(self) -> str:
        """The name that readers of the offer will see; a typed identity isn't published."""
        return self.brand or (self.registered_brand or self.name if self.is_listed else UNNAMED)


def company_of(draft: Draft) -> DraftCompany:
    """The company of a draft: what the register said, what was typed, what was changed."""
    answers = draft.answers
    look_up = unpack(_mapping(answers["look_up"]))
    company, typed = look_up.company, _mapping(answers.get("typed"))
    registered_brand = company.brand if company else None
    brand = answers.get("brand")
    name = company.name if company else str(typed.get("name", ""))
    shown = registered_brand if brand is None else str(brand)
    return DraftCompany(
        siret=Siret(str(answers["siret"])),
        look_up=look_up,
        name=name,
        registered_brand=registered_brand,
        # Erasing a registered brand asks for the name itself.
        brand=shown or (name if company and registered_brand else None),
        workplace=_workplace(answers, look_up),
        naf=company.naf if company else None,
        activity=company.naf_label if company else None,
        headcount=HEADCOUNT_LABELS.get(company.headcount_code or "") if company else None,
        idcc=company.idcc if company else (),
    )


def _workplace(answers: dict[str, Any], look_up: LookUp) -> Workplace | None:
    chosen = _mapping(answers.get("place")) or _mapping(answers.get("typed"))
    if chosen.get("postcode"):
        return _place(chosen)
    address = look_up.company.address if look_up.company else None
    if address is None or not address.postcode:
        return None
    point = look_up.company.point if look_up.company else None
    # No register promises a length; an offer's columns have one.
    line, postcode, city = address.line[:200], address.postcode[:5], address.city[:80]
    return Workplace(line, postcode, city, address.commune_code, point)


def _place(data: dict[str, Any]) -> Workplace:
    lat, lon = data.get("lat"), data.get("lon")
    point = Point(lat, lon) if lat is not None and lon is not None else None
    return Workplace(data["line"], data["postcode"], data["city"], data.get("commune_code"), point)


def place_answer(workplace: Workplace) -> dict[str, Any]:
    """A workplace as the draft keeps it."""
    point = workplace.point
    return {
        "line": workplace.line,
        "postcode": workplace.postcode,
        "city": workplace.city,
        "commune_code": workplace.commune_code,
        "lat": point.lat if point else None,
        "lon": point.lon if point else None,
    }


def typed_company(draft: Draft) -> TypedCompany | None:
    """What was typed because no register could fill it in."""
    typed = _mapping(draft.answers.get("typed"))
    if not typed:
        return None
    place = _place(typed)
    return TypedCompany(
        typed["name"], place.line, place.postcode, place.city, place.commune_code, place.point
    )


def is_ready(draft: Draft) -> bool:
    """Has every mandatory answer been given, and accepted?"""
    return bool(draft.answers.get("clean")) and company_of(draft).is_complete


def next_step(draft: Draft) -> str:
    """Where a draft that is taken up again goes on: company, need or check."""
    if not company_of(draft).is_complete:
        return "company"
    return "check" if draft.answers.get("clean") else "need"


def job_of(draft: Draft) -> JobHit:
    """The job that was chosen; raises LookupError when the list no longer has it."""
    hit = job_by_key(str(clean_answers(draft)["job_key"]))
    if hit is None:
        raise LookupError("job")
    return hit


def clean_answers(draft: Draft) -> dict[str, Any]:
    """The answers of « Votre besoin », checked and typed."""
    return _mapping(draft.answers.get("clean"))


def generated_advert(draft: Draft) -> Advert:
    """The advert as the job alone writes it."""
    hit, clean = job_of(draft), clean_answers(draft)
    types = clean["contract_types"]
    advert = write_advert(
        rome_code=hit.rome_code,
        masculine=hit.masculine,
        feminine=hit.feminine,
        level=clean["level"],
        contract=types[0] if len(types) == 1 else "",
    )
    official = official_sheet(hit.rome_code)
    if official is None:
        return advert
    return replace(advert, tasks=tuple(official.tasks), skills=tuple(official.skills) or advert.skills)


def advert_values(draft: Draft, generated: Advert) -> dict[str, Any]:
    """Title, description, tasks, skills: generated, with what was edited above."""
    edited = _mapping(draft.answers.get("advert"))
    return {name: edited.get(name, _listed(getattr(generated, name))) for name in ADVERT_FIELDS}


def edited_parts(draft: Draft, values: dict[str, Any]) -> dict[str, Any]:
    """Those of the given values that differ from the generated advert: they alone are kept."""
    generated = generated_advert(draft)
    return {
        name: values[name] for name in ADVERT_FIELDS if values[name] != _listed(getattr(generated, name))
    }


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def need_of(draft: Draft, generated: Advert) -> Need:
    """What `deposit_offer` receives; the draft must be ready."""
    company, hit, clean = company_of(draft), job_of(draft), clean_answers(draft)
    if company.workplace is None:
        raise LookupError("workplace")
    advert = advert_values(draft, generated)
    return Need(
        rome_code=hit.rome_code,
        job_key=hit.appellation_key,
        job_name=hit.both,
        workplace=company.workplace,
        title=advert["title"],
        description=advert["description"],
        tasks=tuple(advert["tasks"]),
        skills=tuple(advert["skills"]),
        brand=company.brand,
        level=clean["level"],
        contract_types=tuple(clean["contract_types"]),
        duration_months=clean["duration_months"],
        start_on=start_of(draft),
        openings=clean["openings"],
        rhythm=clean["rhythm"],
        remote=Remote(clean["remote"]),
        words=clean["words"],
        about_company=clean["about_company"],
        questions=tuple(clean["questions"]),
        edited=tuple(sorted(_mapping(draft.answers.get("advert")))),
    )


def training_of(draft: Draft) -> OfferTraining | None:
    """The course of the CFA's own that was chosen for this job; another job puts it aside."""
    kept = _mapping(draft.answers.get("training"))
    return OfferTraining.unpack(kept) if kept.get("rome_code") == job_of(draft).rome_code else None


def start_of(draft: Draft) -> date | None:
    """The start date, None for « Dès que possible »."""
    day = clean_answers(draft).get("start_on")
    return date.fromisoformat(str(day)) if day else None


def is_refused(look_up: LookUp) -> bool:
    """Has the register proved that nobody can recruit there?"""
    return look_up.outcome in {Outcome.CLOSED, Outcome.UNKNOWN}


def _mapping(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, dict) else {}
