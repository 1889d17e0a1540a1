"""Entry point of `titer`. Each command says what it did in a sentence, or as JSON with --json."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from titer import __version__
from titer.base.errors import TiterError
from titer.cli import browsing as _browsing  # noqa: F401 - it adds its commands to `connection`
from titer.cli import certificates as _certificates  # noqa: F401 - so does it
from titer.cli.alcoa import alcoa
from titer.cli.backing import accept_restore, backup, restore
from titer.cli.connections import connection, equipment
from titer.cli.connectors import connector
from titer.cli.demo.command import demo
from titer.cli.documents import pdf
from titer.cli.edge import edge
from titer.cli.exporting import archive, export
from titer.cli.failures import in_words, leaving_in_order
from titer.cli.history import record
from titer.cli.importing import import_file
from titer.cli.laboratory import animl, method, sample
from titer.cli.ledger import ledger
from titer.cli.migrating import migrate
from titer.cli.opcua import opcua
from titer.cli.options import As, Folder, Json, Port, err, out, say, working
from titer.cli.people import user
from titer.cli.recipes import batch, policy, recipe, sign
from titer.cli.rights import user_conflicts, user_delegate, user_link, user_train
from titer.cli.secrets import secret
from titer.cli.series import series
from titer.cli.sila import sila
from titer.cli.systems import source, system
from titer.cli.tokens import token

if TYPE_CHECKING:
    from titer.record.verify import Verdict

app = typer.Typer(
    help="Titer: the connected lab on one tamper-evident record.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(user, name="user")
app.add_typer(token, name="token")
app.add_typer(secret, name="secret")
app.add_typer(pdf, name="pdf")
app.add_typer(ledger, name="ledger")

app.add_typer(recipe, name="recipe")
app.add_typer(batch, name="batch")
app.add_typer(method, name="method")
app.add_typer(sample, name="sample")
app.add_typer(connection, name="connection")
app.add_typer(connector, name="connector")
app.add_typer(equipment, name="equipment")
app.add_typer(opcua, name="opcua")
app.add_typer(edge, name="edge")
app.add_typer(sila, name="sila")
app.add_typer(animl, name="animl")
app.add_typer(record, name="record")
app.add_typer(series, name="series")
app.add_typer(system, name="system")
app.add_typer(source, name="source")
app.command("migrate")(migrate)
app.command("backup")(backup)
app.command("restore")(restore)
app.command("accept-restore")(accept_restore)
app.command("sign")(sign)
app.command("alcoa")(alcoa)
app.command("policy")(policy)
app.command("export")(export)
app.command("archive")(archive)
app.command("import")(import_file)
user.command("train")(user_train)
user.command("link")(user_link)
user.command("delegate")(user_delegate)
user.command("conflicts")(user_conflicts)


@app.command()
def version(json: Json = False) -> None:
    """Print the version."""
    say(__version__, {"version": __version__}, json)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Folder of the new installation.")],
    name: Annotated[str, typer.Option(help="Its name, shown on every page.")] = "titer",
    site: Annotated[str, typer.Option(help="The ISA-95 site.")] = "Site",
    time_zone: Annotated[str, typer.Option(help="The plant's time zone, IANA name.")] = "UTC",
    port: Annotated[int, typer.Option(help="Port of the hub.")] = 8400,
    admin: Annotated[str, typer.Option(help="User name of the first administrator.")] = "admin",
    admin_name: Annotated[str, typer.Option(help="Full name of the first administrator.")] = "Administrator",
    key_file: Annotated[
        Path | None,
        typer.Option("--key-file", help="Where to make the key of its secrets; beside FOLDER if not."),
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(
            help="postgresql://role@host:port/database with the role that Titer runs as; SQLite in FOLDER if not."
        ),
    ] = None,
    owner: Annotated[
        str | None,
        typer.Option(help="The same database with the role that is to own the tables; it is not kept."),
    ] = None,
    json: Json = False,
) -> None:
    """Make an empty installation, with its first administrator.

    The administrator's password is read from TITER_PASSWORD or asked for; there is no default. PostgreSQL roles'
    passwords are best given in TITER_DATABASE_PASSWORD and TITER_DATABASE_OWNER_PASSWORD.
    """
    import os

    from titer.app import Config, create_installation, load, open_platform
    from titer.cli.api import _ask_password
    from titer.record import Actor
    from titer.record.identity import check_password

    password = os.environ.get("TITER_PASSWORD") or _ask_password(admin)
    check_password(password, admin)
    wanted = Config(name=name, site=site, time_zone=time_zone, port=port, database=database)
    wanted = replace(wanted, key_file=str(key_file.absolute())) if key_file else wanted
    create_installation(folder, wanted, owner=owner)
    made_key = load(folder).key_file
    platform = open_platform(folder)
    try:
        with platform.record.action(
            Actor.timer("titer.init"), "record.person.create", reason="first administrator"
        ) as unit:
            platform.identity.create_person(
                unit, username=admin, full_name=admin_name, password=password, roles=("administrator",)
            )
        platform.settle()
    finally:
        platform.close()
    say(
        f"Made the installation {name} in {folder}. Start it: titer serve --dir {folder}"
        + (
            f"\nThe key of its secrets is {made_key}: keep a copy, and not with the backups of {folder}."
            if made_key
            else ""
        ),
        {"folder": str(folder), "administrator": admin, "port": port, "key_file": made_key},
        json,
    )


@app.command()
def serve(
    folder: Folder = Path("titer"),
    port: Port = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on; loopback unless told.")] = None,
    certificate: Annotated[
        Path | None,
        typer.Option(help="Certificate (PEM) to serve HTTPS with, instead of the configured one."),
    ] = None,
    key: Annotated[Path | None, typer.Option(help="The certificate's private key (PEM).")] = None,
) -> None:
    """Run the platform until Ctrl+C: hub, connector host, pages. Output of both goes to logs/ in the folder."""
    from titer.app import load
    from titer.base.errors import Invalid
    from titer.cli.processes import start_platform
    from titer.cli.restarting import Restarts
    from titer.server.supervisor import Supervisor

    load(folder)
    supervisor = Supervisor(folder / "logs")
    try:
        if (certificate is None) != (key is None):
            raise Invalid(
                "HTTPS needs a certificate and its private key.", do="Give --certificate and --key."
            )
        tls = (certificate, key) if certificate and key else None
        address = start_platform(supervisor, folder, port=port, host=host, tls=tls)
        out.print(f"Titer runs at {address}  (Ctrl+C ends it)", soft_wrap=True)
        restarts = Restarts(supervisor, warn=lambda words: err.print(words, markup=False, soft_wrap=True))
        while True:
            time.sleep(0.5)
            for restarted in restarts.step():
                err.print(
                    f"{restarted} had ended and was started again; see {folder / 'logs'}", soft_wrap=True
                )
    except KeyboardInterrupt:
        out.print("Stopping.")
    finally:
        supervisor.end_all()


@app.command()
def verify(
    folder: Folder = Path("titer"),
    depth: Annotated[
        str,
        typer.Option(help="merkle: entries, tree, heads and witnesses alone; full: tables and files too."),
    ] = "full",
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Check the whole record of an installation: tree, witnesses, tables, files.

    A hub that runs is asked to check its own record, by whoever logs in; else the folder is opened and checked here.
    """
    from titer.app import load
    from titer.cli.api import hub_is_running, session

    config = load(folder)
    with working("Verifying") as tell:
        if hub_is_running(config.host, port or config.port):
            with session(folder, as_, port=port) as api:
                found = api.post("/api/ledger/verify", depth=depth)
        else:
            found = _verify_here(folder, depth, tell, embedded=config.database is None)
    sentence = found.pop("sentence")
    sentence += "".join(f"\n{remark}" for remark in found["remarks"])
    if not found["holds"]:
        sentence += (
            "\nThat is the first thing that was touched; there may be more. Enter nothing more into this "
            "installation, keep a copy of the folder as it is,\nand tell the quality unit. A backup from before "
            "the change, and the witness's notes, show what it was."
        )
    say(sentence, found, json)
    if not found["holds"]:
        raise typer.Exit(1)


