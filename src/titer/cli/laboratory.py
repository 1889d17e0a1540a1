"""`titer method ...`, `titer sample ...` and `titer animl ...`: what the laboratory works by, and on what."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from titer.app import load
from titer.base.errors import Invalid, NotFound, Unavailable
from titer.cli.api import Api, read_file, session
from titer.cli.options import As, Folder, Json, Port, say

method = typer.Typer(help="Test methods of the laboratory.", no_args_is_help=True)
sample = typer.Typer(help="Samples and their results.", no_args_is_help=True)
animl = typer.Typer(
    help="AnIML: results as a document, and the schemas that each site installs itself.", no_args_is_help=True
)

_KIND = re.compile(r"^kind:\s*[\"']?(\w+)", re.MULTILINE)
_PLACES = {
    "method": "methods",
    "specification": "specifications",
    "sampling_plan": "sampling-plans",
}
_CORE = ("animl-core.xsd", "xmldsig-core-schema.xsd")


@method.command("submit")
def method_submit(
    file: Annotated[
        Path, typer.Argument(help="The method (or specification, or sampling plan), a YAML file.")
    ],
    reason: Annotated[str, typer.Option("--reason", help="What is new, and why.")] = "submitted from a file",
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Submit a revision of a method, specification or sampling plan as a draft; one with a fault is not stored.

    Which of them it is stands in the file, as `kind`.
    """
    try:
        source = read_file(file).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid(f"{file} is no UTF-8 text.", do="Save it as UTF-8.") from error
    found = _KIND.search(source)
    kind = found[1] if found else "method"
    if kind not in _PLACES:
        raise Invalid(f"{file}: {kind} is no kind of laboratory document.", do=f"Use {', '.join(_PLACES)}.")
    with session(folder, as_, port=port) as api:
        made = api.post(f"/api/lims/{_PLACES[kind]}", {"source": source, "reason": reason})
    title = kind.replace("_", " ").capitalize()
    say(
        f"{title} {made['code']} revision {made['revision']}: {made['state']} (id {made['id']}).\n"
        f"It takes two people: titer sign lims_design {made['id']} authored --reason '...' --as AUTHOR\n"
        f"                     titer sign lims_design {made['id']} approved --reason '...' --as QUALITY",
        made,
        json,
    )


@method.command("list")
def method_list(
    folder: Folder = Path("titer"), as_: As = None, port: Port = None, json: Json = False
) -> None:
    """List methods with their revisions."""
    with session(folder, as_, port=port) as api:
        rows = api.get("/api/lims/methods")
    lines = [
        f"{row['code']:<20} {row['revision']:>3}  {row['state']:<12} {row['title']}  {row['id']}"
        for row in rows
    ]
    say("\n".join(lines) or "There are no methods.", rows, json)


