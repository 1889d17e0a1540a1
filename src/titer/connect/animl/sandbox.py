"""Reading in a process of its own, with limits on time and memory: a hostile file ends that process only."""

from __future__ import annotations

from pathlib import Path

from titer.base.errors import Invalid
from titer.connect.animl.document import AnimlDocument
from titer.connect.core.sandbox import MEMORY_LIMIT_MB, TIME_LIMIT_S, run


def read(
    data: bytes,
    *,
    schemas: Path | None = None,
    techniques: Path | None = None,
    time_limit_s: float = TIME_LIMIT_S,
    memory_limit_mb: int = MEMORY_LIMIT_MB,
    sandboxed: bool = True,
) -> AnimlDocument:
    """Read an AnIML file.

    Args:
        data: the file's bytes.
        schemas: folder with `animl-core.xsd` and `xmldsig-core-schema.xsd`; without it the document is not
            schema-validated.
        techniques: folder with technique definitions (`*.atdd`).
        time_limit_s, memory_limit_mb: beyond these the reading is ended.
        sandboxed: False reads in this process; for files that this installation wrote itself, and tests.

    Returns:
        The document with its problems; look at `verdict` before using it.

    Raises:
        Invalid: if nothing can be read from it (DTD, not well formed, no AnIML, too large, too slow): keep the
            raw bytes and show the message.
    """
    if not sandboxed:
        from titer.connect.animl.reading import read_here

        return read_here(data, schemas, techniques)
    arguments: list[str] = []
    for name, folder in (("--schemas", schemas), ("--techniques", techniques)):
        if folder is not None:
            arguments += [name, str(folder)]
    answer = run(
        "titer.connect.animl",
        arguments,
        data,
        time_limit_s=time_limit_s,
        memory_limit_mb=memory_limit_mb,
    )
    try:
        return AnimlDocument.from_dict(answer)
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid("Reading the file gave no document.", why=str(error)) from error
