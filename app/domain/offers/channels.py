"""« Où est mon offre ? » for our own channels: this site and its open feeds.

Feeds are read by others when they wish: we only know that the offer is in them.
"""

from dataclasses import dataclass
from datetime import datetime

from app.domain.offers.models import Offer
from app.domain.offers.queries import is_visible


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """One line of the table: a state in words, since when, and what to do."""

    site: str
    state: str
    sentence: str
    since: datetime | None
    endpoint: str | None
    next_act: str


def where_is(offer: Offer) -> list[Whereabouts]:
    """One line a channel, honest about what is known."""
    visible = is_visible(offer)
    since = offer.published_at if visible else (offer.ended_at or offer.changed_at)
    if visible:
        site = Whereabouts("Ce site", "Publiée", "Visible par tous.", since, "public.offer", "Rien à faire")
        feeds = [
            Whereabouts(
                name,
                "Envoyée",
                "Dans le flux ouvert. Les sites qui le lisent l’affichent à leur rythme.",
                since,
                endpoint,
                "Rien à faire",
            )
            for name, endpoint in _FEEDS
        ]
        return [site, *feeds]
    word, sentence, act = _absent(offer)
    return [
        Whereabouts(name, word, sentence, since, None, act)
        for name in ("Ce site", *(name for name, _ in _FEEDS))
    ]


_FEEDS = (("Flux ouvert JSON", "feeds.json_feed"), ("Flux ouvert RSS", "feeds.rss_feed"))


def _absent(offer: Offer) -> tuple[str, str, str]:
    if offer.first_published_on is None:
        return "Non demandé", "Pas encore publiée.", "Rien à faire"
    if offer.ended_at is not None:
        return "Retirée", "N’est plus visible.", "Republier"
    return "Retirée", "Retirée le temps d’une vérification.", "Rien à faire"
