"""`titer token ...`: what machines may do, until when; issued, listed and ended."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from titer.cli.api import session
from titer.cli.options import As, Folder, Json, Port, Reason, Until, say

token = typer.Typer(help="Scoped tokens of machines.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Of the machine, e.g. host-lab2.")]


@token.command("issue")
def token_issue(
    name: Annotated[str, typer.Argument(help="Of the machine, e.g. host-lab2. An earlier token of it ends.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(help="observe, command, connect (both), state or witness; connect if left out."),
    ] = None,
    host: Annotated[
        str | None,
        typer.Option("--host", help="The connector host that it is; of the machine's name if left out."),
    ] = None,
    until: Until = None,
    reason: Reason = "",
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Issue a token for a machine; it is printed this once."""
    with session(folder, as_, port=port) as api:
        made = api.post(
            "/api/tokens",
            {
                "name": name,
                "scopes": scope or ["connect"],
                "host": host,
                "expires_at": until,
                "reason": reason,
            },
        )
    reach = f" for the connections of host {made['host']}" if made["host"] else ""
    say(
        f"Token of {name} ({', '.join(made['scopes'])}){reach}, shown this once: {made['token']}\n"
        + (
            f"Give it to titer.connect with --host {made['host']} --token-file, in a file of its owner's alone."
            if made["host"]
            else "Keep it in a file of its owner's alone."
        ),
        made,
        json,
    )


@token.command("list")
def token_list(folder: Folder = Path("titer"), as_: As = None, port: Port = None, json: Json = False) -> None:
    """List the tokens: scopes, connector host, state, end, last use."""
    with session(folder, as_, port=port) as api:
        found = api.get("/api/tokens")
    lines = [
        f"{row['name']:<20} {', '.join(row['scopes']):<20} {row['host'] or '-':<12} {row['state']:<6} "
        f"until {(row['expires_at'] or 'never')[:16]}, last used {(row['used_at'] or 'never')[:16]}"
        for row in found["tokens"]
    ]
    say("\n".join(lines) or "No machine has a token.", found, json)


@token.command("end")
def token_end(
    name: Name,
    reason: Reason,
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """End a token now; the machine is refused from its next request on."""
    with session(folder, as_, port=port) as api:
        api.post(f"/api/tokens/{name}/end", {"reason": reason})
    say(f"The token of {name} has ended.", {"name": name, "state": "ended"}, json)
