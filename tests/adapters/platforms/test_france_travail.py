"""France Travail: the row of an offer, column by column, and the deposit of a file, whatever comes back."""

import dataclasses
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.adapters.platforms.france_travail_columns import columns, faults, headings
from app.adapters.platforms.france_travail_mapping import values_of
from app.adapters.platforms.street import Street, street_of
from app.core import clock
from app.core.identifiers import RomeCode, Siret
from app.domain.diffusion.files import Cfa, Receipt, SearchUnavailable, Sheet
from app.domain.offers.models import ContractType
from tests.adapters.platforms.cases import advert
from tests.support.examples import keeps_example
from tests.support.france_travail import DEPOSIT, SEARCH, file_board, held
from tests.support.standins import Partner, closed_port, rome_served

CFA = Cfa("Centre de formation d’apprentis de l’Aveyron et du Tarn réunis", Siret("13002526500013"))


@pytest.fixture(scope="module")
def served() -> Iterator[Partner]:
    """France Travail."""
    with rome_served() as partner:
        yield partner


@pytest.fixture
def partner(served: Partner) -> Partner:
    """The same, empty and well."""
    served.reset()
    return served


def sheet(**over: Any) -> Sheet:
    """The line of the baker's offer; `over` changes facts of the offer, or of the line."""
    names = {field.name for field in dataclasses.fields(Sheet)}
    values: dict[str, Any] = {
        "reference": "E2-DA-7K3M9P",
        "ogr": 11573,
        "job_label": "Boulanger / Boulangère",
        "naf_label": "Boulangerie et boulangerie-pâtisserie",
        "created_on": date(2027, 3, 1),
        "changed_on": date(2027, 3, 2),
    }
    values |= {name: value for name, value in over.items() if name in names}
    facts = {name: value for name, value in over.items() if name not in names}
    return Sheet(advert=advert(**facts), **values)


def row(**over: Any) -> dict[str, str]:
    """The values that are written."""
    found = values_of(
        sheet(**over),
        page_url=lambda public_id: f"https://depot.exemple.fr/offres/{public_id}?via=france_travail",
        partner_key="DEPALT",
        partner_name="Dépôt Alternance",
    )
    return {name: value for name, value in found.items() if value}


def test_the_row_of_an_offer_column_by_column() -> None:
    last = min(advert().last_day, clock.today() + timedelta(days=15))
    assert row() == {
        "Par_ref_offre": "E2-DA-7K3M9P",
        "Par_cle": "DEPALT",
        "Par_nom": "Dépôt Alternance",
        "Par_URL_offre": "https://depot.exemple.fr/offres/exemple-offre?via=france_travail",
        "Code_rome": "D1102",
        "Code_OGR": "11573",
        "Libelle_metier_OGR": "Boulanger / Boulangère",
        "Description": "Vous apprenez le métier de boulanger. Contrat d’apprentissage en CAP. "
        "Ce que vous ferez : Préparer les pâtes ; Cuire au four. Ce qui est attendu : Ponctualité.",
        "Exp_cle": "D",
        "Qua_cle": "7",
        "Qua_libelle": "Technicien",
        "SCN_cle": "1071C",
        "SCN_libelle": "Boulangerie et boulangerie-pâtisserie",
        "TSA_cle": "X",
        "Off_salaire_cpt_commentaire": "Selon bareme legal alternance",
        "Off_travail_hebdo_nb_hh": "35",
        "Off_travail_hebdo_nb_mi": "0",
        "THO_cle": "HAN",
        "NTC_cle": "E2",
        "TCO_cle": "CDD",
        "Off_contrat_duree_MO": "24",
        "Off_adr_no_voie": "12",
        "Off_adr_nom_voie": "rue de l’Embergue",
        "CPO_cle": "12000",
        "COM_cle": "12202",
        "COM_libelle": "Rodez",
        "DEP_cle": "12",
        "REG_cle": "76",
        "Pay_libelle": "France",
        "Coordonnee_geo_loc_1": "44.350600",
        "Coordonnee_geo_loc_2": "2.575000",
        "Off_date_creation": "01/03/2027",
        "Off_date_modification": "02/03/2027",
        "Off_date_fin_publication": last.strftime("%d/%m/%Y"),
        "OST_poste_restant_nb": "1",
        "Off_client_final_siret": "73282932000074",
        "Off_client_final_nom": "Boulangerie R&D « L’Église »",
        "Type_mouvement": "C",
        "Date_debut_contrat": f"01/09/{clock.today().year + 1}",
        "Description_entreprise": "Une boulangerie de quartier.",
        "Civ_correspondant": "0",
        "Off_etab_enseigne": "Boulangerie R&D « L’Église »",
        "Off_etab_siret": "73282932000074",
        "Mode_diffusion": "O",
        "Mode_presentation": "URL",
    }
    assert faults(row()) == ()
    assert len(columns()) == 124


