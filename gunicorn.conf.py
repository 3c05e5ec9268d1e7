"""How gunicorn serves the portal: `gunicorn wsgi:app`. A wrong setting stops it here, before any process."""

import gc
import os
from pathlib import Path
from typing import Any

from dotenv import load_dotenv

from app.config import read_settings

# As the flask commands do; the environment wins.
load_dotenv(Path(__file__).with_name(".env"))
_settings = read_settings()

bind = f"{os.environ.get('HOST') or '127.0.0.1'}:{_settings.port}"
workers = _settings.web_processes
threads = 4
# Loaded once: processes share what the first has read, and a new one costs nothing to start.
preload_app = True
timeout = 30
graceful_timeout = 30
# A process that has served much gives its memory back; not all at the same moment.
max_requests = 20_000
max_requests_jitter = 2_000
# Signs of life in memory: a slow disk must not make a healthy process look dead.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  # a folder of the system's, not ours
# No access log: addresses of people and tokens of links have no place there.
accesslog = None
errorlog = "-"
loglevel = "warning"
control_socket_disable = True

# What is loaded stays for ever: looking for garbage in it would slow the start, and unshare it later.
gc.disable()


def when_ready(_server: Any) -> None:
    """The application is loaded, no process is born yet."""
    gc.freeze()
    gc.enable()
