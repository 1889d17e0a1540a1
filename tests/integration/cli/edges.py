"""A reader who types docs/how-to/run-an-edge.md, and then pulls the plugs: real processes, real TLS, on loopback."""

from __future__ import annotations

import csv
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from tests.integration.cli.conftest import Lab, Said
from tests.integration.cli.executable import processes_of
from tests.integration.cli.test_own_reactor import process, wait_for

from titer.app import load
from titer.connect.edge.place import Place
from titer.testing.connectors import patience, quiet_port

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "run-an-edge.md"
TAG = "BR-1.Turbidity.PV"
BEGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)
PATIENCE_S = 90.0
LINE = re.compile(r"^ {4}(titer .+)$", re.MULTILINE)


@dataclass
class Site:
    """A hub, an edge and a device that sends by HTTP, each on its own."""

    lab: Lab
    place: Path
    monkeypatch: pytest.MonkeyPatch
    open: ExitStack
    ports: dict[str, int] = field(default_factory=dict)
    hub: subprocess.Popen[bytes] | None = None
    edge: subprocess.Popen[bytes] | None = None
    acknowledged: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ports = {"8400": load(self.lab.folder).port, "8443": quiet_port(), "8451": quiet_port()}
        self.monkeypatch.chdir(self.place)
        self.monkeypatch.setenv("TITER_DIR", str(self.lab.folder))
        page = PAGE.read_text("utf-8")
        door = self.here(re.search(r"^edge: .*$", page, re.MULTILINE)[0])  # type: ignore[index]
        settings = self.lab.folder / "titer.yaml"
        settings.write_text(re.sub(r"^edge: null$", door, settings.read_text(), flags=re.MULTILINE))
        channels = re.search(r"^- \{tag.*$", page, re.MULTILINE)
        assert channels is not None
        (self.place / "channels.yaml").write_text(channels[0] + "\n")
        (self.place / "turbidity.token").write_text("t" * 40 + "\n")

    def here(self, text: str) -> str:
        """A line of the page, for this machine and its people."""
        for there, here in self.ports.items():
            text = text.replace(f":{there}", f":{here}").replace(f"port: {there}", f"port: {here}")
        return text.replace("--as berg", "--as auto")

    def type_page(self) -> list[str]:
        """Type every command of the page but the last, which revokes; returns those that were typed."""
        typed = []
        for line in LINE.findall(PAGE.read_text("utf-8")):
            words = shlex.split(self.here(line))[1:]
            if words[:2] == ["edge", "revoke"]:
                break
            self.type(words)
            typed.append(line)
        return typed

    def type(self, words: list[str]) -> Said | None:
        """One command; those that go on get a terminal of their own."""
        if words[0] == "serve":
            self.hub = self.start(words, "Titer runs at")
        elif words[:2] == ["edge", "run"]:
            self.edge = self.start(words, "runs for the hub")
        elif words[:2] == ["edge", "status"]:
            return self.well(words)
        else:
            said = self.lab.run(*words)
            assert said.code == 0, f"{words}\n{said.err}"
            code = re.search(r"this once: (\S+)", said.out)
            if code is not None:
                self.monkeypatch.setenv("TITER_EDGE_CODE", code[1])
            return said
        return None

    def well(self, words: list[str]) -> Said:
        """Look at the edge until it says that all is well; a hub that was just started takes a moment."""
        seen: list[Said] = []

        def look() -> bool:
            seen.append(self.lab.run(*words))
            return seen[-1].code == 0 and "last heard never" not in seen[-1].out

        try:
            wait_for("an edge without an alarm", look, PATIENCE_S)
        except AssertionError as error:
            raise AssertionError(f"{seen[-1].out}\n{seen[-1].err}") from error
        return seen[-1]

    def start(self, words: list[str], ready: str) -> subprocess.Popen[bytes]:
        log = self.place / f"{words[0]}-{words[1] if len(words) > 1 else ''}.log"
        child = self.open.enter_context(process([sys.executable, "-m", "titer.cli.main", *words], log))
        wait_for(" ".join(words), lambda: ready in log.read_text() or child.poll() is not None, PATIENCE_S)
        assert child.poll() is None, log.read_text()
        return child

    # --- the device ---------------------------------------------------------------------------------------------

    def send(self, first: int, last: int) -> None:
        """Send numbers, one a message, each until it is answered: the device keeps it until then."""
        headers = {"Authorization": f"Bearer {'t' * 40}"}
        with httpx.Client(
            base_url=f"http://127.0.0.1:{self.ports['8451']}", trust_env=False, headers=headers, timeout=10
        ) as device:
            for number in range(first, last):
                at = (BEGIN + timedelta(seconds=number)).isoformat().replace("+00:00", "Z")
                told = {"name": "turbidity", "value": number, "time": at}

                def answered(body: dict[str, Any] = {"values": [told]}, key: str = str(number)) -> bool:  # noqa: B006
                    try:
                        answer = device.post("/values", json=body, headers={"Idempotency-Key": key})
                    except httpx.TransportError:
                        return False
                    return answer.status_code == 200

                wait_for(f"an answer to {number}", answered, PATIENCE_S)
                self.acknowledged.append(number)

    def sending(self, first: int, last: int) -> threading.Thread:
        """Send beside what else happens."""
        thread = threading.Thread(target=self.send, args=(first, last))
        thread.start()
        return thread

    # --- plugs --------------------------------------------------------------------------------------------------

    def kill_edge(self) -> None:
        """Kill the edge as a power cut does, and start it again."""
        assert self.edge is not None
        self.edge.kill()
        self.edge.wait()
        self.edge = self.start(["edge", "run", "--dir", "edge-lab2"], "runs for the hub")

    def kill_hub(self) -> None:
        """Kill the hub that serves; its supervisor starts it again."""
        wait_for("a hub that answers", self._answers, PATIENCE_S)
        before = self._hubs()
        assert before
        os.kill(before[0], signal.SIGKILL)
        wait_for("another hub", lambda: [pid for pid in self._hubs() if pid not in before], PATIENCE_S)

    def _hubs(self) -> list[int]:
        running = processes_of(self.lab.folder)
        return [pid for pid, command in running.items() if "titer.server.hub" in command]

    def _answers(self) -> bool:
        try:
            with httpx.Client(trust_env=False, timeout=10) as person:
                return person.get(f"http://127.0.0.1:{self.ports['8400']}/api/session").status_code < 500
        except httpx.TransportError:
            return False

    def end(self, which: subprocess.Popen[bytes] | None) -> None:
        """End it in order, as a service is ended."""
        assert which is not None
        which.terminate()
        which.wait(PATIENCE_S * patience())

    # --- what there is ------------------------------------------------------------------------------------------

    def status(self) -> dict[str, Any]:
        """What `titer edge status` says."""
        found: dict[str, Any] = json.loads(self.lab.run("edge", "status", "--dir", "edge-lab2", "--json").out)
        return found

    def refused(self) -> None:
        """Wait until the edge says that its hub refuses it."""
        wait_for("a refusal", lambda: any("refuses" in one for one in self.status()["alarms"]), PATIENCE_S)

    def drained(self) -> None:
        """Wait until the hub has everything."""
        wait_for(
            "an empty journal", lambda: sum(one["backlog"] for one in self.status()["connections"]) == 0, 120
        )

    def stored(self) -> list[int]:
        """The numbers that the hub has, one for each row."""
        (self.place / "values.csv").unlink(missing_ok=True)
        self.lab.as_(
            "ada", "series", "export", TAG, "--start", "2026-03-02T00:00:00Z", "--end", "2026-03-03T00:00:00Z",
            "--out", str(self.place / "values.csv"),
        )  # fmt: skip
        with (self.place / "values.csv").open(newline="") as file:
            rows = [line for line in file if not line.startswith("#")]
        return [int(float(row["value"])) for row in csv.DictReader(rows)]

    @property
    def folder(self) -> Place:
        """The edge's folder."""
        return Place(self.place / "edge-lab2")
