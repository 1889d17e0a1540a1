"""node-opcua from npm, pinned by the lock file beside this module: a peer that nobody of this project wrote."""

from __future__ import annotations

import filecmp
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / "build" / "peers"
PATIENCE_S = 240
_PINNED = ("package.json", "package-lock.json")


def node_opcua() -> str:
    """Node's path, with node-opcua installed as it is pinned; skips with a reason where neither can be had.

    The folder of `node_modules` is in TITER_NODE_OPCUA from then on.
    """
    places = os.pathsep.join([os.environ.get("PATH", ""), str(Path(sys.executable).parent)])
    node, npm = (shutil.which(name, path=places) for name in ("node", "npm"))
    if node is None or npm is None:
        pytest.skip("there is no Node with npm on this machine")
    done = CACHE / "node_modules" / ".package-lock.json"
    same = all((CACHE / name).exists() and filecmp.cmp(HERE / name, CACHE / name, False) for name in _PINNED)
    if not (same and done.exists()):
        _install(npm)
    os.environ["TITER_NODE_OPCUA"] = str(CACHE)
    return node


def _install(npm: str) -> None:
    shutil.rmtree(CACHE, ignore_errors=True)
    CACHE.mkdir(parents=True)
    for name in _PINNED:
        shutil.copyfile(HERE / name, CACHE / name)
    command = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    try:
        done = subprocess.run(command, cwd=CACHE, capture_output=True, timeout=PATIENCE_S, check=False)
        told = done.stderr.decode()[-300:] if done.returncode else ""
    except subprocess.TimeoutExpired:
        told = f"it took longer than {PATIENCE_S} s"
    if told:
        shutil.rmtree(CACHE, ignore_errors=True)
        pytest.skip(f"node-opcua could not be installed with npm: {told}")
