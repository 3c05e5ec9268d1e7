"""The portal's public pages, as the site map lists them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Group:
    """A part of the site: a title, and its pages as (label, endpoint)."""

    title: str
    pages: tuple[tuple[str, str], ...]


SITE = (
    Group(
        "Recruter",
        (("Déposer une offre d’apprentissage", "deposit.home"), ("Gérer mes offres", "links.lost")),
    ),
    Group(
        "Chercher", (("Offres en ligne", "public.offers"), ("Flux ouverts des offres", "feeds.documentation"))
    ),
    Group("Être aidé", (("Aide", "public.help_page"), ("Contact", "public.contact"))),
    Group(
        "À propos du service",
        (
            ("Accessibilité", "public.accessibility"),
            ("Mentions légales", "public.legal_notice"),
            ("Données personnelles", "public.personal_data"),
            ("Gestion des cookies", "public.cookies"),
            ("Conditions générales", "public.terms"),
            ("Code source", "public.source_code"),
            ("Nouveautés", "public.news"),
            ("Plan du site", "public.site_map"),
        ),
    ),
)
# Those that search engines may list: the form of a lost link serves nobody who comes from there.
ENDPOINTS = tuple(
    endpoint for group in SITE for _, endpoint in group.pages if not endpoint.startswith("links.")
)
