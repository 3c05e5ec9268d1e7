"""Reading a table that a person pasted or exported from a spreadsheet: lines, whatever wrote them."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.core.french import MONTHS

MOST_LINES = 200
LONGEST_CELL = 300
SEPARATORS = (";", "\t", ",")
# Name of a column → how people read it, and the other ways they write it, folded.
COLUMNS: dict[str, tuple[str, frozenset[str]]] = {
    "siret": ("SIRET", frozenset({"siret", "n siret", "no siret", "numero siret", "numero de siret"})),
    "job": (
        "Métier ou code ROME",
        frozenset({"metier ou code rome", "metier", "metier propose", "poste", "emploi"}),
    ),
    "level": (
        "Diplôme préparé",
        frozenset({"diplome prepare", "diplome", "niveau", "niveau de diplome", "niveau prepare"}),
    ),
    "start": (
        "Début du contrat",
        frozenset({"debut du contrat", "debut", "date de debut", "date debut", "debut de contrat"}),
    ),
    "openings": (
        "Nombre de postes",
        frozenset({"nombre de postes", "postes", "nb de postes", "nb postes", "nombre"}),
    ),
    "name": ("Nom du contact", frozenset({"nom du contact", "contact", "nom", "nom contact"})),
    "email": (
        "E-mail du contact",
        frozenset({"e mail du contact", "email du contact", "e mail", "email", "mail", "courriel"}),
    ),
    "phone": ("Téléphone du contact", frozenset({"telephone du contact", "telephone", "tel", "portable"})),
}
HEADINGS = tuple(label for label, _ in COLUMNS.values())
_ROME = frozenset({"rome", "code rome"})
MANDATORY = ("siret", "job", "name", "email")
EXAMPLE = "exemple"
_FORMULA = re.compile(r"""^=\s*"(.*)"$""", re.DOTALL)
_ABRIDGED = re.compile(r"\d(?:[.,]\d+)?e\+\d+", re.IGNORECASE)
_MONTH = re.compile(r"(\d{1,2})\s*/\s*(\d{4})")
_ASAP = frozenset({"des que possible", "immediat", "immediatement", "de suite", "asap"})
_LEVELS = {
    "3": "3", "cap": "3", "cap bep": "3", "bep": "3", "titre professionnel niveau 3": "3",
    "4": "4", "bac": "4", "bac pro": "4", "bp": "4", "baccalaureat": "4", "brevet professionnel": "4",
    "5": "5", "bac 2": "5", "bts": "5", "dut": "5", "deust": "5",
    "6": "6", "bac 3": "6", "licence": "6", "licence pro": "6", "but": "6", "bachelor": "6",
    "7": "7", "bac 5": "7", "master": "7", "ingenieur": "7",
    "": "", "peu importe": "", "indifferent": "", "tous": "",
}  # fmt: skip


class UnreadableTable(ValueError):
    """The sentence says what is wrong, and how to mend it."""


@dataclass(frozen=True, slots=True)
class TableLine:
    """One line, under the number that a spreadsheet gives it; `cells` by name of column."""

    number: int
    cells: dict[str, str]


def read_table(data: bytes | str) -> list[TableLine]:
    """The lines of a table, its heading and its examples left out; raises UnreadableTable."""
    text = data if isinstance(data, str) else decoded(data)
    rows = [(number, row) for number, row in enumerate(_rows(text), start=1) if any(row)]
    if not rows:
        raise UnreadableTable("Le tableau est vide. Collez vos lignes ou choisissez un fichier.")
    names = _names(rows[0][1])
    lines = rows[1:] if names else rows
    names = names or _by_position(rows[0][1])
    found = [
        TableLine(number, _cells(names, row)) for number, row in lines if not fold(row[0]).startswith(EXAMPLE)
    ]
    if not found:
        raise UnreadableTable("Le tableau n’a que sa ligne de titres. Ajoutez une ligne par offre.")
    if len(found) > MOST_LINES:
        raise UnreadableTable(
            f"Le tableau compte {len(found)} lignes ; la limite est de {MOST_LINES}. Coupez-le en deux."
        )
    return found


def decoded(data: bytes) -> str:
    """UTF-8, UTF-16 with its mark, else what French Windows writes."""
    if data[:2] == b"PK" or data[:4] == b"\xd0\xcf\x11\xe0":
        raise UnreadableTable(
            "C’est un classeur de tableur. Enregistrez-le au format CSV, ou collez ses lignes ci-dessous."
        )
    try:
        if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
            return data.decode("utf-16")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    text = data.decode("cp1252", errors="replace")
    if "\x00" in text or text.count("\ufffd") > len(text) // 20:
        raise UnreadableTable("Ce fichier n’est pas un tableau. Choisissez un fichier CSV.")
    return text


def _rows(text: str) -> Iterator[list[str]]:
    text = text.removeprefix("\ufeff").replace("\x00", "")
    head = next((line for line in text.splitlines() if line.strip()), "")
    # The one that cuts the first line into most columns is the one that was used.
    separator = max(SEPARATORS, key=lambda sign: len(_split(head[:2000], sign)))
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            yield [tidy_cell(cell) for cell in row]
    except csv.Error:
        raise UnreadableTable(
            "Ce tableau ne se lit pas : une cellule est trop longue ou mal fermée."
        ) from None


def _split(line: str, separator: str) -> list[str]:
    return next(csv.reader([line], delimiter=separator), [])


def tidy_cell(cell: str) -> str:
    """One line of plain text: a formula becomes its text, what can't be printed goes."""
    text = unicodedata.normalize("NFC", cell).replace("\u00a0", " ").replace("\u202f", " ").strip()
    if quoted := _FORMULA.match(text):
        text = quoted[1]
    if text[:1] == "'" and text[1:2] in tuple("=+-@"):
        # The mark that makes a spreadsheet take a cell for a text.
        text = text[1:]
    text = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(text.split())[:LONGEST_CELL]


