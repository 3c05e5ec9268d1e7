"""Texts for the jobs that have no sheet of their own: a family of jobs, and what the job's name says.

The family is the sub-domain of the ROME (« F16 »: finishing works), one TOML table each. The role comes
from the first words of the name (« directeur », « technicien ») and is laid over the family. A few codes
are closer to another family than to their own: `exceptions.toml` names it.
"""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.core.french import typo

_FOLDER = Path(__file__).parent / "data" / "families"
# With a role, the family keeps its most general tasks, which are written first.
_TASKS_BESIDE_A_ROLE = 3


@dataclass(frozen=True)
class Family:
    """What is true of all the jobs of a sub-domain."""

    setting: str
    tasks: tuple[str, ...]
    skills: tuple[str, ...]
    regulated_for_minors: bool
    takes_roles: bool


@dataclass(frozen=True)
class Role:
    """What the first words of a name add. `codes` and `except_codes` are beginnings of ROME codes."""

    heads: tuple[str, ...]
    codes: tuple[str, ...]
    except_codes: tuple[str, ...]
    sentence: str
    tasks: tuple[str, ...]
    skills: tuple[str, ...]

    def fits(self, name: str, *, rome_code: str) -> bool:
        """Tell whether this role is that of the job `name`, in small letters."""
        if self.codes and not rome_code.startswith(self.codes):
            return False
        if self.except_codes and rome_code.startswith(self.except_codes):
            return False
        return any(name == head or name.startswith((f"{head} ", f"{head}-")) for head in self.heads)


@dataclass(frozen=True)
class FamilyText:
    """The text of a job without a sheet."""

    about: str
    tasks: tuple[str, ...]
    skills: tuple[str, ...]
    regulated_for_minors: bool


def family_text(rome_code: str, *, name: str) -> FamilyText:
    """Return the text of the job `name` (masculine, small letters); LookupError for an unknown sub-domain."""
    key = _exceptions().get(rome_code, rome_code[:3])
    family = _families_of_letter(key[:1])[key]
    role = _role_of(name, rome_code=rome_code) if family.takes_roles else None
    if role is None:
        return FamilyText(family.setting, family.tasks, family.skills, family.regulated_for_minors)
    return FamilyText(
        about=f"{family.setting} {role.sentence}",
        tasks=family.tasks[:_TASKS_BESIDE_A_ROLE] + role.tasks,
        skills=tuple(dict.fromkeys(family.skills + role.skills)),
        regulated_for_minors=family.regulated_for_minors,
    )


def all_families() -> set[str]:
    """Return the keys of every family."""
    letters = {path.name[0].upper() for path in _FOLDER.glob("?_*.toml")}
    return {key for letter in letters for key in _families_of_letter(letter)}


def _role_of(name: str, *, rome_code: str) -> Role | None:
    return next((role for role in _roles() if role.fits(name, rome_code=rome_code)), None)


@lru_cache(maxsize=26)
def _families_of_letter(letter: str) -> dict[str, Family]:
    families: dict[str, Family] = {}
    for path in sorted(_FOLDER.glob(f"{letter.lower()}_*.toml")):
        with path.open("rb") as source:
            tables = tomllib.load(source)
        for code, table in tables.items():
            families[code] = Family(
                setting=typo(table["setting"]),
                tasks=_texts(table["tasks"]),
                skills=_texts(table["skills"]),
                regulated_for_minors=table["regulated_for_minors"],
                takes_roles=table.get("roles", True),
            )
    return families


@lru_cache(maxsize=1)
def _roles() -> tuple[Role, ...]:
    with (_FOLDER / "roles.toml").open("rb") as source:
        tables = tomllib.load(source)
    return tuple(
        Role(
            heads=tuple(table["heads"]),
            codes=tuple(table.get("codes", ())),
            except_codes=tuple(table.get("except_codes", ())),
            sentence=typo(table["sentence"]),
            tasks=_texts(table["tasks"]),
            skills=_texts(table["skills"]),
        )
        for table in tables.values()
    )


@lru_cache(maxsize=1)
def _exceptions() -> dict[str, str]:
    with (_FOLDER / "exceptions.toml").open("rb") as source:
        return tomllib.load(source)


def _texts(lines: list[str]) -> tuple[str, ...]:
    return tuple(typo(line) for line in lines)
