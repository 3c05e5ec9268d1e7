"""P5: the offer page and the home page, in turn with the least that Flask can answer."""

import os
import statistics
from dataclasses import dataclass, field

from bench.elsewhere import FLASK_HELLO_RATE, INDICO_DETAIL, LES_EMPLOIS_HOME, LES_EMPLOIS_OFFER, Peer
from bench.load import Check, hammer
from bench.results import ELSEWHERE, Row
from bench.scene import Scene
from bench.web import Server, bare, portal

OFFERS_SEEN = 500


@dataclass
class Figures:
    """What the rounds of one page gave, one figure a round; times in milliseconds."""

    rates: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)


def measure(scene: Scene) -> list[Row]:
    """Rates, latencies, processor time of a request."""
    step = max(1, scene.scale // OFFERS_SEEN)
    offers = [f"/offres/offre{number:07d}" for number in range(1, scene.scale + 1, step)]
    pages: dict[str, tuple[list[str], Check]] = {
        "page d’offre": (offers, lambda body: b"application/ld+json" in body and b"</html>" in body),
        "accueil": (["/"], lambda body: b'name="q"' in body and b"</html>" in body),
    }
    figures = {name: Figures() for name in (*pages, "Flask nu")}
    with (
        scene.database() as url,
        portal(scene, url) as server,
        bare("bench.hello:app", dict(os.environ)) as least,
    ):
        for rank in range(scene.pace.rounds + 1):
            for name, (paths, check) in pages.items():
                _round(figures[name], server, scene, paths, check, kept=rank > 0)
            _round(figures["Flask nu"], least, scene, ["/"], lambda body: body == b"bonjour", kept=rank > 0)
    return [
        *_rows("P5 page d’offre", figures["page d’offre"], figures["Flask nu"]),
        *_against(
            "P5 page d’offre", figures["page d’offre"], figures["Flask nu"], LES_EMPLOIS_OFFER, 5.0, 8.0
        ),
        *_against("P5 page d’offre", figures["page d’offre"], figures["Flask nu"], INDICO_DETAIL, 8.0, 15.0),
        *_rows("P5 accueil", figures["accueil"], figures["Flask nu"]),
        *_against("P5 accueil", figures["accueil"], figures["Flask nu"], LES_EMPLOIS_HOME, 3.0, 5.0),
    ]


def _round(
    figures: Figures, server: Server, scene: Scene, paths: list[str], check: Check, *, kept: bool
) -> None:
    """One round; the first one of each page only warms the caches."""
    database = scene.server_cpu()
    cpu = server.cpu()
    load = hammer(
        server.port, paths, seconds=scene.pace.seconds if kept else scene.pace.seconds / 4, check=check
    )
    if not kept:
        return
    number = len(load.latencies)
    figures.cpu.append((server.cpu() - cpu) / number * 1000)
    figures.database.append((scene.server_cpu() - database) / number * 1000)
    figures.rates.append(load.rate)
    figures.p50.append(load.percentile(0.5))
    figures.p99.append(load.percentile(0.99))


def _rows(name: str, ours: Figures, least: Figures) -> list[Row]:
    share = ours.rate / least.rate
    return [
        Row(f"{name}, débit", ours.rate, "req/s", "Flask nu, même passage", least.rate, share),
        Row.told(f"{name}, médiane", statistics.median(ours.p50), "ms"),
        Row.told(f"{name}, 99e centile", statistics.median(ours.p99), "ms"),
        Row.told(f"{name}, processeur de l’application", statistics.median(ours.cpu), "ms/req"),
        Row.told(f"{name}, processeur de la base", statistics.median(ours.database), "ms/req"),
    ]


def _against(name: str, ours: Figures, least: Figures, peer: Peer, floor: float, aim: float) -> list[Row]:
    """By the rate and by processor time, as asked; then each as a share of what bare Flask does there.

    Of the three the last says most: the peers were measured on another day, on a machine that was idle.
    """
    said = f"{peer.name} ({ELSEWHERE})"
    cpu = statistics.median(ours.cpu)
    share, theirs = ours.rate / least.rate, peer.rate / FLASK_HELLO_RATE
    return [
        Row.higher(f"{name}, débit", ours.rate, "req/s", peer.rate, said, floor, aim),
        Row.lower(f"{name}, processeur", cpu, "ms/req", peer.cpu_ms, said, 1 / floor, 1 / aim),
        Row.higher(f"{name}, part du débit de Flask nu", share, "", theirs, said, floor, aim),
    ]
