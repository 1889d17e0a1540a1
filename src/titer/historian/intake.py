"""The intake: what a connector host ships becomes durable, then known, then acknowledged, in this order.

Frames first go into the log; then the gaps and events among them are written, idempotent by (connection,
epoch, sequence, index); only then is the host told that it may forget. A crash in between makes the host
send again, and nothing is doubled.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from titer.base.clock import from_us
from titer.base.errors import IntegrityFault, Invalid, Refused
from titer.connect.core.frame import Frame, split
from titer.equipment import Equipment, ToldEvent, status_row, told
from titer.historian.floors import UNCERTAIN
from titer.historian.rows import Array
from titer.historian.service import Historian
from titer.historian.stamps import credible
from titer.record import Actor

QUARANTINE = "quarantine"
LARGEST = 64 * 1024 * 1024
MOST_TOLD = 20
"""Of the channels of one frame that are told of."""
_FIRST_US, _LAST_US = -62_135_596_800_000_000, 253_402_300_799_999_999
"""What a calendar can name."""


@dataclass(frozen=True)
class Acknowledged:
    """Up to where a connection's values are durable here."""

    epoch: int
    sequence: int


def take(historian: Historian, equipment: Equipment, connection: str, data: bytes) -> Acknowledged:
    """Take the frames of one connection.

    Args:
        historian: stores them.
        equipment: knows the connection, and keeps gaps and events.
        connection: name of a registered connection.
        data: one or more encoded frames, one after another.

    Returns:
        Epoch and last sequence number of the last frame's epoch.

    Raises:
        NotFound: if the connection is not registered; the host keeps its values.
        Refused: if a frame belongs to another connection.
        Invalid: if the bytes are no undamaged frames: what does not hold is what was sent, and not the record.
    """
    if not data or len(data) > LARGEST:
        raise Invalid(f"Send 1 to {LARGEST} bytes of frames at once, not {len(data)}.")
    try:
        raw = split(data)
        frames = [Frame.decode(one) for one in raw]
    except IntegrityFault as error:
        raise Invalid(
            "What was sent cannot be read as frames.",
            why=str(error),
            do="Send it again from the host's journal; nothing of it was taken.",
            where="body",
        ) from error
    strangers = {frame.connection for frame in frames} - {connection}
    if strangers:
        raise Refused(f"Frames of {', '.join(sorted(map(str, strangers)))} came as those of {connection}.")
    record = equipment.record
    with record.reading() as session:
        row = equipment.connection(session, connection)
        recording = row.recording_since is not None
        said = equipment.statuses(session).get(connection)
        epoch = said.epoch if said else 0
        bound = equipment.tags_of(session, row)
    kept = [_kept(one, frame, bound, historian.same_clock) for one, frame in zip(raw, frames, strict=True)]
    noticed = [one for frame in frames for one in _noticed(frame, bound, historian.same_clock)]
    _note_holes(historian, equipment, connection, frames)
    acknowledged = historian.append(kept)
    _note_events(equipment, connection, frames, recording, noticed)
    last = frames[-1]
    answer = Acknowledged(last.epoch, acknowledged[connection, last.epoch])
    if answer.epoch > epoch:
        with record.operational() as session:
            status_row(session, connection, record.clock.now()).epoch = answer.epoch
    return answer


def _kept(raw: bytes, frame: Frame, bound: frozenset[str], same_clock: bool) -> bytes:
    """The frame as it is stored: strangers' channels set apart, values whose time cannot be true uncertain."""
    doubted = ~_credible(frame, same_clock)
    if set(frame.channels) <= bound and not doubted.any():
        return raw
    quality = np.where(doubted, np.maximum(frame.quality, UNCERTAIN), frame.quality)
    return _quarantined(replace(frame, quality=quality.astype(frame.quality.dtype)), bound)


def _credible(frame: Frame, same_clock: bool) -> Array:
    """Which values bear a time that can be true; where the plant is simulated, nobody can tell."""
    if not same_clock:
        return np.ones(frame.rows, dtype=bool)
    return credible(frame.source_us, frame.received_us)


