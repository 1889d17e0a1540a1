"""What a connector is: a source adapter and nothing else.

The host owns journal, delivery, supervision and commands' bookkeeping. A connector describes its device,
yields batches, fills gaps from the device's own history, tells the device's clock and carries out commands.
A gap is data in the stream, never a log line.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from titer.base.canonical import digest
from titer.base.errors import Invalid
from titer.connect.core.columns import Columns


class Capability(StrEnum):
    """What a connector can do beside being described."""

    STREAM = "stream"
    FILES = "files"
    HISTORY = "history"
    ALARMS = "alarms"
    COMMANDS = "commands"
    CLOCK = "clock"


class Outcome(StrEnum):
    """How a command ended; *unknown* is an answer too, and never dressed up as one of the others."""

    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DeviceIdentity:
    """Who answers at the other end.

    Attributes:
        maker: manufacturer as the device gives it.
        model: product name or type.
        serial: serial number, or "" where the protocol has none.
        firmware: software version of the device or server.
        endpoint: address and security of the endpoint in use.
        details: further facts that must not change unnoticed (units and ranges of channels, features).
    """

    maker: str = ""
    model: str = ""
    serial: str = ""
    firmware: str = ""
    endpoint: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The identity with its fingerprint, as it is sent to the hub."""
        body = {
            "maker": self.maker,
            "model": self.model,
            "serial": self.serial,
            "firmware": self.firmware,
            "endpoint": self.endpoint,
            "details": dict(self.details),
        }
        return {**body, "fingerprint": digest(body)}


@dataclass(frozen=True, slots=True)
class ClockSample:
    """The device's clock against the host's: `device = host + offset`, both in microseconds.

    Attributes:
        offset_us: device minus host, by the midpoint of the round trip.
        uncertainty_us: half of the shortest round trip (plus the resolution of the device's clock, if known).
        taken_us: when it was taken, by the host's clock.
    """

    offset_us: int
    uncertainty_us: int
    taken_us: int


@dataclass(frozen=True, slots=True)
class ChannelSpec:
    """One line of a connection's channels file.

    Attributes:
        tag: the channel's identity for life.
        node: where the device keeps it (`nsu=URI;s=name`, or `Feature/Property` for SiLA 2).
        unit: unit of the value in the house's spelling.
        low, high: engineering range as decimal text, "" if not given.
        resolution: the smallest difference that matters, as decimal text; a read-back is compared within it.
        writable: whether commands may write to it.
        settings: what else the line says, for the connector.
    """

    tag: str
    node: str
    unit: str = ""
    description: str = ""
    low: str = ""
    high: str = ""
    resolution: str = ""
    writable: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> ChannelSpec:
        """Read one entry of a channels file.

        Raises:
            Invalid: if tag or node is missing; the message names the entry.
        """
        known = {"tag", "node", "unit", "description", "low", "high", "resolution", "writable", "settings"}
        for name in ("tag", "node"):
            if not isinstance(raw.get(name), str) or not raw[name]:
                raise Invalid(
                    f"A channel needs a {name}.", where=str(raw.get("tag") or raw), do=f"Add `{name}:`."
                )
        extra = {key: value for key, value in raw.items() if key not in known}
        return cls(
            tag=raw["tag"],
            node=raw["node"],
            unit=str(raw.get("unit") or ""),
            description=str(raw.get("description") or ""),
            writable=bool(raw.get("writable", False)),
            settings={**extra, **(raw.get("settings") or {})},
            **{
                name: "" if raw.get(name) is None else str(raw[name])
                for name in ("low", "high", "resolution")
            },
        )


def read_channels(entries: Iterable[Mapping[str, Any]]) -> tuple[ChannelSpec, ...]:
    """The channels of a connection, in the order of its file.

    Raises:
        Invalid: for an entry without tag or node, or a tag that occurs twice.
    """
    channels = tuple(ChannelSpec.of(entry) for entry in entries)
    seen: set[str] = set()
    for channel in channels:
        if channel.tag in seen:
            raise Invalid(
                f"The tag {channel.tag} occurs twice in the channels file.",
                do="Give each channel its own tag.",
            )
        seen.add(channel.tag)
    return channels


