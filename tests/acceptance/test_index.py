"""docs/acceptation.md names the tests that exist, and each criterion due has one."""

import re
from pathlib import Path

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs"
DUE = {1, 3, 4, 5, 6, 7, 9, 10, 11, 13, 15, 19, 21, 22, 23, 24, 25}


def test_each_criterion_due_is_shown_by_a_named_test() -> None:
    names = " ".join(path.read_text("utf-8") for path in HERE.glob("test_criteri*.py"))
    assert {int(number) for number in re.findall(r"def test_criterion_(\d\d)_", names)} == DUE


def test_the_table_names_files_that_exist_and_every_criterion_due() -> None:
    text = (DOCS / "acceptation.md").read_text("utf-8")
    for name in re.findall(r"`((?:\.\./)?[\w/]*test_\w+\.py)`", text):
        found = HERE / name
        assert found.exists() or (DOCS.parent / name).exists(), name
    rows = {int(number) for number in re.findall(r"^\| (\d+)\. ", text.split("## Parcours")[0], re.MULTILINE)}
    assert rows == DUE


def test_the_manual_protocol_claims_nothing_that_nobody_did() -> None:
    text = (DOCS / "accessibilite.md").read_text("utf-8")
    by_hand = text.split("## Parcours avec aide technique")[1].split("## Après")[0]
    rows = [line for line in by_hand.splitlines() if line.startswith("| ") and "---" not in line]
    assert len(rows) > 20
    signed = [row for row in rows if "à faire par une personne" not in row and "Fait par" not in row]
    # A line that was done holds a date and a name.
    assert all(re.search(r"\d{1,2}(?:er)? \w+ 20\d\d", row) for row in signed)
