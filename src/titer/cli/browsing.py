"""`titer connection discover | browse`: what answers at an address, and a channels file of what it holds."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from titer.base.errors import Conflict, Unavailable
from titer.cli.api import Api, Problem, session
from titer.cli.connections import connection
from titer.cli.options import As, Folder, Json, Port, say

PATIENCE_S = 70.0

Policy = Annotated[str | None, typer.Option(help="OPC UA security policy, e.g. Basic256Sha256.")]
Unencrypted = Annotated[
    bool, typer.Option("--allow-unencrypted", help="Accept an endpoint that anybody can read and alter.")
]
Host = Annotated[str, typer.Option(help="The connector host that looks.")]


def asked(api: Api, body: dict[str, Any]) -> dict[str, Any]:
    """Ask a connector host, and wait for what it answers.

    Raises:
        Unavailable: if no hub runs, or no host answers.
        Problem: what the host says why it could not.
    """
    if not api.served:
        raise Unavailable(
            "Nobody looks: the hub and its connector host do not run.", do="Start them: titer serve"
        )
    question = api.post("/api/equipment/questions", body)["id"]
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        told = api.get(f"/api/equipment/questions/{question}", wait=20)
        if told["problem"]:
            raise Problem(told["problem"]["what"], why=told["problem"]["why"], do=told["problem"]["do"])
        if told["done"]:
            answer: dict[str, Any] = told["answer"]
            return answer
    raise Unavailable("The connector host gave no answer.", do="Look whether it runs, and ask again.")


@connection.command("discover")
def connection_discover(
    address: Annotated[str, typer.Argument(help="opc.tcp://HOST:PORT of a server or a discovery server.")],
    host: Host = "local",
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """List the OPC UA servers that an address knows of, with their endpoints."""
    with session(folder, as_, port=port) as api:
        found = asked(api, {"kind": "discover", "about": {"address": address}, "host": host})
    lines = []
    for server in found["servers"]:
        lines.append(f"{server['name'] or server['application_uri']}  {server['problem']}".rstrip())
        for one in server["endpoints"]:
            seal = one["certificate"]
            lines.append(
                f"    {one['url']}  {one['policy']} {one['mode']}  {', '.join(one['users'])}"
                + ("" if one["usable"] else f"  NOT USABLE: {one['why']}")
                + ("  NOT ENCRYPTED" if one["unencrypted"] else "")
            )
            if seal and not one["unencrypted"]:
                lines.append(f"        certificate {seal['fingerprint']} until {seal['valid_until'][:10]}")
                lines += [f"        {fault['what']}" for fault in seal["faults"]]
    say("\n".join(lines) or "No server is known there.", found, json)


@connection.command("browse")
def connection_browse(
    where: Annotated[str, typer.Argument(help="Name of a connection, or opc.tcp://HOST:PORT/PATH.")],
    node: Annotated[str, typer.Option(help="Below which node, as nsu=URI;s=NAME; else the Objects.")] = "",
    everything: Annotated[
        bool, typer.Option("--all", help="Every variable below, at any depth; else one level.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Write a channels file of what can be recorded.")] = None,
    prefix: Annotated[str, typer.Option(help="Before each tag of the file, e.g. BR-1.")] = "",
    policy: Policy = None,
    allow_unencrypted: Unencrypted = False,
    compared: Annotated[
        str | None,
        typer.Option("--certificate", help="SHA-256 of the server's certificate, which you have compared."),
    ] = None,
    user: Annotated[str, typer.Option(help="User of the server; TITER_SERVER_PASSWORD or a question.")] = "",
    host: Host = "local",
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Look through a server's address space: units, ranges and names of states come along."""
    kind = "variables" if everything or out else "browse"
    body: dict[str, Any] = {"kind": kind, "about": {"node": node}, "host": host}
    if "://" in where:
        settings: dict[str, Any] = {"endpoint": where}
        if policy:
            settings["security_policy"] = policy
        if allow_unencrypted:
            settings["allow_unencrypted"] = True
        if compared:
            body["about"]["certificate"] = compared
        if user:
            settings["username"] = user
            given = os.environ.get("TITER_SERVER_PASSWORD")
            body["password"] = given or typer.prompt(f"Password of {user} at the server", hide_input=True)
        body["settings"] = settings
    else:
        body["connection"] = where
    if out is not None and out.exists():
        raise Conflict(f"{out} exists already.", do="Give another name; what you wrote there is kept.")
    with session(folder, as_, port=port) as api:
        found = asked(api, body)
    lines = [_line(one) for one in found["nodes"]]
    if found["more"]:
        lines.append("There is more than can be looked through at once: ask below one of these nodes.")
    if out is not None:
        drafts = channels_of(found["nodes"], prefix)
        _write(out, drafts)
        lines = [f"{len(drafts)} channels in {out}; look through it before you add the connection."]
        unknown = sorted({one["unit_text"] for one in found["nodes"] if one["unit_text"] and not one["unit"]})
        if unknown:
            lines.append(f"Units that this house does not know are left out: {', '.join(unknown)}.")
    say("\n".join(lines) or "There is nothing below.", found, json)


def channels_of(nodes: list[dict[str, Any]], prefix: str) -> list[dict[str, Any]]:
    """Entries of a channels file, one for each node that can be recorded; a tag that occurs twice gets a number."""
    seen: dict[str, int] = {}
    drafts = []
    for one in nodes:
        if not one["recordable"]:
            continue
        tag = f"{prefix}.{one['tag']}" if prefix else one["tag"]
        seen[tag] = seen.get(tag, 0) + 1
        draft = {"tag": tag if seen[tag] == 1 else f"{tag}.{seen[tag]}", "node": one["node"]}
        for name in ("unit", "low", "high", "description"):
            if one[name]:
                draft[name] = one[name]
        if one["states"]:
            draft["names"] = one["states"]
        drafts.append(draft)
    return drafts


def _line(one: dict[str, Any]) -> str:
    span = f" {one['low']} to {one['high']}" if one["low"] else ""
    unit = one["unit"] or one["unit_text"]
    states = ", ".join(f"{number} {word}" for number, word in one["states"].items())
    what = f"{one['holds']}{span} {unit}".strip() if one["variable"] else one["kind"] or "folder"
    value = f" = {one['value']}" if one["value"] else ""
    return f"{'.'.join(one['path']):<40} {what}{value}{f'  ({states})' if states else ''}\n    {one['node']}"


def _write(out: Path, drafts: list[dict[str, Any]]) -> None:
    import yaml

    try:
        out.write_text(yaml.safe_dump(drafts, sort_keys=False, allow_unicode=True), "utf-8")
    except OSError as error:
        raise Unavailable(f"{out} cannot be written: {error.strerror}.") from error
