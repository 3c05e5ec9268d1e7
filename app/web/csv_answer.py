"""A CSV file as the answer to a page."""

from flask import current_app
from werkzeug.wrappers import Response


def csv_answer(text: str, name: str) -> Response:
    """A file to save under this name."""
    answer = current_app.response_class(text.encode(), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
