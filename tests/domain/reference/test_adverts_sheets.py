"""The job sheets written by hand: shapes, plain language, nothing that the law or good sense refuses."""

import re
from importlib.resources import files
from itertools import combinations

import pytest

from app.core.french import typo
from app.domain.reference.sheets import Sheet, all_sheets, sheet_for

SHEETS = all_sheets()
EACH_SHEET = pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.code)
REFUSED = re.compile(
    r"(?<![-\w])(?:jeunes?|hommes?|femmes?|âge|nationalité|origines?|célibataire|enceinte|santé parfaite"
    r"|salaire|rémunération|prime de|euros?)(?!\w)|·|\(e\)|\(ne\)|€|\b\d+ ?h\b|\bCDI\b",
    re.IGNORECASE,
)
VERB = re.compile(r"^(?:\w+-)?[A-ZÀÂÉÊÎÔ]\w*(?:er|ir|re|oir)\b|^(?:Se|S’)")


def _texts(sheet: Sheet) -> tuple[str, ...]:
    return (sheet.about, *sheet.tasks, *sheet.skills)


def _sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?])\s+", text) if part]


def _words(sentence: str) -> int:
    return len(re.findall(r"\w[\w’-]*", sentence))


def _known_codes() -> set[str]:
    source = files("app.domain.reference") / "data" / "rome_codes.tsv"
    lines = source.read_text(encoding="utf-8").splitlines()
    return {line.split("\t")[0] for line in lines if line and not line.startswith("#")}


def test_there_are_more_than_eighty_sheets() -> None:
    assert len(SHEETS) >= 150


def test_every_sheet_is_about_a_code_of_the_list() -> None:
    assert {sheet.code for sheet in SHEETS} <= _known_codes()


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("D1102", "pains"),
        ("F1703", "murs"),
        ("I1604", "voitures"),
        ("J1501", "dépendantes"),
        ("M1805", "logiciels"),
    ],
)
def test_a_sheet_speaks_of_its_own_job(code: str, word: str) -> None:
    sheet = sheet_for(code)
    assert sheet is not None
    assert word in sheet.about


@EACH_SHEET
def test_a_sheet_has_the_shape_agreed(sheet: Sheet) -> None:
    assert 2 <= len(_sentences(sheet.about)) <= 4
    assert 5 <= len(sheet.tasks) <= 7
    assert 4 <= len(sheet.skills) <= 6
    assert len(set(sheet.tasks)) == len(sheet.tasks)
    assert len(set(sheet.skills)) == len(sheet.skills)


@EACH_SHEET
def test_tasks_are_infinitives_and_lines_end_without_a_full_stop(sheet: Sheet) -> None:
    for task in sheet.tasks:
        assert VERB.match(task), task
        assert 12 <= len(task) <= 90, task
    for line in (*sheet.tasks, *sheet.skills):
        assert line[0].isupper(), line
        assert not line.endswith((".", ";", ",", " ")), line


@EACH_SHEET
def test_the_description_speaks_to_the_candidate(sheet: Sheet) -> None:
    assert "ous " in sheet.about or "otre " in sheet.about
    assert sheet.about.endswith(".")
    assert not re.search(r"\b(?:tu|ton|ta|tes)\b", sheet.about)


@EACH_SHEET
def test_sentences_are_short(sheet: Sheet) -> None:
    counts = [_words(sentence) for sentence in _sentences(sheet.about)]
    assert sum(counts) / len(counts) <= 20
    assert max(counts) <= 26


@EACH_SHEET
def test_nothing_about_age_sex_origin_pay_or_hours(sheet: Sheet) -> None:
    for text in _texts(sheet):
        assert not REFUSED.search(text), text


@EACH_SHEET
def test_french_typography(sheet: Sheet) -> None:
    for text in _texts(sheet):
        assert typo(text) == text
        assert "'" not in text
        assert "  " not in text
        assert text == text.strip()


def test_two_sheets_share_almost_nothing() -> None:
    lines = {sheet.code: {*_sentences(sheet.about), *sheet.tasks} for sheet in SHEETS}
    shared = {(one, other): lines[one] & lines[other] for one, other in combinations(lines, 2)}
    assert {pair: common for pair, common in shared.items() if len(common) > 1} == {}


def test_work_with_machines_heights_or_alcohol_is_marked_as_regulated() -> None:
    for code in ("D1101", "F1619", "H2903", "I1604", "N1101", "G1801", "H2913", "A1209"):
        sheet = sheet_for(code)
        assert sheet is not None
        assert sheet.regulated_for_minors, code
    for code in ("M1607", "C1102", "E1205", "D1209"):
        sheet = sheet_for(code)
        assert sheet is not None
        assert not sheet.regulated_for_minors, code


def test_a_sheet_is_read_once() -> None:
    assert sheet_for("D1102") is sheet_for("d1102")


@pytest.mark.parametrize("code", ["Z9999", "", "1234", "*", "../", "D", "D9999"])
def test_an_unknown_code_has_no_sheet(code: str) -> None:
    assert sheet_for(code) is None
