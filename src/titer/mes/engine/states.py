"""The procedural states of ISA-88 and what each command does in each of them, as data.

Rows are states, columns commands; a command that is not there is refused. `DONE` is the completion of an
acting state. 31 of 108 cells are allowed. Read off public material on the standard.
"""

from __future__ import annotations

IDLE, RUNNING, COMPLETE = "Idle", "Running", "Complete"
PAUSING, PAUSED = "Pausing", "Paused"
HOLDING, HELD, RESTARTING = "Holding", "Held", "Restarting"
STOPPING, STOPPED, ABORTING, ABORTED = "Stopping", "Stopped", "Aborting", "Aborted"

START, PAUSE, RESUME, HOLD, RESTART = "Start", "Pause", "Resume", "Hold", "Restart"
STOP, ABORT, RESET, DONE = "Stop", "Abort", "Reset", "(state complete)"

COMMANDS = (START, PAUSE, RESUME, HOLD, RESTART, STOP, ABORT, RESET, DONE)

TABLE: dict[str, dict[str, str]] = {
    IDLE: {START: RUNNING},
    RUNNING: {PAUSE: PAUSING, HOLD: HOLDING, STOP: STOPPING, ABORT: ABORTING, DONE: COMPLETE},
    PAUSING: {HOLD: HOLDING, STOP: STOPPING, ABORT: ABORTING, DONE: PAUSED},
    PAUSED: {RESUME: RUNNING, HOLD: HOLDING, STOP: STOPPING, ABORT: ABORTING},
    HOLDING: {STOP: STOPPING, ABORT: ABORTING, DONE: HELD},
    HELD: {RESTART: RESTARTING, STOP: STOPPING, ABORT: ABORTING},
    RESTARTING: {HOLD: HOLDING, STOP: STOPPING, ABORT: ABORTING, DONE: RUNNING},
    STOPPING: {ABORT: ABORTING, DONE: STOPPED},
    STOPPED: {ABORT: ABORTING, RESET: IDLE},
    ABORTING: {DONE: ABORTED},
    ABORTED: {RESET: IDLE},
    COMPLETE: {RESET: IDLE},
}

FINAL = frozenset({COMPLETE, STOPPED, ABORTED})
"""States in which a batch's element is over (it is never reset: a batch has one history)."""

RESTING = frozenset({PAUSED, HELD, *FINAL})
"""States in which nothing is going on below an element."""


def after(state: str, command: str) -> str | None:
    """The state that a command leads to; None where the command is refused.

    Example:
        >>> after("Running", "Hold"), after("Complete", "Hold")
        ('Holding', None)
    """
    return TABLE[state].get(command)
