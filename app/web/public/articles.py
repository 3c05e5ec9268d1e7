"""Articles: help, legal pages, what the portal says of itself."""

from typing import Any

from flask import current_app
from werkzeug.wrappers import Response

from app.config import Settings
from app.domain.accounts import sessions
from app.domain.opco.register import opco_choices
from app.web.access import public
from app.web.public.blueprint import blueprint
from app.web.public.conformity import RECORD
from app.web.public.register import register
from app.web.public.site import SITE
from app.web.public.version import version
from app.web.shared_page import shared_page

KEPT = 300


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def _article(name: str, **context: Any) -> Response:
    return shared_page(f"pages/{name}.html", seconds=KEPT, support_days=_settings().support_days, **context)


@blueprint.get("/aide")
@public("réponses aux questions fréquentes")
def help_page() -> Response:
    """The questions that employers and readers ask."""
    return _article("help")


@blueprint.get("/contact")
@public("comment nous écrire")
def contact() -> Response:
    """E-mail, telephone where there is one, delay announced."""
    return _article("contact")


@blueprint.get("/plan-du-site")
@public("plan du site")
def site_map() -> Response:
    """Every public page."""
    return _article("site_map", groups=SITE)


@blueprint.get("/accessibilite")
@public("déclaration d’accessibilité")
def accessibility() -> Response:
    """The declaration, from the one record that the footer uses too."""
    return _article("accessibility", record=RECORD)


@blueprint.get("/mentions-legales")
@public("mentions légales")
def legal_notice() -> Response:
    """Publisher, director of publication and host, from the settings."""
    settings = _settings()
    identities = {
        "Éditeur": settings.legal_publisher,
        "Directeur ou directrice de la publication": settings.legal_director,
        "Hébergeur": settings.legal_host,
    }
    parts = {title: [line.strip() for line in text.split("|")] for title, text in identities.items()}
    return _article("legal_notice", identities=parts)


@blueprint.get("/donnees-personnelles")
@public("données personnelles")
def personal_data() -> Response:
    """The table comes from the models' own annotations."""
    opcos = [name for _, name in opco_choices()]
    return _article("personal_data", lines=register(), opcos=opcos, publisher=_settings().legal_publisher)


@blueprint.get("/cookies")
@public("gestion des cookies")
def cookies() -> Response:
    """The two cookies, by the names that this portal gives them."""
    jar: Any = current_app.session_interface
    hours = {
        "idle": int(sessions.OTHERS_IDLE.total_seconds() // 3600),
        "whole": int(sessions.WHOLE_LIFE.total_seconds() // 3600),
    }
    return _article("cookies", session_name=jar.session_cookie, pre_name=jar.pre_cookie, hours=hours)


@blueprint.get("/conditions-generales")
@public("conditions générales")
def terms() -> Response:
    """Rules of deposit, checks, and how to appeal."""
    return _article("terms")


@blueprint.get("/code-source")
@public("code source et version")
def source_code() -> Response:
    """Where the code is, if it is published, and which version runs."""
    return _article("source_code", version=version(), address=_settings().source_code_url)


@blueprint.get("/nouveautes")
@public("nouveautés du service")
def news() -> Response:
    """Dated changes in plain words."""
    return _article("news", version=version())