def test_the_documentation_shows_a_row() -> None:
    with clock.set_to(clock.paris(date(2026, 11, 22), 10, 30)):
        found = row(last_day=date(2026, 12, 20), start_on=date(2027, 9, 1))
    text = "\n".join(f"{name}: {found[name]}" for name in headings().split("|") if name in found)
    keeps_example("plateformes/france-travail.md", "ligne", text, language="text")


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ({"contract_types": (ContractType.PROFESSIONALISATION,)}, {"NTC_cle": "FS"}),
        ({"level": 3}, {"Qua_cle": "6", "Qua_libelle": "Employé qualifié"}),
        ({"level": None}, {"Qua_cle": None}),
        ({"duration_months": None}, {"Off_contrat_duree_MO": None}),
        ({"commune_code": "2A004", "postcode": "20000"}, {"DEP_cle": "2A", "REG_cle": "94"}),
        ({"commune_code": "97411", "postcode": "97400"}, {"DEP_cle": "974", "REG_cle": "04"}),
        (
            {"cfa": CFA},
            {"Off_etab_siret": "13002526500013", "Libelle_etab": "CFA de l’Aveyron et du Tarn réunis"},
        ),
        ({"removal": True}, {"Type_mouvement": "S"}),
        (
            {"description": "Un\ttexte\nsur <b>deux</b> &amp;amp; 3 < 4", "tasks": (), "skills": ()},
            {"Description": "Un texte sur deux & 3 < 4"},
        ),
    ],
)
def test_what_changes_with_the_offer(over: dict[str, Any], expected: dict[str, str | None]) -> None:
    found = row(**over)
    assert {name: found.get(name) for name in expected} == expected
    assert faults(found) == ()


@pytest.mark.parametrize(
    ("over", "field", "said"),
    [
        ({"description": "é" * 4200}, "description", "dépasse 4 000 caractères"),
        ({"about_company": "é" * 501}, "about_company", "retirez-en au moins 1"),
        ({"company": "B" * 53}, "brand", "« Nom de l’entreprise » dépasse 52 caractères"),
        ({"openings": 1000}, "openings", "n’est pas de la forme attendue"),
    ],
)
def test_a_value_that_would_be_refused_names_the_field_that_mends_it(
    over: dict[str, Any], field: str, said: str
) -> None:
    problem = faults(row(**over))[0]
    assert (problem.field, problem.blocking) == (field, True)
    assert said in problem.message.replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("12 bis rue de l’Embergue", Street("12B", "rue de l’Embergue")),
        ("3, place du Bourg", Street("3", "place du Bourg")),
        ("145 avenue du Général de Gaulle", Street("145", "AV du GAL de Gaulle")),
        ("Zone artisanale de la Plaine des Grands Champs", Street("", "Z A Plaine Grands Champs")),
        ("Le Bourg", Street("", "Le Bourg")),
        (
            "8 boulevard du Maréchal de Lattre de Tassigny Bâtiment Magellan",
            Street("8", "BD MAL Lattre Tassigny", "Bâtiment Magellan"),
        ),
        ("1 rue Saint-Jean-Pied-de-Port-et-de-la-Nivelle-Basque", None),
        ("", Street("", "")),
    ],
)
def test_a_street_is_abbreviated_never_cut(line: str, expected: Street | None) -> None:
    assert street_of(line) == expected


