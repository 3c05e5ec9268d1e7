"""`python -m standins --port-annuaire N --port-rome M …` serves the stand-ins until SIGTERM or Ctrl-C."""

import argparse
import signal
import sys
import threading

from standins.annuaire.server import annuaire
from standins.apec.server import apec
from standins.apprentissage.server import apprentissage
from standins.proconnect.server import proconnect
from standins.rome.server import rome
from standins.sites.server import sites


def main() -> int:
    """Serve until told to stop; 1 when a port is taken."""
    parser = argparse.ArgumentParser(prog="python -m standins", description="Simulateurs des partenaires.")
    parser.add_argument("--port-annuaire", type=int, default=5101)
    parser.add_argument("--port-rome", type=int, default=5102)
    parser.add_argument("--port-apprentissage", type=int, default=5103)
    parser.add_argument("--port-proconnect", type=int, default=5104)
    parser.add_argument("--port-apec", type=int, default=5105)
    parser.add_argument("--port-sites", type=int, default=5106)
    options = parser.parse_args()
    over = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: over.set())
    try:
        servers = [
            annuaire(port=options.port_annuaire),
            rome(port=options.port_rome),
            apprentissage(port=options.port_apprentissage),
            proconnect(port=options.port_proconnect),
            apec(port=options.port_apec),
            sites(port=options.port_sites, examines=True),
        ]
    except OSError as error:
        print(f"Un simulateur ne peut pas démarrer : {error.strerror}.", file=sys.stderr)
        return 1
    for server in servers:
        server.start()
        print(f"simulateur {server.name} : {server.url}", flush=True)
    over.wait()
    for server in servers:
        server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
