"""`titer export`: what leaves the house."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from titer.base.errors import Invalid
from titer.cli.api import session
from titer.cli.options import As, Folder, Json, Port, say, working, write_whole


def export(
    record_type: Annotated[str, typer.Argument(help="batch, or a type of record (lims_raw_file ...).")],
    record_id: Annotated[str, typer.Argument(help="The record's id; of a batch also its number.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write.")],
    reason: Annotated[str, typer.Option("--reason", help="For whom and what for.")] = "exported by command",
    segments: Annotated[
        bool,
        typer.Option(
            "--segments/--without-segments",
            help="Whether sealed segments of time series go along: they hold every channel of their day.",
        ),
    ] = True,
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
    with session(folder, as_, port=port) as api, working("Gathering and proving"):
        data = api.post_for_bytes(
            "/api/exports",
            {"record_type": record_type, "record_id": record_id, "reason": reason, "segments": segments},
        )
    write_whole(out, data)
    digest = sha256(data).hexdigest()
    say(
        f"Wrote {out}: {len(data):,} bytes, SHA-256 {digest}.\n"
        f"Check it anywhere: python3 verify/titer-verify.py {out}",
        {"file": str(out), "bytes": len(data), "sha256": digest},
        json,
    )


def archive(
    batch: Annotated[str, typer.Argument(help="Number or id of a batch that has ended.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write.")],
    reason: Annotated[str, typer.Option("--reason", help="For whom and what for.")] = "archived by command",
    segments: Annotated[
        bool, typer.Option("--segments/--without-segments", help="Whether sealed segments go along.")
    ] = False,
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Archive a batch that has ended: a bundle that opens in a browser and a PDF reader, without Titer."""
    if out.exists():
        raise Invalid(f"{out} exists already.", do="Choose another file.")
    if not out.resolve().parent.is_dir():
        raise Invalid(f"There is no folder {out.resolve().parent}.", do="Make it first.")
    with session(folder, as_, port=port) as api, working("Gathering and proving"):
        data = api.post_for_bytes(
            f"/api/mes/batches/{batch}/archive", {"reason": reason, "segments": segments}
        )
    write_whole(out, data)
    digest = sha256(data).hexdigest()
    say(
        f"Wrote {out}: {len(data):,} bytes, SHA-256 {digest}.\n"
        f"Read it anywhere: unpack it and open files/index.html. Check it: python3 titer-verify.py {out}",
        {"file": str(out), "bytes": len(data), "sha256": digest},
        json,
    )
