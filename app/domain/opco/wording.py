"""How an OPCO is said to the company: its name and who names it, or why nobody does yet."""

from dataclasses import dataclass

from app.domain.opco.decision import Evidence, Verdict
from app.domain.opco.determination import is_silent
from app.domain.opco.models import SOURCE_LABELS, Confidence, Source
from app.domain.opco.register import idcc_table, opco_entry

TO_BE_FOUND = "OPCO à déterminer : nous nous en occupons."
SEVERAL = "OPCO à déterminer : plusieurs sont possibles. Choisissez le vôtre si vous le connaissez."
SILENT = "OPCO à déterminer : un registre ne répond pas, nous lui demanderons de nouveau."
TO_CONFIRM = "à confirmer"


@dataclass(frozen=True, slots=True)
class ShownOpco:
    """What pages say; `code` is None while the OPCO isn't known."""

    code: str | None
    label: str
    note: str = ""

    @property
    def sentence(self) -> str:
        """The whole on one line: « OPCO EP (France compétences) »."""
        return f"{self.label} ({self.note})" if self.note else self.label


def shown(verdict: Verdict, evidence: Evidence) -> ShownOpco:
    """The words for a decision. A suggestion is never said as if it were an answer."""
    entry = opco_entry(verdict.opco_code) if verdict.opco_code else None
    if entry is None:
        return ShownOpco(None, _why_unknown(verdict, evidence))
    return ShownOpco(entry.code, entry.short_name, note_of(verdict.source, verdict.confidence))


def note_of(source: Source | None, confidence: Confidence) -> str:
    """Who names this OPCO, and whether it has to be confirmed."""
    if source is None:
        return ""
    said = SOURCE_LABELS[source]
    is_said = confidence is not Confidence.SUGGESTION or TO_CONFIRM in said
    return said if is_said else f"{said}, {TO_CONFIRM}"


def _why_unknown(verdict: Verdict, evidence: Evidence) -> str:
    if verdict.source is Source.EMPLOYER:
        return TO_BE_FOUND
    table = idcc_table()
    named = {table[number] for number in evidence.agreements if number in table}
    if verdict.source is Source.CFADOCK or evidence.has_several_agreements or len(named) > 1:
        return SEVERAL
    return SILENT if is_silent(evidence.findings) else TO_BE_FOUND
