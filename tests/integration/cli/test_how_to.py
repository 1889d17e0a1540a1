"""docs/how-to/first-reactor.md, typed as it stands: what a reader types works."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from tests.integration.cli.conftest import Said
from tests.integration.cli.test_own_reactor import process, wait_for

from titer.testing.connectors import patience, quiet_port

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "how-to" / "first-reactor.md"
COMMANDS = ("titer ", "export ", "mkdir ", "python3 ", ".venv/bin/python ")
_NUMBER = re.compile(r"\b([BS])-\d{4}-\d{4}\b")


def blocks(page: str) -> list[tuple[str, str]]:
    """Each indented block of a page with the file that it is the content of, "" for commands."""
    found = []
    for match in re.finditer(r"(?:^ {4}.*\n(?:\n(?= {4}))?)+", page, re.MULTILINE):
        text = "".join(line[4:] or "\n" for line in match[0].splitlines(keepends=True))
        if text.startswith(COMMANDS):
            found.append(("", text))
            continue
        above = page[: match.start()].rstrip().rsplit("\n\n", 1)[-1]
        names = re.findall(r"`([\w.-]+\.\w+)`", above)
        assert names, f"nothing says which file this is:\n{text}"
        found.append((names[-1], text))
    return found


class Reader:
    """Somebody who types a page into a terminal, in a folder that has the checkout's docs and verifier."""

    def __init__(
        self, run: Callable[..., Said], place: Path, monkeypatch: pytest.MonkeyPatch, open_: ExitStack
    ) -> None:
        self.run, self.place, self.monkeypatch, self.open = run, place, monkeypatch, open_
        self.hub_port, self.plant_port = quiet_port(), quiet_port()
        self.id = ""
        self.numbers: dict[str, str] = {}
        self.hub: subprocess.Popen[bytes] | None = None
        for name in ("docs", "verify"):
            (place / name).symlink_to(ROOT / name)
        monkeypatch.chdir(place)

    def type(self, line: str) -> None:
        """One line of the page."""
        line = _NUMBER.sub(lambda found: self.numbers.get(found[1], found[0]), line)
        words = shlex.split(line.replace(":4840", f":{self.plant_port}"), comments=True)
        words = [self.id if word == "ID" else word for word in words]
        match words:
            case ["export", *_]:
                self.monkeypatch.setenv("TITER_DIR", "plant")
            case [".venv/bin/python", script]:
                self.start([sys.executable, script, str(self.plant_port)], "reactor", "listens at")
            case ["titer", "serve"]:
                self.hub = self.start(
                    [sys.executable, "-m", "titer.cli.main", "serve"], "serve", "Titer runs at"
                )
            case ["mkdir", folder]:
                Path(folder).mkdir()
            case ["python3", *rest]:
                done = subprocess.run(["python3", *rest], capture_output=True, text=True, check=False)
                assert done.returncode == 0, done.stdout + done.stderr
                assert "HOLDS" in done.stdout
            case ["titer", *rest]:
                self.command(rest)
            case _:
                raise AssertionError(f"nobody can type this: {line}")

    def command(self, words: list[str]) -> None:
        if words[0] == "init":
            words = [*words, "--port", str(self.hub_port)]
        if words[0] == "verify":
            self.stop()
        said: Any = None

        def works() -> bool:
            nonlocal said
            said = self.run(*words)
            # What a reader sees on the pages and waits for: the device has answered, the task is there.
            waits = "has not answered yet" in said.err or "There is nothing to do" in said.out
            assert waits or said.code == 0, f"{' '.join(words)}\n{said.err}"
            return not waits

        wait_for(" ".join(words), works, 90)
        ids = re.findall(r"\b[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f-]{17}\b", said.out)
        self.id = ids[0] if ids else self.id
        for number in _NUMBER.finditer(said.out):
            self.numbers.setdefault(number[1], number[0])

    def start(self, command: list[str], name: str, ready: str) -> subprocess.Popen[bytes]:
        """A process in a terminal of its own."""
        log = self.place / f"{name}.log"
        child = self.open.enter_context(process(command, log))
        wait_for(name, lambda: ready in log.read_text(), 100)
        return child

    def stop(self) -> None:
        """Ctrl+C in the hub's terminal."""
        import signal

        assert self.hub is not None
        self.hub.send_signal(signal.SIGINT)
        self.hub.wait(60 * patience())


@pytest.mark.timeout(900)
def test_a_reader_types_the_page_and_ends_with_a_record_that_verifies(
    run: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = 0
    with ExitStack() as open_:
        reader = Reader(run, tmp_path, monkeypatch, open_)
        for name, text in blocks(PAGE.read_text(encoding="utf-8")):
            if name:
                (tmp_path / name).write_text(text)
                continue
            for line in text.splitlines():
                reader.type(line)
                typed += 1
                if line.startswith("titer batch enter"):
                    time.sleep(2)
    assert typed > 35
    assert (tmp_path / "batch.zip").exists()
