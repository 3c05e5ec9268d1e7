"""`make bench`: the measures of bench/, one table on screen and reports/bench.json."""

import runpy
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Hand over to bench/__main__.py, where there is one."""
    if not (ROOT / "bench" / "__main__.py").exists():
        sys.stdout.write("Aucune mesure pour l’instant : pas encore mesuré.\n")
        return 0
    (ROOT / "reports").mkdir(exist_ok=True)
    sys.argv = ["bench"]
    runpy.run_module("bench", run_name="__main__")
    return 0


if __name__ == "__main__":
    sys.exit(main())
