"""`titer edge ...`: the connector host beside the instruments: invited by its hub, enrolled, run and looked at."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path
from typing import Annotated

import typer

from titer.cli.api import session
from titer.cli.options import As, Folder, Json, Port, Reason, say

edge = typer.Typer(help="Connector hosts beside the instruments.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Of the edge, e.g. edge-lab2.")]
Place = Annotated[Path, typer.Option("--dir", "-d", help="Folder of the edge.", envvar="TITER_EDGE_DIR")]
CODE = "TITER_EDGE_CODE"


@edge.command("invite")
def edge_invite(
    name: Annotated[
        str, typer.Argument(help="Of the edge, e.g. edge-lab2; its connections name it as their host.")
    ],
    scope: Annotated[
        list[str] | None, typer.Option(help="observe, command, or connect (both); connect if left out.")
    ] = None,
    hours: Annotated[int, typer.Option(help="For which its code is good, once.")] = 24,
    certificate_days: Annotated[
        int, typer.Option(help="For which each of its certificates is good; it renews them itself.")
    ] = 365,
    reason: Reason = "",
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """On the hub: let an edge enrol; its code is printed this once."""
    with session(folder, as_, port=port) as api:
        made = api.post(
            "/api/edges",
            {
                "name": name,
                "scopes": scope or ["connect"],
                "hours": hours,
                "certificate_days": certificate_days,
                "reason": reason,
            },
        )
    say(
        f"Code of {name}, good once and until {made['code_ends_at'][:16]} UTC, shown this once: {made['code']}\n"
        "On the edge: titer edge enrol HUB_URL",
        made,
        json,
    )


@edge.command("list")
def edge_list(folder: Folder = Path("titer"), as_: As = None, port: Port = None, json: Json = False) -> None:
    """On the hub: list the edges, with state, end of the certificate and last use."""
    with session(folder, as_, port=port) as api:
        found = api.get("/api/edges")
    lines = [
        f"{row['name']:<20} {row['state']:<9} {', '.join(row['scopes']):<16} "
        f"certificate until {(row['expires_at'] or '-')[:10]}, "
        f"last heard {(row['used_at'] or 'never')[:16]} {row['used_from'] or ''}".rstrip()
        for row in found["edges"]
    ]
    say("\n".join(lines) or "No edge was invited.", found, json)


@edge.command("revoke")
def edge_revoke(
    name: Name,
    reason: Reason,
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """On the hub: refuse an edge from now on; what it has open is closed."""
    with session(folder, as_, port=port) as api:
        api.post(f"/api/edges/{name}/revoke", {"reason": reason})
    say(f"The edge {name} is revoked.", {"name": name, "state": "revoked"}, json)


@edge.command("enrol")
def edge_enrol(
    hub: Annotated[str, typer.Argument(help="The hub's own address, e.g. https://titer.example.")],
    folder: Place = Path("titer-edge"),
    certificate: Annotated[
        Path | None, typer.Option(help="The certificate (PEM) that an HTTPS hub is trusted by.")
    ] = None,
    json: Json = False,
) -> None:
    """On the edge: make a key, which stays here, and get its certificate with the code that the hub gave out.

    The code is read from TITER_EDGE_CODE or asked for.
    """
    from titer.connect.edge import enrolling, place

    own = place.Place(folder)
    made = enrolling.enrol(own, hub, _code(), certificate=certificate)
    ends = own.expiry()[1]
    said = f"Enrolled {made.name} in {folder}; its certificate ends on {ends:%Y-%m-%d} and renews itself."
    if made.key_file:
        said += f"\nThe key of its secrets is {made.key_file}: keep it apart from copies of {folder}."
    say(
        f"{said}\nStart it: titer edge run --dir {folder}",
        {
            "name": made.name,
            "folder": str(folder),
            "address": made.address,
            "expires_at": ends.isoformat(),
            "key_file": made.key_file,
        },
        json,
    )


@edge.command("run")
def edge_run(
    folder: Place = Path("titer-edge"),
    parent_fd: Annotated[int | None, typer.Option("--parent-fd", hidden=True)] = None,
) -> None:
    """On the edge: serve its connections until Ctrl+C, whether the hub is there or not."""
    import asyncio
    import logging

    from titer.base.clock import SystemClock
    from titer.base.leaving import run_until_asked
    from titer.connect.edge import place, running

    logging.basicConfig(
        level=logging.ERROR, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr
    )
    logging.getLogger("titer").setLevel(logging.INFO)
    logging.getLogger("asyncua").setLevel(logging.CRITICAL)
    own = place.Place(folder)
    who = own.about()
    say(f"The edge {who.name} runs for the hub at {who.address}  (Ctrl+C ends it)", {}, False)
    sys.stdout.flush()
    asyncio.run(run_until_asked(running.run(own, SystemClock(), random.SystemRandom().random), parent_fd))


@edge.command("status")
def edge_status(folder: Place = Path("titer-edge"), json: Json = False) -> None:
    """On the edge: whether it runs, its backlog, disk, clock and certificate; exit status 1 if there is an alarm."""
    from titer.base.clock import SystemClock, iso
    from titer.connect.edge import place, standing

    found = standing.standing(place.Place(folder), SystemClock().now())
    oldest = found.oldest_at
    lines = [
        f"edge         {found.name}, {'runs' if found.runs else 'does not run'}",
        f"hub          {found.address}, last heard {_moment(iso(found.heard_at) if found.heard_at else None)}",
        f"certificate  until {found.expires_at:%Y-%m-%d}",
        f"disk         {found.disk_free / 2**30:.1f} of {found.disk_total / 2**30:.1f} GiB free",
        "clock        "
        + (
            "not compared"
            if found.clock_offset_s is None
            else f"{-found.clock_offset_s:+.1f} s against the hub's"
        ),
        f"backlog      {sum(one.waiting.rows for one in found.connections)} values, "
        + (f"the oldest of {_moment(iso(oldest))}" if oldest else "nothing waits"),
    ]
    lines += [
        f"  {one.name}: {one.state}, {one.waiting.rows} values in {one.waiting.size} bytes wait"
        for one in found.connections
    ]
    lines += [f"ALARM  {one}" for one in found.alarms]
    say(
        "\n".join(lines),
        {
            "name": found.name,
            "address": found.address,
            "runs": found.runs,
            "heard_at": iso(found.heard_at) if found.heard_at else None,
            "failing": found.failing,
            "clock_offset_s": found.clock_offset_s,
            "disk_free": found.disk_free,
            "disk_total": found.disk_total,
            "expires_at": iso(found.expires_at),
            "oldest_at": iso(oldest) if oldest else None,
            "connections": [
                {
                    "name": one.name,
                    "state": one.state,
                    "message": one.message,
                    "backlog": one.waiting.rows,
                    "backlog_bytes": one.waiting.size,
                }
                for one in found.connections
            ],
            "alarms": list(found.alarms),
        },
        json,
    )
    if found.alarms:
        raise typer.Exit(1)


def _moment(text: str | None) -> str:
    return f"{text[:16].replace('T', ' ')} UTC" if text else "never"


def _code() -> str:
    from titer.base.errors import NotAuthenticated

    given = os.environ.get(CODE)
    if given:
        return given
    if not sys.stdin.isatty():
        raise NotAuthenticated("No enrolment code was given.", do=f"Set {CODE}, or run at a terminal.")
    return input("Enrolment code: ")
