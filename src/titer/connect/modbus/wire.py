"""Modbus TCP on the wire: requests, answers, exceptions (Application Protocol 1.1b3; Messaging on TCP/IP 1.0b).

An answer is at most 260 bytes: its length is checked before anything is read, so a device cannot make the host wait
for, or hold, more than that.
"""

from __future__ import annotations

import asyncio
import struct
from dataclasses import dataclass

from titer.base.errors import Invalid, TiterError, Unavailable

MOST_REGISTERS, MOST_BITS = 125, 2000
LONGEST = 254
"""Bytes of unit and PDU in an answer: 253 and the unit."""
READS = {"coil": 1, "discrete": 2, "holding": 3, "input": 4}

MOST_STALE = 100
"""Answers to earlier requests that may stand before the one that is waited for; after more the device is given up."""

EXCEPTIONS = {
    # code: (what it means, OPC UA status)
    1: ("the device does not know the function", 0x803D0000),  # BadNotSupported
    2: ("the device has no such address", 0x80340000),  # BadNodeIdUnknown
    3: ("the device calls the value unfit", 0x803C0000),  # BadOutOfRange
    4: ("the device failed", 0x808B0000),  # BadDeviceFailure
    5: ("the device is still at it", 0x80320000),  # BadWaitingForInitialData
    6: ("the device is busy", 0x80040000),  # BadResourceUnavailable
    8: ("the device's memory has a parity error", 0x808C0000),  # BadSensorFailure
    10: ("the gateway has no path to the device", 0x808A0000),  # BadNotConnected
    11: ("the device behind the gateway does not answer", 0x80310000),  # BadNoCommunication
}


class ModbusException(TiterError):
    """The device answered with an exception code."""

    title = "The device refused"

    def __init__(self, code: int) -> None:
        words, self.status = EXCEPTIONS.get(code, (f"the device answered with exception {code}", 0x808B0000))
        self.code = code
        super().__init__(f"Exception {code}: {words}.")


@dataclass(frozen=True, slots=True)
class Header:
    """The MBAP header: which request is answered, how long the answer is, of which unit."""

    transaction: int
    length: int


def read_header(data: bytes) -> Header:
    """The first six bytes of an answer.

    Raises:
        Invalid: if they are not Modbus, or tell a length that no answer has.
    """
    transaction, protocol, length = struct.unpack(">HHH", data)
    if protocol != 0 or not 3 <= length <= LONGEST:
        raise Invalid(f"What came is no Modbus answer: protocol {protocol}, {length} bytes.")
    return Header(transaction, length)


def request(transaction: int, unit: int, pdu: bytes) -> bytes:
    """A request with its header."""
    return struct.pack(">HHHB", transaction, 0, len(pdu) + 1, unit) + pdu


def body(unit: int, function: int, data: bytes) -> bytes:
    """What an answer says, without unit and function.

    Raises:
        ModbusException: if it is an exception.
        Invalid: if it answers another unit or function.
    """
    if data[0] != unit or data[1] & 0x7F != function:
        raise Invalid(f"Unit {data[0]} answered function {data[1]}; unit {unit} was asked {function}.")
    if data[1] & 0x80:
        raise ModbusException(data[2])
    return data[2:]


def registers(data: bytes, count: int) -> list[int]:
    """The registers of an answer.

    Raises:
        Invalid: if there are more or fewer than were asked for.
    """
    if len(data) != 1 + 2 * count or data[0] != 2 * count:
        raise Invalid(f"{count} registers were asked for, and {len(data) - 1} bytes came.")
    return list(struct.unpack(f">{count}H", data[1:]))


def bits(data: bytes, count: int) -> list[bool]:
    """The coils of an answer.

    Raises:
        Invalid: if there are more or fewer than were asked for.
    """
    size = (count + 7) // 8
    if len(data) != 1 + size or data[0] != size:
        raise Invalid(f"{count} bits were asked for, and {len(data) - 1} bytes came.")
    return [bool(data[1 + place // 8] >> place % 8 & 1) for place in range(count)]


def identification(data: bytes) -> dict[int, str]:
    """The objects of an answer to Read Device Identification (43/14): 0 maker, 1 product code, 2 revision.

    Raises:
        Invalid: if it ends too early.
    """
    found: dict[int, str] = {}
    try:
        count, at = data[5], 6
        for _ in range(count):
            number, size = data[at], data[at + 1]
            if at + 2 + size > len(data):
                raise IndexError
            found[number] = data[at + 2 : at + 2 + size].decode("ascii", "replace")
            at += 2 + size
    except IndexError as error:
        raise Invalid("The device's identification ends too early.") from error
    return found


class ModbusLink:
    """An open connection: one request at a time, matched to its answer by number.

    Args:
        reader, writer: of the connection.
        timeout_s: for each answer.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, timeout_s: float) -> None:
        self._reader, self._writer, self._timeout_s = reader, writer, timeout_s
        self._turn = asyncio.Lock()
        self._number = 0

    @classmethod
    async def open(cls, host: str, port: int, timeout_s: float) -> ModbusLink:
        """Connect.

        Raises:
            OSError, TimeoutError: if nobody answers there.
        """
        async with asyncio.timeout(timeout_s):
            reader, writer = await asyncio.open_connection(host, port, limit=4096)
        return cls(reader, writer, timeout_s)

    async def ask(self, unit: int, pdu: bytes) -> bytes:
        """Send a request; returns what the answer says.

        Raises:
            ModbusException: if the device answers with one; the connection goes on.
            Invalid, OSError, TimeoutError, EOFError: if it does not answer as it should; the connection is given up.
        """
        async with self._turn:
            if self._writer.is_closing():
                raise Unavailable("The connection was given up.")
            self._number = self._number % 0xFFFF + 1
            try:
                async with asyncio.timeout(self._timeout_s):
                    self._writer.write(request(self._number, unit, pdu))
                    await self._writer.drain()
                    data = await self._answer()
                return body(unit, pdu[0], data)
            except ModbusException:
                raise
            except BaseException:
                self.close()
                raise

    async def _answer(self) -> bytes:
        for _ in range(MOST_STALE + 1):
            header = read_header(await self._reader.readexactly(6))
            data = await self._reader.readexactly(header.length)
            if header.transaction == self._number:
                return data
        raise Invalid(f"The device sent more than {MOST_STALE} answers to what it was not asked.")

    async def read(self, unit: int, table: str, address: int, count: int) -> list[int] | list[bool]:
        """Registers or bits of a table, from an address on."""
        function = READS[table]
        data = await self.ask(unit, struct.pack(">BHH", function, address, count))
        return bits(data, count) if function < 3 else registers(data, count)

    async def write_registers(self, unit: int, address: int, values: list[int]) -> None:
        """Write holding registers: one by function 6, several at once by function 16."""
        if len(values) == 1:
            await self.ask(unit, struct.pack(">BHH", 6, address, values[0]))
        else:
            head = struct.pack(">BHHB", 16, address, len(values), 2 * len(values))
            await self.ask(unit, head + struct.pack(f">{len(values)}H", *values))

    async def write_coil(self, unit: int, address: int, value: bool) -> None:
        """Write a coil by function 5."""
        await self.ask(unit, struct.pack(">BHH", 5, address, 0xFF00 if value else 0))

    async def identify(self, unit: int) -> dict[int, str]:
        """Maker, product code and revision, where the device tells them; {} where it does not know the question."""
        try:
            return identification(await self.ask(unit, bytes((43, 14, 1, 0))))
        except ModbusException:
            return {}

    def close(self) -> None:
        """Hang up at once."""
        self._writer.transport.abort()
