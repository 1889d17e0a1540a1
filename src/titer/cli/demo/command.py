"""The command `titer demo`."""

from __future__ import annotations

import contextlib
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from titer.base.errors import TiterError
from titer.cli.demo.people import PASSWORD, PEOPLE
from titer.cli.demo.run import RATE, Demo

VERIFIER = Path(__file__).parents[4] / "verify" / "titer-verify.py"

CLOSING = """
The signed batch record:  {bundle}
The pages:                {address}   (password of everybody: {password})

{people}

What to try next: docs/tutorials/tour.md, 20 minutes: from the certificate to the instrument's bytes; then pull the
cable, tamper with the database, share a log-in, inject a trial run, step a clock, and see each refused or listed.
Paste these lines into a second terminal first:

export PATH="{programs}:$PATH" TITER_URL={address} TITER_DIR={lab_word}
export TITER_PLANT={plant} TITER_BUNDLE={bundle_word} TITER_PASSWORD='{password}'

The batch record without Titer:  python3 {verifier} {bundle}
"""


def demo(
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for everything; a new one in the temporary folder.")
    ] = None,
    headless: Annotated[
        bool, typer.Option("--headless", help="Robots sign, and it ends when the batch has been released.")
    ] = False,
    robots: Annotated[
        bool, typer.Option("--robots", help="Robots sign at the three stops, too; the pages stay open.")
    ] = False,
    port: Annotated[
        int | None, typer.Option(help="Port of the pages, 0 for any free one; 8400, headless 0.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the simulated plant.")] = 7,
    rate: Annotated[float, typer.Option(help="Plant seconds a second.")] = RATE,
    database: Annotated[
        str | None,
        typer.Option(
            help="postgresql://role@host:port/database with the role that Titer runs as; an empty database. "
            "SQLite if left out."
        ),
    ] = None,
    owner: Annotated[
        str | None, typer.Option(help="The same database with the role that is to own the tables; not kept.")
    ] = None,
) -> None:
    """Run one batch through all layers on the simulated plant.

    It stops at the alert, the proposal and the disposition until somebody signs them in the browser.
    """
    console = Console(highlight=False)
    folder = out or Path(tempfile.mkdtemp(prefix="titer-demo-"))
    used = port if port is not None else (0 if headless else 8400)
    attended = not (headless or robots)
    run = Demo(
        folder, console, port=used, seed=seed, rate=rate, attended=attended, database=database, owner=owner
    )
    try:
        cast = run.start()
        run.seed_all(cast)
        state = run.run_batch(cast)
        run.say(f"the batch ended: {state}")
        run.say(run.finish(cast))
        bundle = run.export(cast)
        run.say(f"the signed batch record: {bundle}")
        verified = _verify(run, bundle)
        if not verified:
            raise typer.Exit(1)
        if not headless:
            _stay(run, console, bundle)
    except TiterError:
        console.print(f"The demo's logs are in {folder / 'logs'}.", soft_wrap=True)
        raise
    finally:
        run.end()


def _verify(run: Demo, bundle: Path) -> bool:
    """Let the one-file verifier judge the bundle, in a Python that knows nothing of Titer."""
    answer = subprocess.run(  # noqa: S603  our own verifier
        [sys.executable, "-I", str(VERIFIER), str(bundle)], capture_output=True, text=True, check=False
    )
    run.say((answer.stdout + answer.stderr).strip())
    return answer.returncode == 0


def _stay(run: Demo, console: Console, bundle: Path) -> None:
    """Keep the pages open until Ctrl+C."""
    console.print(
        CLOSING.format(
            bundle=bundle,
            programs=Path(sys.executable).parent,
            lab_word=shlex.quote(str(run.lab)),
            bundle_word=shlex.quote(str(bundle)),
            address=run.address,
            password=PASSWORD,
            people="\n".join(
                f"  {person.username:<10} {person.full_name}, {person.part}" for person in PEOPLE.values()
            ),
            plant=run.endpoints["http"],
            verifier=VERIFIER,
        ),
        markup=False,
        soft_wrap=True,
    )
    console.print("Ctrl+C ends the demo.")
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            time.sleep(0.5)
            run.restarts.step()
