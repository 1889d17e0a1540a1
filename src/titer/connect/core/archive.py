"""ZIP archives of others, in memory: opened, counted and unpacked within a budget, whatever their headers say."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass, field

from titer.base.errors import Invalid

BEGINNING = b"PK\x03\x04"
"""The first bytes of an archive; Excel's workbooks are archives."""
MAXIMAL_MEMBERS = 5_000
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    struct.error,
)
"""What the library raises for archives that are cut, altered, encrypted, or packed in ways that it does not know."""


@dataclass(slots=True)
class Budget:
    """How much may be unpacked; archives within archives have one together.

    Attributes:
        left: bytes in all.
        largest: bytes of one member.
    """

    left: int
    largest: int


@dataclass(slots=True)
class Archive:
    """An archive whose members are unpacked within a budget.

    Args:
        data: its bytes.
        budget: how much may be unpacked.

    Raises:
        Invalid: if it cannot be opened, or has too many members.
    """

    data: bytes
    budget: Budget
    members: dict[str, zipfile.ZipInfo] = field(init=False)
    archive: zipfile.ZipFile = field(init=False)

    def __post_init__(self) -> None:
        try:
            self.archive = zipfile.ZipFile(io.BytesIO(self.data))
            found = self.archive.infolist()
        except _DAMAGED as error:
            raise Invalid(
                "The archive cannot be opened.", why=f"{error}.", do="It may be cut short."
            ) from error
        if len(found) > MAXIMAL_MEMBERS:
            raise Invalid(f"The archive has {len(found)} members; more than {MAXIMAL_MEMBERS} are not read.")
        self.members = {one.filename: one for one in found if not one.is_dir()}

    @property
    def names(self) -> list[str]:
        """Of its members."""
        return list(self.members)

    def read(self, name: str) -> bytes:
        """The bytes of a member; what a header says about their number is not trusted.

        Raises:
            Invalid: if there is none, it is damaged, or larger than the budget.
        """
        if name not in self.members:
            raise Invalid(f"The archive has no {name}.")
        limit = min(self.budget.largest, self.budget.left)
        try:
            with self.archive.open(self.members[name]) as file:
                found = file.read(limit + 1)
        except _DAMAGED as error:
            raise Invalid(f"The archive's {name} cannot be unpacked.", why=f"{error}.") from error
        if len(found) > limit:
            raise Invalid(
                f"The archive's {name} unpacks to more than {limit} bytes.",
                why="An archive that grows without end is a way to bring a reader down.",
                do="Ask for the result to be exported again.",
            )
        self.budget.left -= len(found)
        return found
