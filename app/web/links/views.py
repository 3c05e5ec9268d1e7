"""`/l/<token>`: GET shows and changes nothing; only the button acts."""

import hmac

from flask import Response, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.audit import journal
from app.core import clock
from app.core.database import db
from app.core.failpoints import failpoint
from app.core.tokens import hash_token
from app.domain.accounts import limits, magic_links
from app.domain.accounts.magic_links import LinkState, Reading
from app.domain.accounts.models import Link, Purpose
from app.domain.employers.emails import NewLinkRequest
from app.domain.employers.services import mask_email
from app.extensions import limiter
from app.outbox import queue
from app.web.access import actor_of, portal_session, public
from app.web.links import blueprint
from app.web.links.codes import login_code
from app.web.links.kinds import KINDS
from app.web.links.lost import LostLinkForm

MAX_CODE_TRIES = 5


def _failed(response: Response) -> bool:
    return bool(response.headers.get("X-Link") == "failed")


@blueprint.route("/l/<token>", methods=["GET", "POST"])
@public("page d’un lien reçu par courriel")
@limiter.limit("20 per 10 minutes", deduct_when=_failed)
def link_page(token: str) -> BaseResponse:
    """Show what a link opens; open it on POST."""
    reading = magic_links.read(token[:200])
    if request.method == "POST":
        return _private(make_response(_act(token, reading)))
    return _private(make_response(_show(reading)))


def _show(reading: Reading, *, wrong_code: bool = False) -> str | BaseResponse:
    link = reading.link
    if link is None:
        response = make_response(render_template("links/unknown.html", form=LostLinkForm()))
        response.headers["X-Link"] = "failed"
        return response
    kind = KINDS[link.purpose]
    page = kind.page(link) if reading.state is LinkState.LIVE else None
    if page is None:
        return _dead(link, reading)
    return render_template(
        "links/live.html",
        page=page,
        masked=mask_email(link.subject_email),
        needs_code=_needs_code(link),
        wrong_code=wrong_code,
        has_errors=wrong_code,
    )


def _dead(link: Link, reading: Reading) -> str:
    return render_template(
        "links/dead.html",
        served=KINDS[link.purpose].served,
        since=clock.day_of(reading.since or clock.now()),
        masked=mask_email(link.subject_email),
        token_path=request.path,
        submission_id=None,
    )


def _act(token: str, reading: Reading) -> str | BaseResponse:
    link = reading.link
    if link is None:
        return _show(reading)
    # The seed of the form token is in the cookie since the page was shown: a double click has it twice.
    mark = hash_token("mark", str(portal_session().get("csrf_token", "")))
    if reading.state is LinkState.USED and magic_links.was_just_used_by(link, consumed_by=mark):
        return redirect(url_for("links.arrived"), 303)
    kind = KINDS[link.purpose]
    if reading.state is not LinkState.LIVE or kind.page(link) is None:
        if request.form.get("act") == "new":
            return _send_again(link)
        return _dead(link, reading)
    if _needs_code(link) and not _right_code(link, token):
        return _show(magic_links.state_of(link), wrong_code=True)
    opened = magic_links.consume(token, purpose=link.purpose, consumed_by=mark)
    if opened is None:
        # Another press was faster: perhaps this browser's own.
        db.session.refresh(link)
        if magic_links.was_just_used_by(link, consumed_by=mark):
            return redirect(url_for("links.arrived"), 303)
        return _dead(link, magic_links.state_of(link))
    failpoint("links.after_consume_before_session")
    if opened.purpose is Purpose.LOGIN:
        magic_links.use_up_other_logins(opened)
    # First: its line leaves with those of what it opens.
    journal.record("link_opened", opened, by=actor_of(opened), facts={"purpose": opened.purpose.value})
    target = kind.open(opened)
    failpoint("links.before_commit")
    db.session.commit()
    failpoint("links.after_commit_before_response")
    return redirect(target, 303)


def _send_again(link: Link) -> str:
    """The sending worker looks at the right, so that the answer tells nothing, not even by its time."""
    if limits.take(limits.REISSUE_HOUR, limits.REISSUE_DAY, key=link.subject_email):
        queue(NewLinkRequest(link.subject_email, link.id))
    failpoint("links.reissue_before_commit")
    db.session.commit()
    return render_template("links/sent.html", masked=mask_email(link.subject_email))


def _needs_code(link: Link) -> bool:
    if link.purpose is not Purpose.LOGIN or link.nonce_hash is None:
        return False
    mark = portal_session().get("mark", "")
    return not hmac.compare_digest(link.nonce_hash, hash_token("nonce", str(mark)))


def _right_code(link: Link, token: str) -> bool:
    typed = "".join(request.form.get("code", "").upper().split())[:8]
    code = login_code(token, key=current_app.config["SECRET_KEY"])
    # As bytes: people type accents too, which strings can't be compared with safely.
    if hmac.compare_digest(typed.encode("utf-8", "replace"), code.encode()):
        return True
    link.code_tries += 1
    if link.code_tries >= MAX_CODE_TRIES:
        magic_links.revoke(link, reason="too_many_codes")
    db.session.commit()
    return False


def _private(response: BaseResponse) -> BaseResponse:
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
