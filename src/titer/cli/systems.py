"""`titer system ...` and `titer source ...`: whose a record is, and the copies that come in from beside."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from titer.base.clock import from_iso, iso
from titer.base.errors import Invalid, NotFound
from titer.cli.api import Api, read_file, session
from titer.cli.options import As, Folder, Json, Port, Reason, say, working, write_whole
from titer.cli.recipes import put_signature

system = typer.Typer(help="Systems of record: which system owns which records.", no_args_is_help=True)
source = typer.Typer(help="Copies of other systems' records, and comparing both sides.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="Name of the source.")]
_NOT = "Write a YAML file with name, system, record_type, kind, settings and mapping."


@system.command("declare")
def declare(
    record_type: Annotated[str, typer.Argument(help="result, sample, batch, material_lot or audit_trail.")],
    owner: Annotated[str, typer.Argument(metavar="SYSTEM", help="Its name; Titer for this one.")],
    since: Annotated[str, typer.Option(help="From when on, with its zone: 2026-12-01T00:00:00Z.")],
    reason: Reason,
    material: Annotated[
        list[str] | None, typer.Option(help="A material or product that it is about; all if left out.")
    ] = None,
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Draft which system owns a kind of record. It counts once somebody else has approved it."""
    body = {
        "record_type": record_type,
        "system": owner,
        "since": iso(from_iso(since)),
        "reason": reason,
        "materials": material or [],
    }
    with session(folder, as_, port=port) as api:
        made = api.post("/api/systems/declarations", body)
    say(
        f"{made['number']} is drafted: {made['record_type'].replace('_', ' ')}s are records of {made['system']}. "
        f"Somebody else approves it: titer system approve {made['number']}.",
        made,
        json,
    )


