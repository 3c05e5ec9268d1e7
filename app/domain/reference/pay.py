"""Minimum pay of an apprentice or trainee: a pure computation over dated legal values.

Monthly SMIC = hourly × yearly hours ÷ 12, rounded to the cent; × rate, rounded again. It is a floor, always
said « au moins »: a collective agreement may set more.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum

from app.core import clock
from app.core.french import NBSP, date_fr, euro
from app.domain.reference.legal_values import LegalValue, latest_until, values_of

PARAMETERS = ("annual_hours", "smic_hourly", "minimum_pay_rate")
"""What `legal_values` must read for `minimum_pay`."""

_CENT = Decimal("0.01")
_MONTHS = 12
_AGREEMENT = "Votre convention collective peut prévoir plus."


class Contract(Enum):
    """Kinds of work-study contract, as the legal rows name them."""

    APPRENTICESHIP = "apprenticeship"
    PROFESSIONALISATION = "professionalisation"


class Diploma(Enum):
    """What the trainee already holds; asked for by the professionalisation grid alone."""

    BELOW_BAC = "below_bac"
    BAC_OR_ABOVE = "bac_or_above"


DIPLOMA_LABELS = {Diploma.BELOW_BAC: "Sans le bac", Diploma.BAC_OR_ABOVE: "Bac ou plus"}


@dataclass(frozen=True, slots=True)
class AgeBand:
    """Whole years of age, both ends included; None is open."""

    youngest: int | None
    oldest: int | None

    @property
    def label(self) -> str:
        """« Moins de 18 ans », « 18 à 20 ans », « 26 ans et plus »."""
        if self.oldest is None:
            return f"{self.youngest} ans et plus"
        if self.youngest is None:
            return f"Moins de {self.oldest + 1} ans"
        return f"{self.youngest} à {self.oldest} ans"

    @property
    def phrase(self) -> str:
        """« entre 18 et 20 ans », to stand inside a sentence."""
        if self.youngest is None or self.oldest is None:
            return f"à {self.label.lower()}"
        return f"entre {self.youngest} et {self.oldest} ans"

    def holds(self, age: int) -> bool:
        """Is someone of this age in the band?"""
        return (self.youngest is None or self.youngest <= age) and (self.oldest is None or age <= self.oldest)


@dataclass(frozen=True, slots=True)
class PayRow:
    """One floor: `rate` in percent of the SMIC, `monthly` in gross euros for a full-time month.

    `years` is empty when the year of the contract doesn't matter. `agreement` is the percentage of the
    collective agreement's minimum that applies instead if it gives more.
    """

    ages: AgeBand
    years: tuple[int, ...]
    diploma: Diploma | None
    rate: Decimal
    monthly: Decimal
    agreement: Decimal | None
    applied: LegalValue

    @property
    def year_label(self) -> str:
        """« 1re année », « 3e année » (the fourth is paid as the third)."""
        return "" if not self.years else f"{self.years[0]}{'re' if self.years[0] == 1 else 'e'} année"


@dataclass(frozen=True, slots=True)
class PayGrid:
    """Floors of a contract that starts on `start`. Without a rule for that day `rows` is empty: no amount.

    `uncertain` says that a newer SMIC is expected by that day: show `notice`, never the amounts as settled.
    """

    contract: Contract
    start: date
    mayotte: bool
    rows: tuple[PayRow, ...]
    smic: LegalValue | None
    smic_monthly: Decimal | None
    uncertain: bool

    @property
    def source(self) -> str:
        """Where the SMIC was read; « » without a SMIC."""
        return self.smic.source_label if self.smic else ""

    @property
    def checked_on(self) -> date | None:
        """The day on which the oldest of the applied values was last read at its source."""
        applied = [row.applied for row in self.rows] + ([self.smic] if self.smic else [])
        return min((value.checked_on for value in applied if value.checked_on), default=None)

    @property
    def is_confirmed(self) -> bool:
        """Were all applied values compared with the official text by a person?"""
        applied = [row.applied for row in self.rows] + ([self.smic] if self.smic else [])
        return bool(self.rows) and all(value.is_confirmed for value in applied)

    @property
    def bands(self) -> tuple[AgeBand, ...]:
        """Age bands, youngest first."""
        return tuple(dict.fromkeys(row.ages for row in self.rows))

    @property
    def lowest(self) -> PayRow | None:
        """The smallest floor of the grid."""
        return min(self.rows, key=lambda row: row.monthly, default=None)

    def at(self, age: int, *, year: int = 1, diploma: Diploma = Diploma.BELOW_BAC) -> PayRow | None:
        """The floor for an age, a year of the contract and a diploma already held."""
        for row in self.rows:
            if (
                row.ages.holds(age)
                and row.diploma in (None, diploma)
                and (not row.years or year in row.years)
            ):
                return row
        return None

    def notice(self, *, age: int = 18) -> str | None:
        """What to say when the SMIC of that day isn't known; None when it is."""
        if not self.uncertain:
            return None
        row = self.at(age)
        if row is None or self.smic is None:
            return f"Le SMIC du {date_fr(self.start)} n’est pas connu. Nous n’annonçons pas de montant."
        known = "celui d’aujourd’hui" if self.smic.holds_on(clock.today()) else "le dernier connu"
        return (
            f"Le SMIC du {date_fr(self.start)} n’est pas encore connu. "
            f"Avec {known}{NBSP}: au moins {euro(row.monthly)} {row.ages.phrase}. {_AGREEMENT}"
        )


def minimum_pay(
    *, parameters: Iterable[LegalValue], start: date | None, mayotte: bool, contract: Contract
) -> PayGrid:
    """The grid in force on `start` (« dès que possible », None, is today)."""
    values = tuple(parameters)
    day = start or clock.today()
    smic = latest_until(values_of(values, "smic_hourly", territory="mayotte" if mayotte else "france"), day)
    hours = latest_until(values_of(values, "annual_hours"), day)
    monthly = _cents(smic.value * hours.value / _MONTHS) if smic and hours else None
    rates = [
        rate for rate in values_of(values, "minimum_pay_rate", contract=contract.value) if rate.holds_on(day)
    ]
    return PayGrid(
        contract=contract,
        start=day,
        mayotte=mayotte,
        rows=_rows(rates, monthly) if monthly is not None else (),
        smic=smic,
        smic_monthly=monthly,
        uncertain=smic is None or not rates or smic.is_doubtful_on(day),
    )


def _rows(rates: list[LegalValue], smic_monthly: Decimal) -> tuple[PayRow, ...]:
    rows = [_row(rate, smic_monthly) for rate in rates]
    diplomas = list(Diploma)
    return tuple(
        sorted(
            rows,
            key=lambda row: (
                row.ages.youngest or 0,
                row.years,
                diplomas.index(row.diploma) if row.diploma else 0,
            ),
        )
    )


def _row(rate: LegalValue, smic_monthly: Decimal) -> PayRow:
    said = rate.conditions
    return PayRow(
        ages=AgeBand(_whole(said.get("age_min")), _whole(said.get("age_max"))),
        years=_years(said.get("years")),
        diploma=Diploma(said["diploma"]) if "diploma" in said else None,
        rate=rate.value,
        monthly=_cents(smic_monthly * rate.value / 100),
        agreement=Decimal(str(said["agreement"])) if "agreement" in said else None,
        applied=rate,
    )


def _years(value: object) -> tuple[int, ...]:
    return tuple(int(year) for year in value) if isinstance(value, list | tuple) else ()


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, rounding=ROUND_HALF_UP)
