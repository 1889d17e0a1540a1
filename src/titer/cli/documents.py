"""`titer pdf certificate`: what readers of sealed documents trust."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from titer.base.errors import Invalid
from titer.cli.api import read_file, session
from titer.cli.options import As, Folder, Json, Port, say, write_whole

pdf = typer.Typer(help="Sealed documents.", no_args_is_help=True)


@pdf.command("certificate")
def certificate(
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="Write what readers trust (PEM): the last certificate of the chain."
        ),
    ] = None,
    renew: Annotated[
        bool, typer.Option("--renew", help="Make the installation's own next certificate.")
    ] = False,
    give: Annotated[
        Path | None,
        typer.Option("--give", help="Seal with this certificate of the site's (PEM, with its chain)."),
    ] = None,
    key: Annotated[
        Path | None, typer.Option("--key", help="Its private key (PEM, not encrypted); it is kept sealed.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why it is changed.")] = "changed by command",
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Show, hand out, renew or replace the certificate that documents are sealed with (PAdES)."""
    if (give is None) != (key is None) or (give is not None and renew):
        raise Invalid("Give --give together with --key, or --renew alone.")
    with session(folder, as_, port=port) as api:
        if give is not None and key is not None:
            body = {"chain": read_file(give).decode(), "key": read_file(key).decode(), "reason": reason}
            found: dict[str, Any] = api.post("/api/documents/certificate", body)
        elif renew:
            found = api.post("/api/documents/certificate", {"reason": reason})
        else:
            found = api.get("/api/documents/certificate")
    if out is not None:
        chain: str = found["chain"]
        write_whole(out, chain[chain.rindex("-----BEGIN") :].encode())
    say(
        f"Documents are sealed with {found['subject']}, issued by {found['issuer']}, "
        f"until {found['not_after'][:10]}.\n"
        f"SHA-256 {found['fingerprint']}" + (f"\nWrote {out}: what a reader has to trust." if out else ""),
        found,
        json,
    )
