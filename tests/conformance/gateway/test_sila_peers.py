"""The page on the SiLA 2 server, typed as it stands, and both libraries at it while its processes are killed."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
import yaml
from sila import client as unitelabs
from sqlalchemy import select
from tests.integration.cli.executable import ended, environment, processes_of, started, titer, until
from tests.integration.cli.test_how_to import blocks
from tests.integration.gateway.sila import AUTHORIZATION, SUBMISSION, WORKLIST, Caller, result
from tests.integration.mes.test_http import PASSWORD, Person
from tests.peers.sila2_peer import Sila2, sila2_python

from titer.app import open_platform
from titer.base import vault
from titer.lims import ReportableResult, Sample, Submission
from titer.record import Actor
from titer.testing.connectors import patience, quiet_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_200)]
PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "offer-worklists-over-sila.md"
SPECIFICATION = """\
kind: specification
code: SPEC-TITRE
title: Titre
material: MAB7-CULTURE
rounding: usp-7.20
criteria:
  - {analysis: titre, title: Titre, kind: action, method: TITRE-EXT, unit: g/L, low: "0.5", high: "9.0"}
"""
SAMPLES = 16


class Reader:
    """Somebody who types the page."""

    def __init__(self, place: Path, sila_port: int, open_: ExitStack) -> None:
        self.place, self.port, self.open = place, sila_port, open_
        self.folder = place / "titer"
        self.token = ""

    def type(self, line: str) -> None:
        """One line."""
        words = shlex.split(line)[1:]
        if words == ["serve"]:
            serving = started(*words, TITER_DIR=str(self.folder))
            self.open.callback(self._stop, serving)
            return
        if words[:2] == ["sila", "setup"]:
            words += ["--sila-port", str(self.port)]
        said = self.say(*words)
        found = re.search(r"shown this once: (\S+)", said)
        self.token = found[1] if found else self.token
        if words[:2] == ["method", "submit"]:
            self.approve(said)

    def approve(self, said: str) -> None:
        """Sign a draft as two people."""
        (draft,) = re.findall(r"\(id (\S+)\)", said)
        for meaning, who in (("authored", "anna"), ("approved", "quentin")):
            self.say("sign", "lims_design", draft, meaning, "--reason", "fit for use", "--as", who)

    def say(self, *words: str) -> str:
        said = titer(*words, TITER_DIR=str(self.folder))
        assert said.returncode == 0, said.stderr
        return said.stdout

    @staticmethod
    def _stop(serving: subprocess.Popen[str]) -> None:
        serving.send_signal(signal.SIGINT)
        ended(serving)


def furnish(folder: Path) -> None:
    """People, and a station that measures titres."""
    platform = open_platform(folder)
    try:
        with platform.record.action(Actor.timer("test"), "record.person.create") as unit:
            for name, role in (("anna", "analyst"), ("quentin", "quality"), ("omar", "operator")):
                row = platform.identity.create_person(
                    unit, username=name, full_name=name.title(), password=PASSWORD, roles=(role,)
                )
                row.policy_acknowledged_at = unit.now
        with platform.record.action(Actor.timer("test"), "equipment.node.register") as unit:
            equipment, now = platform.equipment, unit.process_now
            equipment.register_node(
                unit,
                code="AF-01",
                name="Affinity station",
                level="instrument",
                capabilities=["titre"],
                serial="1",
            )
            equipment.qualify(unit, "AF-01", "OQ 3")
            equipment.calibrate(
                unit,
                "AF-01",
                performed_at=now - timedelta(days=1),
                performed_by="Service",
                due_at=now + timedelta(days=90),
                standard="NIST",
                as_found={},
                as_left={},
                passed=True,
            )
        platform.settle()
    finally:
        platform.close()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def sent(sample: str) -> dict[str, Any]:
    """What is submitted of a sample; the same each time."""
    value = {"Analysis": "titre", "Value": f"4.{sample[-4:]}", "Unit": "g/L"}
    return result(
        sample, Instrument="AF-01", Values=[value], MeasuredAt=datetime.now(UTC).replace(microsecond=0)
    )


class Killer(threading.Thread):
    """Kills the hub, the server, and the hub, each once something was acknowledged since."""

    def __init__(self, folder: Path, sila_port: int, taken: list[dict[str, Any]]) -> None:
        super().__init__()
        self.folder, self.port, self.taken = folder, sila_port, taken
        self.killed: list[str] = []
        self.over = threading.Event()

    def run(self) -> None:
        for wanted, least in (("titer.server.hub", 2), ("titer.gateway.sila2", 5), ("titer.server.hub", 8)):
            while len(self.taken) < least and not self.over.is_set():
                time.sleep(0.01)
            for process, words in processes_of(self.folder).items():
                if wanted in words:
                    os.kill(process, signal.SIGKILL)
                    self.killed.append(wanted)


def test_a_page_is_typed_and_two_peers_submit_while_hub_and_server_are_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sila2_python()
    monkeypatch.chdir(tmp_path)
    folder, hub_port, sila_port = tmp_path / "titer", quiet_port(), quiet_port()
    assert titer("init", str(folder), "--port", str(hub_port)).returncode == 0
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    furnish(folder)
    taken: list[dict[str, Any]] = []
    with ExitStack() as open_:
        page = Reader(tmp_path, sila_port, open_)
        for name, text in blocks(PAGE.read_text(encoding="utf-8")):
            if name:
                (tmp_path / name).write_text(text, encoding="utf-8")
                continue
            for line in text.splitlines():
                page.type(line)
        until(lambda: listens(hub_port) and listens(sila_port), "hub and server", 180 * patience())
        own = folder / "sila" / "own.pem"
        assert vault.is_sealed((folder / "sila" / "own.key").read_bytes())
        assert yaml.safe_load((folder / "titer.yaml").read_text())["sila"]["port"] == sila_port
        (tmp_path / "specification.yaml").write_text(SPECIFICATION, encoding="utf-8")
        page.approve(page.say("method", "submit", "specification.yaml", "--as", "anna"))
        client = open_.enter_context(
            httpx.Client(base_url=f"http://127.0.0.1:{hub_port}", timeout=60, trust_env=False)
        )
        operator = Person(client, "omar")
        samples = [
            operator.post(
                "/api/lims/samples",
                {
                    "batch_id": "B-1",
                    "analyses": ["titre"],
                    "specification_code": "SPEC-TITRE",
                    "sampled_at": datetime.now(UTC).isoformat(),
                },
            )["number"]
            for _ in range(SAMPLES)
        ]
        peer = Sila2(sila_port, own, page.token)
        open_.callback(peer.close)
        assert set(peer.found["features"]) >= {"WorklistService", "ResultSubmission", "AuthorizationService"}
        listed = peer.call("WorklistService", "ListWork", Instrument="AF-01", Method="")["answer"]["Work"]
        assert {one["Sample"] for one in listed} == set(samples)
        refused = peer.call("ResultSubmission", "SubmitResult", **_said(sent("S-0")))
        assert refused["error"].endswith("DefinedExecutionError/UnknownSample")
        stored = peer.call("ResultSubmission", "StoreRawFile", RawFile={"__binary__": 3 << 20})
        assert len(stored["answer"]["Digest"]) == 64

        killer = Killer(folder, sila_port, taken)
        other = threading.Thread(target=_submit_with_sila2, args=(peer, samples[::2], taken))

        def begin() -> None:
            killer.start()
            other.start()

        try:
            asyncio.run(_submit_with_unitelabs(own, sila_port, page.token, samples[1::2], taken, begin))
            other.join(600)
        finally:
            killer.over.set()
            for thread in (killer, other):
                if thread.ident is not None:
                    thread.join(300)
        assert killer.killed == ["titer.server.hub", "titer.gateway.sila2", "titer.server.hub"]
        page.say("token", "end", "station", "--reason", "over", "--as", "admin")
        told = peer.call("WorklistService", "ListWork", Instrument="", Method="")
        assert told["error"].endswith("InvalidAccessToken")
    _is_there_once(folder, samples, taken)


def _said(given: dict[str, Any]) -> dict[str, Any]:
    return given | {"MeasuredAt": {"__instant__": given["MeasuredAt"].isoformat()}}


def _submit_with_sila2(peer: Sila2, samples: list[str], taken: list[dict[str, Any]]) -> None:
    for sample in samples:
        given = _said(sent(sample))
        end = time.monotonic() + 240 * patience()
        while "answer" not in (told := peer.call("ResultSubmission", "SubmitResult", **given)):
            assert time.monotonic() < end, told
            time.sleep(0.2)
        taken.append({"sample": sample} | told["answer"])


async def _submit_with_unitelabs(
    own: Path,
    port: int,
    token: str,
    samples: list[str],
    taken: list[dict[str, Any]],
    begin: Callable[[], None],
) -> None:
    client = unitelabs.Client(
        unitelabs.ClientConfig(
            hostname="127.0.0.1",
            port=port,
            tls=True,
            root_certificates=own.read_bytes(),
            default_timeout=30_000,
        )
    )
    await client.open()
    try:
        caller = Caller(client, token)
        assert set(caller.features) >= {WORKLIST, SUBMISSION, AUTHORIZATION}
        assert {one["Sample"] for one in await caller.work("AF-01")} >= set(samples)
        begin()
        for sample in samples:
            given, told = sent(sample), None
            async with asyncio.timeout(240 * patience()):
                while told is None:
                    try:
                        told = await caller.call(SUBMISSION, "SubmitResult", **given)
                    except unitelabs.SiLAError:
                        await asyncio.sleep(0.2)
            taken.append({"sample": sample} | told)
    finally:
        await client.close()


def _is_there_once(folder: Path, samples: list[str], taken: list[dict[str, Any]]) -> None:
    """What was acknowledged is there, and nothing twice."""
    assert sorted(one["sample"] for one in taken) == sorted(samples)
    platform = open_platform(folder)
    try:
        with platform.record.reading() as session:
            rows = session.execute(
                select(Sample.number, Submission.id, ReportableResult.text)
                .join(Submission, Submission.sample_id == Sample.id)
                .join(ReportableResult, ReportableResult.sample_id == Sample.id)
            ).all()
    finally:
        platform.close()
    assert sorted(tuple(row) for row in rows) == sorted(
        (one["sample"], one["SubmissionId"], f"4.{one['sample'][-4:]}") for one in taken
    )
