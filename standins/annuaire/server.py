"""The « annuaire » stand-in: directory, Sirene, geocoder and the registers of OPCOs on one port."""

from standins.annuaire import directory, geocoding, opco, sirene
from standins.server import StandIn

# The keys that the simulated Sirene and SIRO accept; they open nothing else.
SIRENE_KEY = "cle-du-simulateur"
SIRO_KEY = "cle-du-simulateur"


def annuaire(*, port: int = 0, sirene_key: str = SIRENE_KEY, siro_key: str = SIRO_KEY) -> StandIn:
    """The server, not started yet; port 0 takes a free one."""
    routes = [
        ("GET", r"/search", directory.search),
        ("GET", sirene.PATH, sirene.siret_of(sirene_key)),
        ("GET", r"/geocodage/search", geocoding.search),
        ("GET", r"/geocodage/reverse", geocoding.reverse),
        ("GET", opco.SIRO_PATH, opco.siro_of(siro_key)),
        ("GET", opco.DOCK_PATH, opco.cfadock),
        ("POST", opco.DOCK_PATH, opco.cfadock_batch),
        ("GET", opco.AGREEMENTS_PATH, opco.agreements),
    ]
    return StandIn("annuaire", routes, port=port)
