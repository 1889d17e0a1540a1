"""A process that reads foreign files has no network, runs no programs and writes no files."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from titer.connect.core import confine
from titer.connect.core.sandbox import run

READER = """
import ctypes, json, os, runpy, socket, subprocess, sys
held = runpy.run_path({confine!r})["confine"](int(sys.argv[1]), int(sys.argv[2]))
sys.stdin.buffer.read()
tried = {{}}
def attempt(name, call):
    try:
        call()
        tried[name] = "done"
    except OSError as error:
        tried[name] = type(error).__name__
attempt("socket", lambda: socket.socket())
attempt("program", lambda: subprocess.run(["/bin/true"]))
attempt("write", lambda: open({file!r}, "w").write("x") and None)
libc = ctypes.CDLL(None, use_errno=True)
tried["socket of C"] = libc.socket(2, 1, 0)
attempt("fork", lambda: os.fork())
json.dump({{"held": held, "tried": tried}}, sys.stdout)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the filter is Linux's")
def test_a_reading_process_has_no_network_and_runs_no_programs(tmp_path: Path) -> None:
    script = tmp_path / "reader.py"
    script.write_text(READER.format(confine=confine.__file__, file=str(tmp_path / "written")))
    told = run(str(script), [], b"bytes", python=Path(sys.executable))
    tried = told["tried"]
    assert (tried["socket"], tried["program"], tried["fork"]) == ("PermissionError",) * 3
    assert tried["socket of C"] == (-1 if told["held"] else tried["socket of C"])
    assert told["held"] or tried["socket of C"] >= 0
    assert not (tmp_path / "written").exists() or not (tmp_path / "written").read_bytes()
