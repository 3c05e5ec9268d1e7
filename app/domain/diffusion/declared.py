"""Sites declared in a file (TOML): those that speak a known form need no code."""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from app.domain.diffusion.advert import FIELD_LABELS
from app.domain.diffusion.lifecycle import DiffusionStatus
from app.domain.diffusion.platform import (
    Ability,
    Confirmation,
    Platform,
    Polling,
    Refusal,
    Transport,
)
from app.domain.diffusion.rules import company_is_verified, has_a_place, is_placed_and_verified
from app.domain.offers.visits import HERE
from app.outbox.allowance import Rate

_VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")
_KEY = re.compile(r"[a-z][a-z0-9_]{2,29}")
# Our own page and open feeds, among the origins of visits.
_TAKEN = frozenset({HERE, "json", "rss", "xml"})
CREDENTIALS: Mapping[str, tuple[str, ...]] = {
    "username_password": ("username", "password"),
    "api_key": ("name", "key"),
    "oauth2_client_credentials": ("token_url", "client_id", "client_secret"),
    "oauth2_authorization_code": ("token_url", "client_id", "client_secret", "refresh_token"),
}
_ABILITIES = {
    Transport.REST: {"update", "withdraw", "suspend", "read"},
    Transport.EMAIL: {"update", "withdraw"},
}
_SITE = {
    "key", "name", "form", "about", "url", "path", "address", "credential", "abilities", "fields", "statuses",
    "limits", "refusals", "repeatable", "automatic", "usual_delay", "withdrawal_delay", "per_minute",
    "timeout",
}  # fmt: skip
# Facts that its form of advert doesn't say.
_UNSAID = {
    Transport.REST: frozenset({"naf", "job_name", "rhythm", "published_at", "by_cfa"}),
    Transport.EMAIL: frozenset(
        {"siret", "naf", "about_company", "rome_code", "level", "rhythm", "remote", "commune_code", "lat",
         "lon", "published_at", "by_cfa"}
    ),
}  # fmt: skip
_MAILED = Polling(first=(timedelta(minutes=5), timedelta(hours=1)), then=timedelta(hours=24))


class DeclarationProblem(ValueError):
    """The file can't be used; the message says which site and why, never a value."""


@dataclass(frozen=True, slots=True)
class DeclaredSite:
    """One site: its platform, where and how it is reached. `credential` is never shown."""

    platform: Platform
    url: str
    path: str
    credential: Mapping[str, str] = field(repr=False)
    fields: Mapping[str, str]
    statuses: Mapping[str, DiffusionStatus]
    limits: Mapping[str, tuple[int, int]]


def read_sites(path: Path, environment: Mapping[str, str] = os.environ) -> list[DeclaredSite]:
    """The sites of a file; those whose variables aren't set are left out. Raises DeclarationProblem."""
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DeclarationProblem(f"{path.name} : illisible ({type(error).__name__})") from None
    sites = content.get("site", [])
    if set(content) - {"site"} or not isinstance(sites, list):
        raise DeclarationProblem(f"{path.name} : seules des tables [[site]] sont attendues")
    found = [_site(each) for each in (_filled(one, environment) for one in sites) if each is not None]
    if len({one.platform.key for one in found}) < len(found):
        raise DeclarationProblem(f"{path.name} : deux sites ont la même clé")
    return found


def _filled(value: Any, environment: Mapping[str, str]) -> Any:
    """Variables replaced by their values; None when one isn't set, so that nothing leaves half set up."""
    if isinstance(value, str):
        names = _VARIABLE.findall(value)
        if any(not environment.get(name) for name in names):
            return None
        return _VARIABLE.sub(lambda match: environment[match[1]], value)
    if isinstance(value, dict):
        filled = {name: _filled(one, environment) for name, one in value.items()}
        return None if any(one is None for one in filled.values()) else filled
    return value


def _site(given: Any) -> DeclaredSite:
    key = str(given.get("key", "")) if isinstance(given, dict) else ""
    if not _KEY.fullmatch(key) or key in _TAKEN:
        raise DeclarationProblem("un site n’a pas de clé, ou une clé prise ou qui n’est pas en minuscules")
    try:
        return _read(key, given)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DeclarationProblem(f"{key} : {error}") from None


def _read(key: str, given: Mapping[str, Any]) -> DeclaredSite:
    unknown = set(given) - _SITE
    if unknown:
        raise ValueError(f"réglage inconnu : {', '.join(sorted(unknown))}")
    form = Transport(given["form"])
    if form not in _ABILITIES:
        raise ValueError("« form » vaut rest ou email")
    abilities = set(given.get("abilities", _ABILITIES[form] - {"suspend"}))
    if abilities - _ABILITIES[form]:
        raise ValueError("capacité inconnue pour cette forme")
    limits = {name: (int(low), int(high)) for name, (low, high) in given.get("limits", {}).items()}
    refusals = {
        str(code): Refusal(one["sentence"], one.get("field"))
        for code, one in given.get("refusals", {}).items()
    }
    named = set(limits) | set(given.get("fields", {})) | {one.field for one in refusals.values() if one.field}
    if named - set(FIELD_LABELS) - {"reference", "url", "company", "siret", "location", "rome_codes"}:
        raise ValueError("champ inconnu dans fields, limits ou refusals")
    return DeclaredSite(
        platform=_platform(key, given, form, abilities, refusals),
        url=str(given["url"] if form is Transport.REST else given["address"]),
        path=str(given.get("path", "/jobs")),
        credential=_credential(given.get("credential")) if form is Transport.REST else {},
        fields={str(ours): str(theirs) for ours, theirs in given.get("fields", {}).items()},
        statuses={str(said): DiffusionStatus(ours) for said, ours in given.get("statuses", {}).items()},
        limits=limits,
    )


def _credential(given: Any) -> Mapping[str, str]:
    kind = given["kind"]
    if kind not in CREDENTIALS:
        raise ValueError(f"« kind » vaut {', '.join(CREDENTIALS)}")
    missing = [name for name in CREDENTIALS[kind] if not given.get(name)]
    if missing or set(given) - {"kind", "scope", "place", *CREDENTIALS[kind]}:
        raise ValueError(f"identifiants : {', '.join(missing) or 'réglage inconnu'}")
    return {name: str(value) for name, value in given.items()}


def _platform(
    key: str,
    given: Mapping[str, Any],
    form: Transport,
    abilities: set[str],
    refusals: Mapping[str, Refusal],
) -> Platform:
    mailed = form is Transport.EMAIL
    per_minute = int(given.get("per_minute", 60))
    return Platform(
        key=key,
        name=str(given["name"]),
        transport=form,
        about=str(given["about"]),
        rules=(company_is_verified, has_a_place),
        among=is_placed_and_verified,
        abilities=frozenset(Ability(name) for name in (abilities | ({"read"} if mailed else set()))),
        confirmation=Confirmation.NONE if mailed else Confirmation.STATUS,
        usual_delay=str(given.get("usual_delay", "")),
        withdrawal_delay=str(given.get("withdrawal_delay", "")),
        ignores=_UNSAID[form],
        # The same letter is never written twice in a row.
        repeatable=mailed or bool(given.get("repeatable", False)),
        automatic=bool(given.get("automatic", True)),
        workers=1 if mailed else 2,
        timeout=timedelta(seconds=float(given.get("timeout", 20))),
        writes=Rate(limit=max(2, per_minute), seconds=60, burst=max(1, per_minute // 2)),
        polling=_MAILED if mailed else Polling(),
        refusals=refusals,
    )
