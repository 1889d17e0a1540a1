"""The oracle: a process of its own that writes down what was asked for and what was acknowledged.

It is told over a socket by whoever is about to be killed, keeps its file outside the file system under test, and
syncs it. The verdict is a comparison of sets: nothing that was acknowledged is missing, nothing is there twice,
and nothing is there that nobody asked for.
"""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_DONE = b"done"


@dataclass
class Said:
    """What the oracle knows, by kind and key.

    Args:
        asked: what was asked for.
        acknowledged: what was acknowledged to whoever asked.
    """

    asked: dict[str, set[str]] = field(default_factory=dict)
    acknowledged: dict[str, set[str]] = field(default_factory=dict)

    def note(self, line: str) -> None:
        """Take a line `asked|acknowledged kind key`."""
        what, kind, key = line.split(" ")
        table = self.asked if what == "asked" else self.acknowledged
        table.setdefault(kind, set()).add(key)

    def open(self, kind: str) -> list[str]:
        """What was asked for and never acknowledged: whoever asked asks again, in the same order."""
        return sorted(self.asked.get(kind, set()) - self.acknowledged.get(kind, set()), key=int)


class Oracle:
    """Starts the process, and asks it.

    Args:
        path: of the file; outside the file system under test.
    """

    def __init__(self, path: Path) -> None:
        self._ears, self.mouth = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self._process = os.fork()
        if not self._process:
            ours.close()
            self.mouth.close()
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            try:
                _listen(self._ears, theirs, path)
            finally:
                os._exit(0)
        theirs.close()
        self._ears.close()
        self._answers = ours.makefile("r")
        self._ours = ours

    def tell(self, what: str, kind: str, key: str) -> None:
        """Say that something was asked for or acknowledged; called by the process under test."""
        self.mouth.send(f"{what} {kind} {key}".encode())

    def said(self) -> Said:
        """All that it was told up to now, after it has synced its file."""
        self.mouth.send(_DONE)
        asked, acknowledged = json.loads(self._answers.readline())
        return Said(
            {kind: set(keys) for kind, keys in asked.items()},
            {kind: set(keys) for kind, keys in acknowledged.items()},
        )

    def forget(self) -> None:
        """Begin with a new laboratory."""
        self.mouth.send(b"forget")

    def close(self) -> None:
        """End the process."""
        self.mouth.close()
        self._answers.close()
        self._ours.close()
        os.waitpid(self._process, 0)


def _listen(ears: socket.socket, answers: socket.socket, path: Path) -> None:
    said = Said()
    with path.open("a", encoding="utf-8") as log:
        while line := ears.recv(4096):
            if line == b"forget":
                said = Said()
            elif line == _DONE:
                log.flush()
                os.fsync(log.fileno())
                tables = [
                    {kind: sorted(keys) for kind, keys in table.items()}
                    for table in (said.asked, said.acknowledged)
                ]
                answers.sendall(json.dumps(tables).encode() + b"\n")
                continue
            else:
                said.note(line.decode())
            log.write(line.decode() + "\n")


def judge(said: Said, present: Mapping[str, Mapping[str, int]], *, settled: bool = False) -> list[str]:
    """Compare what was acknowledged with what is there.

    Args:
        said: what the oracle was told.
        present: how often each thing is there, by kind and key.
        settled: everything was asked for again and delivered, so that all of it must be there.

    Returns:
        What is wrong, a sentence each.
    """
    found: list[str] = []
    for kind in sorted(set(said.asked) | set(present)):
        there, asked = present.get(kind, {}), said.asked.get(kind, set())
        must = asked if settled else said.acknowledged.get(kind, set())
        found += [f"{kind} {key} was acknowledged and is missing" for key in sorted(must) if key not in there]
        found += [f"{kind} {key} is there {count} times" for key, count in sorted(there.items()) if count > 1]
        if kind != "effect":
            found += [
                f"{kind} {key} is there, and nobody asked for it" for key in sorted(there.keys() - asked)
            ]
    # An effect that went out must have its cause for ever: it waits until a witness has seen the signature.
    causes = present.get("approval", {})
    gone = (said.asked.get("effect", set()) | set(present.get("effect", {}))) - set(causes)
    return found + [f"effect {key} has no signature any more" for key in sorted(gone)]
