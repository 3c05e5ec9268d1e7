"""Partners that show the first screen in their site: who, how many offers came from them, the snippet."""

from flask import abort, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from app.core.errors import Refused
from app.domain.offers.origins import all_origins, counts_by_origin, declare_origin, end_origin, living_origin
from app.web.access import Permission, current_actor, requires
from app.web.forms.base import PostForm
from app.web.forms.fields import Line, Paragraph
from app.web.forms.once import run_once
from app.web.operator import blueprint

Answer = str | Response | tuple[str, int]


class OriginForm(PostForm):
    """A partner."""

    label = Line("Nom du partenaire", limit=120, missing="Saisissez le nom du partenaire.")
    code = Line(
        "Code",
        limit=40,
        missing="Saisissez un code.",
        description="Minuscules, chiffres et tirets. Exemple : cma-12.",
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    hosts = Paragraph(
        "Ses sites",
        limit=2000,
        missing="Indiquez au moins un site.",
        description="Un par ligne, sans https. Exemple : www.cma12.fr.",
    )


@blueprint.route("/agents/partenaires", methods=["GET", "POST"])
@requires(Permission.PARTNERS_MANAGE)
def origins() -> Answer:
    """The list with its figures, and the form that adds one."""
    form = OriginForm()
    if request.method == "POST" and form.validate():
        try:
            return run_once(lambda: _declare(form))
        except Refused as refused:
            at = form.hosts if "site" in refused.message else form.code
            form.add_error(at, refused.message)
    page = render_template("operator/origins.html", form=form, found=all_origins(), counts=counts_by_origin())
    return (page, 422) if form.errors else page


def _declare(form: OriginForm) -> str:
    origin = declare_origin(
        str(form.code.data),
        label=str(form.label.data),
        hosts=str(form.hosts.data).splitlines(),
        by=current_actor(),
    )
    flash(f"{origin.label} peut afficher le formulaire. Donnez-lui le code à copier.", "success")
    return url_for("operator.origin", code=origin.code)


@blueprint.get("/agents/partenaires/<string:code>")
@requires(Permission.PARTNERS_MANAGE)
def origin(code: str) -> str:
    """What to copy into its site."""
    found = living_origin(code) or abort(404)
    address = url_for("deposit.frame", origin=found.code, _external=True)
    return render_template("operator/origin.html", found=found, address=address, form=PostForm())


@blueprint.post("/agents/partenaires/<string:code>/arreter")
@requires(Permission.PARTNERS_MANAGE)
def stop_origin(code: str) -> Answer:
    """The frame stops at once."""
    found = living_origin(code)

    def act() -> str:
        if found is not None:
            end_origin(found, by=current_actor())
        flash("Le formulaire ne s’affiche plus chez ce partenaire.", "success")
        return url_for("operator.origins")

    return run_once(act)