def _verify_here(
    folder: Path, depth: str, tell: Callable[[str, int, int], None], *, embedded: bool
) -> dict[str, Any]:
    """Check an installation that no hub serves, under its lock; one that is too damaged to open is told where."""
    from sqlalchemy.exc import DBAPIError

    from titer.app import open_platform
    from titer.record import damage
    from titer.record.errors import translate
    from titer.record.verify import Verdict, verify_store

    verdict = Verdict(holds=False, depth=depth)
    try:
        platform = open_platform(folder)
    except (TiterError, DBAPIError) as error:
        damaged = damage.places(str(folder / "titer.db")) if embedded else []
        if not damaged:
            raise
        said = translate(error) or error if isinstance(error, DBAPIError) else error
        verdict.first_fault = f"it cannot be opened. {said} Damaged: {'; '.join(damaged)}."
        return _told(verdict)
    try:
        verdict = verify_store(
            platform.record, platform.sealer, platform.verifiers, depth=depth, progress=tell
        )
    finally:
        platform.close()
    return _told(verdict)


def _told(verdict: Verdict) -> dict[str, Any]:
    """A verdict as the hub gives it."""
    return {
        "sentence": verdict.sentence,
        "holds": verdict.holds,
        "first_fault": verdict.first_fault,
        "entries": verdict.entries,
        "root": verdict.root,
        "checked": verdict.checked,
        "depth": verdict.depth,
        "remarks": verdict.remarks,
    }


@app.command()
def doctor(folder: Folder = Path("titer"), json: Json = False) -> None:
    """Say what is wrong with an installation, and what to do."""
    from titer.cli.doctor import examine

    findings = examine(folder)
    if json:
        say("", findings, json)
    for finding in findings if not json else []:
        mark = "ok  " if finding["ok"] else "FAIL"
        out.print(
            f"{mark}  {finding['what']}" + (f"  -> {finding['do']}" if not finding["ok"] else ""),
            markup=False,
        )
    if not all(finding["ok"] for finding in findings):
        raise typer.Exit(1)


app.command("demo")(demo)


def main() -> int:
    """Run a command; errors are sentences and a non-zero exit."""
    try:
        with leaving_in_order():
            code = app(standalone_mode=False)
    except typer.Exit as leave:
        return leave.exit_code
    except typer.Abort:
        return 130
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        told = in_words(error)
        if told is not None:
            err.print(str(told), style="red", markup=False, soft_wrap=True)
            return 1
        show = getattr(error, "show", None)
        if show is None:
            raise
        show()
        return int(getattr(error, "exit_code", 2))
    return code if isinstance(code, int) else 0


if __name__ == "__main__":
    raise SystemExit(main())
