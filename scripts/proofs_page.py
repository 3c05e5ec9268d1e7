"""docs/preuves.md: the report of `make assurance` as a page, goal by goal."""

from datetime import datetime
from typing import Any

HOLDS, FAILS, UNMEASURED = "tenu", "NON TENU", "pas encore mesuré"
NOTICE = "<!-- Page produite par « make assurance » : ne pas la modifier à la main. -->"
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
HEAD = """# Preuves de fiabilité

Ce que le portail promet, et ce que les essais ont compté. Chaque chiffre vient du dernier rapport de
`make assurance` ; un objectif non tenu est écrit comme tel, un objectif sans essai dit « pas encore mesuré ».
"""


def page(report: dict[str, Any]) -> str:
    """The whole page."""
    machine = report["machine"]
    where = (
        f"Mesuré sur {machine['cores']} cœurs et {machine['memory_gib']} Gio de mémoire, "
        f"Python {machine['python']}, SQLite {machine['sqlite']}, {machine['system']}.\n"
    )
    table = ["| objectif | promis | état | commande |", "| --- | --- | --- | --- |"]
    table += [_row(goal) for goal in report["goals"]]
    sections = [_section(goal) for goal in report["goals"] if goal["measured_at"]]
    return "\n".join([NOTICE, "", HEAD, where, *table, "", *sections])


def _row(goal: dict[str, Any]) -> str:
    command = f"`make assurance OBJECTIFS={goal['goal']}`" if goal["measured_at"] else ""
    return f"| {goal['goal']} {goal['title']} | {goal['target']} | {goal['state']} | {command} |"


def _section(goal: dict[str, Any]) -> str:
    day = datetime.fromisoformat(goal["measured_at"]).strftime("%d/%m/%Y")
    lines = [
        f"## {goal['goal']} {goal['title']} : {goal['state']}",
        "",
        f"{_number(goal['tests'])} essais, {_number(goal['failed'])} en échec, "
        f"{_number(goal['skipped'])} sans objet, {_number(round(goal['seconds']))} s, le {day}.",
        "",
    ]
    if goal["measures"]:
        lines += ["| compté | SQLite | PostgreSQL |", "| --- | ---: | ---: |"]
        lines += [_measure(name, values) for name, values in goal["measures"].items()]
        lines.append("")
    lines += [f"- manque : {lack}" for lack in goal["unmet"]]
    return "\n".join([*lines, ""] if goal["unmet"] else lines)


def _measure(name: str, values: dict[str, float]) -> str:
    shown = [_number(values[database]) if database in values else "—" for database in NAMES]
    return f"| {name} | {' | '.join(shown)} |"


def _number(value: float) -> str:
    """As French writes it: 12 345 or 1,5."""
    return f"{value:,}".replace(",", "\u202f").replace(".", ",")
