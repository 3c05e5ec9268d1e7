"""Loading a draft for whoever holds it, saving its answers, and what two tabs do to each other."""

import unicodedata
from collections.abc import Iterator
from typing import Any

from flask import abort, render_template, request, session, url_for
from werkzeug.wrappers import Response
from wtforms import HiddenField

from app.core.database import db
from app.core.failpoints import failpoint
from app.core.identifiers import Siret
from app.domain.accounts.models import Purpose
from app.domain.offers.composing import company_of, next_step
from app.domain.offers.deposit import Collector
from app.domain.offers.drafts import DraftChanged, Holder, draft_held_by, save_answers
from app.domain.offers.models import Draft
from app.web.access import current_account, current_links
from app.web.forms.base import PostForm
from app.web.numbers import whole_number
from app.web.structures import managed_structures

MAX_KEPT = 20_000
# Enough of a text to recognise it beside its other version.
SHOWN = 300
STEPS = {"company": "deposit.typed_company", "need": "deposit.need", "check": "deposit.check"}
Answer = str | Response | tuple[str, int]


class DraftForm(PostForm):
    """A form over a draft: it says which version of the answers it showed."""

    version = HiddenField()

    @property
    def shown_version(self) -> int | None:
        """The version that the page showed; None when nothing is said, -1 when it makes no sense."""
        text = self.version.data or ""
        if not text:
            return None
        return whole_number(text)

    def show_version(self, draft: Draft) -> None:
        """Write the present version in the page."""
        self.version.data = str(draft.version)


def holder() -> Holder:
    """Who asks: this browser, with the links that it has opened."""
    links = current_links()
    return Holder(
        secret=str(session.get("csrf_token", "")),
        drafts=frozenset(link.object_id for link in links if link.purpose is Purpose.DRAFT),
        contacts=frozenset(link.object_id for link in links if link.purpose is Purpose.MANAGEMENT),
        structures=frozenset(managed_structures()),
    )


def collector_of(draft: Draft) -> Collector:
    """The structure that deposits, and the member at this screen."""
    account = current_account()
    if draft.organisation is None or account is None:
        raise LookupError("no structure deposits this draft")
    return Collector(draft.organisation, account)


def held_draft(draft_id: str, *, with_offer: bool = False) -> Draft:
    """The draft of the address, held until the end of an act that changes it; a stranger sees 404."""
    draft = draft_held_by(holder(), draft_id, to_change=request.method == "POST", with_offer=with_offer)
    if draft is None:
        abort(404)
    return draft


def step_url(draft: Draft) -> str:
    """Where this draft goes on."""
    if draft.offer_id is not None:
        done = "deposit.confirmation" if draft.organisation_id is None else "deposit.deposited"
        return url_for(done, draft_id=draft.public_id)
    return url_for(STEPS[next_step(draft)], draft_id=draft.public_id)


def astray(draft: Draft, *, wants: str = "company") -> str | None:
    """Where to send somebody who has skipped a step or comes back too late; None when in order."""
    if draft.offer_id is not None:
        return step_url(draft)
    if wants != "company" and not company_of(draft).is_complete:
        return url_for(STEPS["company"], draft_id=draft.public_id)
    if wants == "check" and next_step(draft) != "check":
        return step_url(draft)
    return None


def siret_of(draft: Draft) -> Siret:
    """The SIRET of a draft."""
    return Siret(str(draft.answers["siret"]))


def storable(value: Any) -> Any:
    """What was typed, fit for both databases: without control characters, of a bounded length."""
    if isinstance(value, list):
        return [storable(item) for item in value[:20]]
    text = str(value or "")[:MAX_KEPT]
    return "".join(sign for sign in text if sign in "\n\t" or unicodedata.category(sign) not in {"Cc", "Cs"})


def save(draft: Draft, form: DraftForm, parts: dict[str, Any]) -> None:
    """Save parts of the answers and commit; DraftChanged says that another tab did before."""
    save_answers(draft, parts, version=form.shown_version, saver=form.submission_id)
    db.session.commit()
    failpoint("deposit.after_draft_saved")


def conflict(draft: Draft, form: DraftForm, saved: DraftForm) -> tuple[str, int]:
    """« Deux versions existent. Laquelle garder ? »: what was just typed, and what another tab saved."""
    db.session.rollback()
    form.show_version(draft)
    page = render_template(
        "deposit/conflict.html",
        rows=list(_differences(form, saved)),
        posted=_posted(),
        version=draft.version,
        submission_id=form.submission_id,
        keep_url=step_url(draft),
    )
    return page, 409


def _posted() -> list[tuple[str, str]]:
    skipped = {"csrf_token", "submission_id", "version"}
    return [(name, value) for name, value in request.form.items(multi=True) if name not in skipped]


def _differences(form: DraftForm, saved: DraftForm) -> Iterator[tuple[str, str, str]]:
    for field in form:
        if isinstance(field, HiddenField) or field.name not in saved:
            continue
        mine, theirs = _shown(field), _shown(saved[field.name])
        if mine != theirs:
            yield field.label.text, mine, theirs


def _shown(field: Any) -> str:
    if hasattr(field, "iter_choices"):
        return ", ".join(str(choice[1]) for choice in field.iter_choices() if choice[2])
    return str(field.data or "")[:SHOWN]


__all__ = [
    "Answer", "DraftChanged", "DraftForm", "astray", "collector_of", "conflict", "held_draft", "holder",
    "save", "siret_of", "step_url", "storable",
]  # fmt: skip
