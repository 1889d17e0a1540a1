"""The settings of a folder connection, checked before anything is scanned."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from titer.base.clock import zone_of
from titer.base.errors import Invalid
from titer.base.files import LARGEST_FILE


@dataclass(frozen=True, slots=True)
class FolderSettings:
    """Which folder is scanned, how, and how its files are to be read.

    Attributes:
        folder: on the connector host.
        time_zone, encoding: of what the files say, mandatory; they go along with each document for the parser.
        pattern: which files are taken.
        recursive: folders below as well.
        scan_s: seconds between two scans.
        stable_scans: scans without a change before a file is taken.
        patience_s: how long an incomplete file may rest before it is taken as it is.
        max_bytes: largest file that is taken; the hub takes `LARGEST_FILE` at the most.
        schemas, techniques: folders of AnIML's schemas, None where there are none.
        reader: of vendors' files, see `titer.connect.vendors`; "" for other types.
        unended: the instrument writes no line end after its last line.
        mapping: of tables, see `titer.connect.tables.mapping`; None for other types.
    """

    folder: Path
    time_zone: str
    encoding: str
    pattern: str
    recursive: bool
    scan_s: float
    stable_scans: int
    patience_s: float
    max_bytes: int
    schemas: Path | None
    techniques: Path | None
    reader: str = ""
    unended: bool = False
    mapping: Mapping[str, Any] | None = None

    def read_as(self) -> dict[str, Any]:
        """What a reader of vendors' files or of tables must know beside zone and encoding."""
        how = {"reader": self.reader} if self.mapping is None else {"mapping": dict(self.mapping)}
        return {**how, "unended": self.unended}

    @classmethod
    def of(cls, name: str, raw: Mapping[str, Any], *, pattern: str = "*") -> FolderSettings:
        """Read a connection's settings.

        Args:
            name: of the connection, for the message.
            raw: its settings.
            pattern: which files are taken where the settings do not say.

        Raises:
            Invalid: if a setting is missing or cannot be meant.
        """
        if not raw.get("folder"):
            raise Invalid(
                f"The connection {name} names no folder.",
                where="settings.folder",
                do="Give the path of the folder on the connector host.",
            )
        zone, encoding = (str(raw.get(key) or "") for key in ("time_zone", "encoding"))
        _check_reading(name, zone, encoding)
        scan = float(raw.get("scan_s", raw.get("scan_interval_s", 0.3)))
        scans = int(raw.get("stable_scans", 2))
        if scan <= 0 or scans < 1:
            raise Invalid(
                f"The connection {name} cannot scan every {scan} s for {scans} times.",
                where="settings.scan_s, settings.stable_scans",
                do="Give a positive number of seconds and at least one scan.",
            )
        schemas, techniques = (
            Path(str(raw[key])) if raw.get(key) else None for key in ("schemas", "techniques")
        )
        most = int(raw.get("max_bytes", LARGEST_FILE))
        if not 1 <= most <= LARGEST_FILE:
            raise Invalid(
                f"The connection {name} cannot take files of up to {most:,} bytes.",
                why=f"The hub takes {LARGEST_FILE:,} bytes at the most in one file.",
                where="settings.max_bytes",
                do=f"Give 1 to {LARGEST_FILE}, or leave it out.",
            )
        return cls(
            folder=Path(str(raw["folder"])),
            time_zone=zone,
            encoding=encoding,
            pattern=str(raw.get("pattern") or pattern),
            recursive=bool(raw.get("recursive", False)),
            scan_s=scan,
            stable_scans=scans,
            patience_s=float(raw.get("patience_s", 30)),
            max_bytes=most,
            schemas=schemas,
            techniques=techniques,
            reader=str(raw.get("reader") or ""),
            unended=bool(raw.get("unended", False)),
            mapping=raw.get("mapping"),
        )


def _check_reading(name: str, zone: str, encoding: str) -> None:
    """Refuse a connection that does not say how its files are to be read: a guess would pass in silence."""
    zone_of(zone, "settings.time_zone")
    try:
        codecs.lookup(encoding)
    except LookupError as error:
        raise Invalid(
            f"The connection {name} names no encoding that is known: {encoding!r}.",
            where="settings.encoding",
            do="Give the encoding in which the instrument writes text, such as utf-8 or cp1252.",
        ) from error
