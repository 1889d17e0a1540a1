"""Environments of their own for what does not fit beside Titer: made, enrolled, held to what was enrolled.

A type of connection says in its manifest what it needs (`Needs`); a file of requirements with hashes may be given by
its path, too. What is installed lies below one folder, each environment by the name of its type. Whoever enrols one
is kept with it, and so is a digest of everything that is installed; what is another than that is not run
(docs/decisions/0035).
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from titer.base.clock import Clock, iso
from titer.base.errors import IntegrityFault, Invalid, Refused, Unavailable

if TYPE_CHECKING:
    from titer.connect.types import ConnectionType

PLACES = "TITER_ENVIRONMENTS"
ABOUT = "titer-environment.json"
BESIDE = "titer-beside.pth"
"""Puts Titer's own packages behind those of the environment."""
_PATIENCE_S = 900.0


@dataclass(frozen=True, slots=True)
class Needs:
    """What a type of connection needs in an environment of its own.

    Attributes:
        requirements: a file of packages, each with its version and hash, that comes with the type.
        runs: whether the process of a connection runs there, with Titer behind it; else the type starts what does.
        imports: modules that must be importable there, if it runs.
        asks: a script that is run there when it is enrolled; what it prints (JSON) is kept.
    """

    requirements: Path
    runs: bool = True
    imports: tuple[str, ...] = ()
    asks: Path | None = None


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment as it was enrolled.

    Attributes:
        name: of the type of connection.
        packages: what is installed, name -> version.
        requirements: digest of the file that it was made by.
        digest: of all that is installed.
        enrolled_by: who did it, on which machine's word.
        enrolled_at: when, ISO 8601.
        runs: see `Needs`.
        told: what the script of `Needs.asks` said.
    """

    name: str
    packages: Mapping[str, str]
    requirements: str
    digest: str
    enrolled_by: str
    enrolled_at: str
    runs: bool
    told: Mapping[str, Any]

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return place(self.name) / "bin" / "python"

    def __str__(self) -> str:
        return (
            f"{len(self.packages)} packages, SHA-256 {self.digest[:16]}, enrolled by {self.enrolled_by} "
            f"at {self.enrolled_at}"
        )


def place(name: str) -> Path:
    """Where an environment is: below what TITER_ENVIRONMENTS says, else beside Titer's own packages."""
    if not name.isidentifier():
        raise Invalid(f"{name!r} cannot name an environment.")
    return Path(os.environ.get(PLACES) or Path(sys.prefix) / "environments") / name


def how(name: str) -> str:
    """What a person does who has none."""
    return f"Run `titer connector install {name}` on the machine that needs it."


def missing(name: str) -> str:
    """Why there is no environment, in one sentence; "" where there is one."""
    if (place(name) / ABOUT).is_file():
        return ""
    return f"The environment of {name} is not installed in {place(name)}."


