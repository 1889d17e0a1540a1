"""The action under which log-ins, log-outs and failed attempts are entered."""

from __future__ import annotations

from contextlib import AbstractContextManager

from titer.record.actions import Actor
from titer.record.service import Record
from titer.record.unit import Unit


def access(record: Record) -> AbstractContextManager[Unit]:
    """Open an action of Titer's own about access; no action may be open."""
    return record.action(Actor.timer("record.access"), "record.session")
