"""API Apprentissage: the national catalogue of courses (formation/v1/search), and who answers for a place."""

import logging
from typing import Any

from app.adapters.circuit import Circuit
from app.adapters.course_reading import course_of, identity_of
from app.adapters.http import Answer, HttpClient, HttpFault, Params
from app.adapters.payload import SchemaDrift, mapping, number, required_list
from app.core.identifiers import Siret, Uai
from app.domain.cfa_requests.source import CatalogueUnavailable, CoursePage, Identity

_log = logging.getLogger(__name__)
_COURSES = "/formation/v1/search"
_PLACES = "/organisme/v1/recherche"
PAGE_SIZE = 100
# A course weighs some ten kilobytes: its certification comes whole with it.
_LARGE = 8 * 1024 * 1024
_MOST_PAGES = 5000


class HttpTrainingCatalogue:
    """The port TrainingCatalogue over HTTP. For jobs that refresh the copy: a page never waits for it."""

    def __init__(self, base_url: str, *, token: str, timeout: float = 20.0) -> None:
        self._client = HttpClient(
            base_url,
            timeout=timeout,
            body_cap=_LARGE,
            secret_headers=lambda: {"Authorization": f"Bearer {token}"},
        )
        self._circuit = Circuit()

    def __repr__(self) -> str:
        return f"HttpTrainingCatalogue({self._client.base_url!r})"

    def courses(self, page: int) -> CoursePage:
        """The courses of a page; a row that can't be read is left out and counted."""
        content = self._get(_COURSES, {"page_index": page, "page_size": PAGE_SIZE})
        try:
            rows = required_list(content, "data")
            pages = number(mapping(content, "pagination"), "page_count")
            if pages is None or not 0 <= pages <= _MOST_PAGES:
                raise SchemaDrift("page_count")
        except SchemaDrift as drift:
            _log.warning("catalogue.drift field=%s", drift)
            raise CatalogueUnavailable("drift") from None
        found = [course for course in map(course_of, rows) if course is not None]
        if rows and not found:
            _log.warning("catalogue.drift rows=%d", len(rows))
            raise CatalogueUnavailable("drift")
        return CoursePage(tuple(found), int(pages), unreadable=len(rows) - len(found))

    def identify(self, *, siret: Siret | None, uai: Uai | None) -> Identity | None:
        """The one centre that is open at these numbers."""
        given = {name: str(value) for name, value in (("siret", siret), ("uai", uai)) if value}
        return identity_of(self._get(_PLACES, given)) if given else None

    def _get(self, path: str, params: Params) -> Any:
        if not self._circuit.allows():
            raise CatalogueUnavailable("circuit")
        try:
            answer: Answer = self._client.get(path, params=params)
            content = answer.json() if answer.status == 200 else None
        except HttpFault as trouble:
            self._circuit.failed()
            _log.warning("catalogue.unavailable reason=%s", trouble)
            raise CatalogueUnavailable(str(trouble)) from None
        # 419 is what the documentation says for the limit, 429 what the gateway answers.
        if answer.status in {419, 429} or answer.status >= 500:
            self._circuit.failed(retry_after=answer.retry_after)
            raise CatalogueUnavailable(f"status_{answer.status}")
        self._circuit.succeeded()
        if answer.status in {401, 403}:
            _log.error("catalogue.token_refused status=%d", answer.status)
            raise CatalogueUnavailable("token")
        if answer.status != 200:
            _log.error("catalogue.refused status=%d", answer.status)
            raise CatalogueUnavailable(f"status_{answer.status}")
        return content
