"""Reading files of curves in a process of its own."""

from __future__ import annotations

from titer.base.errors import Invalid
from titer.connect.core.sandbox import MEMORY_LIMIT_MB, TIME_LIMIT_S, run
from titer.connect.curves.document import CurveFile


def read(
    data: bytes,
    format_name: str,
    *,
    summary: bool = False,
    encoding: str = "",
    time_limit_s: float = TIME_LIMIT_S,
    memory_limit_mb: int = MEMORY_LIMIT_MB,
    sandboxed: bool = True,
) -> CurveFile:
    """Read a file of spectra or chromatograms.

    Args:
        data: the file's bytes.
        format_name: one of `FORMATS`.
        summary: check everything, but leave the values out of the answer.
        encoding: of text in formats that do not say theirs (JCAMP-DX); "" takes UTF-8, else Latin-1.
        time_limit_s, memory_limit_mb: beyond these the reading is ended.
        sandboxed: False reads in this process; for tests.

    Returns:
        The file with its problems; look at `verdict` before using it.

    Raises:
        Invalid: if nothing can be read from it.
    """
    if not sandboxed:
        from titer.connect.curves.reading import read_here

        return read_here(data, format_name, encoding=encoding, summary=summary)
    answer = run(
        "titer.connect.curves",
        [format_name, encoding or "-", "summary" if summary else "values"],
        data,
        time_limit_s=time_limit_s,
        memory_limit_mb=memory_limit_mb,
    )
    try:
        return CurveFile.from_dict(answer)
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid("Reading the file gave no curves.", why=str(error)) from error
