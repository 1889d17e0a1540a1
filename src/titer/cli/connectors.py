"""`titer connector ...`: the types of connection that are installed, and the beginning of a new one."""

from __future__ import annotations

import getpass
import re
import socket
from dataclasses import asdict, replace
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from titer.base.clock import SystemClock
from titer.base.errors import Conflict, Invalid
from titer.cli.options import Json, say
from titer.connect import TYPES
from titer.connect.core import environment
from titer.connect.core.environment import Needs

Requirements = Annotated[
    Path | None,
    typer.Option(
        "--requirements", help="Packages with their hashes, instead of those that come with the type."
    ),
]
connector = typer.Typer(help="Types of connection: what is installed, and writing one.", no_args_is_help=True)

_NAME = re.compile(r"[a-z][a-z0-9_]{1,28}[a-z0-9]")
_FILES = {
    # template: where it goes
    "pyproject.toml.txt": "pyproject.toml",
    "README.md.txt": "README.md",
    "init.py.txt": "src/titer_@NAME@/__init__.py",
    "manifest.py.txt": "src/titer_@NAME@/manifest.py",
    "instrument.py.txt": "src/titer_@NAME@/instrument.py",
    "test.py.txt": "tests/test_@NAME@.py",
}


@connector.command("new")
def connector_new(
    name: Annotated[str, typer.Argument(help="Name of the type: small letters, digits, underscores.")],
    into: Annotated[
        Path, typer.Option("--into", help="Folder in which the package's folder is made.")
    ] = Path(),
    json: Json = False,
) -> None:
    """Make the skeleton of a connector: a package with entry point, manifest, settings and a test."""
    if not _NAME.fullmatch(name):
        raise Invalid(
            f"{name!r} cannot name a type of connection.",
            do="Use 3 to 30 small letters, digits and underscores, a letter first, e.g. turbidity.",
        )
    if name in TYPES:
        raise Conflict(f"There is a type of connection {name} already: {TYPES[name].title}.")
    folder = into / f"titer-{name}"
    if folder.exists():
        raise Conflict(f"{folder} exists.", do="Move it away, or choose another name.")
    templates = resources.files("titer.cli") / "skeleton"
    written = []
    for template, where in _FILES.items():
        path = folder / where.replace("@NAME@", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((templates / template).read_text("utf-8").replace("@NAME@", name), encoding="utf-8")
        written.append(str(path))
    say(
        f"{folder} holds a connector that passes the kit against a device of its own test.\n"
        f"Install it beside Titer (pip install -e {folder}), run its test (pytest {folder}), and make its "
        "device talk as yours does.",
        {"folder": str(folder), "files": written},
        json,
    )


@connector.command("list")
def connector_list(json: Json = False) -> None:
    """List the types of connection that are installed, what each has met, and packages that could not be loaded."""
    lines = []
    for one in TYPES.values():
        lines.append(f"{one.name:<12} {one.title}; has met {one.met}")
        if one.environment is not None or not environment.missing(one.name):
            why = environment.missing(one.name)
            lines.append(f"{'':<12} its environment: {why or environment.installed(one.name)}")
    lines += [f"NOT LOADED   {where}: {words}" for where, words in TYPES.faults.items()]
    told = {"types": [one.manifest() for one in TYPES.values()], "not_loaded": dict(TYPES.faults)}
    say("\n".join(lines), told, json)


@connector.command("install")
def connector_install(
    name: Annotated[str, typer.Argument(help="A type of connection that does not fit beside Titer.")],
    requirements: Requirements = None,
    wheels: Annotated[
        Path | None,
        typer.Option("--wheels", help="Folder of wheels, where there is no way to a package index."),
    ] = None,
    json: Json = False,
) -> None:
    """Make the environment of a type of connection, or make it anew, each package by its hash, and enrol it."""
    needs = _needs(name, requirements)
    _say_enrolled(environment.install(name, needs, who=_who(), clock=SystemClock(), wheels=wheels), json)


@connector.command("enrol")
def connector_enrol(
    name: Annotated[str, typer.Argument(help="The type of connection.")],
    requirements: Requirements = None,
    json: Json = False,
) -> None:
    """Take an environment into use that something else made, at the place where this machine looks for it."""
    _say_enrolled(environment.enrol(name, _needs(name, requirements), who=_who(), clock=SystemClock()), json)


def _needs(name: str, requirements: Path | None) -> Needs:
    known = TYPES.get(name)
    if known is None:
        why = "; ".join(f"{where}: {words}" for where, words in TYPES.faults.items())
        raise Invalid(
            f"There is no type of connection {name!r}.",
            why=f"Not loaded: {why}." if why else "",
            do=f"There are {', '.join(sorted(TYPES))}.",
        )
    if requirements is not None and not requirements.is_file():
        raise Invalid(f"{requirements} is no file.", where="requirements")
    needs = known.environment
    if needs is None and requirements is None:
        raise Invalid(
            f"A connection of type {name} needs no environment of its own.",
            do="Give --requirements, a file of packages with their hashes, where it is to have one all the same.",
        )
    if requirements is None:
        return needs  # type: ignore[return-value]
    return Needs(requirements) if needs is None else replace(needs, requirements=requirements)


def _who() -> str:
    """Whoever is logged in to this machine; it has no record that could say who that is."""
    return f"{getpass.getuser()} on {socket.gethostname()}"


def _say_enrolled(found: environment.Environment, json: bool) -> None:
    say(
        f"The environment of {found.name} is in {environment.place(found.name)}: {found}.\n"
        "A connection host takes it into use when its connection starts the next time.",
        {**asdict(found), "folder": str(environment.place(found.name))},
        json,
    )


@connector.command("readers")
def connector_readers(json: Json = False) -> None:
    """List the readers of vendors' files that are installed, as each describes itself."""
    from titer.connect import vendors

    found = vendors.installed()
    lines = [
        f"{one.name:<38} .{', .'.join(one.extensions)}  {one.title} ({one.state})"
        for one in sorted(found.readers.values(), key=lambda one: one.name)
    ]
    told = [one.told() for one in found.readers.values()]
    say("\n".join(lines), {"version": found.version, "readers": told}, json)
