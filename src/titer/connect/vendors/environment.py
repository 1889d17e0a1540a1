"""The environment of the readers of vendors' files: its place, what is in it, how it comes about.

Allotropy wants an older `jsonschema` and an older `pandas` than Titer, so it lives in an environment of its own
(docs/decisions/0037). Which files it reads is asked of itself when it is installed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from titer.base.errors import Invalid, Unavailable

LOCK = Path(__file__).with_name("allotropy.txt")
PROCESS = Path(__file__).with_name("process.py")
_LISTED = "titer-readers.json"
_PATIENCE_S = 900.0
HOW = "Run `titer connector install allotropy` on the machine that reads the files."


@dataclass(frozen=True, slots=True)
class Reader:
    """One reader, as it describes itself.

    Attributes:
        name: as a connection names it.
        title: what it reads.
        extensions: of the names of its files.
        state: how ripe its makers call it.
        technique: what the instruments do.
        module, kind: where it is.
    """

    name: str
    title: str
    extensions: tuple[str, ...]
    state: str
    technique: str
    module: str
    kind: str

    def told(self) -> dict[str, Any]:
        """For a person who chooses."""
        return {
            "name": self.name,
            "title": self.title,
            "extensions": list(self.extensions),
            "state": self.state,
            "technique": self.technique,
        }


@dataclass(frozen=True, slots=True)
class Environment:
    """An installed environment.

    Attributes:
        python: its interpreter.
        version: of allotropy.
        readers: name -> reader.
    """

    python: Path
    version: str
    readers: dict[str, Reader]

    def reader(self, name: str) -> Reader:
        """The reader of a name.

        Raises:
            Invalid: if there is none.
        """
        try:
            return self.readers[name]
        except KeyError:
            raise Invalid(
                f"Allotropy {self.version} has no reader {name!r}.",
                where="settings.reader",
                do=f"There are {', '.join(sorted(self.readers))}.",
            ) from None


def place() -> Path:
    """Where the environment is: what TITER_ALLOTROPY says, else beside Titer's own."""
    told = os.environ.get("TITER_ALLOTROPY")
    return Path(told) if told else Path(sys.prefix) / "allotropy"


def missing(where: Path | None = None) -> str:
    """Why there are no readers, in one sentence; "" where there are."""
    folder = where or place()
    if (folder / _LISTED).is_file():
        return ""
    return f"The readers of vendors' files (allotropy) are not installed in {folder}."


def installed(where: Path | None = None) -> Environment:
    """The environment.

    Raises:
        Unavailable: if it is not installed.
    """
    folder = where or place()
    why = missing(folder)
    if why:
        raise Unavailable(why, do=HOW)
    told = json.loads((folder / _LISTED).read_text("utf-8"))
    found = (Reader(**{**one, "extensions": tuple(one["extensions"])}) for one in told["readers"])
    return Environment(_python(folder), told["version"], {one.name: one for one in found})


def install(wheels: Path | None = None) -> Environment:
    """Make the environment, each package by the hash that this version of Titer was tried with.

    Args:
        wheels: a folder of wheels, for a machine without a way to a package index.

    Raises:
        Unavailable: if a step fails, in the words of the program that failed.
    """
    folder = place()
    python = _python(folder)
    _run([sys.executable, "-m", "venv", str(folder)])
    source = ["--no-index", "--find-links", str(wheels)] if wheels else []
    _run([str(python), "-m", "pip", "install", "-q", "--require-hashes", *source, "-r", str(LOCK)])
    return enrol(folder)


def enrol(folder: Path) -> Environment:
    """Ask the readers of an environment what they read, and keep the answer beside them.

    Raises:
        Unavailable: if they do not answer.
    """
    told: dict[str, Any] = json.loads(_run([str(_python(folder)), "-I", str(PROCESS), "readers"]))
    draft = folder / f"{_LISTED}.new"
    draft.write_text(json.dumps(told, indent=1), encoding="utf-8")
    draft.replace(folder / _LISTED)
    return installed(folder)


def _python(folder: Path) -> Path:
    return folder / "bin" / "python"


def _run(command: list[str]) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - our own command lines, no shell
            command, capture_output=True, text=True, timeout=_PATIENCE_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"{command[0]} cannot be run: {error}.") from error
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["it says nothing"]
        raise Unavailable(
            f"The readers could not be installed: `{' '.join(command[:4])} ...` failed.",
            why=lines[-1][:500],
            do="Without a way to a package index, give a folder of wheels with --wheels.",
        )
    return done.stdout
