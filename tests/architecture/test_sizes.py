"""Small files, short functions. A limit is moved by an ADR, not by an exception."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIMITS = {"module": 250, "function": 40, "template": 200, "test": 400}
MODULES = [
    path
    for folder in ("app", "standins", "scripts", "bench")
    for path in sorted((ROOT / folder).rglob("*.py"))
]
TESTS = sorted((ROOT / "tests").rglob("*.py"))
TEMPLATES = [path for path in sorted((ROOT / "templates").rglob("*")) if path.is_file()]


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_module_and_its_functions_stay_small(path: Path) -> None:
    assert _lines(path) <= LIMITS["module"]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= LIMITS["function"], f"{node.name} has {length} lines"


def test_test_modules_and_templates_stay_small() -> None:
    too_long = [f"{_name(path)} {_lines(path)}" for path in TESTS if _lines(path) > LIMITS["test"]]
    too_long += [f"{_name(path)} {_lines(path)}" for path in TEMPLATES if _lines(path) > LIMITS["template"]]
    assert not too_long
