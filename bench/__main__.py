"""`make bench`: fill a database, measure, show a table, write reports/bench.json."""

import sys
import time
import traceback
from collections.abc import Callable

from bench import deposit, expiry, feed, mail, memory, pages, queries, weight
from bench.pace import scale
from bench.processes import load
from bench.results import REPORT, Row, table, write
from bench.scene import Scene, built

MEASURES: dict[str, Callable[[Scene], list[Row]]] = {
    "pages": pages.measure,
    "dépôt": deposit.measure,
    "clôture": expiry.measure,
    "courriels": mail.measure,
    "démarrage et mémoire": memory.measure,
    "poids": weight.measure,
    "flux": feed.measure,
    "ordres": queries.measure,
}


def main() -> int:
    """0 when everything could be measured, whether it holds or not; the table says what doesn't."""
    start, number = time.monotonic(), scale()
    _say(f"{number} offres ; charge de la machine : {load():.1f}")
    rows: list[Row] = [Row.told("charge de la machine au début", load(), "processus")]
    failed = []
    with built(number) as scene:
        _say(f"  données en place ({time.monotonic() - start:.0f} s)")
        for name, measure in MEASURES.items():
            begun = time.monotonic()
            try:
                rows += measure(scene)
            except Exception:
                failed.append(name)
                traceback.print_exc()
            _say(f"  {name} ({time.monotonic() - begun:.0f} s)")
    rows.append(Row.told("charge de la machine à la fin", load(), "processus"))
    write(rows)
    _say(f"\n{table(rows)}\n")
    short = sum(row.holds is False for row in rows)
    _say(f"{short} mesure(s) sous leur seuil. Durée : {(time.monotonic() - start) / 60:.1f} min. {REPORT}")
    if failed:
        _say(f"Pas mesuré : {', '.join(failed)}")
    return 1 if failed else 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
