"""The night at France Travail: the file, its receipt, what is seen there, what leaves, what goes wrong."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import file_upkeep
from app.adapters.platforms.france_travail import FranceTravailFile
from app.audit.actor import Actor, ActorKind
from app.core import clock
from app.core.database import database_now, db
from app.domain.diffusion.files import Delivered, FileDelivery, FileStatus
from app.domain.diffusion.lifecycle import DiffusionStatus, SubmissionStatus
from app.domain.diffusion.models import Diffusion
from app.domain.diffusion.platforms.france_travail import FRANCE_TRAVAIL, REMOVAL_LINES
from app.domain.diffusion.registry import turn
from app.domain.offers.editing import edit_offer
from app.domain.offers.life import close_offer
from app.domain.offers.lifecycle import EndReason
from app.domain.offers.models import Offer
from app.domain.reference.official import store_appellations
from app.domain.reference.rome_source import SourceAppellation
from app.scheduling.models import JobRun
from app.scheduling.runner import run_job
from tests.factories.offers import make_offer
from tests.support.france_travail import DEPOSIT, SEARCH, file_board, held
from tests.support.standins import Partner, rome_served

S, F = DiffusionStatus, FileStatus
KEY = "france_travail"


@pytest.fixture(scope="module")
def served() -> Iterator[Partner]:
    """France Travail."""
    with rome_served() as partner:
        yield partner


@pytest.fixture
def partner(app: Flask, served: Partner) -> Iterator[Partner]:
    """France Travail, open, with the numbers of the jobs; in a context of the application."""
    served.reset()
    before = app.extensions["boards"]
    app.extensions["boards"] = {KEY: file_board(served, timeout=1)}
    with app.app_context():
        turn(KEY, on=True)
        names = [
            SourceAppellation(11573, "Boulanger / Boulangère", "D1102"),  # type: ignore[arg-type]
            SourceAppellation(11574, "Ouvrier boulanger / Ouvrière boulangère", "D1102"),  # type: ignore[arg-type]
        ]
        store_appellations(names)
        db.session.commit()
        yield served
        db.session.rollback()
    app.extensions["boards"] = before


def online(**over: Any) -> int:
    offer = make_offer(**over)
    db.session.commit()
    return offer.id


def night(*, fails: bool = False, later: timedelta = timedelta(0)) -> dict[str, int]:
    """One run of the job; every one is after the former."""
    db.session.rollback()
    with clock.moved_by(later):
        report = run_job("deliver_files", dry=False)
    assert bool(report.error) is fails, report.error
    return report.counts


def found(offer_id: int) -> Diffusion:
    db.session.rollback()
    db.session.expire_all()
    query = sa.select(Diffusion).where(Diffusion.offer_id == offer_id, Diffusion.platform == KEY)
    return db.session.scalars(query).one()


def files() -> list[FileDelivery]:
    db.session.expire_all()
    return list(db.session.scalars(sa.select(FileDelivery).order_by(FileDelivery.id)))


def close(offer_id: int, reason: EndReason = EndReason.FILLED_HERE) -> None:
    offer = db.session.get_one(Offer, offer_id)
    close_offer(offer, by=Actor(ActorKind.CONTACT, offer.contact_id, "link"), reason=reason)
    db.session.commit()


def edit(offer_id: int, **fields: Any) -> None:
    offer = db.session.get_one(Offer, offer_id)
    by = Actor(ActorKind.CONTACT, offer.contact_id, "link")
    edit_offer(offer, fields, version=offer.version, by=by)
    db.session.commit()


def test_acknowledged_is_not_published_and_seen_is(partner: Partner) -> None:
    offer_id = online()
    assert found(offer_id).status is S.QUEUED
    assert night() == {"offers": 1, "left_out": 0, "sent": 1}
    [row] = held(partner)
    assert (row["Par_ref_offre"][:6], row["Code_OGR"]) == ("E2-DA-", "11573")
    there = found(offer_id)
    assert (there.status, there.detail) == (S.SENDING, "file_acknowledged")
    assert there.submissions[0].reference == row["Par_ref_offre"]
    [kept] = files()
    assert (kept.status, kept.offers, kept.answer) == (F.RECORDED, 1, "Votre fichier a bien ete envoye")
    assert len(kept.checksum) == 64
    assert (file_upkeep.files_folder() / kept.file_name).stat().st_size == kept.size
    held(partner, visible=False)
    assert run_job("look_for_offers", dry=False).counts == {"places": 1, "seen": 0}
    assert found(offer_id).status is S.SENDING
    held(partner, visible=True)
    run_job("look_for_offers", dry=False)
    seen = found(offer_id)
    assert (seen.status, seen.remote_status) == (S.PUBLISHED, "vue dans la recherche")
    assert seen.url is not None and seen.url.startswith("https://candidat.francetravail.fr/")
    # The next file changes nothing of what is known.
    assert night()["sent"] == 0
    assert found(offer_id).status is S.PUBLISHED


def test_what_is_closed_leaves_by_its_absence(partner: Partner) -> None:
    staying, leaving = online(), online()
    night()
    close(leaving)
    assert night(later=timedelta(days=1)) == {"offers": 1, "left_out": 0, "sent": 0, "ended": 1}
    gone = found(leaving)
    assert (gone.status, gone.submissions[0].status) == (S.FILLED, SubmissionStatus.OVER)
    assert found(staying).status is S.SENDING
    assert len(held(partner)) == 1


def test_a_removal_line_is_written_when_it_is_asked_for(partner: Partner) -> None:
    offer_id = online()
    night()
    turn(KEY, on=True, options={REMOVAL_LINES: True})
    close(offer_id)
    night(later=timedelta(days=1))
    assert [row["Type_mouvement"] for row in held(partner)] == ["S"]
    assert found(offer_id).status is S.FILLED
    night(later=timedelta(days=2))
    assert held(partner) == []


def test_a_bad_row_is_told_to_the_employer_and_does_not_sink_the_file(partner: Partner) -> None:
    good, bad = online(), online(about_company="é" * 600)
    assert night() == {"offers": 1, "left_out": 1, "sent": 1}
    told = found(bad)
    assert (told.status, told.reason_code, told.reason_field) == (
        S.REFUSED,
        "Description_entreprise",
        "about_company",
    )
    assert "dépasse 500 caractères" in told.reason_text
    since = told.since
    night(later=timedelta(days=1))
    assert found(bad).since == since
    edit(bad, about_company="Une boulangerie.")
    assert found(bad).status is S.QUEUED
    night(later=timedelta(days=2))
    assert (found(bad).status, found(good).status) == (S.SENDING, S.SENDING)
    assert len(held(partner)) == 2


def test_what_a_change_makes_impossible_there_is_removed_too(partner: Partner) -> None:
    offer_id = online()
    night()
    turn(KEY, on=True, options={REMOVAL_LINES: True})
    db.session.commit()
    edit(offer_id, about_company="é" * 600)
    night(later=timedelta(days=1))
    assert [row["Type_mouvement"] for row in held(partner)] == ["S"]
    assert found(offer_id).status is S.REFUSED


def test_a_job_without_a_number_waits_for_it(partner: Partner) -> None:
    offer_id = online(rome_code="G1602", job_name="cuisinier ou cuisinière")
    night()
    told = found(offer_id)
    assert (told.status, told.reason_code, told.reason_field) == (S.REFUSED, "metier", None)
    store_appellations([SourceAppellation(12, "Cuisinier / Cuisinière", "G1602")])  # type: ignore[arg-type]
    db.session.commit()
    assert night(later=timedelta(days=1))["sent"] == 1
    assert found(offer_id).status is S.SENDING


@pytest.mark.parametrize("kind", ["422", "html", "429"])
def test_a_file_that_is_refused_leaves_everything_waiting(partner: Partner, kind: str) -> None:
    offer_id = online()
    partner.fails(kind, path=DEPOSIT, times=1, before=True)
    night(fails=True)
    # A limit says nothing of the file itself, which is left again.
    said = F.WRITTEN if kind == "429" else F.REFUSED
    assert (found(offer_id).status, files()[0].status) == (S.QUEUED, said)
    assert night()["sent"] == 1
    assert found(offer_id).status is S.SENDING


def test_a_refused_key_leaves_the_same_file_again_and_another_the_next_night(
    app: Flask, partner: Partner
) -> None:
    offer_id = online()
    boards = app.extensions["boards"]
    app.extensions["boards"] = {KEY: file_board(partner, timeout=1, password="faux")}
    first = clock.paris(clock.today() + timedelta(days=1), 6) - clock.now()
    for hours in (0, 1):
        night(fails=True, later=first + timedelta(hours=hours))
    [written] = files()
    assert (written.status, written.offers, found(offer_id).status) == (F.WRITTEN, 1, S.QUEUED)
    night(fails=True, later=first + timedelta(days=1))
    assert [one.status for one in files()] == [F.REFUSED, F.WRITTEN]
    app.extensions["boards"] = boards
    assert night(later=first + timedelta(days=1, hours=1))["sent"] == 1
    assert [one.status for one in files()] == [F.REFUSED, F.RECORDED]
    assert found(offer_id).status is S.SENDING


@pytest.mark.parametrize("received", [True, False])
def test_a_file_without_an_answer_is_in_doubt_until_the_next(partner: Partner, received: bool) -> None:
    offer_id = online()
    partner.fails("reset", path=DEPOSIT, times=1, before=not received)
    night(fails=True)
    assert (found(offer_id).status, files()[0].status) == (S.UNCERTAIN, F.UNCERTAIN)
    close(offer_id) if received else None
    night(later=timedelta(minutes=30))
    assert found(offer_id).status is (S.FILLED if received else S.SENDING)
    assert len(held(partner)) == (0 if received else 1)


def test_a_process_that_died_after_the_receipt_is_taken_up(partner: Partner, monkeypatch: Any) -> None:
    offer_id = online()
    with monkeypatch.context() as patch:
        patch.setattr(file_upkeep, "_record", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            run_job("deliver_files", dry=False)
    assert (found(offer_id).status, files()[0].status) == (S.QUEUED, F.ACKNOWLEDGED)
    night()
    assert [one.status for one in files()] == [F.RECORDED, F.RECORDED]
    assert found(offer_id).status is S.SENDING


def test_an_empty_file_after_a_full_one_is_an_alarm(
    partner: Partner, monkeypatch: Any, caplog: pytest.LogCaptureFixture
) -> None:
    offer_id = online()
    night()
    close(offer_id)
    monkeypatch.setattr(file_upkeep, "MANY", 1)
    caplog.set_level(logging.CRITICAL)
    night(fails=True, later=timedelta(days=1))
    assert files()[-1].status is F.REFUSED
    assert len(held(partner)) == 1
    turn(KEY, on=True, options={"empty_file": True})
    db.session.commit()
    night(later=timedelta(days=1, hours=1))
    assert held(partner) == []


def test_an_offer_older_than_the_opening_is_in_the_first_file(partner: Partner) -> None:
    turn(KEY, on=False)
    offer_id = online()
    turn(KEY, on=True)
    db.session.commit()
    assert night()["sent"] == 1
    assert found(offer_id).status is S.SENDING


def test_nobody_takes_the_night_over_while_its_file_leaves(
    app: Flask, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    online()
    board, leases = app.extensions["boards"][KEY], []

    def slow(archive: Path) -> Delivered:
        running = sa.select(JobRun.lease_until).where(JobRun.ended_at.is_(None))
        leases.append(db.session.scalars(running).one() - database_now())
        db.session.rollback()
        return FranceTravailFile.deliver(board, archive)

    monkeypatch.setattr(board, "deliver", slow)
    night()
    assert leases[0] > FRANCE_TRAVAIL.timeout


def test_a_received_file_that_is_gone_does_not_stop_the_nights(
    partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer_id = online()
    with monkeypatch.context() as patch:
        patch.setattr(file_upkeep, "_record", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            run_job("deliver_files", dry=False)
    (file_upkeep.files_folder() / files()[0].file_name).unlink()
    night()
    assert found(offer_id).status is S.SENDING


def test_a_slow_search_keeps_its_turn_and_leaves_theirs_to_the_others(
    app: Flask, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer_id = online()
    night()
    board, leases = app.extensions["boards"][KEY], []
    real = board.seen

    def slow(*asked: Any) -> Any:
        running = sa.select(JobRun.lease_until).where(JobRun.ended_at.is_(None))
        leases.append(db.session.scalars(running).one() - database_now())
        db.session.rollback()
        monkeypatch.setattr("app.adapters.platforms.france_travail._LONGEST_SEARCH", -1)
        return real(*asked)

    monkeypatch.setattr(board, "seen", slow)
    assert run_job("look_for_offers", dry=False).counts == {"places": 1, "seen": 0}
    assert partner.journal(SEARCH) == []
    assert leases[0] > timedelta(minutes=3)
    assert found(offer_id).read_at is not None
