"""What a person sees at the simulated La bonne alternance: the search, and the page of an offer."""

import html

from standins.apprentissage.offers import Offers
from standins.apprentissage.stored import Stored, folded
from standins.exchange import Reply, Request


class Pages:
    """The site, over what the partner remembers."""

    def __init__(self, offers: Offers) -> None:
        self._offers = offers

    def page(self, request: Request) -> Reply:
        """The search page: every offer that is online there."""
        wanted = folded(request.first("q"))
        found = [one for one in self._offers.visible() if wanted in folded(_title(one))]
        items = "".join(
            f'<li><a href="{_address(one)}">{html.escape(_title(one), quote=False)}</a> — {_place(one)}</li>'
            for one in found
        )
        none = "" if items else "<p>Aucune offre.</p>"
        form = '<form><label>Métier <input name="q"></label> <button>Chercher</button></form>'
        return _page("La bonne alternance (simulateur)", f"{form}<ul>{items}</ul>{none}")

    def one_page(self, request: Request) -> Reply:
        """The page of one offer; 404 once it is over."""
        identifier = request.path.split("/")[3]
        known = next((one for one in self._offers.visible() if one.id == identifier), None)
        if known is None:
            return _page("Offre introuvable", "<p>Cette offre n’est plus en ligne.</p>", status=404)
        shown = known.shown or {}
        apply_url = html.escape(str(shown["apply"].get("url") or ""), quote=True)
        content = f"<p>{_place(known)}</p>{shown['offer']['description']}"
        return _page(_title(known), f'{content}<p><a href="{apply_url}">Postuler</a></p>')


def _title(one: Stored) -> str:
    return html.unescape(str(one.shown["offer"]["title"])) if one.shown else ""


def _place(one: Stored) -> str:
    place = one.shown["workplace"] if one.shown else {}
    where = (place.get("location") or {}).get("address") or ""
    name = html.unescape(place.get("name") or "")
    return html.escape(f"{name}, {where}".strip(", "), quote=False)


def _address(one: Stored) -> str:
    return f"/emploi/offres_emploi_partenaires/{one.id}/offre"


def _page(title: str, content: str, *, status: int = 200) -> Reply:
    said = html.escape(title, quote=False)
    text = (
        f'<!doctype html><html lang="fr"><meta charset="utf-8"><title>{said}</title>'
        f'<h1>{said}</h1><p><a href="/recherche">Chercher une offre</a></p>{content}</html>'
    )
    return Reply(status, text.encode(), content_type="text/html; charset=utf-8")
