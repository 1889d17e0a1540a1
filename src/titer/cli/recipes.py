"""`titer recipe ...`, `titer batch ...` and `titer sign`: from a recipe's file to a running batch."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from titer.base.errors import Invalid, NotFound
from titer.cli.api import Api, Problem, _ask_password, read_file, session
from titer.cli.options import As, Folder, Json, Port, err, say

recipe = typer.Typer(help="Master recipes.", no_args_is_help=True)
batch = typer.Typer(help="Orders and batches.", no_args_is_help=True)

Reason = Annotated[str, typer.Option("--reason", help="Why; it stands in the record.")]


def _source(path: Path) -> str:
    try:
        return read_file(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid(f"{path} is no UTF-8 text.", do="Save the recipe as UTF-8.") from error


@recipe.command("submit")
def recipe_submit(
    file: Annotated[Path, typer.Argument(help="The recipe, a YAML file.")],
    reason: Reason = "submitted from a file",
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Submit a recipe as a draft; every fault is named with its line and column, and then nothing is stored."""
    source = _source(file)
    with session(folder, as_, port=port) as api:
        found = api.post("/api/mes/recipes/check", {"source": source})
        for one in found["findings"]:
            place = f"{file}:{one['line']}:{one['column']}"
            err.print(f"{place}: {one['severity']}: {one['message']}", markup=False, soft_wrap=True)
        if not found["submittable"]:
            faults = [one for one in found["findings"] if one["severity"] == "error"]
            raise Problem(
                f"The recipe has {len(faults)} fault{'s' if len(faults) != 1 else ''}; nothing was stored.",
                do="Correct it and submit it again.",
            )
        made = api.post("/api/mes/recipes", {"source": source, "reason": reason})
    say(
        f"Recipe {made['code']} version {made['number']}: {made['state']} (id {made['id']}).\n"
        f"It takes three signatures of three people, authored, checked and approved:\n"
        f"  titer recipe sign {made['code']} authored --reason '...' --as NAME\n"
        f"then: titer recipe effective {made['code']} --as NAME",
        made,
        json,
    )


def _newest(api: Api, code: str) -> dict[str, Any]:
    rows = api.get("/api/mes/recipes", code=code)
    if not rows:
        raise NotFound(f"There is no recipe {code}.", do="Submit it with `titer recipe submit`.")
    found: dict[str, Any] = rows[0]
    return found


@recipe.command("list")
def recipe_list(
    folder: Folder = Path("titer"), as_: As = None, port: Port = None, json: Json = False
) -> None:
    """List master recipes, newest first."""
    with session(folder, as_, port=port) as api:
        rows = api.get("/api/mes/recipes")
    lines = [f"{row['code']:<24} {row['number']:>3}  {row['state']:<12} {row['title']}" for row in rows]
    say("\n".join(lines) or "There are no recipes.", rows, json)


