"""The list of jobs: what is in it, and how a job is named."""

import re
from pathlib import Path

import pytest

from app.core.identifiers import RomeCode
from app.domain.reference import jobs
from app.domain.reference.jobs import (
    job_by_code,
    job_by_key,
    neighbours,
    of_job,
    search_jobs,
    spoken_name,
)

DATA = Path(jobs.__file__).parent / "data"


def rows(name: str) -> list[list[str]]:
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


CODES = dict(rows("rome_codes.tsv"))
EVERYDAY = rows("everyday_jobs.tsv")


def test_the_list_has_1584_codes_with_their_labels():
    assert len(CODES) == 1584
    assert all(
        re.fullmatch(r"[A-N]\d{4}", code) and label.strip() == label != "" for code, label in CODES.items()
    )
    assert job_by_code("D1102").label == "Boulanger / Boulangère"
    assert isinstance(job_by_code("D1102").code, RomeCode)


@pytest.mark.parametrize("code", ["", "Z9999", "d1102", "D11", "\0", "\ud800", "D1102'--"])
def test_an_unknown_code_is_no_job(code):
    assert job_by_code(code) is None
    assert neighbours(code) == []


def test_the_source_and_the_licence_are_written_on_the_data():
    header = (DATA / "rome_codes.tsv").read_text(encoding="utf-8").split("\nA1101")[0]
    assert "France Travail" in header
    assert "MIT" in header
    assert re.search(r"\d{4}-\d\d-\d\d", header)


def test_everyday_jobs_are_at_least_150_and_everyday_words_at_least_600():
    words = {word for row in EVERYDAY for word in row[4].split("|")}
    assert len(EVERYDAY) >= 150
    assert len(words) >= 600


def test_everyday_jobs_are_well_formed():
    for row in EVERYDAY:
        assert len(row) == 5, row
        key, code, masculine, feminine, words = row
        assert code in CODES, row
        assert re.fullmatch(r"[a-z][a-z-]*[a-z]", key) and not key.startswith("rome-"), row
        assert masculine and feminine and "'" not in masculine + feminine, row
        listed = words.split("|")
        assert all(word == word.strip() != "" for word in listed), row
        assert len(set(listed)) == len(listed), row
    assert len({row[0] for row in EVERYDAY}) == len(EVERYDAY)


def test_every_key_leads_back_to_its_name():
    for key in [row[0] for row in EVERYDAY] + [f"rome-{code.lower()}" for code in CODES]:
        hit = job_by_key(key)
        assert hit.appellation_key == key
        assert hit.rome_code in CODES
        assert hit.score == 1


@pytest.mark.parametrize(
    "key", ["", "inconnu", "rome-z9999", "Boulanger", "boulanger\0", "\udfff", "../boulanger"]
)
def test_an_unknown_key_is_no_name(key):
    assert job_by_key(key) is None


def test_both_genders_are_said_and_what_they_share_is_said_once():
    seller = job_by_key("vendeur-boulangerie")
    assert seller.both == spoken_name(seller) == "vendeur ou vendeuse en boulangerie"
    assert seller.appellation == "Vendeur / Vendeuse en boulangerie"
    assert job_by_key("assistant-social").both == "assistant social ou assistante sociale"
    assert job_by_key("fleuriste").both == "fleuriste"
    assert job_by_key("fleuriste").appellation == "Fleuriste"
    assert job_by_key("fleuriste").feminine is None


def test_labels_of_the_list_read_as_french_in_a_sentence():
    assert job_by_key("rome-a1209").both == "élagueur ou élagueuse"
    assert job_by_key("rome-a1209").appellation == "Élagueur / Élagueuse"
    assert job_by_key("rome-b1609").appellation == "Responsable d’atelier en bijouterie ou joaillerie"
    assert job_by_key("rome-l1101").both == "DJ"


def test_no_name_keeps_a_typewriter_apostrophe_or_a_capital_without_its_accent():
    for code in CODES:
        hit = job_by_key(f"rome-{code.lower()}")
        assert "'" not in hit.both + hit.appellation, hit
        assert not re.search(r"\bE(?:lev|lectr|duc|lag|tanch|conom|bénis)", hit.appellation), hit


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("boulanger", "de boulanger"),
        ("electricien", "d’électricien"),
        ("horticulteur", "d’horticulteur"),
        ("hote-caisse", "d’hôte de caisse"),
        ("estheticien", "d’esthéticien"),
        ("atsem", "d’agent spécialisé des écoles maternelles"),
        ("rome-a1423", "d’œnologue"),
        ("rome-l1101", "de DJ"),
    ],
)
def test_the_name_elides_after_de(key, expected):
    assert of_job(job_by_key(key)) == expected


def test_neighbours_are_of_the_same_domain_and_exclude_the_job():
    near = neighbours("D1102", limit=5)
    assert near[0].code == "D1108"
    assert all(job.code.startswith("D11") and job.code != "D1102" for job in near)
    assert neighbours("D1102", limit=0) == []


@pytest.mark.parametrize("typed", ["D1102", "d1102", " D 1102 ", "d 1102"])
def test_a_typed_code_gives_its_job(typed):
    assert [hit.appellation_key for hit in search_jobs(typed)] == ["boulanger"]


def test_a_code_being_typed_gives_the_jobs_that_begin_so():
    assert {hit.rome_code[:3] for hit in search_jobs("D11", limit=20)} == {"D11"}
