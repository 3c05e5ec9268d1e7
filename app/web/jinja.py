"""What templates can say: French filters, addresses of built files, icons, facts about form fields."""

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from app.core import clock, french
from app.web.addresses import fixed, in_template
from app.web.kept_pages import kept_frame

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / "static" / "dist"
ICONS = ROOT / "static" / "src" / "icons"
ART = ROOT / "static" / "src" / "art"

# What the layout needs; the application replaces these with its own.
DEFAULTS: dict[str, Any] = {
    "brand": "demo",
    "service_name": "Dépôt Alternance",
    "service_tagline": "",
    "base_url": "",
    "is_demo": True,
    "demo_notice": "",
    "mailbox_endpoint": None,
    "home_endpoint": None,
    "contact_endpoint": None,
    "support_email": "",
    "nav_links": (),
    "tool_links": (),
    "footer_links": (),
    "accessibility_status": "non conforme",
    "accessibility_endpoint": None,
}


class AssetsNotBuilt(RuntimeError):
    """The style sheets of a brand are missing from static/dist."""


def install(app: Flask) -> None:
    """Give templates their filters and globals; the application's own globals replace DEFAULTS after."""
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    install_french(environment)
    for name, value in DEFAULTS.items():
        environment.globals.setdefault(name, value)
    environment.globals.setdefault("current_year", clock.today().year)

    def asset(name: str) -> str:
        return asset_url(name, brand=str(environment.globals["brand"]))

    environment.globals.update(
        url_for=in_template,
        asset=asset,
        icon=icon,
        art=art,
        kept_frame=kept_frame,
        form_errors=form_errors,
        field_anchor=field_anchor,
        field_kind=field_kind,
    )


def install_french(environment: Environment) -> None:
    """The filters that pages and e-mails share."""
    environment.filters.update(
        typo=typo,
        date_fr=french.date_fr,
        date_short_fr=french.date_short_fr,
        datetime_fr=french.datetime_fr,
        time_fr=french.time_fr,
        euro=french.euro,
        number_fr=french.number_fr,
        phone_fr=french.phone_fr,
        plural=french.plural,
    )
    environment.globals.update(plural=french.plural)


def typo(value: Any) -> str:
    """French typography; HTML marked safe keeps its tags."""
    if isinstance(value, Markup):
        return Markup(french.typo_html(str(value)))  # noqa: S704 - it was marked safe by its author
    return french.typo(str(value))


@lru_cache(maxsize=8)
def _manifest(brand: str) -> dict[str, str]:
    path = DIST / brand / "manifest.json"
    if not path.exists():
        raise AssetsNotBuilt(f"Feuilles « {brand} » absentes : lancez python scripts/build_static.py")
    names: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return names


def asset_url(name: str, *, brand: str) -> str:
    """Address of a built file (`css/app.css`, `js/app.js`), with the hash of its content."""
    try:
        built = _manifest(brand)[name]
    except KeyError:
        raise AssetsNotBuilt(f"Le fichier « {name} » n’existe pas dans la marque « {brand} ».") from None
    return fixed("static", filename=f"dist/{brand}/{built}")


@lru_cache(maxsize=128)
def _svg(path: Path) -> str:
    source = path.read_text(encoding="utf-8")
    return re.sub(r">\s+<", "><", re.sub(r"<!--.*?-->", "", source, flags=re.S)).strip()


@lru_cache(maxsize=256)
def icon(name: str, *, label: str = "", size: str = "") -> Markup:
    """One of our own icons, in the colour of the text; hidden from screen readers without `label`."""
    body = _svg(ICONS / f"{name}.svg").removeprefix("<svg")
    css = f"da-icon da-icon--{size}" if size else "da-icon"
    role = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return Markup(f'<svg class="{css}" {role} focusable="false"{body}')  # noqa: S704 - our own committed files


def art(name: str) -> Markup:
    """One of our own illustrations, always decorative; it follows the dark theme."""
    body = _svg(ART / f"{name}.svg").removeprefix("<svg")
    return Markup(f'<svg class="da-art da-art--{name}" aria-hidden="true" focusable="false"{body}')  # noqa: S704


def field_kind(field: Any) -> str:
    """`group` for a field made of several boxes or radios, else `single`."""
    if not hasattr(field, "iter_choices"):
        return "single"
    # Several answers are always drawn as boxes, never as a list with several lines chosen.
    one_list = type(field.widget).__name__ == "Select" and not field.widget.multiple
    return "single" if one_list else "group"


def field_anchor(field: Any) -> str:
    """The id that an error link must reach: the first box of a group, else the field itself."""
    return f"{field.id}-0" if field_kind(field) == "group" else str(field.id)


def form_errors(form: Any) -> list[tuple[str, str]]:
    """(anchor, message) for each error of a form: of the whole, then of its fields, nested forms included."""
    found: list[tuple[str, str]] = [("", message) for message in form.form_errors]
    for field in form:
        if hasattr(field, "entries"):
            nested = [error for entry in field.entries for error in _errors_of(entry)]
            found += nested or _messages(field)
        else:
            found += _errors_of(field)
    return found


def _errors_of(field: Any) -> list[tuple[str, str]]:
    return form_errors(field.form) if hasattr(field, "form") else _messages(field)


def _messages(field: Any) -> list[tuple[str, str]]:
    # A hidden field (an expired token) can't be reached by a link: its message stands alone.
    anchor = "" if getattr(field.widget, "input_type", "") == "hidden" else field_anchor(field)
    return [(anchor, str(message)) for message in field.errors]
