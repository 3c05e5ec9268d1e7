"""One night in a process of its own: what it did, how long, and the most memory that it held."""

import json
import os
import sys
import time

from app import create_app
from app.scheduling.runner import run_job
from bench.processes import highest_resident_mb, resident_mb


def main() -> None:
    """Run `deliver_files`, tell."""
    app = create_app()
    idle, start = resident_mb(os.getpid()), time.monotonic()
    with app.app_context():
        report = run_job("deliver_files", dry=False)
    if report.error:
        raise SystemExit(report.error)
    told = {
        "offers": report.counts["offers"],
        "sent": report.counts["sent"],
        "seconds": time.monotonic() - start,
        "idle_mb": idle,
        "peak_mb": highest_resident_mb(os.getpid()),
    }
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
