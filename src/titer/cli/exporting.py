"""`titer export`, `titer import` and `titer token issue`: what leaves the house and what is let in."""

from __future__ import annotations

import time
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import typer

from titer.base.errors import Invalid, NotFound, Unavailable
from titer.cli.api import Api, Problem, read_file, session
from titer.cli.options import As, Folder, Json, Port, err, say

_PATIENCE_S = 20.0


def export(
    record_type: Annotated[str, typer.Argument(help="batch, or a type of record (lims_raw_file ...).")],
    record_id: Annotated[str, typer.Argument(help="The record's id; of a batch also its number.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write.")],
    reason: Annotated[str, typer.Option("--reason", help="For whom and what for.")] = "exported by command",
    force: Annotated[bool, typer.Option("--force", help="Write over an existing file.")] = False,
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Export a record with everything that belongs to it, as a bundle that verifies without Titer."""
    if out.exists() and not force:
        raise Invalid(f"{out} exists already.", do="Choose another file, or give --force.")
    if not out.resolve().parent.is_dir():
        raise Invalid(f"There is no folder {out.resolve().parent}.", do="Make it first.")
    with session(folder, as_, port=port) as api, err.status("Gathering and proving"):
        data = api.post_for_bytes(
            "/api/exports", {"record_type": record_type, "record_id": record_id, "reason": reason}
        )
    _write(out, data)
    digest = sha256(data).hexdigest()
    say(
        f"Wrote {out}: {len(data):,} bytes, SHA-256 {digest}.\n"
        f"Check it anywhere: python3 verify/titer-verify.py {out}",
        {"file": str(out), "bytes": len(data), "sha256": digest},
        json,
    )


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all."""
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Unavailable(f"{path} cannot be written.", why=error.strerror or str(error)) from error


def import_file(
    file: Annotated[Path, typer.Argument(help="An instrument's file, e.g. AnIML.")],
    connection: Annotated[
        str | None, typer.Option(help="Connection it belongs to; the only animl connection if left out.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why by hand.")] = "imported by hand",
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Take an instrument's file: its bytes are kept, and the laboratory reads it or says why it cannot."""
    data = read_file(file)
    with session(folder, as_, port=port) as api:
        used = connection or _only_connection(api)
        taken = api.post_bytes(
            "/api/imports",
            data,
            file_name=file.name,
            connection=used,
            media_type="application/xml"
            if file.suffix.lower() in (".animl", ".xml")
            else "application/octet-stream",
            kind="animl" if file.suffix.lower() == ".animl" else "file",
            reason=reason,
        )
        row = _inbox(api, taken["document_id"])
    if row["disposition"] == "quarantined":
        raise Problem(
            f"{file.name} was kept (SHA-256 {taken['digest']}), but it cannot be read and is in quarantine.",
            why=row["reason"] or "",
            do="Look at it in the laboratory's inbox; set it aside with a reason, or bring a better file.",
        )
    found = row["found"]
    say(
        f"{file.name} is kept (SHA-256 {taken['digest']}) and {row['disposition']}: "
        f"{_contents(found)}, run {found.get('run') or 'not named'}, "
        f"samples {', '.join(found.get('samples') or []) or 'none'}"
        + (f"; unknown here: {', '.join(found['unknown_samples'])}" if found.get("unknown_samples") else "")
        + (f". {row['reason']}" if row["reason"] else ".")
        + f"\nThe file's record: lims_raw_file {row['id']}",
        row,
        json,
    )


def _contents(found: dict[str, Any]) -> str:
    """What the laboratory found in a file that it could read."""
    number = found.get("injections", 0)
    return f"{number} injections" if number else "columns of values without a chromatogram"


def _only_connection(api: Api) -> str:
    names = [row["name"] for row in api.get("/api/equipment/connections", days=1) if row["type"] == "animl"]
    if not names:
        raise NotFound(
            "No connection of type animl is registered, so the file has no owner.",
            do="Add one: titer connection add animl FOLDER --name NAME, by a person with the role automation.",
        )
    if len(names) > 1:
        raise Invalid(f"There are several: {', '.join(names)}.", do="Say which with --connection NAME.")
    return str(names[0])


def _inbox(api: Api, document_id: str) -> dict[str, Any]:
    """The file in the laboratory's inbox, once it was delivered there."""
    end = time.monotonic() + _PATIENCE_S
    while True:
        api.settle()
        for row in api.get("/api/lims/files"):
            if row["document_id"] == document_id:
                found: dict[str, Any] = row
                return found
        if time.monotonic() > end:
            raise Unavailable(
                "The file is kept, but the laboratory has not taken it yet.",
                do="Look at the inbox later; `titer doctor` says whether a delivery fails.",
            )
        time.sleep(0.25)


def token_issue(
    name: Annotated[str, typer.Argument(help="Of the machine, e.g. host-lab2. An earlier token of it ends.")],
    scope: Annotated[list[str] | None, typer.Option(help="What it may do; connect if left out.")] = None,
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Issue a token for a machine; it is printed this once."""
    with session(folder, as_, port=port) as api:
        made = api.post("/api/tokens", {"name": name, "scopes": scope or ["connect"]})
    say(
        f"Token of {name} ({', '.join(made['scopes'])}), shown this once: {made['token']}\n"
        "Give it to titer.connect with --token-file, in a file that only its owner can read.",
        made,
        json,
    )
