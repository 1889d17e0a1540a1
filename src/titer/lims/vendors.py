"""From a vendor's file to a run's document: its values as columns, for methods of columns.

`titer.connect.vendors` reads the bytes in a process and an environment of its own and accounts for each leaf; what it
quarantines is no data here. Values of one name, unit and sample are one column; each column of a cube is one of its
own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from titer.base.errors import Invalid
from titer.connect.vendors import IGNORED, MAPPED, Entry, VendorFile, read
from titer.lims.chromatography import RunDocument, Series

KIND = "allotropy"
"""The type of the connections whose files are read so."""
_SHOWN = 3


def read_as(kind: str, file_name: str, identity: Mapping[str, object]) -> dict[str, str]:
    """What must be known of a file to read it again; {} where its bytes say it.

    Args:
        kind: the type of its connection.
        file_name: as the instrument named it.
        identity: what the host says of the file.
    """
    if kind != KIND:
        return {}
    told = {name: str(identity.get(name) or "") for name in ("reader", "time_zone", "encoding")}
    return {**told, "file_name": file_name, "unended": "yes" if identity.get("unended") else ""}


def read_vendor(data: bytes, digest: str, told: Mapping[str, str]) -> RunDocument:
    """Read what an instrument wrote.

    Args:
        data: the file's bytes.
        digest: their SHA-256.
        told: see `read_as`.

    Raises:
        Invalid: if it cannot be read, or something of it is quarantined.
        Unavailable: if the readers are not installed beside the hub.
    """
    found = read(
        data,
        told["file_name"],
        reader=told["reader"],
        time_zone=told["time_zone"],
        encoding=told["encoding"],
        unended=bool(told["unended"]),
    )
    if found.verdict != "accepted":
        raise Invalid("The file is not taken as data.", why=found.reason)
    return run_of_vendor(found, digest)


def run_of_vendor(found: VendorFile, digest: str) -> RunDocument:
    """What a sound file says about a run."""
    columns: dict[tuple[str, str, str], list[Entry]] = {}
    for one in found.of(MAPPED):
        key = one.path if len(one.values) > 1 else one.name
        columns.setdefault((key, one.unit, one.sample), []).append(one)
    series = tuple(
        Series(
            path=parts[0].path,
            step=found.technique,
            name=parts[0].name,
            unit=unit,
            sample=sample or None,
            values=tuple(value for one in parts for value in one.values),
        )
        for (_, unit, sample), parts in columns.items()
    )
    times = sorted({one.measured_at for one in found.entries if one.measured_at})
    counts = found.counts()
    notes = [
        f"Read by allotropy {found.version} ({found.reader}): {found.measurements} measurements, "
        f"{counts['mapped']} values mapped, {counts['ignored']} entries ignored."
    ]
    notes += _told(found.of(MAPPED), "Restated")
    notes += _told(found.of(IGNORED), "Ignored")
    notes += [f"{where}: {words}" for where, words in found.untaken.items()]
    notes += [f"{one.where}: {one.message}" for one in found.problems]
    return RunDocument(
        digest=digest,
        run_number=None,
        instrument=None,
        injections=(),
        series=series,
        techniques=(found.technique,),
        measured_at=times[0] if times else "",
        notes=tuple(notes),
    )


def _told(entries: Sequence[Entry], what: str) -> list[str]:
    """Each reason once, with what it befell."""
    of_reason: dict[str, list[Entry]] = {}
    for one in entries:
        if one.reason:
            of_reason.setdefault(one.reason, []).append(one)
    told = []
    for reason, some in of_reason.items():
        names = list(dict.fromkeys(one.name for one in some))
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        told.append(f"{what}, since {reason}: {', '.join(names[:_SHOWN])}{more} ({len(some)}).")
    return told
