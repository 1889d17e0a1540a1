"""A process of its own for whatever reads foreign files: limits on time, memory and output, bytes in, JSON out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

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
) -> dict[str, Any]:
    """Have a module of ours read a file in a process of its own: a hostile file ends that process only.

    Args:
        module: run with `python -m`; its `main` is `serve`.
        arguments: for the module.
        data: the file's bytes.
        time_limit_s, memory_limit_mb: beyond these the reading is ended.

    Raises:
        Invalid: if the file cannot be read, or the process was ended.
        Unavailable: if no process can be started.
    """
    command = [sys.executable, "-m", module, str(memory_limit_mb), str(int(time_limit_s) + 1), *arguments]
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
    import resource

    memory, seconds = int(arguments[0]) * 1024 * 1024, int(arguments[1])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    if sys.platform != "darwin":
        # Darwin knows the limit and refuses to set it; the time limit holds there too.
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
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
