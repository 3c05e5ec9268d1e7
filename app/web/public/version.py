"""The portal's own version, as its project file says it."""

import tomllib
from functools import lru_cache
from pathlib import Path

_PROJECT = Path(__file__).resolve().parents[3] / "pyproject.toml"


@lru_cache(maxsize=1)
def version() -> str:
    """« 0.1.0 »."""
    return str(tomllib.loads(_PROJECT.read_text(encoding="utf-8"))["project"]["version"])
