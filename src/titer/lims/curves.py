"""From a file of spectra or chromatograms to a run's document: its axes as columns, for methods of columns.

`titer.connect.curves` reads the bytes in a process of its own and counts what the file promises; what it quarantines
is no data here. Each curve gives a column for each of its axes, under the curve's name; the values are those of the
file, as text.
"""

from __future__ import annotations

from titer.base.errors import Invalid
from titer.connect.curves import FORMATS, CurveFile, read
from titer.lims.chromatography import RunDocument, Series

_SHOWN = 3


def read_curves(data: bytes, digest: str, format_name: str, *, sandboxed: bool = True) -> RunDocument:
    """Read what an instrument wrote.

    Args:
        data: the file's bytes.
        digest: their SHA-256.
        format_name: one of `titer.connect.curves.FORMATS`.
        sandboxed: in a process of its own; False only for tests.

    Raises:
        Invalid: if it cannot be read, does not hold what it promises, or holds no values.
    """
    found = read(data, format_name, sandboxed=sandboxed)
    errors = [f"{one.where}: {one.message}" for one in found.problems if one.severity == "error"]
    if errors:
        more = f"; and {len(errors) - _SHOWN} more" if len(errors) > _SHOWN else ""
        raise Invalid(
            f"The file does not hold what {FORMATS[format_name]} and it itself say.",
            why="; ".join(errors[:_SHOWN]) + more + ".",
        )
    return run_of_curves(found, digest)


def run_of_curves(found: CurveFile, digest: str) -> RunDocument:
    """What a sound file says about a run.

    Raises:
        Invalid: if it holds no values.
    """
    sample = found.samples[0] if len(found.samples) == 1 else None
    series = tuple(
        Series(f"{curve.path}: {column.name}", curve.name, column.name, column.unit, sample, column.values)
        for curve in found.curves
        for column in curve.columns
        if column.values
    )
    if not series:
        raise Invalid("The file holds no values.", do="Set it aside with a reason.")
    notes = [f"Every count that the file states was checked ({FORMATS[found.format]})."]
    notes += [f"{one.where}: {one.message}" for one in found.problems]
    notes += [f"Not read: {name}, since {why}." for name, why in found.unread.items()]
    return RunDocument(
        digest=digest,
        run_number=None,
        instrument=found.instrument or None,
        injections=(),
        series=series,
        techniques=(FORMATS[found.format],),
        measured_at=found.measured_at,
        notes=tuple(notes),
    )