def installed(name: str) -> Environment:
    """The environment of a type, as it was enrolled; see `checked`.

    Raises:
        Unavailable: if it is not installed.
    """
    why = missing(name)
    if why:
        raise Unavailable(why, do=how(name))
    try:
        return Environment(name=name, **json.loads((place(name) / ABOUT).read_text("utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise Unavailable(f"{place(name) / ABOUT} cannot be read.", why=str(error), do=how(name)) from error


def checked(name: str) -> Environment:
    """The environment of a type, if all that is installed is as it was enrolled.

    Raises:
        Unavailable: if it is not installed.
        IntegrityFault: if it is another.
    """
    found = installed(name)
    if digest(name) == found.digest:
        return found
    there = packages(name)
    changed = [
        f"{one} is {there.get(one, 'gone')} and was {found.packages.get(one, 'not there')}"
        for one in sorted({*there, *found.packages})
        if there.get(one) != found.packages.get(one)
    ]
    raise IntegrityFault(
        f"What is installed in {place(name)} is not what {found.enrolled_by} enrolled at {found.enrolled_at}.",
        why=("; ".join(changed[:5]) or "The versions are the same, and a file is another") + ".",
        do=f"Find out who changed it; `titer connector install {name}` makes it anew.",
    )


def interpreter(name: str, types: Mapping[str, ConnectionType]) -> Path:
    """What runs the processes of a type of connection: its environment's interpreter if it has one, else Titer's.

    Raises:
        Unavailable: if it needs an environment that is not installed.
        IntegrityFault: if what is installed there is not what was enrolled.
    """
    known = types.get(name)
    needed = known is not None and known.environment is not None and known.environment.runs
    if not needed and (not name.isidentifier() or missing(name)):
        return Path(sys.executable)
    found = checked(name)
    return found.python if found.runs else Path(sys.executable)


def install(name: str, needs: Needs, *, who: str, clock: Clock, wheels: Path | None = None) -> Environment:
    """Make an environment, or make it anew, each package by its hash, and enrol it.

    Args:
        name: of the type of connection.
        needs: what it needs.
        who: enrols it.
        clock: the machine's.
        wheels: a folder of wheels, for a machine without a way to a package index.

    Raises:
        Unavailable: if a step fails, in the words of the program that failed.
        Refused: if it cannot run connections.
    """
    folder = place(name)
    (folder / ABOUT).unlink(missing_ok=True)
    python = folder / "bin" / "python"
    _run([sys.executable, "-m", "venv", "--clear", str(folder)])
    source = ["--no-index", "--find-links", str(wheels)] if wheels else []
    _run(
        [
            str(python),
            "-m",
            "pip",
            "install",
            "-q",
            "--require-hashes",
            *source,
            "-r",
            str(needs.requirements),
        ]
    )
    return enrol(name, needs, who=who, clock=clock)


def enrol(name: str, needs: Needs, *, who: str, clock: Clock) -> Environment:
    """Take an environment that is made into use: ask it what it is, and keep the answer beside it.

    Raises:
        Unavailable: if there is none, or it does not answer.
        Refused: if it cannot run connections.
    """
    folder = place(name)
    python = folder / "bin" / "python"
    if not python.exists():
        raise Unavailable(f"There is no environment in {folder}.", do=how(name))
    there = packages(name)
    if needs.runs:
        (_site(folder) / BESIDE).write_text(
            f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n", encoding="utf-8"
        )
        _fits(name, needs, python, there)
    told = json.loads(_run([str(python), "-I", str(needs.asks), "about"])) if needs.asks else {}
    found = Environment(
        name=name,
        packages=there,
        requirements=hashlib.sha256(needs.requirements.read_bytes()).hexdigest(),
        digest=digest(name),
        enrolled_by=who,
        enrolled_at=iso(clock.now()),
        runs=needs.runs,
        told=told,
    )
    kept = {key: value for key, value in asdict(found).items() if key != "name"}
    draft = folder / f"{ABOUT}.new"
    draft.write_text(json.dumps(kept, indent=1), encoding="utf-8")
    draft.replace(folder / ABOUT)
    return found


def packages(name: str) -> dict[str, str]:
    """What is installed in an environment, name -> version."""
    found = metadata.distributions(path=[str(_site(place(name)))])
    return {plain(one.metadata["Name"]): one.version for one in found}


def digest(name: str) -> str:
    """SHA-256 over path and content of every file that is installed, but those that the interpreter makes itself."""
    folder = place(name)
    total = hashlib.sha256()
    for path in _files(folder):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").digest()
        total.update(str(path.relative_to(folder)).encode() + b"\0" + content)
    return total.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    yield folder / "pyvenv.cfg"
    for top, folders, names in os.walk(_site(folder)):
        folders[:] = sorted(one for one in folders if one != "__pycache__")
        yield from (Path(top, one) for one in sorted(names) if not one.endswith(".pyc"))


def _fits(name: str, needs: Needs, python: Path, there: Mapping[str, str]) -> None:
    """Whether the process of a connection can run there: with Titer's own versions of what it loads itself."""
    own: dict[str, str] = json.loads(_run([sys.executable, "-P", "-m", "titer.connect.core.enrolling"]))
    other = [
        f"{one} {there[one]} instead of {version}"
        for one, version in own.items()
        if there.get(one, version) != version
    ]
    if other:
        raise Refused(
            f"The environment of {name} cannot run connections.",
            why=f"Titer itself would load {', '.join(sorted(other))} there.",
            do="Require Titer's own version of it, or none; or start what needs it as a program of its own.",
        )
    _run([str(python), "-P", "-m", "titer.connect.core.enrolling", name, *needs.imports])


def _site(folder: Path) -> Path:
    return Path(sysconfig.get_path("purelib", "venv", {"base": str(folder), "platbase": str(folder)}))


def plain(name: str) -> str:
    """A package's name as it is compared: `Some_Package` and `some.package` are one."""
    return name.lower().replace("_", "-").replace(".", "-")


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
            f"The environment could not be made: `{' '.join(command[:4])} ...` failed.",
            why=next((line for line in lines if line.startswith("ERROR")), lines[-1])[:500],
            do="Without a way to a package index, give a folder of wheels with --wheels.",
        )
    return done.stdout
