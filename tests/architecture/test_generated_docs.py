"""Pages drawn from the code are those that the code draws now: a new route or state is seen in the diff."""

import re
from pathlib import Path

from flask import Flask

from app.domain.offers.consistency import inconsistencies
from app.scheduling import JOBS
from scripts.generate_docs import pages

OPERATIONS = Path(__file__).resolve().parents[2] / "docs" / "exploitation.md"


def test_the_generated_pages_are_up_to_date() -> None:
    stale = [
        path.name
        for path, content in pages().items()
        if not Path(path).exists() or path.read_text("utf-8") != content
    ]
    assert not stale, "Les refaire : make docs"


def test_the_page_of_operations_names_every_job_and_every_anomaly(app: Flask) -> None:
    named = set(re.findall(r"^\| `([a-z_]+)` \|", OPERATIONS.read_text("utf-8"), re.M))
    with app.app_context():
        assert set(JOBS) | set(inconsistencies()) <= named
