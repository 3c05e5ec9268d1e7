"""The pages of an act on many rows: what will be done, what was done, what was left and why."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template
from werkzeug.wrappers import Response

from app.audit import journal
from app.audit.actor import Actor
from app.core.database import db
from app.core.errors import Refused
from app.domain.organisations.models import Organisation
from app.lists import batches
from app.lists.batches import BatchAct
from app.lists.models import Batch
from app.lists.spreadsheet import BOM, as_csv
from app.web.csv_answer import csv_answer
from app.web.forms.base import PostForm
from app.web.forms.once import run_once

FIRST = 10
IGNORED_SHOWN = 50
Answer = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class BatchDesk:
    """One batch, its act, and where its pages are: `url` of `confirm`, `run`, `retry`, `ignored`, `list`."""

    batch: Batch
    act: BatchAct[Any]
    actor: Actor
    url: Callable[[str, Batch], str]
    space: Organisation | None = None


def page(desk: BatchDesk, *, refusal: str = "") -> str:
    """What will be done; once it is done, what was."""
    shown = {
        "batch": desk.batch,
        "act": desk.act,
        "title": desk.act.title(desk.batch.total),
        "urls": {name: desk.url(name, desk.batch) for name in ("run", "retry", "ignored", "list")},
        "space": desk.space,
        "form": PostForm(),
        "refusal": refusal,
    }
    if desk.batch.done_at is None:
        return render_template(
            "batch/confirm.html",
            **shown,
            lines=batches.first_lines(desk.batch, desk.act, limit=FIRST),
            obstacles=batches.obstacles(desk.batch, desk.act),
        )
    return render_template(
        "batch/result.html",
        **shown,
        tally=batches.tally(desk.batch),
        lines=batches.skipped_lines(desk.batch, desk.act, limit=IGNORED_SHOWN),
    )


def run(desk: BatchDesk) -> Answer:
    """The one button: do it, once."""

    def act() -> str:
        if batches.run(desk.batch, desk.act):
            found = batches.tally(desk.batch)
            facts: dict[str, object] = {"act": desk.act.code, "done": found.done, "skipped": found.skipped}
            journal.record("batch_run", desk.batch, by=desk.actor, facts=facts)
        return desk.url("confirm", desk.batch)

    return run_once(act)


def retry(desk: BatchDesk) -> Answer:
    """« Réessayer ces 5 »: to the confirm page of a batch of their own."""
    try:
        return run_once(lambda: desk.url("confirm", batches.again(desk.batch, desk.act)))
    except Refused as refused:
        db.session.rollback()
        return page(desk, refusal=refused.message), 422


def ignored(desk: BatchDesk) -> Response:
    """The rows that were left, in a CSV file."""
    if desk.batch.done_at is None:
        return redirect(desk.url("confirm", desk.batch))
    lines = batches.skipped_lines(desk.batch, desk.act)
    rows = [(*((one.name.label, one.name.detail) if one.name else ("", "")), one.reason) for one in lines]
    text = BOM + as_csv([("Ligne", "Détail", "Raison"), *rows])
    return csv_answer(text, f"ignorees-{desk.batch.public_id}.csv")
