"""Media types of files: what the ending of a name says, else the first bytes; nothing where they say nothing.

A file whose format nobody knows is kept without one: a guess would stand beside it for as long as it is kept. The
tables are here, and not the machine's (`mimetypes` reads those of /etc): a file has the same format wherever it comes
in.
"""

from __future__ import annotations

_ENDINGS = {
    "animl": "application/vnd.animl+xml",
    "csv": "text/csv",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "dx": "chemical/x-jcamp-dx",
    "html": "text/html",
    "jdx": "chemical/x-jcamp-dx",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "json": "application/json",
    "mzml": "application/vnd.psi.mzml+xml",
    "parquet": "application/vnd.apache.parquet",
    "pdf": "application/pdf",
    "png": "image/png",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "tsv": "text/tab-separated-values",
    "txt": "text/plain",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xml": "application/xml",
    "yaml": "application/yaml",
    "yml": "application/yaml",
    "zip": "application/zip",
}
_MARKS = (
    (b"%PDF-", "application/pdf"),
    (b"PAR1", "application/vnd.apache.parquet"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"<?xml ", "application/xml"),
)


def media_type(file_name: str, data: bytes = b"") -> str:
    """The media type of a file; empty where neither its name nor its first bytes say one.

    Args:
        file_name: with its ending; the letter case does not matter.
        data: the file, or its beginning.

    >>> media_type("Run 7.AnIML"), media_type("scan", b"%PDF-1.7"), media_type("run.raw")
    ('application/vnd.animl+xml', 'application/pdf', '')
    """
    _, dot, ending = file_name.rpartition(".")
    told = _ENDINGS.get(ending.lower(), "") if dot else ""
    return told or next((name for mark, name in _MARKS if data.startswith(mark)), "")


def numbers(kind: str, columns: int) -> str:
    """The media type of bare numbers, row by row, so many to a row, without any header.

    Args:
        kind: `f8` (IEEE 754 binary64) or `i8` (two's complement, 64 bits), both little-endian, or `u1` (a byte).
        columns: numbers to a row.

    >>> numbers("f8", 4)
    'application/x-titer-numbers; type=f8; columns=4'
    """
    return f"application/x-titer-numbers; type={kind}; columns={columns}"
