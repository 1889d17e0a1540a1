"""A server that offers something to others runs alone beside a hub, and leaves nothing behind at Ctrl+C."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

from tests.integration.cli.conftest import Said
from tests.integration.cli.executable import PATIENCE_S, free_port, processes_of, started

from titer.testing.connectors import patience


def test_the_sila_server_runs_alone_until_ctrl_c(tmp_path: Path, run: Callable[..., Said]) -> None:
    lab = tmp_path / "lab"
    assert run("init", str(lab)).code == 0
    refused = run("sila", "serve", "--dir", str(lab))
    assert refused.code != 0
    assert "no SiLA server" in refused.err
    assert "titer sila setup" in refused.err
    done = run("sila", "setup", "--unencrypted", "--sila-port", str(free_port()), "--dir", str(lab))
    assert done.code == 0, done.err
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
