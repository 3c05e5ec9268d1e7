"""APEC as the portal sees it: ADEP V5 over SOAP, and the pages where people read the offers."""

import html

from standins.apec.positions import Positions, Stored
from standins.exchange import Reply, Request
from standins.server import StandIn

PATH = "/v5/positions"


class _Pages:
    def __init__(self, positions: Positions) -> None:
        self._positions = positions

    def everything(self, request: Request) -> Reply:
        """Every position, whatever its state: what its consultants see."""
        items = "".join(
            f'<li><a href="{_address(one)}">{_title(one)}</a> : {_esc(f"{one.status}, {one.reference}")}</li>'
            for one in self._positions.stored.values()
        )
        return _page("APEC (simulateur)", f"<ul>{items}</ul>" if items else "<p>Aucune offre.</p>")

    def one(self, request: Request) -> Reply:
        """The page of one position; 404 while it isn't published."""
        number = request.path.rpartition("/")[2]
        known = next((one for one in self._positions.stored.values() if one.number == number), None)
        if known is None or known.status != "PUBLIEE":
            return _page("Offre introuvable", "<p>Cette offre n’est pas en ligne.</p>", status=404)
        url = html.escape(known.fields.get("InternetWebAddress", ""), quote=True)
        blocks = "".join(
            f"<h2>{title}</h2><p>{_text(known.texts.get(name, ''))}</p>"
            for name, title in (
                ("POSITION_DESCRIPTION", "Descriptif du poste"),
                ("PROFILE_DESCRIPTION", "Profil recherché"),
                ("ORGANIZATION_DESCRIPTION", "Entreprise"),
            )
        )
        company = _esc(known.texts.get("ORGANIZATION_NAME", ""))
        return _page(_title(known), f'<p>{company}</p>{blocks}<p><a href="{url}">Postuler</a></p>')


def _title(one: Stored) -> str:
    return _esc(one.fields.get("PositionTitle", ""))


def _address(one: Stored) -> str:
    return f"/candidat/recherche-emploi.html/emploi/detail-offre/{one.number}"


def _esc(text: str) -> str:
    return html.escape(text, quote=True)


def _text(text: str) -> str:
    # The few tags that are accepted are shown as such.
    return _esc(text).replace("&lt;br/&gt;", "<br>")


def _page(title: str, content: str, *, status: int = 200) -> Reply:
    text = (
        f'<!doctype html><html lang="fr"><meta charset="utf-8"><title>{title}</title><h1>{title}</h1>'
        f'<p><a href="/offres">Toutes les offres</a></p>{content}</html>'
    )
    return Reply(status, text.encode(), content_type="text/html; charset=utf-8")


def apec(*, port: int = 0) -> StandIn:
    """The server, not started yet; port 0 takes a free one."""
    positions = Positions()
    pages = _Pages(positions)
    routes = [
        ("POST", PATH, positions.receive),
        ("POST", "/simulateur", positions.command),
        ("GET", "/offres", pages.everything),
        ("GET", "/candidat/recherche-emploi[.]html/emploi/detail-offre/[^/]+", pages.one),
    ]
    server = StandIn("apec", routes, port=port, forget=positions.forget)
    positions.pages_url = server.url
    return server
