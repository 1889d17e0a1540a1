"""`titer connector ...`: the types of connection that are installed, and the beginning of a new one."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from titer.base.errors import Conflict, Invalid
from titer.cli.options import Json, say
from titer.connect import TYPES

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
    lines = [f"{one.name:<12} {one.title}; has met {one.met}" for one in TYPES.values()]
    lines += [f"NOT LOADED   {where}: {words}" for where, words in TYPES.faults.items()]
    told = {"types": [one.manifest() for one in TYPES.values()], "not_loaded": dict(TYPES.faults)}
    say("\n".join(lines), told, json)


@connector.command("install")
def connector_install(
    what: Annotated[str, typer.Argument(help="allotropy: the readers of vendors' files.")],
    wheels: Annotated[
        Path | None,
        typer.Option("--wheels", help="Folder of wheels, where there is no way to a package index."),
    ] = None,
    json: Json = False,
) -> None:
    """Install what does not fit beside Titer into an environment of its own, each package by its hash."""
    if what != "allotropy":
        raise Invalid(f"There is nothing to install that is called {what!r}.", do="There is allotropy.")
    from titer.connect import vendors

    found = vendors.install(wheels)
    say(
        f"Allotropy {found.version} is in {vendors.place()}, with {len(found.readers)} readers.\n"
        "A connection host takes it into use when its connection starts the next time.",
        {"version": found.version, "folder": str(vendors.place()), "readers": len(found.readers)},
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
