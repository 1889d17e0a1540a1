"""Frames of ASTM E1381 (LIS1-A): `<STX> number text <ETB|ETX> checksum <CR><LF>`, none of them without bounds.

The checksum is the sum, modulo 256, of the bytes from the frame number to ETB or ETX, as two hexadecimal digits
(6.3.2). Frame numbers count 1 to 7, then 0, and begin at 1 in each transfer (6.3.1).
"""

from __future__ import annotations

from dataclasses import dataclass

from titer.base.errors import Invalid

STX, ETX, EOT, ENQ, ACK, LF, CR, NAK, ETB = (bytes((code,)) for code in (2, 3, 4, 5, 6, 10, 13, 21, 23))
LONGEST_TEXT = 64_000
"""Bytes of text in a frame. E1381 says 240; analysers are known to send far more, so this bounds memory, no more."""
LONGEST_MESSAGE = 4 * 1024 * 1024
"""Bytes of a message that frames make up together."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame as it was read.

    Attributes:
        number: 0 to 7.
        text: its part of the message.
        last: it ends the message (ETX), where another follows on ETB.
    """

    number: int
    text: bytes
    last: bool


def checksum(data: bytes) -> bytes:
    """Two upper-case hexadecimal digits."""
    return b"%02X" % (sum(data) & 0xFF)


def frame(number: int, text: bytes, *, last: bool) -> bytes:
    """A frame for the wire."""
    body = b"%d" % (number % 8) + text + (ETX if last else ETB)
    return STX + body + checksum(body) + CR + LF


def read_frame(data: bytes) -> Frame:
    """Read a frame from its STX to its LF.

    Raises:
        Invalid: if it is none, or its checksum is another: the sender is told NAK and sends it again.
    """
    if len(data) < 7 or data[:1] != STX or data[-2:] != CR + LF or data[-5:-4] not in (ETX, ETB):
        raise Invalid("What came between STX and LF is no frame.")
    body, told = data[1:-4], data[-4:-2]
    if checksum(body) != told.upper():
        raise Invalid(f"The frame's checksum is {checksum(body).decode()}, and {told!r} was sent.")
    if not b"0" <= body[:1] <= b"7":
        raise Invalid(f"{body[:1]!r} is no frame number.")
    return Frame(int(body[:1]), body[1:-1], data[-5:-4] == ETX)


def frames(message: bytes, most: int = 240) -> list[bytes]:
    """A message cut into frames: one record a frame, longer records continued (6.3.1).

    Args:
        message: records that end in CR.
        most: bytes of text in a frame.
    """
    found: list[bytes] = []
    for record in message.split(CR):
        if not record:
            continue
        text = record + CR
        parts = [text[at : at + most] for at in range(0, len(text), most)]
        for place, part in enumerate(parts):
            found.append(frame(len(found) + 1, part, last=place == len(parts) - 1))
    return found


class Assembly:
    """The frames of a transfer, put together again: out of order, twice, or too long, it says so.

    Attributes:
        message: the text so far.
    """

    def __init__(self) -> None:
        self.message = b""
        self._last = 0

    def take(self, found: Frame) -> bool:
        """Add a frame; returns False for the one before, sent again because its ACK was lost.

        Raises:
            Invalid: if its number is neither the next nor the last one, or the message grows too long.
        """
        if found.number == self._last and self.message:
            return False
        if found.number != (self._last + 1) % 8:
            raise Invalid(f"Frame {found.number} came after frame {self._last}.")
        if len(self.message) + len(found.text) > LONGEST_MESSAGE:
            raise Invalid(f"The message is longer than {LONGEST_MESSAGE} bytes.")
        self._last = found.number
        self.message += found.text
        return True
