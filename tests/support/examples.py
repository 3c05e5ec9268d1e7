"""Examples of the documentation that tests produce: what is written there is what really leaves.

`REFAIRE_EXEMPLES=1` in the environment writes the page again; otherwise a difference is a failure.
"""

import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def keeps_example(page: str, name: str, text: str, *, language: str = "json") -> None:
    """The block `<!-- exemple : name -->` of a page under docs/ holds this very text."""
    path = ROOT / "docs" / page
    written = path.read_text("utf-8")
    pattern = re.compile(rf"(<!-- exemple : {re.escape(name)} -->\n\n?```{language}\n).*?(\n```)", re.DOTALL)
    assert pattern.search(written), f"{page} has no example « {name} »"
    wanted = pattern.sub(lambda found: found[1] + text.rstrip("\n") + found[2], written)
    if os.environ.get("REFAIRE_EXEMPLES"):
        path.write_text(wanted, "utf-8")
    assert path.read_text("utf-8") == wanted, f"{page} : l’exemple « {name} » n’est plus celui qui part"
