"""P10: from the start of the server to its first answer, and the memory of a web process that has worked."""

import statistics

from bench.browser import Browser
from bench.data import some_jobs
from bench.deposit import SIRET
from bench.elsewhere import LES_EMPLOIS_START_SECONDS, LES_EMPLOIS_WORKER_MB
from bench.load import hammer
from bench.processes import own_mb, resident_mb
from bench.results import ELSEWHERE, Row
from bench.scene import Scene
from bench.web import Server, portal

JOBS_TYPED = 30


def measure(scene: Scene) -> list[Row]:
    """The median start; the heaviest process after pages, feed, searches of jobs and a deposit begun."""
    starts, cpu = [], []
    with scene.database() as url:
        for _ in range(scene.pace.rounds):
            with portal(scene, url) as server:
                starts.append(server.started_in)
                cpu.append(server.start_cpu)
                if len(starts) == scene.pace.rounds:
                    _use(server, scene)
                    memory = max(resident_mb(pid) for pid in server.workers)
                    shared_out = max(own_mb(pid) for pid in server.workers)
    said = f"les-emplois ({ELSEWHERE})"
    start = statistics.median(starts)
    return [
        Row.lower("P10 première réponse", start, "s", LES_EMPLOIS_START_SECONDS, said, 0.4, 0.2),
        Row.told("P10 processeur du démarrage, deux processus", statistics.median(cpu), "s"),
        Row.told("P10 mémoire d’un processus, pages communes partagées entre eux", shared_out, "Mo"),
        Row.lower("P10 mémoire d’un processus", memory, "Mo", LES_EMPLOIS_WORKER_MB, said, 0.5, 0.35),
    ]


def _use(server: Server, scene: Scene) -> None:
    """What makes a process grow: every table of reference read, templates compiled, a whole feed sent."""
    paths = [
        "/",
        "/offres",
        "/offres?page=3",
        "/offres/offre0000001",
        "/offres/offre0000001/affiche",
    ]
    hammer(server.port, paths, seconds=scene.pace.seconds, check=lambda body: bool(body))
    for rank, job in enumerate(some_jobs()[: min(JOBS_TYPED, scene.pace.journeys)]):
        with Browser(server.port, number=rank) as person:
            person.get("/flux/offres.json?departement=75")
            page = person.submit(person.get("/"), {"q": SIRET})
            answers = {"job": job.appellation, "name": "Camille", "email": "camille@boulangerie.example"}
            person.submit(page, answers, accepted=(200, 422))
