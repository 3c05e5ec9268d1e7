"""`make bench`: the measures of bench/, one table on screen and reports/bench.json."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Hand over to bench/__main__.py, in a process of its own: this file bears the same name."""
    return subprocess.run([sys.executable, "-m", "bench", *sys.argv[1:]], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