@recipe.command("sign")
def recipe_sign(
    code: Annotated[str, typer.Argument(help="Code of the recipe; its newest version is signed.")],
    meaning: Annotated[str, typer.Argument(help="authored, checked or approved.")],
    reason: Reason,
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Sign the newest version of a recipe."""
    with session(folder, as_, port=port) as api:
        row = _newest(api, code)
        made = put_signature(api, as_, "mes_recipe", row["id"], meaning, reason)
    say(f"{made['printed_name']} signed recipe {code} version {row['number']}: {meaning}.", made, json)


@recipe.command("effective")
def recipe_effective(
    code: Annotated[str, typer.Argument(help="Code of the recipe.")],
    reason: Reason = "made effective",
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Make an approved recipe effective."""
    with session(folder, as_, port=port) as api:
        row = _newest(api, code)
        made = api.post(
            f"/api/mes/recipes/{row['id']}/effective", {"version": row["version"], "reason": reason}
        )
    say(f"Recipe {code} version {made['number']} is effective.", made, json)


@batch.command("start")
def batch_start(
    code: Annotated[str, typer.Option("--recipe", help="Code of an effective recipe.")],
    quantity: Annotated[str | None, typer.Option(help="Ordered quantity.")] = None,
    unit: Annotated[str | None, typer.Option(help="Its unit.")] = None,
    bind: Annotated[
        list[str] | None, typer.Option(help="SYMBOL=EQUIPMENT, where the recipe leaves it open.")
    ] = None,
    reason: Reason = "started from the command line",
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Make an order and its batch, and start it."""
    bindings = dict(_pair(one) for one in bind or [])
    with session(folder, as_, port=port) as api:
        order = api.post(
            "/api/mes/orders", {"recipe_code": code, "quantity": quantity, "unit": unit, "reason": reason}
        )
        made = api.post("/api/mes/batches", {"order_id": order["id"], "bindings": bindings, "reason": reason})
        made = api.post(f"/api/mes/batches/{made['id']}/start", {"reason": reason})
    say(
        f"Order {order['number']}: batch {made['number']} is {made['execution']} (id {made['id']}).",
        made,
        json,
    )


def _pair(text: str) -> tuple[str, str]:
    symbol, found, code = text.partition("=")
    if not found or not symbol or not code:
        raise Invalid(f"{text!r} binds nothing.", do="Write it as SYMBOL=EQUIPMENT, e.g. BR=BR-201.")
    return symbol, code


@batch.command("list")
def batch_list(folder: Folder = Path("titer"), as_: As = None, port: Port = None, json: Json = False) -> None:
    """List batches, newest first."""
    with session(folder, as_, port=port) as api:
        rows = api.get("/api/mes/batches")
    lines = [f"{row['number']:<16} {row['execution']:<10} {row['product']:<16} {row['id']}" for row in rows]
    say("\n".join(lines) or "There are no batches.", rows, json)


@batch.command("tasks")
def batch_tasks(
    number: Annotated[str | None, typer.Option("--batch", help="Of this batch only.")] = None,
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """List the tasks that people have to do, with what is asked."""
    with session(folder, as_, port=port) as api:
        numbers = {row["id"]: row["number"] for row in api.get("/api/mes/batches")}
        rows = [
            row
            for row in api.get("/api/mes/tasks")
            if number is None or number in (row["batch_id"], numbers.get(row["batch_id"]))
        ]
    lines = []
    for row in rows:
        lines.append(f"{numbers.get(row['batch_id'], ''):<14} {row['state']:<10} {row['title']}  {row['id']}")
        lines += [f"    {_asked(one)}" for one in row["form"].get("entries") or []]
    say("\n".join(lines) or "There is nothing to do.", rows, json)


def _asked(entry: dict[str, Any]) -> str:
    """An entry of a task as a person reads it: its name, what is asked, its unit and its limits."""
    limits = f", {entry['low']} to {entry['high']}" if entry.get("low") and entry.get("high") else ""
    unit = f" ({entry['unit']}{limits})" if entry.get("unit") else ""
    return f"{entry['name']:<16} {entry.get('prompt') or ''}{unit}"


@batch.command("enter")
def batch_enter(
    task: Annotated[str, typer.Argument(help="The task's id, from `titer batch tasks`.")],
    entries: Annotated[list[str] | None, typer.Argument(help="NAME=VALUE for each entry.")] = None,
    scan: Annotated[str | None, typer.Option(help="Code of the lot that was scanned.")] = None,
    comment: Annotated[str | None, typer.Option(help="What else is to be said.")] = None,
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Do a task: enter what you read off."""
    values = dict(_entry(one) for one in entries or [])
    with session(folder, as_, port=port) as api:
        made = api.post(f"/api/mes/tasks/{task}/enter", {"entries": values, "scan": scan, "comment": comment})
    outside = [one for one in made["entries"] if one["inside"] is False]
    told = [
        f"  {one['name']} = {one['text']} lies outside {one['low']} to {one['high']} {one['unit']}: an exception."
        for one in outside
    ]
    say("\n".join([f"{made['title']}: {made['state']}.", *told]), made, json)


def _entry(text: str) -> tuple[str, str]:
    name, found, value = text.partition("=")
    if not found or not name:
        raise Invalid(f"{text!r} enters nothing.", do="Write it as NAME=VALUE, e.g. level=15.")
    return name, value


def sign(
    record_type: Annotated[str, typer.Argument(help="e.g. equipment_node, equipment_connection, mes_task.")],
    record_id: Annotated[str, typer.Argument(help="The record's id.")],
    meaning: Annotated[str, typer.Argument(help="e.g. qualified, approved, witnessed.")],
    reason: Reason,
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Sign a record with your password, as in the signature dialog of the pages."""
    with session(folder, as_, port=port) as api:
        made = put_signature(api, as_, record_type, record_id, meaning, reason)
    say(f"{made['printed_name']} signed {record_type} {record_id}: {meaning}.", made, json)


def policy(
    accept: Annotated[
        bool, typer.Option("--accept", help="State that you hold your signature equal to a handwritten one.")
    ] = False,
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Read the signature policy, and acknowledge it with --accept: once for each version, before signing."""
    with session(folder, as_, port=port) as api:
        current = api.get("/api/policies/signature")["current"]
        # Before it is acknowledged, whatever is printed afterwards; beside the JSON, so that programs read on.
        typer.echo(f"{current['title']} (version {current['number']})\n\n{current['text']}\n", err=json)
        if not accept:
            raise Invalid(
                "You have not acknowledged this policy.",
                why="Without it nobody signs.",
                do="Read it, and acknowledge it with --accept.",
            )
        made = api.post("/api/session/policy", {"digest": current["digest"]})
    say(f"You have acknowledged the signature policy, {current['title']}.", made, json)


def put_signature(
    api: Api, as_: str | None, record_type: str, record_id: str, meaning: str, reason: str
) -> dict[str, Any]:
    """Sign; the password is given anew for each signature (21 CFR 11.200(a)(1))."""
    password = os.environ.get("TITER_PASSWORD") or _ask_password(f"{as_ or 'the signer'}, to sign")
    made: dict[str, Any] = api.sign(record_type, record_id, meaning, password=password, reason=reason)
    return made