def enumerations(channels: Sequence[ChannelSpec]) -> dict[int, dict[float, str]]:
    """The names that numbers have, by the channel's place; from `names: {0: Idle, 1: Running}` in its line.

    Raises:
        Invalid: if something that is no number has a name.
    """
    found: dict[int, dict[float, str]] = {}
    for place, channel in enumerate(channels):
        given = channel.settings.get("names")
        if not given:
            continue
        try:
            found[place] = {float(number): str(name) for number, name in dict(given).items()}
        except (TypeError, ValueError) as error:
            raise Invalid(
                f"The names of {channel.tag} are not those of numbers.",
                where=channel.tag,
                do="Write them as names: {0: Idle, 1: Running}.",
            ) from error
    return found


@dataclass(frozen=True, slots=True)
class ConnectionConfig:
    """A configured connection, as the hub hands it out.

    Attributes:
        name: its name for life.
        type: the connector that serves it.
        settings: the connector's settings.
        channels: what it records.
        version: grows with each change; the host restarts a connection whose version changed.
        epoch: the last epoch that the hub has seen; a journal that was lost begins above it.
    """

    name: str
    type: str
    settings: Mapping[str, Any]
    channels: tuple[ChannelSpec, ...] = ()
    version: int = 1
    epoch: int = 0

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> ConnectionConfig:
        """Read what `GET /api/connect/hosts/{host}/connections` lists.

        Raises:
            Invalid: if the entry is not complete.
        """
        try:
            name, kind = str(raw["name"]), str(raw["type"])
        except KeyError as error:
            raise Invalid(f"A connection without {error} cannot be started.") from error
        return cls(
            name=name,
            type=kind,
            settings=dict(raw.get("settings") or {}),
            channels=read_channels(raw.get("channels") or ()),
            version=int(raw.get("version", 1)),
            epoch=int(raw.get("epoch") or 0),
        )


@dataclass(frozen=True, slots=True)
class Gap:
    """A span of source time of some channels in which values were lost or may have been.

    Both ends are known values, so what is missing lies strictly between them.

    Attributes:
        id: unique within the connection for life; the events of one gap bear it.
        windows: tag -> (source time of the last value before, source time of the first value after), in us.
        reason: what is thought to have happened, in words.
        reached: tag -> source time up to which an earlier attempt has stored the device's history; from there on.
    """

    id: str
    windows: Mapping[str, tuple[int, int]]
    reason: str
    reached: Mapping[str, int] = field(default_factory=dict)

    def event(self, kind: str, tags: Sequence[str], at_us: int, reason: str, rows: int = 0) -> dict[str, Any]:
        """An event of this gap for some of its channels, as it stands in a frame."""
        chosen = {tag: self.windows[tag] for tag in tags}
        return {
            "kind": kind,
            "gap": self.id,
            "channels": sorted(chosen),
            "from_us": min(start for start, _ in chosen.values()),
            "to_us": max(end for _, end in chosen.values()),
            "windows": {tag: list(window) for tag, window in chosen.items()},
            "reason": reason,
            "rows": rows,
            "at_us": at_us,
        }


def event(
    kind: str,
    at_us: int,
    reason: str,
    channels: Sequence[str] = (),
    from_us: int = 0,
    to_us: int = 0,
    **more: Any,
) -> dict[str, Any]:
    """An event that belongs to no gap: overflow, reconnected, config_changed, and those of a clock and of alarms."""
    return {
        "kind": kind,
        "channels": sorted(channels),
        "from_us": from_us,
        "to_us": to_us,
        "reason": reason,
        "at_us": at_us,
        **more,
    }


@dataclass(frozen=True, slots=True)
class Known:
    """The newest value of a channel that lies in the journal; a gap begins behind it."""

    source_us: int
    value: float
    text: str | None
    status: int


