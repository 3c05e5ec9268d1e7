"""The jobs of France (ROME) and how people look for one: everyday words first, then the 1,584 labels."""

import re
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from app.core.identifiers import RomeCode
from app.domain.reference.job_index import MAX_TEXT, PhraseIndex
from app.domain.reference.job_words import fold
from app.domain.reference.wording import both, capitalised, of, split_label, tidy

# At equal matches, the everyday name of a job comes first, then words for it, then labels of the list.
EVERYDAY_WORD_WORTH = 0.95
LABEL_WORTH = 0.93
MAX_HITS = 50

_TYPED_CODE = re.compile(r"\s*([a-n])\s?([0-9]{2,4})\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Job:
    """A ROME code and its label, spelt as France Travail does."""

    code: RomeCode
    label: str


@dataclass(frozen=True)
class JobHit:
    """A name a job goes by. `feminine` is None when one name serves both.

    `appellation` is the title form (« Boulanger / Boulangère »), `both` what a sentence says (« boulanger ou
    boulangère »), `appellation_key` a stable id safe in URLs (« boulanger », « rome-d1102 »). `score` goes
    from 0 to 1 and is 1 outside a search.
    """

    rome_code: RomeCode
    appellation: str
    appellation_key: str
    masculine: str
    feminine: str | None
    both: str
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class _Name:
    """A row of one of the two lists, as written there; it becomes a hit when somebody needs it."""

    code: RomeCode
    key: str
    masculine: str
    feminine: str | None
    is_everyday: bool
    words: str

    @property
    def names(self) -> tuple[str, ...]:
        """The masculine name, the feminine one, and both in a row as a title has them."""
        other = self.feminine or ""
        return (self.masculine, other, f"{self.masculine} {other}")

    @property
    def phrases(self) -> list[tuple[str, float]]:
        """What finds this name, with the worth of each."""
        name, word = (1.0, EVERYDAY_WORD_WORTH) if self.is_everyday else (LABEL_WORTH, LABEL_WORTH)
        return [*((text, name) for text in self.names), *((text, word) for text in self.words.split("|"))]


def search_jobs(text: str, *, limit: int = 10) -> list[JobHit]:
    """Return the jobs someone may mean, the likeliest first, each name once.

    Only the first 100 characters count. Any text is accepted: what names no job gives an empty list.
    """
    wanted = max(0, min(limit, MAX_HITS))
    text = text[:MAX_TEXT]
    code = _TYPED_CODE.fullmatch(text)
    if code:
        return _hits_of_code((code[1] + code[2]).upper(), limit=wanted)
    return _without_repeats(_index().search(text), wanted=wanted)


def job_by_key(key: str) -> JobHit | None:
    """Return the name that has this key, None when there is none."""
    name = _by_key().get(key)
    return _hit(name) if name else None


def job_by_code(code: str) -> Job | None:
    """Return the job of a ROME code, None when the list doesn't have it."""
    return _jobs().get(code)


def all_codes() -> list[RomeCode]:
    """The 1,584 codes, in order."""
    return [RomeCode(code) for code in sorted(_jobs())]


def neighbours(code: str, *, limit: int = 10) -> list[Job]:
    """Return jobs of the same professional domain (« D11 »), those sharing most words of the label first."""
    jobs = _jobs()
    own = jobs.get(code)
    if own is None:
        return []
    words = set(fold(own.label).split())
    near = [job for job in jobs.values() if job.code[:3] == own.code[:3] and job.code != own.code]
    near.sort(key=lambda job: (-len(words & set(fold(job.label).split())), job.code))
    return near[: max(0, limit)]


def spoken_name(hit: JobHit) -> str:
    """Return the name as a sentence says it: « boulanger ou boulangère »."""
    return hit.both


def of_job(hit: JobHit) -> str:
    """Return « de boulanger », « d’électricien »."""
    return of(hit.masculine)


def _without_repeats(found: list[tuple[int, float]], *, wanted: int) -> list[JobHit]:
    """Leave a label out once an everyday name of the same job has been given."""
    names = _names()
    hits: list[JobHit] = []
    given: set[str] = set()
    for number, score in found:
        name = names[number]
        if len(hits) == wanted:
            break
        if name.is_everyday:
            given.add(name.code)
        elif name.code in given:
            continue
        hits.append(replace(_hit(name), score=min(1.0, score)))
    return hits


def _hits_of_code(start: str, *, limit: int) -> list[JobHit]:
    names = [name for name in _names() if name.code.startswith(start)]
    return [_hit(name) for name in names[:limit]]


def _rows(name: str) -> list[list[str]]:
    lines = (files("app.domain.reference") / "data" / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


@cache
def _jobs() -> dict[str, Job]:
    return {code: Job(code=RomeCode(code), label=label) for code, label in _rows("rome_codes.tsv")}


def _everyday_names() -> list[_Name]:
    return [
        _Name(
            code=RomeCode(code),
            key=key,
            masculine=masculine,
            feminine=feminine if feminine != masculine else None,
            is_everyday=True,
            words=words,
        )
        for key, code, masculine, feminine, words in _rows("everyday_jobs.tsv")
    ]


def _label_names() -> list[_Name]:
    names = []
    for job in _jobs().values():
        masculine, feminine = split_label(job.label)
        names.append(
            _Name(
                code=job.code,
                key=f"rome-{job.code.lower()}",
                masculine=masculine,
                feminine=feminine,
                is_everyday=False,
                words=job.label,
            )
        )
    return names


@cache
def _names() -> tuple[_Name, ...]:
    """Everyday names, then the labels that aren't one of them."""
    everyday = _everyday_names()
    taken = {(name.code, fold(name.names[2])) for name in everyday}
    labels = [name for name in _label_names() if (name.code, fold(name.names[2])) not in taken]
    return (*everyday, *labels)


@cache
def _by_key() -> dict[str, _Name]:
    """A label that an everyday name replaces keeps its key, so that old links still work."""
    return {name.key: name for name in (*_label_names(), *_names())}


@cache
def _index() -> PhraseIndex:
    return PhraseIndex(name.phrases for name in _names())


@cache
def _hit(name: _Name) -> JobHit:
    # Rows of our own list are already written as a sentence says them.
    masculine = name.masculine if name.is_everyday else tidy(name.masculine)
    feminine = name.feminine if name.is_everyday else name.feminine and tidy(name.feminine)
    spoken = both(masculine, feminine)
    first, _, second = spoken.partition(" ou ") if feminine else (spoken, "", "")
    return JobHit(
        rome_code=name.code,
        appellation=f"{capitalised(first)} / {capitalised(second)}" if second else capitalised(first),
        appellation_key=name.key,
        masculine=masculine,
        feminine=feminine,
        both=spoken,
    )
