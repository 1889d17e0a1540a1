"""A process of its own for whatever reads foreign files: bytes in, JSON out.

Time, memory and output are limited, and it has no network and runs no programs: see `titer.connect.core.confine`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from titer.base import vault
from titer.base.errors import Invalid, Unavailable

TIME_LIMIT_S = 60.0
MEMORY_LIMIT_MB = 2048


def run(
    module: str,
    arguments: Sequence[str],
    data: bytes,
    *,
    time_limit_s: float = TIME_LIMIT_S,
    memory_limit_mb: int = MEMORY_LIMIT_MB,
    python: Path | None = None,
) -> dict[str, Any]:
    """Have a module of ours read a file in a process of its own: a hostile file ends that process only.

    Args:
        module: run with `python -m`; its `main` is `serve`. With `python`, the path of a script that does the same.
        arguments: for the module.
        data: the file's bytes.
        time_limit_s, memory_limit_mb: beyond these the reading is ended.
        python: the interpreter of an environment of the reader's own, which does not have Titer.

    Raises:
        Invalid: if the file cannot be read, or the process was ended.
        Unavailable: if no process can be started.
    """
    program = [sys.executable, "-m", module] if python is None else [str(python), "-I", module]
    command = [*program, str(memory_limit_mb), str(int(time_limit_s) + 1), *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, no shell
            command,
            input=data,
            capture_output=True,
            timeout=time_limit_s,
            check=False,
            # Threads of a numerical library reserve memory for each core, which counts against the limit.
            # What opens sealed files is no business of a file's.
            env={
                **{name: value for name, value in os.environ.items() if name != vault.ENVIRONMENT},
                "OPENBLAS_NUM_THREADS": "1",
                "OMP_NUM_THREADS": "1",
            },
        )
    except subprocess.TimeoutExpired as error:
        raise Invalid(
            f"Reading the file took longer than {time_limit_s:g} s and was ended.",
            do="Look whether it is what it should be; a larger limit can be set for the connection.",
        ) from error
    except OSError as error:
        raise Unavailable(f"The process that reads files cannot be started: {error}.") from error
    if done.returncode != 0:
        raise Invalid(
            "Reading the file failed.",
            why=_last_line(done.stderr) or f"The reading process ended with {done.returncode}.",
            do="It may need more memory than it is given, or be damaged.",
        )
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
        refused = answer.get("invalid")
    except (ValueError, AttributeError) as error:
        raise Invalid("Reading the file gave no document.", why=str(error)) from error
    if refused:
        what, where, why, do = refused
        raise Invalid(what, where=where, why=why, do=do)
    return answer


def serve(arguments: Sequence[str], read: Callable[[bytes, Sequence[str]], Mapping[str, Any]]) -> int:
    """The other end of `run`: limits are set before the first byte is read.

    Args:
        arguments: megabytes of memory, seconds of processor time, then the module's own.
        read: from bytes and the module's own arguments to what is sent back; `Invalid` goes back in its words.
    """
    from titer.connect.core.confine import confine

    confine(int(arguments[0]), int(arguments[1]))
    answer: Mapping[str, Any]
    try:
        answer = read(sys.stdin.buffer.read(), arguments[2:])
    except Invalid as error:
        answer = {"invalid": [error.what, error.where, error.why, error.do]}
    sys.stdout.write(json.dumps(answer))
    return 0


def _last_line(text: bytes) -> str:
    lines = text.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:500] if lines else ""
