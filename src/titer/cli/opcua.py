"""`titer opcua ...`: the OPC UA server that offers the state to others: set-up, trust, running it alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from titer.base.errors import Invalid
from titer.cli.api import read_file, session
from titer.cli.options import As, Folder, Json, Port, Reason, say

opcua = typer.Typer(
    help="The OPC UA server that offers the state of the plant to others.", no_args_is_help=True
)

TOKEN_OF = "opcua-server"  # noqa: S105 - the machine's name, not its token
Which = Annotated[
    str, typer.Argument(help="File of a certificate (DER or PEM), or the fingerprint of a rejected one.")
]
Mark = Annotated[
    str, typer.Argument(help="Fingerprint (SHA-256) of a trusted certificate, or its beginning.")
]


@opcua.command("setup")
def opcua_setup(
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; loopback unless told.")
    ] = "127.0.0.1",
    at: Annotated[int, typer.Option("--opcua-port", help="Port to listen on.")] = 4840,
    name: Annotated[
        list[str] | None,
        typer.Option("--name", help="Host name or address under which clients reach it; may be repeated."),
    ] = None,
    anonymous: Annotated[
        bool,
        typer.Option(
            "--anonymous", help="Let trusted applications in without a token of their own. Decide that."
        ),
    ] = False,
    renew: Annotated[
        bool, typer.Option("--renew", help="Make a new certificate, though there is one.")
    ] = False,
    reason: Reason = "",
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Give the server its token and its certificate, and switch it on; it starts with the next `titer serve`."""
    from titer.app import load, write
    from titer.app.keeping import open_vault
    from titer.base import vault
    from titer.base.clock import SystemClock
    from titer.connect.opcua.own import make_own
    from titer.connect.opcua.trust import fingerprint, read
    from titer.gateway.opcua import certificates, files
    from titer.gateway.opcua.settings import ServerSettings

    config = load(folder)
    wanted = {**(config.opcua or {}), "host": host, "port": at, "anonymous": anonymous}
    if name:
        wanted["names"] = list(name)
    settings = ServerSettings.read(wanted)
    place, opened = folder / files.FOLDER, open_vault(folder, config)
    with session(folder, as_, port=port) as api:
        made = api.post(
            "/api/tokens",
            {"name": TOKEN_OF, "scopes": ["state"], "reason": reason or "the OPC UA server reads the state"},
        )
    opened.write(folder / "keys" / files.TOKEN, made["token"].encode(), vault.OWN_FILE)
    certificates.TrustList(place).make()
    if renew or not (place / files.OWN_CERTIFICATE).exists():
        names = dict.fromkeys([*settings.names, settings.host, "localhost", "127.0.0.1"])
        own = make_own(certificates.application_uri(config.name), list(names), SystemClock().now())
        opened.write(place / files.OWN_KEY, own.key, vault.OWN_FILE)
        (place / files.OWN_CERTIFICATE).write_bytes(own.certificate)
    write(folder, replace(load(folder), opcua=wanted))
    mark = fingerprint(read((place / files.OWN_CERTIFICATE).read_bytes(), files.OWN_CERTIFICATE))
    say(
        f"The OPC UA server will listen at opc.tcp://{settings.host}:{settings.port}/titer from the next start of "
        f"titer serve.\nIts certificate is {place / files.OWN_CERTIFICATE}, SHA-256 {mark}."
        + ("\nTrusted applications need no token: you decided that." if anonymous else ""),
        {"host": settings.host, "port": settings.port, "certificate": mark, "anonymous": anonymous},
        json,
    )


@opcua.command("trust")
def opcua_trust(which: Which, folder: Folder = Path("titer"), json: Json = False) -> None:
    """Believe an application from now on: compare the fingerprint with what its owner says first."""
    from titer.connect.opcua.trust import read
    from titer.gateway.opcua import certificates, files

    applications = certificates.TrustList(folder / files.FOLDER)
    applications.make()
    is_file = Path(which).is_file()
    certificate = read(read_file(Path(which)), which) if is_file else applications.find_rejected(which)
    mark = applications.trust(certificate)
    say(
        f"{certificate.subject.rfc4514_string()} is trusted from now on, until "
        f"{certificate.not_valid_after_utc:%Y-%m-%d}. SHA-256 {mark}.",
        {"subject": certificate.subject.rfc4514_string(), "fingerprint": mark},
        json,
    )


@opcua.command("distrust")
def opcua_distrust(mark: Mark, folder: Folder = Path("titer"), json: Json = False) -> None:
    """Believe an application no longer; its sessions end within a minute."""
    from titer.gateway.opcua import certificates, files

    certificates.TrustList(folder / files.FOLDER).distrust(mark)
    say(f"{mark} is trusted no longer.", {"fingerprint": mark, "trusted": False}, json)


@opcua.command("certificates")
def opcua_certificates(folder: Folder = Path("titer"), json: Json = False) -> None:
    """List the applications that are trusted, and those that were turned away."""
    from titer.gateway.opcua import certificates, files

    found = certificates.TrustList(folder / files.FOLDER).known()
    lines = [
        f"{'trusted ' if one.trusted else 'rejected'}  {one.mark[:16]}  until {one.until:%Y-%m-%d}  {one.subject}"
        for one in found
    ]
    rows = [
        {"fingerprint": one.mark, "subject": one.subject, "until": one.until, "trusted": one.trusted}
        for one in found
    ]
    say("\n".join(lines) or "No application has come yet, and none is trusted.", rows, json)


@opcua.command("serve")
def opcua_serve(
    hub: Annotated[
        str | None,
        typer.Option("--hub", help="Address of the hub; the one of this installation if left out."),
    ] = None,
    folder: Folder = Path("titer"),
) -> None:
    """Run the OPC UA server alone until Ctrl+C, beside a hub that runs already without one."""
    from titer.app import load
    from titer.cli.processes import serve_alone, start_opcua
    from titer.cli.restarting import OPCUA

    if load(folder).opcua is None:
        raise Invalid("This installation has no OPC UA server.", do="Set it up first: titer opcua setup")
    serve_alone("OPC UA", OPCUA, start_opcua, folder, hub)
