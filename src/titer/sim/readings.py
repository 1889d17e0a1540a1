"""What passes between a piece of equipment and its server: readings, and refusals of writes."""

from __future__ import annotations

import struct
from dataclasses import dataclass

Value = float | str | bool

REACTOR_REPORT = struct.Struct("<qddqd")
"""What the reactor shares with the balance: at_us, feed F2 truly delivered (L), glucose feed (L), batch, hours."""


class Refusal(Exception):
    """A write that the controller does not accept; ``code`` names the OPC UA status."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


@dataclass(slots=True)
class Reading:
    """One value of one channel at one plant instant."""

    tag: str
    source_us: int
    value: Value