@dataclass(frozen=True, slots=True)
class Filled:
    """What became of one channel of a gap.

    Attributes:
        tag: the channel.
        complete: the device's history covers the gap from end to end.
        reason: why not, if it is not complete.
    """

    tag: str
    complete: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A raw file whose bytes lie in the connection's spool under their digest, on disk.

    Attributes:
        key: the same for the same bytes under the same name; makes the hub take it once.
        identity: facts for the hub; no floats.
    """

    key: str
    digest: str
    file_name: str
    seen_us: int
    media_type: str
    kind: str
    identity: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """What a connector hands over at once.

    Attributes:
        columns: the values; may be empty.
        events: what happened, see `frame.EVENT_KINDS`.
        gaps: gaps that this batch opens; they are journalled with it and filled afterwards.
        filled: channels of `gap_id` that this batch settles, in the transaction of its rows.
        gap_id: the gap whose backfill this batch belongs to.
        reached: tag -> source time up to which `gap_id` is filled with this batch, so that nothing is read twice.
        new_life: the source began a new life before this batch (its server was restarted).
        documents: raw files to announce.
        state: facts that the connector wants back after a restart, kept in the journal.
        cursor: handed to `ack` when the batch is durable.
    """

    columns: Columns
    events: tuple[dict[str, Any], ...] = ()
    gaps: tuple[Gap, ...] = ()
    filled: tuple[Filled, ...] = ()
    gap_id: str = ""
    reached: Mapping[str, int] = field(default_factory=dict)
    new_life: bool = False
    documents: tuple[Document, ...] = ()
    state: Mapping[str, str] = field(default_factory=dict)
    cursor: Any = None


@dataclass(frozen=True, slots=True)
class Command:
    """An order to a device; its key makes it happen at most once.

    Attributes:
        kind: "write" (target = tag), "call" (target = Feature/Command), "acknowledge" or "confirm" (target = the
            condition of an alarm), "cancel" (target = the key of a call that runs).
        value: what to write, as text; numbers as decimal text.
        unit: unit of the value.
        parameters: of a call.
        deadline_us: not to be begun after this instant of the server clock; 0 = none.
    """

    key: str
    connection: str
    kind: str
    target: str
    value: str | None = None
    unit: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    deadline_us: int = 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of a command.

    Attributes:
        readback: the value read from the device afterwards, as text.
        responses: of a call; numbers as decimal text.
        source_us: the device's time of the read-back, 0 if unknown.
        message: for people: why it failed, or why nobody knows.
    """

    outcome: Outcome
    readback: str | None = None
    responses: Mapping[str, Any] | None = None
    source_us: int = 0
    message: str = ""


@dataclass(frozen=True, slots=True)
class Resume:
    """What the journal remembers when a connector starts.

    Attributes:
        last: the newest value of each channel.
        state: facts that the connector wanted kept.
        next_gap: the number of the next gap.
        because: why nothing was taken meanwhile, where the host knows: its journal was full.
    """

    last: Mapping[str, Known]
    state: Mapping[str, str]
    next_gap: int
    because: str = ""


@runtime_checkable
class Secured(Protocol):
    """A connector whose device shows a certificate that people trust by signature."""

    @property
    def security(self) -> Mapping[str, Any] | None:
        """What it showed last: certificate and own (Base64), host, uri; None where nothing is encrypted."""
        ...


class Connector(Protocol):
    """A source adapter. Its methods raise `TiterError`; the host backs off and tries again."""

    capabilities: frozenset[Capability]

    async def open(self, resume: Resume) -> None:
        """Take over what the journal remembers; called once, before anything else."""
        ...

    async def describe(self) -> DeviceIdentity:
        """Who answers at the other end; called when the stream has connected."""
        ...

    def stream(self) -> AsyncIterator[Batch]:
        """Connect and yield batches until the connection breaks, then raise; may be called again."""
        ...

    async def ack(self, cursor: Any) -> None:
        """The batch with this cursor is on disk; only now may the device forget it."""
        ...

    def backfill(self, gap: Gap) -> AsyncIterator[Batch]:
        """Fetch a gap from the device's history; each channel's rows come with its `Filled`."""
        ...

    async def clock(self) -> ClockSample | None:
        """The device's clock, None if it has none that can be asked."""
        ...

    async def invoke(self, command: Command) -> Receipt:
        """Carry a command out once and read back."""
        ...

    async def observe(self, command: Command) -> Receipt:
        """Tell by reading back what became of a command that was interrupted; never repeat it."""
        ...

    async def close(self) -> None:
        """Let go of everything."""
        ...