def archive(folder: Path, partner: Partner, *sheets: Sheet, head: str | None = None) -> Path:
    """A file as the night makes it."""
    board = file_board(partner)
    lines = [board.headings() if head is None else head, *(board.inspected(one)[0] for one in sheets)]
    path = folder / "france_travail-1.zip"
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.writestr("france_travail-1.csv", "".join(f"{line}\n" for line in lines))
    return path


def test_a_file_is_received_whole_with_its_five_parts(tmp_path: Path, partner: Partner) -> None:
    odd = sheet(reference="FS-DA-ODD", company='Le "Fournil" | pains', cfa=CFA)
    found = file_board(partner).deliver(archive(tmp_path, partner, sheet(), odd))
    assert (found.receipt, found.answer) == (Receipt.ACKNOWLEDGED, "Votre fichier a bien ete envoye")
    assert [one["Par_ref_offre"] for one in held(partner)] == ["E2-DA-7K3M9P", "FS-DA-ODD"]
    assert held(partner)[1]["Off_client_final_nom"] == 'Le "Fournil" | pains'


@pytest.mark.parametrize("head", ["Par_ref_offre|Par_cle", ""])
def test_a_file_that_is_not_as_it_wants_is_refused_with_its_words(
    tmp_path: Path, partner: Partner, head: str
) -> None:
    found = file_board(partner).deliver(archive(tmp_path, partner, sheet(), head=head))
    assert found.receipt is Receipt.REFUSED
    assert found.answer.startswith("Fichier refuse : en-tête")
    assert held(partner) == []


@pytest.mark.parametrize(
    ("kind", "receipt"),
    [
        ("401", Receipt.CREDENTIAL), ("403", Receipt.CREDENTIAL), ("404", Receipt.REFUSED),
        ("422", Receipt.REFUSED), ("429", Receipt.UNAVAILABLE), ("500", Receipt.UNCERTAIN),
        ("503", Receipt.UNCERTAIN), ("html", Receipt.REFUSED), ("empty", Receipt.REFUSED),
        ("enormous", Receipt.UNCERTAIN), ("truncated", Receipt.UNCERTAIN), ("reset", Receipt.UNCERTAIN),
        ("down", Receipt.UNCERTAIN), ("slow", Receipt.UNCERTAIN), ("redirect", Receipt.UNCERTAIN),
        ("entities", Receipt.REFUSED),
    ],
)  # fmt: skip
def test_nothing_but_the_exact_acknowledgement_is_a_success(
    tmp_path: Path, partner: Partner, kind: str, receipt: Receipt
) -> None:
    partner.fails(kind, path=DEPOSIT, seconds=3)
    assert file_board(partner, timeout=1).deliver(archive(tmp_path, partner, sheet())).receipt is receipt


def test_a_success_without_its_line_feed_is_not_one(tmp_path: Path, partner: Partner) -> None:
    held(partner, reponse="Votre fichier a bien ete envoye")
    assert file_board(partner).deliver(archive(tmp_path, partner, sheet())).receipt is Receipt.REFUSED


def test_wrong_credentials_and_nobody_there(tmp_path: Path, partner: Partner) -> None:
    path = archive(tmp_path, partner, sheet())
    refused = file_board(partner, password="un-autre-mot").deliver(path)
    assert refused.receipt is Receipt.CREDENTIAL
    assert "un-autre-mot" not in repr(refused) + repr(file_board(partner))
    assert file_board(Partner(closed_port())).deliver(path).receipt is Receipt.UNAVAILABLE


def test_its_search_says_which_are_seen(tmp_path: Path, partner: Partner) -> None:
    board = file_board(partner)
    board.deliver(archive(tmp_path, partner, sheet()))
    seen = dict(board.seen(RomeCode("D1102"), "12202", ("exemple-offre", "une-autre")))
    assert list(seen) == ["exemple-offre"]
    assert seen["exemple-offre"].startswith("https://candidat.francetravail.fr/")
    assert dict(board.seen(RomeCode("D1102"), "75056", ("exemple-offre",))) == {}
    assert len(partner.journal("/connexion")) == 1
    partner.fails("503", path=SEARCH)
    with pytest.raises(SearchUnavailable):
        list(board.seen(RomeCode("D1102"), "12202", ("exemple-offre",)))
