"""The least that Flask can answer, under the same server: says how fast this machine is just now."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    """A word."""
    return "bonjour"
