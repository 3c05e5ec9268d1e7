"""France Travail's deposit of files, as strict as its table: every column, its length, its list."""

import csv
import io
import re
import threading
import zipfile
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from standins.exchange import Reply, Request, json_reply
from standins.rome.multipart import Part, parts_of

LOGIN, PASSWORD, FLOW = "depot", "mot-de-passe-du-simulateur", "DEPOTALT"
ACKNOWLEDGED = b"Votre fichier a bien ete envoye\n"
PARTS = ["login", "password", "nomFlux", "fichierAenvoyer", "periodeRef"]
_DAY = re.compile(r"\d{2}/\d{2}/\d{4}")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass
class Received:
    """One file that was accepted: its rows, by reference."""

    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    size: int = 0


class Wrong(Exception):
    """The file isn't accepted; the message says why, as a text."""


@cache
def columns() -> tuple[tuple[str, str, str, bool], ...]:
    """(name, kind, limit, must be filled) of each, in order."""
    lines = Path(__file__).with_name("colonnes.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return tuple((row[0], row[1], row[2], row[3] == "oui") for row in rows)


class Deposit:
    """What France Travail has received: the last accepted file is the truth."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Nothing was ever received, and nothing is seen."""
        with self._lock:
            self.files: list[Received] = []
            self._seen = True
            self._answer = ACKNOWLEDGED

    @property
    def rows(self) -> dict[str, dict[str, str]]:
        """Rows of the last file, by reference: a removal isn't one."""
        with self._lock:
            found = self.files[-1].rows if self.files else {}
        return {key: row for key, row in found.items() if row["Type_mouvement"] == "C"}

    def receive(self, request: Request) -> Reply:
        """POST depotcurl: five parts in order, then a file without a fault, or a text that says which."""
        try:
            parts = parts_of(request)
            if [part.name for part in parts] != PARTS:
                raise Wrong(f"parties attendues : {', '.join(PARTS)}")
            given = {part.name: part.text for part in parts if part.name != "fichierAenvoyer"}
            if (given["login"], given["password"]) != (LOGIN, PASSWORD):
                return _text(b"Identifiants inconnus", status=401)
            if given["nomFlux"] != FLOW or given["periodeRef"]:
                raise Wrong("flux inconnu")
            received = Received(_rows(parts[3]), len(request.body))
        except Wrong as wrong:
            return _text(f"Fichier refuse : {wrong}".encode())
        with self._lock:
            self.files.append(received)
            return _text(self._answer)

    def command(self, request: Request) -> Reply:
        """For tests: `visible` (does the search show the rows?), `reponse` (text); gives what it holds."""
        asked = request.json()
        with self._lock:
            if "visible" in asked:
                self._seen = bool(asked["visible"])
            if "reponse" in asked:
                self._answer = str(asked["reponse"]).encode()
            last = self.files[-1].rows if self.files else {}
            held = {"fichiers": len(self.files), "lignes": list(last.values())}
        return json_reply(held)

    def shown(self) -> list[dict[str, Any]]:
        """The rows as its search gives them, newest first."""
        if not self._seen:
            return []
        return [_offer(rank, row) for rank, row in enumerate(self.rows.values())][::-1]


def _rows(part: Part) -> dict[str, dict[str, str]]:
    """Every row of every CSV of the archive, all of them checked."""
    if not part.filename:
        raise Wrong("le fichier n’a pas de nom")
    try:
        archive = zipfile.ZipFile(io.BytesIO(part.content))
        names = archive.namelist()
        texts = [archive.read(name).decode("utf-8") for name in names]
    except (zipfile.BadZipFile, UnicodeDecodeError):
        raise Wrong("archive illisible, ou pas en UTF-8") from None
    if not names or any(not name.endswith(".csv") for name in names):
        raise Wrong("l’archive doit contenir des CSV")
    found: dict[str, dict[str, str]] = {}
    for text in texts:
        found |= _read(text, known=found)
    return found


def _read(text: str, *, known: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    names = [name for name, *_ in columns()]
    if text.startswith("\ufeff") or "\r" in text or not text.endswith("\n"):
        raise Wrong("marque d’ordre, retour chariot, ou dernière fin de ligne absente")
    lines = text.split("\n")[:-1]
    if lines[0] != "|".join(names):
        raise Wrong("en-tête différent des 124 colonnes")
    found: dict[str, dict[str, str]] = {}
    for number, line in enumerate(lines[1:], 2):
        cells = next(csv.reader([line], delimiter="|", strict=True))
        _check_quotes(line, cells, number)
        if len(cells) != len(names):
            raise Wrong(f"ligne {number} : {len(cells)} colonnes")
        row = dict(zip(names, cells, strict=True))
        for column in columns():
            _check(column, row[column[0]], number)
        key = row["Par_ref_offre"]
        if key in found or key in known:
            raise Wrong(f"ligne {number} : référence {key} deux fois")
        found[key] = row
    return found


def _check_quotes(line: str, cells: list[str], number: int) -> None:
    """Between quotes only where the content needs it."""
    plain = [f'"{cell.replace(chr(34), chr(34) * 2)}"' if set(cell) & set('|"') else cell for cell in cells]
    if "|".join(plain) != line:
        raise Wrong(f"ligne {number} : guillemets inutiles")


def _check(column: tuple[str, str, str, bool], value: str, number: int) -> None:
    name, kind, limit, required = column
    if not value:
        if required:
            raise Wrong(f"ligne {number} : {name} est vide")
        return
    if value != value.strip() or not _is_right(kind, limit, value):
        raise Wrong(f"ligne {number} : {name} a une valeur refusée")
    if name == "Description" and re.search(r"<[a-z/]|&(?:amp|lt|gt|nbsp);|[\x00-\x1f]", value):
        raise Wrong(f"ligne {number} : {name} n’est pas du texte nu")


def _is_right(kind: str, limit: str, value: str) -> bool:
    match kind:
        case "texte":
            return len(value) <= int(limit)
        case "exact":
            return len(value) == int(limit)
        case "chiffres":
            return bool(re.fullmatch(rf"[0-9]{{{limit}}}", value))
        case "liste":
            return value in limit.split()
        case "rome":
            return bool(re.fullmatch(r"[A-N][0-9]{4}", value))
        case "entier":
            low, _, high = limit.partition("-")
            return bool(re.fullmatch(r"[0-9]+", value)) and int(low) <= int(value) <= int(high or "999999999")
        case "date":
            return bool(_DAY.fullmatch(value)) and datetime.strptime(value, "%d/%m/%Y") is not None
        case _:
            return bool(_NUMBER.fullmatch(value))


def _offer(rank: int, row: dict[str, str]) -> dict[str, Any]:
    number = f"{rank:07d}"
    partner = {"nom": row["Par_nom"], "url": row["Par_URL_offre"], "logo": ""}
    page = f"https://candidat.francetravail.fr/offres/recherche/detail/{number}"
    place = {"libelle": row["COM_libelle"], "codePostal": row["CPO_cle"], "commune": row["COM_cle"]}
    return {
        "id": number,
        "intitule": row["Libelle_metier_OGR"],
        "description": row["Description"],
        "romeCode": row["Code_rome"],
        "appellationlibelle": row["Libelle_metier_OGR"],
        "lieuTravail": place,
        "natureContrat": row["NTC_cle"],
        "alternance": True,
        "origineOffre": {"origine": "2", "urlOrigine": page, "partenaires": [partner]},
    }


def _text(body: bytes, *, status: int = 200) -> Reply:
    return Reply(status, body, "text/plain; charset=utf-8")
