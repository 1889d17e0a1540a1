"""What ended by itself is started again, for as long as it takes: what gave up would need a person at night."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from titer.base.errors import TiterError, Unavailable
from titer.connect.core.supervise import Backoff
from titer.server.supervisor import Child, Supervisor

log = logging.getLogger(__name__)

HUB = "hub"
CONNECT = "connect"
OPCUA = "opcua"
SILA = "sila"
RESTARTED = (HUB, CONNECT, OPCUA, SILA)
"""They come back to where they were; the simulated plant has no memory and does not."""
FIRST_READY_S = 600.0
"""What a hub may take until it serves, where nobody tries again: it may have to recover, on a busy machine. One that
cannot start says so and ends at once."""
READY_WITHIN_S, LONGEST_READY_S = 120.0, 1800.0
"""What one may take that is started again: each that failed gives the next one twice as long."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
LASTED_S = 120.0
"""A process that ran for so long is started again after the first pause."""


@dataclass
class _Awaited:
    """A process that ended and does not run again yet."""

    arguments: list[str]
    ready_within: float | None
    next_at: float
    since: float
    tried: int = 0


@dataclass
class _Course:
    """The pauses of one process, and when it was started last."""

    pauses: Backoff = field(default_factory=lambda: Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S))
    begun: float = 0.0


class Restarts:
    """Starts again what ended by itself, each after a pause that doubles up to a minute; it never gives up.

    Args:
        supervisor: has the processes.
        warn: told each attempt that failed, in words for the person who watches the command.
        now: seconds of a clock that only goes on.
    """

    def __init__(
        self,
        supervisor: Supervisor,
        *,
        warn: Callable[[str], object],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._supervisor = supervisor
        self._warn = warn
        self._now = now
        self._awaited: dict[str, _Awaited] = {}
        self._courses: dict[str, _Course] = {}

    def step(self) -> list[str]:
        """Look once; call it about twice a second.

        Returns:
            The names of what runs again since the last look.

        Raises:
            Unavailable: if the simulated plant ended: what it was doing is gone with it.
        """
        for child in self._supervisor.dead():
            self._note(child)
        due = [name for name, one in self._awaited.items() if one.next_at <= self._now()]
        return [name for name in due if self._start(name)]

    def _note(self, child: Child) -> None:
        how = _status(child.process.returncode)
        name = child.name
        if name not in RESTARTED:
            tail = self._supervisor.tail(name)
            self._supervisor.end(name)
            raise Unavailable(
                f"The process {name} ended by itself ({how}).",
                why="What it was doing is gone with it, so it is not started again. " + tail,
                do=f"Look into {self._supervisor.logs / (name + '.log')}, then start anew in another folder.",
            )
        arguments = list(child.arguments)
        if name == HUB and "--port" in arguments[-2:]:
            del arguments[-2:]
        if name == HUB:
            arguments += ["--port", child.announced.split()[1]]
        self._supervisor.end(name)
        course = self._courses.setdefault(name, _Course())
        if self._now() - course.begun > LASTED_S:
            course.pauses.reset()
        pause = course.pauses.following()
        log.warning("%s ended (%s); it is started again in %.0f s", name, how, pause)
        ready = READY_WITHIN_S if name == HUB else None
        self._awaited[name] = _Awaited(arguments, ready, self._now() + pause, self._now())

    def _start(self, name: str) -> bool:
        one, course = self._awaited[name], self._courses[name]
        one.tried += 1
        try:
            self._supervisor.start(name, one.arguments, ready_within=one.ready_within)
        except (TiterError, OSError) as error:
            pause = course.pauses.following()
            one.next_at = self._now() + pause
            if one.ready_within is not None:
                one.ready_within = min(2 * one.ready_within, LONGEST_READY_S)
            words = (
                f"{name.upper()} DOES NOT RUN, for {self._now() - one.since:.0f} s now: attempt {one.tried} to start "
                f"it again failed. {error} The next attempt is in {pause:.0f} s; "
                f"see {self._supervisor.logs / (name + '.log')}."
            )
            log.error(words)
            self._warn(words)
            return False
        course.begun = self._now()
        del self._awaited[name]
        return True


def _status(code: int | None) -> str:
    """How a process ended, in words."""
    return f"killed by signal {-code}" if code is not None and code < 0 else f"exit status {code}"
