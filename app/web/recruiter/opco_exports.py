"""« Exporter les 143 offres (CSV) »: at once when short, by a job and a page of its own when long."""

from pathlib import Path

from flask import abort, current_app, flash, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from app.audit import journal
from app.core.database import db
from app.domain.accounts.models import Account
from app.domain.cfa_requests.counts import cfas_of
from app.domain.opco.board_filter import BoardFilter
from app.domain.opco.export import AT_ONCE, count_offers, file_name, whole
from app.domain.opco.lifecycle import ExportStatus
from app.domain.opco.long_exports import (
    Export,
    ask_export,
    export_of,
    exports_of,
    file_of,
    stop_export,
)
from app.extensions import limiter
from app.web.access import Permission, current_account, current_actor, member
from app.web.csv_answer import csv_answer
from app.web.forms.base import PostForm
from app.web.forms.once import run_once
from app.web.recruiter import blueprint
from app.web.recruiter.opco_space import OpcoSpace, opco_space_or_404


@blueprint.post("/espace/<string:organisation>/entreprises/exporter")
@member(Permission.SPACE_READ)
@limiter.limit("60 per hour")
def opco_export(organisation: str) -> Response:
    """The offers that the filters of the address ask for, one line each."""
    here = opco_space_or_404()
    wanted = BoardFilter.of(request.args)
    number = count_offers(here.opco, wanted)
    if number > AT_ONCE:
        return run_once(lambda: _ask(here, wanted))
    text = whole(here.opco, wanted, cfas=cfas_of)
    journal.record("export_downloaded", here.space, by=current_actor(), facts={"offers": number})
    db.session.commit()
    return csv_answer(text, file_name(here.opco, wanted))


def _ask(here: OpcoSpace, wanted: BoardFilter) -> str:
    export = ask_export(here.space, here.opco, wanted, account=_me(), by=current_actor())
    db.session.flush()
    return _url(here, export)


@blueprint.get("/espace/<string:organisation>/exports")
@member(Permission.SPACE_READ)
def opco_exports(organisation: str) -> str:
    """The long exports that this person has asked for."""
    here = opco_space_or_404()
    found = exports_of(_me(), here.space)
    return render_template("recruiter/opco_exports.html", space=here.space, exports=found)


@blueprint.get("/espace/<string:organisation>/exports/<string:public_id>")
@member(Permission.SPACE_READ)
def opco_long_export(organisation: str, public_id: str) -> str:
    """How far it is; « Actualiser », « Arrêter », « Télécharger »."""
    here = opco_space_or_404()
    export = _export_or_404(here, public_id)
    return render_template(
        "recruiter/opco_export.html",
        space=here.space,
        export=export,
        is_open=export.status in {ExportStatus.WAITING, ExportStatus.RUNNING},
        is_there=export.status is ExportStatus.DONE and _file(export).exists(),
        form=PostForm(),
    )


@blueprint.post("/espace/<string:organisation>/exports/<string:public_id>/arreter")
@member(Permission.SPACE_READ)
def opco_stop_export(organisation: str, public_id: str) -> Response:
    """« Arrêter »: the batch that is being written is finished, nothing is kept."""
    here = opco_space_or_404()
    export = _export_or_404(here, public_id)

    def stop() -> str:
        if stop_export(export, by=current_actor()):
            flash("Export arrêté.", "success")
        return _url(here, export)

    return run_once(stop)


@blueprint.post("/espace/<string:organisation>/exports/<string:public_id>/telecharger")
@member(Permission.SPACE_READ)
def opco_download_export(organisation: str, public_id: str) -> Response:
    """The file, for whoever asked for it; each download is in the journal."""
    here = opco_space_or_404()
    export = _export_or_404(here, public_id)
    path = _file(export)
    if export.status is not ExportStatus.DONE or not path.exists():
        abort(404)
    journal.record("export_downloaded", export, by=current_actor(), facts={"offers": export.total})
    db.session.commit()
    return send_file(path, mimetype="text/csv", as_attachment=True, download_name=export.title)


def _export_or_404(here: OpcoSpace, public_id: str) -> Export:
    return export_of(_me(), here.space, public_id) or abort(404)


def _me() -> Account:
    return current_account() or abort(404)


def _file(export: Export) -> Path:
    folder = Path(current_app.extensions["settings"].data_dir).resolve() / "exports"
    return file_of(export, folder)


def _url(here: OpcoSpace, export: Export) -> str:
    return url_for(
        "recruiter.opco_long_export", organisation=here.space.public_id, public_id=export.public_id
    )
