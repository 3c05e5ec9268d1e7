"""Habits that a reader can't check by eye: who writes a status, reads the time, or keeps personal data."""

import ast
import re
from pathlib import Path

import pytest
from flask import Flask

from app.core.database import db
from app.web.public.register import DURATIONS

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "app").rglob("*.py"))
# Rules of retention that the page « Données personnelles » explains; a column names one of them.
RETENTION = set(DURATIONS)
PERSONAL_NAMES = re.compile(r"(^|_)(email|name|phone|recipient|address)(_|$)")
NOT_OF_PERSONS = {
    "employer.name", "establishment.name", "establishment.address_line", "establishment.address_more",
    "offer.address_line", "offer.job_name", "suppressed_address.email", "opco.short_name",
    "outbox_circuit.name", "organisation.name", "series_line.company_name",
}  # fmt: skip


def _assigned_statuses(path: Path) -> list[int]:
    lines = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        targets = node.targets if isinstance(node, ast.Assign) else []
        for target in targets:
            names = target.elts if isinstance(target, ast.Tuple) else [target]
            if any(isinstance(name, ast.Attribute) and name.attr == "status" for name in names):
                lines.append(node.lineno)
    return lines


def test_only_the_lifecycle_writes_a_status() -> None:
    found = {str(path): _assigned_statuses(path) for path in SOURCES if path.name != "lifecycle.py"}
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize("pattern", [r"datetime\.now\(", r"\butcnow\b", r"date\.today\(", r"time\.time\("])
def test_time_is_read_from_the_clock(pattern: str) -> None:
    found = [
        str(path)
        for path in SOURCES
        if path != ROOT / "app/core/clock.py" and re.search(pattern, path.read_text(encoding="utf-8"))
    ]
    assert not found


def test_a_column_of_personal_data_has_a_retention_rule(built_app: Flask) -> None:
    for table in db.metadata.tables.values():
        for column in table.columns:
            personal = column.info.get("personal")
            full = f"{table.name}.{column.name}"
            if personal:
                assert personal["kept"] in RETENTION, full
                assert personal["basis"], full
            elif PERSONAL_NAMES.search(column.name) and isinstance(column.type.python_type, type):
                assert full in NOT_OF_PERSONS or column.type.python_type is not str, full


def test_the_suite_keeps_its_guards_up(built_app: Flask) -> None:
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert 'filterwarnings = ["error"]' in settings
    assert built_app.config.get("WTF_CSRF_ENABLED", True) is True
    assert "pytest-socket" in (ROOT / "requirements-dev.in").read_text(encoding="utf-8")
