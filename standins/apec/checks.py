"""The rules that ADEP's schema doesn't say: lengths, domains, fields that go together."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass

from standins.apec.soap import HR, SEP, Asked

_LENGTHS = {
    "POSITION_DESCRIPTION": (200, 3000, ("337", "331")),
    "PROFILE_DESCRIPTION": (100, 3000, ("408", "408")),
    "ORGANIZATION_DESCRIPTION": (100, 3000, ("407", "407")),
    "ORGANIZATION_NAME": (1, 255, ("406", "406")),
}
_TAGS = re.compile(r"</?(?:b|strong|i|em|u|br|ul|li)\s*/?>", re.IGNORECASE)
_FORBIDDEN_COMMUNES = {"75056", "69123", "13055"}
_JOB_TYPES, _FIXED = set("123456789"), set("56789")
_REMOTE = {"PONCTUEL_AUTORISE", "PARTIEL_POSSIBLE", "TOTAL_POSSIBLE"}
_STATUSES = {"CADRE_PRIVE", "CADRE_PUBLIC", "AGENT_DE_MAITRISE", "STAGE"}


@dataclass(frozen=True, slots=True)
class Read:
    """What a position says, by the names of its fields."""

    one: Mapping[str, str]
    described: Mapping[str, str]
    places: tuple[tuple[str, str, str], ...]
    twice: bool


def read(asked: Asked) -> Read:
    """The fields of an `openPosition` that the schema has accepted."""
    position = asked.request.find(f"{{{SEP}}}position")
    one: dict[str, str] = {}
    if position is not None:
        for element in position.iter():
            name = str(element.tag).rpartition("}")[2]
            one.setdefault(name, (element.text or "").strip())
            for attribute, value in element.attrib.items():
                one.setdefault(f"{name}@{attribute}", str(value))
    pairs = [
        (block.findtext(f"{{{HR}}}Name", ""), block.findtext(f"{{{HR}}}Value", ""))
        for block in asked.request.iter(f"{{{HR}}}FormattedPositionDescription")
    ]
    places = tuple(
        (
            place.findtext(f"{{{HR}}}Name", ""),
            area.get("type", ""),
            area.findtext(f"{{{HR}}}Value", ""),
        )
        for place in asked.request.iter(f"{{{HR}}}PhysicalLocation")
        for area in place.iter(f"{{{HR}}}Area")
    )
    levels = [
        value.text or ""
        for skill in asked.request.iter(f"{{{HR}}}Competency")
        if skill.get("name") == "GLOBAL_EXPERIENCE_LEVEL"
        for value in skill.iter(f"{{{HR}}}StringValue")
    ]
    one["experience"] = levels[0] if levels else ""
    return Read(one, dict(pairs), places, twice=len(dict(pairs)) != len(pairs))


def problem_of(asked: Asked) -> tuple[str, str] | None:
    """(code, name) of the first rule that the position breaks."""
    said = read(asked)
    return next((found for check in _CHECKS if (found := check(said))), None)


def _texts(said: Read) -> tuple[str, str] | None:
    if said.twice:
        return "1408", "DESCRIPTION_GIVEN_TWICE"
    if said.described.get("POSITION_TYPE") not in {"ODD", "ODC"}:
        return "322", "POSITION_TYPE_INVALID"
    if said.described.get("POSITION_DISPLAY_LOGO") not in {"true", "false"}:
        return "366", "DISPLAY_LOGO_INVALID"
    for name, (low, high, (short, long)) in _LENGTHS.items():
        text = said.described.get(name, "")
        if not text and name == "POSITION_DESCRIPTION":
            return "332", "POSITION_DESCRIPTION_EMPTY"
        if len(text) < low:
            return short, f"{name}_TOO_SHORT"
        if len(text) > high:
            return long, f"{name}_TOO_LONG"
        if re.search(r"[<>]", _TAGS.sub("", text)):
            return "338", "FORBIDDEN_TAGS"
    return None


def _fields(said: Read) -> tuple[str, str] | None:
    one = said.one
    if not 1 <= len(_id(said)) <= 20:
        return "309", "CLIENT_POSITION_ID"
    title = one.get("PositionTitle", "")
    if not 1 <= len(title) <= (80 if re.search(r"\bH\s?/\s?F\b", title, re.IGNORECASE) else 76):
        return "316", "POSITION_TITLE_TOO_LONG"
    if not re.fullmatch(r"\d{4}[A-Z]", one.get("IndustryCode", "")):
        return "311", "NAF_INVALID"
    if one.get("experience") not in {str(number) for number in range(1, 13)}:
        return "319", "EXPERIENCE_INVALID"
    number = one.get("NumberToFill", "")
    if not number.isdigit() or not 1 <= int(number) <= 10:
        return "321", "NUMBER_TO_FILL"
    if one.get("PositionSupplier@relationship") == "broker" and len(one.get("OrganizationName", "")) > 38:
        return "375", "CLIENT_NAME_TOO_LONG"
    return None


def _id(said: Read) -> str:
    return said.one.get("IdValue", "")


def _places(said: Read) -> tuple[str, str] | None:
    zones = [
        value for name, kind, value in said.places if (name, kind) == ("LOCATION_ZONE_DEPLACEMENT", "APEC")
    ]
    communes = [value for name, kind, value in said.places if (name, kind) == ("LOCATION_CODE", "INSEE")]
    if zones and zones[0] not in {"AUCUN", "DEPARTEMENT", "REGIONAL", "NATIONAL", "UE", "HORS_UE"}:
        return "355", "TRAVEL_ZONE_INVALID"
    if len(communes) != 1:
        return "323", "NO_VALID_PLACE"
    if not re.fullmatch(r"(?:\d{2}|2A|2B)\d{3}", communes[0]) or communes[0] in _FORBIDDEN_COMMUNES:
        return "356", "COMMUNE_INVALID"
    return None


def _contract(said: Read) -> tuple[str, str] | None:
    one = said.one
    if one.get("JobType") not in _JOB_TYPES:
        return "320", "JOB_TYPE_INVALID"
    if one.get("StatusJob") not in _STATUSES:
        return "363", "STATUS_JOB_INVALID"
    if one.get("PartTime") not in {"true", "false"}:
        return "405", "PART_TIME_INVALID"
    if (one["PartTime"] == "true") != (one.get("PartTimeDuration") in set("12345")):
        return "400", "PART_TIME_DURATION_INVALID"
    # The catalogue has no code for it: 1377 is a body that is badly filled.
    if one.get("RemoteWork", "TOTAL_POSSIBLE") not in _REMOTE:
        return "1377", "REMOTE_WORK_INVALID"
    duration = one.get("Duration")
    if (duration is not None) != (one["JobType"] in _FIXED):
        return "397", "DURATION_AND_CONTRACT"
    if duration is not None and not 1 <= int(duration) <= 99:
        return "394", "DURATION_INVALID"
    start = one.get("DatePositionTaken")
    if start is not None and start[:10] < time.strftime("%Y-%m-%d"):
        return "402", "START_IN_THE_PAST"
    return None


def _pay(said: Read) -> tuple[str, str] | None:
    low, high = said.one.get("BasePayAmountMin", ""), said.one.get("BasePayAmountMax", "")
    if not re.fullmatch(r"\d{1,9}", low):
        return "317", "PAY_MIN_INVALID"
    if not re.fullmatch(r"\d{1,9}", high) or int(low) > int(high):
        return "318", "PAY_MAX_INVALID"
    if said.one.get("DisplayedPay") not in set("123456"):
        return "412" if "DisplayedPay" in said.one else "333", "DISPLAYED_PAY_INVALID"
    return None


def _apply(said: Read) -> tuple[str, str] | None:
    address, url = said.one.get("InternetEmailAddress", ""), said.one.get("InternetWebAddress")
    if not address:
        return "378", "APPLY_EMAIL_MISSING"
    if len(address) > 240:
        return "379", "APPLY_EMAIL_TOO_LONG"
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", address):
        return "308", "APPLY_EMAIL_INVALID"
    if url is not None and (not url.startswith(("http://", "https://")) or len(url) > 2000):
        return "304", "APPLY_URL_INVALID"
    return None


_CHECKS = (_fields, _places, _contract, _pay, _texts, _apply)
