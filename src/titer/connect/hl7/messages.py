"""HL7 version 2, as much as results need: segments, fields, escapes; MSH, PID, OBR, OBX, SPM; and the ACK. Pure.

Section numbers are those of HL7 v2.5.1, chapter 2: encoding characters (2.5), escapes (2.7), MLLP (appendix C).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

from titer.base.clock import require_utc
from titer.base.errors import Invalid
from titer.connect.core.results import number_of

START, END = b"\x0b", b"\x1c\x0d"
LONGEST = 4 * 1024 * 1024
MOST_SEGMENTS = 20_000
_TIME = re.compile(
    r"([0-9]{4})([0-9]{2})?([0-9]{2})?([0-9]{2})?([0-9]{2})?([0-9]{2})?(?:\.([0-9]{1,6}))?([+-][0-9]{4})?"
)


@dataclass(frozen=True, slots=True)
class Observation:
    """One OBX segment, with what stands above it.

    Attributes:
        code: first component of OBX-3.
        kind: OBX-2, e.g. NM, ST, CWE.
        value: OBX-5, unescaped; several repeats are joined by " ~ ".
        unit: first component of OBX-6.
        flags: OBX-8.
        status: OBX-11: F final, C corrected, P preliminary, X cannot be obtained, ...
        observed: OBX-14, else OBR-7; "" if not told.
        specimen: SPM-2, else OBR-3, else OBR-2.
        patient: PID-3.
    """

    code: str
    kind: str
    value: str
    unit: str
    flags: str
    status: str
    observed: str
    specimen: str
    patient: str

    def number(self) -> Decimal | None:
        """The value as a number, where OBX-2 says that it is one."""
        if self.kind not in ("NM", ""):
            return None
        return number_of(self.value)


@dataclass(frozen=True, slots=True)
class Header:
    """What MSH says.

    Attributes:
        delimiters: field, component, repetition, escape, sub-component.
        sender: application and facility.
        kind: of the message, e.g. ORU^R01.
        control: MSH-10, by which it is acknowledged.
        processing: MSH-11: P production, T training, D debugging.
        version: MSH-12.
    """

    delimiters: str
    sender: tuple[str, str]
    receiver: tuple[str, str]
    kind: str
    control: str
    processing: str
    version: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it was read."""

    header: Header
    observations: tuple[Observation, ...]
    foreign: tuple[str, ...]


def read_header(raw: bytes, encoding: str) -> Header:
    """Read MSH alone: what an acknowledgement needs.

    Raises:
        Invalid: if there is none.
    """
    segments = _segments(raw, encoding)
    head = segments[0]
    marks = head[3:4] + head[4:].split(head[3], 1)[0][:4] if len(head) > 8 and head[:3] == "MSH" else ""
    if len(marks) < 5 or len(set(marks)) != 5 or any(mark.isalnum() or mark.isspace() for mark in marks):
        raise Invalid("The message does not begin with an MSH segment that explains its delimiters.")
    told = head.split(marks[0])
    # MSH-1 is the delimiter itself, so told[1] is MSH-2.
    control = _at(told, 9)
    if not control:
        raise Invalid("MSH-10 is empty: the message cannot be acknowledged.")
    return Header(
        marks,
        (_at(told, 2), _at(told, 3)),
        (_at(told, 4), _at(told, 5)),
        _at(told, 8),
        control,
        _at(told, 10),
        _at(told, 11),
    )


def read_message(raw: bytes, encoding: str) -> Message:
    """Read a message of results.

    Raises:
        Invalid: if it is none, or not an ORU.
    """
    header = read_header(raw, encoding)
    marks = header.delimiters
    if not header.kind.startswith("ORU"):
        raise Invalid(f"A message {header.kind!r} bears no results.")
    patient = specimen = ordered = began = ""
    found: list[tuple[list[str], str, str]] = []
    specimens: dict[int, str] = {}
    group = -1
    groups: list[int] = []
    foreign: list[str] = []
    for segment in _segments(raw, encoding)[1:]:
        told = segment.split(marks[0])
        name = told[0]
        if name == "PID":
            patient = _component(marks, _at(told, 3))
        elif name == "OBR":
            group += 1
            ordered = _component(marks, _at(told, 3)) or _component(marks, _at(told, 2))
            specimens[group] = ordered
            began = _at(told, 7)
        elif name == "SPM":
            specimen = _specimen(marks, _at(told, 2))
            if specimen:
                specimens[group] = specimen  # SPM follows the OBX segments of its OBR (ORU^R01)
        elif name == "OBX":
            found.append((told, began, patient))
            groups.append(group)
        elif name not in ("NTE", "PV1", "ORC", "SFT", "TQ1", "PD1"):
            foreign.append(name[:8])
    observations = tuple(
        Observation(
            code=_component(marks, _at(told, 3)),
            kind=_at(told, 2),
            value=" ~ ".join(text(marks, one) for one in _at(told, 5).split(marks[2])),
            unit=_component(marks, _at(told, 6)),
            flags=text(marks, _at(told, 8)),
            status=_at(told, 11),
            observed=_at(told, 14) or began,
            specimen=specimens.get(place, ""),
            patient=patient,
        )
        for (told, began, patient), place in zip(found, groups, strict=True)
    )
    return Message(header, observations, tuple(foreign))


