"""Pages drawn from the code are those that the code draws now: a new route or state is seen in the diff."""

from pathlib import Path

from scripts.generate_docs import pages


def test_the_generated_pages_are_up_to_date() -> None:
    stale = [
        path.name
        for path, content in pages().items()
        if not Path(path).exists() or path.read_text("utf-8") != content
    ]
    assert not stale, "Les refaire : make docs"
