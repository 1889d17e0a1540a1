"""The environment of the readers of vendors' files: which there are, and with what they are run.

Allotropy wants an older `jsonschema` and an older `pandas` than Titer, so it lives in an environment of its own
(docs/decisions/0035, 0037). Which files it reads is asked of itself when that is enrolled.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from titer.base.errors import Invalid
from titer.connect.core import environment

NAME = "allotropy"
PROCESS = Path(__file__).with_name("process.py")


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
class Readers:
    """What is installed.

    Attributes:
        python: the interpreter that runs them.
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


def missing() -> str:
    """Why there are no readers, in one sentence; "" where there are."""
    return environment.missing(NAME)


def installed() -> Readers:
    """The readers.

    Raises:
        Unavailable: if they are not installed.
    """
    return _readers(environment.installed(NAME))


def ready() -> Readers:
    """The readers, if all that is installed is as it was enrolled; a connection asks before its first file.

    Raises:
        Unavailable: if they are not installed.
        IntegrityFault: if they are others.
    """
    return _readers(environment.checked(NAME))


def _readers(home: environment.Environment) -> Readers:
    told = home.told
    found = (Reader(**{**one, "extensions": tuple(one["extensions"])}) for one in told["readers"])
    return Readers(home.python, str(told["version"]), {one.name: one for one in found})
