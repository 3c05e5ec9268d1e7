"""What every page's frame needs: names, links of the header and of the footer, the banner."""

from flask import Flask

from app.domain.organisations.models import Kind, Organisation
from app.web.public.conformity import RECORD

NAVIGATION = (("Déposer une offre", "deposit.home"), ("Offres en ligne", "public.offers"))
TOOLS = (
    ("Gérer mes offres", "links.lost"),
    ("Espace structure", "recruiter.spaces"),
    ("Aide", "public.help_page"),
)
SPACE = (
    ("Offres", "recruiter.dashboard"),
    ("Entreprises partenaires", "collecting.partners"),
    ("APEC", "recruiter.apec"),
    ("Membres", "recruiter.members_list"),
)
OPCO_SPACE = (
    ("Entreprises à accompagner", "recruiter.opco_board"),
    ("Offres", "recruiter.dashboard"),
    ("Entreprises partenaires", "collecting.partners"),
    ("APEC", "recruiter.apec"),
    ("Adresses à prévenir", "recruiter.opco_addresses"),
    ("Membres", "recruiter.members_list"),
)
FOOTER = (
    ("Plan du site", "public.site_map"),
    ("Mentions légales", "public.legal_notice"),
    ("Données personnelles", "public.personal_data"),
    ("Gestion des cookies", "public.cookies"),
    ("Conditions générales", "public.terms"),
    ("Contact", "public.contact"),
    ("Code source", "public.source_code"),
    ("Nouveautés", "public.news"),
)


def install(app: Flask) -> None:
    """Give the templates the names and links of this portal."""
    settings = app.extensions["settings"]
    simulated = app.extensions["adapters"].simulated
    app.jinja_env.globals.update(
        brand=settings.brand,
        service_name=settings.service_name,
        base_url=settings.base_url,
        is_demo=settings.brand == "demo",
        demo_notice=_notice(simulated) if settings.brand == "demo" else "",
        home_endpoint="deposit.home",
        nav_links=NAVIGATION,
        space_links=space_links,
        tool_links=TOOLS,
        footer_links=FOOTER,
        accessibility_status=RECORD.status,
        accessibility_endpoint="public.accessibility",
        contact_endpoint="public.contact",
        support_email=settings.support_email,
        support_phone=settings.support_phone,
    )


def _notice(simulated: bool) -> str:
    if simulated:
        return "Démonstration : les entreprises affichées sont inventées, rien n’est publié ailleurs."
    return "Démonstration : les entreprises viennent du registre public, rien n’est publié ailleurs."


def space_links(space: Organisation) -> tuple[tuple[str, str], ...]:
    """The pages of a structure's space: (label, endpoint)."""
    return OPCO_SPACE if space.kind is Kind.OPCO and space.is_verified else SPACE
