"""Reading a file of curves within one process."""

from __future__ import annotations

from dataclasses import replace

from titer.base.errors import Invalid
from titer.connect.curves.document import FORMATS, CurveFile


def read_here(data: bytes, format_name: str, *, encoding: str = "", summary: bool = False) -> CurveFile:
    """Read a file, see `titer.connect.curves.read`.

    Raises:
        Invalid: if nothing can be read from it.
    """
    if format_name == "mzml":
        from titer.connect.curves.mzml import parse

        found = parse(data)
    elif format_name == "jcamp":
        from titer.connect.curves.jcamp import parse as parse_jcamp

        found = parse_jcamp(data, encoding)
    elif format_name == "unicorn":
        from titer.connect.curves.unicorn import parse as parse_unicorn

        found = parse_unicorn(data)
    else:
        raise Invalid(f"There is no reader of {format_name!r}.", do=f"There are {', '.join(FORMATS)}.")
    if not summary:
        return found
    return replace(
        found,
        curves=tuple(
            replace(
                one,
                columns=tuple(replace(column, values=()) for column in one.columns),
                facts={"points": str(len(one.columns[0].values)) if one.columns else "0"},
            )
            for one in found.curves
        ),
    )
