"""Screen 1: one field, one button."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import HiddenField

from app.core.identifiers import InvalidIdentifier, Siret
from app.extensions import limiter
from app.web.access import public
from app.web.deposit import blueprint
from app.web.deposit.company_search import EMPTY, Refusal, read, search, take_in
from app.web.deposit.draft_access import Answer
from app.web.deposit.integration import origin_of
from app.web.forms.base import PostForm
from app.web.forms.fields import Line

LOOK_UPS = "60 per 10 minutes"
MAX_TYPED = 200


class CompanyForm(PostForm):
    """The SIRET or the name."""

    q = Line(
        "Votre SIRET ou le nom de votre entreprise",
        limit=MAX_TYPED,
        missing=EMPTY,
        description="Le SIRET compte 14 chiffres. Il figure sur vos factures et sur les bulletins de paie.",
    )
    origine = HiddenField()


@blueprint.get("/")
@public("page d’accueil")
def home() -> Answer:
    """The home page."""
    return _page(CompanyForm(data={"q": request.args.get("q", "")[:MAX_TYPED]}))


@blueprint.get("/deposer")
@public("première page du dépôt, préremplie depuis un autre site")
def prefilled() -> Answer:
    """The same page, with the SIRET that another site has sent."""
    signed = request.args.get("origine", "")[:200]
    asked = {"q": request.args.get("q", "")[:MAX_TYPED], "origine": signed if origin_of(signed) else ""}
    return _page(CompanyForm(data=asked))


@blueprint.post("/")
@public("recherche de l’établissement")
@limiter.limit(LOOK_UPS)
def find_company() -> Answer:
    """Look up what was typed."""
    form = CompanyForm()
    if not form.validate():
        return _page(form), 422
    outcome = _follow(str(form.q.data), signed=form.origine.data or "")
    if isinstance(outcome, Refusal):
        form.add_error(form.q, outcome.message)
        return _page(form, outcome), 422
    return redirect(outcome, 303)


def _follow(text: str, *, signed: str) -> str | Refusal:
    wanted = read(text)
    if isinstance(wanted, Siret):
        return take_in(wanted, for_itself=request.form.get("act") == "itself", origin=origin_of(signed))
    if isinstance(wanted, Refusal):
        return wanted
    found = search(wanted)
    if isinstance(found, Refusal):
        return found
    return url_for(
        "deposit.establishments", q=str(wanted), origine=signed if origin_of(signed) else None
    )


def _page(form: CompanyForm, refusal: Refusal | None = None) -> str:
    return render_template(
        "deposit/home.html", form=form, successor=refusal.successor if refusal else None
    )


@blueprint.get("/deposer/organisme-de-formation")
@public("un organisme de formation dit pour qui il recrute")
def training_body() -> Answer | Response:
    """For a partner company, or for itself."""
    try:
        siret = Siret(request.args.get("siret", ""))
    except InvalidIdentifier:
        return redirect(url_for("deposit.home"))
    form = CompanyForm()
    form.q.label.text = "SIRET ou nom de l’entreprise partenaire"
    return render_template("deposit/training_body.html", form=form, siret=siret)


