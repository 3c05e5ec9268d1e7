"""From a job alone, a complete advert: for the 1,584 codes and for every everyday name."""

import re
from functools import cache
from importlib.resources import files

import pytest

from app.core.french import typo
from app.domain.reference.advert_families import all_families
from app.domain.reference.adverts import MAX_TITLE, Advert, write_advert
from app.domain.reference.jobs import job_by_key
from app.domain.reference.wording import split_label

CONTRACTS = ("apprenticeship", "professionalisation", "either")
UNREAD = re.compile(
    r"\b(?:de|le|que|se|ne) (?=[aeiouyàâéèêëîïôöûùœ](?!ield|u la))|\bde h(?=[oôéèiuy])"
    r"|\b(?:de le|de les|à le)\b"
    r"|\.\.|,,| ,| \.|\s{3,}| {2}|'|·|\(e\)|\(s\)|/|None|\(\)"
)
REFUSED = re.compile(r"(?<![-\w])(?:jeune|homme|femme|âge|nationalité)(?!\w)", re.IGNORECASE)


@cache
def _rows(name: str) -> list[list[str]]:
    source = files("app.domain.reference") / "data" / name
    lines = source.read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def _of_label(code: str, label: str, *, level: int | None = 3, contract: str = "apprenticeship") -> Advert:
    masculine, feminine = split_label(label)
    return write_advert(
        rome_code=code, masculine=masculine, feminine=feminine, level=level, contract=contract
    )


def _all_adverts(*, contract: str) -> list[tuple[str, Advert]]:
    return [(code, _of_label(code, label, contract=contract)) for code, label in _rows("rome_codes.tsv")]


def _texts(advert: Advert) -> tuple[str, ...]:
    return (advert.title, advert.description, *advert.tasks, *advert.skills)


def test_the_list_is_whole() -> None:
    assert len(_rows("rome_codes.tsv")) == 1584


@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_code_gives_a_complete_advert(contract: str) -> None:
    for code, advert in _all_adverts(contract=contract):
        assert 12 <= len(advert.title) <= MAX_TITLE, (code, advert.title)
        assert 200 <= len(advert.description) <= 1500, code
        assert 5 <= len(advert.tasks) <= 7, code
        assert 4 <= len(advert.skills) <= 6, code
        assert all(text.strip() for text in _texts(advert)), code
        assert len(set(advert.tasks)) == len(advert.tasks), code
        assert len(set(advert.skills)) == len(advert.skills), code
        assert advert.generated


def test_every_text_of_every_code_reads_well() -> None:
    for code, advert in _all_adverts(contract="apprenticeship"):
        for text in _texts(advert):
            assert typo(text) == text, (code, text)
            assert not UNREAD.search(text.replace("\n\n", " ")), (code, text)
            assert not REFUSED.search(text), (code, text)
        assert advert.title[0].isupper() or advert.title[0].isdigit(), advert.title
        assert advert.description.startswith("Vous apprenez le métier d"), code


def test_sentences_of_every_code_are_short_on_average() -> None:
    for code, advert in _all_adverts(contract="apprenticeship"):
        sentences = [part for part in re.split(r"(?<=[.!?])\s+", advert.description) if part]
        words = sum(len(re.findall(r"\w[\w’-]*", sentence)) for sentence in sentences)
        assert words / len(sentences) <= 20, code


def test_every_everyday_name_gives_an_advert() -> None:
    for key, code, *_ in _rows("everyday_jobs.tsv"):
        hit = job_by_key(key)
        assert hit is not None, key
        advert = write_advert(rome_code=code, masculine=hit.masculine, feminine=hit.feminine)
        assert len(advert.title) <= MAX_TITLE
        for text in _texts(advert):
            assert typo(text) == text, (key, text)
            assert not UNREAD.search(text.replace("\n\n", " ")), (key, text)
            assert not REFUSED.search(text), (key, text)