def _segments(raw: bytes, encoding: str) -> list[str]:
    try:
        decoded = raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise Invalid(f"The message is no {encoding} text: {error.reason} at byte {error.start}.") from error
    found = [one for one in decoded.replace("\r\n", "\r").replace("\n", "\r").split("\r") if one]
    if not found:
        raise Invalid("The message is empty.")
    if len(found) > MOST_SEGMENTS:
        raise Invalid(f"The message has {len(found)} segments; at most {MOST_SEGMENTS} are taken.")
    return found


def _at(told: Sequence[str], place: int) -> str:
    return told[place].strip() if place < len(told) else ""


def _component(marks: str, raw: str) -> str:
    return text(marks, raw.split(marks[2], maxsplit=1)[0].split(marks[1], maxsplit=1)[0])


def _specimen(marks: str, raw: str) -> str:
    """SPM-2 is a pair of identifiers, the placer's and the filler's, whose first sub-component is the number."""
    for one in reversed(raw.split(marks[1])):
        found = text(marks, one.split(marks[4])[0])
        if found:
            return found
    return ""


def text(marks: str, raw: str) -> str:
    """A field without its escape sequences (2.7.1): delimiters, and bytes in hexadecimal."""
    names = {"F": marks[0], "S": marks[1], "R": marks[2], "E": marks[3], "T": marks[4], ".br": "\n"}
    mark = re.escape(marks[3])

    def plain(one: re.Match[str]) -> str:
        name = one[1]
        if name in names:
            return names[name]
        return (
            bytes.fromhex(name[1:]).decode("latin-1")
            if re.fullmatch("X(?:[0-9A-Fa-f]{2})+", name)
            else one[0]
        )

    return re.sub(f"{mark}([^{mark}]{{1,64}}){mark}", plain, raw)


def escaped(raw: str, marks: str = "|^~\\&") -> str:
    """A text for a field."""
    names = dict(zip(marks, "FSRET", strict=True))
    return "".join(f"{marks[3]}{names[one]}{marks[3]}" if one in names else one for one in raw if one >= " ")


def instant(told: str, zone: ZoneInfo) -> datetime | None:
    """A time stamp as an instant (2.A.77); None where there is none, or where it names less than a day.

    Args:
        told: `YYYYMMDD[HH[MM[SS[.S]]]][+ZZZZ]`.
        zone: of stamps that name none.

    Raises:
        Invalid: if it is no time.
    """
    if not told:
        return None
    found = _TIME.fullmatch(told)
    if found is None:
        raise Invalid(f"{told[:40]!r} is no time stamp.")
    if found[3] is None:
        return None
    try:
        parts = [int(part or 0) for part in found.groups()[:6]]
        fraction = int((found[7] or "").ljust(6, "0"))
        offset = found[8]
        where = (
            zone
            if offset is None
            else timezone(int(f"{offset[0]}1") * timedelta(hours=int(offset[1:3]), minutes=int(offset[3:])))
        )
        year, month, day, hour, minute, second = parts
        return require_utc(datetime(year, month, day, hour, minute, second, fraction, where))
    except ValueError as error:
        raise Invalid(f"{told!r} is no time stamp.") from error


def acknowledgement(header: Header, code: str, words: str, sent: datetime) -> bytes:
    """The ACK of a message, framed for MLLP.

    Args:
        header: of the message.
        code: AA accepted, AE an error in it, AR rejected: send it again.
        words: why, "" if accepted.
        sent: when, in the zone of the connection.
    """
    event = header.kind.split(header.delimiters[1])[1:2]
    kind = "^".join(["ACK", *event, *(["ACK"] if event else [])])
    lines = [
        f"MSH|^~\\&|Titer||{escaped(header.sender[0])}|{escaped(header.sender[1])}|{sent:%Y%m%d%H%M%S%z}||{kind}"
        f"|{escaped(header.control)}|{escaped(header.processing) or 'P'}|{escaped(header.version) or '2.5.1'}",
        f"MSA|{code}|{escaped(header.control)}" + (f"|{escaped(words[:80])}" if words else ""),
    ]
    if words:
        lines.append(f"ERR|||207^Application internal error^HL70357|E||||{escaped(words[:250])}")
    return START + "".join(f"{line}\r" for line in lines).encode("utf-8") + END
