"""The committed table of communes held in memory as a few long strings: small, and quick to scan.

Thirty-five thousand objects would weigh some 20 MB; three strings and their line starts weigh 4 MB. Rows are
in the file's order, the most populated first, so the first match found is the most likely one.
"""

import unicodedata
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"

_WORD_BREAKS = str.maketrans(
    {**dict.fromkeys("-'’ʼ‘`´.,()/\t\u00a0\u202f\u2011", " "), "œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae"}
)


def fold(text: str) -> str:
    """Lower case, without accents; hyphens and apostrophes become spaces. Line breaks stay."""
    spaced = unicodedata.normalize("NFKD", text.translate(_WORD_BREAKS))
    return spaced.encode("ascii", "ignore").decode().lower()


class Column:
    """One folded value per row, each padded with spaces: " rodez " has the word start " ro"."""

    def __init__(self, values: Iterable[str]) -> None:
        self.text = "\n " + " \n ".join(values) + " \n"
        self._starts = array("I")
        position = self.text.find("\n")
        while position >= 0:
            self._starts.append(position)
            position = self.text.find("\n", position + 1)

    def __getitem__(self, row: int) -> str:
        return self.text[self._starts[row] + 1 : self._starts[row + 1]]

    def rows_with(self, part: str) -> Iterator[int]:
        """Rows that hold `part`, in order, each once."""
        position = self.text.find(part)
        while position >= 0:
            # A part that starts with the line break belongs to the line that the break opens.
            row = bisect_right(self._starts, position) - 1
            yield row
            position = self.text.find(part, self._starts[row + 1])


class PlaceTable:
    """Rows of communes.tsv; `names` and `postcodes` are searched, `fields` gives a whole row."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._starts = array("I")
        names: list[str] = []
        postcodes: list[str] = []
        position = 0
        for line in content.splitlines(keepends=True):
            if not line.startswith(b"#"):
                _, name, codes, department, _ = line.decode().split("\t", 4)
                self._starts.append(position)
                names.append(name)
                # The département beside them, for Corsica and the islands, whose postcodes don't tell it.
                postcodes.append(f"{codes} {department.lower()}")
            position += len(line)
        # « Paris 11e Arrondissement » is looked for as « paris 11e ».
        self.names = Column(fold("\n".join(names)).replace(" arrondissement\n", "\n").split("\n"))
        self.postcodes = Column(postcodes)

    def __len__(self) -> int:
        return len(self._starts)

    def fields(self, row: int) -> list[str]:
        """The nine columns of a row, as text."""
        start = self._starts[row]
        return self._content[start : self._content.index(b"\n", start)].decode().split("\t")

    def row_of(self, code: str) -> int | None:
        """The row of an Insee code."""
        position = self._content.find(b"\n" + code.encode() + b"\t")
        return None if position < 0 else bisect_right(self._starts, position + 1) - 1


@cache
def place_table() -> PlaceTable:
    """The table, read once per process (some 0.1 s)."""
    return PlaceTable((DATA / "communes.tsv").read_bytes())


@cache
def small_table(name: str) -> dict[str, tuple[str, ...]]:
    """A committed table of some dozens of rows, by its first column."""
    lines = (DATA / name).read_text("utf-8").splitlines()
    rows = (tuple(line.split("\t")) for line in lines if line and not line.startswith("#"))
    return {row[0]: row[1:] for row in rows}
