"""Commands about the ledger: its witnesses, the rotation of keys, and witnessing others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from titer.cli.api import session
from titer.cli.options import As, Folder, Json, Port, say

ledger = typer.Typer(help="The ledger's witnesses and keys.", no_args_is_help=True)

Reason = Annotated[str, typer.Option(help="Why; it is entered.")]


@ledger.command()
def witnesses(folder: Folder = Path("titer"), as_: As = None, port: Port = None, json: Json = False) -> None:
    """Show how each witness stands, and what waits for them."""
    with session(folder, as_, port=port) as api:
        found = api.get("/api/ledger/witnesses")
    lines = [
        f"{one['name']} ({one['kind']}{', required' if one['required'] else ''}): {one['state']}, "
        f"{one['size']:,} of {found['tree_size']:,} entries"
        + (f". {one['message']}" if one["message"] else "")
        for one in found["witnesses"]
    ]
    lines.append(f"Witnessed: {found['covered_size']:,} entries; held until then: {found['held']:,} events.")
    say("\n".join(lines), found, json)


@ledger.command()
def rotate(
    reason: Reason,
    witness: Annotated[str | None, typer.Option(help="Whose key; the ledger's if left out.")] = None,
    key: Annotated[str | None, typer.Option(help="The new key of a witness on another machine.")] = None,
    finish: Annotated[bool, typer.Option(help="End the rotation: retire the old key.")] = False,
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Rotate a key, with a running hub or without: first begin, then, once both have signed, --finish.

    The new key is entered under the old one. From then on each checkpoint bears both, until the old one is retired.
    """
    with session(folder, as_, port=port) as api:
        if finish:
            made = api.post("/api/ledger/keys/retire", {"witness": witness, "reason": reason})
        else:
            made = api.post("/api/ledger/keys", {"witness": witness, "key": key, "reason": reason})
        api.settle()
    whose = f"the witness {witness}" if witness else "the ledger"
    told = (
        f"Retired this key of {whose}: {made['key']}"
        if finish
        else f"Entered a new key of {whose}: {made['key']}\n"
        "Both sign now. Hand it to those who pin the old one, then: titer ledger rotate --finish"
    )
    say(told, made, json)


@ledger.command()
def retire(
    reason: Reason, folder: Folder = Path("titer"), as_: As = None, port: Port = None, json: Json = False
) -> None:
    """Enter that witnesses which were taken out of titer.yaml are retired, or that it asks for fewer.

    Until somebody says so, a verification finds that one is gone, and what a signature sets off is held.
    """
    with session(folder, as_, port=port) as api:
        made = api.post("/api/ledger/witnesses/retire", {"reason": reason})
        api.settle()
    say("\n".join(made["told"]), made, json)


@ledger.command()
def watch(
    key: Annotated[str, typer.Argument(help="The other ledger's key (its keys/ledger.pub).")],
    reason: Reason,
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Witness the ledger of another Titer; it needs a token too: titer token issue NAME --scope witness."""
    with session(folder, as_, port=port) as api:
        made = api.post("/api/witness/ledgers", {"key": key, "reason": reason})
    say(
        f"The ledger {made['origin']} is witnessed here. In its titer.yaml, `key:` of this witness is\n"
        + made["cosigner"],
        made,
        json,
    )
