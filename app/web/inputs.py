"""What no request may carry, refused before any view."""

import re

from flask import Flask, abort, request
from werkzeug.datastructures import MultiDict

from app.web.numbers import RowNumber

# Names of fields that may come several times: boxes of one group.
REPEATED = frozenset({"cfas", "choix", "contract_types"})
# Names of what is pressed, ticked or hidden: nobody types in them, and views read them as they come.
PICKED = frozenset({"act", "acte", "choix", "count", "mode", "selection", "total", "version"})
_NUL = re.compile("[\x00\ud800-\udfff]")
MAX_BODY = 256 * 1024
MAX_FIELDS = 200


def install(app: Flask) -> None:
    """Limits on bodies and forms; duplicates and unreadable text answer 400."""
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY, MAX_FORM_MEMORY_SIZE=MAX_BODY, MAX_FORM_PARTS=MAX_FIELDS
    )
    app.url_map.converters["int"] = RowNumber
    app.before_request(check_inputs)


def check_inputs() -> None:
    """Refuse NUL where nobody types, repeated fields, and forms of another type than forms."""
    if _NUL.search(request.path) or _has_nul(request.args):
        abort(400)
    if request.method in {"GET", "HEAD", "OPTIONS"} or not request.form:
        return
    if len(request.form) > MAX_FIELDS:
        abort(413)
    for name, values in request.form.lists():
        if len(values) > 1 and name not in REPEATED:
            abort(400)
        if name in PICKED and any(map(_NUL.search, values)):
            abort(400)


def _has_nul(values: MultiDict[str, str]) -> bool:
    return any(_NUL.search(value) for _, value in values.items(multi=True))
