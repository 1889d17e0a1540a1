"""Runs what the tutorials tell a reader to type, on a demo that is running, and compares what they promise.

A page is plain Markdown. Each fenced block of `bash` is run, in the page's order and in one shell; the lines
``Prints: `...` `` or ``Fails, and prints: `...` `` behind a block are its promises, looked for in what it prints. The
shell begins with the lines that the demo prints at its end for the reader to paste (``export ...``).
"""

from __future__ import annotations

import hashlib
import os
import queue
import re
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.demo.conftest import Terminal

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "docs" / "tutorials" / "first-batch.md", ROOT / "docs" / "tutorials" / "tour.md")
NAMES = ("TITER_URL", "TITER_DIR", "TITER_PLANT", "TITER_BUNDLE", "TITER_PASSWORD")
"""What the demo's last lines have to export."""

_PROMISE = re.compile(r"^(Prints|Fails, and prints): `(.+)`$")
_MARK = "@@ the block ended with"
_PATIENCE_S = 180.0


@dataclass
class Step:
    """One block of a page.

    Args:
        line: of the page at which it begins.
        commands: what is typed.
        promises: what it prints.
        fails: whether it ends with a status other than 0.
    """

    line: int
    commands: str
    promises: list[str] = field(default_factory=list)
    fails: bool = False


def steps_of(text: str) -> list[Step]:
    """The blocks of a page, with their promises."""
    steps: list[Step] = []
    block: list[str] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if block is not None:
            if line == "```":
                steps[-1].commands = "\n".join(block) + "\n"
                block = None
            else:
                block.append(line)
        elif line == "```bash":
            steps.append(Step(number, ""))
            block = []
        elif steps and (promise := _PROMISE.match(line)):
            steps[-1].fails = promise.group(1) != "Prints"
            steps[-1].promises.append(promise.group(2))
    return steps


class Shell:
    """One bash in the checkout's folder that keeps variables and functions from block to block."""

    def __init__(self) -> None:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("TITER_")}
        self._process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=ROOT,
            env=environment | {"COLUMNS": "200"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def run(self, commands: str, seconds: float = _PATIENCE_S) -> tuple[int, str]:
        """Run a block; returns its exit status and what it printed.

        Raises:
            AssertionError: if it does not end in time, with what it had printed.
        """
        assert self._process.stdin is not None
        with tempfile.NamedTemporaryFile("w", suffix=".sh") as script:
            script.write(commands)
            script.flush()
            self._process.stdin.write(f". {script.name} < /dev/null; printf '\\n%s %s\\n' '{_MARK}' $?\n")
            self._process.stdin.flush()
            printed: list[str] = []
            deadline = time.monotonic() + seconds
            while True:
                try:
                    line = self._lines.get(timeout=max(deadline - time.monotonic(), 0.01))
                except queue.Empty:
                    raise AssertionError(
                        f"did not end in {seconds:g} s:\n{commands}{''.join(printed)}"
                    ) from None
                if line is None:
                    raise AssertionError(f"ended the shell:\n{commands}{''.join(printed)}")
                if line.startswith(_MARK):
                    return int(line.split()[-1]), "".join(printed)
                printed.append(line)

    def close(self) -> None:
        """End it, and what it still runs."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._reader.join(10)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


def broken_promise(step: Step, status: int, printed: str) -> str:
    """Which promise of a block was not kept; empty if all were."""
    if step.fails != (status != 0):
        return f"ended with {status}"
    missing = [promise for promise in step.promises if promise not in printed]
    return f"printed no {missing[0]!r}" if missing else ""


def walk(exports: Sequence[str], pages: Sequence[Path] = PAGES) -> int:
    """Run the blocks of pages in one shell.

    Args:
        exports: lines that set the shell up, as the demo prints them.
        pages: in this order.

    Returns:
        How many blocks were run.

    Raises:
        AssertionError: at the first block that does not keep its promises: its page, line, and what it printed.
    """
    shell = Shell()
    done = 0
    try:
        status, printed = shell.run("\n".join(exports) + "\n")
        assert status == 0, printed
        for page in pages:
            for step in steps_of(page.read_text(encoding="utf-8")):
                status, printed = shell.run(step.commands)
                broken = broken_promise(step, status, printed)
                assert not broken, f"{page.name}:{step.line} {broken}\n{step.commands}\n{printed[-4000:]}"
                done += 1
    finally:
        shell.close()
    return done


def walk_the_tour(terminal: Terminal) -> int:
    """Do what the tutorials say on the demo of a terminal, from the lines on that it printed at its end.

    Returns:
        How many blocks were run.
    """
    exports = [line.strip() for line in list(terminal.lines) if line.strip().startswith("export ")]
    told = " ".join(exports)
    assert all(f"{name}=" in told for name in NAMES), f"the demo told the reader to paste only: {told!r}"
    return walk(exports)


def follow_in_clicks(page: Any) -> list[str]:
    """From the certificate to the bytes, the calibration and the training, as the tour's first part says it.

    Args:
        page: the browser's page of somebody who is logged in, at the laboratory (`/lab`).

    Returns:
        What was seen, one line a station.

    Raises:
        AssertionError: if the bytes that are handed out are not those whose digest stands there.
    """
    seen = []
    page.get_by_role("tab", name="Certificates").click()
    page.get_by_role("link", name=re.compile("^COA-")).first.click()
    line = page.get_by_role("row").filter(has_text="determined again")
    line.wait_for()
    seen.append("certificate: " + " ".join(line.inner_text().split()))
    line.get_by_role("link").first.click()
    chain = page.get_by_role("list", name="Where from")
    chain.wait_for()
    result = page.url

    def station(title: str) -> Any:
        page.goto(result)
        return chain.get_by_role("listitem").filter(has=page.get_by_role("heading", name=title)).first

    file = station("File")
    stated = re.search(r"[0-9a-f]{64}", file.inner_text())
    with page.expect_download() as handed:
        file.get_by_role("link", name="Download the original bytes").click()
    digest = hashlib.sha256(Path(handed.value.path()).read_bytes()).hexdigest()
    assert stated is not None and digest == stated.group(), "other bytes than those that the record states"
    seen.append(f"bytes: {handed.value.suggested_filename} {digest}")
    for title, shows in (
        ("Peak", page.get_by_label(re.compile("^Chromatogram of .* integrated peaks"))),
        ("Instrument", page.get_by_label(re.compile("^Calibrations of"))),
        ("Person", page.get_by_label(re.compile("^Training of"))),
    ):
        station(title).get_by_role("link").first.click()
        shows.first.wait_for()
        seen.append(f"{title.lower()}: {shows.first.get_attribute('aria-label')}")
    return seen