@sample.command("register")
def sample_register(
    batch: Annotated[str, typer.Option(help="Number of the batch that it was drawn from.")],
    analysis: Annotated[list[str] | None, typer.Option(help="What is to be tested; may be repeated.")] = None,
    plan: Annotated[str | None, typer.Option(help="Code of a sampling plan instead.")] = None,
    specification: Annotated[str | None, typer.Option(help="Code of what it must meet.")] = None,
    point: Annotated[str, typer.Option(help="Where it was drawn.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why.")] = "registered by command",
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Register a sample that has just been drawn, with the tests that are asked for."""
    with session(folder, as_, port=port) as api:
        body = {
            "batch_id": _batch(api, batch),
            "plan_code": plan,
            "analyses": analysis or [],
            "specification_code": specification,
            "point": point,
            "reason": reason,
        }
        made = api.post("/api/lims/samples", body)
        made = api.post(f"/api/lims/samples/{made['id']}/collect", {"reason": reason})
    say(f"Sample {made['number']} of {batch}: {made['state']} (id {made['id']}).", made, json)


@sample.command("show")
def sample_show(
    number: Annotated[str, typer.Argument(help="Its number.")],
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Show a sample with its tests and results, and where each result comes from."""
    with session(folder, as_, port=port) as api:
        detail = api.get(f"/api/lims/samples/{number}")
        chains = {
            work["result"]["id"]: api.get(f"/api/lims/results/{work['result']['id']}/origin")
            for work in detail["tests"]
            if work["result"]
        }
    lines = [f"Sample {detail['sample']['number']}: {detail['sample']['state']}"]
    for work in detail["tests"]:
        test, result = work["test"], work["result"]
        told = f"{result['text']} {result['unit'] or ''}".rstrip() if result else "no result yet"
        lines.append(f"  {test['number']}  {test['analysis']:<20} {test['state']:<12} {told}")
        for link in chains.get(result["id"], []) if result else []:
            if link["kind"] in ("file", "instrument", "person"):
                lines.append(f"      {link['kind']:<11} {link['title']}  {link['detail']}")
    say("\n".join(lines), {**detail, "origins": chains}, json)


def _batch(api: Api, number: str) -> str:
    for row in api.get("/api/mes/batches"):
        if number in (row["number"], row["id"]):
            return str(row["id"])
    raise NotFound(f"There is no batch {number}.", do="`titer batch list` shows them.")


@animl.command("export")
def animl_export(
    number: Annotated[str, typer.Argument(help="A sample's number, or a batch's with --batch.")],
    batch: Annotated[bool, typer.Option("--batch", help="All samples of a batch.")] = False,
    to: Annotated[
        Path | None, typer.Option("--to", help="File to write; the number with .animl if left out.")
    ] = None,
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Write results as AnIML, with their raw data, audit trail and signatures, signed by the installation."""
    place = "mes/batches" if batch else "lims/samples"
    with session(folder, as_, port=port) as api:
        data = api.get_bytes(f"/api/{place}/{quote(number, safe='')}/results.animl")
    target = to or Path(f"{number}.animl")
    try:
        target.write_bytes(data)
    except OSError as error:
        raise Unavailable(f"{target} cannot be written.", why=error.strerror or str(error)) from error
    say(f"Wrote {target}, {len(data):,} bytes.", {"file": str(target), "bytes": len(data)}, json)


@animl.command("install")
def animl_install(
    schemas: Annotated[Path, typer.Argument(help=f"Folder with {' and '.join(_CORE)}.")],
    techniques: Annotated[
        Path | None, typer.Option(help="Folder with technique definitions (*.atdd).")
    ] = None,
    folder: Folder = Path("titer"),
    json: Json = False,
) -> None:
    """Install AnIML's schemas, so that files are checked against them.

    Their repositories carry no licence, so Titer ships none. Without them the structural checks run all the same, and
    each file says that it was not checked against a schema.
    """
    load(folder)
    found = {"schemas": [schemas / name for name in _CORE]}
    missing = [path.name for path in found["schemas"] if not path.is_file()]
    if missing:
        raise Invalid(f"{schemas} lacks {' and '.join(missing)}.", do="Take them from animl.org and w3.org.")
    if techniques is not None:
        found["techniques"] = sorted(techniques.glob("*.atdd"))
        if not found["techniques"]:
            raise Invalid(f"{techniques} holds no technique definition (*.atdd).")
    _try(schemas, techniques)
    told: dict[str, Any] = {}
    for kind, paths in found.items():
        place = folder / "animl" / kind
        try:
            place.mkdir(parents=True, exist_ok=True)
            for path in paths:
                shutil.copyfile(path, place / path.name)
        except OSError as error:
            raise Unavailable(f"{place} cannot be written.", why=error.strerror or str(error)) from error
        told[kind] = [path.name for path in paths]
    say(
        f"Installed {len(told['schemas'])} schemas and {len(told.get('techniques', []))} technique definitions; "
        "files are checked against them from now on.",
        told,
        json,
    )


def _try(schemas: Path, techniques: Path | None) -> None:
    """Read the smallest document with them, so that a schema that cannot be used is not installed."""
    from titer.connect.animl import read

    read(
        b'<AnIML xmlns="urn:org:astm:animl:schema:core:draft:0.90" version="0.90"/>',
        schemas=schemas,
        techniques=techniques,
    )
