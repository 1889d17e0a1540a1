"""What a line of the channels file means in registers, and a number in them. Pure."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from titer.base.errors import Invalid
from titer.connect.modbus.wire import MOST_BITS, MOST_REGISTERS

_NODE = re.compile(r"(coil|discrete|holding|input):(\d{1,5})")
_FORMATS = {
    "int16": ">h",
    "uint16": ">H",
    "int32": ">i",
    "uint32": ">I",
    "int64": ">q",
    "uint64": ">Q",
    "float32": ">f",
    "float64": ">d",
}


@dataclass(frozen=True, slots=True)
class Point:
    """One channel in a device's tables.

    Attributes:
        table: coil, discrete, holding or input.
        address: of its first register or bit, from 0 as the protocol counts.
        data: how it is read.
        little: the register with the lowest digits comes first.
        scale, offset: value = raw * scale + offset.
        no_value: raw number by which the device says that it has none.
        unit: unit behind a gateway.
    """

    table: str
    address: int
    data: str
    little: bool = False
    scale: Decimal = Decimal(1)
    offset: Decimal = Decimal(0)
    no_value: int | None = None
    unit: int = 1

    @classmethod
    def of(cls, node: str, settings: Mapping[str, Any], connection: Mapping[str, Any]) -> Point:
        """Read a line of the channels file.

        Args:
            node: `holding:100`, `input:7`, `coil:3` or `discrete:0`.
            settings: of the line, with defaults.
            connection: the connection's settings.

        Raises:
            Invalid: if it cannot be meant.
        """
        found = _NODE.fullmatch(node)
        if found is None or int(found[2]) > 0xFFFF:
            raise Invalid(
                f"{node!r} is no place in a Modbus device.",
                where="channels.node",
                do="Write it as holding:ADDRESS, input:, coil: or discrete:, the address from 0 to 65535.",
            )
        table, address = found[1], int(found[2])
        bit = table in ("coil", "discrete")
        data = settings["data"] or ("bool" if bit else "uint16")
        if bit and data != "bool":
            raise Invalid(f"{node} is a bit and cannot be read as {data}.", where="channels.data")
        numbers: list[Decimal] = []
        for name in ("scale", "offset"):
            try:
                number = Decimal(settings[name])
            except InvalidOperation as error:
                raise Invalid(f"{settings[name]!r} is no number.", where=f"channels.{name}") from error
            if not number.is_finite() or (name == "scale" and number == 0):
                raise Invalid(f"{settings[name]!r} cannot be a {name}.", where=f"channels.{name}")
            numbers.append(number)
        made = cls(
            table,
            address,
            data,
            (settings["word_order"] or connection["word_order"]) == "little",
            numbers[0],
            numbers[1],
            settings["no_value"],
            connection["unit_id"] if settings["unit_id"] is None else settings["unit_id"],
        )
        if address + made.size > 0x10000:
            raise Invalid(f"{node} as {data} reaches beyond the last address.", where="channels.node")
        return made

    @property
    def size(self) -> int:
        """Registers, or bits, that it takes."""
        return 1 if self.data == "bool" else struct.calcsize(_FORMATS[self.data]) // 2

    def value(self, words: Sequence[int] | Sequence[bool]) -> Decimal | float | bool | None:
        """The value of its registers; None where the device says that it has none.

        A whole raw number is scaled in decimals, so 0.1 is what a scale of 0.1 gives.
        """
        if self.data == "bool":
            return bool(words[0])
        ordered = list(reversed(words)) if self.little else list(words)
        (raw,) = struct.unpack(_FORMATS[self.data], struct.pack(f">{len(ordered)}H", *ordered))
        if self.no_value is not None and raw == self.no_value:
            return None
        if isinstance(raw, int):
            return raw * self.scale + self.offset
        if self.scale == 1 and self.offset == 0:
            return float(raw)
        return float(raw) * float(self.scale) + float(self.offset)

    def words(self, value: Decimal) -> list[int]:
        """The registers that bear a value.

        Raises:
            Invalid: if they cannot.
        """
        raw = (value - self.offset) / self.scale
        kind = _FORMATS[self.data if self.data != "bool" else "uint16"]
        try:
            if kind[1] in "fd":
                packed = struct.pack(kind, float(raw))
            elif raw == raw.to_integral_value():
                packed = struct.pack(kind, int(raw))
            else:
                raise Invalid(
                    f"{value} lies between two steps of {abs(self.scale)} that the device can hold."
                )
        except (struct.error, OverflowError) as error:
            raise Invalid(f"{value} does not fit {self.data}.") from error
        found = list(struct.unpack(f">{len(packed) // 2}H", packed))
        return found[::-1] if self.little else found


@dataclass(frozen=True, slots=True)
class Span:
    """Points that are read by one request."""

    unit: int
    table: str
    address: int
    count: int
    indices: tuple[int, ...]


def spans(points: Sequence[Point], alone: frozenset[int] = frozenset()) -> list[Span]:
    """The requests that read all points: neighbours together, as far as one request reaches.

    Args:
        points: of the connection.
        alone: points that are asked for by themselves, because a request with neighbours was refused.
    """
    found: list[Span] = []
    order = sorted(
        range(len(points)),
        key=lambda i: (points[i].unit, points[i].table, i in alone, points[i].address, points[i].size),
    )
    for index in order:
        point = points[index]
        end = point.address + point.size
        most = MOST_BITS if point.table in ("coil", "discrete") else MOST_REGISTERS
        last = found[-1] if found else None
        if (
            last is not None
            and index not in alone
            and not alone.intersection(last.indices)
            and (last.unit, last.table) == (point.unit, point.table)
            and point.address <= last.address + last.count
            and end - last.address <= most
        ):
            count = max(last.count, end - last.address)
            found[-1] = Span(last.unit, last.table, last.address, count, (*last.indices, index))
        else:
            found.append(Span(point.unit, point.table, point.address, point.size, (index,)))
    return found
