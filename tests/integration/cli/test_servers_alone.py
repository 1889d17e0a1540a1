"""A server that offers something to others runs alone beside a hub, and leaves nothing behind at Ctrl+C."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from tests.integration.cli.executable import PATIENCE_S, free_port, processes_of, refused, started, titer

from titer.testing.connectors import patience

pytestmark = pytest.mark.sqlite("the servers hear the hub alone, whatever its record lies on")


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    made = titer("init", str(tmp_path / "lab"))
    assert made.returncode == 0, made.stderr + made.stdout
    return tmp_path / "lab"


def test_the_sila_server_runs_alone_until_ctrl_c(lab: Path) -> None:
    refused(titer("sila", "serve", "--dir", str(lab)), "no SiLA server", "titer sila setup")
    done = titer("sila", "setup", "--unencrypted", "--sila-port", str(free_port()), "--dir", str(lab))
    assert done.returncode == 0, done.stderr + done.stdout
    running = started("sila", "serve", "--hub", "http://127.0.0.1:9", "--dir", str(lab))
    try:
        assert running.stdout is not None
        assert "The SiLA 2 server runs" in running.stdout.readline()
        running.send_signal(signal.SIGINT)
        said, _ = running.communicate(timeout=PATIENCE_S * patience())
    finally:
        running.kill()
    assert "Stopping." in said
    assert "Traceback" not in said
    assert running.returncode == 0
    assert processes_of(lab) == {}
