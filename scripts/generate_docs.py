"""`make docs`: write docs/routes.md and docs/etats.md from the code. A test compares them with it.

Run by `python -m scripts.generate_docs`. `--check` writes nothing and ends with 1 when a page is out of date.
"""

import sys
import tempfile
from collections.abc import Iterator
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import Any

from flask import Flask

from app import create_app
from app.config import Settings
from app.core.lifecycle import Lifecycle
from app.web.access import Access, access_of

ROOT = Path(__file__).resolve().parents[1]
NOTICE = "<!-- Page produite par « make docs » : ne pas la modifier à la main. -->"
OWN_METHODS = {"HEAD", "OPTIONS"}
SUBJECTS = {
    "offer": "Offre",
    "organisation": "Structure",
    "series": "Série d’offres",
    "series_line": "Ligne d’une série",
    "follow_up": "Suivi d’une entreprise par son OPCO",
    "cfa_request": "Demande à un CFA",
    "export": "Export long",
    "diffusion": "Diffusion d’une offre sur un site",
    "submission": "Envoi à un site, sous une référence",
}


def routes(app: Flask, plain: Flask) -> str:
    """Every address with who may enter; `plain` is the application outside of development."""
    served = {rule.rule for rule in plain.url_map.iter_rules()}
    rows: list[str] = []
    tools: list[str] = []
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, sorted(rule.methods or ()))):
        methods = ", ".join(sorted((rule.methods or set()) - OWN_METHODS))
        address = f"{rule.rule}".replace("|", "\\|")
        row = f"| `{address}` | {methods} | {entrance(access_of(app, rule.endpoint))} | `{rule.endpoint}` |"
        (rows if rule.rule in served else tools).append(row)
    head = ["| adresse | méthodes | qui entre | vue |", "| --- | --- | --- | --- |"]
    return "\n".join(
        [
            NOTICE, "", "# Adresses du portail", "",
            f"{len(rows)} adresses servies partout. Une vue sans marque d’accès est refusée à tous.", "",
            *head, *rows, "",
            "## En développement seulement", "",
            *head, *tools, "",
        ]
    )  # fmt: skip


def entrance(access: Access | None) -> str:
    """Who may enter, in French."""
    if access is None:
        return "personne (sans marque)"
    if access.purposes:
        return "par lien : " + ", ".join(f"`{purpose.value}`" for purpose in access.purposes)
    if access.permission is not None:
        return f"compte ayant le droit `{access.permission.value}`"
    if access.account_only:
        return "toute personne connectée"
    return f"tout le monde ({access.reason})".replace("|", "\\|")


def lifecycles() -> Iterator[tuple[Lifecycle[Any], type[Enum]]]:
    """Each table of moves with the enumeration of its states, from the modules named lifecycle."""
    for path in sorted((ROOT / "app" / "domain").glob("*/lifecycle.py")):
        module = import_module(f"app.domain.{path.parent.name}.lifecycle")
        for value in vars(module).values():
            if isinstance(value, Lifecycle):
                yield value, type(next(iter(value.moves.values()))[1])


def states() -> str:
    """One Mermaid diagram and one table a life cycle."""
    parts = [NOTICE, "", "# États", ""]
    for cycle, kind in lifecycles():
        parts += [f"## {SUBJECTS[cycle.name]}", "", "```mermaid", "stateDiagram-v2"]
        parts += [f"    {state.value}: {getattr(state, 'label', state.value)}" for state in kind]
        parts.append(f"    [*] --> {next(iter(kind)).value}")
        for move, (starts, end) in cycle.moves.items():
            parts += [f"    {start.value} --> {end.value}: {move}" for start in kind if start in starts]
        parts += ["```", "", "| acte | part de | mène à |", "| --- | --- | --- |"]
        for move, (starts, end) in cycle.moves.items():
            origin = ", ".join(getattr(start, "label", start.value) for start in kind if start in starts)
            parts.append(f"| `{move}` | {origin} | {getattr(end, 'label', end.value)} |")
        parts.append("")
    return "\n".join(parts)


def pages() -> dict[Path, str]:
    """What each generated page should hold now."""
    with tempfile.TemporaryDirectory() as folder:
        common: dict[str, Any] = {"data_dir": Path(folder), "database_url": "sqlite://", "lookups": "standin"}
        app = create_app(Settings(development=True, **common))
        plain = create_app(Settings(development=False, **common))
        content = routes(app, plain)
    return {ROOT / "docs" / "routes.md": content, ROOT / "docs" / "etats.md": states()}


def main() -> int:
    """Write, or only compare."""
    only_compare = "--check" in sys.argv
    stale = 0
    for path, content in pages().items():
        if path.exists() and path.read_text("utf-8") == content:
            continue
        stale += 1
        sys.stdout.write(f"{path.relative_to(ROOT)} : {'à refaire' if only_compare else 'refait'}\n")
        if not only_compare:
            path.write_text(content, "utf-8")
    return 1 if stale and only_compare else 0


if __name__ == "__main__":
    sys.exit(main())
