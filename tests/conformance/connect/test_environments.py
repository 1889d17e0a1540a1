"""A connector whose dependency does not go with Titer's gets an environment of its own, and is held to it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.connect import awkward

from titer.connect.core import environment
from titer.testing.connectors import FakeHub, patience


class Site:
    """A machine with a connector host, the awkward connector installed beside Titer, and its wheels in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.wheels = folder, folder / "wheels"
        self.packages, self.environments = folder / "packages", folder / "environments"
        for made in (self.packages, self.wheels):
            made.mkdir()
        awkward.installed(self.packages, self.wheels)
        self.variables = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(
                [str(self.packages), *filter(None, [os.environ.get("PYTHONPATH")])]
            ),
            environment.PLACES: str(self.environments),
        }
        self.hub = FakeHub()
        raw = {"name": "meter", "type": "awkward", "version": 1, "epoch": 0, "settings": {}}
        self.hub.connections.append({**raw, "channels": [{"tag": "N", "node": "n"}]})
        (folder / "token").write_text(self.hub.token)

    def titer(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "titer.cli.main", *words],
            env=self.variables, capture_output=True, text=True, check=False, timeout=600,
        )  # fmt: skip

    @contextlib.contextmanager
    def host(self) -> Iterator[None]:
        """The connector host, as `titer serve` starts it."""
        read_end, pipe = os.pipe()
        command = [sys.executable, "-m", "titer.connect", "--hub", self.hub.url, "--host", "test-host"]
        command += ["--token-file", str(self.folder / "token"), "--dir", str(self.folder / "host")]
        self.hub.start()
        with (self.folder / "host.log").open("ab") as log:
            host = subprocess.Popen(
                [*command, "--parent-fd", str(read_end)], pass_fds=[read_end], stderr=log, env=self.variables
            )
        os.close(read_end)
        try:
            yield
        finally:
            os.close(pipe)
            host.wait(60 * patience())
            self.hub.stop()

    def until(self, condition: Callable[[], bool], what: str) -> None:
        begin = time.monotonic()
        while not condition():
            waited = time.monotonic() - begin
            log = (self.folder / "host.log").read_text("utf-8", "replace")[-3000:]
            assert waited < 90 * patience(), f"{what}: not within {waited:.0f} s\n{self.hub.statuses}\n{log}"
            time.sleep(0.05)

    @property
    def status(self) -> dict[str, Any]:
        return self.hub.statuses.get("meter", {})


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_connector_that_does_not_fit_beside_titer_is_installed_enrolled_run_and_held_to_what_was_enrolled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(tmp_path)
    with site.host():
        site.until(lambda: site.status.get("state") == "refused", "that it has no environment")
        assert site.status["message"].startswith("The environment of awkward is not installed in ")
        assert "titer connector install awkward" in site.status["message"]

        made = site.titer("connector", "install", "awkward", "--wheels", str(site.wheels), "--json")
        assert made.returncode == 0, made.stderr
        told = json.loads(made.stdout)
        assert told["packages"]["pyotp"] == "1.0"
        assert told["packages"]["awkward-library"] == "3.1"
        assert " on " in told["enrolled_by"]
        lock = (site.packages / "awkward_device" / "awkward.txt").read_bytes()
        assert told["requirements"] == hashlib.sha256(lock).hexdigest()

        site.until(lambda: bool(site.hub.decoded("meter")), "the first value of it")
        site.until(lambda: bool(site.status.get("identity")), "who it is")
        identity = site.status["identity"]
        assert (identity["maker"], identity["model"]) == ("awkward works", "of pyotp 1.0")
        assert identity["endpoint"] == str(site.environments / "awkward")
        assert metadata.version("pyotp") != "1.0", "and Titer has its own"
    listed = site.titer("connector", "list").stdout
    assert f"SHA-256 {told['digest'][:16]}, enrolled by {told['enrolled_by']}" in listed

    # What is another than what was enrolled is run no more, and that is said.
    monkeypatch.setenv(environment.PLACES, str(site.environments))
    assert environment.checked("awkward").digest == told["digest"]
    (library,) = (site.environments / "awkward").rglob("awkward_library.py")
    library.write_text("MAKER = 'somebody else'\n")
    with site.host():
        site.until(lambda: "is not what" in site.status.get("message", ""), "that it was changed")
        assert site.status["state"] == "refused"
        assert f"is not what {told['enrolled_by']} enrolled at" in site.status["message"]
        assert "a file is another" in site.status["message"]
