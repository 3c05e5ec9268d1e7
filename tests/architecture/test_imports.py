"""Imports follow the house: the contracts of pyproject.toml, and none hidden in a function."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "app").rglob("*.py")) + sorted((ROOT / "standins").rglob("*.py"))
FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "manager"}


def test_the_import_contracts_hold() -> None:
    result = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_first_party_import_hides_in_a_function(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    hidden = [
        inner.lineno
        for outer in ast.walk(tree)
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(outer)
        if (isinstance(inner, ast.ImportFrom) and (inner.module or "").split(".")[0] in {"app", "standins"})
        or (isinstance(inner, ast.Import) and any(n.name.split(".")[0] == "app" for n in inner.names))
    ]
    assert not hidden, f"lines {hidden}"


def test_imports_are_absolute_and_no_module_has_a_vague_name() -> None:
    for path in SOURCES:
        assert path.stem not in FORBIDDEN_NAMES, path
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path}:{node.lineno} relative import"
