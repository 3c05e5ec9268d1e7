"""Every template compiles, is used, and every page has a title."""

import re
from pathlib import Path

from flask import Flask
from jinja2 import StrictUndefined

from app.outbox.message import MAILS

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
_NAMED = re.compile(r"""["']([\w\-./]+\.(?:html|txt|xml))["']""")


def _all() -> list[str]:
    return sorted(
        str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*") if path.suffix in {".html", ".txt"}
    )


def test_every_template_compiles_and_undefined_names_are_errors(built_app: Flask) -> None:
    assert built_app.jinja_env.undefined is StrictUndefined
    for name in _all():
        built_app.jinja_env.get_template(name)


def test_every_template_is_used() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "app").rglob("*.py")]
    sources += [path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*") if path.is_file()]
    named = {found for source in sources for found in _NAMED.findall(source)}
    mails = {f"emails/{name}/{part}" for name in MAILS for part in ("subject.txt", "body.txt", "body.html")}
    by_number = {name for name in _all() if re.fullmatch(r"errors/\d{3}\.html", name)}
    unused = [name for name in _all() if name not in named | mails | by_number]
    prefixes = {name.rpartition("/")[0] for name in unused}
    # A folder whose names are built (« pages/ » + page) is named by its folder in the code.
    built = {folder for folder in prefixes if folder and any(f'"{folder}/' in source for source in sources)}
    assert [name for name in unused if name.rpartition("/")[0] not in built] == []


def test_every_page_has_a_title() -> None:
    missing = []
    for name in _all():
        text = (TEMPLATES / name).read_text(encoding="utf-8")
        extends = re.search(r"""{%\s*extends\s+["']([^"']+)["']""", text)
        is_page = not name.startswith("layout/") and not Path(name).name.startswith("_")
        if is_page and extends and extends[1].startswith("layout/"):
            own = re.search(r"{%-?\s*block title", text)
            if not own:
                missing.append(name)
    assert not missing


def test_no_template_holds_code_that_the_policy_blocks() -> None:
    pattern = re.compile(r"\s(?:on[a-z]+|style)=|<script(?![^>]+\bsrc=)(?![^>]+ld\+json)|<style|\|safe")
    found = [
        name
        for name in _all()
        if not name.startswith("emails/") and pattern.search((TEMPLATES / name).read_text(encoding="utf-8"))
    ]
    assert not found