def fold(text: str) -> str:
    """Lower case, no accent, words alone."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(sign if sign.isalnum() else " " for sign in plain if not _accent(sign)).split())


def _accent(sign: str) -> bool:
    return unicodedata.combining(sign) != 0


def _names(row: Sequence[str]) -> list[str] | None:
    """The columns of a heading; None when the line isn't one."""
    names = [_name_of(fold(cell)) for cell in row]
    known = {name for name in names if name}
    if len(known) < 2:
        return None
    given = known | {"job"} if "rome" in known else known
    missing = [COLUMNS[name][0] for name in MANDATORY if name not in given]
    if missing:
        raise UnreadableTable(
            f"Il manque une colonne : {', '.join(missing)}. Reprenez les titres du modèle de tableau."
        )
    return names


def _name_of(heading: str) -> str:
    if heading in _ROME:
        return "rome"
    return next((name for name, (_, ways) in COLUMNS.items() if heading in ways), "")


def _by_position(first: Sequence[str]) -> list[str]:
    """Lines pasted without their heading, in the order of the model."""
    digits = sum(sign.isdigit() for sign in first[0])
    if digits < 9 or len(first) < 2:
        raise UnreadableTable(
            "La première ligne doit porter les titres des colonnes. Reprenez ceux du modèle de tableau."
        )
    return list(COLUMNS)


def _cells(names: Sequence[str], row: Sequence[str]) -> dict[str, str]:
    given: dict[str, str] = {}
    for name, cell in zip(names, row, strict=False):
        if name and not given.get(name):
            given[name] = cell
    given["job"] = given.get("job") or given.get("rome", "")
    return {
        "siret": _siret(given.get("siret", "")),
        "job": given["job"],
        "level": _LEVELS.get(_level(given.get("level", "")), given.get("level", "")),
        "start": _start(given.get("start", "")),
        "openings": given.get("openings") or "1",
        "name": given.get("name", ""),
        "email": given.get("email", ""),
        "phone": _phone(given.get("phone", "")),
    }


def _siret(text: str) -> str:
    if _ABRIDGED.fullmatch(text.replace(" ", "")):
        return text
    digits = "".join(sign for sign in text if sign.isdigit())
    # Spreadsheets drop the noughts that a number begins with.
    return digits.zfill(14) if text.replace(" ", "").isdigit() and 12 <= len(digits) < 14 else text


def is_abridged(siret: str) -> bool:
    """Has a spreadsheet shortened the number (7,32829E+13)? Its last digits are lost."""
    return _ABRIDGED.fullmatch(siret.replace(" ", "")) is not None


def _level(text: str) -> str:
    words = fold(text)
    numbered = re.search(r"\bniveau (\d)$", words)
    return numbered[1] if numbered else words


def _start(text: str) -> str:
    words = fold(text)
    if words in _ASAP:
        return ""
    if found := _MONTH.fullmatch(text.strip()):
        return f"01/{found[1]:0>2}/{found[2]}"
    month, _, year = words.partition(" ")
    folded = [fold(name) for name in MONTHS]
    return f"01/{folded.index(month) + 1:02}/{year}" if month in folded and year.isdigit() else text


def _phone(text: str) -> str:
    digits = text.replace(" ", "")
    return f"0{digits}" if digits.isdigit() and len(digits) == 9 else text