def test_every_sub_domain_has_its_family() -> None:
    known = {code[:3] for code, _ in _rows("rome_codes.tsv")}
    assert known <= all_families()


def test_the_title_says_both_genders_and_the_contract() -> None:
    baker = write_advert(rome_code="D1102", masculine="boulanger", feminine="boulangère")
    assert baker.title == "Boulanger ou boulangère en apprentissage"
    assert baker.sheet == "D1102"
    trainee = write_advert(
        rome_code="D1102", masculine="boulanger", feminine="boulangère", contract="professionalisation"
    )
    assert trainee.title == "Boulanger ou boulangère en contrat de professionnalisation"
    assert "Contrat de professionnalisation\u00a0: vous partagez" in trainee.description
    either = write_advert(rome_code="D1102", masculine="boulanger", feminine="boulangère", contract="either")
    assert either.title == "Boulanger ou boulangère en alternance"


def test_a_name_that_serves_both_is_said_once() -> None:
    advert = write_advert(rome_code="M1203", masculine="Comptable", feminine=None)
    assert advert.title == "Comptable en apprentissage"
    assert advert.description.startswith("Vous apprenez le métier de comptable.")


def test_an_activity_is_a_heading() -> None:
    advert = write_advert(rome_code="D1102", masculine="Boulangerie et viennoiserie", feminine=None)
    assert advert.title == "Boulangerie et viennoiserie\u00a0: contrat d’apprentissage"
    assert advert.description.startswith("Métier\u00a0: boulangerie et viennoiserie. Vous fabriquez")


@pytest.mark.parametrize(
    ("level", "said"),
    [
        (3, "CAP."),
        (4, "Bac."),
        (5, "Bac\u00a0+\u00a02."),
        (6, "Bac\u00a0+\u00a03."),
        (7, "Bac\u00a0+\u00a05."),
    ],
)
def test_the_diploma_is_said(level: int, said: str) -> None:
    advert = _of_label("F1703", "Maçon / Maçonne", level=level)
    assert f"Diplôme préparé\u00a0: {said}" in advert.description


@pytest.mark.parametrize("level", [None, 0, 8])
def test_no_diploma_is_said_when_it_doesnt_matter(level: int | None) -> None:
    assert "Diplôme" not in _of_label("F1703", "Maçon / Maçonne", level=level).description


def test_a_job_without_a_sheet_takes_its_family_and_its_role() -> None:
    craft = _of_label("F1624", "Staffeur Stuqueur / Staffeuse Stuqueuse")
    chief = _of_label("D1108", "Chef boulanger / Cheffe boulangère")
    assert craft.sheet is None
    assert "chantiers" in craft.description
    assert "guider une équipe" in chief.description
    assert "Aider à répartir le travail de la journée" in chief.tasks


def test_a_code_nearer_to_another_family_takes_that_one() -> None:
    emergency = _of_label("D1436", "Assistant / Assistante de régulation médicale (ARM)")
    assert "urgence médicale" in emergency.description


def test_a_code_of_a_later_list_still_gives_an_advert() -> None:
    advert = write_advert(rome_code="Z1234", masculine="Tisseur de nuages", feminine="Tisseuse de nuages")
    assert advert.title == "Tisseur ou tisseuse de nuages en apprentissage"
    assert len(advert.tasks) == 5
    assert advert.sheet is None


def test_a_very_long_name_still_fits_in_a_title() -> None:
    name = "assistant " + "extraordinairement " * 9 + "compliqué"
    advert = write_advert(rome_code="M1607", masculine=name, feminine=None)
    assert len(advert.title) <= MAX_TITLE
    assert advert.title.endswith(" en alternance")


def test_the_title_is_cut_at_a_detail_and_not_in_a_word() -> None:
    long_name = "contrôle de la concurrence, de la consommation et de la répression des fraudes"
    advert = _of_label("K1509", f"Adjoint / Adjointe de {long_name}")
    assert advert.title == "Adjoint ou adjointe de contrôle de la concurrence en apprentissage"
