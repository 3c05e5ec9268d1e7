"""One line of « Où est mon offre ? », and those of our own places: this site and its open feeds."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from app.core.french import NBSP, datetime_fr, number_fr, plural
from app.domain.diffusion.feed_readings import Reading, last_readings
from app.domain.offers.models import Offer
from app.domain.offers.queries import is_visible

NOT_TOLD = "non communiqué par ce site"
BADGES = {
    "Publiée": "success",
    "Envoyée": "info",
    "En file": "info",
    "À corriger": "error",
    "Refusée": "error",
    "Inconnue": "warning",
}


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """One line of the table. `act`: fix (a field), ask, retry or nothing; `key` opens its own page."""

    site: str
    state: str
    sentence: str
    since: datetime | None = None
    key: str | None = None
    url: str | None = None
    endpoint: str | None = None
    views: int | None = None
    applications: int | None = None
    figures_at: datetime | None = None
    visits: int | None = None
    """Readings of the offer here: in all for this site, by its own link for another one."""
    act: str = ""
    field: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def badge(self) -> str:
        """Colour of the state."""
        return BADGES.get(self.state, "")

    @property
    def dated(self) -> str:
        """« Depuis le… », unless the sentence says it."""
        at = datetime_fr(self.since) if self.since and self.state != "Non demandé" else ""
        return f"Depuis le {at}." if at and at not in self.sentence else ""

    @property
    def figures(self) -> str:
        """Views and applications; what isn't told is never zero."""
        views = NOT_TOLD if self.views is None else str(self.views)
        applications = NOT_TOLD if self.applications is None else str(self.applications)
        read = f" (chiffres du {datetime_fr(self.figures_at)})" if self.figures_at else ""
        return f"Vues : {views} ; candidatures : {applications}{read}"

    @property
    def arrivals(self) -> str:
        """What our own links have counted. A link that left before they counted would make a false zero."""
        if self.key is None and self.endpoint == "public.offer":
            return f"Page vue {number_fr(self.visits or 0)}{NBSP}fois, robots non comptés."
        if not self.visits:
            return ""
        words = plural(self.visits, "visite", "visites")
        place = self.site if self.key else "ce flux"
        return f"Par {place} : {number_fr(self.visits)} {words} de l’offre sur notre site."


# By the name under which their readers are noted.
OPEN_FEEDS = {
    "json": ("Flux ouvert JSON", "feeds.json_feed"),
    "rss": ("Flux ouvert RSS", "feeds.rss_feed"),
    "xml": ("Flux ouvert XML", "feeds.xml_feed"),
}


def here(offer: Offer, visits: Mapping[str, int]) -> Whereabouts:
    """This very site."""
    if not is_visible(offer):
        return _absent(offer, "Ce site")
    seen, since = sum(visits.values()), offer.published_at
    return Whereabouts("Ce site", "Publiée", "Visible par tous.", since, endpoint="public.offer", visits=seen)


def feeds(offer: Offer, visits: Mapping[str, int]) -> list[Whereabouts]:
    """The open feeds."""
    read = last_readings(tuple(OPEN_FEEDS)) if is_visible(offer) else {}
    return [
        replace(_feed(offer, name, endpoint, read.get(key)), visits=visits.get(key))
        for key, (name, endpoint) in OPEN_FEEDS.items()
    ]


def _feed(offer: Offer, name: str, endpoint: str, read: Reading | None) -> Whereabouts:
    """Read by others when they wish: we only know that the offer is in it."""
    if not is_visible(offer):
        return _absent(offer, name)
    sentence = "Dans le flux ouvert. Les sites qui le lisent l’affichent à leur rythme."
    if read is not None:
        sentence += f" {read.sentence}"
    return Whereabouts(name, "Envoyée", sentence, offer.published_at, endpoint=endpoint)


def _absent(offer: Offer, name: str) -> Whereabouts:
    if offer.first_published_on is None:
        return Whereabouts(name, "Non demandé", "Pas encore publiée.", offer.changed_at)
    since = offer.ended_at or offer.changed_at
    if offer.ended_at is not None:
        return Whereabouts(name, "Retirée", "N’est plus visible.", since)
    return Whereabouts(name, "Retirée", "Retirée le temps d’une vérification.", since)