@system.command("approve")
def approve_declaration(
    number: Annotated[str, typer.Argument(help="Number of the declaration.")],
    reason: Reason,
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Sign a declaration; it counts from its date on, and cannot be changed any more."""
    with session(folder, as_, port=port) as api:
        row = _one(api.get("/api/systems/declarations"), "number", number, "declaration")
        made = put_signature(api, as_, "systems_declaration", row["id"], "approved", reason)
    say(f"{number} is approved: {row['system']} is the system of record.", made, json)


@system.command("list")
def list_declarations(
    folder: Folder = Path("titer"), as_: As = None, port: Port = None, json: Json = False
) -> None:
    """Show which system owns what."""
    with session(folder, as_, port=port) as api:
        rows = api.get("/api/systems/declarations")
    lines = [
        f"{row['number']}  {row['record_type'].replace('_', ' '):<13} {row['system']:<16} since {row['since'][:10]}"
        f"  {', '.join(row['materials']) or 'all materials'}: {row['stands']}"
        for row in rows
    ]
    say("\n".join(lines) or "Nothing is declared: every record is Titer's own.", rows, json)


@source.command("draft")
def draft(
    file: Annotated[Path, typer.Argument(help="YAML: name, system, record_type, kind, settings, mapping.")],
    reason: Reason,
    secret_file: Annotated[
        Path | None, typer.Option(help="File with its password or token; it is sealed and never shown.")
    ] = None,
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Draft a source, or its next revision. Nothing is read before somebody else has approved it."""
    body = {**_described(file), "reason": reason}
    if secret_file is not None:
        body["secret"] = read_file(secret_file).decode("utf-8").strip()
    with session(folder, as_, port=port) as api:
        known = [row for row in api.get("/api/systems/sources") if row["name"] == body.get("name")]
        if known:
            wanted = ("settings", "mapping", "secret", "reason")
            change = {name: body[name] for name in wanted if name in body}
            change["version"] = known[0]["version"]
            made = api.put(f"/api/systems/sources/{known[0]['id']}", change)
        else:
            made = api.post("/api/systems/sources", body)
    say(
        f"The source {made['name']} is drafted, revision {made['revision']}. Somebody else approves it: "
        f"titer source approve {made['name']}.",
        made,
        json,
    )


@source.command("approve")
def approve_source(
    name: Name,
    reason: Reason,
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Sign a source; it is read from now on."""
    with session(folder, as_, port=port) as api:
        made = put_signature(api, as_, "systems_source", _source(api, name)["id"], "approved", reason)
    say(f"The source {name} is approved.", made, json)


@source.command("list")
def list_sources(
    folder: Folder = Path("titer"), as_: As = None, port: Port = None, json: Json = False
) -> None:
    """Show the sources, what is held of each, and how it was compared last."""
    with session(folder, as_, port=port) as api:
        rows = api.get("/api/systems/sources")
    lines = []
    for row in rows:
        last = row["last_reconciliation"]
        compared = f"{last['outcome']} on {last['ran_at'][:16]}" if last else "never compared"
        lines.append(
            f"{row['name']:<20} {row['system']:<12} {row['record_type'].replace('_', ' '):<13} {row['state']:<9} "
            f"{row['held']:>8,} held, {row['quarantined']:,} in quarantine; {compared}"
        )
    say("\n".join(lines) or "There is no source.", rows, json)


@source.command("import")
def import_(
    name: Name,
    reason: Reason,
    file: Annotated[
        Path | None, typer.Argument(help="A file of it, where its files are handed over.", exists=True)
    ] = None,
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Take in what a source shows now; a hub that runs does it every day by itself."""
    with session(folder, as_, port=port) as api, working(name):
        place = f"/api/systems/sources/{_source(api, name)['id']}"
        if file is not None:
            made = api.post_bytes(f"{place}/files", read_file(file), file_name=file.name, reason=reason)
        else:
            made = api.post(f"{place}/imports", {"reason": reason})
    n = made["counts"]
    say(
        f"{made['number']}: {n['read']:,} rows read; {n['new']:,} new, {n['changed']:,} changed, "
        f"{n['unchanged']:,} held already, {n['quarantined']:,} in quarantine.",
        made,
        json,
    )


@source.command("reconcile")
def reconcile(
    name: Name,
    reason: Reason,
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Read a source again, and compare it with what is held, by count and digest; differences are exceptions."""
    with session(folder, as_, port=port) as api, working(name):
        made = api.post(
            f"/api/systems/sources/{_source(api, name)['id']}/reconciliations", {"reason": reason}
        )
    lines = [
        f"{made['number']}: both sides {'agree' if made['outcome'] == 'agrees' else 'differ'}, "
        f"{made['difference_count']:,} differences."
    ]
    for one in made["periods"]:
        mark = "ok  " if one["same"] else "LOOK"
        lines.append(
            f"{mark}  {one['period']:<10} there {one['there']['count']:,}, here {one['here']['count']:,}"
        )
    for one in made["differences"][:20]:
        said = one["why"] or "; ".join(
            f"{f['column']}: here {f['here']!r}, there {f['there']!r}" for f in one["fields"]
        )
        lines.append(f"      {one['key']}: {one['kind']}{': ' + said if said else ''} ({one['exception']})")
    say("\n".join(lines), made, json)


@source.command("copies")
def copies(
    name: Name,
    key: Annotated[str | None, typer.Argument(help="A record over there: all its versions.")] = None,
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Show the copies of a source; the records themselves are the other system's."""
    with session(folder, as_, port=port) as api:
        asked = {} if key is None else {"key": key}
        rows = api.get(f"/api/systems/sources/{_source(api, name)['id']}/copies", **asked)
    lines = [f"{row['source_key']:<16} {_meaning(row)} (copy of {row['copy_of']})" for row in rows]
    say("\n".join(lines) or "No copy is held.", rows, json)


@source.command("report")
def report(
    name: Name,
    reason: Reason,
    sample: Annotated[int, typer.Option(help="How many records are compared field by field.")] = 50,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Print it into a PDF file.")] = None,
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Make the report that ends a legacy import: counts, both digests, and a sample compared field by field."""
    with session(folder, as_, port=port) as api, working(name):
        row = _source(api, name)
        if row["last_import"] is None:
            raise Invalid(f"Nothing was taken in from {name} yet.", do=f"titer source import {name}")
        made = api.post(
            f"/api/systems/imports/{row['last_import']['id']}/verification",
            {"sample": sample, "reason": reason},
        )
        if out is not None:
            write_whole(out, api.get_bytes(f"/api/systems/verifications/{made['id']}/report.pdf"))
    told = made["report"]
    same = "the same digest" if told["there"] == told["here"] else "NOT the same"
    say(
        f"{made['number']}: there {told['there']['count']:,}, here {told['here']['count']:,}, {same}; "
        f"{len(told['sampled']):,} records compared field by field, {told['sampled_differing']:,} differ.",
        made,
        json,
    )


@source.command("accept")
def accept(
    name: Name,
    reason: Reason,
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Accept a legacy import by signature, on its newest report."""
    with session(folder, as_, port=port) as api:
        row = _source(api, name)
        if row["last_verification"] is None:
            raise Invalid(f"There is no report of {name} yet.", do=f"titer source report {name}")
        made = put_signature(
            api, as_, "systems_verification", row["last_verification"]["id"], "accepted", reason
        )
    say(f"{row['last_verification']['number']} is accepted.", made, json)


def _source(api: Api, name: str) -> dict[str, Any]:
    return _one(api.get("/api/systems/sources"), "name", name, "source")


def _one(rows: list[dict[str, Any]], column: str, wanted: str, what: str) -> dict[str, Any]:
    for row in rows:
        if row[column] == wanted:
            return row
    raise NotFound(
        f"There is no {what} {wanted}.", do=f"Known: {', '.join(row[column] for row in rows) or 'none'}."
    )


def _meaning(row: dict[str, Any]) -> str:
    parts = []
    for name, one in row["fields"].items():
        if one["value"] is not None:
            parts.append(f"{name} {one['value']}{' ' + one['unit'] if one.get('unit', '1') != '1' else ''}")
    return ", ".join(parts)


def _described(path: Path) -> dict[str, Any]:
    """A source as a YAML file describes it.

    Raises:
        Invalid: with line and column if it is no YAML.
    """
    import yaml

    try:
        found = yaml.safe_load(read_file(path).decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Invalid(f"{path} is no UTF-8 text.", do=_NOT) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{path}:{mark.line + 1}:{mark.column + 1}: " if mark else f"{path}: "
        raise Invalid(f"{where}this is no YAML ({error.problem}).", do=_NOT) from error
    except yaml.YAMLError as error:
        raise Invalid(f"{path} is no YAML: {error}.", do=_NOT) from error
    if not isinstance(found, dict):
        raise Invalid(f"{path} describes no source.", do=_NOT)
    return found
