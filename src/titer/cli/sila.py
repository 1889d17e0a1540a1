"""`titer sila ...`: the SiLA 2 server that offers open work to other systems and takes their results."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from titer.base.errors import Invalid
from titer.cli.options import Folder, Json, say

sila = typer.Typer(
    help="The SiLA 2 server that offers open work to other systems and takes their results.",
    no_args_is_help=True,
)


@sila.command("setup")
def sila_setup(
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; loopback unless told.")
    ] = "127.0.0.1",
    at: Annotated[int, typer.Option("--sila-port", help="Port to listen on.")] = 50052,
    name: Annotated[
        list[str] | None,
        typer.Option("--name", help="Host name or address under which clients reach it; may be repeated."),
    ] = None,
    title: Annotated[str, typer.Option("--title", help="The server's name, as clients show it.")] = "Titer",
    announce: Annotated[
        bool, typer.Option("--announce", help="Tell the network by multicast DNS that it is there.")
    ] = False,
    unencrypted: Annotated[
        bool, typer.Option("--unencrypted", help="Speak without TLS, on this machine alone. Decide that.")
    ] = False,
    renew: Annotated[
        bool, typer.Option("--renew", help="Make a new certificate, though there is one.")
    ] = False,
    folder: Folder = Path("titer"),
    json: Json = False,
) -> None:
    """Make the server's certificate, and switch it on; it starts with the next `titer serve`."""
    from titer.app import load, write
    from titer.app.keeping import open_vault
    from titer.base import vault
    from titer.base.clock import SystemClock
    from titer.connect.opcua.trust import fingerprint, read
    from titer.gateway.sila2 import certificate, files
    from titer.gateway.sila2.settings import SilaServerSettings

    config = load(folder)
    before = config.sila or {}
    wanted = {
        **before,
        "host": host,
        "port": at,
        "name": title,
        "announce": announce,
        "unencrypted": unencrypted,
        "uuid": before.get("uuid") or str(uuid4()),
    }
    if name:
        wanted["names"] = list(name)
    settings = SilaServerSettings.read(wanted)
    place, opened = folder / files.FOLDER, open_vault(folder, config)
    place.mkdir(exist_ok=True)
    own = place / files.OWN_CERTIFICATE
    if renew or not own.exists():
        names = [*settings.names, settings.host, "localhost", "127.0.0.1"]
        made = certificate.make_own(settings.uuid, names, SystemClock().now())
        opened.write(place / files.OWN_KEY, made.key, vault.OWN_FILE)
        own.write_bytes(made.certificate)
    write(folder, replace(load(folder), sila=wanted))
    mark = fingerprint(read(own.read_bytes(), str(own)))
    say(
        f"The SiLA 2 server will listen at {settings.host}:{settings.port} from the next start of titer serve.\n"
        + (
            "It does not encrypt: you decided that."
            if unencrypted
            else f"Its certificate is {own}, SHA-256 {mark}."
        ),
        {
            "host": settings.host,
            "port": settings.port,
            "uuid": settings.uuid,
            "certificate": mark,
            "unencrypted": unencrypted,
        },
        json,
    )


@sila.command("find")
def sila_find(
    seconds: Annotated[float, typer.Option("--seconds", help="How long to listen.")] = 3.0,
    interface: Annotated[
        str | None, typer.Option("--interface", help="Address of the network interface to ask on.")
    ] = None,
    json: Json = False,
) -> None:
    """List the SiLA 2 servers that this machine's network announces. What is announced is a claim, not a proof."""
    import asyncio

    from titer.connect.sila2.discovery import find

    found = asyncio.run(find(seconds, interface=interface))
    lines = []
    for one in found:
        lines.append(f"{one.name}  {one.address}:{one.port}  {one.uuid}  {one.version}")
        if one.fingerprint:
            lines.append(f"    says its certificate is {one.fingerprint}: compare before you trust it")
    rows = [asdict(one) for one in found]
    say("\n".join(lines) or "Nobody announces a SiLA 2 server here.", rows, json)


@sila.command("serve")
def sila_serve(
    hub: Annotated[
        str | None,
        typer.Option("--hub", help="Address of the hub; the one of this installation if left out."),
    ] = None,
    folder: Folder = Path("titer"),
) -> None:
    """Run the SiLA 2 server alone until Ctrl+C, beside a hub that runs already without one."""
    from titer.app import load
    from titer.cli.processes import serve_alone, start_sila
    from titer.cli.restarting import SILA

    if load(folder).sila is None:
        raise Invalid("This installation has no SiLA server.", do="Set it up first: titer sila setup")
    serve_alone("SiLA 2", SILA, start_sila, folder, hub)
