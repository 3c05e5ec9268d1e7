"""The « annuaire » stand-in: directory, Sirene and geocoder on one port."""

from standins.annuaire import directory, geocoding, sirene
from standins.server import StandIn

# The key that the simulated Sirene accepts; it opens nothing else.
SIRENE_KEY = "cle-du-simulateur"


def annuaire(*, port: int = 0, sirene_key: str = SIRENE_KEY) -> StandIn:
    """The server, not started yet; port 0 takes a free one."""
    routes = [
        ("GET", r"/search", directory.search),
        ("GET", sirene.PATH, sirene.siret_of(sirene_key)),
        ("GET", r"/geocodage/search", geocoding.search),
        ("GET", r"/geocodage/reverse", geocoding.reverse),
    ]
    return StandIn("annuaire", routes, port=port)
