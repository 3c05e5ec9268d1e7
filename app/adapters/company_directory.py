"""Recherche d’entreprises, the public directory of companies, with Sirene as a second source."""

import logging
import time
from datetime import datetime, timedelta
from typing import Any

from app.adapters import directory_reading as reading
from app.adapters.circuit import Circuit
from app.adapters.deadline import Deadline
from app.adapters.http import Answer, HttpClient, HttpFault, Params
from app.adapters.lookup_cache import LookupCache
from app.adapters.payload import SchemaDrift, clean, required_list
from app.adapters.sirene import SireneClient
from app.core import clock
from app.core.identifiers import Siren, Siret
from app.domain.employers.directory import DirectoryAnswer, DirectoryUnavailable, LookUp, Outcome

_log = logging.getLogger(__name__)
_PARTS: Params = {"minimal": "true", "include": "siege,complements,matching_etablissements"}
# A page waits for a refusal of this length at most, in seconds, and once.
_SHORT_WAIT = 1.0
# What must be left of the time for another question to be worth asking, in seconds.
_WORTH_ASKING = 0.3


class HttpCompanyDirectory:
    """The port CompanyDirectory over HTTP. `timeout` (seconds) covers a whole look-up, Sirene included."""

    def __init__(
        self,
        base_url: str,
        *,
        sirene: SireneClient | None = None,
        timeout: float = 4.0,
        cache_for: timedelta = timedelta(hours=24),
        cache_size: int = 1000,
    ) -> None:
        self._client = HttpClient(base_url, timeout=timeout)
        self._sirene = sirene
        self._timeout = timeout
        self._circuit = Circuit()
        self._found = LookupCache[Siret, LookUp](size=cache_size, age=cache_for)
        self._lists = LookupCache[str, list[DirectoryAnswer]](size=cache_size // 5, age=cache_for)

    def __repr__(self) -> str:
        return f"HttpCompanyDirectory({self._client.base_url!r}, sirene={self._sirene!r})"

    def probe(self, timeout: float) -> bool:
        """Does the directory answer as it should, within `timeout` seconds?"""
        params = {**_PARTS, "q": "356000000", "per_page": 1, "limite_matching_etablissements": 1}
        try:
            answer = self._client.get("/search", params=params, timeout=timeout)
            return answer.status == 200 and bool(required_list(answer.json(), "results"))
        except (HttpFault, SchemaDrift):
            return False

    def by_siret(self, siret: Siret) -> LookUp:
        """Look one establishment up; an answer found is kept, with the time it was read."""
        kept = self._found.get(siret)
        if kept is not None:
            return kept
        look_up = self._look_up(siret, Deadline(self._timeout))
        if look_up.outcome in {Outcome.FOUND, Outcome.CLOSED}:
            self._found.put(siret, look_up)
        return look_up

    def by_siren(self, siren: Siren) -> list[DirectoryAnswer]:
        """The establishments of a firm, a hundred at most, open ones first, head office first."""
        found = self._listed({"q": siren, "limite_matching_etablissements": 100}, only_open=False)
        return sorted(found, key=lambda company: (not company.is_open, not company.is_head_office))

    def by_name(self, text: str, *, limit: int = 10) -> list[DirectoryAnswer]:
        """Open establishments whose firm answers to these words; nothing under three characters."""
        words = clean(text, limit=100)
        if len(words) < 3:
            return []
        params: Params = {
            "q": words,
            "etat_administratif": "A",
            "per_page": 10,
            "limite_matching_etablissements": 5,
        }
        return self._listed(params, only_open=True)[:limit]

    def _look_up(self, siret: Siret, deadline: Deadline) -> LookUp:
        try:
            listed = self._in_directory(siret, deadline)
        except DirectoryUnavailable:
            second = self._in_sirene(siret, deadline)
            return second or LookUp(Outcome.UNAVAILABLE, clock.now(), reading.SOURCE)
        if listed is not None:
            return listed
        # Silence of Sirene leaves what the directory said: the number isn't listed.
        return self._in_sirene(siret, deadline) or LookUp(Outcome.NOT_LISTED, clock.now(), reading.SOURCE)

    def _in_sirene(self, siret: Siret, deadline: Deadline) -> LookUp | None:
        if self._sirene is None or deadline.left < _WORTH_ASKING:
            return None
        look_up = self._sirene.look_up(siret, timeout=deadline.left)
        return None if look_up.outcome is Outcome.UNAVAILABLE else look_up

    def _in_directory(self, siret: Siret, deadline: Deadline) -> LookUp | None:
        params: Params = {"q": siret, "per_page": 1, "limite_matching_etablissements": 10}
        results = self._search(params, deadline)
        read_at = clock.now()
        for result in results:
            for place in reading.places(result):
                if place.get("siret") == siret:
                    return _settled(result, place, read_at=read_at)
        return None

    def _listed(self, params: Params, *, only_open: bool) -> list[DirectoryAnswer]:
        key = repr(sorted(params.items()))
        kept = self._lists.get(key)
        if kept is not None:
            return list(kept)
        results = self._search(params, Deadline(self._timeout))
        found = _companies(results, read_at=clock.now(), only_open=only_open)
        if found:
            self._lists.put(key, found)
        return list(found)

    def _search(self, params: Params, deadline: Deadline) -> list[dict[str, Any]]:
        if not self._circuit.allows():
            raise DirectoryUnavailable("circuit")
        answer: Answer | None = None
        try:
            answer = self._asked_twice({**_PARTS, **params}, deadline)
            results = [item for item in required_list(_content(answer), "results") if isinstance(item, dict)]
        except (HttpFault, SchemaDrift) as trouble:
            reason = str(trouble)
        except _Refused as refused:
            reason = str(refused)
            if refused.is_ours:
                # The directory is well: our request isn't, and this must be seen.
                self._circuit.succeeded()
                _log.exception("directory.refused reason=%s", reason)
                raise DirectoryUnavailable(reason) from None
        else:
            self._circuit.succeeded()
            return results
        self._circuit.failed(retry_after=answer.retry_after if answer else None)
        _log.warning("directory.unavailable reason=%s", reason)
        raise DirectoryUnavailable(reason)

    def _asked_twice(self, params: Params, deadline: Deadline) -> Answer:
        answer = self._client.get("/search", params=params, timeout=deadline.left)
        wait = answer.retry_after
        if answer.status != 429 or wait is None or wait > min(_SHORT_WAIT, deadline.left - _WORTH_ASKING):
            return answer
        time.sleep(wait)
        return self._client.get("/search", params=params, timeout=deadline.left)


class _Refused(Exception):
    """Another status than 200."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status_{status}")
        self.is_ours = 400 <= status < 500 and status not in {408, 419, 425, 429}


def _content(answer: Answer) -> Any:
    if answer.status != 200:
        raise _Refused(answer.status)
    return answer.json()


def _settled(result: dict[str, Any], place: dict[str, Any], *, read_at: datetime) -> LookUp:
    if reading.is_hidden(result, place):
        return LookUp(Outcome.NON_DIFFUSIBLE, read_at, reading.SOURCE)
    try:
        company = reading.answer(result, place, read_at=read_at)
    except SchemaDrift as drift:
        _log.warning("directory.drift field=%s", drift)
        raise DirectoryUnavailable("drift") from None
    return LookUp(Outcome.FOUND if company.is_open else Outcome.CLOSED, read_at, reading.SOURCE, company)


def _companies(results: list[dict[str, Any]], *, read_at: datetime, only_open: bool) -> list[DirectoryAnswer]:
    found: list[DirectoryAnswer] = []
    drifted = 0
    for result in results:
        for place in reading.places(result):
            if reading.is_hidden(result, place):
                continue
            try:
                company = reading.answer(result, place, read_at=read_at)
            except SchemaDrift as drift:
                drifted += 1
                _log.warning("directory.drift field=%s", drift)
            else:
                found += [company] if company.is_open or not only_open else []
    if drifted and not found:
        raise DirectoryUnavailable("drift")
    return found
