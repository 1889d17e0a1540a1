"""A demo that a test watches: the command as its user runs it, and what its terminal says."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from tests.e2e.conftest import browser  # noqa: F401  the fixture
from tests.torture.killing import Course

_SEEN_S = 0.05


@pytest.fixture(scope="session")
def courses() -> dict[str, Course]:
    """What batches of this session did, by name, so that nothing runs twice only to be compared with."""
    return {}


class Terminal:
    """`titer demo` in a terminal of its own.

    Args:
        folder: for everything that the demo makes.
        options: more of the command.
    """

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [str(Path(sys.executable).parent / "titer"), "demo", "--out", str(folder), *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=os.environ | {"COLUMNS": "200", "PYTHONUNBUFFERED": "1"},
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())

    def await_line(self, pattern: str, *, seconds: float) -> re.Match[str]:
        """The first line that a pattern is found in.

        Raises:
            AssertionError: with all lines, if it does not come or the command ends.
        """
        deadline = time.monotonic() + seconds
        looked = 0
        while time.monotonic() < deadline:
            ended = self.process.poll() is not None
            while looked < len(self.lines):
                found = re.search(pattern, self.lines[looked])
                looked += 1
                if found:
                    return found
            if ended and not self._reader.is_alive():
                break
            time.sleep(_SEEN_S)
        raise AssertionError(f"no line with {pattern!r}; all lines:\n" + "\n".join(self.lines))

    def interrupt(self) -> int:
        """Ctrl+C: the signal goes to the whole foreground group; returns the exit code."""
        os.killpg(self.process.pid, signal.SIGINT)
        code = self.process.wait(60)
        self._reader.join(10)
        return code

    def end(self) -> None:
        """End what may still run."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        self._reader.join(10)
        if self.process.stdout is not None:
            self.process.stdout.close()


def left_behind(folder: Path) -> list[str]:
    """Command lines of processes that still mention a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if str(folder) in command:
                found.append(command)
    return found
