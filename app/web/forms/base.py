"""The base of every form that is posted."""

from typing import Any

import structlog
from flask import request
from flask_wtf import FlaskForm
from wtforms import Field

from app.web.forms.once import new_submission_id

log = structlog.get_logger()
_PLUMBING = frozenset({"csrf_token", "submission_id", "suite", "act"})


class PostForm(FlaskForm):
    """CSRF by Flask-WTF, one `submission_id` per showing, unknown fields ignored and logged.

    French messages come from the fields themselves; WTForms' own are translated here.
    """

    class Meta:
        locales = ["fr"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        posted = request.form.get("submission_id", "") if request.method == "POST" else ""
        self.submission_id = posted if 8 <= len(posted) <= 64 else new_submission_id()

    def validate(self, extra_validators: Any = None) -> bool:
        unknown = sorted(set(request.form) - set(self._fields) - _PLUMBING - self._list_entries())
        if unknown:
            log.warning("form.unknown_fields", form=type(self).__name__, count=len(unknown))
        return bool(super().validate(extra_validators=extra_validators))

    def _list_entries(self) -> set[str]:
        return {name for name in request.form if name.rpartition("-")[0] in self._fields}

    def add_error(self, field: Field, message: str) -> None:
        """Attach a refusal of the domain to the field that can mend it."""
        field.errors = [*field.errors, message]
