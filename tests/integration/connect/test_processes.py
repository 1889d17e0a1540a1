"""Each connection is a process of its own: what one does wrong stays there, and its journal goes on where it was."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.integration.connect.misbehaving import installed

from titer.base.clock import SystemClock
from titer.base.errors import Unavailable
from titer.connect.core import questions
from titer.connect.core.children import Processes
from titer.connect.core.contract import ConnectionConfig
from titer.connect.core.ends import Ended
from titer.connect.core.hub import Hub
from titer.connect.core.messages import packed
from titer.connect.core.places import Question
from titer.testing.connectors import FakeHub, patience

SECRET = "kept-between-us-4406"
WRONGS = ("leak", "crash", "spin", "hang")


class Site:
    """A connector host as it is started in earnest, with connections of a type made to do wrong."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hub = FakeHub()
        self._packages = folder / "packages"
        self._packages.mkdir()
        installed(self._packages)
        (folder / "token").write_text(self.hub.token)
        self.host: subprocess.Popen[bytes]
        self._pipe = -1

    def connect(self, name: str, **settings: Any) -> None:
        self.hub.connections.append(
            {
                "name": name,
                "type": "misbehaving",
                "version": 1,
                "epoch": 0,
                "settings": {"secret": SECRET, **settings},
                "channels": [{"tag": "N", "node": "n"}],
            }
        )

    def start(self) -> None:
        read_end, self._pipe = os.pipe()
        command = [sys.executable, "-m", "titer.connect", "--hub", self.hub.url, "--host", "test-host"]
        command += ["--token-file", str(self.folder / "token"), "--dir", str(self.folder / "host")]
        with (self.folder / "host.log").open("ab") as log:
            self.host = subprocess.Popen(
                [*command, "--parent-fd", str(read_end)],
                pass_fds=[read_end],
                stderr=log,
                env={**os.environ, "PYTHONPATH": str(self._packages)},
            )
        os.close(read_end)

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            os.close(self._pipe)
        self.host.wait(20 * patience())

    def until(self, condition: Callable[[], bool], what: str) -> None:
        begin = time.monotonic()
        while not condition():
            waited = time.monotonic() - begin
            log = (self.folder / "host.log").read_text("utf-8", "replace")[-3000:]
            assert waited < 60 * patience(), f"{what}: not within {waited:.0f} s\n{self.hub.statuses}\n{log}"
            time.sleep(0.05)

    def seen(self, name: str) -> dict[str, Any]:
        """What the connector saw when it was opened last."""
        return dict(json.loads((self.folder / "host" / name / "seen.json").read_text("utf-8")))

    def numbers(self, name: str) -> list[int]:
        """What the hub has of a connection, in order."""
        return [int(value) for frame in self.hub.decoded(name) for value in frame.value]

    def flows(self, name: str) -> None:
        """Values arrive that are made from now on."""
        before = len(self.numbers(name))
        self.until(lambda: len(self.numbers(name)) > before + 5, f"{name} goes on")

    def ended(self, name: str) -> dict[str, Any]:
        return dict(self.hub.statuses.get(name, {}).get("ended") or {})


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("processes"))
    made.connect("good")
    made.connect("leak", wrong="leak", memory_limit_mb=160)
    for wrong in ("crash", "spin", "hang", "print"):
        made.connect(wrong, wrong=wrong, stall_s=3)
    made.hub.start()
    made.start()
    try:
        yield made
    finally:
        made.stop()
        made.hub.stop()


def test_what_leaks_spins_or_crashes_is_ended_and_goes_on_and_its_neighbour_notices_nothing(
    site: Site,
) -> None:
    site.until(lambda: bool(site.numbers("good")), "the first value of the good one")
    pid = site.seen("good")["pid"]
    for wrong in WRONGS:
        site.until(lambda: bool(site.ended(wrong)), f"the end of {wrong}")  # noqa: B023 - called at once
    assert "MB of memory, of 160 that it may hold, started again" in site.ended("leak")["reason"]
    assert site.ended("crash")["reason"].startswith("Ended by SIGSEGV, started again")
    for still in ("spin", "hang"):
        assert site.ended(still)["reason"].startswith("Ended because it stood still for 3 s")
    for name in ("good", "print", "crash", "spin", "hang"):
        site.flows(name)
        numbers = site.numbers(name)
        assert numbers == list(range(len(numbers)))
    assert site.seen("crash")["because"].startswith("Ended by SIGSEGV")
    assert site.hub.statuses["crash"]["state"] == "connected"
    assert site.seen("good")["pid"] == pid
    assert site.hub.statuses["good"]["ended"] is None


def test_a_killed_process_is_started_again_and_nothing_of_its_journal_is_missing_or_doubled(
    site: Site,
) -> None:
    site.flows("good")
    for count in (1, 2):
        pid = site.seen("good")["pid"]
        os.kill(pid, signal.SIGKILL)
        site.until(lambda: site.ended("good").get("count") == count, f"end {count} of good")  # noqa: B023
        assert site.ended("good")["reason"].startswith("Ended by SIGKILL, started again")
        site.until(lambda: site.seen("good")["pid"] != pid, "another process of good")  # noqa: B023
        site.flows("good")
    numbers = site.numbers("good")
    assert numbers == list(range(len(numbers)))


