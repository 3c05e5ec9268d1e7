"""A file as the answer to a page."""

from flask import current_app
from werkzeug.wrappers import Response


def csv_answer(text: str, name: str) -> Response:
    """A CSV file to save under this name."""
    return file_answer(text.encode(), name, mimetype="text/csv")


def file_answer(content: bytes, name: str, *, mimetype: str) -> Response:
    """A file to save under this name."""
    answer = current_app.response_class(content, mimetype=mimetype)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
