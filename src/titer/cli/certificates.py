"""`titer connection certificates | certificate`: whose encrypted endpoints are believed, what our hosts show."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Annotated, Any

import typer

from titer.base.errors import Conflict, Unavailable
from titer.cli.api import read_file, session
from titer.cli.browsing import asked
from titer.cli.connections import connection
from titer.cli.options import As, Folder, Json, Port, say


@connection.command("certificates")
def connection_certificates(
    folder: Folder = Path("titer"), as_: As = None, port: Port = None, json: Json = False
) -> None:
    """List certificates of instruments with what is wrong with them, and what the connector hosts show."""
    with session(folder, as_, port=port) as api:
        rows = api.get("/api/equipment/certificates")
    lines = []
    for one in rows:
        state = "not decided" if one["state"] == "seen" else one["state"]
        whose = one["host"] if one["state"] == "own" else one["connection"] or "brought by hand"
        lines.append(f"{state:<12} {one['subject']}  ({whose}, until {one['valid_until'][:10]})  {one['id']}")
        lines.append(f"    SHA-256 {one['fingerprint']}\n    SHA-1   {one['thumbprint']}")
        lines += _issued(one)
        lines += [f"    {fault['what']}" for fault in one["faults"]]
        if one["state"] == "seen":
            lines.append(f"    titer sign equipment_certificate {one['id']} trusted --reason '...' --as NAME")
    say("\n".join(lines) or "No instrument has shown a certificate yet.", rows, json)


@connection.command("certificate")
def connection_certificate(
    file: Annotated[Path | None, typer.Argument(help="Of an authority or an instrument, DER or PEM.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the host's own certificate there, DER.")] = None,
    host: Annotated[str, typer.Option(help="The connector host.")] = "local",
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Bring a certificate, to be trusted by a signature; without a file, ask a host for its own."""
    if file is not None:
        given = base64.b64encode(read_file(file)).decode()
        with session(folder, as_, port=port) as api:
            made = api.post("/api/equipment/certificates", {"certificate": given, "host": host})
        say(
            f"{made['subject']}, SHA-256 {made['fingerprint']}, is there, and not trusted yet.\n"
            f"Compare it, then: titer sign equipment_certificate {made['id']} trusted --reason '...' --as NAME",
            made,
            json,
        )
        return
    if out is not None and out.exists():
        raise Conflict(f"{out} exists already.", do="Give another name.")
    with session(folder, as_, port=port) as api:
        own = asked(api, {"kind": "certificates", "host": host})["own"]
    lines = [
        f"{one['subject']}  until {one['valid_until'][:10]}\n    {one['application_uri']}\n"
        f"    SHA-256 {one['fingerprint']}\n    SHA-1   {one['thumbprint']}"
        for one in own
    ]
    if out is not None:
        try:
            out.write_bytes(base64.b64decode(own[-1]["certificate"]))
        except OSError as error:
            raise Unavailable(f"{out} cannot be written: {error.strerror}.") from error
        lines.append(f"The newest is in {out}: install it at the instrument.")
    say("\n".join(lines), own, json)


@connection.command("revocations")
def connection_revocations(
    file: Annotated[Path, typer.Argument(help="The revocation list of an authority, DER or PEM.")],
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Bring the list of certificates that an authority took back; it counts within seconds."""
    given = base64.b64encode(read_file(file)).decode()
    with session(folder, as_, port=port) as api:
        made = api.post("/api/equipment/certificates/revocation-lists", {"list": given})
    say(f"{made['issuer']}: {_listed(made)}", made, json)


def _issued(one: Any) -> list[str]:
    """Who issued a certificate, and what is here of that authority's revocation list."""
    listed = one["revocation_list"]
    if one["authority"]:
        return [f"    an authority; {_listed(listed) if listed else 'no revocation list of it is here'}"]
    if not one["issued_by"]:
        return []
    return [
        f"    issued by {one['issued_by']}; {_listed(listed) if listed else 'no revocation list of it is here'}"
    ]


def _listed(one: Any) -> str:
    number = f" {one['number']}" if one["number"] else ""
    until = f"{one['until'][:16].replace('T', ' ')} UTC" if one["until"] else "no time that it states"
    return (
        f"revocation list{number} of {one['issued_at'][:10]} takes back {one['revoked']}, holds until {until}"
        + {"ended": ", which is over", "ending": ", which is soon: bring the next one"}.get(one["stage"], "")
    )
