"""`titer alcoa`: the ALCOA+ board of an installation, on the terminal, as JSON or as a printed report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from titer.app import load
from titer.base.errors import Invalid
from titer.cli.api import as_json, hub_is_running, session
from titer.cli.options import As, Json, Port, say, working

_MARK = {"clean": "ok  ", "exceptions": "LOOK", "not evaluated": "????", "nothing yet": "-   "}


def alcoa(
    folder: Annotated[Path, typer.Argument(help="Folder of the installation.")] = Path("titer"),
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Print a report into a file: .pdf (PDF/A-3b) or .json.")
    ] = None,
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Show the ALCOA+ board: nine principles, what was looked at, and what was found.

    A hub that runs is asked by whoever logs in; else the folder is opened and looked at here. Exceptions are no
    failure of the command.
    """
    if out is not None and out.suffix not in (".pdf", ".json"):
        raise Invalid(f"{out.name} is no kind of report.", do="Name it .pdf or .json.", where="--out")
    config = load(folder)
    if hub_is_running(config.host, port or config.port):
        with session(folder, as_, port=port) as api:
            found: dict[str, Any] = api.get("/api/govern/alcoa")
            pdf = api.get_bytes("/api/govern/alcoa.pdf") if out is not None and out.suffix == ".pdf" else b""
    else:
        with working("Looking"):
            found, pdf = _here(folder, printed=out is not None and out.suffix == ".pdf")
    if out is not None:
        out.write_bytes(pdf or as_json(found).encode())
    lines = [found["sentence"], found["caveat"], ""]
    for one in found["principles"]:
        lines.append(
            f"{_MARK[one['state']]}  {one['name']:<16} {one['looked_at']:>9,} looked at, {one['found']:,} found"
        )
        for question in one["questions"]:
            if question["state"] not in ("clean", "nothing yet"):
                lines.append(f"        {question['words']} {question['fault'] or question['found']}")
                lines += [
                    f"          {finding['record_type']} {finding['name']}: {finding['detail']}"
                    for finding in question["findings"][:5]
                ]
    if out is not None:
        lines.append(f"Printed into {out}.")
    say("\n".join(lines), found, json)


def _here(folder: Path, *, printed: bool) -> tuple[dict[str, Any], bytes]:
    """The board of an installation that no hub serves, under its lock."""
    from titer.app import open_platform
    from titer.app.alcoa_document import document
    from titer.govern.routes import board_out

    platform = open_platform(folder)
    try:
        found = board_out(platform.govern.alcoa())
        return found.model_dump(mode="json"), document(platform, found) if printed else b""
    finally:
        platform.close()