def _noticed(frame: Frame, bound: frozenset[str], same_clock: bool) -> list[ToldEvent]:
    """What the hub itself notices of a frame: each channel is told of once, in an epoch or for ever."""
    found = []
    name, at = frame.connection, int(frame.received_us.max()) if frame.rows else 0
    for tag in [one for one in frame.channels if one not in bound][:MOST_TOLD]:
        reason = (
            f"{tag} is no channel of {name}. Its values are kept apart, under {QUARANTINE}/{name}/{tag}, and answer "
            "no question about a channel."
        )
        found.append(_told(f"{name}/unbound/{tag}", name, "channel_unbound", tag, at, reason))
    doubted = np.flatnonzero(~_credible(frame, same_clock))
    for code in np.unique(frame.channel[doubted]).tolist()[:MOST_TOLD]:
        tag = frame.channels[code]
        row = next(row for row in doubted.tolist() if frame.channel[row] == code)
        source = from_us(max(_FIRST_US, min(int(frame.source_us[row]), _LAST_US)))
        reason = (
            f"A value of {tag} bears the time {source:%Y-%m-%d %H:%M} UTC, which cannot be true: it was received at "
            f"{from_us(int(frame.received_us[row])):%Y-%m-%d %H:%M}. It is kept as uncertain, and is no last value."
        )
        found.append(_told(f"{name}/{frame.epoch}/stamp/{tag}", name, "stamp_doubted", tag, at, reason))
    return found


def _told(key: str, connection: str, kind: str, tag: str, at_us: int, reason: str) -> ToldEvent:
    event = {"kind": kind, "channels": [tag], "at_us": at_us, "reason": reason}
    return ToldEvent(key, connection, event)


def _quarantined(frame: Frame, bound: frozenset[str]) -> bytes:
    """The frame with channels that are not registered for this connection set apart by name.

    Their values are kept, but never stand among those of the channel whose name they bear
    (21 CFR 11.10(h)). Sequence numbers stay, so nothing is lost and nothing comes twice.
    """
    channels = tuple(
        tag if tag in bound else f"{QUARANTINE}/{frame.connection}/{tag}" for tag in frame.channels
    )
    fields = {name: getattr(frame, name) for name in Frame.__dataclass_fields__}
    return Frame(**{**fields, "channels": channels}).encode()


def _note_holes(historian: Historian, equipment: Equipment, connection: str, frames: list[Frame]) -> None:
    """Write down numbers that never came, before the frames behind them are stored: afterwards, nobody would
    notice any more."""
    holes = historian.store.holes(frames)
    if not holes:
        return
    last = historian.last(tag for frame in frames for tag in frame.channels).values()
    before = max((one.source_us for one in last), default=0)
    begins = [int(frame.source_us.min()) for frame in frames if frame.rows]
    after = min(begins, default=before)
    with equipment.record.action(Actor.connection(connection), "equipment.intake") as unit:
        for hole in holes:
            equipment.note_hole(
                unit,
                connection=hole.connection,
                epoch=hole.epoch,
                first=hole.first,
                last=hole.last,
                from_us=before or after,
                to_us=after,
            )


def _note_events(
    equipment: Equipment, connection: str, frames: list[Frame], recording: bool, noticed: list[ToldEvent]
) -> None:
    events = [
        one for frame in frames for one in told(connection, frame.epoch, frame.first, tuple(frame.events))
    ]
    events += noticed
    record = equipment.record
    with record.reading() as session:
        fresh = equipment.unknown_events(session, events)
    begins = [int(frame.source_us.min()) for frame in frames if frame.rows]
    if not fresh and (recording or not begins):
        return
    with record.action(Actor.connection(connection), "equipment.intake") as unit:
        equipment.take_events(unit, fresh)
        if begins and not recording:
            equipment.begin_recording(unit, connection, min(begins))
