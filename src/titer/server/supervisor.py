"""The supervisor: starts the platform's processes, each in a session of its own, and touches no database.

A child leaves when the supervisor's end of its pipe closes, so nothing stays behind even after kill -9. Stop is
SIGTERM, five seconds, SIGKILL.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from titer.base.errors import Unavailable

GRACE_S = 5.0


@dataclass
class Child:
    """One child process.

    Args:
        name: shown to people.
        process: the process.
        pipe: write end of its parent pipe.
        arguments: it was started with.
        announced: what it said when it was ready.
    """

    name: str
    process: subprocess.Popen[bytes]
    pipe: int
    arguments: tuple[str, ...]
    announced: str = ""

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self.process.poll() is None


_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def undisturbed(*, then_leave: bool = True) -> Iterator[None]:
    """Take signals that end the supervisor only after the block, so that no child is started and not known.

    They are caught and not blocked: a child would inherit the mask, and could not be stopped itself.

    Args:
        then_leave: act on a signal that came meanwhile; not where everything ends anyway.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {number: signal.signal(number, lambda one, _frame: came.append(one)) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if came and then_leave:
        signal.raise_signal(came[0])


class Supervisor:
    """Starts, watches and ends children.

    Args:
        logs: folder for their output.
    """

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self.children: dict[str, Child] = {}
        logs.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, arguments: Sequence[str], *, ready_within: float | None = None) -> Child:
        """Start a child: `python ARGUMENTS --parent-fd N [--ready-fd M]`.

        Args:
            name: of the child.
            arguments: of the interpreter.
            ready_within: wait for its ready line for so many seconds; None for children that announce none.

        Raises:
            Unavailable: if it ends or stays silent instead of becoming ready; with its last words.
        """
        parent_read, parent_write = os.pipe()
        command = [sys.executable, *arguments, "--parent-fd", str(parent_read)]
        passed = [parent_read]
        ready_read = ready_write = -1
        if ready_within is not None:
            ready_read, ready_write = os.pipe()
            command += ["--ready-fd", str(ready_write)]
            passed.append(ready_write)
        with (self.logs / f"{name}.log").open("ab") as output, undisturbed():
            process = subprocess.Popen(  # noqa: S603  our own interpreter and modules
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=passed,
                start_new_session=True,
            )
            child = Child(name, process, parent_write, tuple(arguments))
            self.children[name] = child
        os.close(parent_read)
        if ready_within is not None:
            os.close(ready_write)
            child.announced = self._await(child, ready_read, ready_within)
        return child

    def _await(self, child: Child, descriptor: int, seconds: float) -> str:
        deadline, text = time.monotonic() + seconds, b""
        try:
            while b"\n" not in text:
                left = deadline - time.monotonic()
                if left <= 0 or not select.select([descriptor], [], [], left)[0]:
                    self.end(child.name)
                    raise Unavailable(
                        f"{child.name} was not ready within {seconds:.0f} s.", do=self.tail(child.name)
                    )
                piece = os.read(descriptor, 1024)
                if not piece:
                    self.end(child.name)
                    raise Unavailable(f"{child.name} did not start.", why=self.tail(child.name))
                text += piece
        finally:
            os.close(descriptor)
        return text.decode().strip()

    def tail(self, name: str) -> str:
        """The last words of a child, from its log."""
        lines = (self.logs / f"{name}.log").read_text(errors="replace").splitlines()
        return "\n".join(lines[-6:])

    def end(self, name: str) -> None:
        """Stop one child: SIGTERM, five seconds, SIGKILL."""
        child = self.children.pop(name, None)
        if child is None:
            return
        os.close(child.pipe)
        self._signal(child, signal.SIGTERM)
        try:
            child.process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            self._signal(child, signal.SIGKILL)
            child.process.wait()

    @staticmethod
    def _signal(child: Child, number: int) -> None:
        if child.alive:
            try:
                os.killpg(child.process.pid, number)
            except ProcessLookupError:
                return

    def end_all(self) -> None:
        """Stop all children, the youngest first; a second Ctrl+C does not keep the others from being stopped."""
        with undisturbed(then_leave=False):
            for child in reversed(list(self.children.values())):
                self._signal(child, signal.SIGTERM)
            for name in reversed(list(self.children)):
                self.end(name)

    def dead(self) -> list[Child]:
        """Children that ended by themselves."""
        return [child for child in self.children.values() if not child.alive]
