"""Reading in a process of its own, with limits on time and memory: a hostile file ends that process only."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from titer.base.errors import Invalid, Unavailable
from titer.connect.animl.document import AnimlDocument

TIME_LIMIT_S = 60.0
MEMORY_LIMIT_MB = 2048


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
    command = [sys.executable, "-m", "titer.connect.animl", str(memory_limit_mb), str(int(time_limit_s) + 1)]
    for name, folder in (("--schemas", schemas), ("--techniques", techniques)):
        if folder is not None:
            command += [name, str(folder)]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, no shell
            command,
            input=data,
            capture_output=True,
            timeout=time_limit_s,
            check=False,
            # Threads of a numerical library reserve memory for each core, which counts against the limit.
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )
    except subprocess.TimeoutExpired as error:
        raise Invalid(
            f"Reading the file took longer than {time_limit_s:g} s and was ended.",
            do="Look whether it is what it should be; a larger limit can be set for the connection.",
        ) from error
    except OSError as error:
        raise Unavailable(f"The process that reads AnIML files cannot be started: {error}.") from error
    if done.returncode != 0:
        raise Invalid(
            "Reading the file failed.",
            why=_last_line(done.stderr) or f"The reading process ended with {done.returncode}.",
            do="It may need more memory than it is given, or be damaged.",
        )
    try:
        answer = json.loads(done.stdout)
        if "invalid" in answer:
            what, where, why, do = answer["invalid"]
            raise Invalid(what, where=where, why=why, do=do)
        return AnimlDocument.from_dict(answer)
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid("Reading the file gave no document.", why=str(error)) from error


def _last_line(text: bytes) -> str:
    lines = text.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:500] if lines else ""
