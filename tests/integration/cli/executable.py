"""The real `titer`, started as a user starts it, and the processes that it leaves behind, if it does."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.integration.cli.conftest import PASSWORD

from titer.testing.connectors import patience

TITER = Path(sys.executable).with_name("titer")
PATIENCE_S = 60.0


def environment(**more: str) -> dict[str, str]:
    """The environment of a command; nothing of Titer's comes from the machine."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TITER_")}
    return {**kept, "TITER_PASSWORD": PASSWORD, "TITER_NEW_PASSWORD": PASSWORD, "NO_COLOR": "1", **more}


def titer(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [TITER, *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S * patience(),
        stdin=subprocess.DEVNULL,
        env=environment(**more),
    )


def refused(answer: subprocess.CompletedProcess[str], *words: str) -> str:
    """Insist on a sentence that holds the words, a non-zero exit and no traceback; returns the sentence."""
    said = answer.stderr + answer.stdout
    assert answer.returncode not in (0, -signal.SIGSEGV), said
    assert "Traceback" not in said, said
    for word in words:
        assert word in said, f"{word!r} is not in: {said}"
    return said


def started(*words: str, **more: str) -> subprocess.Popen[str]:
    """Start a command that goes on, as leader of a process group like one at a terminal."""
    return subprocess.Popen(
        [TITER, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        env=environment(**more),
        start_new_session=True,
    )


def processes_of(folder: Path) -> dict[int, str]:
    """Processes whose command line names the folder, by id; those that only wait to be buried do not count."""
    listing = subprocess.run(["ps", "-axwwo", "pid=,stat=,args="], capture_output=True, text=True, check=True)
    found = {}
    for line in listing.stdout.splitlines():
        pid, state, command = line.split(None, 2)
        if str(folder) in command and not state.startswith("Z") and int(pid) != os.getpid():
            found[int(pid)] = command
    return found


def until(condition: Callable[[], object], what: str, seconds: float = PATIENCE_S) -> None:
    """Wait for something that other processes do."""
    bound = seconds * patience()
    end = time.monotonic() + bound
    while not condition():
        assert time.monotonic() < end, f"not within {bound:.0f} s: {what}"
        time.sleep(0.05)


def ended(process: subprocess.Popen[str]) -> str:
    """Wait for the end of a command; returns what it said."""
    out, _ = process.communicate(timeout=PATIENCE_S * patience())
    return out


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Taken:
    """A port that another program listens on."""

    def __init__(self) -> None:
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen(1)
        self.port = int(self.socket.getsockname()[1])

    def __enter__(self) -> Taken:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()
