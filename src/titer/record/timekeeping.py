"""What the kernel says of its clock, as each checkpoint states it (Annex 11 s. 12.4, PIC/S PI 041).

`adjtimex` tells whether the clock is synchronised and its largest error. Wall clock minus boot clock is constant
while the machine runs: where it is another than in the checkpoint before, the wall clock was set.
"""

from __future__ import annotations

import ctypes
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

_UNSYNCHRONISED = 0x0040
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
WORD = "clock"
STEP_US = 1_000_000
"""A wall clock that moved by more against the boot clock was set; NTP slews by less between two checkpoints."""


@dataclass(frozen=True)
class TimeState:
    """The state of the server's clock.

    Attributes:
        synchronised: whether the kernel says so; None where it cannot be asked.
        max_error_us: the kernel's bound of its error, microseconds; None where it gives none.
        boot: names the run of the machine since it was started; empty where unknown.
        wall_minus_boot_us: wall clock minus boot clock, microseconds; None where there is no boot clock.
    """

    synchronised: bool | None = None
    max_error_us: int | None = None
    boot: str = ""
    wall_minus_boot_us: int | None = None


TimeKeeper = Callable[[], TimeState]
"""Asks for the state; tests pass in their own."""


def kernel_time() -> TimeState:
    """What this machine's kernel says now."""
    synchronised, error = _adjtimex()
    boot_clock = getattr(time, "CLOCK_BOOTTIME", None)
    offset = None
    if boot_clock is not None:
        offset = (time.time_ns() - time.clock_gettime_ns(boot_clock)) // 1000
    try:
        boot = _BOOT_ID.read_text().strip().replace("-", "")[:12]
    except OSError:
        boot = ""
    return TimeState(synchronised, error, boot, offset)


def _adjtimex() -> tuple[bool | None, int | None]:
    if not sys.platform.startswith("linux"):
        return None, None
    state = (ctypes.c_int * 64)()
    try:
        answer = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(state))
    except (OSError, AttributeError):
        return None, None
    if answer < 0:
        return None, None
    # struct timex: unsigned int modes; long offset, freq, maxerror, esterror; int status; each long aligned.
    word = ctypes.sizeof(ctypes.c_long)
    error = ctypes.c_long.from_buffer(state, 3 * word).value
    status = ctypes.c_int.from_buffer(state, 5 * word).value
    return not status & _UNSYNCHRONISED, error


def extension(state: TimeState) -> str:
    """The checkpoint's extension line.

    Example:
        >>> extension(TimeState(True, 1500, "0f3c", 42))
        'clock synchronised=yes max-error-us=1500 boot=0f3c wall-minus-boot-us=42'
    """
    known = {True: "yes", False: "no", None: "unknown"}[state.synchronised]
    parts = [WORD, f"synchronised={known}"]
    if state.max_error_us is not None:
        parts.append(f"max-error-us={state.max_error_us}")
    if state.boot and state.wall_minus_boot_us is not None:
        parts += [f"boot={state.boot}", f"wall-minus-boot-us={state.wall_minus_boot_us}"]
    return " ".join(parts)


def read(extensions: Iterable[str]) -> TimeState | None:
    """The state that a checkpoint states; None if it states none, or none that can be read."""
    for line in extensions:
        word, _, rest = line.partition(" ")
        if word != WORD:
            continue
        told = dict(part.split("=", 1) for part in rest.split(" ") if "=" in part)
        try:
            return TimeState(
                {"yes": True, "no": False}.get(told.get("synchronised", "")),
                int(told["max-error-us"]) if "max-error-us" in told else None,
                told.get("boot", ""),
                int(told["wall-minus-boot-us"]) if "wall-minus-boot-us" in told else None,
            )
        except ValueError:
            return None
    return None


def step_us(before: TimeState | None, after: TimeState | None) -> int:
    """By how many microseconds the wall clock was set between two checkpoints; 0 if not, or nobody can tell."""
    if before is None or after is None or not before.boot or before.boot != after.boot:
        return 0
    if before.wall_minus_boot_us is None or after.wall_minus_boot_us is None:
        return 0
    moved = after.wall_minus_boot_us - before.wall_minus_boot_us
    return moved if abs(moved) > STEP_US else 0
