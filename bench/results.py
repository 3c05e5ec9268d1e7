"""One line of the results, the table on screen and reports/bench.json."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

REPORT = Path(__file__).resolve().parents[1] / "reports" / "bench.json"
ELSEWHERE = "mesuré ailleurs"


@dataclass(frozen=True)
class Row:
    """A figure and its reference; `ratio` is ours ÷ the reference's, `holds` None where nothing is asked.

    Without a reference `floor` and `aim` bound the value itself.
    """

    name: str
    value: float
    unit: str
    reference: str | None = None
    reference_value: float | None = None
    ratio: float | None = None
    floor: float | None = None
    aim: float | None = None
    holds: bool | None = None

    @classmethod
    def higher(
        cls,
        name: str,
        value: float,
        unit: str,
        reference_value: float,
        reference: str,
        floor: float,
        aim: float,
    ) -> Self:
        """More is better: `floor` and `aim` are the least ratios."""
        ratio = value / reference_value
        return cls(name, value, unit, reference, reference_value, ratio, floor, aim, ratio >= floor)

    @classmethod
    def lower(
        cls,
        name: str,
        value: float,
        unit: str,
        reference_value: float,
        reference: str,
        floor: float,
        aim: float,
    ) -> Self:
        """Less is better: `floor` and `aim` are the largest ratios."""
        ratio = value / reference_value
        return cls(name, value, unit, reference, reference_value, ratio, floor, aim, ratio <= floor)

    @classmethod
    def at_most(
        cls,
        name: str,
        value: float,
        unit: str,
        floor: float,
        aim: float | None = None,
        reference: str | None = None,
    ) -> Self:
        """An absolute bound."""
        return cls(name, value, unit, reference=reference, floor=floor, aim=aim, holds=value <= floor)

    @classmethod
    def told(cls, name: str, value: float, unit: str) -> Self:
        """A figure given without a bound."""
        return cls(name, value, unit)


def write(rows: list[Row]) -> None:
    """The report of the run, in place of the former one."""
    REPORT.parent.mkdir(exist_ok=True)
    content = json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=1)
    REPORT.write_text(f"{content}\n", "utf-8")


def table(rows: list[Row]) -> str:
    """The rows as people read them."""
    lines = [_line("mesure", "valeur", "référence", "rapport", "seuil", "visé", "")]
    lines += [
        _line(
            row.name,
            f"{_short(row.value)} {row.unit}",
            f"{_short(row.reference_value)} {row.reference or ''}".strip(),
            _short(row.ratio),
            _short(row.floor),
            _short(row.aim),
            {True: "tient", False: "NE TIENT PAS", None: ""}[row.holds],
        )
        for row in rows
    ]
    return "\n".join(lines)


def _line(name: str, value: str, reference: str, ratio: str, floor: str, aim: str, holds: str) -> str:
    return f"{name:58.58} {value:>17} {reference:34.34} {ratio:>8} {floor:>7} {aim:>7}  {holds}".rstrip()


def _short(number: float | None) -> str:
    if number is None:
        return ""
    digits = 0 if abs(number) >= 100 or number == int(number) else 1 if abs(number) >= 10 else 2
    return f"{number:.{digits}f}".replace(".", ",")