def test_a_command_reaches_the_process_of_its_connection(site: Site) -> None:
    site.flows("print")
    site.hub.command(key="k1", connection="print", kind="write", target="N", value="7")
    site.until(lambda: "k1" in site.hub.receipts, "the receipt")
    assert site.hub.receipts["k1"]["readback"] == f"7 by {site.seen('print')['pid']}"


def test_a_secret_stands_on_no_command_line_and_in_no_environment_and_no_log(site: Site) -> None:
    site.flows("print")
    seen = site.seen("print")
    assert seen["secret"] == SECRET
    assert seen["arguments"].endswith(f"titer.connect.core.process\0{site.folder}/host/print\0")
    for where in (
        seen["arguments"],
        seen["environment"],
        (site.folder / "host.log").read_text("utf-8", "replace"),
    ):
        assert SECRET not in where
        assert site.hub.token not in where


def test_a_process_loads_what_its_type_needs_and_no_more(site: Site) -> None:
    site.flows("print")
    assert site.seen("print")["heavy"] == []


def test_a_look_is_a_process_of_its_own_with_the_limits_of_a_connections(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))

    async def look(kind: str) -> Mapping[str, Any]:
        settings = {"memory_limit_mb": 160, "secret": SECRET}
        async with asyncio.timeout(120 * patience()):
            return await Processes().explore(Question("misbehaving", kind, {}, settings), tmp_path)

    found = asyncio.run(look("where"))
    assert found["secret"] == SECRET
    assert SECRET not in found["arguments"]
    assert not runs(found["pid"])
    with pytest.raises(Unavailable, match=r"was ended at \d+ MB of memory, of 160 that it may hold\."):
        asyncio.run(look("leak"))


def test_a_look_that_has_no_end_is_ended_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "PATIENCE_S", 0.2)
    ended = []

    class Endless:
        async def explore(self, question: Question, folder: Path) -> Mapping[str, Any]:
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(question.kind)
            raise AssertionError

    async def main() -> None:
        hub = FakeHub()
        hub.start()
        reached = Hub(hub.url, hub.token, "test-host")
        try:
            asking = questions.Questions(reached, Endless(), tmp_path)
            hub.ask(id="q", type="opcua", kind="browse", about={}, settings={})
            await asking.step()
            async with asyncio.timeout(60 * patience()):
                while "q" not in hub.answers:
                    await asyncio.sleep(0.01)
            await asking.close()
        finally:
            await reached.close()
            hub.stop()
        assert hub.answers["q"]["problem"]["what"] == "There was no answer within 0.2 s."
        assert ended == ["browse"]

    asyncio.run(main())


def test_when_the_host_is_killed_its_processes_leave_and_the_next_host_goes_on(site: Site) -> None:
    site.flows("print")
    names = ("good", "print", "crash", "spin", "hang")
    pids = [site.seen(name)["pid"] for name in names]
    site.host.kill()
    site.host.wait()
    site.until(lambda: not any(runs(pid) for pid in pids), "the end of all processes")
    site.start()
    for name in names:
        site.flows(name)
        numbers = site.numbers(name)
        assert numbers == list(range(len(numbers)))


def test_code_that_never_returns_does_not_outlive_its_host(tmp_path: Path) -> None:
    installed(tmp_path)
    held = []
    for wrong in ("spin", "hang"):
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "titer.connect.core.process", wrong],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
        )
        assert process.stdin is not None
        raw = {"name": wrong, "type": "misbehaving", "channels": [{"tag": "N", "node": "n"}]}
        start = {
            "connection": {**raw, "settings": {"wrong": wrong, "after": 0}},
            "folder": str(tmp_path / wrong),
        }
        start |= {
            "work": "serve",
            "because": "",
            "log_level": "INFO",
            "memory_limit": 2**29,
            "stall_s": 1,
            "key": "",
        }
        process.stdin.write(packed(start))
        process.stdin.flush()
        held.append(process)
    begin = time.monotonic()
    for process, wrong in zip(held, ("spin", "hang"), strict=True):
        while not (tmp_path / wrong / "done").exists():
            assert time.monotonic() - begin < 60 * patience()
            time.sleep(0.05)
        assert process.stdin is not None
        process.stdin.close()
    for process in held:
        assert process.wait(60 * patience()) != 0


class Away:
    """A hub that does not answer."""

    async def intake(self, connection: str, frames: Sequence[bytes]) -> tuple[int, int]:
        raise Unavailable("away")

    async def content(self, data: bytes, media_type: str = "") -> str:
        raise Unavailable("away")

    async def document(self, body: dict[str, Any]) -> None:
        raise Unavailable("away")

    async def receipt(self, body: dict[str, Any]) -> None:
        raise Unavailable("away")

    async def status(self, body: dict[str, Any]) -> None:
        raise Unavailable("away")


def test_where_nobody_can_look_at_its_memory_a_process_tells_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    settings = {"wrong": "leak", "after": 0, "every_s": 0.1, "memory_limit_mb": 160}
    raw = {"name": "leak", "type": "misbehaving", "settings": settings}
    config = ConnectionConfig.of({**raw, "channels": [{"tag": "N", "node": "n"}]})

    async def main() -> None:
        async with asyncio.timeout(60 * patience()):
            place = Processes(resident=lambda pid: None)
            await place.serve(config, Away(), tmp_path / "leak", SystemClock(), lambda taker: None, "")

    with pytest.raises(Ended, match="MB of memory, of 160 that it may hold"):
        asyncio.run(main())


def runs(pid: int) -> bool:
    """Whether a process is there, and no mere entry that nobody has asked for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
