"""The job, typed in everyday words, then settled by one name of the list."""

from dataclasses import dataclass
from typing import Any

from wtforms.fields.choices import SelectChoice

from app.domain.reference.job_words import fold
from app.domain.reference.jobs import JobHit, search_jobs

MAX_HITS = 10
CHOOSE = "Choisissez un métier dans la liste."


@dataclass(frozen=True, slots=True)
class JobChoice:
    """What the typed words lead to: one job, or several to choose from, or nothing."""

    chosen: JobHit | None
    hits: tuple[JobHit, ...]

    @property
    def is_exact(self) -> bool:
        """Was the job named as the list names it?"""
        return self.chosen is not None and not self.hits


def choose_job(text: str, *, key: str, seen: str) -> JobChoice:
    """Settle a job. `key` is the name chosen in the list shown for the words `seen`, else empty."""
    hits = tuple(search_jobs(text, limit=MAX_HITS)) if text else ()
    exact = [hit for hit in hits if fold(text) in _names(hit)]
    # A choice made for other words isn't an answer to these.
    picked = next((hit for hit in hits if hit.appellation_key == key), None) if seen == text else None
    if picked is not None and picked not in exact:
        return JobChoice(picked, hits)
    if len(exact) == 1:
        return JobChoice(exact[0], ())
    return JobChoice(picked, hits)


def _names(hit: JobHit) -> set[str]:
    feminine = hit.feminine or hit.masculine
    return {
        fold(name)
        for name in (hit.masculine, feminine, hit.both, hit.appellation, f"{hit.masculine} {feminine}")
    }


def job_refusal(text: str, choice: JobChoice) -> str | None:
    """Why no job is settled yet, in French."""
    if choice.chosen is not None:
        return None
    if text and not choice.hits:
        return f"Aucun métier ne correspond à “{text}”. Essayez un mot plus courant."
    return CHOOSE


def named(hits: tuple[JobHit, ...]) -> list[tuple[str, str]]:
    """(key, name) pairs; two names that read the same are told apart by their code."""
    names = [hit.appellation for hit in hits]
    return [
        (hit.appellation_key, _label(hit, repeated=names.count(hit.appellation) > 1)) for hit in hits
    ]


def radio_choices(hits: tuple[JobHit, ...]) -> list[SelectChoice]:
    """The same, for a field."""
    return [SelectChoice(key, name) for key, name in named(hits)]


def _label(hit: JobHit, *, repeated: bool) -> str:
    return f"{hit.appellation} ({hit.rome_code})" if repeated else hit.appellation


def suggestions(text: str) -> list[dict[str, Any]]:
    """What a list under the field offers: name and key."""
    hits = tuple(search_jobs(text, limit=MAX_HITS)) if text else ()
    return [{"nom": label, "cle": key} for key, label in named(hits)]
