"""`make bench`: fill a database, measure, show a table, write reports/bench.json.

`python -m bench P6 P8` measures these alone and shows them; the report stays as the last whole run wrote it.
"""

import sys
import time
import traceback
from collections.abc import Callable

from bench import deposit, expiry, feed, file, mail, memory, opco_board, pages, push, queries, weight
from bench.pace import scale
from bench.processes import load
from bench.results import REPORT, Row, table, write
from bench.scene import Scene, built

MEASURES: dict[str, tuple[str, Callable[[Scene], list[Row]]]] = {
    "P5": ("pages", pages.measure),
    "P6": ("dépôt", deposit.measure),
    "P7": ("clôture", expiry.measure),
    "P8": ("courriels", mail.measure),
    "P9": ("envois aux sites", push.measure),
    "P10": ("démarrage et mémoire", memory.measure),
    "P11": ("poids", weight.measure),
    "P12": ("flux", feed.measure),
    "FT": ("fichier de France Travail", file.measure),
    "P13": ("ordres", queries.measure),
    "OPCO": ("tableau OPCO", opco_board.measure),
}


def main(codes: list[str]) -> int:
    """0 when everything could be measured, whether it holds or not; the table says what doesn't."""
    unknown = [code for code in codes if code not in MEASURES]
    if unknown:
        _say(f"Mesure inconnue : {', '.join(unknown)}. Il y a : {', '.join(MEASURES)}.")
        return 2
    start, number = time.monotonic(), scale()
    _say(f"{number} offres ; charge de la machine : {load():.1f}")
    rows: list[Row] = [Row.told("charge de la machine au début", load(), "processus")]
    failed = []
    with built(number) as scene:
        _say(f"  données en place ({time.monotonic() - start:.0f} s)")
        for name, measure in (MEASURES[code] for code in codes or MEASURES):
            begun = time.monotonic()
            try:
                found = measure(scene)
                rows += found
                _say(table(found).partition("\n")[2])
            except Exception:
                failed.append(name)
                traceback.print_exc()
            _say(f"  {name} ({time.monotonic() - begun:.0f} s)")
    rows.append(Row.told("charge de la machine à la fin", load(), "processus"))
    if not codes:
        write(rows)
        _say(f"{REPORT}")
    _say(f"\n{table(rows)}\n")
    short = sum(row.holds is False for row in rows)
    _say(f"{short} mesure(s) sous leur seuil. Durée : {(time.monotonic() - start) / 60:.1f} min.")
    if failed:
        _say(f"Pas mesuré : {', '.join(failed)}")
    return 1 if failed else 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
