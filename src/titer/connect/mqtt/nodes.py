"""What an edge node has told: its births and deaths, its aliases, and where its sequence stands. Pure.

Sparkplug 3.0: a sequence number of 0 to 255 goes through every message of a node but its death (6.4.17); a birth
names every metric; `bdSeq` ties a death to its birth (6.4.19). What does not fit asks for a rebirth.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

from titer.connect.mqtt.sparkplug import Metric, Payload, native

PREFIX = "spBv1.0"


class Topic(NamedTuple):
    """`spBv1.0/group/type/node[/device]`."""

    group: str
    kind: str
    node: str
    device: str

    @property
    def place(self) -> str:
        """Group and node, and the device if there is one."""
        return "/".join(part for part in (self.group, self.node, self.device) if part)


def topic(text: str) -> Topic | None:
    """Read a topic; None where it is none of a node or device."""
    parts = text.split("/")
    if not 4 <= len(parts) <= 5 or parts[0] != PREFIX or "" in parts:
        return None
    return Topic(parts[1], parts[2], parts[3], parts[4] if len(parts) == 5 else "")


@dataclass(frozen=True, slots=True)
class Told:
    """What a message means.

    Attributes:
        metrics: with their names and types, those of aliases too.
        born: the node, or the device, was born.
        died: the node died, or the device; a node takes its devices with it.
        jumped: messages were lost before this one.
        rebirth: it is to be asked for, because ...; "" = it is not.
        session: the node's bdSeq, where it was told anew; None = as before.
    """

    metrics: tuple[Metric, ...] = ()
    born: bool = False
    died: bool = False
    jumped: bool = False
    rebirth: str = ""
    session: int | None = None


@dataclass(slots=True)
class EdgeNode:
    """One edge node, as far as it has told.

    Attributes:
        alive: it was born, and no death of that birth came.
        session: bdSeq of that birth.
    """

    alive: bool = False
    session: int | None = None
    _expected: int | None = None
    _names: dict[str, dict[int, tuple[str, int]]] = field(default_factory=dict)
    _types: dict[str, dict[str, int]] = field(default_factory=dict)

    def take(self, kind: str, device: str, payload: Payload, *, kept: bool = True) -> Told:
        """Take a message on.

        Args:
            kind: NBIRTH, NDATA, NDEATH, DBIRTH, DDATA or DDEATH.
            device: "" for the node's own.
            payload: of the message.
            kept: what it names is of use; False for a device whose messages only count in the node's sequence.
        """
        if kind == "NDEATH":
            return self._death(payload)
        if kind == "NBIRTH":
            return self._birth(payload)
        if not self.alive:
            return Told(rebirth="its birth was not seen")
        jumped = self._expected is not None and payload.seq != self._expected
        self._expected = None if payload.seq is None else (payload.seq + 1) % 256
        why = "messages were lost" if jumped else ""
        if device and not kept:
            return Told(jumped=jumped, rebirth=why)
        if kind == "DBIRTH":
            # A birth names everything anew: what an earlier one named and this one does not is gone.
            self._names.pop(device, None)
            self._types.pop(device, None)
            return Told(self._named(device, payload, born=True)[0], born=True, jumped=jumped, rebirth=why)
        if kind == "DDEATH":
            self._names.pop(device, None)
            self._types.pop(device, None)
            return Told(died=True, jumped=jumped, rebirth=why)
        if device and device not in self._types:
            return Told(jumped=jumped, rebirth="the device's birth was not seen")
        metrics, unknown = self._named(device, payload, born=False)
        return Told(metrics, jumped=jumped, rebirth=why or ("an alias is unknown" if unknown else ""))

    def _birth(self, payload: Payload) -> Told:
        session = _session(payload)
        before, self.session, self.alive = self.session, session, True
        self._names.clear()
        self._types.clear()
        self._expected = None if payload.seq is None else (payload.seq + 1) % 256
        metrics, _ = self._named("", payload, born=True)
        return Told(metrics, born=True, session=session if session != before else None)

    def _death(self, payload: Payload) -> Told:
        session = _session(payload)
        if not self.alive or (session is not None and self.session is not None and session != self.session):
            return Told()  # the will of an earlier session, which a birth has overtaken
        self.alive, self._expected = False, None
        return Told(died=True)

    def _named(self, device: str, payload: Payload, *, born: bool) -> tuple[tuple[Metric, ...], bool]:
        names, types = self._names.setdefault(device, {}), self._types.setdefault(device, {})
        found, unknown = [], False
        for one in payload.metrics:
            metric = one
            if born and metric.name:
                types[metric.name] = metric.datatype
                if metric.alias is not None:
                    names[metric.alias] = (metric.name, metric.datatype)
            elif not metric.name and metric.alias is not None:
                known = names.get(metric.alias)
                if known is None:
                    unknown = True
                    continue
                metric = replace(metric, name=known[0], datatype=metric.datatype or known[1])
            if not metric.datatype:
                metric = replace(metric, datatype=types.get(metric.name, 0))
            if metric.timestamp_ms is None:
                metric = replace(metric, timestamp_ms=payload.timestamp_ms)
            found.append(replace(metric, value=native(metric.value, metric.datatype)))
        return tuple(found), unknown


def _session(payload: Payload) -> int | None:
    for metric in payload.metrics:
        if metric.name == "bdSeq" and isinstance(metric.value, int):
            return metric.value
    return None
