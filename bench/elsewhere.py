"""Figures of other services, measured once on two idle cores with PostgreSQL 15 in November 2026.

Two synchronous gunicorn processes, four connections, production settings. They can't be run here: what is
compared with them is marked « mesuré ailleurs », and the processor time of a request says more than the rate.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Peer:
    """A page of another service: answers a second, processor time of its application in milliseconds."""

    name: str
    rate: float
    cpu_ms: float


LES_EMPLOIS_OFFER = Peer("les-emplois, page d’offre", 100.0, 17.0)
LES_EMPLOIS_HOME = Peer("les-emplois, accueil", 255.0, 7.0)
INDICO_DETAIL = Peer("Indico, page de détail", 48.0, 33.0)
FLASK_HELLO_RATE = 5_400.0
"""Bare Flask under the same server on those idle cores: how fast that machine was."""
LES_EMPLOIS_STATEMENTS = 112
"""To add an offer as an employer, in eight requests."""
LES_EMPLOIS_START_SECONDS = 4.7
LES_EMPLOIS_WORKER_MB = 200.0
LA_BONNE_ALTERNANCE_SCRIPT_KB = 396.0
"""The compressed script alone of its home page."""
