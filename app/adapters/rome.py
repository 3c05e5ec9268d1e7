"""France Travail's ROME 4.0: client credentials, appellations with their OGR numbers, job sheets."""

import logging
import threading
from datetime import datetime, timedelta
from typing import Any

from app.adapters.circuit import Circuit
from app.adapters.http import Answer, HttpClient, HttpFault
from app.adapters.payload import SchemaDrift, mapping, mappings, number, required_text, text
from app.core import clock
from app.core.identifiers import InvalidIdentifier, RomeCode
from app.domain.reference.rome_source import RomeUnavailable, SkillGroup, SourceAppellation, SourceSheet

_log = logging.getLogger(__name__)
_SCOPES = "api_rome-metiersv1 api_rome-fiches-metiersv1 nomenclatureRome"
_APPELLATIONS = "/rome-metiers/v1/metiers/appellation"
_SHEETS = "/rome-fiches-metiers/v1/fiches-rome/fiche-metier"
# A token is renewed this long before its end.
_MARGIN = timedelta(seconds=10)
# The whole list of appellations weighs more than an ordinary answer.
_LARGE = 8 * 1024 * 1024


class _Tokens:
    """The access token, asked for once and kept until shortly before its end."""

    def __init__(self, url: str, *, client_id: str, client_secret: str, timeout: float) -> None:
        self._client = HttpClient(url, timeout=timeout)
        self._client_id = client_id
        self._client_secret = client_secret
        self._lock = threading.Lock()
        self._token = ""
        self._ends: datetime | None = None

    def __repr__(self) -> str:
        return f"_Tokens({self._client.base_url!r})"

    def current(self) -> str:
        """A token that is still good; raises HttpFault, SchemaDrift or RomeUnavailable."""
        with self._lock:
            if self._ends is None or clock.now() >= self._ends:
                self._renew()
            return self._token

    def forget(self) -> None:
        """The partner refused it: the next call asks for another."""
        with self._lock:
            self._ends = None

    def _renew(self) -> None:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._client_secret,
            "scope": f"application_{self._client_id} {_SCOPES}",
        }
        answer = self._client.post_form("", form=form, params={"realm": "/partenaire"})
        if answer.status in {400, 401, 403}:
            _log.error("rome.credentials_refused status=%d", answer.status)
            raise RomeUnavailable("credentials")
        if answer.status != 200:
            raise SchemaDrift(f"token_status_{answer.status}")
        content = answer.json()
        if not isinstance(content, dict):
            raise SchemaDrift("token")
        self._token = required_text(content, "access_token", limit=4000)
        lifetime = number(content, "expires_in") or 0.0
        self._ends = clock.now() + timedelta(seconds=min(lifetime, 86400.0)) - _MARGIN


class HttpRomeSource:
    """The port RomeSource over HTTP. For jobs that refresh: a page never waits for it."""

    def __init__(
        self, base_url: str, *, token_url: str, client_id: str, client_secret: str, timeout: float = 20.0
    ) -> None:
        self._tokens = _Tokens(token_url, client_id=client_id, client_secret=client_secret, timeout=timeout)
        self._client = HttpClient(
            base_url,
            timeout=timeout,
            body_cap=_LARGE,
            secret_headers=lambda: {"Authorization": f"Bearer {self._tokens.current()}"},
        )
        self._circuit = Circuit()

    def __repr__(self) -> str:
        return f"HttpRomeSource({self._client.base_url!r})"

    def appellations(self) -> list[SourceAppellation]:
        """Every appellation; a row that can't be read is left out and counted."""
        answer = self._get(_APPELLATIONS, fields="code,libelle,metier(code)")
        rows = _content(answer)
        if answer.status != 200 or not isinstance(rows, list):
            raise RomeUnavailable(f"status_{answer.status}")
        found = [item for item in map(_appellation, rows) if item is not None]
        if len(found) < len(rows):
            _log.warning("rome.drift rows=%d", len(rows) - len(found))
        if not found:
            raise RomeUnavailable("drift")
        return found

    def sheet(self, code: RomeCode) -> SourceSheet | None:
        """The sheet of a job, None when the register has none."""
        answer = self._get(f"{_SHEETS}/{code}")
        if answer.status == 404:
            return None
        content = _content(answer)
        if answer.status != 200 or not isinstance(content, dict) or content.get("code") != code:
            raise RomeUnavailable("drift" if answer.status == 200 else f"status_{answer.status}")
        return _sheet(content, code)

    def _get(self, path: str, *, fields: str = "") -> Answer:
        if not self._circuit.allows():
            raise RomeUnavailable("circuit")
        params = {"champs": fields} if fields else None
        try:
            answer = self._client.get(path, params=params)
            if answer.status == 401:
                # A token may end in the middle of a batch: one other is asked for, once.
                self._tokens.forget()
                answer = self._client.get(path, params=params)
        except (HttpFault, SchemaDrift) as trouble:
            self._circuit.failed()
            _log.warning("rome.unavailable reason=%s", trouble)
            raise RomeUnavailable(str(trouble)) from None
        if answer.status == 429 or answer.status >= 500:
            self._circuit.failed(retry_after=answer.retry_after)
            raise RomeUnavailable(f"status_{answer.status}")
        self._circuit.succeeded()
        return answer


def _content(answer: Answer) -> Any:
    try:
        return answer.json()
    except HttpFault:
        raise RomeUnavailable("unreadable") from None


def _appellation(row: Any) -> SourceAppellation | None:
    if not isinstance(row, dict):
        return None
    ogr, label, code = (
        number(row, "code"),
        text(row, "libelle", limit=293),
        text(mapping(row, "metier"), "code"),
    )
    if ogr is None or ogr != int(ogr) or ogr < 0 or not label or not code:
        return None
    try:
        return SourceAppellation(int(ogr), label, RomeCode(code))
    except InvalidIdentifier:
        return None


def _sheet(content: dict[str, Any], code: RomeCode) -> SourceSheet:
    groups = tuple(
        SkillGroup(text(mapping(group, "enjeu"), "libelle") or "", _labels(group, "competences"))
        for group in mappings(content, "groupesCompetencesMobilisees")
    )
    knowledge = tuple(
        label for group in mappings(content, "groupesSavoirs") for label in _labels(group, "savoirs")
    )
    label = text(mapping(content, "metier"), "libelle") or text(content, "libelle")
    if not label or not any(group.skills for group in groups):
        raise RomeUnavailable("drift")
    obsolete = content.get("obsolete") is True
    return SourceSheet(code, label, obsolete, tuple(g for g in groups if g.skills), knowledge)


def _labels(group: dict[str, Any], name: str) -> tuple[str, ...]:
    labels = (text(item, "libelle", limit=500) for item in mappings(group, name))
    return tuple(dict.fromkeys(label for label in labels if label))
