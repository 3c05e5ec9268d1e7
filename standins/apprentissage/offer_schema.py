"""What API Apprentissage accepts as an offer, with its own messages; and what becomes of the texts."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

from standins.exchange import Refusal

Issue = dict[str, Any]
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})")
_EMAIL = re.compile(
    r"(?!\.)(?!.*\.\.)[A-Za-z0-9_'+\-.]*[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9-]*\.)+[A-Za-z]{2,}"
)
_TOLERANCE = timedelta(minutes=5)
_TEXT = "Invalid input: expected string, received {}"
_KEPT = frozenset({"b", "i", "em", "strong", "p", "br", "ul", "li"})


def checked(body: dict[str, Any], *, writes_identifier: bool) -> dict[str, Any]:
    """The body, when it is right; raises Refusal with all the issues, as the partner does."""
    issues = list(_issues(body, writes_identifier=writes_identifier))
    if issues:
        raise invalid(issues)
    return body


def invalid(issues: list[Issue]) -> Refusal:
    """The partner's 400: every issue joined, and each with its path."""
    said = ", ".join(f"body.{'.'.join(map(str, issue['path']))}: {issue['message']}" for issue in issues)
    error = {
        "code": "FST_ERR_VALIDATION",
        "name": "ZodError",
        "statusCode": 400,
        "validationContext": "body",
        "issues": issues,
    }
    content = {"statusCode": 400, "error": "Bad Request", "message": said, "data": {"validationError": error}}
    return Refusal(400, content)


def _issue(message: str, *path: str, code: str = "custom") -> Issue:
    return {"code": code, "path": list(path), "message": message}


def _issues(body: dict[str, Any], *, writes_identifier: bool) -> Iterator[Issue]:
    for name in ("workplace", "apply", "offer"):
        if not isinstance(body.get(name), dict):
            yield _issue("Invalid input: expected object, received undefined", name, code="invalid_type")
            return
    if writes_identifier and "identifier" in body:
        reference = (body["identifier"] or {}).get("partner_job_id")
        if not isinstance(reference, str):
            yield _issue(_TEXT.format("undefined"), "identifier", "partner_job_id", code="invalid_type")
    yield from _workplace(body["workplace"])
    yield from _apply(body["apply"])
    if "contract" in body:
        yield from _contract(body["contract"])
    yield from _offer(body["offer"])


def _workplace(place: dict[str, Any]) -> Iterator[Issue]:
    siret = str(place.get("siret") or "").strip()
    if not re.fullmatch(r"\d{14}", siret):
        yield _issue("SIRET invalide", "workplace", "siret")
    elif not _luhn(siret) and not (siret.startswith("356000000") and sum(map(int, siret)) % 5 == 0):
        yield _issue(f"Le siret ne respecte pas l'algorithme luhn ({siret})", "workplace", "siret")
    for name in ("name", "description", "website"):
        if not isinstance(place.get(name), str | None):
            yield _issue(_TEXT.format("object"), "workplace", name, code="invalid_type")


def _apply(way: dict[str, Any]) -> Iterator[Issue]:
    if not any(way.get(name) for name in ("url", "email", "phone")):
        for name in ("url", "email", "phone"):
            yield _issue("At least one of url, email, or phone is required", "apply", name)
    if way.get("email") is not None and not _EMAIL.fullmatch(str(way["email"])):
        yield _issue("Invalid email address", "apply", "email")
    if way.get("url") is not None and not re.match(r"[a-z][a-z0-9+.\-]*:", str(way["url"])):
        yield _issue("Invalid URL", "apply", "url")


def _contract(contract: Any) -> Iterator[Issue]:
    if not isinstance(contract, dict):
        yield _issue("Invalid input: expected object, received null", "contract", code="invalid_type")
        return
    if contract.get("start") is not None and not _ISO.fullmatch(str(contract["start"])):
        yield _issue("Expected ISO 8601 date string", "contract", "start")
    months = contract.get("duration")
    if months is not None and (isinstance(months, bool) or not isinstance(months, int) or months < 0):
        yield _issue("Invalid input: expected int", "contract", "duration", code="invalid_type")
    kinds = contract.get("type", ["Apprentissage"])
    if not isinstance(kinds, list) or set(kinds) - {"Apprentissage", "Professionnalisation"}:
        yield _issue("Invalid option", "contract", "type", code="invalid_value")
    if contract.get("remote") not in {"onsite", "remote", "hybrid", None}:
        yield _issue("Invalid option", "contract", "remote", code="invalid_value")


def _offer(offer: dict[str, Any]) -> Iterator[Issue]:
    if not isinstance(offer.get("title"), str) or len(offer["title"]) < 3:
        yield _issue("Too small: expected string to have >=3 characters", "offer", "title", code="too_small")
    if not isinstance(offer.get("description"), str) or len(offer["description"]) < 30:
        yield _issue(
            "Job description should be at least 30 characters", "offer", "description", code="too_small"
        )
    for code in offer.get("rome_codes") or []:
        if not re.fullmatch(r"[A-Z]\d{4}", str(code)):
            yield _issue("Code ROME invalide", "offer", "rome_codes")
    level = offer.get("target_diploma")
    if level is not None and level.get("european") not in {"3", "4", "5", "6", "7", None}:
        yield _issue("Invalid option", "offer", "target_diploma", "european", code="invalid_value")
    for name in ("desired_skills", "to_be_acquired_skills", "access_conditions"):
        if not isinstance(offer.get(name, []), list):
            yield _issue("Invalid input: expected array", "offer", name, code="invalid_type")
    if offer.get("status", "Active") not in {"Active", "Filled", "Cancelled"}:
        yield _issue("Invalid option", "offer", "status", code="invalid_value")
    if not isinstance(offer.get("multicast", True), bool):
        yield _issue("Invalid input: expected boolean", "offer", "multicast", code="invalid_type")
    yield from _publication(offer.get("publication", {}))


def _publication(publication: Any) -> Iterator[Issue]:
    if not isinstance(publication, dict):
        yield _issue("Invalid input: expected object", "offer", "publication", code="invalid_type")
        return
    now = datetime.now(UTC)
    for name, wrong, said in (
        ("creation", lambda at: at > now + _TOLERANCE, "Creation date cannot be in the future"),
        ("expiration", lambda at: at < now - _TOLERANCE, "Expiration date cannot be in the past"),
    ):
        value = publication.get(name)
        if value is None:
            continue
        if not _ISO.fullmatch(str(value)):
            yield _issue("Expected ISO 8601 date string", "offer", "publication", name)
        elif wrong(datetime.fromisoformat(str(value).replace("Z", "+00:00"))):
            yield _issue(said, "offer", "publication", name)


def _luhn(digits: str) -> bool:
    doubled = [int(sign) * (2 if rank % 2 else 1) for rank, sign in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0 and set(digits) != {"0"}


class _Cleaner(HTMLParser):
    """Keeps a few tags without attributes and the content of the others, but for scripts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag == "script"
        if tag in _KEPT:
            self.parts.append(f"<{tag}>")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag == "script"
        if tag in _KEPT and tag != "br":
            self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self.silent <= 0:
            self.parts.append(html.escape(data, quote=False))


def cleaned(text: str | None) -> str | None:
    """Texts as the partner gives them back: trimmed, other tags removed, « & » encoded again."""
    if text is None:
        return None
    cleaner = _Cleaner()
    cleaner.feed(text.strip())
    cleaner.close()
    return "".join(cleaner.parts)
