"""sila2 from PyPI, pinned by `sila2.txt` beside this module: the other public SiLA library."""

from __future__ import annotations

import filecmp
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
PLACE = HERE.parents[1] / "build" / "peers" / "sila2"
PINNED = HERE / "sila2.txt"
PATIENCE_S = 240


def sila2_python() -> Path:
    """The Python of an environment with sila2, made once; skips with a reason if it cannot be had."""
    python, done = PLACE / "bin" / "python", PLACE / "sila2.txt"
    if not (done.exists() and filecmp.cmp(PINNED, done, shallow=False)):
        shutil.rmtree(PLACE, ignore_errors=True)
        uv = str(Path(sys.executable).with_name("uv"))
        for command in (
            [uv, "venv", "-q", "--python", sys.executable, str(PLACE)],
            [uv, "pip", "install", "-q", "--python", str(python), "--require-hashes", "-r", str(PINNED)],
        ):
            said = subprocess.run(command, capture_output=True, timeout=PATIENCE_S, check=False)
            if said.returncode:
                pytest.skip(f"sila2 could not be installed: {said.stderr.decode()[-300:]}")
        shutil.copyfile(PINNED, done)
    return python


class Sila2:
    """sila2's client as a process.

    Args:
        port: of the server.
        certificate: file that the server is trusted by.
        token: that it bears.
    """

    def __init__(self, port: int, certificate: Path, token: str) -> None:
        script = HERE / "sila2_client.py"
        self.process = subprocess.Popen(
            [str(sila2_python()), str(script), "127.0.0.1", str(port), str(certificate), token],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.found = self._line()

    def call(self, feature: str, command: str, **parameters: Any) -> dict[str, Any]:
        """Call a command; what came, or which error."""
        assert self.process.stdin is not None
        self.process.stdin.write(
            json.dumps({"feature": feature, "command": command, "parameters": parameters}) + "\n"
        )
        self.process.stdin.flush()
        return self._line()

    def _line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()[-2000:]
        found: dict[str, Any] = json.loads(line)
        return found

    def close(self) -> None:
        """Have it leave."""
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert stream is not None
        self.process.communicate(timeout=60)
