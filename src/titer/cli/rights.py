"""`titer user train, link, delegate, conflicts`: rights of people beside their roles."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from titer.cli.api import session
from titer.cli.options import As, Folder, Json, Port, Reason, Until, Username, say
from titer.cli.people import change, person


def user_train(
    username: Username,
    competency: Annotated[str, typer.Option("--competency", help="What the person was trained in.")],
    document: Annotated[str, typer.Option("--document", help="By which document, with its version.")],
    until: Until = None,
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Enter a training."""
    body = {"competency": competency, "document": document, "expires_at": until}
    row, made = change(folder, as_, port, username, "training", body)
    say(f"{row['full_name']} is trained in {competency} until {until or 'further notice'}.", made, json)


def user_link(
    username: Username,
    subject: Annotated[str, typer.Option("--subject", help="What the provider calls the person (`sub`).")],
    reason: Reason,
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Link a person with an account at the site's identity provider; it gives no right."""
    body = {"subject": subject, "reason": reason}
    row, made = change(folder, as_, port, username, "provider", body, prove=True)
    say(f"{row['full_name']} may log in as {subject} of {made['issuer']}.", made, json)


def user_delegate(
    to: Annotated[str, typer.Argument(help="User name of the person who is to act.")],
    role: Annotated[
        str, typer.Option("--role", help="A role of yours, or of the person for whom it is given.")
    ],
    begins: Annotated[str, typer.Option("--from", help="With its zone: 2026-12-01T08:00Z.")],
    ends: Annotated[str, typer.Option("--until", help="With its zone; it ends by itself.")],
    reason: Reason,
    for_: Annotated[
        str | None, typer.Option("--for", help="For somebody else; the quality unit may.")
    ] = None,
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Let somebody act in one's place for a time; each entry says so."""
    with session(folder, as_, port=port) as api:
        body = {
            "to_id": person(api, to)["id"],
            "from_id": person(api, for_)["id"] if for_ else None,
            "role": role,
            "begins_at": begins,
            "ends_at": ends,
            "reason": reason,
        }
        made = api.post("/api/delegations", body)
    say(f"{made['to_name']} acts as {role} for {made['from_name']} until {made['ends_at'][:16]}.", made, json)


def user_conflicts(
    search: Annotated[bool, typer.Option("--search", help="Search now, before the night does.")] = False,
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """List duties that are kept apart and lie, or lay, in one hand."""
    with session(folder, as_, port=port) as api:
        if search:
            api.post("/api/conflicts/search")
        found = api.get("/api/conflicts")
    lines = [
        f"{row['found_at'][:16]}  {row['detail']}"
        + (f"  (gone {row['gone_at'][:16]})" if row["gone_at"] else "")
        for row in found["conflicts"]
    ]
    say("\n".join(lines) or "Nothing that is kept apart lies in one hand.", found, json)
