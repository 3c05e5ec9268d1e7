"""The board of P9, in a process of its own: says its address, serves until it is killed."""

import sys
import threading

from standins.sites.server import sites


def main() -> None:
    """`python -m bench.board_site SECONDS`."""
    server = sites(delay=float(sys.argv[1])).start()
    sys.stdout.write(f"{server.url}\n")
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    main()
