"""`titer user ...`: what a first administrator needs: people, their roles, locks and passwords."""

from __future__ import annotations

import getpass
import os
import socket
from pathlib import Path
from typing import Annotated, Any

import typer

from titer.base.errors import Invalid, NotFound
from titer.cli.api import Api, _ask_password, session
from titer.cli.options import As, Folder, Json, Port, Reason, Username, say

user = typer.Typer(help="People: register, roles, lock and unlock, new password.", no_args_is_help=True)


@user.command("add")
def user_add(
    username: Annotated[str, typer.Argument(help="User name: lower case, digits, . _ -; never used again.")],
    full_name: Annotated[str, typer.Option("--name", help="Full name, printed under signatures.")],
    role: Annotated[
        list[str] | None,
        typer.Option(help="A role; may be given several times. `titer user roles` lists them."),
    ] = None,
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Register a person; the new password is read from TITER_NEW_PASSWORD or asked for."""
    roles = role or []
    _known(roles)
    with session(folder, as_, port=port) as api:
        password = os.environ.get("TITER_NEW_PASSWORD") or _ask_password(username)
        body = {"username": username, "full_name": full_name, "password": password, "roles": roles}
        made = api.post("/api/people", body)
    say(f"Registered {full_name} ({username}): {', '.join(roles) or 'no role yet'}.", made, json)


@user.command("list")
def user_list(folder: Folder = Path("titer"), as_: As = None, port: Port = None, json: Json = False) -> None:
    """List the people, their roles, and whose account is disabled or locked."""
    with session(folder, as_, port=port) as api:
        people = api.get("/api/people")
    lines = [
        f"{row['username']:<16} {row['full_name']:<28} {', '.join(row['roles'])}"
        + ("" if row["active"] else "  (disabled)")
        + ("  (LOCKED)" if row["locked"] else "")
        for row in people
    ]
    say("\n".join(lines), people, json)


@user.command("roles")
def user_roles(
    username: Annotated[
        str | None, typer.Argument(help="Show or change this person's; else list all roles.")
    ] = None,
    give: Annotated[
        list[str] | None, typer.Option(help="A role to give; may be given several times.")
    ] = None,
    take: Annotated[
        list[str] | None, typer.Option(help="A role to take; may be given several times.")
    ] = None,
    reason: Reason = "changed by command",
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """List the roles, or show, give and take those of a person."""
    from titer.record.actions import ROLES

    if username is None:
        say("\n".join(ROLES), list(ROLES), json)
        return
    _known([*(give or []), *(take or [])])
    with session(folder, as_, port=port) as api:
        row = person(api, username)
        for roles, given in ((give, True), (take, False)):
            for role in roles or []:
                row = api.post(
                    f"/api/people/{row['id']}/roles", {"role": role, "give": given, "reason": reason}
                )
    say(f"{row['full_name']} ({username}): {', '.join(row['roles']) or 'no role'}.", row, json)


@user.command("lock")
def user_lock(
    username: Username,
    reason: Reason,
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Disable an account: the person's sessions end, and nobody logs in with it until it is unlocked."""
    row, _ = change(folder, as_, port, username, "account", {"active": False, "reason": reason})
    say(f"{row['full_name']} ({username}) cannot log in any more; open sessions have ended.", row, json)


@user.command("unlock")
def user_unlock(
    username: Username,
    reason: Reason = "unlocked by command",
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Open an account again: one that was disabled, or one that wrong passwords have locked."""
    row, _ = change(folder, as_, port, username, "account", {"active": True, "reason": reason})
    say(f"{row['full_name']} ({username}) may log in again.", row, json)


@user.command("password")
def user_password(
    username: Username,
    reason: Reason = "forgotten password",
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Set a new password for somebody; it is read from TITER_NEW_PASSWORD or asked for."""
    password = os.environ.get("TITER_NEW_PASSWORD") or _ask_password(f"{username} (the new one)")
    body = {"password": password, "reason": reason}
    row, _ = change(folder, as_, port, username, "password", body, prove=True)
    say(f"{row['full_name']} ({username}) has a new password; the ledger says who set it.", row, json)


@user.command("rescue")
def user_rescue(
    username: Username,
    reason: Reason,
    factors: Annotated[
        bool, typer.Option("--without-factors", help="Remove the person's second factors as well.")
    ] = False,
    folder: Folder = Path("titer"),
    json: Json = False,
) -> None:
    """Let somebody in again on the machine itself: for a sole administrator who is locked out.

    It takes the installation's key and a hub that is stopped, and nobody's password. The new one is read from
    TITER_NEW_PASSWORD or asked for. It is entered in the ledger, told to the quality unit, and cannot be hidden.
    """
    from titer.app import open_platform
    from titer.record import Actor

    platform = open_platform(folder)
    try:
        password = os.environ.get("TITER_NEW_PASSWORD") or _ask_password(f"{username} (the new one)")
        who = Actor.timer("titer.rescue")
        by = f"{getpass.getuser()} on {socket.gethostname()}"
        with platform.record.action(who, "record.person.rescue", reason=reason) as unit:
            row = platform.identity.rescue(unit, username, password, by=by, factors=factors)
        platform.settle()
        made = {"username": username, "full_name": row.full_name, "by": by}
    finally:
        platform.close()
    say(
        f"{made['full_name']} ({username}) may log in with the new password; the ledger says by whom.",
        made,
        json,
    )


def change(
    folder: Path,
    as_: str | None,
    port: int | None,
    username: str,
    what: str,
    body: dict[str, Any],
    *,
    prove: bool = False,
) -> tuple[dict[str, Any], Any]:
    """Ask the hub for one change about a person.

    Args:
        folder: of the installation.
        as_: who asks; None for whoever the environment names.
        port: of the hub.
        username: of the person.
        what: is changed, as the hub's address of the person goes on, e.g. `training`.
        body: of the request.
        prove: whether the request bears a proof of who asks (docs/decisions/0022).

    Returns:
        The person as she is afterwards, and the hub's answer.

    Raises:
        NotFound: if nobody has that user name.
    """
    with session(folder, as_, port=port) as api:
        proof = {"proof": api.proof()} if prove else {}
        made = api.post(f"/api/people/{person(api, username)['id']}/{what}", {**body, **proof})
        return person(api, username), made


def person(api: Api, username: str) -> dict[str, Any]:
    for row in api.get("/api/people"):
        if row["username"] == username:
            found: dict[str, Any] = row
            return found
    raise NotFound(f"There is no user {username}.", do="`titer user list` shows all.")


def _known(roles: list[str]) -> None:
    """Refuse unknown roles before anybody is asked for a password."""
    from titer.record.actions import ROLES

    strange = [role for role in roles if role not in ROLES]
    if strange:
        raise Invalid(f"Unknown roles: {', '.join(strange)}.", do=f"Known: {', '.join(ROLES)}.")
